"""`copydesk templates`: review the lines that were learned for each outlet."""

from __future__ import annotations

import json
from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import (
    Group,
    counted,
    echo_json,
    json_option,
    printable,
    warehouse_option,
)

_STATUSES = ("candidate", "active", "approved", "rejected")


@click.group(cls=Group)
def command() -> None:
    """Review the lines that recur in an outlet's documents and are cut from them.

    \b
        copydesk templates list --status candidate
        copydesk templates approve 44675dde
        copydesk templates reject 44675dde
        copydesk templates export > templates.jsonl

    Lines are learned after each run. The next runs cut the lines that are active or approved.
    Published rows change only if you run `copydesk reprocess`.
    """


@command.command("list")
@click.option("--outlet", metavar="DOMAIN", default=None, help="One outlet only.")
@click.option("--status", type=click.Choice(_STATUSES), default=None, help="One status only.")
@warehouse_option
@json_option
def list_(*, outlet: str | None, status: str | None, warehouse: Path | str, as_json: bool) -> None:
    """List learned lines with their evidence.

    \b
        copydesk templates list --outlet example.org
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.template_review import template_lines

        rows = template_lines(found.snapshot("current"), outlet=outlet, status=status)
    if as_json:
        echo_json(rows)
        return
    if not rows:
        click.echo(
            "No template line has been learned."
            if outlet is status is None
            else "No such template line."
        )
    for row in rows:
        click.echo(
            printable(
                f"{row['id']}  {row['status']:<9}  {row['outlet_id']}  {row['n_documents']:,} documents ({100 * row['share']:.0f} %)  "
                f"{row['line'][:120]}"
            )
        )


@command.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@warehouse_option
def approve(*, ids: tuple[str, ...], warehouse: Path | str) -> None:
    """Cut these lines from the next run on, even if they are rare.

    \b
        copydesk templates approve 44675dde
    """
    _decide(ids, "approved", warehouse)


@command.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@warehouse_option
def reject(*, ids: tuple[str, ...], warehouse: Path | str) -> None:
    """Never cut these lines, even if they are frequent.

    \b
        copydesk templates reject 44675dde
    """
    _decide(ids, "rejected", warehouse)


@command.command()
@click.option("--status", type=click.Choice(_STATUSES), default=None, help="One status only.")
@warehouse_option
def export(*, status: str | None, warehouse: Path | str) -> None:
    """Print the lines as JSON Lines, to keep or to share.

    \b
        copydesk templates export --status approved > templates.jsonl
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.template_review import template_lines

        rows = template_lines(found.snapshot("current"), status=status)
    for row in rows:
        kept = {
            name: row[name]
            for name in ("outlet_id", "line", "status", "n_documents", "share", "version")
        }
        click.echo(json.dumps(kept, ensure_ascii=True))


def _decide(ids: tuple[str, ...], status: str, warehouse: Path | str) -> None:
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.template_review import decide

        try:
            snapshot = decide(found, set(ids), status)
        except KeyError as error:
            raise click.ClickException(
                f"No template line has the id {error}; `copydesk templates list` shows them."
            ) from error
    click.echo(
        f"{counted(len(set(ids)), 'line')} {status}, snapshot {snapshot.id}. This applies from the next run on."
    )
