"""`copydesk migrate`: convert a warehouse to the schema of this version."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import counted, wait_option, warehouse_option


@click.command()
@wait_option
@warehouse_option
def command(wait_seconds: float, warehouse: Path | str) -> None:
    """Convert a warehouse that an older copydesk wrote to the schema of this version.

    \b
        copydesk migrate

    This is needed once after an update that changes the schema. Every file is rewritten, and the
    result is published as one snapshot. Readers use the previous snapshot until then.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.maintenance.migrate import migrate

        with found.lock(wait_seconds=wait_seconds):
            made = migrate(found)
    if made is None:
        click.echo("The warehouse already has the current schema; there is nothing to do.")
    else:
        click.echo(
            f"Snapshot {made.id} has schema version {made.manifest.schema_version}: {counted(made.rows('articles'), 'article')}."
        )
