"""Take documents out of everything that is kept, and keep them out.

Every kept snapshot that holds one is written again without it, under a new id; the head gets the
tombstones; one switch makes them current, and the old files go. A run killed before the switch has
forgotten nothing, one killed after it has forgotten everything but for files that the next writer
sweeps first.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.maintenance.cluster_repair import Reelection, edit_without
from copydesk.flows.maintenance.maintenance_run import chore
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse.change import Ancestry, Change
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse
from copydesk.transforms.tag.address import normalised

_ABOUT = [
    "doc_id",
    "url",
    "canonical_url",
    "outlet",
    "outlet_id",
    "published_date",
    "fetched_at",
    "source_uri",
    "record_number",
    "content_sha256",
    "extracted_sha256",
    "title",
    "run_id",
]
# Gives new staged index files by name, and the names of the snapshot's own that stay.
IndexWithout = Callable[[Snapshot, Collection[str], Path], tuple[Mapping[str, Path], Sequence[str]]]


class NothingToForget(WarehouseError):
    """No kept snapshot holds such a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to forget: documents by id, by address, or by outlet (up to a day of publication)."""

    docs: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    until: date | None = None
    with_copies: bool = False

    def __post_init__(self) -> None:
        if not (self.docs or self.urls or self.outlets):
            raise ValueError("name what to forget: a doc_id, a URL or an outlet")
        if self.until is not None and not self.outlets:
            raise ValueError("a last day goes with an outlet")

    @property
    def addresses(self) -> set[str]:
        """The URLs as given, and as articles carry them: without fragment and tracking parameters."""
        return {*self.urls, *(address for url in self.urls if (address := normalised(url)))}

    def scope_of(self, row: Mapping[str, Any]) -> str | None:
        """How the request names a document: doc, url, outlet, or not at all."""
        if row["doc_id"] in self.docs:
            return "doc"
        if {row["url"], row["canonical_url"]} & self.addresses:
            return "url"
        if not {_folded(row["outlet"]), _folded(row["outlet_id"])} & {
            _folded(name) for name in self.outlets
        }:
            return None
        day = row["published_date"] or (row["fetched_at"].date() if row["fetched_at"] else None)
        return "outlet" if self.until is None or (day is not None and day <= self.until) else None


@dataclass(slots=True)
class _Found:
    """A document to forget, as far as it may be remembered."""

    about: dict[str, Any]
    scope: str
    tables: dict[str, str] = field(default_factory=dict)  # snapshot to table

    @property
    def url_sha256(self) -> str | None:
        url = self.about["canonical_url"] or self.about["url"]
        return sha256(url.encode()).hexdigest() if url else None


def forget(
    warehouse: Warehouse,
    request: Request,
    *,
    reelection_rules: Reelection,
    index_without: IndexWithout | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Forget what the request names; returns the receipt. Needs the warehouse's lock.

    Raises NothingToForget when no kept snapshot holds such a document.
    """
    now = now or datetime.now(UTC)
    warehouse.sweep()
    line = _line(warehouse)
    found, rejected, relatives = _named(line, request)
    run = chore("forget", line[-1], now=now)
    receipt = _receipt(run, request, found, relatives)
    built = _rewrite(
        warehouse,
        line,
        run,
        found=found,
        rejected=rejected,
        reelection_rules=reelection_rules,
        index_without=index_without,
        receipt=receipt,
    )
    head = _head(warehouse, built, run, found=found, receipt=receipt)
    warehouse.switch(head)
    _clear(warehouse, found, receipt)
    return receipt


def named(warehouse: Warehouse, request: Request) -> list[dict[str, Any]]:
    """The documents that `forget` would take, newest first: doc_id, published_date, outlet, title and more.

    Raises NothingToForget like `forget`; an empty list means that only rows of `rejects` would go.
    """
    line = _line(warehouse)
    found, _, _ = _named(line, request)
    return sorted(
        (one.about for one in found.values()),
        key=lambda row: (str(row["published_date"] or ""), row["doc_id"]),
        reverse=True,
    )


