"""`copydesk reprocess`: run stages again on published documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

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
from copydesk.flows.support.processes.cpu import cores

if TYPE_CHECKING:
    from copydesk.flows.maintenance.reprocess import Outcome
    from copydesk.flows.warehouse.diff import Diff


@click.command()
@click.option(
    "--stage",
    type=click.Choice(["clean", "tag", "dedup", "stories"]),
    default="clean",
    show_default=True,
    help="The first stage to run; the stages after it follow.",
)
@click.option(
    "--where",
    metavar="CONDITION",
    default=None,
    help="Process only the documents that meet this condition (stages clean and tag).",
)
@recipe_option
@wait_option
@workers_option
@warehouse_option
@json_option
def command(
    *,
    stage: str,
    where: str | None,
    recipe: Path | None,
    wait_seconds: float,
    workers: int | None,
    warehouse: Path | str,
    as_json: bool,
) -> None:
    """Run the stages again on published documents, after a change of rules, recipe or version.

    \b
        copydesk reprocess
        copydesk reprocess --stage dedup --recipe stricter.toml
        copydesk reprocess --stage clean --where "outlet_id = 'news.example'"

    The original sources are not needed, because the stored text and ledger are enough. Copies and
    stories are computed again over all documents. The result is one snapshot, which `copydesk
    rollback` undoes. Without --recipe, the recipe of the last run is used.
    """
    if where is not None and stage not in ("clean", "tag"):
        raise click.UsageError(
            "copies and stories are computed over all documents; use --where with --stage clean or tag"
        )
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.reprocess import reprocess
        from copydesk.flows.recipe import load
        from copydesk.flows.support import progress as terminal

        before = found.current_id()
        chosen = load(recipe) if recipe is not None else None
        with found.lock(wait_seconds=wait_seconds):
            found.sweep()
            progress = terminal.chosen(quiet=as_json)
            try:
                outcome = reprocess(
                    found,
                    stage=stage,
                    where=where,
                    recipe=chosen,
                    workers=workers or cores(),
                    progress=progress,
                )
            finally:
                progress.close()
    changed = _changed_columns(outcome.diff)
    moved = Counter(outcome.diff.moved.values())
    if as_json:
        echo_json(
            {
                "snapshot": outcome.snapshot.id,
                "before": before,
                "edited": outcome.n_edited,
                "refused": outcome.n_refused,
                "changed": dict(changed),
                "moved": [
                    {"from": a, "to": b, "documents": n} for (a, b), n in sorted(moved.items())
                ],
            }
        )
        return
    if outcome.snapshot.id == before:
        click.echo("No document satisfies --where, so there is no new snapshot.")
        return
    for line in _lines(outcome, changed, moved):
        click.echo(line)
    if changed or moved or outcome.n_refused:
        click.echo(
            f"`copydesk diff {before}` shows the changes; `copydesk rollback {before}` undoes them."
        )


def _changed_columns(difference: Diff) -> Counter[str]:
    """In how many articles and copies each column changed."""
    return Counter(
        column
        for table in ("articles", "duplicates")
        for columns in (difference.tables[table].changed or {}).values()
        for column in columns
    )


def _lines(
    outcome: Outcome, changed: Counter[str], moved: Counter[tuple[str, str]]
) -> Iterator[str]:
    """Yield what was done and what changed."""
    yield f"Snapshot {outcome.snapshot.id}: {counted(outcome.n_edited, 'document')} cleaned again."
    for (source, target), number in sorted(moved.items()):
        yield f"  {number:,} moved from {source} to {target}"
    for column, number in changed.most_common(12):
        yield f"  {column} changed in {number:,}"
    if outcome.n_refused:
        yield f"  {outcome.n_refused:,} had no text left and are now in rejects"
    if not changed and not moved and not outcome.n_refused:
        yield "  nothing changed"
