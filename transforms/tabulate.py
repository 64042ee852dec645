"""Turns cleaned documents into Arrow tables. This is the last step for single documents."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import pyarrow as pa

from copydesk.schemas import document_columns
from copydesk.schemas import tables as base
from copydesk.transforms.article import Article
from copydesk.transforms.ledger import Removal
from copydesk.transforms.snapshot_schemas import ARTICLES

# The columns that depend on one document only. Later steps add clusters, stories and history.
EDITED = pa.schema(
    [
        field
        for field in ARTICLES
        if field.name not in {f.name for f in (*document_columns.GROUPS, *document_columns.HISTORY)}
    ]
)


def articles(edited: Sequence[Article]) -> pa.Table:
    """Return one row for each article with the columns of `EDITED`, in the given order."""
    columns = [_column(edited, field) for field in EDITED]
    return pa.Table.from_arrays(columns, schema=EDITED)


def removed(edited: Sequence[Article]) -> pa.Table:
    """Return the ledger of the articles, sorted by document and position."""
    cuts = [(article.doc_id, cut) for article in edited for cut in article.removed]
    columns = {
        "doc_id": [doc_id for doc_id, _ in cuts],
        "start": [cut.start for _, cut in cuts],
        "end": [cut.end for _, cut in cuts],
        "text": [cut.text for _, cut in cuts],
        "rule": [cut.rule for _, cut in cuts],
        "rule_version": [cut.rule_version for _, cut in cuts],
    }
    return pa.table(columns, schema=base.REMOVED)


def removals(rows: pa.Table) -> dict[str, list[Removal]]:
    """Return the cuts of each document by its id, from rows of the table `removed`.

    This is the inverse of `removed`.
    """
    found: dict[str, list[Removal]] = {}
    for row in rows.to_pylist():
        found.setdefault(row.pop("doc_id"), []).append(Removal(**row))
    return found


def _column(edited: Sequence[Article], field: pa.Field) -> pa.Array:
    values = list(map(attrgetter(field.name), edited))
    if field.name == "evidence":
        values = [dict(value) for value in values]
    return pa.array(values, type=field.type)
