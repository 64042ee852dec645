"""Delete documents from a snapshot and repair its copy clusters and stories.

If the kept document of a cluster is deleted, a copy takes its place in `articles` and in its story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse.change import EVERYTHING
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.flows.warehouse.schema import tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.schemas import document_columns

_FOLD = tuple(column.name for column in document_columns.DUPLICATION)
_STORY = ("story_id", "story_rank", "story_similarity")
_LAST = datetime.max.replace(tzinfo=UTC)
_LAST_RANK = 2**31 - 1  # a placeholder until the story is ranked again

Row = dict[str, Any]
# New values of rows by table and doc_id.
RowUpdates = dict[str, dict[str, Row]]


class Reelection(Protocol):
    """How the kept copy of a cluster is chosen after its kept document is deleted."""

    def elect(
        self, members: Sequence[Mapping[str, Any]]
    ) -> tuple[list[str], Mapping[str, Mapping[str, Any]]]:
        """Choose which of these rows of `duplicates` to keep.

        Returns the ids of the rows to keep, best first, and a mapping from the id of each other row
        to its new columns as a copy.
        """

    def sizes(self, members: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        """Return `cluster_size`, `n_outlets` and `n_origins`, including the kept document."""


@dataclass(slots=True)
class DeletionPlan:
    """The change that deletes documents, and the replacements that it makes.

    `replaced` maps the doc_id of a deleted kept document to the doc_id of the copy that is kept
    instead. `renamed` maps the old id of a story to its new id.
    """

    inserts: dict[str, list[pa.Table]] = field(default_factory=dict)
    updates: dict[str, pa.Table] = field(default_factory=dict)
    deletes: dict[str, object] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


def deletion_plan(
    snapshot: Snapshot, ids: Collection[str], reelection_rules: Reelection
) -> DeletionPlan:
    """The change to a snapshot that removes every trace of the documents with these ids.

    A copy replaces a deleted kept document in `articles` and in its story. The sizes of clusters
    and stories are counted again. A story whose id is the id of a deleted document gets the id of
    another member.
    """
    plan = DeletionPlan()
    updates: RowUpdates = {table: defaultdict(dict) for table in DOCUMENT_TABLES}
    deleted = {
        table: set(snapshot.documents(table, ids, ["doc_id"])["doc_id"].to_pylist()) & set(ids)
        for table in DOCUMENT_TABLES
    }
    promoted = _promote_copies(
        snapshot, set(ids), reelection_rules, kept=deleted["articles"], updates=updates, plan=plan
    )
    _update_sizes(snapshot, set(ids), deleted["duplicates"], reelection_rules, updates)
    _repair_stories(snapshot, set(ids), promoted, updates, plan)
    _clear_superseded(snapshot, set(ids), updates, promoted)
    _clear_template_examples(snapshot, set(ids), plan)
    for table in DOCUMENT_TABLES:
        rows = {
            identifier: row
            for identifier, row in updates[table].items()
            if identifier not in ids and identifier not in promoted
        }
        if rows:
            plan.updates[table] = _update_table(snapshot, table, rows)
        plan.deletes[table] = sorted(
            deleted[table] | (set(promoted) if table == "duplicates" else set())
        )
    if promoted:
        plan.inserts["articles"] = [
            pa.Table.from_pylist(list(promoted.values()), schema=tables_now()["articles"])
        ]
    plan.deletes |= {"removed": sorted(ids), "pairs": sorted(ids)}
    return plan


def _promote_copies(
    snapshot: Snapshot,
    ids: set[str],
    reelection_rules: Reelection,
    *,
    kept: set[str],
    updates: RowUpdates,
    plan: DeletionPlan,
) -> dict[str, Row]:
    """The rows of `articles` for the copies that replace the deleted `kept` documents."""
    promoted: dict[str, Row] = {}
    lost = pa.array(sorted(kept), pa.string())
    members: dict[str, list[Row]] = defaultdict(list)
    for row in snapshot.table("duplicates", None, pc.field("kept_doc_id").isin(lost)).to_pylist():
        if row["doc_id"] not in ids:
            members[row["kept_doc_id"]].append(row)
    stories = {
        row["doc_id"]: row
        for row in snapshot.documents("articles", members, ["doc_id", *_STORY]).to_pylist()
    }
    for kept_id, copies in sorted(members.items()):
        elected, others = reelection_rules.elect(copies)
        plan.replaced[kept_id] = elected[0]
        for row in copies:
            if row["doc_id"] not in elected:
                updates["duplicates"][row["doc_id"]] |= others[row["doc_id"]]
                continue
            cluster = [
                row,
                *(
                    other
                    for other in copies
                    if others.get(other["doc_id"], {}).get("kept_doc_id") == row["doc_id"]
                ),
            ]
            story = {name: stories[kept_id][name] for name in _STORY}
            if row["doc_id"] != elected[0]:
                story |= {"story_rank": _LAST_RANK, "story_similarity": None}
            own = {name: value for name, value in row.items() if name not in _FOLD}
            promoted[row["doc_id"]] = {**own, **story, **reelection_rules.sizes(cluster)}
    return promoted


def _update_sizes(
    snapshot: Snapshot,
    ids: set[str],
    deleted_copies: set[str],
    reelection_rules: Reelection,
    updates: RowUpdates,
) -> None:
    """Count again the clusters whose kept documents lose copies."""
    if not deleted_copies:
        return
    kept = (
        set(
            snapshot.documents("duplicates", deleted_copies, ["kept_doc_id"])[
                "kept_doc_id"
            ].to_pylist()
        )
        - ids
    )
    wanted = pa.array(sorted(kept), pa.string())
    columns = ["doc_id", "outlet_id", "wire_source"]
    members: dict[str, list[Row]] = defaultdict(list)
    for row in snapshot.table(
        "duplicates", [*columns, "kept_doc_id"], pc.field("kept_doc_id").isin(wanted)
    ).to_pylist():
        if row["doc_id"] not in ids:
            members[row["kept_doc_id"]].append(row)
    for row in snapshot.documents("articles", kept, columns).to_pylist():
        updates["articles"][row["doc_id"]] |= reelection_rules.sizes([row, *members[row["doc_id"]]])


def _repair_stories(
    snapshot: Snapshot,
    ids: set[str],
    promoted: dict[str, Row],
    updates: RowUpdates,
    plan: DeletionPlan,
) -> None:
    """Rank and count the members of stories that lose documents.

    A story whose id is the id of a deleted document gets a new id.
    """
    touched = {
        story_id
        for table in ("articles", "duplicates")
        for story_id in snapshot.documents(table, ids, ["story_id"])["story_id"].to_pylist()
    } - {None}
    stories = (
        {row["story_id"]: row for row in snapshot.table("stories").to_pylist()}
        if _has_story(snapshot, ids | touched)
        else {}
    )
    columns = ["doc_id", "story_id", "story_rank", "title", "outlet_id", "published_at"]
    remaining = snapshot.table(
        "articles",
        columns,
        pc.field("story_id").isin(pa.array(sorted(touched | (ids & set(stories))), pa.string())),
    )
    members: dict[str, list[Row]] = defaultdict(list)
    for row in [row for row in remaining.to_pylist() if row["doc_id"] not in ids] + list(
        promoted.values()
    ):
        if row["story_id"] is not None:
            members[row["story_id"]].append(row)
    outlets = _outlets_of_copies(snapshot, touched | (ids & set(stories)), ids)
    written: dict[str, Row] = {}
    for story_id in sorted(touched | (ids & set(stories))):
        ranked = sorted(members[story_id], key=lambda row: (row["story_rank"] or 0, row["doc_id"]))
        old = stories.get(story_id)
        if old is None:
            continue
        if not ranked:
            # No member is left. If the story was merged into another one, references now go there.
            plan.renamed[story_id] = old["merged_into"] or ""
            continue
        new_id = _new_story_id(ranked, set(stories) | set(written)) if story_id in ids else story_id
        if new_id != story_id:
            plan.renamed[story_id] = new_id
        written[new_id] = _story_row(old, new_id, ranked, outlets[story_id])
        for rank, row in enumerate(ranked, start=1):
            if row["doc_id"] in promoted:
                promoted[row["doc_id"]] |= {"story_id": new_id, "story_rank": rank}
            elif (row["story_id"], row["story_rank"]) != (new_id, rank):
                updates["articles"][row["doc_id"]] |= {"story_id": new_id, "story_rank": rank}
    _update_references(snapshot, ids, stories=stories, written=written, updates=updates, plan=plan)
    gone = (touched | ids) & set(stories)
    plan.deletes["stories"] = sorted(gone | (set(written) & set(stories)))
    if written:
        plan.inserts["stories"] = [
            pa.Table.from_pylist(list(written.values()), schema=tables_now()["stories"])
        ]


def _outlets_of_copies(
    snapshot: Snapshot, stories: Collection[str], ids: Collection[str]
) -> dict[str, set[str | None]]:
    """The outlets of the copies in each story, not counting the documents with these ids."""
    outlets: dict[str, set[str | None]] = defaultdict(set)
    where = pc.field("story_id").isin(pa.array(sorted(stories), pa.string()))
    columns = ["doc_id", "story_id", "outlet_id"]
    for row in snapshot.table("duplicates", columns, where).to_pylist():
        if row["doc_id"] not in ids:
            outlets[row["story_id"]].add(row["outlet_id"])
    return outlets


def _has_story(snapshot: Snapshot, ids: set[str]) -> bool:
    """Whether a row of `stories` names one of the ids."""
    found = pa.array(sorted(ids), pa.string())
    where = (
        pc.field("story_id").isin(found)
        | pc.field("merged_into").isin(found)
        | pc.field("doc_id").isin(found)
    )
    return bool(snapshot.dataset("stories").count_rows(filter=where))


def _new_story_id(ranked: Sequence[Row], taken: set[str]) -> str:
    """The id of the earliest member whose id is not the id of another story."""
    by_time = sorted(ranked, key=lambda row: (row["published_at"] or _LAST, row["doc_id"]))
    return str(
        next((row["doc_id"] for row in by_time if row["doc_id"] not in taken), by_time[0]["doc_id"])
    )


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


def _update_references(
    snapshot: Snapshot,
    ids: set[str],
    *,
    stories: Mapping[str, Row],
    written: dict[str, Row],
    updates: RowUpdates,
    plan: DeletionPlan,
) -> None:
    """Update references to stories that got a new id, and stories whose first document is deleted."""
    for story_id, row in stories.items():
        if story_id in written or story_id in plan.renamed or story_id in ids:
            continue
        new = dict(row)
        target = row["merged_into"]
        while target in ids or target in plan.renamed:
            target = plan.renamed.get(target) or (
                stories[target]["merged_into"] if target in stories else None
            )
        new["merged_into"] = target
        if row["doc_id"] in ids:
            new |= {"doc_id": None, "title": None}
        if new != row:
            written[story_id] = new
    if plan.renamed:
        old_ids = pa.array(sorted(plan.renamed), pa.string())
        for row in snapshot.table(
            "duplicates", ["doc_id", "story_id"], pc.field("story_id").isin(old_ids)
        ).to_pylist():
            updates["duplicates"][row["doc_id"]] |= {
                "story_id": plan.renamed[row["story_id"]] or None
            }
    plan.renamed = {old: new for old, new in plan.renamed.items() if new}


def _clear_superseded(
    snapshot: Snapshot, ids: set[str], updates: RowUpdates, promoted: dict[str, Row]
) -> None:
    wanted = pa.array(sorted(ids), pa.string())
    for table in DOCUMENT_TABLES:
        for identifier in snapshot.table(table, ["doc_id"], pc.field("supersedes").isin(wanted))[
            "doc_id"
        ].to_pylist():
            if identifier in promoted:
                promoted[identifier]["supersedes"] = None
            else:
                updates[table][identifier] |= {"supersedes": None}


def _clear_template_examples(snapshot: Snapshot, ids: set[str], plan: DeletionPlan) -> None:
    """Delete the documents from the examples of template lines, and lines that have none left."""
    templates = snapshot.table("templates").to_pylist()
    kept = []
    for row in templates:
        left = [identifier for identifier in row["examples"] if identifier not in ids]
        if left or not row["examples"]:
            kept.append({**row, "examples": left})
    if kept != templates:
        plan.deletes["templates"] = EVERYTHING
        plan.inserts["templates"] = [pa.Table.from_pylist(kept, schema=tables_now()["templates"])]


def _update_table(snapshot: Snapshot, table: str, rows: Mapping[str, Row]) -> pa.Table:
    """The new values as one table of updates. A cell without a new value repeats the old one."""
    columns = sorted({name for row in rows.values() for name in row})
    stored = snapshot.documents(table, rows, ["doc_id", *columns]).to_pylist()
    now = {row["doc_id"]: row for row in stored}
    schema = pa.schema([tables_now()[table].field(name) for name in ("doc_id", *columns)])
    return pa.Table.from_pylist(
        [{**now[identifier], **row} for identifier, row in sorted(rows.items())], schema=schema
    )
