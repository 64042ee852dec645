"""Write and read one Parquet file of a table, and the 64-bit keys of its documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.support import atomic_write
from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.manifest import HASH_DIGITS, FileEntry
from copydesk.flows.warehouse.partition import PARTITIONS

_ROW_GROUPS = 8
# A table of more batches is joined before it is written, because taking rows from each batch for each
# row group would take longer: for 45 batches of 17,500 articles, three times as long.
_FEW_BATCHES = 16
# Compared with level 3, wire texts take 15 % more bytes, but their files take half the time to write.
_LEVEL = 1
# Only these columns get dictionaries, which save space here. By measurement, dictionaries on every
# column take time and save no space.
_DICTIONARY = ("outlet_id", "outlet", "language")


def stamped(schema: pa.Schema, name: str, version: int) -> pa.Schema:
    """The schema with the table's name and schema version in its metadata."""
    return schema.with_metadata({"copydesk.table": name, "copydesk.schema_version": str(version)})


def write(
    table: pa.Table, name: str, month: str, folder: Path, *, order: pa.Array | None = None
) -> FileEntry:
    """Write a conformed table in the given order of rows. The file name has the hash of the content.

    Rows are ordered one row group at a time, so that the table is in memory only once. The file is
    not synced, because syncing a hundred files together is faster than one by one.
    """
    batches = table.to_batches()
    if order is not None and len(batches) > _FEW_BATCHES:
        batches = table.combine_chunks().to_batches()
    starts = np.cumsum([0, *(batch.num_rows for batch in batches[:-1])])
    # The final name contains the hash, which is known only when the file is complete.
    temporary = atomic_write.temporary_path(folder / month)
    fewest, most = PARTITIONS[name].row_group
    per_group = min(max(-(-table.num_rows // _ROW_GROUPS), fewest), most)
    n_groups = -(-table.num_rows // per_group) or 1
    size = -(-table.num_rows // n_groups) or 1
    dictionaries = [column for column in _DICTIONARY if column in table.column_names]
    with pq.ParquetWriter(
        temporary,
        table.schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=dictionaries,
        write_page_index=True,
    ) as writer:
        for first in range(0, table.num_rows or 1, size):
            if order is None or not table.num_rows:
                part = table.slice(first, size).combine_chunks()
            else:
                part = _rows(batches, starts, order.slice(first, size).to_numpy().astype(np.int64))
            writer.write_table(part, row_group_size=size)
    digest = atomic_write.sha256(temporary)
    target = folder / f"{month}-{digest[:HASH_DIGITS]}.parquet"
    temporary.replace(target)
    return FileEntry(target.name, digest, table.num_rows, target.stat().st_size)


def _rows(batches: Sequence[pa.RecordBatch], starts: np.ndarray, rows: np.ndarray) -> pa.Table:
    """Rows of a table of several batches, in the order of their numbers, as one batch.

    `starts` is the number of the first row of each batch. `Table.take` would first join all batches
    of a column of texts, in every call.
    """
    of_batch = np.searchsorted(starts, rows, "right") - 1
    places = [np.flatnonzero(of_batch == number) for number in range(len(batches))]
    taken = [
        batch.take(pa.array(rows[here] - start))
        for batch, start, here in zip(batches, starts, places, strict=True)
    ]
    joined = pa.Table.from_batches(taken).combine_chunks()
    if len(batches) == 1:
        return joined
    return joined.take(pa.array(np.argsort(np.concatenate(places))))


def keys(path: Path, name: str) -> np.ndarray:
    """Sorted 64-bit keys of the documents that a file names, read from the file itself."""
    return _keys_in(read(path, PARTITIONS[name].keys), name)


def _keys_in(table: pa.Table, name: str) -> np.ndarray:
    return np.unique(np.concatenate([keys_of(table[column]) for column in PARTITIONS[name].keys]))


def write_keys(table: pa.Table, name: str, target: Path) -> None:
    """Write the keys of the file that has this table. Like that file, it is not synced.

    A file of this name is overwritten, because a power cut may have left it incomplete.
    """
    with atomic_write.temporary_file(target) as temporary, temporary.open("wb") as file:
        np.save(file, _keys_in(table, name), allow_pickle=False)


def holds(sorted_keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Which of the wanted keys are among the sorted ones.

    >>> holds(np.array([2, 4], np.uint64), np.array([1, 4, 9], np.uint64)).tolist()
    [False, True, False]
    """
    if len(sorted_keys) == 0:
        return np.zeros(len(wanted), bool)
    positions = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)
    return np.asarray(sorted_keys[positions] == wanted)


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a file as it is. Raises WarehouseError if it lacks a column."""
    # This takes half as long as pq.read_table, which builds a dataset.
    with pq.ParquetFile(path) as file:
        found = file.read(None if columns is None else list(columns))
    if lacking := set(columns or ()) - set(found.column_names):
        raise WarehouseError(
            f"{path} has no column {min(lacking)!r}; run `copydesk verify` to see what is damaged"
        )
    return found


def schema(path: Path) -> pa.Schema:
    """The schema of a file."""
    return pq.read_schema(path)
