"""Write the files that a table has in the next snapshot.

Only what a change affects is written: files with a deleted or changed row, the new rows, and small
files of the same months that are to be merged. In memory there is first half an output file of
staged rows, then one output file, or several that together are no larger, and a few bytes for each
row of the change. Threads write several output files at the same time, because most of the time
goes into sorting, compression, hashing and the disk, which run outside Python's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.support.processes import allocator
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.change import Everything
from copydesk.flows.warehouse.manifest import FileEntry
from copydesk.flows.warehouse.partition import PARTITIONS, UNDATED, rounds
from copydesk.flows.warehouse.schema import conform_to
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.file_assignment import assign_outputs, months_of_rows
from copydesk.flows.warehouse.table_rewrite.file_selection import merge_small_files, split_touched
from copydesk.flows.warehouse.table_rewrite.row_changes import DeleteFilter, UpdateSet
from copydesk.flows.warehouse.table_rewrite.row_sources import (
    RowSource,
    row_source,
    sort_by_output,
)
from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged


@dataclass(frozen=True, slots=True)
class TableChange:
    """The part of a change that concerns one table."""

    inserts: Sequence[Staged] = ()
    deletes: DeleteFilter | Everything | None = None
    updates: UpdateSet | None = None


@dataclass(frozen=True, slots=True)
class OutputFolders:
    """Where new files of a table are written. The folder `table` must not exist yet.

    `keys` is the folder for the 64-bit keys of each file, or None for a table without ids.
    """

    table: Path
    keys: Path | None = None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The files of a table in the next snapshot: published ones that are kept, and new ones."""

    kept: tuple[FileEntry, ...]
    written: tuple[FileEntry, ...]


def rewrite_table(
    name: str,
    base: Snapshot | None,
    change: TableChange,
    *,
    folders: OutputFolders,
    month_of: Callable[[pa.ChunkedArray], pa.Array],
    writers: int = 1,
) -> Rewritten:
    """Write the next state of a table into `folders`. The files of `base` do not change.

    `month_of` gives the months of doc_ids, for tables whose rows are in the month of their document.
    Up to `writers` threads write at the same time. Their number does not change the files.

    Raises InvalidChange if an update names a row that is not in the table.
    """
    folders.table.mkdir(parents=True)
    conform = conform_to(name)
    month_numbers: dict[str, int] = {}
    sources: list[RowSource] = []
    for staged in change.inserts:
        source = row_source(staged, conform)
        if source.n_rows:
            source.months = months_of_rows(source, name, month_numbers, month_of)
            sources.append(source)
    kept: list[FileEntry] = []
    if base is not None and not isinstance(change.deletes, Everything):
        untouched, touched = split_touched(name, base, change.deletes, change.updates)
        for entry, mask in touched:
            if not mask.any():
                continue
            source = row_source(base.file(name, entry), conform)
            source.updates = change.updates
            month = month_numbers.setdefault(entry.month, len(month_numbers))
            source.months = np.where(mask, np.int32(month), np.int32(-1))
            sources.append(source)
        kept = merge_small_files(name, base, untouched, sources, month_numbers)
    outputs = assign_outputs(name, sources, list(month_numbers))
    written = _write_outputs(name, folders, outputs, sources, writers=writers)
    with_rows = [entry for entry in kept if entry.rows]
    if not with_rows and not written:
        # A table has at least one file, so that readers find its columns.
        if kept:
            with_rows = kept[:1]
        else:
            written = [_write_output(conform(pa.table({})), name, folders, UNDATED)]
    return Rewritten(tuple(sorted(with_rows)), tuple(sorted(written)))


def _write_outputs(
    name: str,
    folders: OutputFolders,
    outputs: Sequence[str],
    sources: Sequence[RowSource],
    *,
    writers: int,
) -> list[FileEntry]:
    """Write the output files, given the month of each."""
    sizes = np.zeros(len(outputs), np.float64)
    for source in sources:
        counts = np.bincount(source.outputs[source.outputs >= 0], minlength=len(outputs))
        sizes += counts * source.bytes_per_row
    rows = sort_by_output(sources, folders.table, PARTITIONS[name].sort)
    is_sorted = len(rows) == 1 and rows[0].is_sorted

    def write(output: int) -> FileEntry:
        # No other name may keep the parts, which `table_file.write` orders one row group at a time.
        table = pa.concat_tables([part for one in rows if (part := one.take(output)) is not None])
        order = None if is_sorted else _order(table, name)
        return _write_output(table, name, folders, outputs[output], order=order)

    written: list[FileEntry] = []
    with ThreadPoolExecutor(max_workers=writers) as pool:
        for first, end in rounds(sizes.tolist(), output_limits.FILE_BYTES):
            written += pool.map(write, range(first, end))
            allocator.trim()
    for part in rows:
        part.close()
    return written


def _order(table: pa.Table, name: str) -> pa.Array:
    """The numbers of the rows in the order of the table."""
    return pc.sort_indices(
        table, sort_keys=[(column, "ascending") for column in PARTITIONS[name].sort]
    )


def _write_output(
    table: pa.Table, name: str, folders: OutputFolders, month: str, *, order: pa.Array | None = None
) -> FileEntry:
    """Write one output file, with its rows in the given order, and its keys."""
    entry = table_file.write(table, name, month, folders.table, order=order)
    if folders.keys is not None:
        table_file.write_keys(table, name, folders.keys / entry.keys_name)
    return entry
