"""Decide which cleaned documents are known, new or revisions, and which go to quarantine.

The decisions are written next to the shards of the workers. The texts are not written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline import refetched
from copydesk.flows.pipeline.known_versions import (
    ADDRESS,
    Texts,
    by_shard,
    column_of,
    known_titles,
    latest_versions,
    merged,
    rows_of,
    several,
    superseded_by_these,
    through_quarantine,
    titles_of_returning,
    to_the_newest,
)
from copydesk.flows.pipeline.staging.shard_files import ROW, ShardFiles, StagedRows
from copydesk.flows.support import arrow_file
from copydesk.flows.support.id_index import keys_of, whole
from copydesk.flows.warehouse import Snapshot
from copydesk.schemas.tables import DOCUMENT_TABLES
from copydesk.transforms import history, same_address

if TYPE_CHECKING:
    from copydesk.flows.pipeline.context import Context

_ARRIVAL = (
    "doc_id",
    "canonical_url",
    "content_sha256",
    "fetched_at",
    "source_uri",
    "record_number",
    "url",
    "title",
    "corrections",
)
_TEXTS_AT_ONCE = 2_000  # texts of published documents: 6 MB
_COMPARED = ("doc_id", "title", "text", "corrections")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The new documents, those that go to quarantine, and the counts of the others."""

    new: tuple[StagedRows, ...]
    quarantined: tuple[StagedRows, ...]
    n_known: int
    n_revisions: int
    n_quarantined: int
    superseded: Mapping[str, str] = field(default_factory=dict)
    """Maps older versions, of this run or published, to the newest version at their address."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Maps documents that arrived again with another headline to the id in the staged ledger."""


class Resolutions:
    """Says of every staged document whether it is known, new or a version of another one."""

    def __init__(
        self,
        is_known: NDArray[np.bool_],
        versions: Mapping[int, history.Resolution],
        refetched: Mapping[str, datetime] | None = None,
    ) -> None:
        self._is_known, self._versions = is_known, versions
        self.refetched = refetched or {}
        """The last times of documents that were fetched again without a change."""

    def of(self, first: int, n: int) -> list[history.Resolution]:
        """The resolutions of `n` documents, starting with document `first`."""
        return [
            self._versions.get(row) or (_KNOWN if is_known else _NEW)
            for row, is_known in enumerate(self._is_known[first : first + n].tolist(), start=first)
        ]

    def are_new(self, first: int, n: int) -> pa.Array:
        """Which of `n` documents are new, starting with document `first`."""
        return pa.array(~self._is_known[first : first + n])

    @property
    def superseded(self) -> set[str]:
        """Ids of the documents that have a revision."""
        return {found.supersedes for found in self._versions.values() if found.supersedes}


_KNOWN, _NEW = history.Resolution(True), history.Resolution(False)


def decide(shards: Sequence[Path], parent: Snapshot | None) -> Resolutions:
    """Resolve every document of these files by comparing it with the run and the snapshot.

    Only documents that may share an id or an address with another one are examined one by one. Each
    of the others takes 24 bytes of memory.
    """
    ids, addresses, fetched = _hashes(shards)
    is_known = _known(shards, parent)
    titles = known_titles(shards, is_known, parent)
    latest = latest_versions(shards, parent)
    at_known_address = np.isin(
        addresses, np.fromiter((_hash(key) for key in latest), np.uint64, len(latest))
    )
    renamed = np.isin(ids, _of_ids(titles)) & is_known
    is_shared = (addresses != 0) & _is_repeated(addresses)
    is_confirmed = refetched.is_confirmed(ids, fetched, latest)
    may_return = is_known & (is_shared | at_known_address & ~is_confirmed)
    chosen = renamed | may_return | ~is_known & (_is_repeated(ids) | is_shared | at_known_address)
    arrivals = _arrivals(shards, chosen)
    versions: dict[int, history.Resolution] = {}
    again: dict[str, datetime] = {}
    resolved = history.resolve(
        arrivals,
        titles_of_returning(_of_rows(arrivals, chosen, may_return), latest, parent) | titles,
        latest,
        alike=Texts(shards, parent, arrivals, latest),
    )
    for row, arrival, found in zip(
        np.flatnonzero(chosen).tolist(), arrivals, resolved, strict=True
    ):
        is_known[row] = found.is_known
        if found.confirms is not None and arrival.fetched_at is not None:
            before = again.get(found.confirms, arrival.fetched_at)
            again[found.confirms] = max(before, arrival.fetched_at)
        if not found.is_known and found != _NEW:
            versions[row] = found
    return Resolutions(is_known, versions, again)


def _of_rows(
    arrivals: Sequence[history.Arrival], chosen: NDArray[np.bool_], which: NDArray[np.bool_]
) -> list[history.Arrival]:
    """Those of the arrivals, which are the `chosen` rows, that are among some other rows."""
    return [arrivals[at] for at in np.flatnonzero(which[chosen]).tolist()]


