"""The schemas that this version writes, and functions that give a table its schema."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache

import pyarrow as pa

from copydesk.flows.warehouse.table_file import stamped
from copydesk.schemas.tables import SCHEMA_VERSION
from copydesk.transforms import snapshot_schemas


@cache
def _stamped_tables() -> dict[str, pa.Schema]:
    return {
        name: stamped(schema, name, SCHEMA_VERSION)
        for name, schema in snapshot_schemas.TABLES.items()
    }


def tables_now() -> Mapping[str, pa.Schema]:
    """Every table's schema, with table name and schema version in its metadata."""
    return _stamped_tables()


def conform_to(name: str) -> Callable[[pa.Table], pa.Table]:
    """Return a function that gives a table exactly the schema of the table `name`.

    If a column cannot be converted, the function raises an error with the name of the column.
    """
    schema = tables_now()[name]

    def conform(table: pa.Table) -> pa.Table:
        if table.schema.equals(schema, check_metadata=True):
            return table
        # The columns have the types of the schema, which only adds what the table is.
        return pa.Table.from_arrays(snapshot_schemas.conform(table, name).columns, schema=schema)

    return conform


def fingerprint(schemas: Mapping[str, pa.Schema]) -> str:
    """SHA-256 of the names, types and nullability of all columns, without their descriptions."""
    lines = [
        f"{table}.{column.name}:{column.type}:{column.nullable}"
        for table, schema in sorted(schemas.items())
        for column in schema
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
