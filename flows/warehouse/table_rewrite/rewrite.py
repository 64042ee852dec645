"""Write the files that a table has in the next snapshot.

Only what a change affects is written: files with a deleted or changed row, the new rows, and small
files of the same months that are to be merged. In memory there is first a part of the staged rows
(`output_limits.SPILL_BYTES`), then a row group for each thread with the published files from which
it comes, and a few bytes for each row of the change. Threads write several output files at the same
time, because most of the time goes into copying, compression, hashing and the disk, which run
outside Python's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.flows.support.processes import allocator
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.change import Everything
from copydesk.flows.warehouse.manifest import FileEntry
from copydesk.flows.warehouse.partition import UNDATED, rounds
from copydesk.flows.warehouse.schema import conform_to, tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.file_assignment import (
    OutputFile,
    assign_places,
    months_of_rows,
)
from copydesk.flows.warehouse.table_rewrite.file_selection import merge_small_files, split_touched
from copydesk.flows.warehouse.table_rewrite.row_changes import DeleteFilter, UpdateSet
from copydesk.flows.warehouse.table_rewrite.row_sources import (
    RowSource,
    joined_parts,
    ordered_rows,
    row_source,
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
            source = row_source(base.file(name, entry), conform, is_published=True)
            source.updates = change.updates
            month = month_numbers.setdefault(entry.month, len(month_numbers))
            source.months = np.where(mask, np.int32(month), np.int32(-1))
            sources.append(source)
        kept = merge_small_files(name, base, untouched, sources, month_numbers)
    files = assign_places(name, sources, list(month_numbers))
    written = _write_files(name, folders, files, sources, writers=writers)
    with_rows = [entry for entry in kept if entry.rows]
    if not with_rows and not written:
        # A table has at least one file, so that readers find its columns.
        if kept:
            with_rows = kept[:1]
        else:
            written = [_write_file((), name, folders, UNDATED)]
    return Rewritten(tuple(sorted(with_rows)), tuple(sorted(written)))


def _write_files(
    name: str,
    folders: OutputFolders,
    files: Sequence[OutputFile],
    sources: Sequence[RowSource],
    *,
    writers: int,
) -> list[FileEntry]:
    """Write the output files."""
    starts = [start for file in files for start in file.starts]
    rows = ordered_rows(sources, folders.table, starts, [file.end for file in files])

    def groups(file: OutputFile) -> Iterator[pa.Table]:
        opened = [one.open_rows(file.first, file.end) for one in rows]
        for start, end in file.groups():
            parts = [part for one in opened if (part := one.take(start, end)) is not None]
            yield joined_parts(parts)

    def write(file: OutputFile) -> FileEntry:
        return _write_file(groups(file), name, folders, file.month)

    held = [sum(one.bytes_between(file.first, file.end) for one in rows) for file in files]
    n_rows = sum(source.n_rows for source in sources)
    bytes_per_row = sum(source.n_bytes for source in sources) / max(n_rows, 1)
    written: list[FileEntry] = []
    since_trim = 0.0
    with ThreadPoolExecutor(max_workers=writers) as pool:
        for first, end in rounds(held, output_limits.FILE_BYTES):
            for entry in pool.map(write, files[first:end]):
                written.append(entry)
                since_trim += entry.rows * bytes_per_row
                if since_trim >= output_limits.FILE_BYTES:
                    allocator.trim()
                    since_trim = 0.0
    for part in rows:
        part.close()
    return written


def _write_file(
    groups: Iterable[pa.Table], name: str, folders: OutputFolders, month: str
) -> FileEntry:
    """Write one output file and its keys. Each table is a row group, and no table has no rows."""
    keys: list[NDArray[np.uint64]] = []

    def noted() -> Iterator[pa.Table]:
        for group in groups:
            if folders.keys is not None:
                keys.append(table_file.keys_in(group, name))
            yield group

    entry = table_file.write(noted(), month, folders.table, schema=tables_now()[name])
    if folders.keys is not None:
        table_file.write_keys(keys, folders.keys / entry.keys_name)
    return entry
