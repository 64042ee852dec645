"""Choose the output file of each row: by its month, and within a large month by date and outlet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse.partition import PARTITIONS, UNDATED, months
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.row_sources import RowSource, rows_by_month


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


def assign_outputs(
    name: str, sources: Sequence[RowSource], month_names: Sequence[str]
) -> list[str]:
    """Set the output file of each row of the sources, and return the month of each output file."""
    outputs: list[str] = []
    for source in sources:
        source.outputs = np.full(source.n_rows, -1, np.int32)
    totals, sizes = rows_by_month(sources, len(month_names))
    for month in sorted(range(len(month_names)), key=month_names.__getitem__):
        if totals[month] == 0:
            continue
        bytes_per_row = max(sizes[month] / totals[month], 1.0)
        most = int(np.clip(output_limits.FILE_BYTES / bytes_per_row, *output_limits.FILE_ROWS))
        n_files = -(-int(totals[month]) // most)
        members = [(source, source.months == month) for source in sources]
        members = [(source, mask) for source, mask in members if mask.any()]
        if n_files == 1:
            for source, mask in members:
                source.outputs[mask] = len(outputs)
        else:
            ranks = _ranks(name, members)
            per_file = -(-int(totals[month]) // n_files)
            taken = 0
            for source, mask in members:
                count = int(mask.sum())
                source.outputs[mask] = len(outputs) + ranks[taken : taken + count] // per_file
                taken += count
        outputs += [month_names[month]] * n_files
    return outputs


def _ranks(name: str, members: Sequence[tuple[RowSource, np.ndarray]]) -> np.ndarray:
    """The rank of each row of a month in the order in which the month is cut into files."""
    columns = PARTITIONS[name].cut or PARTITIONS[name].sort
    keys = pa.concat_tables(
        [source.keys(columns).filter(pa.array(mask)) for source, mask in members],
        promote_options="permissive",
    )
    order = pc.sort_indices(
        keys, sort_keys=[(column, "ascending") for column in columns]
    ).to_numpy()
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
