"""`copydesk status`: summarise the state of the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import aligned, megabytes, open_warehouse
from copydesk.flows.cli.options import counted, echo_json, json_option, printable, warehouse_option


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "--runs",
    "n_runs",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many of the last runs to list.",
)
@warehouse_option
@json_option
def command(*, inputs: tuple[str, ...], n_runs: int, warehouse: Path | str, as_json: bool) -> None:
    """Show the last runs, the current snapshot, and what a run would find now.

    \b
        copydesk status
        copydesk status --json incoming/

    Without INPUT, the inputs of the last run are checked. This command compares only the names and
    sizes of files, while a run compares documents.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.status import status

        state = status(found, inputs=inputs, n_runs=n_runs)
    if as_json:
        echo_json(state)
        return
    for line in _lines(state):
        click.echo(line)


#: One row of each table that `status` counts.
# The table of runs: the heading of each column, and the name of its value.
_RUN_COLUMNS = {
    "run": "run_id",
    "kind": "kind",
    "finished": "finished_at",
    "read": "n_read",
    "added": "n_articles",
    "copies": "n_duplicates",
    "rejected": "n_rejected",
    "quarantined": "n_quarantined",
    "known": "n_known",
    "moved": "n_moved",
}
_ONE_OF = {
    "articles": "article",
    "duplicates": "copy",
    "quarantined": "quarantined document",
    "rejects": "reject",
    "stories": "story",
    "templates": "template",
    "tombstones": "tombstone",
}


def _lines(state: dict[str, Any]) -> list[str]:
    if state["snapshot"] is None:
        lines = [f"{state['warehouse']} is empty; fill it with: copydesk ingest INPUT..."]
    else:
        rows = ", ".join(
            counted(n, _ONE_OF.get(table, table))
            for table, n in state["rows"].items()
            if n and table not in {"removed", "pairs", "runs"}
        )
        lines = [
            f"Snapshot   {state['snapshot']}, published {state['published_at'][:19].replace('T', ' ')}",
            f"Holds      {rows or 'no rows'}",
            f"Size       {megabytes(state['bytes'])}, index {megabytes(state['index_bytes'])}",
            "",
            aligned(list(_RUN_COLUMNS), [_run_cells(run) for run in state["runs"]]),
            "",
            _next(state["next"]),
        ]
    if state["running"] is not None:
        lines.append(_running(state["running"]))
    lines += [
        f"Run {run} was interrupted; the same command continues it." for run in state["interrupted"]
    ]
    return [printable(line, keep_newlines=True) for line in lines]


def _run_cells(run: Mapping[str, Any]) -> list[Any]:
    """The values of a row of the table of runs."""
    finished = f"{run['finished_at']:%Y-%m-%d %H:%M}"
    return [finished if name == "finished_at" else run[name] for name in _RUN_COLUMNS.values()]


def _running(run: dict[str, Any]) -> str:
    """The line about the run in progress: when it started, and its progress."""
    named = f"run {run['run_id']}" if run["run_id"] else (run.get("command") or "a process")
    line = f"Running    {named} (pid {run['pid']}) since {run['started_at'][:19].replace('T', ' ')} UTC"
    if run["step"]:
        line += f", step {run['step']}"
    if run["done"] is not None and run["total"]:
        line += f", {run['done']:,} of about {run['total']:,} documents"
    elif run["done"]:
        line += f", {counted(run['done'], 'document')}"
    return line


def _next(coming: dict[str, Any] | None) -> str:
    if coming is None:
        return "A run now  name its inputs to see: copydesk status INPUT..."
    if "fault" in coming:
        return f"A run now  would fail: {coming['fault']}"
    if not coming["n_new_files"]:
        return f"A run now  would find nothing new: {_files(coming['n_files'])} read before"
    named = ", ".join(coming["examples"]) + (
        ", ..." if coming["n_new_files"] > len(coming["examples"]) else ""
    )
    return f"A run now  would read {coming['n_new_files']:,} new of {coming['n_files']:,} files: {named}"


def _files(n: int) -> str:
    """A number of files, with the verb that fits it.

    >>> _files(1), _files(12)
    ('the one file was', 'all 12 files were')
    """
    return "the one file was" if n == 1 else f"all {n:,} files were"
