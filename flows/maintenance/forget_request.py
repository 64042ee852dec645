"""What to forget: the request, the documents that it selects, and related documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.transforms import same_address
from copydesk.transforms.tag.address import normalised

_COLUMNS = [
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
_REJECT_COLUMNS = pa.schema(
    [("source_uri", pa.string()), ("record_number", pa.int64()), ("url", pa.string())]
)


class NothingToForget(WarehouseError):
    """No kept snapshot has such a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The documents to forget: by id, by address, or by outlet (up to a day of publication)."""

    docs: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    until: date | None = None
    with_copies: bool = False

    def __post_init__(self) -> None:
        if not (self.docs or self.urls or self.outlets):
            raise ValueError("name what to forget: a doc_id, a URL or an outlet")
        if self.until is not None and not self.outlets:
            raise ValueError("`until` needs `outlets`: only documents of an outlet have a last day")

    @property
    def addresses(self) -> set[str]:
        """The URLs as given, and also in every spelling that an address may have."""
        found = set(self.urls)
        for address in map(normalised, self.urls):
            key = same_address.key(address, None, "", 0) if address else None
            found |= {address, *same_address.spellings(key)} if address and key else set()
        return found

    def scope_of(self, row: Mapping[str, Any]) -> str | None:
        """How the request selects a document (doc, url or outlet); None if it does not."""
        if row["doc_id"] in self.docs:
            return "doc"
        if {row["url"], row["canonical_url"]} & self.addresses:
            return "url"
        outlets = {_lower(name) for name in self.outlets}
        if not {_lower(row["outlet"]), _lower(row["outlet_id"])} & outlets:
            return None
        day = row["published_date"] or (row["fetched_at"].date() if row["fetched_at"] else None)
        return "outlet" if self.until is None or (day is not None and day <= self.until) else None


@dataclass(slots=True)
class SelectedDocument:
    """A document to forget: its row without the text, and where it is stored."""

    row: dict[str, Any]
    scope: str
    # Maps a snapshot to the table that has the document.
    tables: dict[str, str] = field(default_factory=dict)

    @property
    def url_sha256(self) -> str | None:
        """The SHA-256 of the key of the address; None for a document without an address."""
        url, own = self.row["canonical_url"], self.row["url"]
        key = same_address.key(url, own, "", 0) or own
        return sha256(key.encode()).hexdigest() if key else None


@dataclass(frozen=True, slots=True)
class Selection:
    """All rows that a request selects in the kept snapshots.

    `documents` maps a doc_id to a document. `rejects` are rows of the table `rejects` from the same
    sources and addresses. `relatives` maps the doc_id of each other document that shares text with
    a selected one to the kind of relation.
    """

    documents: Mapping[str, SelectedDocument]
    rejects: pa.Table
    relatives: Mapping[str, str]


def select(line: Sequence[Snapshot], request: Request) -> Selection:
    """Find the documents that the request selects, and their copies if it asks for them.

    `line` are the kept snapshots, oldest first.

    Raises NothingToForget if no snapshot holds such a document.
    """
    documents, rejects = _find(line, request)
    if not documents and not rejects:
        raise NothingToForget(_nothing_found(line[-1], request))
    relatives = _relatives(line, set(documents))
    if request.with_copies and relatives:
        more, their_rejects = _find(line, Request(docs=tuple(relatives)))
        documents = {**more, **documents}
        rejects = pa.concat_tables([rejects, their_rejects])
        relatives = _relatives(line, set(documents))
    return Selection(documents, rejects, relatives)


def _find(
    line: Sequence[Snapshot], request: Request
) -> tuple[dict[str, SelectedDocument], pa.Table]:
    """Documents that the request selects, and the rejects from their sources and addresses."""
    documents: dict[str, SelectedDocument] = {}
    for snapshot in line:
        for table in DOCUMENT_TABLES:
            for row in _possible_rows(snapshot, table, request):
                scope = request.scope_of(row)
                if scope is not None:
                    document = documents.setdefault(row["doc_id"], SelectedDocument(row, scope))
                    document.tables[snapshot.id] = table
    rows = [document.row for document in documents.values()]
    records = {(row["source_uri"], row["record_number"]) for row in rows}
    urls = {row[name] for row in rows for name in ("url", "canonical_url")} | request.addresses
    rejects: dict[tuple[Any, ...], dict[str, Any]] = {}
    for snapshot in line:
        for row in snapshot.table("rejects", _REJECT_COLUMNS.names).to_pylist():
            if (row["source_uri"], row["record_number"]) in records or (
                row["url"] and row["url"] in urls
            ):
                rejects[tuple(row.values())] = row
    return documents, pa.Table.from_pylist(list(rejects.values()), schema=_REJECT_COLUMNS)


def _possible_rows(snapshot: Snapshot, table: str, request: Request) -> Iterable[dict[str, Any]]:
    """Rows that the request may select, found by ids, addresses and outlets."""
    if request.docs:
        yield from snapshot.documents(table, request.docs, _COLUMNS).to_pylist()
    where = None
    if request.urls:
        urls = pa.array(sorted(request.addresses), pa.string())
        where = pc.field("url").isin(urls) | pc.field("canonical_url").isin(urls)
    if request.outlets:
        names = pa.array([_lower(name) for name in request.outlets], pa.string())
        by_outlet = pc.utf8_lower(pc.field("outlet")).isin(names) | pc.utf8_lower(
            pc.field("outlet_id")
        ).isin(names)
        where = by_outlet if where is None else where | by_outlet
    if where is not None:
        yield from snapshot.table(table, _COLUMNS, where).to_pylist()


def _lower(name: str | None) -> str | None:
    return name.strip().lower() if name else None


def _nothing_found(current: Snapshot, request: Request) -> str:
    forgotten = (
        current.documents("tombstones", request.docs)["receipt_id"].unique().to_pylist()
        if request.docs
        else []
    )
    if forgotten:
        return f"{', '.join(request.docs)} was forgotten before; see receipt {', '.join(forgotten)}"
    names = ", ".join((*request.docs, *request.urls, *request.outlets))
    until = f" published until {request.until}" if request.until else ""
    short = [given for given in request.docs if len(given) != 32]
    advice = (
        f"--doc needs the whole doc_id, which `copydesk show {short[0]}` prints"
        if short
        else "`copydesk show` finds documents"
    )
    return f"no kept snapshot has a document of {names}{until}; {advice}"


def _relatives(line: Sequence[Snapshot], ids: Collection[str]) -> dict[str, str]:
    """Other documents that share text with these, and how: copy, pair, same text or revision."""
    related: dict[str, str] = {}
    for snapshot in line:
        for identifier, how in (
            *_copies(snapshot, ids),
            *_pairs(snapshot, ids),
            *_same_text_and_revisions(snapshot, ids),
        ):
            if identifier is not None and identifier not in ids:
                related.setdefault(identifier, how)
    return dict(sorted(related.items()))


def _copies(snapshot: Snapshot, ids: Collection[str]) -> Iterable[tuple[str | None, str]]:
    """The other documents of the clusters of these documents."""
    wanted = pa.array(sorted(ids), pa.string())
    copies = snapshot.table("duplicates", ["doc_id", "kept_doc_id"])
    of_ids = copies.filter(pc.is_in(copies["doc_id"], value_set=wanted))
    kept = set(of_ids["kept_doc_id"].to_pylist()) | set(ids)
    cluster = copies.filter(
        pc.is_in(copies["kept_doc_id"], value_set=pa.array(sorted(kept), pa.string()))
    )
    for identifier in (*cluster["doc_id"].to_pylist(), *(kept if cluster.num_rows else ())):
        yield identifier, "copy"


def _pairs(snapshot: Snapshot, ids: Collection[str]) -> Iterable[tuple[str | None, str]]:
    """Documents that were compared with these and found similar."""
    for row in snapshot.documents("pairs", ids, ["doc_a", "doc_b", "relation"]).to_pylist():
        for side in ("doc_a", "doc_b"):
            yield row[side], f"pair ({row['relation']})"


def _same_text_and_revisions(
    snapshot: Snapshot, ids: Collection[str]
) -> Iterable[tuple[str | None, str]]:
    """Documents with the same text as one of these, and their earlier and later revisions."""
    for table in DOCUMENT_TABLES:
        mine = snapshot.documents(table, ids, ["content_sha256", "supersedes"])
        if not mine.num_rows:
            continue
        has_same_text = pc.field("content_sha256").isin(mine["content_sha256"].combine_chunks())
        for other in DOCUMENT_TABLES:
            for identifier in snapshot.table(other, ["doc_id"], has_same_text)[
                "doc_id"
            ].to_pylist():
                yield identifier, "same text"
        for identifier in mine["supersedes"].to_pylist():
            yield identifier, "revision"
    supersedes_one = pc.field("supersedes").isin(pa.array(sorted(ids), pa.string()))
    for table in DOCUMENT_TABLES:
        for identifier in snapshot.table(table, ["doc_id"], supersedes_one)["doc_id"].to_pylist():
            yield identifier, "revision"
