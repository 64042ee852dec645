"""The change that deletes documents from a snapshot and repairs its copy clusters and stories.

If the kept document of a cluster is deleted, a copy takes its place in `articles` and in its story.
An older version does not: whoever takes an article out does not expect its older text instead. It
goes to `quarantined`, so that it stays out until somebody releases it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from copydesk.flows.maintenance.deletion.cluster_repair import Reelection, reelect, sizes_after
from copydesk.flows.maintenance.deletion.row_values import Row, Values, merged, rows_where
from copydesk.flows.maintenance.deletion.story_repair import repair_stories
from copydesk.flows.warehouse.change import EVERYTHING, Deletion
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.flows.warehouse.schema import tables_now
from copydesk.flows.warehouse.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """The change that deletes documents, and the replacements that it makes.

    `replaced` maps the doc_id of a deleted kept document to the doc_id of the copy that is kept
    instead. `renamed` maps the old id of a story to its new id.
    """

    inserts: Mapping[str, list[pa.Table]]
    updates: Mapping[str, pa.Table]
    deletes: Mapping[str, Deletion]
    replaced: Mapping[str, str]
    renamed: Mapping[str, str]


def deletion_plan(
    snapshot: Snapshot, ids: Collection[str], reelection_rules: Reelection
) -> DeletionPlan:
    """The change to a snapshot that removes every trace of the documents with these ids.

    A copy replaces a deleted kept document in `articles` and in its story. The sizes of clusters
    and stories are counted again. A story whose id is the id of a deleted document gets the id of
    another member.
    """
    gone = frozenset(ids)
    deleted = {
        table: set(snapshot.documents(table, gone, ["doc_id"])["doc_id"].to_pylist()) & gone
        for table in DOCUMENT_TABLES
    }
    clusters = reelect(snapshot, gone, deleted["articles"], reelection_rules)
    sizes = sizes_after(snapshot, gone, deleted["duplicates"], reelection_rules)
    stories = repair_stories(snapshot, gone, clusters.promoted, withdrawn=clusters.withdrawn.keys())
    supersedes = {table: _superseding(snapshot, table, gone) for table in DOCUMENT_TABLES}
    promoted = {
        doc_id: row
        for doc_id, row in merged(clusters.promoted, stories.articles, *supersedes.values()).items()
        if doc_id in clusters.promoted
    }
    withdrawn = {
        doc_id: row
        for doc_id, row in merged(clusters.withdrawn, *supersedes.values()).items()
        if doc_id in clusters.withdrawn
    }
    new_values = {
        **supersedes,
        "articles": merged(sizes, stories.articles, supersedes["articles"]),
        "duplicates": merged(clusters.copies, stories.copies, supersedes["duplicates"]),
    }
    written = {
        "articles": list(promoted.values()),
        "quarantined": list(withdrawn.values()),
        "stories": list(stories.rows.values()),
    }
    deletes: dict[str, Deletion] = {
        **{table: sorted(rows) for table, rows in deleted.items()},
        "duplicates": sorted(deleted["duplicates"] | promoted.keys() | withdrawn.keys()),
        "stories": stories.deleted,
        "removed": sorted(gone),
        "pairs": sorted(gone),
    }
    templates = _templates_after(snapshot, gone)
    if templates is not None:
        written["templates"], deletes["templates"] = templates, EVERYTHING
    schemas = tables_now()
    return DeletionPlan(
        inserts={
            name: [pa.Table.from_pylist(rows, schema=schemas[name])]
            for name, rows in written.items()
            if rows
        },
        updates=_update_tables(
            snapshot, new_values, without=gone | promoted.keys() | withdrawn.keys()
        ),
        deletes=deletes,
        replaced=clusters.replaced,
        renamed={old: new for old, new in stories.renamed.items() if new},
    )


def _superseding(snapshot: Snapshot, table: str, gone: Collection[str]) -> Values:
    """The revisions of deleted documents, which no longer name what they supersede."""
    rows = rows_where(snapshot, table, ["doc_id"], "supersedes", gone)
    return {row["doc_id"]: {"supersedes": None} for row in rows}


def _templates_after(snapshot: Snapshot, gone: Collection[str]) -> list[Row] | None:
    """All template lines without examples from deleted documents, or None if none has such.

    A line whose examples are all gone is left out.
    """
    stored = snapshot.table("templates").to_pylist()
    kept = []
    for row in stored:
        examples = [identifier for identifier in row["examples"] if identifier not in gone]
        if examples or not row["examples"]:
            kept.append({**row, "examples": examples})
    return kept if kept != stored else None


def _update_tables(
    snapshot: Snapshot, new_values: Mapping[str, Values], *, without: Collection[str]
) -> dict[str, pa.Table]:
    """The new values as one table of updates for each table, not counting the rows `without`."""
    left = {
        table: {identifier: row for identifier, row in values.items() if identifier not in without}
        for table, values in new_values.items()
    }
    return {table: _update_table(snapshot, table, rows) for table, rows in left.items() if rows}


def _update_table(snapshot: Snapshot, table: str, rows: Mapping[str, Row]) -> pa.Table:
    """The new values as one table of updates. A cell without a new value repeats the old one."""
    columns = sorted({name for row in rows.values() for name in row})
    stored = snapshot.documents(table, rows, ["doc_id", *columns]).to_pylist()
    now = {row["doc_id"]: row for row in stored}
    schema = pa.schema([tables_now()[table].field(name) for name in ("doc_id", *columns)])
    return pa.Table.from_pylist(
        [{**now[identifier], **row} for identifier, row in sorted(rows.items())], schema=schema
    )
