"""Rows of a snapshot, and new values for some of their columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse.snapshot import Snapshot

Row = dict[str, Any]
Values = dict[str, Row]
"""New values of some columns of rows, by the id of the row."""


def merged(first: Values, *others: Mapping[str, Row]) -> Values:
    """All new values of each row. A later value of the same column wins.

    >>> merged({"a": {"x": 1}}, {"a": {"y": 2}, "b": {"y": 3}})
    {'a': {'x': 1, 'y': 2}, 'b': {'y': 3}}
    """
    found = dict(first)
    for values in others:
        for identifier, row in values.items():
            found[identifier] = {**found.get(identifier, {}), **row}
    return found


def rows_where(
    snapshot: Snapshot,
    table: str,
    columns: Sequence[str] | None,
    name: str,
    values: Collection[str],
) -> list[Row]:
    """The rows of a table that have one of the values in the column `name`."""
    if not values:
        return []
    where = pc.field(name).isin(pa.array(sorted(values), pa.string()))
    rows: list[Row] = snapshot.table(table, columns, where).to_pylist()
    return rows
