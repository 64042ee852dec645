"""Rebuild the index from the documents of a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from copydesk.flows.index.copy_index import Index, IndexUpdate
from copydesk.flows.index.index_files import SUFFIX
from copydesk.flows.support import record_batches
from copydesk.transforms.dedup import in_memory_search, keep_policy
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.sketches import as_texts, sketch

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Change, Snapshot

_COLUMNS = ("doc_id", "text", "published_at", "fetched_at")
_BATCH_ROWS = 20_000  # how many documents are signed and added at once: 60 MB of text


def rebuild(snapshot: Snapshot, options: Options, folder: Path) -> IndexUpdate:
    """Write a new index of all documents of `articles` and `duplicates` into `folder`."""
    paths: dict[str, Path] = {}
    names: tuple[str, ...] = ()
    for unsorted in _batches(snapshot):
        batch = unsorted.take(pa.array(keep_policy.order_in_time(keep_policy.facts_of(unsorted))))
        sketches = sketch(as_texts(batch["text"]), options)
        times = in_memory_search.as_times(batch["published_at"], batch.num_rows)
        rows, ids = np.arange(batch.num_rows), batch["doc_id"].to_pylist()
        written = Index([paths[name] for name in names], options).add(
            ids, sketches, times, rows, folder
        )
        paths |= {path.name: path for path in written.new}
        for name in paths.keys() - set(written.names):
            paths.pop(name).unlink()
        names = written.names
    return IndexUpdate(tuple(paths[name] for name in names), names)


def change(snapshot: Snapshot, written: IndexUpdate, run: dict[str, Any]) -> Change:
    """The change that replaces the index of the snapshot by the rebuilt one."""
    from copydesk.flows.warehouse import Change

    others = [name for name in snapshot.index_files() if not name.endswith(SUFFIX)]
    stay = [name for name in written.names if name in snapshot.index_files()]
    new = {path.name: path for path in written.new if path.name not in stay}
    return Change(parent=snapshot.id, run=run, index_files=new, index_keep=sorted([*others, *stay]))


def _batches(snapshot: Snapshot) -> Iterator[pa.Table]:
    batches = (
        batch for table in ("articles", "duplicates") for batch in snapshot.batches(table, _COLUMNS)
    )
    yield from record_batches.tables_of(batches, min_rows=_BATCH_ROWS)
