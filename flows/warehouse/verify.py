"""Whether a warehouse is what its manifests say, and its tables agree with each other.

Nothing is repaired here: each fault is named with the file or document it was found in.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.support import atomic_write
from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.layout import MIRROR_STATE, OWN_NAMES, SNAPSHOT_ID
from copydesk.flows.warehouse.manifest import FileEntry
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS
from copydesk.flows.warehouse.schema import tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse
from copydesk.schemas.tables import SCHEMA_VERSION
from copydesk.transforms import ledger

if TYPE_CHECKING:
    from copydesk.flows.warehouse.object_store.mirror import Mirror

# Says of the index files of a snapshot what does not fit its documents, a sentence each.
IndexCheck = Callable[[Snapshot], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: its kind, the file or document, and a sentence."""

    kind: str
    where: str
    sentence: str


def faults(
    warehouse: Warehouse, *, quick: bool = False, check_index: IndexCheck | None = None
) -> Iterator[Fault]:
    """Every fault of the kept snapshots; `quick` leaves out what needs the rows themselves.

    Files are hashed once, however many snapshots share them. Rows are checked in the current
    snapshot.
    """
    yield from _root(warehouse)
    line: list[Snapshot] = []
    try:
        line = warehouse.snapshots()
    except WarehouseError as error:
        yield Fault("manifest", "manifests", str(error))
    if not line:
        if warehouse.current_id() is not None:
            yield Fault(
                "missing",
                "manifests",
                f"the current snapshot {warehouse.current_id()} has no manifest",
            )
        return
    if warehouse.mirror is None:
        yield from _strays(warehouse, line)
        hashes: dict[tuple[int, int], str] = {}
        looked_at: set[Path] = set()
        for snapshot in line:
            yield from _files(snapshot, hashes)
            yield from _beside(warehouse, snapshot, hashes, looked_at)
        whole = not any(fault.kind in ("missing", "changed") for fault in _files(line[0], hashes))
    else:
        stored = list(_on_store(warehouse.mirror, line, quick=quick))
        yield from stored
        whole = not any(fault.kind in ("missing", "changed") for fault in stored)
    if whole and not quick:
        yield from _rows(warehouse, line[0])
        if check_index is not None:
            yield from (Fault("index", line[0].id, sentence) for sentence in check_index(line[0]))


def _on_store(mirror: Mirror, line: Sequence[Snapshot], *, quick: bool) -> Iterator[Fault]:
    """Objects that are missing, foreign or of another size; unless quick, those with other bytes and the footers."""
    manifests = [snapshot.manifest for snapshot in line]
    for snapshot in line:
        if snapshot.manifest.with_id().id != snapshot.id:
            yield Fault(
                "changed",
                f"manifests/{snapshot.id}.json",
                f"the manifest of {snapshot.id} was changed after it was written",
            )
    for kind, where, sentence in mirror.faults(manifests):
        yield Fault(kind, where, sentence)
    if quick:
        return
    broken = set()
    for kind, where, sentence in mirror.read_again(manifests):
        broken.add(where)
        yield Fault(kind, where, sentence)
    if not broken:
        for table, entries in line[0].manifest.tables.items():
            for entry in entries:
                yield from _footer(line[0], table, line[0].file(table, entry), entry)


def _root(warehouse: Warehouse) -> Iterator[Fault]:
    for path in sorted(warehouse.root.iterdir()):
        if (
            path.name not in OWN_NAMES
            and not (warehouse.mirror is not None and path.name == MIRROR_STATE)
            and not (path.name.startswith(".") and path.name.endswith(".new"))
        ):
            yield Fault("foreign", path.name, f"{path.name} is no part of a warehouse")
    link, latest = warehouse.root / "current", warehouse.root / "LATEST"
    if link.is_symlink():
        if not link.exists():
            yield Fault(
                "missing", "current", f"current points to {link.readlink()}, which does not exist"
            )
        written = latest.read_text(encoding="utf-8").strip() if latest.is_file() else None
        if written != link.readlink().name:
            yield Fault(
                "pointer",
                "LATEST",
                f"LATEST says {written} and current points to {link.readlink().name}; the next run sets it right",
            )
    elif link.exists():
        yield Fault(
            "pointer", "current", "current is no link; was the warehouse copied without links?"
        )


