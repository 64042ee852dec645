"""Choose the files of a table that a change rewrites: affected ones, and small ones to merge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.manifest import FileEntry
from copydesk.flows.warehouse.partition import PARTITIONS
from copydesk.flows.warehouse.schema import conform_to
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.row_changes import DeleteFilter, UpdateSet
from copydesk.flows.warehouse.table_rewrite.row_sources import (
    RowSource,
    row_source,
    rows_by_month,
)


def split_touched(
    name: str, base: Snapshot, deletes: DeleteFilter | None, updates: UpdateSet | None
) -> tuple[list[FileEntry], list[tuple[FileEntry, np.ndarray]]]:
    """Return the files that do not change, and those that do, each with a mask of the rows it keeps.

    Raises InvalidChange if an update names a row that is not in the table after the deletes.
    """
    untouched: list[FileEntry] = []
    touched: list[tuple[FileEntry, np.ndarray]] = []
    key_columns = PARTITIONS[name].keys
    columns = [*(deletes.columns(key_columns) if deletes else ())]
    if updates is not None and updates.id_column not in columns:
        columns.append(updates.id_column)
    by_key = bool(key_columns) and (deletes is None or deletes.rows is None)
    wanted = np.concatenate(
        [part.keys for part in (deletes, updates) if part is not None] or [np.empty(0, np.uint64)]
    )
    n_updated = 0
    for entry in base.manifest.tables[name]:
        if not columns or (by_key and not table_file.holds(base.keys(name, entry), wanted).any()):
            untouched.append(entry)
            continue
        rows = table_file.read(base.file(name, entry), columns)
        kept = deletes.kept_mask(rows, key_columns) if deletes else np.ones(rows.num_rows, bool)
        updated = int((kept & updates.is_updated(rows[updates.id_column])).sum()) if updates else 0
        n_updated += updated
        if kept.all() and not updated:
            untouched.append(entry)
        else:
            touched.append((entry, kept))
    if updates is not None and n_updated != len(updates.ids):
        raise InvalidChange(
            f"the updates of {name!r} are for {len(updates.ids)} rows, but after the deletes the "
            f"snapshot has only {n_updated} of them"
        )
    return untouched, touched


def merge_small_files(
    name: str,
    base: Snapshot,
    untouched: list[FileEntry],
    sources: list[RowSource],
    month_numbers: Mapping[str, int],
) -> list[FileEntry]:
    """Add the small files of each month that gets rows to the sources, and return the other files."""
    rows, size = rows_by_month(sources, len(month_numbers))
    left = []
    for entry in sorted(untouched, key=lambda entry: (entry.rows, entry.name)):
        if entry.rows == 0:
            # A file without rows says that the table is empty. It is deleted when the table gets rows.
            if not rows.any():
                left.append(entry)
            continue
        month = month_numbers.get(entry.month, -1)
        if month < 0 or rows[month] == 0 or entry.rows > rows[month] * output_limits.MERGE_RATIO:
            left.append(entry)
            continue
        source = row_source(base.file(name, entry), conform_to(name), is_published=True)
        if size[month] + source.n_bytes > output_limits.FILE_BYTES:
            left.append(entry)
            continue
        rows[month] += source.n_rows
        size[month] += source.n_bytes
        source.months = np.full(source.n_rows, month, np.int32)
        sources.append(source)
    return left
