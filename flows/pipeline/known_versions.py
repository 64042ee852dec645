"""Find out what the warehouse already has with the ids or at the addresses of the new documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline import refetched
from copydesk.flows.support import arrow_file
from copydesk.flows.warehouse import Snapshot
from copydesk.schemas.tables import DOCUMENT_TABLES
from copydesk.transforms import history, same_address
from copydesk.transforms.revisions import likeness
from copydesk.transforms.revisions.version import Version, content, headline, of_address

ADDRESS = ("canonical_url", "url", "source_uri", "record_number")
_TITLE = ("doc_id", "title")
_CONTENT = ("content_sha256", "title", "corrections")
_SHARDS_AT_ONCE = 40  # 20,000 documents


def several(shards: Sequence[Path], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield columns of several shards together, so that the snapshot is queried less often."""
    for first in range(0, len(shards), _SHARDS_AT_ONCE):
        yield pa.concat_tables(
            [arrow_file.read(path, columns) for path in shards[first : first + _SHARDS_AT_ONCE]]
        )


def by_shard(shards: Sequence[Path]) -> Iterator[tuple[Path, int, int]]:
    """Yield every shard with the number of its first document and its number of documents."""
    first = 0
    for path in shards:
        n = arrow_file.n_rows(path)
        yield path, first, n
        first += n