def _line(warehouse: Warehouse) -> list[Snapshot]:
    """The kept snapshots, oldest first; UnknownSnapshot before the first publish."""
    warehouse.snapshot("current")
    return warehouse.snapshots()[::-1]


def _named(
    line: Sequence[Snapshot], request: Request
) -> tuple[dict[str, _Found], pa.Table, dict[str, str]]:
    """What the request takes, with the copies if it says so: documents, rejects, and what else has their text."""
    found, rejected = _find(line, request)
    if not found and not rejected:
        raise NothingToForget(_nothing(line[-1], request))
    relatives = _relatives(line, set(found))
    if request.with_copies and relatives:
        more, theirs = _find(line, Request(docs=tuple(relatives)))
        found = {**more, **found}
        rejected = pa.concat_tables([rejected, theirs])
        relatives = _relatives(line, set(found))
    return found, rejected, relatives


def _find(line: Sequence[Snapshot], request: Request) -> tuple[dict[str, _Found], pa.Table]:
    """Documents the request names in any kept snapshot, and rejects of theirs."""
    found: dict[str, _Found] = {}
    for snapshot in line:
        for table in DOCUMENT_TABLES:
            for row in _candidates(snapshot, table, request):
                scope = request.scope_of(row)
                if scope is not None:
                    one = found.setdefault(row["doc_id"], _Found(row, scope))
                    one.tables[snapshot.id] = table
    places = {(one.about["source_uri"], one.about["record_number"]) for one in found.values()}
    urls = {
        one.about[name] for one in found.values() for name in ("url", "canonical_url")
    } | request.addresses
    rejected: dict[tuple[Any, ...], dict[str, Any]] = {}
    for snapshot in line:
        for row in snapshot.table("rejects", ["source_uri", "record_number", "url"]).to_pylist():
            if (row["source_uri"], row["record_number"]) in places or (
                row["url"] and row["url"] in urls
            ):
                rejected[tuple(row.values())] = row
    schema = pa.schema(
        [("source_uri", pa.string()), ("record_number", pa.int64()), ("url", pa.string())]
    )
    return found, pa.Table.from_pylist(list(rejected.values()), schema=schema)


def _candidates(snapshot: Snapshot, table: str, request: Request) -> Iterable[dict[str, Any]]:
    if request.docs:
        yield from snapshot.documents(table, request.docs, _ABOUT).to_pylist()
    where = None
    if request.urls:
        urls = pa.array(sorted(request.addresses), pa.string())
        where = pc.field("url").isin(urls) | pc.field("canonical_url").isin(urls)
    if request.outlets:
        names = pa.array([_folded(name) for name in request.outlets], pa.string())
        by_outlet = pc.utf8_lower(pc.field("outlet")).isin(names) | pc.utf8_lower(
            pc.field("outlet_id")
        ).isin(names)
        where = by_outlet if where is None else where | by_outlet
    if where is not None:
        yield from snapshot.table(table, _ABOUT, where).to_pylist()


def _folded(name: str | None) -> str | None:
    return name.strip().lower() if name else None


def _nothing(current: Snapshot, request: Request) -> str:
    gone = (
        current.documents("tombstones", request.docs)["receipt_id"].unique().to_pylist()
        if request.docs
        else []
    )
    if gone:
        return f"{', '.join(request.docs)} was forgotten before: receipt {', '.join(gone)}"
    names = ", ".join((*request.docs, *request.urls, *request.outlets))
    until = f" published until {request.until}" if request.until else ""
    return f"no kept snapshot holds a document of {names}{until}; `copydesk show` finds documents"


