"""Cluster copies again from the recorded pairs, with other thresholds: `copydesk rethreshold`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.pipeline.deduplicate import FACTS
from copydesk.flows.pipeline.known_versions import superseded_in
from copydesk.flows.pipeline.staging.decided_rows import with_cluster_columns
from copydesk.flows.recipe import Recipe
from copydesk.flows.support import id_index, versions
from copydesk.schemas import document_columns
from copydesk.transforms.dedup.recluster import Reclustered, recluster

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Change, Snapshot

_SIZES = document_columns.CLUSTER
_STORY = ("story_id", "story_rank")
_NO_STORY = (None, None)

StoryRanks: TypeAlias = Mapping[str, tuple[str | None, int | None]]
"""Story and rank of articles."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The change to publish, and the ids that it affects.

    `dropped` are articles that become copies. `restored` are copies that become articles.
    `reassigned` are copies with a new kept document, relation or reason.
    """

    change: Change
    dropped: tuple[str, ...]
    restored: tuple[str, ...]
    reassigned: tuple[str, ...]


def with_thresholds(recipe: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """The recipe with other thresholds.

    Raises ValueError if a threshold is lower than the floor from which pairs were stored.
    """
    return Recipe({**recipe.values, "dedup": replace(recipe.dedup, **settings)})


def plan(
    snapshot: Snapshot, recipe: Recipe, *, run_id: str, started_at: datetime, finished_at: datetime
) -> Plan:
    """Cluster the documents of the snapshot again.

    Texts are read only for rows that move to another table.
    """
    from copydesk.flows.warehouse import Change

    articles = snapshot.table("articles", [*FACTS, "supersedes", *_SIZES, *_STORY])
    copies = snapshot.table(
        "duplicates", [*FACTS, "supersedes", "kept_doc_id", "relation", "keep_reason", "story_id"]
    )
    facts = pa.concat_tables(
        [articles.select(FACTS), copies.select(FACTS)], promote_options="default"
    )
    superseded = superseded_in(copies)
    newest = articles.filter(articles["supersedes"].is_valid())["doc_id"].to_pylist()
    pinned = pa.array(sorted({*newest, *superseded.values()}), pa.string())
    result = recluster(
        facts,
        snapshot.table("pairs"),
        recipe.dedup,
        pinned=pinned,
        superseded=superseded,
        settled=articles["doc_id"].combine_chunks(),
    )
    is_copy = set(copies["doc_id"].to_pylist())
    duplicates = {row["doc_id"]: row for row in result.duplicates.to_pylist()}
    dropped = sorted(duplicates.keys() - is_copy)
    restored = sorted(is_copy - duplicates.keys())
    before = {
        row["doc_id"]: row
        for row in copies.select(["doc_id", "kept_doc_id", "relation", "keep_reason"]).to_pylist()
    }
    reassigned = [
        doc_id
        for doc_id in sorted(is_copy & duplicates.keys())
        if any(
            duplicates[doc_id][name] != before[doc_id][name]
            for name in ("kept_doc_id", "relation", "keep_reason")
        )
    ]
    stories = _stories_after(
        articles, copies, duplicates, dropped=set(dropped), restored=restored, snapshot=snapshot
    )
    change = Change(
        parent=snapshot.id,
        run={
            "run_id": run_id,
            "kind": "rethreshold",
            "started_at": started_at,
            "finished_at": finished_at,
            "n_moved": len(dropped) + len(restored),
            "recipe": recipe.to_toml(),
            "recipe_sha256": recipe.sha256(),
            "rules_sha256": versions.rules_sha256(),
            "versions": versions.versions_json(),
        },
        inserts={
            "articles": [_restored_rows(snapshot, restored, result, stories.ranks)],
            "duplicates": [_dropped_rows(snapshot, dropped, result.duplicates, stories.ranks)],
            "pairs": [result.pairs],
        },
        deletes={"articles": dropped, "duplicates": restored},
        updates=_updates(articles, reassigned, result, stories, {*dropped, *restored}),
    )
    return Plan(change, tuple(dropped), tuple(restored), tuple(reassigned))


@dataclass(frozen=True, slots=True)
class _Stories:
    """Story and rank of every article after the change, and the rows of `stories` that change."""

    ranks: StoryRanks
    rows: pa.Table


def _stories_after(
    articles: pa.Table,
    copies: pa.Table,
    duplicates: Mapping[str, Mapping[str, Any]],
    *,
    dropped: set[str],
    restored: Sequence[str],
    snapshot: Snapshot,
) -> _Stories:
    """Keep a restored copy in its story, with the last rank.

    A story without articles is merged into another one.
    """
    members: dict[str, list[tuple[int, str]]] = {}
    before: dict[str, str] = {}
    for row in articles.select(["doc_id", *_STORY]).to_pylist():
        if row["story_id"] is not None:
            before[row["doc_id"]] = row["story_id"]
            members.setdefault(row["story_id"], [])
            if row["doc_id"] not in dropped:
                members[row["story_id"]].append((row["story_rank"] or 1 << 30, row["doc_id"]))
    story_of_copy = dict(
        zip(copies["doc_id"].to_pylist(), copies["story_id"].to_pylist(), strict=True)
    )
    for doc_id in restored:
        if story_of_copy[doc_id] is not None:
            members.setdefault(story_of_copy[doc_id], []).append((1 << 30, doc_id))
    ranks: dict[str, tuple[str | None, int | None]] = {}
    for story_id, ranked in members.items():
        for rank, (_, doc_id) in enumerate(sorted(ranked), start=1):
            ranks[doc_id] = (story_id, rank)
    outlets: dict[str | None, set[str | None]] = defaultdict(set)
    touched: set[str | None] = set()
    is_moved = dropped.union(restored)
    for doc_id, outlet in _outlets(articles, copies):
        kept = duplicates[doc_id]["kept_doc_id"] if doc_id in duplicates else doc_id
        now = ranks.get(kept, _NO_STORY)[0]
        was = before.get(doc_id, story_of_copy.get(doc_id))
        outlets[now].add(outlet)
        if now != was or doc_id in is_moved:
            touched |= {now, was}
    successors = {
        before[d]: ranks.get(duplicates[d]["kept_doc_id"], _NO_STORY)[0]
        for d in sorted(dropped)
        if d in before
    }
    stored = snapshot.table("stories", ["story_id", "merged_into"])
    merged_into = dict(
        zip(stored["story_id"].to_pylist(), stored["merged_into"].to_pylist(), strict=True)
    )
    rows = [
        {
            "story_id": story_id,
            "n_articles": len(ranked),
            "n_outlets": len(outlets[story_id] - {None}),
            "doc_id": min(ranked)[1] if ranked else None,
            "merged_into": merged_into[story_id]
            if ranked
            else successors.get(story_id, merged_into[story_id]),
        }
        for story_id, ranked in sorted((name, members.get(name, [])) for name in touched if name)
        if story_id in merged_into
    ]
    columns = ("story_id", "n_articles", "n_outlets", "doc_id", "merged_into")
    kinds = (pa.string(), pa.int32(), pa.int32(), pa.string(), pa.string())
    table = pa.table(
        {
            name: pa.array([row[name] for row in rows], kind)
            for name, kind in zip(columns, kinds, strict=True)
        }
    )
    return _Stories(ranks, table)


def _outlets(*tables: pa.Table) -> Iterator[tuple[str, str | None]]:
    """Every document with its outlet."""
    for table in tables:
        ids, outlets = (table[name].to_pylist() for name in ("doc_id", "outlet_id"))
        yield from zip(ids, outlets, strict=True)


def _restored_rows(
    snapshot: Snapshot,
    ids: Sequence[str],
    result: Reclustered,
    ranks: StoryRanks,
) -> pa.Table:
    rows = snapshot.documents("duplicates", ids) if ids else snapshot.documents("articles", [])
    gone = [
        name
        for name in (*result.duplicates.column_names[1:], *_SIZES, *_STORY)
        if name in rows.column_names
    ]
    rows = rows.drop_columns(gone)
    rows = with_cluster_columns(rows, rows, id_index.Table(result.sizes))
    found = [ranks.get(doc_id, _NO_STORY) for doc_id in rows["doc_id"].to_pylist()]
    rows = rows.append_column("story_id", pa.array([story for story, _ in found], pa.string()))
    return rows.append_column("story_rank", pa.array([rank for _, rank in found], pa.int32()))


def _dropped_rows(
    snapshot: Snapshot, ids: Sequence[str], duplicates: pa.Table, ranks: StoryRanks
) -> pa.Table:
    """Articles that become copies, in the story of their kept document."""
    rows = snapshot.documents("articles", ids)
    rows = rows.drop_columns([*_SIZES, *_STORY, "story_similarity"])
    for name, values in (
        id_index.Table(duplicates)
        .columns(rows["doc_id"], tuple(duplicates.column_names[1:]))
        .items()
    ):
        rows = rows.append_column(name, values)
    return rows.append_column("story_id", _stories_of_kept(rows["kept_doc_id"], ranks))


def _stories_of_kept(kept: pa.ChunkedArray, ranks: StoryRanks) -> pa.Array:
    return pa.array([ranks.get(doc_id, _NO_STORY)[0] for doc_id in kept.to_pylist()], pa.string())


def _updates(
    articles: pa.Table,
    reassigned: Sequence[str],
    result: Reclustered,
    stories: _Stories,
    changed_tables: set[str],
) -> dict[str, pa.Table]:
    updates: dict[str, pa.Table] = {}
    if reassigned:
        rows = result.duplicates.filter(
            pc.is_in(result.duplicates["doc_id"], pa.array(reassigned, pa.string()))
        )
        updates["duplicates"] = rows.append_column(
            "story_id", _stories_of_kept(rows["kept_doc_id"], stories.ranks)
        )
    stay = articles.filter(
        pc.invert(pc.is_in(articles["doc_id"], pa.array(sorted(changed_tables), pa.string())))
    )
    now = with_cluster_columns(stay.select(["doc_id"]), stay, id_index.Table(result.sizes))
    found = [stories.ranks.get(doc_id, _NO_STORY) for doc_id in stay["doc_id"].to_pylist()]
    now = now.append_column("story_rank", pa.array([rank for _, rank in found], pa.int32()))
    same = [
        one == other
        for one, other in zip(
            now.select([*_SIZES, "story_rank"]).to_pylist(),
            stay.select([*_SIZES, "story_rank"]).to_pylist(),
            strict=True,
        )
    ]
    changed = now.filter(pa.array([not s for s in same], pa.bool_()))
    if changed.num_rows:
        updates["articles"] = changed
    if stories.rows.num_rows:
        updates["stories"] = stories.rows
    return updates
