"""Read the rows of output files, row group by row group, from where they are stored.

Staged rows are read only once. They are put in order in memory if there are few, and otherwise in
spill files. A published file that feeds few output files is read again for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import ipc

from copydesk.flows.warehouse.partition import rounds
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.row_changes import UpdateSet
from copydesk.flows.warehouse.table_rewrite.staged_rows import JoinedRows, Staged, joined_rows

_LAST = np.iinfo(np.int64).max

Conform: TypeAlias = Callable[[pa.Table], pa.Table]


@dataclass(slots=True)
class RowSource:
    """Rows to write: staged ones, or the rows of a published file that are kept.

    `months` has the number of the month of each row, and `places` its place among the rows of all
    output files. Both are -1 for a row that is deleted. `is_published` says that the content is a
    published file.
    """

    content: JoinedRows
    conform: Conform
    n_rows: int
    n_bytes: int
    months: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    places: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    updates: UpdateSet | None = None
    is_published: bool = False

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
        stored = set(self.content.column_names)
        if self.updates is not None:
            stored -= set(self.updates.values.column_names) - {self.updates.id_column}
        return self.content.read(columns) if stored.issuperset(columns) else self.read(columns)


def row_source(content: Staged, conform: Conform, *, is_published: bool = False) -> RowSource:
    """A source of staged rows or of a published file, with its size."""
    rows = joined_rows(content)
    return RowSource(rows, conform, rows.n_rows, rows.n_bytes, is_published=is_published)


def rows_by_month(sources: Sequence[RowSource], n_months: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and bytes of each month, estimated from the mean size of a row of each source."""
    rows = np.zeros(n_months, np.int64)
    size = np.zeros(n_months, np.float64)
    for source in sources:
        counts = np.bincount(source.months[source.months >= 0], minlength=n_months)
        rows += counts
        size += counts * source.bytes_per_row
    return rows, size


class PlacedRows(NamedTuple):
    """Rows in the order of their places, and these places."""

    rows: pa.Table
    places: NDArray[np.int32]


class OpenedRows(Protocol):
    """The rows of one output file. They are freed with this object."""

    def take(self, start: int, end: int) -> PlacedRows | None:
        """The rows of a row group, which has these places. None if there are none."""


class OrderedRows(Protocol):
    """Rows that are read by output file. Several threads may read at the same time."""

    def bytes_between(self, start: int, end: int) -> float:
        """How many bytes of the output file with these places are in memory while it is open."""

    def open_rows(self, start: int, end: int) -> OpenedRows:
        """The rows of the output file with these places."""

    def close(self) -> None:
        """Free the memory or disk space of the rows. Nothing is read after that."""


@dataclass(frozen=True, slots=True)
class _InMemory:
    """Rows in memory in the order of their places."""

    placed: PlacedRows

    @classmethod
    def of(cls, sources: Sequence[RowSource]) -> _InMemory:
        """The rows of some sources that are kept."""
        of_row = np.concatenate([source.places for source in sources])
        order = np.argsort(of_row, kind="stable")
        order = order[np.searchsorted(of_row[order], 0) :]
        # One take of all rows costs half as much as one for each row group.
        rows = pa.concat_tables([source.read() for source in sources]).take(pa.array(order))
        return cls(PlacedRows(rows, of_row[order]))

    def bytes_between(self, start: int, end: int) -> float:
        return 0.0  # All rows are in memory in any case.

    def open_rows(self, start: int, end: int) -> _InMemory:
        return self

    def take(self, start: int, end: int) -> PlacedRows | None:
        found = self.between(start, end)
        return found if len(found.places) else None

    def between(self, start: int, end: int) -> PlacedRows:
        """The rows with these places, which may be none."""
        rows, places = self.placed
        first, last = np.searchsorted(places, (start, end)).tolist()
        return PlacedRows(rows.slice(first, last - first), places[first:last])

    def close(self) -> None:
        """The rows are freed with this object."""


