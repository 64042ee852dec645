"""Choose the place of each row: its month, within a large month its file, and its row in that file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.partition import PARTITIONS, UNDATED, months, rounds
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.row_sources import RowSource, rows_by_month

_FILE = "number of the file"  # no table has a column of this name
# Months with this many rows together are put in order together: about 10 MB of sort columns.
_ROWS_AT_ONCE = 100_000


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

    The places of all files follow one another. In memory are the sort columns of one month, or of
    several small ones.
    """
    files: list[OutputFile] = []
    for source in sources:
        source.places = np.full(source.n_rows, -1, np.int32)
    totals, sizes = rows_by_month(sources, len(month_names))
    in_order = sorted(np.flatnonzero(totals).tolist(), key=month_names.__getitem__)
    rows, per_file = totals[in_order], np.zeros(len(in_order), np.int64)
    for number, month in enumerate(in_order):
        bytes_per_row = max(sizes[month] / totals[month], 1.0)
        most = int(np.clip(output_limits.FILE_BYTES / bytes_per_row, *output_limits.FILE_ROWS))
        per_file[number] = -(-rows[number] // -(-rows[number] // most))
    place = 0
    for first, end in rounds(rows.tolist(), _ROWS_AT_ONCE):
        number_of = np.full(len(month_names), -1, np.int32)
        number_of[in_order[first:end]] = np.arange(end - first)
        _place(name, sources, number_of, place, rows[first:end], per_file[first:end])
        for number in range(first, end):
            n, name_of_month = int(per_file[number]), month_names[in_order[number]]
            after = place + int(rows[number])
            for start in range(place, after, n):
                stop = min(start + n, after)
                group_rows = table_file.rows_per_group(name, stop - start)
                files.append(OutputFile(name_of_month, start, stop, group_rows))
            place = after
    return files


def _place(
    name: str,
    sources: Sequence[RowSource],
    number_of: NDArray[np.int32],
    first: int,
    rows: NDArray[np.int64],
    per_file: NDArray[np.int64],
) -> None:
    """Set the places of the rows of some months, from `first` on.

    `number_of` numbers these months in order. It is -1 for the others. `rows` are the numbers of
    their rows, and `per_file` those of the rows of each file.
    """
    sort = PARTITIONS[name].sort
    cut = PARTITIONS[name].cut or sort
    columns = list(dict.fromkeys((*sort, *cut)))
    members, parts, months_of = [], [], [np.empty(0, np.int32)]
    for source in sources:
        numbers = np.where(source.months >= 0, number_of[source.months], np.int32(-1))
        is_here = numbers >= 0
        if is_here.any():
            members.append((source, is_here))
            parts.append(source.keys(columns).filter(pa.array(is_here)))
            months_of.append(numbers[is_here])
    keys = pa.concat_tables(parts, promote_options="permissive")
    month = np.concatenate(months_of)
    file = month.astype(np.int64)
    if (rows > per_file).any():
        before = np.cumsum(rows) - rows
        in_month = _ranks(keys.append_column(_FILE, pa.array(month)), (_FILE, *cut)) - before[month]
        n_files = -(-rows // per_file)
        file = (np.cumsum(n_files) - n_files)[month] + in_month // per_file[month]
    if len(rows) > 1 or rows[0] > per_file[0]:
        keys, sort = keys.append_column(_FILE, pa.array(file)), (_FILE, *sort)
    ranks, taken = _ranks(keys, sort), 0
    for source, is_here in members:
        count = int(is_here.sum())
        source.places[is_here] = first + ranks[taken : taken + count]
        taken += count


def _ranks(keys: pa.Table, columns: Sequence[str]) -> NDArray[np.int64]:
    """The rank of each row in the order of these columns. Equal rows keep their order."""
    order = pc.sort_indices(keys, sort_keys=[(column, "ascending") for column in columns])
    ranks = np.empty(len(order), np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    return ranks
