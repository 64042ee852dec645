"""The step between editing and folding: what is new, what is known, what is held back.

Also what a run asks of the snapshot before it: templates in force, recent habits, published texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.flows.pipeline.clean_shards import write_whole
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
    to_the_newest,
)
from copydesk.flows.pipeline.stories import shard_counts
from copydesk.flows.pipeline.summary import Facts
from copydesk.flows.recipe import Recipe
from copydesk.flows.support.id_index import keys_of, whole
from copydesk.flows.warehouse import Snapshot
from copydesk.schemas.tables import DOCUMENT_TABLES
from copydesk.transforms import drift, history, same_address
from copydesk.transforms.clean import learned_templates

_ARRIVAL = (
    "doc_id",
    "canonical_url",
    "content_sha256",
    "fetched_at",
    "source_uri",
    "record_number",
    "url",
    "title",
)
_TEXTS_AT_ONCE = 2_000  # of published documents: 6 MB
_COMPARED = ("doc_id", "title", "text", "corrections")


@dataclass(frozen=True, slots=True)
class Placed:
    """Staged shards of what is new, and the counts of the rest."""

    new: tuple[Path, ...]
    quarantined: tuple[Path, ...]
    n_known: int
    n_revisions: int
    n_quarantined: int
    superseded: Mapping[str, str] = field(default_factory=dict)
    """Older versions, of this run or published, each with the newest at its address."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Ids of documents under another headline, each with the id of the text in the staged ledger."""


class Places:
    """The place of every staged document, shard by shard: known, new, or a version of another."""

    def __init__(self, is_known: NDArray[np.bool_], versions: Mapping[int, history.Place]) -> None:
        self._is_known, self._versions = is_known, versions

    def shard(self, first: int, n: int) -> list[history.Place]:
        """The places of `n` documents from the `first` on."""
        return [
            self._versions.get(row) or (_KNOWN if is_known else _NEW)
            for row, is_known in enumerate(self._is_known[first : first + n].tolist(), start=first)
        ]

    @property
    def superseded(self) -> set[str]:
        """Ids of the documents that others revise."""
        return {place.supersedes for place in self._versions.values() if place.supersedes}


_KNOWN, _NEW = history.Place(True), history.Place(False)


def decide(shards: Sequence[Path], parent: Snapshot | None) -> Places:
    """The place of every staged document.

    Only documents that may meet another one, by id or by address, are looked at one by one; of the
    rest memory holds 16 bytes each.
    """
    ids, addresses = _hashes(shards)
    is_known = _known(shards, parent)
    titles = known_titles(shards, is_known, parent)
    latest = latest_versions(shards, parent)
    at_known_address = np.isin(
        addresses, np.fromiter((_hash(key) for key in latest), np.uint64, len(latest))
    )
    renamed = np.isin(ids, _of_ids(titles)) & is_known
    chosen = renamed | ~is_known & (
        _stands_twice(ids) | (addresses != 0) & (_stands_twice(addresses) | at_known_address)
    )
    arrivals = _arrivals(shards, chosen)
    versions: dict[int, history.Place] = {}
    placed = history.place(arrivals, titles, latest, alike=Texts(shards, parent, arrivals, latest))
    for row, place in zip(np.flatnonzero(chosen).tolist(), placed, strict=True):
        is_known[row] = place.is_known
        if not place.is_known and place != _NEW:
            versions[row] = place
    return Places(is_known, versions)


def _of_ids(ids: Iterable[str]) -> NDArray[np.uint64]:
    return keys_of(pa.chunked_array([pa.array(sorted(ids), pa.string())]))


