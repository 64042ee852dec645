"""The functions that run on the workers of the cluster.

Every task may run twice, even at the same time. So it writes a file under a temporary name, then
gives it a name by its content, and returns names and counts. Its `WorkerTransfer` converts names to
paths.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from copydesk.flows.engines import worker_pool
from copydesk.flows.engines.dask.transfer import WorkerTransfer
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.shards import from_json
from copydesk.flows.support import versions as provenance
from copydesk.flows.warehouse.errors import WarehouseError

# The child processes that run shards, by thread of the Dask worker and purpose of the task.
_pools: dict[tuple[int, str], tuple[worker_pool.Pool, threading.Lock]] = {}


@dataclass(frozen=True, slots=True)
class SentTask:
    """A `ShardTask` as JSON for the workers. `paths` has the names of files or folders of the run."""

    function: str
    options: dict[str, Any]
    paths: dict[str, str]
    limits: dict[str, Any]
    key: str

    def purpose(self) -> str:
        """The whole task as text, which identifies it."""
        return json.dumps(asdict(self), sort_keys=True)


def versions() -> dict[str, str]:
    """See `provenance.versions`."""
    return provenance.versions()


def sees(path: str) -> bool:
    """Whether this worker sees the file."""
    return os.path.exists(path)


def reaches(transfer: WorkerTransfer, name: str) -> str:
    """Start a run on a worker. Return the reason why it cannot download a file, or ""."""
    transfer.clear_old_runs()
    try:
        transfer.download(name)
    except (WarehouseError, OSError) as error:
        return str(error)
    return ""


def run_shard(transfer: WorkerTransfer, shard: dict[str, Any], task: SentTask) -> dict[str, Any]:
    """Run the task on one shard, in a child process that may crash without harm to the worker."""
    here = from_json({**shard, "folder": str(transfer.path(shard["folder"]))})
    transfer.download_all([transfer.name(path) for path in here.files])
    thread = (threading.get_ident(), task.purpose())
    paths = {name: str(transfer.download(path)) for name, path in task.paths.items()}
    chosen = ShardTask(
        task.function, {**task.options, **paths}, Limits(**task.limits), key=task.key
    )
    pool, lock = _pools.get(thread) or (worker_pool.Pool(chosen, workers=1), threading.Lock())
    _pools[thread] = pool, lock
    with lock:
        try:
            ((_, result),) = pool.run(iter([here]))
        except BaseException:
            _pools.pop(thread, None)
            pool.close()
            raise
    written = [Path(path) for path in result.get("files", ())]
    sent = {**result, "files": [transfer.upload(path) for path in written]}
    # The files are uploaded first, because a stored result refers to files that must exist.
    transfer.remove_local(Path(here.folder), *written)
    return sent


def close_pools(task: SentTask) -> None:
    """End the child processes of this task when no shard is left or the run is stopped."""
    purpose = task.purpose()
    for thread in [thread for thread in _pools if thread[1] == purpose]:
        pool, lock = _pools.pop(thread)
        pool.stop()
        with lock:  # A shard that is still running ends within a tenth of a second.
            pool.close()


def leave(transfer: WorkerTransfer) -> None:
    """End a run: delete the files that were downloaded to this worker."""
    transfer.clear_cache()
