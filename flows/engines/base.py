"""The interface of an engine, which processes shards on this machine or on a Dask cluster.

An engine maps a task over shards and does nothing else. All other steps run in the process that
started the run. Both engines give the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from copydesk.flows.engines import worker_pool
from copydesk.flows.engines.dask import EngineError
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.read.shards import Shard

__all__ = ["ENGINES", "Engine", "EngineError", "Local", "check", "open_engine"]

ENGINES = ("local", "dask")


class Engine(Protocol):
    """The operations of an engine that a run needs."""

    def prepare(self, staging: Path, warehouse: str | None = None) -> None:
        """Check that every worker can access the files of the staging folder.

        Workers access them directly, or through the store of the warehouse at that URI. Raises
        EngineError.
        """

    def run_shards(
        self,
        shards: Iterable[Shard],
        task: ShardTask,
        *,
        on_progress: Callable[[int], None],
        early: int,
    ) -> Iterator[tuple[Shard, dict[str, Any]]]:
        """See `worker_pool.run_shards`."""


class Local:
    """Worker processes of this machine."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers

    def prepare(self, staging: Path, warehouse: str | None = None) -> None:
        """Do nothing, because the workers are on the same machine."""

    def run_shards(
        self,
        shards: Iterable[Shard],
        task: ShardTask,
        *,
        on_progress: Callable[[int], None],
        early: int,
    ) -> Iterator[tuple[Shard, dict[str, Any]]]:
        """See `worker_pool.run_shards`."""
        return worker_pool.run_shards(
            shards,
            task,
            workers=self._workers,
            on_progress=on_progress,
            early=early,
        )


def check(name: str, scheduler: str | None) -> None:
    """Raise EngineError if the engine is not available on this machine, before the run begins."""
    if name not in ENGINES:
        raise EngineError(f"there is no engine {name!r}; use one of: {', '.join(ENGINES)}")
    if name == "local" and scheduler is not None:
        raise EngineError("a scheduler works only with the Dask engine; add --engine dask")
    if name == "dask" and (find_spec("dask") is None or find_spec("distributed") is None):
        raise EngineError(
            "the engine dask needs an extra that is not installed here: pip install 'copydesk[dask]'"
        )


@contextmanager
def open_engine(
    name: str, *, workers: int, scheduler: str | None = None, note: Callable[[str], None]
) -> Iterator[Engine]:
    """Yield the engine with that name until the context ends. Raises EngineError if unavailable.

    `scheduler` is the address of a Dask scheduler, such as tcp://10.0.0.5:8786. Without one, the
    engine dask starts `workers` workers on this machine. `note` is called with the address of the
    dashboard.
    """
    check(name, scheduler)
    if name == "local":
        yield Local(workers)
        return
    from copydesk.flows.engines.dask import cluster as dask

    with dask.open_cluster(workers=workers, scheduler=scheduler, note=note) as engine:
        yield engine
