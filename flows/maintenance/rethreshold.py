"""Cluster copies again from the recorded pairs, with other thresholds: `copydesk rethreshold`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
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
from copydesk.schemas.tables import STORIES
from copydesk.transforms.dedup.recluster import Reclustered, recluster

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Change, Snapshot

_SIZES = document_columns.CLUSTER
_COPY = ("kept_doc_id", "relation", "keep_reason")
_STORY = ("story_id", "story_rank")
_NO_STORY = (None, None)
_LAST_RANK = 2**30  # higher than any stored rank
_STORY_UPDATE = pa.schema(
    [
        STORIES.field(name)
        for name in ("story_id", "n_articles", "n_outlets", "doc_id", "merged_into")
    ]
)

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
    copies = snapshot.table("duplicates", [*FACTS, "supersedes", *_COPY, "story_id"])
    result = _clustered_again(articles, copies, snapshot.table("pairs"), recipe)
    is_copy = set(copies["doc_id"].to_pylist())
    duplicates = {row["doc_id"]: row for row in result.duplicates.to_pylist()}
    dropped = sorted(duplicates.keys() - is_copy)
    restored = sorted(is_copy - duplicates.keys())
    reassigned = _reassigned(copies, duplicates)
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


def _clustered_again(
    articles: pa.Table, copies: pa.Table, pairs: pa.Table, recipe: Recipe
) -> Reclustered:
    """Cluster all documents by their recorded pairs. What a revision supersedes stays a copy."""
    superseded = superseded_in(copies)
    revisions = [
        doc_id
        for table in (articles, copies)
        for doc_id in table.filter(table["supersedes"].is_valid())["doc_id"].to_pylist()
    ]
    return recluster(
        pa.concat_tables([articles.select(FACTS), copies.select(FACTS)], promote_options="default"),
        pairs,
        recipe.dedup,
        pinned=pa.array(sorted({*revisions, *superseded.values()}), pa.string()),
        superseded=superseded,
        settled=articles["doc_id"].combine_chunks(),
    )


def _reassigned(copies: pa.Table, duplicates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The copies that stay copies, with a new kept document, relation or reason."""
    return sorted(
        row["doc_id"]
        for row in copies.select(["doc_id", *_COPY]).to_pylist()
        if row["doc_id"] in duplicates
        and any(row[name] != duplicates[row["doc_id"]][name] for name in _COPY)
    )


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
    before = _column_by_id(articles, "story_id") | _column_by_id(copies, "story_id")
    members = _members_after(articles, before, dropped=dropped, restored=restored)
    ranks = {
        doc_id: (story_id, rank)
        for story_id, doc_ids in members.items()
        for rank, doc_id in enumerate(doc_ids, start=1)
    }
    kept = {doc_id: row["kept_doc_id"] for doc_id, row in duplicates.items()}
    after = {doc_id: ranks.get(kept.get(doc_id, doc_id), _NO_STORY)[0] for doc_id in before}
    is_moved = dropped.union(restored)
    changed = {
        story_id
        for doc_id in before
        if before[doc_id] != after[doc_id] or doc_id in is_moved
        for story_id in (before[doc_id], after[doc_id])
        if story_id is not None
    }
    stories = snapshot.table("stories", ["story_id", "merged_into"])
    rows = _story_rows(
        changed,
        members,
        outlets=_outlets_by_story(articles, copies, after),
        merged_into=_column_by_id(stories, "merged_into", id_name="story_id"),
        successors={before[doc_id]: after[doc_id] for doc_id in sorted(dropped)},
    )
    return _Stories(ranks, rows)


def _column_by_id(table: pa.Table, name: str, *, id_name: str = "doc_id") -> dict[str, Any]:
    """The values of a column by the id of the row."""
    return dict(zip(table[id_name].to_pylist(), table[name].to_pylist(), strict=True))


def _members_after(
    articles: pa.Table,
    story_before: Mapping[str, str | None],
    *,
    dropped: Collection[str],
    restored: Collection[str],
) -> dict[str, list[str]]:
    """The articles of each story after the change, best rank first. Restored copies come last."""
    ranked: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rank_before = _column_by_id(articles, "story_rank")
    for doc_id in (rank_before.keys() - dropped).union(restored):
        story_id = story_before[doc_id]
        if story_id is not None:
            ranked[story_id].append((rank_before.get(doc_id) or _LAST_RANK, doc_id))
    return {story_id: [doc_id for _, doc_id in sorted(pairs)] for story_id, pairs in ranked.items()}


def _outlets_by_story(
    articles: pa.Table, copies: pa.Table, story_after: Mapping[str, str | None]
) -> dict[str | None, set[str]]:
    """The outlets of all documents of each story after the change, copies included."""
    outlets: dict[str | None, set[str]] = defaultdict(set)
    for table in (articles, copies):
        for doc_id, outlet in _column_by_id(table, "outlet_id").items():
            if outlet is not None:
                outlets[story_after[doc_id]].add(outlet)
    return outlets


def _story_rows(
    changed: Collection[str],
    members: Mapping[str, Sequence[str]],
    *,
    outlets: Mapping[str | None, Collection[str]],
    merged_into: Mapping[str, str | None],
    successors: Mapping[str | None, str | None],
) -> pa.Table:
    """The new values of the rows of `stories`.

    `merged_into` has the present value of every row. `successors` maps the story of each dropped
    article to the story of its kept document, into which the story is merged if it has no article
    left.
    """
    rows = []
    for story_id in sorted(set(changed) & merged_into.keys()):
        doc_ids = members.get(story_id, ())
        merged = merged_into[story_id]
        if not doc_ids:
            merged = successors.get(story_id, merged)
        rows.append(
            {
                "story_id": story_id,
                "n_articles": len(doc_ids),
                "n_outlets": len(outlets.get(story_id, ())),
                "doc_id": doc_ids[0] if doc_ids else None,
                "merged_into": merged,
            }
        )
    return pa.Table.from_pylist(rows, schema=_STORY_UPDATE)


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