def _strays(warehouse: Warehouse, line: Sequence[Snapshot]) -> Iterator[Fault]:
    """Files in our folders that no kept snapshot names."""
    ids = {snapshot.id for snapshot in line}
    expected: dict[str, set[str]] = {
        "snapshots": ids,
        "manifests": {f"{identifier}.json" for identifier in ids}
        | {s.manifest.inputs.name for s in line if s.manifest.inputs},
        "index": {entry.name for snapshot in line for entry in snapshot.manifest.index},
        "receipts": {name for snapshot in line for name in snapshot.manifest.receipts},
    }
    for folder, names in expected.items():
        home = warehouse.root / folder
        for path in sorted(home.iterdir()) if home.is_dir() else ():
            if path.name not in names:
                kind = (
                    "orphan"
                    if folder == "snapshots" and SNAPSHOT_ID.fullmatch(path.name)
                    else "foreign"
                )
                yield Fault(
                    kind,
                    f"{folder}/{path.name}",
                    f"{folder}/{path.name} belongs to no kept snapshot",
                )


def _files(snapshot: Snapshot, hashes: dict[tuple[int, int], str]) -> Iterator[Fault]:
    if snapshot.manifest.with_id().id != snapshot.id:
        yield Fault(
            "changed",
            f"manifests/{snapshot.id}.json",
            f"the manifest of {snapshot.id} was changed after it was written",
        )
    if not snapshot.path.is_dir():
        yield Fault(
            "missing",
            f"snapshots/{snapshot.id}",
            f"the folder of snapshot {snapshot.id} is missing",
        )
        return
    for path in sorted(snapshot.path.iterdir()):
        if path.name not in snapshot.manifest.tables:
            yield Fault(
                "foreign",
                _relative(snapshot, path),
                f"{path.name} in snapshot {snapshot.id} is no table",
            )
    for table, entries in snapshot.manifest.tables.items():
        folder = snapshot.path / table
        named = {entry.name for entry in entries}
        present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        for name in sorted(present - named):
            yield Fault(
                "foreign",
                _relative(snapshot, folder / name),
                f"{table}/{name} is not in the manifest of {snapshot.id}",
            )
        for entry in entries:
            path = folder / entry.name
            if entry.name not in present:
                yield Fault(
                    "missing",
                    _relative(snapshot, path),
                    f"{table}/{entry.name} of snapshot {snapshot.id} is missing",
                )
                continue
            wrong = _wrong_content(path, entry, hashes)
            if wrong:
                yield Fault("changed", _relative(snapshot, path), f"{table}/{entry.name} {wrong}")
            else:
                yield from _footer(snapshot, table, path, entry)


def _relative(snapshot: Snapshot, path: Path) -> str:
    return str(path.relative_to(snapshot.root))


def _wrong_content(path: Path, entry: FileEntry, hashes: dict[tuple[int, int], str]) -> str | None:
    status = path.stat()
    if status.st_size != entry.bytes:
        return f"has {status.st_size} bytes instead of {entry.bytes}"
    key = (status.st_dev, status.st_ino)
    if key not in hashes:
        hashes[key] = atomic_write.sha256(path)
    return (
        None
        if hashes[key] == entry.sha256
        else "has other bytes than were published (SHA-256 differs)"
    )


