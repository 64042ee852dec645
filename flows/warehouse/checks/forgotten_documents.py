"""Check that no trace of a forgotten document is left in the warehouse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.checks.fault import Fault
from copydesk.flows.warehouse.store import Warehouse

_ID_COLUMNS = {
    "doc_id",
    "kept_doc_id",
    "doc_a",
    "doc_b",
    "supersedes",
    "story_id",
    "merged_into",
    "examples",
}


def traces(warehouse: Warehouse, forgotten: Iterable[str]) -> Iterator[Fault]:
    """Kept snapshots, reports and staged files that still name one of the forgotten documents."""
    ids = pa.array(sorted(set(forgotten)), pa.string())
    if not len(ids):
        return
    seen: set[tuple[str, str]] = set()
    for snapshot in warehouse.snapshots():
        for table in snapshot.tables:
            if table == "tombstones":
                continue
            for entry in snapshot.manifest.tables[table]:
                if (table, entry.sha256) in seen:
                    continue
                seen.add((table, entry.sha256))
                for identifier, column in _ids_in_cells(snapshot.file(table, entry), ids):
                    yield Fault(
                        "remains",
                        identifier,
                        f"{table}/{entry.name} still holds the forgotten document {identifier} ({column})",
                    )
    for folder in ("reports", "staging", "manifests"):
        for path in sorted((warehouse.root / folder).rglob("*")):
            if path.is_file() and (found := _first_mention(path, ids.to_pylist())):
                where = str(path.relative_to(warehouse.root))
                yield Fault("remains", where, f"{where} still names the forgotten document {found}")


def _ids_in_cells(path: Path, ids: pa.Array) -> Iterator[tuple[str, str]]:
    """Yield each of the ids that is in an id column of a file, with the name of the column."""
    schema = table_file.schema(path)
    for column in schema.names:
        if column in _ID_COLUMNS:
            values = table_file.read(path, [column])[column]
            if pa.types.is_list(schema.field(column).type):
                values = pc.list_flatten(values)
            for identifier in values.filter(pc.is_in(values, value_set=ids)).unique().to_pylist():
                yield identifier, column


def _first_mention(path: Path, ids: Sequence[str]) -> str | None:
    named = set(re.findall(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", path.read_bytes()))
    return next((identifier for identifier in ids if identifier.encode() in named), None)