@dataclass(frozen=True, slots=True)
class _Spilled:
    """Rows in a spill file, one record batch for each row group."""

    path: Path
    schema: pa.Schema
    batches: Mapping[int, tuple[int, NDArray[np.int32]]]
    """For the start of each row group, where its batch begins in the file and the places of its rows."""

    @classmethod
    def of(cls, held: _InMemory, starts: NDArray[np.int64], path: Path) -> _Spilled:
        """Write these rows to a file. `starts` are the first places of all row groups."""
        schema = held.placed.rows.schema
        batches: dict[int, tuple[int, NDArray[np.int32]]] = {}
        used = np.unique(np.searchsorted(starts, held.placed.places, "right") - 1)
        # Not compressed, like all staged rows: that would take four times as long.
        with pa.OSFile(str(path), "wb") as file, ipc.new_stream(file, schema) as writer:
            # The schema is written together with the first batch.
            writer.write_batch(pa.RecordBatch.from_pylist([], schema=schema))
            for number in used.tolist():
                end = int(starts[number + 1]) if number + 1 < len(starts) else _LAST
                part = held.between(int(starts[number]), end)
                batches[int(starts[number])] = (file.tell(), part.places)
                writer.write_batch(part.rows.combine_chunks().to_batches()[0])
        return cls(path, schema, batches)

    def bytes_between(self, start: int, end: int) -> float:
        return 0.0  # One row group is read at a time.

    def open_rows(self, start: int, end: int) -> _Spilled:
        return self

    def take(self, start: int, end: int) -> PlacedRows | None:
        if start not in self.batches:
            return None
        offset, places = self.batches[start]
        # The pages of a map would count as memory, and a reader would first read where all batches are.
        with pa.OSFile(str(self.path)) as file:
            file.seek(offset)
            batch = ipc.read_record_batch(ipc.read_message(file), self.schema)
        return PlacedRows(pa.Table.from_batches([batch]), places)

    def close(self) -> None:
        self.path.unlink()


@dataclass(frozen=True, slots=True)
class _Published:
    """The rows of a published file, which is read again for each output file."""

    source: RowSource

    def bytes_between(self, start: int, end: int) -> float:
        places = self.source.places
        return int(np.count_nonzero((places >= start) & (places < end))) * self.source.bytes_per_row

    def open_rows(self, start: int, end: int) -> OpenedRows:
        places = self.source.places
        mask = (places >= start) & (places < end)
        if not mask.any():
            return _NO_ROWS
        rows = self.source.read()
        return _Unordered(rows if mask.all() else rows.filter(pa.array(mask)), places[mask])

    def close(self) -> None:
        """Does nothing: no file stays open between reads."""


@dataclass(frozen=True, slots=True)
class _Unordered:
    """The rows of one output file in memory, in any order."""

    rows: pa.Table
    places: NDArray[np.int32]

    def take(self, start: int, end: int) -> PlacedRows | None:
        chosen = np.flatnonzero((self.places >= start) & (self.places < end))
        if not len(chosen):
            return None
        chosen = chosen[np.argsort(self.places[chosen])]
        return PlacedRows(self.rows.take(pa.array(chosen)), self.places[chosen])


_NO_ROWS = _Unordered(pa.table({}), np.empty(0, np.int32))


def joined_parts(parts: Sequence[PlacedRows]) -> pa.Table:
    """The rows of a row group that come from several places, in order."""
    rows = pa.concat_tables([part.rows for part in parts]).combine_chunks()
    if len(parts) == 1:
        return rows
    return rows.take(pa.array(np.argsort(np.concatenate([part.places for part in parts]))))


def ordered_rows(
    sources: Sequence[RowSource], folder: Path, starts: Sequence[int], ends: Sequence[int]
) -> list[OrderedRows]:
    """Prepare the sources for reading by row group.

    As many staged sources as fit into memory are put in order together. They are spilled into
    `folder` unless all of them fit. `starts` are the first places of all row groups, and `ends` those
    after the last place of each output file.
    """
    prepared: list[OrderedRows] = []
    waiting: list[RowSource] = []
    for source in sources:
        used = np.unique(np.searchsorted(ends, source.places[source.places >= 0], "right"))
        if source.is_published and len(used) <= output_limits.FEW_FILES:
            prepared.append(_Published(source))
        else:
            waiting.append(source)
    groups = list(rounds([source.n_bytes for source in waiting], output_limits.SPILL_BYTES))
    for number, (first, end) in enumerate(groups):
        held = _InMemory.of(waiting[first:end])
        if len(groups) == 1:
            prepared.append(held)
        else:
            path = folder / f".spill-{number}.arrow"
            prepared.append(_Spilled.of(held, np.asarray(starts, np.int64), path))
        del held
    return prepared
