"""The record of the input files that a snapshot has read: its columns, in this version and before."""

from __future__ import annotations

import pyarrow as pa

# Times in nanoseconds since 1970, sizes in bytes. `path` is absolute, or the URI; `next_number` is the number that a
# record added behind the file's last would have, null where reading cannot go on there; `reading_sha256` is the hash
# of the recipe's sections that decide which documents come out of a file.
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


def conformed(table: pa.Table) -> pa.Table:
    """A record of any version with the columns of this one; what it did not record is null."""
    columns = [
        table[name].cast(column.type)
        if (name := column.name) in table.column_names
        else pa.nulls(table.num_rows, column.type)
        for column in INPUTS
    ]
    return pa.table(columns, schema=INPUTS)
