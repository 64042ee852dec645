"""The words of edited documents, counted by the worker that edited them and kept beside its shard.

Counting is most of what a text costs the stories, and needs nothing but the text: so it is done where
there are many workers. Five bytes wait on disk for each feature, 3 kB for a wire story.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from copydesk.flows.support import atomic_write

if TYPE_CHECKING:
    from copydesk.transforms.stories.term_counts import Counts

_AT_ONCE = (
    50  # texts: a worker's memory is what its largest page takes, this adds a megabyte or two
)
_SCHEMA = pa.schema(
    [("doc_id", pa.string()), ("slots", pa.list_(pa.int32())), ("counts", pa.list_(pa.uint8()))]
)


def beside(shard: Path) -> Path:
    """Where the counts of a staged shard stand.

    >>> beside(Path("edited/000007.articles.parquet")).name
    '000007.counts.arrow'
    """
    return shard.with_name(f"{shard.name.split('.')[0]}.counts.arrow")


def write(articles: pa.Table, shard: Path) -> Path:
    """Count the words of a shard's documents; where the counts stand."""
    from copydesk.transforms.stories import term_counts  # compiled code: only who counts loads it

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
    return _write(pa.RecordBatch.from_arrays(columns, schema=_SCHEMA), beside(shard))


def keep(edited: Path, kept: pa.Array, shard: Path) -> None:
    """Put beside `shard` the counts of those documents of an edited one that are `kept` in it, where there are counts."""
    if not beside(edited).is_file():
        return
    if not kept.false_count:
        beside(shard).unlink(missing_ok=True)  # of a run that was killed
        atomic_write.link_or_copy(beside(edited), beside(shard))
    else:
        _write(_batch(beside(edited)).filter(kept), beside(shard))


def read(path: Path) -> tuple[pa.Array, Counts]:
    """The ids of a shard's documents and their counts, mapped from the file."""
    from copydesk.transforms.stories.term_counts import Counts

    batch = _batch(path)
    slots, counts = batch["slots"], batch["counts"]
    starts = slots.offsets.to_numpy().astype(np.int64)
    return batch["doc_id"], Counts(starts, slots.values.to_numpy(), counts.values.to_numpy())


def _batch(path: Path) -> pa.RecordBatch:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).get_batch(0)


def _write(batch: pa.RecordBatch, path: Path) -> Path:
    """Write a file that appears whole; its path."""
    with (
        atomic_write.drafted(path) as draft,
        pa.OSFile(str(draft), "wb") as file,
        pa.ipc.new_file(file, _SCHEMA) as writer,
    ):
        writer.write_batch(batch)
    return path