def _footer(snapshot: Snapshot, table: str, path: Path, entry: FileEntry) -> Iterator[Fault]:
    where = _relative(snapshot, path)
    footer = pq.read_metadata(path)
    if footer.num_rows != entry.rows:
        yield Fault(
            "counts",
            where,
            f"{table}/{entry.name} has {footer.num_rows} rows, the manifest says {entry.rows}",
        )
    schema = table_file.schema(path)
    version = (schema.metadata or {}).get(b"copydesk.schema_version", b"none").decode()
    if version != str(snapshot.manifest.schema_version):
        yield Fault(
            "schema",
            where,
            f"{table}/{entry.name} has schema version {version}, the snapshot {snapshot.manifest.schema_version}",
        )
    elif snapshot.manifest.schema_version == SCHEMA_VERSION and not schema.equals(
        tables_now()[table]
    ):
        yield Fault(
            "schema",
            where,
            f"the columns of {table}/{entry.name} are not those of schema version {version}",
        )


def _beside(
    warehouse: Warehouse,
    snapshot: Snapshot,
    hashes: dict[tuple[int, int], str],
    looked_at: set[Path],
) -> Iterator[Fault]:
    """Index, inputs, receipts and keys."""
    beside = [("index", entry) for entry in snapshot.manifest.index]
    if snapshot.manifest.inputs:
        beside.append(("manifests", snapshot.manifest.inputs))
    for folder, entry in beside:
        path = warehouse.root / folder / entry.name
        if not path.is_file():
            yield Fault(
                "missing",
                f"{folder}/{entry.name}",
                f"{folder}/{entry.name} of snapshot {snapshot.id} is missing",
            )
        elif wrong := _wrong_content(path, entry, hashes):
            advice = "; `copydesk index rebuild` rebuilds it" if folder == "index" else ""
            yield Fault(
                "changed", f"{folder}/{entry.name}", f"{folder}/{entry.name} {wrong}{advice}"
            )
    for name in snapshot.manifest.receipts:
        if not (warehouse.root / "receipts" / name).is_file():
            yield Fault("missing", f"receipts/{name}", f"the receipt {name} is missing")
    for table, entries in snapshot.manifest.tables.items():
        for entry in entries if PARTITIONS[table].keys else ():
            stored = warehouse.root / "keys" / table / entry.keys_name
            path = snapshot.path / table / entry.name
            if stored.is_file() and path.is_file() and stored not in looked_at:
                looked_at.add(stored)
                try:
                    fits = np.array_equal(
                        np.load(stored, allow_pickle=False), table_file.keys(path, table)
                    )
                except (ValueError, EOFError, OSError, pa.ArrowException):
                    fits = False
                if not fits:
                    yield Fault(
                        "changed",
                        f"keys/{table}/{stored.name}",
                        f"keys/{table}/{stored.name} does not fit its table; delete it",
                    )


def _rows(warehouse: Warehouse, snapshot: Snapshot) -> Iterator[Fault]:
    yield from _balance(snapshot)
    yield from _nulls(snapshot)
    yield from _single(snapshot)
    yield from _clusters(snapshot)
    yield from _stories(snapshot)
    yield from _texts(snapshot)
    yield from _orphan_rows(snapshot)
    forgotten = set(snapshot.table("tombstones", ["doc_id"])["doc_id"].to_pylist())
    yield from remains(warehouse, forgotten)


def _balance(snapshot: Snapshot) -> Iterator[Fault]:
    for row in snapshot.table("runs").to_pylist():
        accounted = sum(
            row[name]
            for name in ("n_articles", "n_duplicates", "n_rejected", "n_quarantined", "n_known")
        )
        if row["n_read"] != accounted:
            yield Fault(
                "counts",
                f"runs {row['run_id']}",
                f"run {row['run_id']} read {row['n_read']} documents and accounts for {accounted}",
            )


def _nulls(snapshot: Snapshot) -> Iterator[Fault]:
    for table in snapshot.tables:
        for path in snapshot.files(table):
            footer = pq.read_metadata(path)
            for column in tables_now()[table]:
                if column.nullable or pa.types.is_nested(column.type):
                    continue
                place = footer.schema.names.index(column.name)
                groups = [
                    footer.row_group(group).column(place).statistics
                    for group in range(footer.num_row_groups)
                ]
                if any(
                    stats is not None and stats.has_null_count and stats.null_count
                    for stats in groups
                ):
                    yield Fault(
                        "schema",
                        _relative(snapshot, path),
                        f"{table}.{column.name} holds nulls and must hold none",
                    )


