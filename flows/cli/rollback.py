"""`copydesk rollback`: make an older snapshot current."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import (
    counted,
    echo_json,
    json_option,
    wait_option,
    warehouse_option,
)


@click.command()
@click.argument("snapshot")
@wait_option
@warehouse_option
@json_option
def command(snapshot: str, wait_seconds: float, warehouse: Path | str, as_json: bool) -> None:
    """Make an older snapshot the current state again.

    \b
        copydesk snapshots
        copydesk rollback 12

    The older snapshot is published again under a new id. The present snapshot is kept, so you can
    undo this by a rollback to it. The record of runs stays complete, and forgotten documents stay
    forgotten.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance import maintenance_run

        with found.lock(wait_seconds=wait_seconds):
            before = found.current_id()
            state = maintenance_run.rollback(found, snapshot)
            found.discard_staging(state.manifest.run_id)
    target = state.manifest.extras["rolled_back_to"]
    if as_json:
        echo_json({"snapshot": state.id, "rolled_back_to": target, "before": before})
    else:
        click.echo(
            f"Snapshot {state.id} is current and has the content of {target}: {counted(state.rows('articles'), 'article')}."
        )
        click.echo(f"`copydesk rollback {before}` undoes it.")
