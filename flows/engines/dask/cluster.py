"""A Dask cluster as the engine of a run: a new one on this machine, or an existing one."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from secrets import token_hex
from typing import Any

import dask
import distributed
from distributed import Client, LocalCluster

from copydesk.flows.engines import worker_pool
from copydesk.flows.engines.dask import EngineError, worker_tasks
from copydesk.flows.engines.dask.bounded_calls import Submitter
from copydesk.flows.engines.dask.transfer import SHARED, RunTransfer
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.read.shards import Shard
from copydesk.flows.support import versions
from copydesk.flows.support.safe_text import counted

LOOPBACK = "127.0.0.1"
DASHBOARD_PORT = 8787  # Dask's default; if it is in use, another port is chosen
_CONNECT = 30  # seconds to wait for a scheduler; Dask's default
# If the process of a worker dies, Dask waits 15 seconds for it to restart, and then gives it up. A busy
# machine needs a minute to start one.
_COMES_BACK = {"distributed.deploy.lost-worker-timeout": "10 minutes"}
# Seconds to wait for the first worker of a scheduler. A batch system may still be starting it.
_FIRST_WORKER = 120


class Dask:
    """Implements `engines.Engine`. Calls that are lost with a worker run again on another one."""

    def __init__(self, client: Client, note: Callable[[str], None]) -> None:
        self._client, self._note = client, note
        self._submit = Submitter(client, note)
        self._transfer = SHARED

    def prepare(self, staging: Path, warehouse: str | None = None) -> None:
        """Check that every worker sees the staging folder, or can download from the store."""
        token = staging / f"seen-{token_hex(8)}"
        token.touch()
        try:
            sees = self._client.run(worker_tasks.sees, str(token))
            blind = sorted(address for address, is_there in sees.items() if not is_there)
            if not blind:
                return
            if warehouse is None:
                raise EngineError(
                    f"worker {blind[0]} cannot see the folder {staging}. Put the warehouse on an object "
                    "store, or in a folder that has the same path on this machine and on every worker"
                )
            self._transfer = RunTransfer.through_store(warehouse, staging)
            refused = self._client.run(
                worker_tasks.reaches, self._transfer.on_worker, self._transfer.upload(token)
            )
        finally:
            token.unlink()
        for address, why in sorted(refused.items()):
            if why:
                raise EngineError(
                    f"worker {address} shares no folder with this machine and cannot reach the warehouse "
                    f"({why}). Set the address and credentials of the store in the worker's environment, or "
                    "set $COPYDESK_CACHE to a folder that all machines share"
                )
        self._note(
            f"Dask: workers share no folder with this machine; the files of the run go through {warehouse}"
        )

    def leave(self) -> None:
        """Delete transferred files from the workers and from the store."""
        if self._transfer.uses_store:
            self._submit.everywhere(worker_tasks.leave, self._transfer.on_worker)
            self._transfer.clear_store()

    def run_shards(
        self,
        shards: Iterable[Shard],
        task: ShardTask,
        *,
        on_progress: Callable[[int], None],
        early: int = 0,
    ) -> Iterator[tuple[Shard, dict[str, Any]]]:
        """Run each shard as a Dask task, in a child process of its worker.

        See `worker_pool.run_shards`. `early` has no effect, because Dask chooses the worker of a shard.
        """
        transfer, key = self._transfer, task.key
        paths = {
            name: transfer.upload(value)
            for name, value in task.options.items()
            if isinstance(value, Path)
        }
        given = worker_tasks.SentTask(
            function=task.function,
            options={name: value for name, value in task.options.items() if name not in paths},
            paths=paths,
            limits=asdict(task.limits),
            key=key,
        )
        taken: deque[tuple[Shard, dict[str, Any] | None]] = deque()

        def calls() -> Iterator[tuple[Any, ...]]:
            for shard in shards:
                taken.append((shard, worker_pool.result_of(shard, key)))
                if taken[-1][1] is None:
                    for path in shard.files:
                        transfer.upload(path)
                    yield (
                        transfer.on_worker,
                        {**asdict(shard), "folder": transfer.name(Path(shard.folder))},
                        given,
                    )

        def finished() -> Iterator[tuple[Shard, dict[str, Any]]]:
            for result in self._submit.in_order("copydesk-clean", worker_tasks.run_shard, calls()):
                while (known := taken[0][1]) is not None:
                    yield taken.popleft()[0], known
                shard, _ = taken.popleft()
                transfer.download_all(result.get("files", ()))
                if transfer.uses_store:
                    worker_pool.keep(shard, key, result)
                    transfer.remove_from_store(
                        [*map(transfer.name, shard.files), *result.get("files", ())]
                    )
                yield shard, result
            yield from ((shard, known) for shard, known in taken if known is not None)

        n_documents = 0
        try:
            for shard, result in finished():
                n_documents += shard.n_documents
                on_progress(n_documents)
                yield shard, result
        finally:
            self._submit.everywhere(worker_tasks.close_pools, given)


@contextmanager
def open_cluster(
    *, workers: int, scheduler: str | None, note: Callable[[str], None]
) -> Iterator[Dask]:
    """Yield the engine on the scheduler at that address, or on new workers of this machine."""
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        if scheduler is None:
            stack.enter_context(dask.config.set(_COMES_BACK))
            client = stack.enter_context(
                Client(stack.enter_context(_local(workers)), set_as_default=False)
            )
        else:
            client = stack.enter_context(_connected(scheduler))
        _check_versions(client)
        n_threads = sum(client.nthreads().values())
        note(
            f"Dask: {counted(n_threads, 'worker thread')} at {client.scheduler.address}, dashboard {client.dashboard_link}"
        )
        engine = Dask(client, note)
        stack.callback(engine.leave)
        yield engine


@contextmanager
def _quiet() -> Iterator[None]:
    """Limit Dask's log to errors. Otherwise Prefect would print every connection."""
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _local(workers: int) -> LocalCluster:
    """Start worker processes on this machine, with all ports on loopback."""
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host=LOOPBACK,
        dashboard_address=_dashboard_address(),
        worker_dashboard_address=f"{LOOPBACK}:0",
        silence_logs=logging.ERROR,
    )


def _dashboard_address() -> str:
    """Start the dashboard on Dask's usual port if it is free, so that bookmarks work."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, DASHBOARD_PORT))
        except OSError:
            return f"{LOOPBACK}:0"
    return f"{LOOPBACK}:{DASHBOARD_PORT}"


def _connected(scheduler: str) -> Client:
    try:
        client = Client(scheduler, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"no Dask scheduler answers at {scheduler} ({error}); start one with `dask scheduler`"
        ) from error
    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER)
    except (TimeoutError, distributed.TimeoutError) as error:
        client.close()
        raise EngineError(
            f"the Dask scheduler at {scheduler} has no worker; start one with `dask worker {scheduler}`"
        ) from error
    return client


def _check_versions(client: Client) -> None:
    """Raise EngineError if a worker has other versions, because it might write other rows."""
    mine = versions.versions()
    try:
        theirs = client.run(worker_tasks.versions)
    except ImportError as error:
        raise EngineError(
            f"a Dask worker cannot import copydesk ({error}); install the same version on every worker"
        ) from error
    for address, found in sorted(theirs.items()):
        for name, version in mine.items():
            if found.get(name) != version:
                raise EngineError(
                    f"worker {address} has {name} {found.get(name)}, but this machine has {version}. Rows "
                    "could differ; install the same version on both"
                )
