"""The columns of two records of a snapshot: its input files, and documents fetched again."""

from __future__ import annotations

import pyarrow as pa

# Times are in nanoseconds since 1970, sizes in bytes. `path` is an absolute path or a URI.
# `next_number` is the number that a record appended to the file would have, or null if reading
# cannot continue there. `reading_sha256` is the hash of the sections of the recipe that decide which
# documents a file gives.
INPUTS = pa.schema(
    [
        pa.field("source_uri", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("size_bytes", pa.int64()),
        pa.field("path", pa.string()),
        pa.field("modified_ns", pa.int64()),
        pa.field("version", pa.string()),
        pa.field("n_records", pa.int64()),
        pa.field("n_rejects", pa.int64()),
        pa.field("next_number", pa.int64()),
        pa.field("outcome", pa.string()),
        pa.field("reading_sha256", pa.string()),
        pa.field("copydesk_version", pa.string()),
        pa.field("run_id", pa.string()),
    ]
)

# The last time at which an unchanged document was fetched again.
REFETCHED = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


def conformed(table: pa.Table) -> pa.Table:
    """A record of any version, with the columns of this version. Columns that it lacks are null."""
    columns = [
        table[name].cast(column.type)
        if (name := column.name) in table.column_names
        else pa.nulls(table.num_rows, column.type)
        for column in INPUTS
    ]
    return pa.table(columns, schema=INPUTS)
