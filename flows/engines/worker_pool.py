"""Run shards in worker processes, so that no document can end the run.

The task is a function named by its import path and called in a worker as `task(job, options)`:

    def clean_shard(job: Job, options: dict) -> dict:
        warm_up()                                # before the first document, while no limit applies
        for index, record in job.documents():    # announces each; skips those that killed a worker
            ...
        for reject in job.rejects():             # from reading, or killed a worker
            ...
        return {"n_read": job.shard.n_documents + job.shard.n_rejects}

- `options` and the result are plain JSON. Everything large goes through files that the task writes
  and whose paths it returns under `files`. A `Path` among the options is a file or folder of the
  run; the task gets it as a string.
- If a worker dies or the run is killed, the task runs again for the shard, from the start. So it
  names its files by `job.shard.number` and overwrites existing ones.
- If a document takes more CPU than `limits.seconds` or makes the task raise an error, its worker
  ends, and the shard runs again without that document. If a document kills the worker in another
  way (signal, memory), it gets a second try, because something else may have killed the worker. A
  document that is left out is in `job.rejects()` with step "extract" and reason "timeout", "memory"
  or "crashed".
- An OSError in the task, such as a full disk, is not the fault of a document. It ends the run.
- A worker calls `warm_up()` of the task's module as soon as it starts. An error there ends the run.
- Results come in the order of the shards and do not depend on the number of workers. A result is
  also stored in the shard's folder under `key` (a hash of what the task depends on). When the same
  shards are run again, the stored result is returned.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.shards import Shard, from_json
from copydesk.flows.support.atomic_write import temporary_file
from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.sandbox import Process, WorkerExit, wait
from copydesk.flows.support.processes.worker_loop import WorkerChannel, function_named

_DONE = "result.json"
_MOST_EXITS = 3  # exits of a worker between documents before the task itself counts as broken
# If a worker has used this share of its memory limit, it is restarted, so that the next document has
# the whole limit.
_RECYCLE = 0.75

Progress = Callable[[int], None]


class TaskError(RuntimeError):
    """The task failed, and no document caused it.

    This is a fault of the program. The message says where it occurred.
    """


@dataclass(slots=True)
class Job:
    """A shard and its known bad documents, as the task sees them."""

    shard: Shard
    # Maps an index to reason and detail.
    excluded: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    channel: WorkerChannel | None = None

    def documents(self) -> Iterator[tuple[int, Record]]:
        """Yield index and record of every document that has not killed a worker."""
        if self.channel is not None:
            self.channel.limit_memory()
        for index, record in enumerate(self.shard.records()):
            if index in self.excluded:
                continue
            if self.channel is not None:
                self.channel.begin(index)
            yield index, record
            if self.channel is not None:
                self.channel.end()

    def rejects(self) -> Iterator[Reject]:
        """Yield the rejects of reading, and then the documents that killed a worker."""
        yield from self.shard.rejects()
        if self.excluded:
            for index, record in enumerate(self.shard.records()):
                if index in self.excluded:
                    reason, detail = self.excluded[index]
                    yield Reject(
                        record.source_uri,
                        record.record_number,
                        record.url,
                        "extract",
                        reason,
                        detail,
                        len(record.body),
                    )


def run_shards(
    shards: Iterable[Shard],
    task: ShardTask,
    *,
    workers: int,
    on_progress: Progress | None = None,
    early: int = 0,
) -> Iterator[tuple[Shard, dict[str, Any]]]:
    """Run the task on every shard, and yield each shard with its result, in order.

    Up to `early` workers (at most `workers`) are started before the first shard is ready.
    `on_progress` gets the number of finished documents, a few times a second. Raises TaskError or
    OSError as described above. When the iterator ends, so do the workers.
    """
    pool = Pool(task, workers=workers, on_progress=on_progress)
    pool.start(early)
    try:
        yield from pool.run(iter(shards))
    finally:
        pool.close()


@dataclass(slots=True)
class _Try:
    """An attempt at a shard, with its known bad documents."""

    shard: Shard
    excluded: dict[int, tuple[str, str]] = field(default_factory=dict)
    suspects: set[int] = field(default_factory=set)
    n_exits: int = 0


class Pool:
    """Worker processes that are reused by each `run` until `close`."""

    def __init__(
        self, task: ShardTask, *, workers: int, on_progress: Progress | None = None
    ) -> None:
        self._task, self._on_progress = task, on_progress
        self._options = task.plain_options()
        self._size = max(1, workers)
        self._idle: list[Process] = []
        self._busy: dict[Process, _Try] = {}
        self._again: deque[_Try] = deque()
        self._results: dict[int, tuple[Shard, dict[str, Any]]] = {}
        self._n_documents = 0
        self._is_stopped = False

    def run(self, shards: Iterator[Shard]) -> Iterator[tuple[Shard, dict[str, Any]]]:
        """See `run_shards`. After an error the pool must be closed."""
        # The numbers of the shards that were started but not yet yielded.
        expected: deque[int] = deque()
        is_more = True
        while is_more or expected:
            if self._is_stopped:
                raise TaskError(f"{self._task.function} was stopped")
            while (
                is_more
                and not self._again
                and len(self._busy) < self._size
                and len(expected) < 4 * self._size
            ):
                shard = next(shards, None)
                if shard is None:
                    is_more = False
                    break
                expected.append(shard.number)
                self._take(shard)
            while self._again and len(self._busy) < self._size:
                self._start(self._again.popleft())
            while expected and expected[0] in self._results:
                yield self._results.pop(expected.popleft())
            if self._busy:
                self._listen()

    def start(self, n: int) -> None:
        """Start up to `n` workers, at most the size of the pool, before a shard is ready."""
        self._idle += [self._process() for _ in range(min(n, self._size) - len(self._idle))]

    def stop(self) -> None:
        """Make a `run` in another thread end with TaskError within a tenth of a second."""
        self._is_stopped = True

    def close(self) -> None:
        """End the workers."""
        for process in (*self._idle, *self._busy):
            process.kill()
        self._idle.clear()
        self._busy.clear()

    def _take(self, shard: Shard) -> None:
        known = result_of(shard, self._task.key)
        if known is None:
            self._start(_Try(shard))
        else:
            self._results[shard.number] = (shard, known)
            self._n_documents += shard.n_documents

    def _start(self, attempt: _Try) -> None:
        process = self._idle.pop() if self._idle else self._process()
        self._busy[process] = attempt
        process.call(
            "copydesk.flows.engines.worker_pool:_work",
            task=self._task.function,
            options=self._options,
            shard=asdict(attempt.shard),
            excluded={str(index): why for index, why in attempt.excluded.items()},
        )

    def _process(self) -> Process:
        limits = self._task.limits
        return sandbox.started(
            seconds=limits.seconds, memory_bytes=limits.memory_bytes, prepare=self._task.prepare
        )

    def _listen(self) -> None:
        wait(list(self._busy))
        for process in list(self._busy):
            for message in process.messages():
                if isinstance(message, WorkerExit):
                    self._settle_exit(self._busy.pop(process), message)
                else:
                    self._finish(process, self._busy.pop(process), message["done"])
        if self._on_progress is not None:
            self._on_progress(
                self._n_documents + sum(process.heartbeat.read()[2] for process in self._busy)
            )

    def _finish(self, process: Process, attempt: _Try, done: dict[str, Any]) -> None:
        shard = attempt.shard
        keep(shard, self._task.key, done["result"])
        self._results[shard.number] = (shard, done["result"])
        self._n_documents += shard.n_documents
        if done["grown_bytes"] > self._task.limits.memory_bytes * _RECYCLE:
            process.kill()
        else:
            self._idle.append(process)

    def _settle_exit(self, attempt: _Try, ended: WorkerExit) -> None:
        """Decide what the exit of a worker means for its shard, and queue the shard again."""
        attempt.n_exits += 1
        if ended.reason == "os":
            raise OSError(ended.errno, ended.detail) if ended.errno else OSError(ended.detail)
        if ended.position is None:
            if ended.reason == "failed" or attempt.n_exits >= _MOST_EXITS:
                raise TaskError(
                    f"{self._task.function} failed on shard {attempt.shard.number}: {ended.detail}"
                )
        else:
            index = ended.position[0]
            if ended.is_certain or index in attempt.suspects:
                reason = "crashed" if ended.reason == "failed" else ended.reason
                attempt.excluded[index] = (reason, ended.detail)
            attempt.suspects.add(index)
        self._again.append(attempt)


def result_of(shard: Shard, key: str) -> dict[str, Any] | None:
    """The stored result of a shard under that key, or None."""
    try:
        kept = json.loads(Path(shard.folder, _DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept["result"] if kept["key"] == key else None


def keep(shard: Shard, key: str, result: dict[str, Any]) -> None:
    """Store the result of a shard for `result_of`."""
    done = Path(shard.folder, _DONE)
    with temporary_file(done) as temporary:
        temporary.write_text(json.dumps({"key": key, "result": result}), encoding="utf-8")


def _work(
    channel: WorkerChannel,
    task: str,
    options: dict[str, Any],
    shard: dict[str, Any],
    excluded: dict[str, list[str]],
) -> dict[str, Any]:
    """Run one shard. This is called in the worker."""
    job = Job(
        from_json(shard), {int(index): (why[0], why[1]) for index, why in excluded.items()}, channel
    )
    return {"result": function_named(task)(job, options), "grown_bytes": channel.grown_bytes()}
