"""The deletes and updates of a change, checked and ready to be applied to published rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse.change import Deletion, Everything
from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.partition import PARTITIONS


@dataclass(frozen=True, slots=True)
class DeleteFilter:
    """Selects the rows to delete: those with one of `ids` in a key column, or equal to one of `rows`.

    `keys` are the sorted 64-bit keys of `ids`. They show which files may have such a row.
    """

    ids: pa.Array | None = None
    rows: pa.Table | None = None
    keys: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))

    def kept_mask(self, table: pa.Table, key_columns: Sequence[str]) -> np.ndarray:
        """True for each row of the table that is kept."""
        kept = np.ones(table.num_rows, bool)
        if self.ids is not None:
            for column in key_columns:
                kept &= ~pc.is_in(table[column], value_set=self.ids).to_numpy(zero_copy_only=False)
        if self.rows is not None and self.rows.num_rows:
            deleted = set(zip(*(column.to_pylist() for column in self.rows.columns), strict=True))
            columns = [table[column].to_pylist() for column in self.rows.column_names]
            kept &= np.fromiter(
                (row not in deleted for row in zip(*columns, strict=True)), bool, table.num_rows
            )
        return kept

    def columns(self, key_columns: Sequence[str]) -> list[str]:
        """The columns that `kept_mask` reads."""
        of_ids = key_columns if self.ids is not None else ()
        of_rows = self.rows.column_names if self.rows is not None else ()
        return list(dict.fromkeys((*of_ids, *of_rows)))


@dataclass(frozen=True, slots=True)
class UpdateSet:
    """New values for some columns of published rows, by the id column of the table."""

    values: pa.Table
    id_column: str
    ids: pa.Array
    keys: np.ndarray

    def is_updated(self, ids: pa.ChunkedArray) -> np.ndarray:
        """True for each id that has new values."""
        return np.asarray(pc.is_in(ids, value_set=self.ids).to_numpy(zero_copy_only=False))

    def apply(self, table: pa.Table) -> pa.Table:
        """Return the table with the new values instead of the old ones."""
        found = pc.index_in(table[self.id_column], value_set=self.ids).combine_chunks()
        order = pc.coalesce(
            pc.add(found.cast(pa.int64()), table.num_rows), pa.array(np.arange(table.num_rows))
        )
        for name in self.values.column_names:
            if name != self.id_column:
                position = table.schema.get_field_index(name)
                both = pa.chunked_array(
                    [*table[name].chunks, *self.values[name].chunks],
                    type=table.schema.field(name).type,
                )
                table = table.set_column(position, table.schema.field(name), both.take(order))
        return table


def delete_filter(name: str, deletion: Deletion) -> DeleteFilter | Everything:
    """The filter for a deletion from the table `name`.

    Raises InvalidChange for ids of a table that has none, and for a value that is not a `Deletion`.
    """
    if isinstance(deletion, Everything):
        return deletion
    if isinstance(deletion, pa.Table):
        return DeleteFilter(rows=deletion)
    if isinstance(deletion, pa.ChunkedArray):
        deletion = deletion.combine_chunks()
    if not PARTITIONS[name].keys:
        raise InvalidChange(
            f"table {name!r} has no ids; give the rows to delete as a table of their columns, or EVERYTHING"
        )
    ids = (
        deletion
        if isinstance(deletion, pa.Array)
        else pa.array(sorted(set(_strings(deletion))), pa.string())
    )
    return DeleteFilter(ids=ids, keys=np.unique(keys_of(ids)))


def _strings(deletion: object) -> Iterator[str]:
    if isinstance(deletion, str) or not hasattr(deletion, "__iter__"):
        raise InvalidChange(
            f"deletes takes a collection of ids, a table, or EVERYTHING, not {deletion!r}"
        )
    yield from deletion


def update_set(name: str, values: pa.Table, schema: pa.Schema) -> UpdateSet:
    """Interpret the `updates` entry of a change. Raises InvalidChange if it cannot be applied."""
    partition = PARTITIONS[name]
    if len(partition.keys) != 1 or name == "removed":
        raise InvalidChange(
            f"rows of {name!r} cannot be updated, because no single id names one; delete them and insert new ones"
        )
    (id_column,) = partition.keys
    if id_column not in values.column_names or partition.date in values.column_names:
        raise InvalidChange(
            f"updates of {name!r} need the column {id_column!r} and cannot change {partition.date!r}, "
            f"which decides the file; they have {', '.join(values.column_names)}"
        )
    if unknown := set(values.column_names) - set(schema.names):
        raise InvalidChange(
            f"table {name!r} has no column {min(unknown)!r}; its columns are {', '.join(schema.names)}"
        )
    for column in values.column_names:
        if not schema.field(column).nullable and values[column].null_count:
            raise InvalidChange(
                f"updates of {name!r} have nulls in {column!r}, which must have a value in every row"
            )
    values = values.cast(pa.schema([schema.field(column) for column in values.column_names]))
    ids = values[id_column].combine_chunks()
    if len(pc.unique(ids)) != len(ids):
        raise InvalidChange(f"updates of {name!r} name a {id_column} more than once")
    return UpdateSet(values, id_column, ids, np.unique(keys_of(ids)))
