"""`copydesk rejects`: list the rejected documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import current_of, open_warehouse
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
    with open_warehouse(warehouse) as found:
        state = current_of(found, snapshot)
        columns = ["step", "reason", "source_uri", "record_number", "url", "detail"]
        groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        known: set[str] = set()
        for batch in state.batches("rejects", columns):
            for row in batch.to_pylist():
                known.add(row["reason"])
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
        click.echo(none_rejected(reason, known))
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


def none_rejected(reason: str | None, known: Collection[str]) -> str:
    """The message if no document was rejected, or none for this reason, with the `known` ones.

    >>> none_rejected("coruppt", {"empty", "corrupt"})
    "No document was rejected as 'coruppt'. The reasons in this warehouse are corrupt, empty."
    """
    if reason is None or not known:
        return "No document was rejected."
    reasons = printable(", ".join(sorted(known)))
    return f"No document was rejected as {reason!r}. The reasons in this warehouse are {reasons}."
