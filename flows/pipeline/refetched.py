"""Documents that were fetched again without a change, each with the last time.

This time says that the document was still the newest version of its address. Without it, another
text that was fetched between the two times but arrives later would count as newer. The rows of the
document keep the time of the first fetch, and their files are not written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.flows.support import atomic_write
from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse.input_record import REFETCHED
from copydesk.schemas.column import TIMESTAMP
from copydesk.transforms.revisions.version import Version

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

_NO_TIME = np.iinfo(np.int64).min
_ASIDE, _SNAPSHOT = "refetched-since.parquet", b"snapshot"


def record_of(snapshot: Snapshot | None) -> pa.Table:
    """The record of a snapshot, and of the later runs that found nothing else new."""
    if snapshot is None:
        return REFETCHED.empty_table()
    aside = _aside(snapshot.root)
    try:
        of = pq.read_schema(aside).metadata or {}
        if of.get(_SNAPSHOT) == snapshot.id.encode():
            return pq.read_table(aside).select(REFETCHED.names).cast(REFETCHED)
    except (OSError, pa.ArrowException):  # It is absent or damaged.
        pass
    return snapshot.refetched()


def store_unpublished(snapshot: Snapshot, record: pa.Table) -> None:
    """Store the record of a run that published nothing. It is used as long as `snapshot` is current."""
    path = _aside(snapshot.root)
    path.parent.mkdir(exist_ok=True)
    with atomic_write.temporary_file(path) as draft:
        pq.write_table(record.replace_schema_metadata({_SNAPSHOT: snapshot.id}), draft)


def delete_unpublished(root: Path) -> None:
    """Delete what `store_unpublished` stored, because it names documents."""
    _aside(root).unlink(missing_ok=True)


def merged(record: pa.Table, seen: Mapping[str, datetime]) -> pa.Table:
    """The record with the times of another run. Of two times of a document the last one counts."""
    new = pa.table({"doc_id": list(seen), "fetched_at": list(seen.values())}, schema=REFETCHED)
    last = pa.concat_tables([record, new]).group_by("doc_id").aggregate([("fetched_at", "max")])
    return last.rename_columns(["doc_id", "fetched_at"]).sort_by("doc_id").cast(REFETCHED)


def _aside(root: Path) -> Path:
    return root / "reports" / _ASIDE


def microseconds(times: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
    """Times as microseconds since 1970. A missing one is the smallest number."""
    found = pc.fill_null(times.cast(TIMESTAMP).cast(pa.int64()), _NO_TIME)
    return np.asarray(found).astype(np.int64)


def is_confirmed(
    ids: NDArray[np.uint64], fetched: NDArray[np.int64], latest: Mapping[str, Version]
) -> NDArray[np.bool_]:
    """Which documents are the newest version of their address and were not fetched later."""
    versions = sorted(latest.values(), key=lambda version: version.doc_id)
    keys = keys_of(
        pa.chunked_array([pa.array([version.doc_id for version in versions], pa.string())])
    )
    if not len(keys):
        return np.zeros(len(ids), np.bool_)
    times = microseconds(pa.array([version.fetched_at for version in versions], TIMESTAMP))
    order = np.argsort(keys)
    at = order[np.searchsorted(keys, ids, sorter=order) % len(keys)]
    confirmed: NDArray[np.bool_] = (keys[at] == ids) & (fetched <= times[at])
    return confirmed
