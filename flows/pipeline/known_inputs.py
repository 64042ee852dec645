"""Skip inputs that the warehouse has already read. If a file has grown, read only its new part.

The record is a table with a row for each input file (`INPUTS`). It belongs to the snapshot. So after
a rollback it says which files that snapshot was made from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.read.formats import PACKINGS, by_name
from copydesk.flows.read.record import Reject
from copydesk.flows.read.sources import InputFile
from copydesk.flows.read.tally import Tally
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse.input_record import INPUTS, conformed

if TYPE_CHECKING:
    from copydesk.flows.recipe import Recipe
    from copydesk.flows.warehouse import Snapshot

_CHUNK = 2**20
_ASIDE, _SNAPSHOT = "inputs-read-since.parquet", b"snapshot"
# The sections of a recipe that decide which documents a file gives. The other sections only affect
# documents after they were read.
_SECTIONS = ("inputs", "limits", "extract", "clean", "tag")
# Formats in which a new record can begin where the file ended before, with the compressions in which
# that works. In a compressed file, the new record must start a new member.
_GROWING = {"jsonl": frozenset({""}), "warc": frozenset({"", ".gz"})}
_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stat:
    """What the folder or store says about a file: size, modification time, and a store's version."""

    size_bytes: int | None
    modified_ns: int | None
    version: str


@dataclass(frozen=True, slots=True)
class Sifted:
    """The inputs of a run: the files to read, and what is known about the others without reading them.

    `stats` has the state of each file of `files` before it is read, in the same order. `known` has
    the rows of skipped files. `continued` maps the position in `files` of a file whose beginning is
    known to its row.
    """

    files: tuple[InputFile | Reject, ...]
    stats: tuple[Stat | None, ...] = ()
    known: tuple[Mapping[str, Any], ...] = ()
    continued: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def n_known_files(self) -> int:
        """The number of files that are not opened."""
        return len(self.known)

    @property
    def n_known_documents(self) -> int:
        """The number of documents, with rejected ones, in skipped files and in known parts of others."""
        rows = (*self.known, *self.continued.values())
        return sum((row["n_records"] or 0) + (row["n_rejects"] or 0) for row in rows)


def reading_sha256(recipe: Recipe) -> str:
    """The SHA-256, in hex, of the options of a recipe that decide which documents a file gives."""
    chosen = {name: asdict(getattr(recipe, name)) for name in _SECTIONS}
    return sha256(json.dumps(chosen, sort_keys=True, default=str).encode()).hexdigest()


def sift(
    files: Sequence[InputFile | Reject], record: pa.Table, *, reading: str, reread: bool = False
) -> Sifted:
    """Leave out the files that the record knows. `reading` is the `reading_sha256` of the recipe.

    A file is known if its path, size and modification time are the same, or for a file in a store,
    its size and version. If only its time or its folder has changed, it is known by the hash of its
    content. A file that was read with another `reading` is read again. With `reread`, every file is
    read again.
    """
    rows = [] if reread else [row for row in record.to_pylist() if _counts(row, reading)]
    by_path = {(row["source_uri"], row["path"]): row for row in rows}
    # Of files with the same name in several folders, the one that was read last.
    by_name = {
        row["source_uri"]: row for row in sorted(rows, key=lambda row: str(row["run_id"] or ""))
    }
    left: list[InputFile | Reject] = []
    stats: list[Stat | None] = []
    known: list[Mapping[str, Any]] = []
    continued: dict[int, Mapping[str, Any]] = {}
    for file in files:
        now = stat_of(file) if isinstance(file, InputFile) else None
        if isinstance(file, InputFile) and now is not None and rows:
            row = by_path.get((file.source_uri, stored_path(file))) or by_name.get(file.source_uri)
            if row is not None and _is_same(file, now, row):
                known.append({**row, **_of_stat(now), "path": stored_path(file)})
                continue
            if row is not None and _has_grown(file, now, row):
                continued[len(left)] = row
                grown = replace(file, offset=row["size_bytes"], first_number=row["next_number"])
                left.append(grown)
                stats.append(now)
                continue
        left.append(file)
        stats.append(now)
    return Sifted(tuple(left), tuple(stats), tuple(known), continued)


def unknown(files: Sequence[InputFile | Reject]) -> Sifted:
    """All of `files`, for a run that ignores the record."""
    return sift(files, INPUTS.empty_table(), reading="")


def record_of(root: Path, snapshot: Snapshot | None) -> pa.Table:
    """The record of a snapshot, and of the later runs that read files but published nothing new."""
    if snapshot is None:
        return INPUTS.empty_table()
    record = snapshot.inputs()
    aside = root / "reports" / _ASIDE
    try:
        of = pq.read_schema(aside).metadata or {}
        if of.get(_SNAPSHOT) == snapshot.id.encode():
            return conformed(pq.read_table(aside))
    except (OSError, pa.ArrowException):  # It is absent or damaged, so the files are read again.
        pass
    return record