def _single(snapshot: Snapshot) -> Iterator[Fault]:
    parts = [snapshot.table(table, ["doc_id"])["doc_id"] for table in DOCUMENT_TABLES]
    counted = pa.chunked_array(
        [chunk for part in parts for chunk in part.chunks], pa.string()
    ).value_counts()
    twice = counted.filter(pc.greater(counted.field("counts"), 1))
    for identifier in twice.field("values").to_pylist():
        yield Fault(
            "twice",
            identifier,
            f"document {identifier} stands in more than one row of articles, duplicates and quarantined",
        )


def _clusters(snapshot: Snapshot) -> Iterator[Fault]:
    """Every copy has one kept document, and every cluster as many copies as it says."""
    articles = snapshot.table("articles", ["doc_id", "cluster_size"])
    kept = snapshot.table("duplicates", ["doc_id", "kept_doc_id"])
    ids = articles["doc_id"].combine_chunks()
    lost = kept.filter(pc.invert(pc.is_in(kept["kept_doc_id"], value_set=ids)))
    for row in lost.to_pylist():
        yield Fault(
            "cluster",
            row["doc_id"],
            f"{row['doc_id']} is a copy of {row['kept_doc_id']}, which is not in articles",
        )
    counted = kept["kept_doc_id"].value_counts()
    n_copies = dict(
        zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    )
    sizes = articles.filter(pc.is_valid(articles["cluster_size"]))
    for identifier, size in zip(
        sizes["doc_id"].to_pylist(), sizes["cluster_size"].to_pylist(), strict=True
    ):
        if size != 1 + n_copies.get(identifier, 0):
            yield Fault(
                "cluster",
                identifier,
                f"{identifier} has cluster_size {size} and {n_copies.get(identifier, 0)} copies",
            )


def _stories(snapshot: Snapshot) -> Iterator[Fault]:
    counted = Counter(snapshot.table("articles", ["story_id"])["story_id"].to_pylist())
    counted.pop(None, None)
    said = {
        row["story_id"]: row["n_articles"]
        for row in snapshot.table("stories", ["story_id", "n_articles", "merged_into"]).to_pylist()
        if row["merged_into"] is None
    }
    for identifier, number in sorted(counted.items()):
        if identifier not in said:
            yield Fault(
                "story",
                identifier,
                f"{number} articles are in story {identifier}, which is not in stories",
            )
        elif said[identifier] != number:
            yield Fault(
                "story",
                identifier,
                f"story {identifier} says {said[identifier]} articles and has {number}",
            )
    for identifier in sorted(set(said) - set(counted)):
        if said[identifier]:
            yield Fault(
                "story",
                identifier,
                f"story {identifier} says {said[identifier]} articles and has none",
            )


def _texts(snapshot: Snapshot) -> Iterator[Fault]:
    """The text has the hash beside it, and with the ledger gives back the extracted text."""
    columns = ["doc_id", "text", "content_sha256", "extracted_sha256"]
    for table in DOCUMENT_TABLES:
        for path in snapshot.files(table):
            documents = table_file.read(path, columns)
            cuts = ledgers(snapshot, documents["doc_id"])
            for row in documents.to_pylist():
                if wrong := _wrong_text(row, cuts.get(row["doc_id"], ())):
                    yield Fault("text", row["doc_id"], f"{table} {row['doc_id']}: {wrong}")


def ledgers(
    snapshot: Snapshot, ids: Iterable[str] | pa.ChunkedArray
) -> dict[str, list[ledger.Removal]]:
    """The removals of each of the documents."""
    wanted = ids.to_pylist() if isinstance(ids, pa.ChunkedArray) else list(ids)
    found: dict[str, list[ledger.Removal]] = {}
    if not wanted:
        return found
    for row in snapshot.documents("removed", wanted).to_pylist():
        found.setdefault(row.pop("doc_id"), []).append(ledger.Removal(**row))
    return found


