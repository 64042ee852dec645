"""`copydesk replay`: read rejected documents again."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import (
    counted,
    echo_json,
    json_option,
    recipe_option,
    wait_option,
    warehouse_option,
    workers_option,
)
from copydesk.flows.cli.rejects import none_rejected
from copydesk.flows.support.processes.cpu import cores


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "--reason",
    metavar="NAME",
    default=None,
    help="Only documents rejected for this reason; `copydesk rejects` lists them.",
)
@recipe_option
@wait_option
@workers_option
@warehouse_option
@json_option
def command(
    *,
    inputs: tuple[str, ...],
    reason: str | None,
    recipe: Path | None,
    wait_seconds: float,
    workers: int | None,
    warehouse: Path | str,
    as_json: bool,
) -> None:
    """Read rejected documents again from their source, after a fix.

    \b
        copydesk replay
        copydesk replay --reason too_large --recipe larger.toml dump/

    INPUT names the files or folders that the documents came from. Without it, the inputs of the
    runs that rejected them are read. Documents that are accepted now are deleted from `rejects`.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.replay import replay
        from copydesk.flows.read import InputError
        from copydesk.flows.recipe import load
        from copydesk.flows.report.outcome import report_run

        chosen = load(recipe) if recipe is not None else None
        try:
            with found.lock(wait_seconds=wait_seconds):
                found.sweep()
                rejects = found.snapshot("current").table("rejects", ["reason"])
                before, reasons = rejects.num_rows, rejects["reason"].unique().to_pylist()
                summary = replay(
                    found, inputs=inputs, reason=reason, recipe=chosen, workers=workers or cores()
                )
                after = found.snapshot("current").rows("rejects")
        except InputError as error:
            raise click.UsageError(str(error)) from error
        if summary is not None:
            report_run(summary, warehouse)
    facts = summary.facts if summary is not None else None
    if as_json:
        echo_json(
            {
                "rejects_before": before,
                "rejects_after": after,
                "articles": facts.n_articles if facts else 0,
                "duplicates": facts.n_duplicates if facts else 0,
                "snapshot": facts.snapshot_id if facts else None,
            }
        )
    elif facts is None:
        click.echo(none_rejected(reason, reasons))
    else:
        click.echo(
            f"{before - after:,} of {before:,} rejected documents were accepted: {counted(facts.n_articles, 'article')}, {counted(facts.n_duplicates, 'copy')}."
        )
