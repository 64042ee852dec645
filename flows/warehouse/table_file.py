"""Write and read one Parquet file of a table, and the 64-bit keys of its documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.support import atomic_write
from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.manifest import FileEntry, name_by_content
from copydesk.flows.warehouse.partition import PARTITIONS

_ROW_GROUPS = 8
# Compared with level 3, wire texts take 15 % more bytes, but their files take half the time to write.
_LEVEL = 1
# Only these columns get dictionaries, which save space here. By measurement, dictionaries on every
# column take time and save no space.
_DICTIONARY = ("outlet_id", "outlet", "language")


def stamped(schema: pa.Schema, name: str, version: int) -> pa.Schema:
    """The schema with the table's name and schema version in its metadata."""
    return schema.with_metadata({"copydesk.table": name, "copydesk.schema_version": str(version)})


def rows_per_group(name: str, n_rows: int) -> int:
    """The number of rows of each row group, but the last, in a file of `n_rows` rows.

    >>> rows_per_group("articles", 10_001), rows_per_group("articles", 300)
    (1251, 300)
    """
    fewest, most = PARTITIONS[name].row_group
    per_group = min(max(-(-n_rows // _ROW_GROUPS), fewest), most)
    n_groups = -(-n_rows // per_group) or 1
    return -(-n_rows // n_groups) or 1


def write(groups: Iterable[pa.Table], month: str, folder: Path, *, schema: pa.Schema) -> FileEntry:
    """Write conformed tables as the row groups of one file. The file name has the hash of the content.

    Only one row group needs to be in memory at a time. The file is not synced, because syncing a
    hundred files together is faster than one by one.
    """
    # The final name contains the hash, which is known only when the file is complete.
    temporary = atomic_write.temporary_path(folder / month)
    n_rows = 0
    with pq.ParquetWriter(
        temporary,
        schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=[column for column in _DICTIONARY if column in schema.names],
        write_page_index=True,
    ) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=group.num_rows)
            n_rows += group.num_rows
        if not n_rows:
            writer.write_table(schema.empty_table())
    digest = atomic_write.sha256(temporary)
    target = folder / name_by_content(month, digest, ".parquet")
    temporary.replace(target)
    return FileEntry(target.name, digest, n_rows, target.stat().st_size)


def keys(path: Path, name: str) -> np.ndarray:
    """Sorted 64-bit keys of the documents that a file names, read from the file itself."""
    return keys_in(read(path, PARTITIONS[name].keys), name)


def keys_in(table: pa.Table, name: str) -> np.ndarray:
    """Sorted 64-bit keys of the documents that the rows of a table name."""
    return np.unique(np.concatenate([keys_of(table[column]) for column in PARTITIONS[name].keys]))


def write_keys(keys: Sequence[np.ndarray], target: Path) -> None:
    """Write the keys of a file, given those of its row groups. Like that file, it is not synced.

    A file of this name is overwritten, because a power cut may have left it incomplete.
    """
    with atomic_write.temporary_file(target) as temporary, temporary.open("wb") as file:
        whole = np.unique(np.concatenate([np.empty(0, np.uint64), *keys]))
        np.save(file, whole, allow_pickle=False)


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


def rows_with(
    path: Path, keys: Sequence[str], ids: pa.Array, columns: Sequence[str]
) -> Iterator[pa.Table]:
    """Yield the rows of a file that have one of the ids in a key column, by row group.

    Only one row group is in memory at a time. A dataset would read whole files with all their
    texts, and several at once, to find a hundred documents.
    """
    with pq.ParquetFile(path) as file:
        named = file.read(list(keys))
        is_wanted = np.zeros(named.num_rows, bool)
        for column in keys:
            is_wanted |= np.asarray(pc.is_in(named[column], value_set=ids))
        rows = np.flatnonzero(is_wanted)
        counts = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        ends = np.cumsum(counts)
        groups = np.searchsorted(ends, rows, "right")
        for group in np.unique(groups).tolist():
            here = rows[groups == group] - (ends[group] - counts[group])
            yield file.read_row_group(group, list(columns)).take(pa.array(here))


def schema(path: Path) -> pa.Schema:
    """The schema of a file."""
    return pq.read_schema(path)
