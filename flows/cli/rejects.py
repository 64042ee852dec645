"""`copydesk rejects`."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import current_of, opened
from copydesk.flows.cli.options import echo_json, json_option, printable, warehouse_option


@click.command()
@click.option("--reason", metavar="NAME", default=None, help="Only this reason.")
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="How many documents to name for each reason.",
)
@click.option(
    "--snapshot", metavar="ID", default=None, help="A snapshot other than the current one."
)
@warehouse_option
@json_option
def command(
    reason: str | None, examples: int, snapshot: str | None, warehouse: Path | str, as_json: bool
) -> None:
    """List the rejected documents by reason.

    \b
        copydesk rejects
        copydesk rejects --reason truncated --examples 20

    `copydesk replay --reason NAME` reads them again from their source after a fix.
    """
    with opened(warehouse) as found:
        state = current_of(found, snapshot)
        columns = ["step", "reason", "source_uri", "record_number", "url", "detail"]
        groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for batch in state.batches("rejects", columns):
            for row in batch.to_pylist():
                if reason in (None, row["reason"]):
                    groups[row["step"], row["reason"]].append(row)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    if as_json:
        echo_json(
            [
                {"step": step, "reason": why, "documents": len(rows), "examples": rows[:examples]}
                for (step, why), rows in ordered
            ]
        )
        return
    if not ordered:
        click.echo(
            "No document was rejected."
            if reason is None
            else f"No document was rejected as {reason!r}."
        )
    for (step, why), rows in ordered:
        click.echo(f"{len(rows):,} x {printable(why)} ({printable(step)})")
        for row in rows[:examples]:
            record = "" if row["record_number"] is None else f" record {row['record_number']}"
            click.echo(
                printable(
                    f"    {row['source_uri']}{record}"
                    + (f": {row['detail']}" if row["detail"] else "")
                )
            )
