"""Join small record batches into tables of a useful size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa


def tables_of(batches: Iterable[pa.RecordBatch], *, min_rows: int) -> Iterator[pa.Table]:
    """Yield tables of at least `min_rows` rows. The last one has the rest and may be smaller.

    >>> batches = [pa.record_batch({"n": [i, i]}) for i in range(3)]
    >>> [table.num_rows for table in tables_of(batches, min_rows=3)]
    [4, 2]
    """
    waiting: list[pa.RecordBatch] = []
    n_rows = 0
    for batch in batches:
        waiting.append(batch)
        n_rows += batch.num_rows
        if n_rows >= min_rows:
            yield pa.Table.from_batches(waiting)
            waiting, n_rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)
