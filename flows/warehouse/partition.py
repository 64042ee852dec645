"""How the rows of each table are split into files by month and sorted, so that queries read little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.schemas import tables

UNDATED = "undated"


PARTITIONS = {name: declared.layout for name, declared in tables.DECLARED.items()}
"""The layout of each table's files, as `schemas/tables.py` declares it."""

DOCUMENT_TABLES = tables.DOCUMENT_TABLES


def months(dates: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The month of each date or timestamp, or `undated` for null.

    >>> import datetime
    >>> months(pa.array([datetime.date(2026, 11, 2), None])).to_pylist()
    ['2026-11', 'undated']
    """
    if isinstance(dates, pa.ChunkedArray):
        dates = dates.combine_chunks()
    names = dates.cast(pa.date32()).dictionary_encode()
    labels = pc.fill_null(pc.strftime(names.dictionary, format="%Y-%m"), UNDATED)
    return pc.fill_null(labels.take(names.indices), UNDATED)


def rounds(sizes: Sequence[float], most: float) -> Iterator[tuple[int, int]]:
    """Cut a sequence into groups of at most `most` bytes, or of one larger item; yield their bounds.

    >>> list(rounds([4, 5, 9, 30, 1], most=10))
    [(0, 2), (2, 3), (3, 4), (4, 5)]
    """
    first, total = 0, 0.0
    for i, size in enumerate(sizes):
        if i > first and total + size > most:
            yield first, i
            first, total = i, 0.0
        total += size
    if first < len(sizes):
        yield first, len(sizes)
