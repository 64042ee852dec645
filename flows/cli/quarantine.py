"""`copydesk quarantine`: list and release documents that do not fit their outlet's history."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import (
    Group,
    counted,
    echo_json,
    json_option,
    printable,
    wait_option,
    warehouse_option,
)


@click.group(cls=Group)
def command() -> None:
    """List and release documents whose outlet suddenly differs from its earlier runs.

    \b
        copydesk quarantine list
        copydesk quarantine release --outlet harbour.example

    Documents are quarantined only if the recipe has `quarantine = true` in [drift].
    """


@command.command("list")
@warehouse_option
@json_option
def list_(*, warehouse: Path | str, as_json: bool) -> None:
    """List quarantined documents by outlet and reason.

    \b
        copydesk quarantine list
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.quarantine import quarantined_groups

        groups = quarantined_groups(found.snapshot("current"))
    if as_json:
        echo_json(groups)
        return
    if not groups:
        click.echo("Nothing is quarantined.")
    for group in groups:
        click.echo(
            printable(
                f"{group['outlet_id'] or 'no outlet'}: {counted(group['n_documents'], 'document')} since run {group['since_run']}"
            )
        )
        click.echo(printable(f"    {group['reason']}"))
        click.echo(f"    copydesk show {group['doc_ids'][0]}")


@command.command()
@click.option("--outlet", metavar="DOMAIN", default=None, help="The documents of one outlet.")
@click.option(
    "--doc",
    "docs",
    multiple=True,
    metavar="DOC_ID",
    help="One document; can be repeated.",
)
@click.option("--all", "everything", is_flag=True, help="All quarantined documents.")
@wait_option
@warehouse_option
def release(
    *,
    outlet: str | None,
    docs: tuple[str, ...],
    everything: bool,
    wait_seconds: float,
    warehouse: Path | str,
) -> None:
    """Publish quarantined documents, after looking for their copies and stories in the corpus.

    \b
        copydesk quarantine release --outlet harbour.example
        copydesk quarantine release --all
    """
    if sum([outlet is not None, bool(docs), everything]) != 1:
        raise click.UsageError("Name what to release: one of --outlet DOMAIN, --doc DOC_ID, --all.")
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.quarantine import release as let_in

        released = let_in(found, outlet=outlet, doc_ids=docs, wait_seconds=wait_seconds)
    if released is None:
        raise click.ClickException(
            "No such document is quarantined; `copydesk quarantine list` shows those that are."
        )
    n = released.n_documents
    click.echo(f"{counted(n, 'document')} released, snapshot {released.snapshot.id}.")