def _wrong_text(row: dict[str, Any], cuts: Sequence[ledger.Removal]) -> str | None:
    if hashlib.sha256(row["text"].encode()).hexdigest() != row["content_sha256"]:
        return "the text does not have the hash content_sha256"
    try:
        extracted = ledger.rebuild(row["text"], cuts)
    except ValueError as error:
        return f"the ledger cannot be followed: {error}"
    if hashlib.sha256(extracted.encode()).hexdigest() != row["extracted_sha256"]:
        return "text and ledger do not rebuild the extracted text (extracted_sha256 differs)"
    return None


def _orphan_rows(snapshot: Snapshot) -> Iterator[Fault]:
    """Ledger and pair rows of documents that stand nowhere."""
    known = np.unique(
        np.concatenate(
            [
                snapshot.keys(table, entry)
                for table in DOCUMENT_TABLES
                for entry in snapshot.manifest.tables[table]
            ]
            or [np.empty(0, np.uint64)]
        )
    )
    for table in ("removed", "pairs"):
        for entry in snapshot.manifest.tables[table]:
            path = snapshot.file(table, entry)
            strange = table_file.keys(path, table)
            strange = strange[~table_file.holds(known, strange)]
            if len(strange):
                ids = pa.chunked_array(
                    [
                        c
                        for column in table_file.read(path, PARTITIONS[table].keys).columns
                        for c in column.chunks
                    ],
                    pa.string(),
                )
                first = next(
                    identifier
                    for identifier in ids.to_pylist()
                    if keys_of(pa.array([identifier]))[0] in strange
                )
                yield Fault(
                    "orphan",
                    first,
                    f"{table}/{entry.name} has rows of {len(strange)} unknown documents, such as {first}",
                )


def remains(warehouse: Warehouse, forgotten: Iterable[str]) -> Iterator[Fault]:
    """Places in any kept snapshot, report or staged file where a forgotten document can still be found."""
    ids = pa.array(sorted(set(forgotten)), pa.string())
    if not len(ids):
        return
    seen: set[tuple[str, str]] = set()
    for snapshot in warehouse.snapshots():
        for table in snapshot.tables:
            if table == "tombstones":
                continue
            for entry in snapshot.manifest.tables[table]:
                if (table, entry.sha256) in seen:
                    continue
                seen.add((table, entry.sha256))
                for identifier, column in _cells(snapshot.file(table, entry), ids):
                    yield Fault(
                        "remains",
                        identifier,
                        f"{table}/{entry.name} still holds the forgotten document {identifier} ({column})",
                    )
    for folder in ("reports", "staging", "manifests"):
        for path in sorted((warehouse.root / folder).rglob("*")):
            if path.is_file() and (found := _mentions(path, ids.to_pylist())):
                where = str(path.relative_to(warehouse.root))
                yield Fault("remains", where, f"{where} still names the forgotten document {found}")


def _cells(path: Path, ids: pa.Array) -> Iterator[tuple[str, str]]:
    """Ids that stand in a cell of a file, in whichever column holds ids."""
    schema = table_file.schema(path)
    for column in schema.names:
        if column in _ID_COLUMNS:
            values = table_file.read(path, [column])[column]
            if pa.types.is_list(schema.field(column).type):
                values = pc.list_flatten(values)
            for identifier in values.filter(pc.is_in(values, value_set=ids)).unique().to_pylist():
                yield identifier, column


_ID_COLUMNS = {
    "doc_id",
    "kept_doc_id",
    "doc_a",
    "doc_b",
    "supersedes",
    "story_id",
    "merged_into",
    "examples",
}


def _mentions(path: Path, ids: Sequence[str]) -> str | None:
    named = set(re.findall(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", path.read_bytes()))
    return next((identifier for identifier in ids if identifier.encode() in named), None)
