"""`copydesk verify`: check a warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import counted, echo_json, json_option, printable, warehouse_option

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot


def _index_faults(snapshot: Snapshot) -> Iterator[str]:
    from copydesk.flows.maintenance import index_upkeep, reelection

    return index_upkeep.faults(snapshot, reelection.CopyRules.of(snapshot).options)


@click.command()
@click.option("--quick", is_flag=True, help="Hash the files, but do not read the rows.")
@warehouse_option
@json_option
def command(quick: bool, warehouse: Path | str, as_json: bool) -> None:
    """Check the warehouse against its manifests, and its tables against each other.

    \b
        copydesk verify
        copydesk verify --quick

    This hashes every file of every kept snapshot, and reports files that are changed, missing or
    unknown. In the current snapshot it also checks that schemas and counts are right, that each
    copy has a kept document, that text and ledger rebuild the extracted text, that the index fits
    the articles, and that no forgotten document is left. Each fault is printed as one line. The
    exit code is 1 if there is a fault.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.warehouse.checks.verify import faults

        faulty = list(faults(found, quick=quick, check_index=None if quick else _index_faults))
        kept = (
            len(found.snapshots()) if not any(fault.kind == "manifest" for fault in faulty) else 0
        )
    if as_json:
        echo_json(
            [
                {"kind": fault.kind, "where": fault.where, "sentence": fault.sentence}
                for fault in faulty
            ]
        )
    else:
        for fault in faulty:
            click.echo(printable(f"{fault.kind}: {fault.sentence}"))
        if not faulty:
            click.echo(f"No fault in {counted(kept, 'snapshot')}.")
    if faulty:
        raise SystemExit(1)
