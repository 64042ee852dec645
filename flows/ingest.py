"""The Prefect flow `copydesk-ingest`, which runs the steps of an ingest as Prefect tasks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prefect import flow, runtime

if TYPE_CHECKING:
    from copydesk.flows.report.outcome import Outcome


def _name() -> str:
    """A name by which a person finds the run in a list, such as `seeds into warehouse`."""
    parameters = runtime.flow_run.parameters
    inputs = parameters["inputs"]
    inputs = [inputs] if isinstance(inputs, str) else list(inputs)
    first = str(inputs[0]).rstrip("/").rsplit("/", 1)[-1] if inputs else "nothing"
    more = f" and {len(inputs) - 1} more" if len(inputs) > 1 else ""
    return f"{first}{more} into {Path(parameters.get('warehouse') or 'warehouse').name}"


@flow(name="copydesk-ingest", flow_run_name=_name, persist_result=False)
def ingest(
    inputs: list[str] | str,
    warehouse: str | None = None,
    recipe: str | None = None,
    workers: int | None = None,
    wait_seconds: float = 0.0,
    engine: str = "local",
    scheduler: str | None = None,
) -> Outcome:
    """Ingest what is new among the inputs and publish one snapshot.

    `warehouse` is a folder or `s3://bucket/prefix` (default: ./warehouse), and `recipe` a TOML
    file. `workers` is the number of processes (default: the number of cores). `wait_seconds` says
    how long to wait for another writer. `engine` and `scheduler` say where the work is done (see
    `copydesk.flows.engines.base.open_engine`). Returns a `copydesk.flows.report.outcome.Outcome`.
    """
    # These are imported here because Prefect sends this function, with its globals, to the process
    # of each run by value.
    from copydesk.flows.orchestration import tasks
    from copydesk.flows.pipeline import run
    from copydesk.flows.remote.client import absolute_location

    root = absolute_location(warehouse or "warehouse")
    with tasks.started(
        [inputs] if isinstance(inputs, str) else inputs,
        warehouse=root,
        recipe=recipe,
        workers=workers,
        wait_seconds=wait_seconds,
        engine=engine,
        scheduler=scheduler,
    ) as context:
        results = run.run_steps(context, steps=tasks.STEPS)
        summary = run.finish(context, results)
    return tasks.report(summary, root)