def _relatives(line: Sequence[Snapshot], ids: Collection[str]) -> dict[str, str]:
    """Other documents that share text with these, and how: copy, pair, same text, revision."""
    related: dict[str, str] = {}
    wanted = pa.array(sorted(ids), pa.string())

    def note(identifier: str | None, how: str) -> None:
        if identifier is not None and identifier not in ids:
            related.setdefault(identifier, how)

    for snapshot in line:
        duplicates = snapshot.table("duplicates", ["doc_id", "kept_doc_id"])
        heads = set(
            duplicates.filter(pc.is_in(duplicates["doc_id"], value_set=wanted))[
                "kept_doc_id"
            ].to_pylist()
        ) | set(ids)
        cluster = duplicates.filter(
            pc.is_in(duplicates["kept_doc_id"], value_set=pa.array(sorted(heads), pa.string()))
        )
        for identifier in (*cluster["doc_id"].to_pylist(), *(heads if cluster.num_rows else ())):
            note(identifier, "copy")
        for row in snapshot.documents("pairs", ids, ["doc_a", "doc_b", "relation"]).to_pylist():
            for side in ("doc_a", "doc_b"):
                note(row[side], f"pair ({row['relation']})")
        for table in DOCUMENT_TABLES:
            mine = snapshot.documents(table, ids, ["content_sha256", "supersedes"])
            if not mine.num_rows:
                continue
            for other in DOCUMENT_TABLES:
                same = snapshot.table(
                    other,
                    ["doc_id"],
                    pc.field("content_sha256").isin(mine["content_sha256"].combine_chunks()),
                )
                for identifier in same["doc_id"].to_pylist():
                    note(identifier, "same text")
            for identifier in mine["supersedes"].to_pylist():
                note(identifier, "revision")
        for table in DOCUMENT_TABLES:
            for identifier in snapshot.table(
                table, ["doc_id"], pc.field("supersedes").isin(wanted)
            )["doc_id"].to_pylist():
                note(identifier, "revision")
    return dict(sorted(related.items()))


def _rewrite(
    warehouse: Warehouse,
    line: Sequence[Snapshot],
    run: Mapping[str, Any],
    *,
    found: Mapping[str, _Found],
    rejected: pa.Table,
    reelection_rules: Reelection,
    index_without: IndexWithout | None,
    receipt: dict[str, Any],
) -> Snapshot:
    """Write each kept snapshot again from the first that holds a document on; returns the last."""
    parent: str | None = line[0].manifest.parent
    built = line[0]
    begun = False
    for snapshot in line:
        here = [identifier for identifier, one in found.items() if snapshot.id in one.tables]
        begun = begun or bool(here) or _names(snapshot, rejected)
        if not begun:
            parent, built = snapshot.id, snapshot
            continue
        without = edit_without(snapshot, set(found), reelection_rules)
        staged = warehouse.staging(run["run_id"]) / f"index-{snapshot.id}"
        staged.mkdir(parents=True)
        new_index, keep_index = (
            index_without(snapshot, set(found), staged) if index_without is not None else ({}, None)
        )
        change = Change(
            parent=snapshot.id,
            run=run,
            inserts=without.inserts,
            updates=without.updates,
            deletes={**without.deletes, "rejects": rejected},
            index_files=new_index,
            index_keep=keep_index,
            inputs=_inputs_without(snapshot, found),
        )
        built = warehouse.build(
            snapshot,
            change,
            ancestry=Ancestry(parent, snapshot.manifest.sequence, rewrites=snapshot.manifest),
        )
        receipt["rewritten"][snapshot.id] = built.id
        receipt["replaced"].update(without.replaced)
        receipt["stories_renamed"].update(without.renamed)
        parent = built.id
    return built


def _names(snapshot: Snapshot, rejected: pa.Table) -> bool:
    if not rejected.num_rows:
        return False
    wanted = {tuple(row.values()) for row in rejected.to_pylist()}
    return any(
        tuple(row.values()) in wanted
        for row in snapshot.table("rejects", rejected.column_names).to_pylist()
    )


def _inputs_without(snapshot: Snapshot, found: Mapping[str, _Found]) -> pa.Table | None:
    """The record of inputs without files that were one forgotten document; None where it stays as it is."""
    if snapshot.manifest.inputs is None:
        return None
    gone = pa.array(
        sorted(
            {
                str(one.about["source_uri"])
                for one in found.values()
                if one.about["record_number"] is None
            }
        ),
        pa.string(),
    )
    inputs = snapshot.inputs()
    kept = inputs.filter(pc.invert(pc.is_in(inputs["source_uri"], value_set=gone)))
    return None if kept.num_rows == inputs.num_rows else kept


