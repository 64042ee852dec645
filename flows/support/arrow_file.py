"""Tables that a run keeps in its staging folder: Arrow files, written once and read by column.

They are not compressed, because a run reads each of them several times, mostly a few columns, and
deletes them at its end. For 500 wire stories, Parquet would take a third of the space on disk, but
fifteen times as long to read all columns.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from pyarrow import ipc

from copydesk.flows.support.atomic_write import temporary_file

SUFFIX = ".arrow"
# Names in the footer. Otherwise a reader would have to look at each batch.
_N_ROWS, _N_BYTES = b"n_rows", b"n_bytes"


def write(table: pa.Table, path: Path) -> Path:
    """Write the table in one step, and return the path.

    A file that exists is complete, but it is not synced. Raises OSError.
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
    options = None
    if columns is not None:
        places = {name: place for place, name in enumerate(column_names(path))}
        if lacking := set(columns) - places.keys():
            raise KeyError(f"{path} has no column {min(lacking)!r}")
        options = ipc.IpcReadOptions(included_fields=[places[name] for name in columns])
    # The file is not mapped into memory, because a column that is kept would keep the whole map.
    with pa.OSFile(str(path)) as source:
        table = ipc.open_file(source, options=options).read_all()
    return table if columns is None else table.select(list(columns))


def n_rows(path: Path) -> int:
    """The number of rows."""
    return _footer(path).n_rows


def n_bytes(path: Path) -> int:
    """The number of bytes that the table takes in memory."""
    return _footer(path).n_bytes


def column_names(path: Path) -> tuple[str, ...]:
    """The names of all columns."""
    return _footer(path).column_names


class _Footer(NamedTuple):
    n_rows: int
    n_bytes: int
    column_names: tuple[str, ...]


def _footer(path: Path) -> _Footer:
    now = os.stat(path)
    return _footer_of(path, now.st_ino, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=4096)  # Each takes half a kilobyte. The steps ask for the same ones many times.
def _footer_of(path: Path, *state: int) -> _Footer:
    """The footer of a file. `state` is another one if the file was replaced."""
    with pa.OSFile(str(path)) as source:
        reader = ipc.open_file(source)
        sizes = reader.metadata
        names = tuple(map(sys.intern, reader.schema.names))
    return _Footer(int(sizes[_N_ROWS]), int(sizes[_N_BYTES]), names)