def store_unpublished(root: Path, snapshot: Snapshot, record: pa.Table) -> None:
    """Store the record of a run that published nothing. It is used as long as `snapshot` is current."""
    (root / "reports").mkdir(exist_ok=True)
    with atomic_write.temporary_file(root / "reports" / _ASIDE) as draft:
        pq.write_table(record.replace_schema_metadata({_SNAPSHOT: snapshot.id}), draft)


def stat_of(file: InputFile) -> Stat | None:
    """The current state of a file, or None if it no longer exists."""
    if file.is_remote:
        return Stat(file.n_bytes, None, file.version or file.modified)
    try:
        found = os.stat(file.path)
    except OSError:
        return None
    return Stat(found.st_size, found.st_mtime_ns, "")


def stored_path(file: InputFile) -> str:
    """The path as the record stores it. Bytes of a file name that are not UTF-8 are escaped."""
    if file.path.isascii():
        return file.path
    return file.path.encode("utf-8", "backslashreplace").decode()


def recorded(
    record: pa.Table, sifted: Sifted, tally: Tally, *, reading: str, version: str, run_id: str
) -> pa.Table:
    """The record after a run that read `sifted.files`. The rows of other files do not change.

    A file that could not be opened gets no row, so that the next run tries it again.
    """
    now: dict[_Key, Mapping[str, Any]] = {
        (row["source_uri"], row["path"] or ""): row for row in record.to_pylist()
    }
    for row in sifted.known:
        _supersede(now, row)
    for number, (file, before) in enumerate(zip(sifted.files, sifted.stats, strict=True)):
        if not isinstance(file, InputFile):
            continue
        # An older version wrote this row and recorded no path.
        now.pop((file.source_uri, ""), None)
        digest = None if before is None else content_sha256(file, before.size_bytes)
        if before is None or digest is None:
            now.pop((file.source_uri, stored_path(file)), None)
            continue
        old = sifted.continued.get(number, {})
        is_unchanged = stat_of(file) == before
        row = {
            "source_uri": file.source_uri,
            "sha256": digest,
            "path": stored_path(file),
            "n_records": (old.get("n_records") or 0) + tally.records[number],
            "n_rejects": (old.get("n_rejects") or 0) + tally.rejects[number],
            "next_number": tally.next_numbers.get(number) if is_unchanged else None,
            "outcome": "read" if tally.records[number] or not tally.rejects[number] else "rejected",
            "reading_sha256": reading,
            "copydesk_version": version,
            "run_id": run_id,
            **_of_stat(before),
        }
        _supersede(now, row)
    return pa.Table.from_pylist([now[key] for key in sorted(now)], schema=INPUTS)


def content_sha256(file: InputFile, n_bytes: int | None = None) -> str | None:
    """The SHA-256, in hex, of the first `n_bytes` of a file, or of the whole file if that is None.

    Returns None if the file cannot be read.
    """
    digest, left = sha256(), n_bytes
    try:
        with file.open() as stream:
            while left is None or left > 0:
                chunk = stream.read(_CHUNK if left is None else min(_CHUNK, left))
                if not chunk:
                    break
                digest.update(chunk)
                left = None if left is None else left - len(chunk)
    except OSError:
        return None
    return digest.hexdigest() if not left else None


def _counts(row: Mapping[str, Any], reading: str) -> bool:
    return row["reading_sha256"] == reading and row["path"] is not None and bool(row["sha256"])


def _is_same(file: InputFile, now: Stat, row: Mapping[str, Any]) -> bool:
    if now.size_bytes != row["size_bytes"] or now.size_bytes is None:
        return False
    is_here = row["path"] == stored_path(file)
    if file.is_remote:
        return is_here and bool(now.version) and bool(now.version == row["version"])
    if is_here and now.modified_ns == row["modified_ns"]:
        return True
    return bool(content_sha256(file, now.size_bytes) == row["sha256"])


def _has_grown(file: InputFile, now: Stat, row: Mapping[str, Any]) -> bool:
    """Whether records were added after those that are known, and nothing else changed."""
    size, name = row["size_bytes"], file.source_uri.lower()
    format_ = by_name(name)
    packing = next((suffix for suffix in PACKINGS if name.endswith(suffix)), "")
    if file.is_remote or format_ is None or packing not in _GROWING.get(format_.name, ()):
        return False
    if row["next_number"] is None or not size or (now.size_bytes or 0) <= size:
        return False
    return _begins_a_record(file, size, packing) and bool(
        content_sha256(file, size) == row["sha256"]
    )


def _begins_a_record(file: InputFile, size: int, packing: str) -> bool:
    try:
        with file.open() as stream:
            stream.seek(size - 1)
            around = bytes(stream.read(3))
    except OSError:
        return False
    return around[1:3] == b"\x1f\x8b" if packing else around[:1] == b"\n"


def _supersede(rows: dict[_Key, Mapping[str, Any]], row: Mapping[str, Any]) -> None:
    rows.pop((row["source_uri"], ""), None)
    rows[row["source_uri"], row["path"]] = row


def _of_stat(stat: Stat) -> dict[str, Any]:
    return {
        "size_bytes": stat.size_bytes,
        "modified_ns": stat.modified_ns,
        "version": stat.version,
    }
