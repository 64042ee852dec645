"""`copydesk forget`: delete documents permanently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import (
    counted,
    echo_json,
    json_option,
    printable,
    wait_option,
    warehouse_option,
)

_SHOWN = 10  # documents to list before the question


@click.command()
@click.option(
    "--doc", "docs", multiple=True, metavar="ID", help="A document by its doc_id; can be repeated."
)
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar="URL",
    help="All versions at an address, in every spelling of it; can be repeated.",
)
@click.option(
    "--outlet",
    "outlets",
    multiple=True,
    metavar="NAME",
    help="All documents of an outlet, by name or domain; can be repeated.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="With --outlet: only documents published (or fetched, if undated) by this day.",
)
@click.option(
    "--with-copies", is_flag=True, help="Also forget other documents that share text with these."
)
@wait_option
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@warehouse_option
@json_option
def command(
    *,
    docs: tuple[str, ...],
    urls: tuple[str, ...],
    outlets: tuple[str, ...],
    until: datetime | None,
    with_copies: bool,
    wait_seconds: float,
    yes: bool,
    warehouse: Path | str,
    as_json: bool,
) -> None:
    """Delete documents from every table, index and kept snapshot, permanently.

    \b
        copydesk forget --url https://news.example/2026/11/a-story
        copydesk forget --outlet news.example --until 2026-06-30 --yes

    For each document a receipt with ids and hashes remains, and a tombstone that prevents it from
    being ingested again. If the document was the kept one of several copies, the next best copy
    takes its place. Its older versions at the same address do not: they go to quarantine. Other
    documents that share its text are listed. This cannot be undone, not even
    by `rollback`.
    """
    if not (docs or urls or outlets):
        raise click.UsageError("name what to forget: --doc ID, --url URL or --outlet NAME")
    if until is not None and not outlets:
        raise click.UsageError("--until works only with --outlet; name one")
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance import index_upkeep, reelection
        from copydesk.flows.maintenance.forget import documents_to_forget, forget
        from copydesk.flows.maintenance.forget_request import Request

        request = Request(
            docs=docs,
            urls=urls,
            outlets=outlets,
            until=until.date() if until else None,
            with_copies=with_copies,
        )
        if not yes:
            _ask(documents_to_forget(found, request))
        with found.lock(wait_seconds=wait_seconds):
            rules = reelection.CopyRules.of(found.snapshot("current"))
            receipt = forget(
                found,
                request,
                reelection_rules=rules,
                index_without=index_upkeep.removal_from_index(rules.options),
            )
        receipt_path = found.root / "receipts" / f"{receipt['receipt_id']}.json"
    if as_json:
        echo_json(receipt)
    else:
        _print_receipt(receipt, receipt_path)


def _ask(documents: Sequence[Mapping[str, Any]]) -> None:
    """Show what would be deleted, and end the command unless the user confirms."""
    for row in documents[:_SHOWN]:
        about = (
            row["doc_id"],
            row["published_date"] or "undated",
            row["outlet"] or row["source_uri"],
            row["title"] or "",
        )
        click.echo(printable("  ".join(map(str, about)))[:200], err=True)
    if len(documents) > _SHOWN:
        click.echo(f"and {len(documents) - _SHOWN:,} more", err=True)
    what = counted(len(documents), "document") if documents else "the rejected documents from there"
    click.confirm(f"Forget {what}? This cannot be undone.", abort=True, err=True)


def _print_receipt(receipt: dict[str, Any], path: Path) -> None:
    number = len(receipt["documents"])
    click.echo(
        f"Forgot {counted(number, 'document')} in {counted(len(receipt['rewritten']), 'kept snapshot')}."
    )
    for old, new in receipt["replaced"].items():
        click.echo(f"  {new} takes the place of {old}")
    others = receipt["others_with_its_text"]
    if others:
        click.echo(
            f"Text is shared with {counted(len(others), 'other document')} (--with-copies forgets these too):"
        )
        for other in others[:20]:
            click.echo(f"  {other['doc_id']}  {other['how']}")
        if len(others) > 20:
            click.echo("  ...")
    for name in receipt["reports_removed"]:
        click.echo(f"  removed from the reports: {name}")
    click.echo(f"Receipt: {path}")