def _hashes(shards: Sequence[Path]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """64-bit hashes of the ids and of what the addresses are known by, 0 for none."""
    ids, addresses = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    for path in shards:
        table = pq.read_table(path, columns=["doc_id", *ADDRESS])
        ids.append(keys_of(table["doc_id"]))
        keys = (same_address.key(*row) for row in rows_of(table, ADDRESS))
        addresses.append(np.fromiter(map(_hash, keys), np.uint64, table.num_rows))
    return np.concatenate(ids), np.concatenate(addresses)


def _hash(key: str | None) -> int:
    return (
        0 if key is None else int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
    )


def _stands_twice(values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    ordered = np.sort(values)
    return np.isin(values, np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))


def _arrivals(shards: Sequence[Path], chosen: NDArray[np.bool_]) -> list[history.Arrival]:
    """What the decision asks of the chosen documents."""
    found: list[history.Arrival] = []
    for path, first, n in by_shard(shards):
        rows = np.flatnonzero(chosen[first : first + n])
        if len(rows):
            found += [
                history.Arrival(**row)
                for row in pq.read_table(path, columns=list(_ARRIVAL))
                .take(pa.array(rows))
                .to_pylist()
            ]
    return found


def write(
    shards: Sequence[Path],
    places: Places,
    parent: Snapshot | None,
    *,
    held_back: Mapping[str, str],
    run_id: str,
    folder: Path,
    workers: int = 1,
) -> Placed:
    """Write the new documents of each shard with `revision`, `supersedes`, `changed` and `run_id`, several shards at a time.

    `held_back` names outlets whose new documents go to quarantine, with the reason.
    """
    before = _versions_revised(places.superseded, shards, parent)

    def placed(path: Path, first: int, n: int) -> Placed:
        table, here = pq.read_table(path), places.shard(first, n)
        is_new = _is_new(here)
        added = _with_history(
            table.filter(is_new), [p for p in here if not p.is_known], before, run_id
        )
        reasons = pa.array(
            [held_back.get(outlet) for outlet in added["outlet_id"].to_pylist()], pa.string()
        )
        kept, held = (
            added.filter(reasons.is_null()),
            added.append_column("reason", reasons).filter(reasons.is_valid()),
        )
        paths: dict[str, tuple[Path, ...]] = {"new": (), "quarantined": ()}
        for rows, kind in ((kept, "new"), (held, "quarantined")):
            if rows.num_rows:
                paths[kind] = (folder / f"{path.name.split('.')[0]}.{kind}.parquet",)
                write_whole(rows, *paths[kind])
        for shard in paths["new"]:
            shard_counts.keep(path, _among(is_new, reasons.is_null()), shard)
        new = [p for p in here if not p.is_known]
        return Placed(
            paths["new"],
            paths["quarantined"],
            table.num_rows - added.num_rows,
            kept.num_rows - kept["supersedes"].null_count,
            held.num_rows,
            superseded_by_these(kept, added, new),
            {
                place.doc_id: old
                for place, old in zip(new, column_of(table.filter(is_new), "doc_id"), strict=True)
                if place.doc_id
            },
        )

    with ThreadPoolExecutor(max_workers=workers) as pool:
        parts = list(pool.map(lambda shard: placed(*shard), by_shard(shards)))
    return Placed(
        tuple(path for part in parts for path in part.new),
        tuple(path for part in parts for path in part.quarantined),
        sum(part.n_known for part in parts),
        sum(part.n_revisions for part in parts),
        sum(part.n_quarantined for part in parts),
        to_the_newest(merged(part.superseded for part in parts)),
        merged(part.renamed for part in parts),
    )


def revisions(shards: Sequence[Path]) -> set[str]:
    """Ids of the placed documents that revise another: they are kept whatever they resemble."""
    return {
        doc_id
        for path in shards
        for doc_id in pq.read_table(
            path, columns=["doc_id"], filters=pc.field("supersedes").is_valid()
        )["doc_id"].to_pylist()
    }


def _among(chosen: pa.Array, kept: pa.Array) -> pa.Array:
    """Which of all are chosen and kept, given which of the chosen are kept.

    >>> _among(pa.array([True, False, True]), pa.array([False, True])).to_pylist()
    [False, False, True]
    """
    return pc.replace_with_mask(chosen, chosen, kept)


def _is_new(places: Sequence[history.Place]) -> pa.Array:
    return pa.array([not p.is_known for p in places], pa.bool_())


def _known(shards: Sequence[Path], parent: Snapshot | None) -> NDArray[np.bool_]:
    """Whether the warehouse holds each document or has forgotten it, also by address."""
    if parent is None:
        return np.zeros(sum(pq.read_metadata(path).num_rows for path in shards), np.bool_)
    by_url = pc.field("scope") != "doc"
    forgotten = set(
        parent.table("tombstones", ["url_sha256"], by_url)["url_sha256"].to_pylist()
    ) - {None}
    known = [np.zeros(0, np.bool_)]
    for table in several(shards, ["doc_id", "canonical_url"]):
        here = pa.array(sorted(parent.known(whole(table["doc_id"]))), pa.string())
        known.append(pc.is_in(table["doc_id"], value_set=here).to_numpy())
        if forgotten:
            urls = table["canonical_url"].to_pylist()
            known[-1] = known[-1] | [
                bool(url) and sha256(url.encode()).hexdigest() in forgotten for url in urls
            ]
    return np.concatenate(known)


def _versions_revised(
    ids: Collection[str], shards: Sequence[Path], parent: Snapshot | None
) -> dict[str, bytes]:
    """Title, text and corrections of the versions that arrivals revise, from this run or the snapshot: hashes, as only `changed` looks at them."""
    found: dict[str, bytes] = {}
    wanted = pa.array(sorted(ids), pa.string())
    for path in shards if len(wanted) else ():
        rows = pq.read_table(path, columns=list(_COMPARED), filters=pc.field("doc_id").isin(wanted))
        found |= {row["doc_id"]: _fingerprint(row) for row in rows.to_pylist()}
    if parent is not None:  # what is published has the last word: an older recipe may have made it
        for first in range(0, len(wanted), _TEXTS_AT_ONCE):
            for name in DOCUMENT_TABLES:
                rows = parent.documents(
                    name, wanted.slice(first, _TEXTS_AT_ONCE).to_pylist(), _COMPARED
                )
                found |= {row["doc_id"]: _fingerprint(row) for row in rows.to_pylist()}
    return found


def _fingerprint(row: Mapping[str, Any]) -> bytes:
    """Eight bytes for each of the compared columns: equal values have equal ones, in this process."""
    values = (row["title"], row["text"], tuple(row["corrections"] or ()))
    return b"".join(hash(value).to_bytes(8, "big", signed=True) for value in values)


def _parts(fingerprint: bytes) -> dict[str, bytes]:
    return {
        name: fingerprint[8 * place : 8 * place + 8]
        for place, name in enumerate(("title", "text", "corrections"))
    }


def _with_history(
    table: pa.Table, places: Sequence[history.Place], before: Mapping[str, bytes], run_id: str
) -> pa.Table:
    changed: list[list[str]] = [[] for _ in places]
    revised = [i for i, p in enumerate(places) if p.supersedes]
    for i, row in zip(
        revised,
        table.select(list(_COMPARED)).take(pa.array(revised, pa.int64())).to_pylist(),
        strict=True,
    ):
        changed[i] = history.changed(
            _parts(before[str(places[i].supersedes)]), _parts(_fingerprint(row))
        )
    columns = {
        "revision": pa.array([p.revision for p in places], pa.int32()),
        "supersedes": pa.array([p.supersedes for p in places], pa.string()),
        "changed": pa.array(changed, pa.list_(pa.string())),
        "run_id": pa.array([run_id] * len(places), pa.string()),
    }
    if any(place.doc_id for place in places):
        ids = table["doc_id"].to_pylist()
        own = [place.doc_id or doc_id for place, doc_id in zip(places, ids, strict=True)]
        at = table.column_names.index("doc_id")
        table = table.set_column(at, table.schema.field("doc_id"), pa.array(own, pa.string()))
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


def habits(
    shards: Sequence[Path],
    places: Places,
    reject_shards: Sequence[Path],
    *,
    rules_sha256: str,
) -> tuple[drift.Habits, ...]:
    """What each outlet's new documents of this run look like."""
    columns = ["doc_id", "outlet_id", "n_words", "n_chars", "byline", "published_date"]
    cut_columns = ["doc_id", "rule", "start", "end"]
    measured = []
    outlets: set[str] = set()
    for path, first, n in by_shard(shards):
        articles = pq.read_table(path, columns=columns).filter(_is_new(places.shard(first, n)))
        removed = pq.read_table(ledger_of(path), columns=cut_columns)
        outlets |= set(articles["outlet_id"].unique().to_pylist()) - {None}
        measured.append(drift.measure(articles, removed, _NO_REJECTS, rules_sha256=rules_sha256))
    for path in reject_shards:
        rejects = pq.read_table(path, columns=["url"])
        measured.append(
            drift.measure(
                _empty(columns),
                _empty(cut_columns),
                rejects,
                rules_sha256=rules_sha256,
                known=outlets,
            )
        )
    return drift.merge(measured)


def ledger_of(shard: Path) -> Path:
    """The staged ledger that belongs to a staged shard of articles."""
    return shard.with_name(shard.name.replace(".articles.", ".removed."))


_NO_REJECTS = pa.table({"url": pa.array([], pa.string())})


def _empty(columns: Sequence[str]) -> pa.Table:
    types = {
        "byline": pa.list_(pa.string()),
        "published_date": pa.date32(),
        "n_words": pa.int32(),
        "n_chars": pa.int32(),
    }
    types |= {"start": pa.int32(), "end": pa.int32()}
    return pa.table({name: pa.array([], types.get(name, pa.string())) for name in columns})


def recent_habits(root: Path, n_runs: int) -> list[tuple[drift.Habits, ...]]:
    """The habits that the last runs with new documents left beside their reports, the latest last."""
    found: list[tuple[drift.Habits, ...]] = []
    for path in sorted((root / "reports").glob("*.json"), reverse=True):
        try:
            habits = Facts.from_json(path.read_text(encoding="utf-8")).habits
        except (OSError, ValueError):  # a damaged record only shortens the history
            continue
        if habits:
            found.append(habits)
        if len(found) == n_runs:
            break
    return found[::-1]


def templates_in_force(parent: Snapshot | None) -> dict[str, frozenset[str]]:
    """Template lines by outlet that act in the next run: active ones and those a reviewer approved."""
    return learned_templates.active_lines(parent.table("templates")) if parent else {}


def under_other_recipe(snapshot: Snapshot | None, recipe: Recipe) -> int:
    """Rows of `articles` that a run under another recipe wrote."""
    if snapshot is None:
        return 0
    runs = snapshot.table("runs", ["run_id", "recipe_sha256"])
    other = runs.filter(pc.not_equal(runs["recipe_sha256"], recipe.sha256()))["run_id"]
    if not len(other):
        return 0
    return int(
        snapshot.dataset("articles").count_rows(
            filter=pc.field("run_id").isin(other.combine_chunks())
        )
    )
