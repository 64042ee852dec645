"""Tables that a run keeps in its staging folder: Arrow files, written once and read by column.

They are not compressed. A run reads each of them several times, mostly a few columns, and deletes
them at its end: for 500 wire stories Parquet takes a third of the disk, and fifteen times the time
to read all columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc

from copydesk.flows.support.atomic_write import temporary_file

SUFFIX = ".arrow"
# Names in the footer. Without them a reader would have to look at each batch.
_N_ROWS, _N_BYTES = b"n_rows", b"n_bytes"


def write(table: pa.Table, path: Path) -> Path:
    """Write the table in one step, and return the path: a file that exists is complete.

    Not synced. Raises OSError.
    """
    sizes = {_N_ROWS: str(table.num_rows), _N_BYTES: str(table.nbytes)}
    with (
        temporary_file(path) as draft,
        pa.OSFile(str(draft), "wb") as sink,
        ipc.new_file(sink, table.schema, metadata=sizes) as writer,
    ):
        writer.write_table(table.combine_chunks())
    return path


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read the table with these columns, in this order, or with all of them.

    Raises KeyError for a column that the file lacks.
    """
    # The file is not mapped into memory: a column that is kept would keep the whole map.
    with pa.OSFile(str(path)) as source:
        if columns is None:
            return ipc.open_file(source).read_all()
        schema = ipc.open_file(source).schema
        if lacking := set(columns) - set(schema.names):
            raise KeyError(f"{path} has no column {min(lacking)!r}")
        chosen = [schema.get_field_index(name) for name in columns]
        options = ipc.IpcReadOptions(included_fields=chosen)
        return ipc.open_file(source, options=options).read_all().select(list(columns))


def n_rows(path: Path) -> int:
    """The number of rows, from the footer."""
    return _footer(path)[_N_ROWS]


def n_bytes(path: Path) -> int:
    """The number of bytes that the table takes in memory, from the footer."""
    return _footer(path)[_N_BYTES]


def column_names(path: Path) -> list[str]:
    """The names of all columns, from the footer."""
    with pa.OSFile(str(path)) as source:
        return list(ipc.open_file(source).schema.names)


def _footer(path: Path) -> dict[bytes, int]:
    with pa.OSFile(str(path)) as source:
        return {name: int(value) for name, value in ipc.open_file(source).metadata.items()}
