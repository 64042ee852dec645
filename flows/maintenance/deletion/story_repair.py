"""Repair the stories that lose documents: their ids, rows, ranks, and what refers to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.maintenance.deletion.row_values import Row, Values, rows_where
from copydesk.flows.warehouse.snapshot import Snapshot

_LATEST = datetime.max.replace(tzinfo=UTC)  # for a document without a date


@dataclass(frozen=True, slots=True)
class StoryRepair:
    """What becomes of the stories that lose documents, and of the stories that refer to them.

    `rows` are the new and changed rows of `stories`, which replace the rows `deleted`. `articles`
    and `copies` are new values of documents. `renamed` maps the id of a story that ends to the id
    of the story that takes its place, or to None.
    """

    rows: Values = field(default_factory=dict)
    deleted: Sequence[str] = ()
    articles: Values = field(default_factory=dict)
    copies: Values = field(default_factory=dict)
    renamed: Mapping[str, str | None] = field(default_factory=dict)


def repair_stories(
    snapshot: Snapshot,
    gone: Set[str],
    promoted: Mapping[str, Row],
    *,
    withdrawn: Set[str] = frozenset(),
) -> StoryRepair:
    """Rank and count the members of stories that lose documents.

    A story whose id is the id of a deleted document gets a new id. The outlets of `withdrawn` copies
    no longer count.
    """
    losing = {
        story_id
        for table in ("articles", "duplicates")
        for story_id in snapshot.documents(table, gone, ["story_id"])["story_id"].to_pylist()
    } - {None}
    if not _has_story(snapshot, gone | losing):
        return StoryRepair()
    stored = {row["story_id"]: row for row in snapshot.table("stories").to_pylist()}
    affected = (losing | gone) & stored.keys()
    members = _members_after(snapshot, gone, affected, promoted)
    outlets = _outlets_of_copies(snapshot, affected, gone | withdrawn)
    new_ids = _story_ids_after(members, set(stored), gone)
    rows = {
        new_id: _story_row(stored[story_id], new_id, members[story_id], outlets[story_id])
        for story_id, new_id in new_ids.items()
    }
    # References to a story without members go to the story that it was merged into, if any.
    ended = {story_id: stored[story_id]["merged_into"] for story_id in members.keys() - new_ids}
    renamed = {old: new for old, new in new_ids.items() if new != old} | ended
    rows |= _redirected(stored, gone, renamed, without=rows.keys())
    return StoryRepair(
        rows=rows,
        deleted=sorted(affected | (rows.keys() & stored.keys())),
        articles=_ranks_after(members, new_ids),
        copies={
            row["doc_id"]: {"story_id": renamed[row["story_id"]]}
            for row in rows_where(
                snapshot, "duplicates", ["doc_id", "story_id"], "story_id", renamed
            )
        },
        renamed=renamed,
    )


def _members_after(
    snapshot: Snapshot,
    gone: Collection[str],
    stories: Collection[str],
    promoted: Mapping[str, Row],
) -> dict[str, list[Row]]:
    """The articles that each story still has, best rank first, with the promoted copies."""
    columns = ["doc_id", "story_id", "story_rank", "title", "outlet_id", "published_at"]
    stored = rows_where(snapshot, "articles", columns, "story_id", stories)
    members: dict[str, list[Row]] = {story_id: [] for story_id in sorted(stories)}
    for row in [*(row for row in stored if row["doc_id"] not in gone), *promoted.values()]:
        if row["story_id"] in members:
            members[row["story_id"]].append(row)
    for rows in members.values():
        rows.sort(key=lambda row: (row["story_rank"] or 0, row["doc_id"]))
    return members


def _story_ids_after(
    members: Mapping[str, Sequence[Row]], taken: Set[str], gone: Collection[str]
) -> dict[str, str]:
    """The id under which each story that still has members continues.

    `taken` are the ids of all stories.
    """
    new_ids: dict[str, str] = {}
    for story_id, ranked in members.items():
        if ranked and story_id in gone:
            new_ids[story_id] = _new_story_id(ranked, taken | set(new_ids.values()))
        elif ranked:
            new_ids[story_id] = story_id
    return new_ids


def _new_story_id(ranked: Sequence[Row], taken: Set[str]) -> str:
    """The id of the earliest member whose id is not the id of another story."""
    by_time = sorted(ranked, key=lambda row: (row["published_at"] or _LATEST, row["doc_id"]))
    return str(
        next((row["doc_id"] for row in by_time if row["doc_id"] not in taken), by_time[0]["doc_id"])
    )


def _ranks_after(members: Mapping[str, Sequence[Row]], new_ids: Mapping[str, str]) -> Values:
    """The new story and rank of the articles for which one of them changes."""
    return {
        row["doc_id"]: {"story_id": new_id, "story_rank": rank}
        for story_id, new_id in new_ids.items()
        for rank, row in enumerate(members[story_id], start=1)
        if (row["story_id"], row["story_rank"]) != (new_id, rank)
    }


def _outlets_of_copies(
    snapshot: Snapshot, stories: Collection[str], gone: Collection[str]
) -> dict[str, set[str | None]]:
    """The outlets of the remaining copies in each story."""
    outlets: dict[str, set[str | None]] = defaultdict(set)
    columns = ["doc_id", "story_id", "outlet_id"]
    for row in rows_where(snapshot, "duplicates", columns, "story_id", stories):
        if row["doc_id"] not in gone:
            outlets[row["story_id"]].add(row["outlet_id"])
    return outlets


def _story_row(
    old: Row, new_id: str, ranked: Sequence[Row], of_copies: Collection[str | None]
) -> Row:
    """The row of a story whose members are `ranked`, best first.

    `of_copies` are the outlets of its copies.
    """
    times = [row["published_at"] for row in ranked if row["published_at"] is not None]
    return {
        **old,
        "story_id": new_id,
        "title": ranked[0]["title"],
        "doc_id": ranked[0]["doc_id"],
        "n_articles": len(ranked),
        "n_outlets": len({*(row["outlet_id"] for row in ranked), *of_copies} - {None}),
        "first_published_at": min(times, default=None),
        "last_published_at": max(times, default=None),
    }


def _redirected(
    stored: Mapping[str, Row],
    gone: Collection[str],
    renamed: Mapping[str, str | None],
    *,
    without: Collection[str],
) -> Values:
    """The rows of other stories that change.

    They were merged into a story that is renamed or gone, or their first document is deleted.
    """
    changed: Values = {}
    for story_id, row in stored.items():
        if story_id in without or story_id in renamed or story_id in gone:
            continue
        target = row["merged_into"]
        while target in gone or target in renamed:
            target = renamed.get(target)
        new = {**row, "merged_into": target}
        if row["doc_id"] in gone:
            new |= {"doc_id": None, "title": None}
        if new != row:
            changed[story_id] = new
    return changed


def _has_story(snapshot: Snapshot, ids: Set[str]) -> bool:
    """Whether a row of `stories` names one of the ids."""
    found = pa.array(sorted(ids), pa.string())
    where = (
        pc.field("story_id").isin(found)
        | pc.field("merged_into").isin(found)
        | pc.field("doc_id").isin(found)
    )
    return bool(snapshot.dataset("stories").count_rows(filter=where))
