"""`copydesk report`: write the report of a run."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import printable, warehouse_option


@click.command()
@click.argument("run", required=False)
@click.option("--open", "show", is_flag=True, help="Open the report in the browser.")
@warehouse_option
def command(*, run: str | None, show: bool, warehouse: Path | str) -> None:
    """Write the report of a run (default: the last one) and print its path.

    \b
        copydesk report --open
        copydesk report 20261122T060003-3fa2c1

    The report is one HTML file without scripts, which you can send, print or archive. Each run
    writes its own report. This command writes it again from the current snapshot.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows import report
        from copydesk.flows.pipeline.summary import facts_of

        snapshot = found.current()
        if snapshot is None:
            raise click.ClickException(
                f"Nothing has been published to {warehouse} yet; run `copydesk ingest INPUT...` first."
            )
        runs = sorted(
            snapshot.table("runs", ["run_id", "finished_at"]).to_pylist(),
            key=lambda row: (row["finished_at"], row["run_id"]),
        )
        ids = [row["run_id"] for row in runs]
        if run is not None and run not in ids:
            raise click.UsageError(
                f"There is no run {printable(run)!r} in {warehouse}; the last are {', '.join(ids[-3:])}."
            )
        path = report.write(found.root, snapshot, facts_of(found, run or ids[-1]))
        found.share()
    click.echo(path)
    if show:
        click.launch(path.as_uri())
