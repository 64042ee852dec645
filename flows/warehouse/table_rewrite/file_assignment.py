"""Choose the place of each row: its month, within a large month its file, and its row in that file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.partition import PARTITIONS, UNDATED, months
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.row_sources import RowSource, rows_by_month

_FILE = "number of the file"  # no table has a column of this name


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file to write: its month, and the places of its rows among the rows of all new files."""

    month: str
    first: int
    end: int
    group_rows: int

    @property
    def starts(self) -> range:
        """The place of the first row of each row group."""
        return range(self.first, self.end, self.group_rows)

    def groups(self) -> Iterator[tuple[int, int]]:
        """The start and the end of each row group."""
        for start in self.starts:
            yield start, min(start + self.group_rows, self.end)


def months_of_rows(
    source: RowSource,
    name: str,
    month_numbers: dict[str, int],
    month_of: Callable[[pa.ChunkedArray], pa.Array],
) -> np.ndarray:
    """The month of each row as a number in `month_numbers`, which gets an entry for each new month.

    `month_of` gives the months of doc_ids, for tables whose rows are in the month of their document.
    """
    partition = PARTITIONS[name]
    if partition.date is not None:
        names = months(source.keys([partition.date])[partition.date].cast(_date_type(name)))
    elif partition.follows is not None:
        names = month_of(source.keys([partition.follows])[partition.follows])
    else:
        undated = month_numbers.setdefault(UNDATED, len(month_numbers))
        return np.full(source.n_rows, undated, np.int32)
    encoded = names.dictionary_encode()
    numbers = [
        month_numbers.setdefault(month, len(month_numbers))
        for month in encoded.dictionary.to_pylist()
    ]
    indices: np.ndarray = encoded.indices.to_numpy(zero_copy_only=False)
    of_rows: np.ndarray = np.asarray(numbers, np.int32)[indices]
    return of_rows


def _date_type(name: str) -> pa.DataType:
    return pa.timestamp("us", tz="UTC") if name == "stories" else pa.date32()


def assign_places(
    name: str, sources: Sequence[RowSource], month_names: Sequence[str]
) -> list[OutputFile]:
    """Set the place of each row of the sources, and return the output files in order.

    The places of all files follow one another. In memory are the sort columns of one month.
    """
    files: list[OutputFile] = []
    for source in sources:
        source.places = np.full(source.n_rows, -1, np.int32)
    totals, sizes = rows_by_month(sources, len(month_names))
    first = 0
    for month in sorted(range(len(month_names)), key=month_names.__getitem__):
        total = int(totals[month])
        if total == 0:
            continue
        bytes_per_row = max(sizes[month] / total, 1.0)
        most = int(np.clip(output_limits.FILE_BYTES / bytes_per_row, *output_limits.FILE_ROWS))
        per_file = -(-total // -(-total // most))
        members = [(source, source.months == month) for source in sources]
        members = [(source, mask) for source, mask in members if mask.any()]
        ranks = _ranks(name, members, per_file)
        taken = 0
        for source, mask in members:
            count = int(mask.sum())
            source.places[mask] = first + ranks[taken : taken + count]
            taken += count
        for start in range(first, first + total, per_file):
            end = min(start + per_file, first + total)
            group_rows = table_file.rows_per_group(name, end - start)
            files.append(OutputFile(month_names[month], start, end, group_rows))
        first += total
    return files


def _ranks(
    name: str, members: Sequence[tuple[RowSource, np.ndarray]], per_file: int
) -> NDArray[np.int64]:
    """The rank of each row of a month: by the file that it goes to, and then by the sort columns."""
    sort = PARTITIONS[name].sort
    cut = PARTITIONS[name].cut or sort
    keys = pa.concat_tables(
        [
            source.keys(list(dict.fromkeys((*sort, *cut)))).filter(pa.array(mask))
            for source, mask in members
        ],
        promote_options="permissive",
    )
    if keys.num_rows <= per_file:
        return _order_of(keys, sort)
    keys = keys.append_column(_FILE, pa.array(_order_of(keys, cut) // per_file))
    return _order_of(keys, (_FILE, *sort))


def _order_of(keys: pa.Table, columns: Sequence[str]) -> NDArray[np.int64]:
    """The rank of each row in the order of these columns. Equal rows keep their order."""
    order = pc.sort_indices(keys, sort_keys=[(column, "ascending") for column in columns])
    ranks = np.empty(len(order), np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    return ranks