def _head(
    warehouse: Warehouse,
    built: Snapshot,
    run: Mapping[str, Any],
    *,
    found: Mapping[str, _Found],
    receipt: dict[str, Any],
) -> Snapshot:
    """The snapshot of the forget run itself: tombstones, the run's row, and the receipt's name."""
    tombstones = pa.Table.from_pylist(
        [
            {
                "doc_id": identifier,
                "url_sha256": one.url_sha256,
                "scope": one.scope,
                "receipt_id": receipt["receipt_id"],
                "forgotten_at": run["finished_at"],
            }
            for identifier, one in sorted(found.items())
        ]
    )
    name = f"{receipt['receipt_id']}.json"
    atomic_write.write_whole(
        warehouse.root / "receipts" / name, json.dumps(receipt, indent=1, ensure_ascii=False) + "\n"
    )
    change = Change(
        parent=built.id,
        run=run,
        inserts={"tombstones": [tombstones]} if found else {},
        extras={"receipt_id": receipt["receipt_id"]},
    )
    return warehouse.build(
        built, change, ancestry=Ancestry(built.id, built.manifest.sequence + 1, receipts=(name,))
    )


def _receipt(
    run: Mapping[str, Any],
    request: Request,
    found: Mapping[str, _Found],
    relatives: Mapping[str, str],
) -> dict[str, Any]:
    """What may be remembered: ids, hashes, places; no text, no title, no address."""
    return {
        "receipt_id": run["run_id"],
        "forgotten_at": run["finished_at"].isoformat(),
        "asked_for": {
            "docs": list(request.docs),
            "url_sha256": [sha256(url.encode()).hexdigest() for url in request.urls],
            "outlet_sha256": [sha256(name.encode()).hexdigest() for name in request.outlets],
            "until": str(request.until) if request.until else None,
            "with_copies": request.with_copies,
        },
        "documents": [
            {
                "doc_id": identifier,
                "scope": one.scope,
                "url_sha256": one.url_sha256,
                "content_sha256": one.about["content_sha256"],
                "extracted_sha256": one.about["extracted_sha256"],
                "tables": dict(sorted(one.tables.items())),
            }
            for identifier, one in sorted(found.items())
        ],
        "others_with_its_text": [
            {"doc_id": identifier, "how": how} for identifier, how in relatives.items()
        ],
        "rewritten": {},
        "replaced": {},
        "stories_renamed": {},
        "reports_removed": [],
    }


def _clear(warehouse: Warehouse, found: Mapping[str, _Found], receipt: dict[str, Any]) -> None:
    """Remove what the switch made superfluous: old snapshots, staged files, pages that show a document."""
    marks = _marks(found)
    for path in sorted((warehouse.root / "reports").rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if not any(mark in content for mark in marks):
            continue
        if path.suffix == ".json":
            for mark in marks:
                content = content.replace(mark, b"(forgotten)")
            atomic_write.write_whole(path, content.decode("utf-8"))
        else:
            # The page is drawn from the snapshot: `copydesk report RUN` draws it again, without the document.
            path.unlink()
        receipt["reports_removed"].append(path.name)
    name = warehouse.root / "receipts" / f"{receipt['receipt_id']}.json"
    atomic_write.write_whole(name, json.dumps(receipt, indent=1, ensure_ascii=False) + "\n")
    warehouse.sweep()


def _marks(found: Mapping[str, _Found]) -> list[bytes]:
    """What in a page or record gives a document away, as written in HTML and JSON."""
    marks: set[str] = set()
    for identifier, one in found.items():
        about = one.about
        told = [
            about["url"],
            about["canonical_url"],
            about["source_uri"] if about["record_number"] is None else None,
        ]
        # A title of a few letters ("News") would take half the reports with it.
        told += [about["title"] if about["title"] and len(about["title"]) >= 12 else None]
        for text in (identifier, *told):
            if text:
                marks |= {
                    text,
                    html.escape(text),
                    html.escape(text, quote=False),
                    json.dumps(text)[1:-1],
                    json.dumps(text, ensure_ascii=False)[1:-1],
                }
    return sorted((mark.encode() for mark in marks), key=len, reverse=True)