def rows_of(table: pa.Table, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield each row of some columns as a tuple."""
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def known_titles(
    shards: Sequence[Path], is_known: NDArray[np.bool_], parent: Snapshot | None
) -> dict[str, str]:
    """The stored headlines, by id, of known documents that arrive again with another headline.

    Such a document is a revision, although its text is the same. If the warehouse has this
    revision already, the id of the revision and its headline are also in the result. Forgotten
    documents are not, so they are still treated as known.
    """
    found: dict[str, str] = {}
    if parent is None:
        return found
    for arriving in _titles_of_known(shards, is_known):
        for doc_id, stored in _stored_titles(parent, arriving):
            title = arriving[doc_id]
            if not (stored and title) or headline(stored) == headline(title):
                continue
            found[doc_id] = stored
            revision_id = history.doc_id_with(doc_id, title)
            if parent.known(pa.array([revision_id], pa.string())):
                found[revision_id] = title
    return found


def titles_of_returning(
    arrivals: Sequence[history.Arrival],
    latest: Mapping[str, Version],
    parent: Snapshot | None,
) -> dict[str, str | None]:
    """Ids, with headlines, of known documents that may say again what an older version said.

    These are the ids of the arrivals, which are all known. They are also the ids that the arrivals
    get if an older text is there again (see `history.doc_id_again`), if the warehouse has them.
    """
    if parent is None:
        return {}
    titles: dict[str, str | None] = {}
    for arrival in arrivals:
        version = latest.get(arrival.address or "")
        for since in (arrival.fetched_at, version and version.doc_id):
            if since:
                again = history.doc_id_again(arrival.doc_id, arrival.title, since)
                titles[again] = arrival.title
    known = parent.known(pa.array(sorted(titles), pa.string()))
    return {arrival.doc_id: arrival.title for arrival in arrivals} | {
        doc_id: title for doc_id, title in titles.items() if doc_id in known
    }


def _titles_of_known(
    shards: Sequence[Path], is_known: NDArray[np.bool_]
) -> Iterator[dict[str, str | None]]:
    """Yield for each shard the arriving headlines of its known documents, by id."""
    if not is_known.any():
        return
    for path, first, n in by_shard(shards):
        rows = np.flatnonzero(is_known[first : first + n])
        if len(rows):
            arrived = arrow_file.read(path, _TITLE).take(pa.array(rows))
            yield dict(rows_of(arrived, _TITLE))


def _stored_titles(parent: Snapshot, doc_ids: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the id and the headline of the documents that the snapshot has."""
    for table in DOCUMENT_TABLES:
        yield from rows_of(parent.documents(table, list(doc_ids), _TITLE), _TITLE)


class Texts:
    """Compares the texts of documents at the same address when a decision needs that."""

    def __init__(
        self,
        shards: Sequence[Path],
        parent: Snapshot | None,
        arrivals: Sequence[history.Arrival],
        latest: Mapping[str, Version],
    ) -> None:
        asked = {
            key
            for arrival in arrivals
            if (key := arrival.address) and (arrival.is_twin or same_address.is_file(key))
        }
        asked |= {key for key, version in latest.items() if version.is_twin}
        wanted = {arrival.doc_id for arrival in arrivals if arrival.address in asked}
        wanted |= {version.doc_id for key, version in latest.items() if key in asked}
        self._texts: dict[str, str] = {}
        for path in shards if wanted else ():
            among = pc.field("doc_id").isin(pa.array(sorted(wanted), pa.string()))
            self._keep(arrow_file.read(path, ["doc_id", "text"]).filter(among))
        missing = sorted(wanted - self._texts.keys())
        if parent is not None and missing:
            for name in DOCUMENT_TABLES:
                self._keep(parent.documents(name, missing, ["doc_id", "text"]))

    def _keep(self, rows: pa.Table) -> None:
        self._texts |= dict(zip(rows["doc_id"].to_pylist(), rows["text"].to_pylist(), strict=True))

    def __call__(self, doc_id: str, other: str) -> likeness.Likeness:
        """See `history.resolve`."""
        return likeness.likeness(self._texts.get(doc_id, ""), self._texts.get(other, ""))


def latest_versions(shards: Sequence[Path], parent: Snapshot | None) -> dict[str, Version]:
    """The newest version that the warehouse has at each address of the arrivals, in any spelling."""
    if parent is None or not shards:
        return {}
    # A first run does not need what this loads.
    from copydesk.transforms.dedup.keep_policy import NEWER_VERSION

    keys: set[str] = set()
    for table in several(shards, ADDRESS):
        keys |= {key for row in rows_of(table, ADDRESS) if (key := same_address.key(*row))}
    urls = pa.array(
        sorted({url for key in keys for url in same_address.spellings(key)}), pa.string()
    )
    paths = pa.array(
        sorted(key.removeprefix("file:") for key in keys if same_address.is_file(key)), pa.string()
    )
    where = pc.field("canonical_url").isin(urls)
    if len(paths):
        is_path = pc.field("canonical_url").is_null() & pc.field("record_number").is_null()
        where |= is_path & pc.field("source_uri").isin(paths)
    found: dict[str, list[tuple[bool, int, str, Version]]] = defaultdict(list)
    columns = [*ADDRESS, "doc_id", "revision", *_CONTENT, "fetched_at"]
    record = refetched.record_of(parent)
    seen_again = dict(rows_of(record, record.column_names))
    for name in DOCUMENT_TABLES:
        more = ["keep_reason"] if name == "duplicates" else []
        for batch in parent.batches(name, [*columns, *more], where):
            for row in batch.to_pylist():
                key = same_address.key(*(row[column] for column in ADDRESS))
                if key in keys:
                    is_older = row.get("keep_reason") == NEWER_VERSION
                    version = _version(row, seen_again.get(row["doc_id"]))
                    found[key].append((is_older, row["revision"], name, version))
    latest: dict[str, Version] = {}
    for key, rows in found.items():
        rows.sort(key=lambda row: (*row[:3], row[3].doc_id))
        version_now = of_address(
            [version for is_older, *_, version in rows if not is_older],
            [version for is_older, *_, version in rows if is_older],
        )
        if version_now is not None:
            latest[key] = version_now
    return latest


def _version(row: Mapping[str, Any], seen_again: datetime | None) -> Version:
    says = content(*(row[name] for name in _CONTENT))
    return Version(
        row["doc_id"],
        row["revision"],
        frozenset({says}),
        seen_again or row["fetched_at"],
        same_address.is_twin_spelling(row["url"] or row["canonical_url"]),
        says,
        row["source_uri"],
        read_from=frozenset({(says, row["source_uri"])}),
    )


def column_of(table: pa.Table, name: str) -> list[Any]:
    """The values of a column."""
    values: list[Any] = table[name].to_pylist()
    return values


def merged(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Merge several mappings into one."""
    return {key: value for part in parts for key, value in part.items()}


def superseded_by_these(
    kept: pa.Table, added: pa.Table, resolutions: Sequence[history.Resolution]
) -> dict[str, str]:
    """Map each older version to a newer one. Quarantined documents are left out."""
    here = set(column_of(kept, "doc_id"))
    found: dict[str, str] = {}
    for doc_id, resolved in zip(column_of(added, "doc_id"), resolutions, strict=True):
        if doc_id in here and resolved.supersedes:
            found |= dict.fromkeys((resolved.supersedes, *resolved.supersedes_too), doc_id)
        elif doc_id in here and resolved.superseded_by:
            found[doc_id] = resolved.superseded_by
    return found


def superseded_in(duplicates: pa.Table) -> dict[str, str]:
    """Map the older versions among the copies of a snapshot to the versions that replaced them.

    `duplicates` has the columns `doc_id`, `kept_doc_id` and `keep_reason`.
    """
    # Few runs need what this loads.
    from copydesk.transforms.dedup.keep_policy import NEWER_VERSION

    older = duplicates.filter(pc.equal(duplicates["keep_reason"], NEWER_VERSION))
    return dict(zip(older["doc_id"].to_pylist(), older["kept_doc_id"].to_pylist(), strict=True))


def to_the_newest(superseded: Mapping[str, str]) -> dict[str, str]:
    """Map every older version to the newest one.

    >>> to_the_newest({"a": "b", "b": "c"})
    {'a': 'c', 'b': 'c'}
    """
    found = {}
    for doc_id in superseded:
        newest = superseded[doc_id]
        while newest in superseded:
            newest = superseded[newest]
        found[doc_id] = newest
    return found


def through_quarantine(superseded: Mapping[str, str], parent: Snapshot | None) -> dict[str, str]:
    """Add to the older versions those that are revised by a quarantined one among them.

    While a revision is in quarantine, the version before it is in the corpus. A version after both
    replaces both.
    """
    found = dict(superseded)
    asked = set(found)
    while asked and parent is not None:
        rows = parent.documents("quarantined", asked, ["doc_id", "supersedes"]).to_pylist()
        older = {row["supersedes"]: found[row["doc_id"]] for row in rows if row["supersedes"]}
        asked = older.keys() - found.keys()
        found |= {doc_id: older[doc_id] for doc_id in asked}
    return found
