"""The Prefect flow: the steps of the pipeline, each a task.

A task is a step of the whole run, never one document: a task run costs milliseconds and a row of
Prefect's database. Between tasks pass paths and counts; no result is cached or kept by Prefect,
because what is new is decided by the warehouse's own record.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import Task, flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from copydesk.flows import artifacts, finish, pipeline, stale
from copydesk.flows.recipe import load
from copydesk.flows.terminal import Lines

_progress: ContextVar[pipeline.Progress | None] = ContextVar("progress", default=None)


def _is_input_or_output(_task: Task[..., Any], _run: TaskRun, state: State) -> bool:
    """Whether the disk or the network failed: nothing else is worth another try."""
    return isinstance(state.result(raise_on_failure=False), OSError)


# Only the first and the last step touch what other machines may hold: inputs and the warehouse.
_RETRIES = {"edit": [5, 30], "publish": [5, 30]}  # seconds; arbitrary, a network share is back by then or stays away


def _as_task(step: Callable[[pipeline.Run], None]) -> Task[[pipeline.Run], None]:
    delays = _RETRIES.get(step.__name__, [])
    return task(
        step, name=step.__name__, task_run_name=step.__name__, cache_policy=NO_CACHE, persist_result=False,
        retries=len(delays), retry_delay_seconds=delays or None, retry_condition_fn=_is_input_or_output,
    )


_TASKS = tuple(_as_task(step) for step in pipeline.STEPS)


@task(name="report", cache_policy=NO_CACHE, persist_result=False)
def write_report(summary: pipeline.Summary, warehouse: Path) -> finish.Outcome:
    """Keep the run's record, write its page, and hand Prefect the short form."""
    outcome = finish.finish(summary, warehouse)
    artifacts.publish(outcome)
    return outcome


def _name() -> str:
    """`seeds into warehouse`, from the parameters: what a person looks for in a list of runs."""
    parameters = runtime.flow_run.parameters
    inputs = parameters["inputs"]
    inputs = [inputs] if isinstance(inputs, str) else list(inputs)
    first = str(inputs[0]).rstrip("/").rsplit("/", 1)[-1] if inputs else "nothing"
    more = f" and {len(inputs) - 1} more" if len(inputs) > 1 else ""
    return f"{first}{more} into {Path(parameters['warehouse'] or 'warehouse').name}"


@flow(name="copydesk-ingest", flow_run_name=_name, persist_result=False, validate_parameters=True)
def ingest(
    inputs: list[str] | str, warehouse: str | None = None, recipe: str | None = None, workers: int | None = None,
) -> finish.Outcome:
    """Ingest what is new among the inputs: read, clean, tag, fold copies, group stories, publish one snapshot."""
    from copydesk.flows.cli.options import cores

    inputs = [inputs] if isinstance(inputs, str) else inputs
    root = Path(warehouse or "warehouse").absolute()
    with contextlib.ExitStack() as stack:
        if runtime.flow_run.id:
            stack.enter_context(stale.marked(runtime.flow_run.id))
        run = stack.enter_context(pipeline.started(
            inputs, warehouse=root, recipe=load(Path(recipe) if recipe else None), workers=workers or cores(),
            progress=_progress.get() or Lines(get_run_logger().info),
        ))
        for step in _TASKS:
            step(run)
        summary = run.summary()
    return write_report(summary, root)


@contextlib.contextmanager
def watched(progress: pipeline.Progress) -> Iterator[None]:
    """Flow runs of this context report to `progress` instead of to Prefect's log."""
    token = _progress.set(progress)
    try:
        yield
    finally:
        _progress.reset(token)
