"""`copydesk rethreshold`: find the copies again with other thresholds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import (
    echo_json,
    json_option,
    recipe_option,
    wait_option,
    warehouse_option,
)


@click.command()
@click.option(
    "--may-go",
    type=float,
    metavar="S",
    help="Lowest score of the decision model at which a document may be dropped as a copy of another one.",
)
@click.option(
    "--jaccard-low",
    type=float,
    metavar="J",
    help="Lowest Jaccard similarity at which a document may be dropped for another one within the window.",
)
@click.option(
    "--containment-low",
    type=float,
    metavar="C",
    help="Lowest share of the shorter text in the longer one at which a document may be dropped within the window, if their similarity is below --jaccard-low.",
)
@click.option(
    "--jaccard-high",
    type=float,
    metavar="J",
    help="Lowest Jaccard similarity at which the relation of two documents outside the window is near or excerpt. It is template below this value.",
)
@click.option(
    "--window-hours",
    type=float,
    metavar="H",
    help="The window: the most hours between two documents that count as near in time.",
)
@click.option(
    "--folds",
    metavar="NAMES",
    help="Relations for which a document may be dropped, such as exact,near.",
)
@click.option(
    "--keep",
    type=click.Choice(["fullest", "earliest", "longest", "original", "outlet-rank"]),
    help="Which copy is kept.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and publish nothing.")
@wait_option
@recipe_option
@warehouse_option
@json_option
def command(
    *,
    folds: str | None,
    dry_run: bool,
    wait_seconds: float,
    recipe: Path | None,
    warehouse: Path | str,
    as_json: bool,
    **thresholds: Any,
) -> None:
    """Find the copies again with other thresholds, from the recorded pairs and without the texts.

    \b
        copydesk rethreshold --may-go 0.8
        copydesk rethreshold --jaccard-low 0.3 --containment-low 0.8
        copydesk rethreshold --folds exact,near --dry-run

    Without options, the result is the same as if one ingest had brought all documents. A threshold
    must not be lower than the floor from which pairs were stored. Options that are not given are
    taken from --recipe, or else from the last run.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance import rethreshold
        from copydesk.flows.recipe import load, recipe_of_last_run

        settings = {name: value for name, value in thresholds.items() if value is not None}
        if folds is not None:
            settings["folds"] = tuple(name.strip() for name in folds.split(",") if name.strip())
        with found.lock(wait_seconds=wait_seconds):
            started = datetime.now(UTC)
            snapshot = found.snapshot("current")
            try:
                base = load(recipe) if recipe else recipe_of_last_run(snapshot)
                chosen = rethreshold.with_thresholds(base, settings)
            except ValueError as error:
                raise click.UsageError(str(error)) from error
            run_id = f"rethreshold-{started:%Y%m%dT%H%M%S%f}"
            plan = rethreshold.plan(
                snapshot, chosen, run_id=run_id, started_at=started, finished_at=datetime.now(UTC)
            )
            changes = {
                "new_copies": len(plan.dropped),
                "restored": len(plan.restored),
                "reassigned": len(plan.reassigned),
            }
            published = None
            if any(changes.values()) and not dry_run:
                published = found.publish(plan.change).id
    if as_json:
        echo_json({**changes, "snapshot": published})
        return
    click.echo(
        f"{changes['new_copies']:,} articles become copies, {changes['restored']:,} copies become articles,"
    )
    click.echo(f"{changes['reassigned']:,} copies get another kept document, relation or reason.")
    click.echo(f"Published snapshot {published}." if published else "Nothing published.")
