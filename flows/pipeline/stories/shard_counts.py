"""Count the words of cleaned documents in the worker that cleaned them, and store them with the shard.

Counting is most of the cost of a text in the stories step, and it needs only the text. So the
workers do it in parallel. A stored feature takes five bytes, and a wire story takes 3 kB.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from copydesk.flows.support import atomic_write

if TYPE_CHECKING:
    from copydesk.transforms.stories.term_counts import Counts

# How many texts are counted at a time. This adds a megabyte or two to a worker's memory.
_AT_ONCE = 50
_SCHEMA = pa.schema(
    [("doc_id", pa.string()), ("slots", pa.list_(pa.int32())), ("counts", pa.list_(pa.uint8()))]
)


def write(articles: pa.Table, path: Path) -> None:
    """Count the words of a shard's documents and write the counts. Raises OSError."""
    # This imports compiled code, which only a process that counts should load.
    from copydesk.transforms.stories import term_counts

    parts = [
        term_counts.count(piece["text"].to_pylist(), piece["title"].to_pylist())
        for piece in (
            articles.slice(first, _AT_ONCE) for first in range(0, articles.num_rows, _AT_ONCE)
        )
    ]
    counted = term_counts.concatenate(parts)
    starts = pa.array(counted.starts.astype(np.int32))
    columns = [
        articles["doc_id"].combine_chunks(),
        pa.ListArray.from_arrays(starts, pa.array(counted.slots)),
        pa.ListArray.from_arrays(starts, pa.array(counted.counts)),
    ]
    batch = pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)
    with (
        atomic_write.temporary_file(path) as draft,
        pa.OSFile(str(draft), "wb") as file,
        pa.ipc.new_file(file, _SCHEMA) as writer,
    ):
        writer.write_batch(batch)


def read(path: Path) -> tuple[pa.Array, Counts]:
    """Return the ids of a shard's documents and their counts, as a memory map of the file."""
    from copydesk.transforms.stories.term_counts import Counts

    batch = _batch(path)
    slots, counts = batch["slots"], batch["counts"]
    starts = slots.offsets.to_numpy().astype(np.int64)
    return batch["doc_id"], Counts(starts, slots.values.to_numpy(), counts.values.to_numpy())


def _batch(path: Path) -> pa.RecordBatch:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).get_batch(0)
