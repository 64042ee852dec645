"""What a snapshot becomes without some of its documents: who takes their place, in which stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
_LAST_RANK = 2**31 - 1  # until the story is ranked again

Row = dict[str, Any]


class Reelection(Protocol):
    """How copies are judged; the copies step's own rules, asked about a cluster that lost its kept document."""

    def lead(
        self, members: Sequence[Mapping[str, Any]]
    ) -> tuple[list[str], Mapping[str, Mapping[str, Any]]]:
        """Of rows of `duplicates`: the ids of those to keep, best first, and the fold columns of the others by id."""

    def sizes(self, members: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        """`cluster_size`, `n_outlets`, `n_origins` of a cluster, the kept document included."""


@dataclass(slots=True)
class Without:
    """The change that takes the documents out, and what it did: replaced documents, renamed stories."""

    inserts: dict[str, list[pa.Table]] = field(default_factory=dict)
    updates: dict[str, pa.Table] = field(default_factory=dict)
    deletes: dict[str, object] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


def edit_without(snapshot: Snapshot, ids: Collection[str], reelection_rules: Reelection) -> Without:
    """The change to a snapshot that leaves nothing of the documents with these ids.

    A copy takes the place of a kept document that goes, in its story too; clusters and stories are
    counted again; a story called after one of the documents gets the id of another of its own.
    """
    done = Without()
    changed: dict[str, dict[str, Row]] = {table: defaultdict(dict) for table in DOCUMENT_TABLES}
    gone = {
        table: set(snapshot.documents(table, ids, ["doc_id"])["doc_id"].to_pylist()) & set(ids)
        for table in DOCUMENT_TABLES
    }
    heir_rows = _succeed(
        snapshot, set(ids), reelection_rules, kept_gone=gone["articles"], changed=changed, done=done
    )
    _count_again(snapshot, set(ids), gone["duplicates"], reelection_rules, changed)
    _retell(snapshot, set(ids), heir_rows, changed, done)
    _forget_predecessors(snapshot, set(ids), changed, heir_rows)
    _clear_templates(snapshot, set(ids), done)
    for table in DOCUMENT_TABLES:
        rows = {
            identifier: row
            for identifier, row in changed[table].items()
            if identifier not in ids and identifier not in heir_rows
        }
        if rows:
            done.updates[table] = _overlay(snapshot, table, rows)
        done.deletes[table] = sorted(
            gone[table] | (set(heir_rows) if table == "duplicates" else set())
        )
    if heir_rows:
        done.inserts["articles"] = [
            pa.Table.from_pylist(list(heir_rows.values()), schema=tables_now()["articles"])
        ]
    done.deletes |= {"removed": sorted(ids), "pairs": sorted(ids)}
    return done


def _succeed(
    snapshot: Snapshot,
    ids: set[str],
    reelection_rules: Reelection,
    *,
    kept_gone: set[str],
    changed: dict[str, dict[str, Row]],
    done: Without,
) -> dict[str, Row]:
    """The rows of `articles` of the copies that take the place of kept documents."""
    rows: dict[str, Row] = {}
    lost = pa.array(sorted(kept_gone), pa.string())
    members: dict[str, list[Row]] = defaultdict(list)
    for row in snapshot.table("duplicates", None, pc.field("kept_doc_id").isin(lost)).to_pylist():
        if row["doc_id"] not in ids:
            members[row["kept_doc_id"]].append(row)
    before = {
        row["doc_id"]: row
        for row in snapshot.documents("articles", members, ["doc_id", *_STORY]).to_pylist()
    }
    for kept, copies in sorted(members.items()):
        leaders, folds = reelection_rules.lead(copies)
        done.replaced[kept] = leaders[0]
        for row in copies:
            if row["doc_id"] in leaders:
                mine = [
                    row,
                    *(
                        other
                        for other in copies
                        if folds.get(other["doc_id"], {}).get("kept_doc_id") == row["doc_id"]
                    ),
                ]
                story = (
                    {name: before[kept][name] for name in _STORY}
                    if row["doc_id"] == leaders[0]
                    else {
                        "story_id": before[kept]["story_id"],
                        "story_rank": _LAST_RANK,
                        "story_similarity": None,
                    }
                )
                own = {name: value for name, value in row.items() if name not in _FOLD}
                rows[row["doc_id"]] = {**own, **story, **reelection_rules.sizes(mine)}
            else:
                changed["duplicates"][row["doc_id"]] |= folds[row["doc_id"]]
    return rows


def _count_again(
    snapshot: Snapshot,
    ids: set[str],
    copies_gone: set[str],
    reelection_rules: Reelection,
    changed: dict[str, dict[str, Row]],
) -> None:
    """New numbers for kept documents that lose copies."""
    if not copies_gone:
        return
    kept = (
        set(
            snapshot.documents("duplicates", copies_gone, ["kept_doc_id"])[
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
        changed["articles"][row["doc_id"]] |= reelection_rules.sizes([row, *members[row["doc_id"]]])


def _retell(
    snapshot: Snapshot,
    ids: set[str],
    heir_rows: dict[str, Row],
    changed: dict[str, dict[str, Row]],
    done: Without,
) -> None:
    """Stories of documents that go: members ranked and counted again, ids of their own."""
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
    told = snapshot.table(
        "articles",
        columns,
        pc.field("story_id").isin(pa.array(sorted(touched | (ids & set(stories))), pa.string())),
    )
    members: dict[str, list[Row]] = defaultdict(list)
    for row in [row for row in told.to_pylist() if row["doc_id"] not in ids] + list(
        heir_rows.values()
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
            # Nobody is left; what pointed here points to where the story had gone, if anywhere.
            done.renamed[story_id] = old["merged_into"] or ""
            continue
        new_id = _new_name(ranked, set(stories) | set(written)) if story_id in ids else story_id
        if new_id != story_id:
            done.renamed[story_id] = new_id
        written[new_id] = _retold(old, new_id, ranked, outlets[story_id])
        for rank, row in enumerate(ranked, start=1):
            if row["doc_id"] in heir_rows:
                heir_rows[row["doc_id"]] |= {"story_id": new_id, "story_rank": rank}
            elif (row["story_id"], row["story_rank"]) != (new_id, rank):
                changed["articles"][row["doc_id"]] |= {"story_id": new_id, "story_rank": rank}
    _follow_names(snapshot, ids, stories=stories, written=written, changed=changed, done=done)
    gone = (touched | ids) & set(stories)
    done.deletes["stories"] = sorted(gone | (set(written) & set(stories)))
    if written:
        done.inserts["stories"] = [
            pa.Table.from_pylist(list(written.values()), schema=tables_now()["stories"])
        ]


def _outlets_of_copies(
    snapshot: Snapshot, stories: Collection[str], ids: Collection[str]
) -> dict[str, set[str | None]]:
    """The outlets of the copies in each story, without the documents with these ids."""
    outlets: dict[str, set[str | None]] = defaultdict(set)
    where = pc.field("story_id").isin(pa.array(sorted(stories), pa.string()))
    columns = ["doc_id", "story_id", "outlet_id"]
    for row in snapshot.table("duplicates", columns, where).to_pylist():
        if row["doc_id"] not in ids:
            outlets[row["story_id"]].add(row["outlet_id"])
    return outlets


def _has_story(snapshot: Snapshot, ids: set[str]) -> bool:
    found = pa.array(sorted(ids), pa.string())
    where = (
        pc.field("story_id").isin(found)
        | pc.field("merged_into").isin(found)
        | pc.field("doc_id").isin(found)
    )
    return bool(snapshot.dataset("stories").count_rows(filter=where))


def _new_name(ranked: Sequence[Row], taken: set[str]) -> str:
    opened = sorted(ranked, key=lambda row: (row["published_at"] or _LAST, row["doc_id"]))
    return str(
        next((row["doc_id"] for row in opened if row["doc_id"] not in taken), opened[0]["doc_id"])
    )


def _retold(old: Row, new_id: str, ranked: Sequence[Row], of_copies: Collection[str | None]) -> Row:
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


def _follow_names(
    snapshot: Snapshot,
    ids: set[str],
    *,
    stories: Mapping[str, Row],
    written: dict[str, Row],
    changed: dict[str, dict[str, Row]],
    done: Without,
) -> None:
    """References to stories that changed their id, or whose first document goes."""
    for story_id, row in stories.items():
        if story_id in written or story_id in done.renamed or story_id in ids:
            continue
        new = dict(row)
        target = row["merged_into"]
        while target in ids or target in done.renamed:
            target = done.renamed.get(target) or (
                stories[target]["merged_into"] if target in stories else None
            )
        new["merged_into"] = target
        if row["doc_id"] in ids:
            new |= {"doc_id": None, "title": None}
        if new != row:
            written[story_id] = new
    if done.renamed:
        old_names = pa.array(sorted(done.renamed), pa.string())
        for row in snapshot.table(
            "duplicates", ["doc_id", "story_id"], pc.field("story_id").isin(old_names)
        ).to_pylist():
            changed["duplicates"][row["doc_id"]] |= {
                "story_id": done.renamed[row["story_id"]] or None
            }
    done.renamed = {old: new for old, new in done.renamed.items() if new}


def _forget_predecessors(
    snapshot: Snapshot, ids: set[str], changed: dict[str, dict[str, Row]], heir_rows: dict[str, Row]
) -> None:
    wanted = pa.array(sorted(ids), pa.string())
    for table in DOCUMENT_TABLES:
        for identifier in snapshot.table(table, ["doc_id"], pc.field("supersedes").isin(wanted))[
            "doc_id"
        ].to_pylist():
            if identifier in heir_rows:
                heir_rows[identifier]["supersedes"] = None
            else:
                changed[table][identifier] |= {"supersedes": None}


def _clear_templates(snapshot: Snapshot, ids: set[str], done: Without) -> None:
    """Examples of template lines lose the documents; a line only they showed goes."""
    templates = snapshot.table("templates").to_pylist()
    kept = []
    for row in templates:
        left = [identifier for identifier in row["examples"] if identifier not in ids]
        if left or not row["examples"]:
            kept.append({**row, "examples": left})
    if kept != templates:
        done.deletes["templates"] = EVERYTHING
        done.inserts["templates"] = [pa.Table.from_pylist(kept, schema=tables_now()["templates"])]


def _overlay(snapshot: Snapshot, table: str, rows: Mapping[str, Row]) -> pa.Table:
    """New values as one table of updates; where only some rows change a column, the others keep theirs."""
    columns = sorted({name for row in rows.values() for name in row})
    now = _by_id(snapshot.documents(table, rows, ["doc_id", *columns]).to_pylist())
    schema = pa.schema([tables_now()[table].field(name) for name in ("doc_id", *columns)])
    return pa.Table.from_pylist(
        [{**now[identifier], **row} for identifier, row in sorted(rows.items())], schema=schema
    )


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["doc_id"]: row for row in rows}
