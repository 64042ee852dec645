"""Compare two snapshots. Files that both of them have are not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.flows.warehouse.snapshot import Snapshot

# Columns that are not compared. Hashes and counts of the text show whether it changed, and a row may
# be the same although its run_id differs.
_NOT_COMPARED = {"text", "run_id"}


@dataclass(frozen=True, slots=True)
class TableDiff:
    """The differences of one table, by id. A table without ids has only counts."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] | None = None
    rows_added: int = 0
    rows_removed: int = 0

    @property
    def is_empty(self) -> bool:
        """True if the two tables are the same."""
        return not (
            self.added or self.removed or self.changed or self.rows_added or self.rows_removed
        )


@dataclass(frozen=True, slots=True)
class Diff:
    """The differences of two snapshots. `moved` maps a document to the tables it moved from and to."""

    before: str
    after: str
    tables: Mapping[str, TableDiff]
    moved: Mapping[str, tuple[str, str]]


def compare(before: Snapshot, after: Snapshot) -> Diff:
    """What `after` adds, removes and changes compared with `before`."""
    tables = {}
    for name in after.tables:
        old = {entry.sha256: entry for entry in before.manifest.tables.get(name, ())}
        new = {entry.sha256: entry for entry in after.manifest.tables[name]}
        removed = [before.file(name, old[content]) for content in sorted(set(old) - set(new))]
        added = [after.file(name, new[content]) for content in sorted(set(new) - set(old))]
        by_id = {**dict.fromkeys(DOCUMENT_TABLES, "doc_id"), "stories": "story_id"}
        tables[name] = (
            _by_id(removed, added, by_id[name]) if name in by_id else _by_row(removed, added)
        )
    left = {identifier: name for name in DOCUMENT_TABLES for identifier in tables[name].removed}
    moved = {
        identifier: (left[identifier], name)
        for name in DOCUMENT_TABLES
        for identifier in tables[name].added
        if identifier in left
    }
    return Diff(before.id, after.id, tables, moved)


def _by_id(removed_files: list[Path], added_files: list[Path], id_column: str) -> TableDiff:
    old, new = _comparable(removed_files), _comparable(added_files)
    old_ids, new_ids = _ids(old, id_column), _ids(new, id_column)
    added = new_ids.filter(pc.invert(pc.is_in(new_ids, value_set=old_ids)))
    removed = old_ids.filter(pc.invert(pc.is_in(old_ids, value_set=new_ids)))
    changed: dict[str, tuple[str, ...]] = {}
    position = pc.index_in(new_ids, value_set=old_ids)
    both = pc.is_valid(position)
    common, position = new_ids.filter(both), position.filter(both)
    for name in new.column_names if len(common) else ():
        if name == id_column:
            continue
        now = new[name].combine_chunks().filter(both)
        was = (
            old[name].combine_chunks().take(position)
            if name in old.column_names
            else pa.nulls(len(common), now.type)
        )
        differs = pc.fill_null(pc.not_equal(now, was), False)
        differs = pc.or_(differs, pc.xor(pc.is_null(now), pc.is_null(was)))
        for identifier in common.filter(differs).to_pylist():
            changed[identifier] = (*changed.get(identifier, ()), name)
    return TableDiff(
        tuple(sorted(added.to_pylist())),
        tuple(sorted(removed.to_pylist())),
        dict(sorted(changed.items())),
    )


def _ids(table: pa.Table, id_column: str) -> pa.Array:
    if table.num_columns and id_column not in table.column_names:
        raise WarehouseError(
            f"a file of a table has no column {id_column!r}; run `copydesk verify` to see what is damaged"
        )
    return table[id_column].combine_chunks() if table.num_columns else pa.array([], pa.string())


def _comparable(paths: list[Path]) -> pa.Table:
    """The rows of the files, with nested values as text, which Arrow can compare."""
    tables = []
    for path in paths:
        names = [name for name in table_file.schema(path).names if name not in _NOT_COMPARED]
        table = table_file.read(path, names)
        for i, column in enumerate(table.schema):
            if pa.types.is_nested(column.type):
                flat = pa.array(
                    [repr(item) for item in table[column.name].to_pylist()], pa.string()
                )
                table = table.set_column(i, column.name, flat)
        tables.append(table)
    return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})


def _by_row(removed_files: list[Path], added_files: list[Path]) -> TableDiff:
    old, new = _row_set(removed_files), _row_set(added_files)
    return TableDiff(rows_added=len(new - old), rows_removed=len(old - new))


def _row_set(paths: list[Path]) -> set[tuple[object, ...]]:
    rows: set[tuple[object, ...]] = set()
    for path in paths:
        table = table_file.read(path)
        columns = [
            [repr(x) if isinstance(x, list | dict) else x for x in column.to_pylist()]
            for column in table.columns
        ]
        rows.update(zip(*columns, strict=True))
    return rows
