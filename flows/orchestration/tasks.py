"""The steps of the pipeline as Prefect tasks, and the run that they share.

A task is a step of the whole run and never a single document, because each task run costs
milliseconds and a row in Prefect's database. Prefect's caching and persistence are off, because the
warehouse's own record decides what is new, and Prefect's default cache would hash whole tables.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import Task, get_run_logger, runtime
from prefect import task as as_task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from copydesk.flows.orchestration import artifacts, crashed_runs
from copydesk.flows.pipeline import run
from copydesk.flows.pipeline.summary import Summary
from copydesk.flows.recipe import load
from copydesk.flows.report.outcome import Outcome, report_run
from copydesk.flows.support.processes.cpu import cores
from copydesk.flows.support.progress import Lines
from copydesk.flows.warehouse.errors import WriteFailed

_P = ParamSpec("_P")
_R = TypeVar("_R")

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@dataclass
class Watcher:
    """The caller outside Prefect.

    It receives the progress, and also the outcome, even if Prefect cannot return the outcome.
    """

    progress: run.Progress
    outcome: Outcome | None = None
    reread: bool = False  # whether to read unchanged inputs again; a scheduled run never does


@contextlib.contextmanager
def watched(progress: run.Progress, *, reread: bool = False) -> Iterator[Watcher]:
    """Make flow runs in this context report to `progress` instead of to Prefect's log."""
    watcher = Watcher(progress, reread=reread)
    token = _watcher.set(watcher)
    try:
        yield watcher
    finally:
        _watcher.reset(token)


@contextlib.contextmanager
def started(
    inputs: Sequence[str],
    *,
    warehouse: Path | str,
    recipe: str | None,
    workers: int | None,
    **options: Any,
) -> Iterator[run.Context]:
    """Start a run of the pipeline within a flow run, marked as alive until the context ends.

    `recipe` is the path of a TOML file. `workers` defaults to the number of cores. Other options
    are those of `RunOptions`.
    """
    watcher = _watcher.get()
    with contextlib.ExitStack() as stack:
        if runtime.flow_run.id:
            crashed_runs.mark(runtime.flow_run.id)
        yield stack.enter_context(
            run.started(
                inputs,
                warehouse=warehouse,
                options=run.RunOptions(
                    recipe=load(Path(recipe) if recipe else None),
                    workers=workers or cores(),
                    reread=watcher is not None and watcher.reread,
                    progress=watcher.progress if watcher else Lines(get_run_logger().info),
                    **options,
                ),
            )
        )


def _is_input_or_output(_task: Task[..., Any], _run: TaskRun, state: State) -> bool:
    """Whether the disk or the network failed. Only such errors are worth a retry."""
    return isinstance(state.result(raise_on_failure=False), OSError | WriteFailed)


# Seconds before each retry. They are arbitrary, and meant for a network share that is away briefly.
_PAUSES = [5, 30]


def _task(step: Callable[_P, _R], pauses: Sequence[float] = ()) -> Task[_P, _R]:
    made: Task[_P, _R] = as_task(
        name=step.__name__,
        task_run_name=step.__name__,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=len(pauses),
        retry_delay_seconds=list(pauses),
        retry_condition_fn=_is_input_or_output,
    )(step)
    return made


# Only the first and the last step read or write what may be on other machines: inputs and warehouse.
clean = _task(run.clean, _PAUSES)
reconcile = _task(run.reconcile)
deduplicate = _task(run.deduplicate)
group = _task(run.group)
publish = _task(run.publish, _PAUSES)
STEPS = run.Steps(clean, reconcile, deduplicate, group, publish)


@as_task(name="report", task_run_name="report", cache_policy=NO_CACHE, persist_result=False)
def report(summary: Summary, warehouse: Path | str) -> Outcome:
    """Write the report of the run, and give Prefect a summary of it."""
    outcome = report_run(summary, warehouse)
    if watcher := _watcher.get():
        watcher.outcome = outcome
    artifacts.publish(outcome)
    return outcome