def _of_ids(ids: Iterable[str]) -> NDArray[np.uint64]:
    return keys_of(pa.chunked_array([pa.array(sorted(ids), pa.string())]))


def _hashes(
    shards: Sequence[Path],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
    """64-bit hashes of the ids and of the canonical addresses, and the times of fetching.

    A missing address gives 0. Times are in microseconds, and a missing one is the smallest number.
    """
    ids, addresses = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    times = [np.empty(0, np.int64)]
    for path in shards:
        table = arrow_file.read(path, ["doc_id", "fetched_at", *ADDRESS])
        ids.append(keys_of(table["doc_id"]))
        keys = (same_address.key(*row) for row in rows_of(table, ADDRESS))
        addresses.append(np.fromiter(map(_hash, keys), np.uint64, table.num_rows))
        times.append(refetched.microseconds(table["fetched_at"]))
    return np.concatenate(ids), np.concatenate(addresses), np.concatenate(times)


def _hash(key: str | None) -> int:
    return (
        0 if key is None else int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
    )


def _is_repeated(values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    ordered = np.sort(values)
    return np.isin(values, np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))


def _arrivals(shards: Sequence[Path], chosen: NDArray[np.bool_]) -> list[history.Arrival]:
    """The facts that the decision needs about the chosen documents."""
    found: list[history.Arrival] = []
    for path, first, n in by_shard(shards):
        rows = np.flatnonzero(chosen[first : first + n])
        if len(rows):
            found += [
                history.Arrival(**row)
                for row in arrow_file.read(path, _ARRIVAL).take(pa.array(rows)).to_pylist()
            ]
    return found


def write(
    shards: Sequence[ShardFiles],
    resolutions: Resolutions,
    context: Context,
    quarantine: Mapping[str, str],
) -> Reconciled:
    """Write the decisions about the new documents of each shard, several shards at a time.

    The columns are `doc_id`, `revision`, `supersedes`, `changed` and `run_id`, and also `reason`
    for documents that go to quarantine. `quarantine` maps each outlet whose new documents go there
    to the reason.
    """
    articles = [shard.articles for shard in shards]
    before = _versions_revised(resolutions, articles, context.parent)
    starts = [first for _, first, _ in by_shard(articles)]
    folder = context.folder("reconcile")
    with ThreadPoolExecutor(max_workers=context.workers) as pool:
        parts = list(
            pool.map(
                lambda shard, first: _write_shard(
                    shard,
                    resolutions.of(first, arrow_file.n_rows(shard.articles)),
                    _Surroundings(before, quarantine, context.run_id, folder),
                ),
                shards,
                starts,
            )
        )
    return Reconciled(
        tuple(documents for part in parts for documents in part.new),
        tuple(documents for part in parts for documents in part.quarantined),
        sum(part.n_known for part in parts),
        sum(part.n_revisions for part in parts),
        sum(part.n_quarantined for part in parts),
        through_quarantine(
            to_the_newest(merged(part.superseded for part in parts)), context.parent
        ),
        merged(part.renamed for part in parts),
    )


class _Surroundings(NamedTuple):
    """What the decisions about a shard depend on, apart from its documents."""

    before: Mapping[str, bytes]
    quarantine: Mapping[str, str]
    run_id: str
    folder: Path


def _write_shard(
    shard: ShardFiles, resolved: Sequence[history.Resolution], around: _Surroundings
) -> Reconciled:
    """Write the decisions about one shard."""
    table = arrow_file.read(shard.articles, ["doc_id", "outlet_id"])
    rows = [row for row, found in enumerate(resolved) if not found.is_known]
    new = [resolved[row] for row in rows]
    arrived = table.take(pa.array(rows, pa.int32()))
    before_ids = column_of(arrived, "doc_id")
    ids = [found.doc_id or doc_id for found, doc_id in zip(new, before_ids, strict=True)]
    decided = pa.table(
        {
            ROW: pa.array(rows, pa.int32()),
            "doc_id": pa.array(ids, pa.string()),
            "revision": pa.array([found.revision for found in new], pa.int32()),
            "supersedes": pa.array([found.supersedes for found in new], pa.string()),
            "changed": pa.array(_changes(shard, rows, new, around.before), pa.list_(pa.string())),
            "run_id": pa.array([around.run_id] * len(rows), pa.string()),
        }
    )
    reasons = pa.array(
        [around.quarantine.get(outlet) for outlet in column_of(arrived, "outlet_id")], pa.string()
    )
    kept = decided.filter(reasons.is_null())
    held = decided.append_column("reason", reasons).filter(reasons.is_valid())
    staged: dict[str, tuple[StagedRows, ...]] = {"new": (), "quarantined": ()}
    for part, kind in ((kept, "new"), (held, "quarantined")):
        if part.num_rows:
            path = arrow_file.write(part, around.folder / f"{shard.number:06d}.{kind}.arrow")
            documents = StagedRows(shard.number, shard.articles, path, shard.counts)
            staged[kind] = (documents,)
    return Reconciled(
        staged["new"],
        staged["quarantined"],
        table.num_rows - len(rows),
        kept.num_rows - kept["supersedes"].null_count,
        held.num_rows,
        superseded_by_these(kept, decided, new),
        {
            found.doc_id: doc_id
            for found, doc_id in zip(new, before_ids, strict=True)
            if found.doc_id
        },
    )


def _changes(
    shard: ShardFiles,
    rows: Sequence[int],
    new: Sequence[history.Resolution],
    before: Mapping[str, bytes],
) -> list[list[str]]:
    """The changed columns of each new document. The list is empty if it does not revise another one."""
    changes: list[list[str]] = [[] for _ in rows]
    revised = [at for at, found in enumerate(new) if found.supersedes]
    if not revised:
        return changes
    compared = arrow_file.read(shard.articles, _COMPARED).take(
        pa.array([rows[at] for at in revised], pa.int32())
    )
    for at, row in zip(revised, compared.to_pylist(), strict=True):
        fingerprint = before[str(new[at].supersedes)]
        changes[at] = history.changed(_parts(fingerprint), _parts(_fingerprint(row)))
    return changes


def revisions(shards: Sequence[StagedRows]) -> set[str]:
    """Ids of the new documents that revise another one. They leave only for the same words."""
    found: set[str] = set()
    for shard in shards:
        rows = shard.read(["doc_id", "supersedes"])
        found.update(rows.filter(rows["supersedes"].is_valid())["doc_id"].to_pylist())
    return found


def _known(shards: Sequence[Path], parent: Snapshot | None) -> NDArray[np.bool_]:
    """For each document, whether the warehouse has it or has forgotten it (by id or by address)."""
    if parent is None:
        return np.zeros(sum(arrow_file.n_rows(path) for path in shards), np.bool_)
    by_url = pc.field("scope") != "doc"
    forgotten = set(
        parent.table("tombstones", ["url_sha256"], by_url)["url_sha256"].to_pylist()
    ) - {None}
    known = [np.zeros(0, np.bool_)]
    for table in several(shards, ["doc_id", *ADDRESS]):
        here = pa.array(sorted(parent.known(whole(table["doc_id"]))), pa.string())
        known.append(pc.is_in(table["doc_id"], value_set=here).to_numpy())
        if forgotten:
            known[-1] = known[-1] | [
                bool(_sha256s(row) & forgotten) for row in rows_of(table, ADDRESS)
            ]
    return np.concatenate(known)


def _sha256s(where: tuple[Any, ...]) -> set[str]:
    """The hashes by which a tombstone may name an address: of its key, or of the URL itself.

    Tombstones of earlier versions have the hash of the URL.
    """
    names = {where[0], same_address.key(*where)} - {None}
    return {sha256(name.encode()).hexdigest() for name in names}


def _versions_revised(
    resolutions: Resolutions, shards: Sequence[Path], parent: Snapshot | None
) -> dict[str, bytes]:
    """Hashes of title, text and corrections of the versions that arrivals revise, from this run or the snapshot."""
    found: dict[str, bytes] = {}
    ids = resolutions.superseded
    wanted = pa.array(sorted(ids), pa.string())
    for path, first, n in by_shard(shards) if ids else ():
        names = column_of(arrow_file.read(path, ["doc_id"]), "doc_id")
        # Versions that differ in the headline arrive with the same id.
        own = [
            None if one.is_known else one.doc_id or name
            for one, name in zip(resolutions.of(first, n), names, strict=True)
        ]
        at = [row for row, name in enumerate(own) if name in ids]
        rows = arrow_file.read(path, _COMPARED).take(pa.array(at, pa.int64())) if at else None
        for row, values in zip(at, rows.to_pylist() if rows is not None else (), strict=True):
            found[str(own[row])] = _fingerprint(values)
    if parent is not None:  # Published versions take precedence, since an older recipe may differ.
        for first in range(0, len(wanted), _TEXTS_AT_ONCE):
            for name in DOCUMENT_TABLES:
                rows = parent.documents(
                    name, wanted.slice(first, _TEXTS_AT_ONCE).to_pylist(), _COMPARED
                )
                found |= {row["doc_id"]: _fingerprint(row) for row in rows.to_pylist()}
    return found


def _fingerprint(row: Mapping[str, Any]) -> bytes:
    """Eight bytes for each compared column. Within this process, equal values have equal bytes."""
    values = (row["title"], row["text"], tuple(row["corrections"] or ()))
    return b"".join(hash(value).to_bytes(8, "big", signed=True) for value in values)


def _parts(fingerprint: bytes) -> dict[str, bytes]:
    return {
        name: fingerprint[8 * number : 8 * number + 8]
        for number, name in enumerate(("title", "text", "corrections"))
    }
