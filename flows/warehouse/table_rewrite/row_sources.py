"""Read the rows of output files from the places where they are stored.

A source that feeds many output files is read only once. Its rows are sorted by output file, in
memory if there are few, and otherwise in a spill file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from copydesk.flows.warehouse.partition import rounds
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.row_changes import UpdateSet
from copydesk.flows.warehouse.table_rewrite.staged_rows import JoinedRows, Staged, joined_rows

_OUTPUT = "number of the output file"  # no table has a column of this name

Conform: TypeAlias = Callable[[pa.Table], pa.Table]


@dataclass(slots=True)
class RowSource:
    """Rows to write: staged ones, or the rows of a published file that are kept.

    `months` has the number of the month of each row, and `outputs` the number of its output file.
    Both are -1 for a row that is deleted.
    """

    content: JoinedRows
    conform: Conform
    n_rows: int
    n_bytes: int
    months: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    outputs: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    updates: UpdateSet | None = None

    @property
    def is_sorted(self) -> bool:
        """Whether the rows of an output file are in the order of the table. They need not be."""
        return False

    @property
    def bytes_per_row(self) -> float:
        """Mean size of a row in memory, in bytes."""
        return self.n_bytes / max(self.n_rows, 1)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows in the schema of the table, with the updates applied."""
        table = self.conform(self.content.read())
        if self.updates is not None:
            table = self.updates.apply(table)
        return table if columns is None else table.select(list(columns))

    def keys(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of the rows. If they are stored as they are, the others are not read."""
        if self.updates is not None or not set(columns).issubset(self.content.column_names):
            return self.read(columns)
        return self.content.read(columns)

    def take(self, output: int) -> pa.Table | None:
        """The rows of an output file, None if there are none."""
        mask = self.outputs == output
        return self.read().filter(pa.array(mask)) if mask.any() else None

    def close(self) -> None:
        """Does nothing: no file stays open between reads."""


def row_source(content: Staged, conform: Conform) -> RowSource:
    """A source of staged rows or of a published file, with its size."""
    rows = joined_rows(content)
    return RowSource(rows, conform, rows.n_rows, rows.n_bytes)


def rows_by_month(sources: Sequence[RowSource], n_months: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and bytes of each month, estimated from the mean size of a row of each source."""
    rows = np.zeros(n_months, np.int64)
    size = np.zeros(n_months, np.float64)
    for source in sources:
        counts = np.bincount(source.months[source.months >= 0], minlength=n_months)
        rows += counts
        size += counts * source.bytes_per_row
    return rows, size


class RowsByOutput(Protocol):
    """Rows that are read by output file. Several threads may read at the same time."""

    @property
    def is_sorted(self) -> bool:
        """Whether the rows of an output file are in the order of the table."""

    def take(self, output: int) -> pa.Table | None:
        """The rows of an output file, None if there are none."""

    def close(self) -> None:
        """Free the memory or disk space of the rows. Nothing is read after that."""


@dataclass(frozen=True, slots=True)
class _InMemoryRows:
    """Rows in memory, sorted by output file."""

    rows: pa.Table
    bounds: Mapping[int, tuple[int, int]]  # output file to the start and end of its rows

    is_sorted: ClassVar[bool] = True

    @classmethod
    def of(cls, sources: Sequence[RowSource], sort: Sequence[str]) -> _InMemoryRows:
        """The rows of some sources that are kept, by output file and then by the columns `sort`."""
        rows = pa.concat_tables([source.read() for source in sources])
        of_row = np.concatenate([source.outputs for source in sources])
        keys = rows.select(list(sort)).combine_chunks().append_column(_OUTPUT, pa.array(of_row))
        order = pc.sort_indices(
            keys, sort_keys=[(column, "ascending") for column in (_OUTPUT, *sort)]
        ).to_numpy()
        order = order[np.searchsorted(of_row[order], 0) :]
        outputs, starts, counts = np.unique(of_row[order], return_index=True, return_counts=True)
        spans = zip(starts.tolist(), (starts + counts).tolist(), strict=True)
        # One take of all rows costs half as much as one for each output file.
        return cls(rows.take(pa.array(order)), dict(zip(outputs.tolist(), spans, strict=True)))

    def take(self, output: int) -> pa.Table | None:
        if output not in self.bounds:
            return None
        start, end = self.bounds[output]
        return self.rows.slice(start, end - start)

    def close(self) -> None:
        """The rows are freed with this object."""


@dataclass(frozen=True, slots=True)
class _SpilledRows:
    """Rows in a spill file, one record batch for each output file."""

    path: Path
    batches: Mapping[int, int]  # output file to the number of its batch

    is_sorted: ClassVar[bool] = True

    @classmethod
    def of(cls, rows: _InMemoryRows, path: Path) -> _SpilledRows:
        # Not compressed, like all staged rows: that would take four times as long.
        with ipc.new_file(str(path), rows.rows.schema) as writer:
            for start, end in rows.bounds.values():
                part = rows.rows.slice(start, end - start)
                writer.write_batch(part.combine_chunks().to_batches()[0])
        return cls(path, {output: number for number, output in enumerate(rows.bounds)})

    def take(self, output: int) -> pa.Table | None:
        if output not in self.batches:
            return None
        with pa.OSFile(str(self.path)) as file:  # The pages of a map would count as memory.
            return pa.Table.from_batches([ipc.open_file(file).get_batch(self.batches[output])])

    def close(self) -> None:
        self.path.unlink()


def sort_by_output(
    sources: Sequence[RowSource], folder: Path, sort: Sequence[str]
) -> list[RowsByOutput]:
    """Prepare the sources for reading by output file. A source that feeds many is read once.

    As many sources as fit into memory are sorted together. They are spilled into `folder` unless all
    sources fit. A spill file has the rows of many output files, so few files are open even if there
    are many months. `sort` are the columns by which the rows of an output file are sorted.
    """
    prepared: list[RowsByOutput] = []
    sizes = [source.n_bytes for source in sources]
    fits = sum(sizes) <= output_limits.FILE_BYTES
    limit = output_limits.FILE_BYTES if fits else output_limits.SPILL_BYTES
    groups = list(rounds(sizes, limit))
    for number, (first, end) in enumerate(groups):
        group = sources[first:end]
        outputs = np.unique(np.concatenate([source.outputs for source in group]))
        if len(outputs) <= output_limits.FEW_FILES:
            prepared += group
        elif len(groups) == 1:
            prepared.append(_InMemoryRows.of(group, sort))
        else:
            path = folder / f".spill-{number}.arrow"
            prepared.append(_SpilledRows.of(_InMemoryRows.of(group, sort), path))
    return prepared
