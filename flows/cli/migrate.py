"""`copydesk migrate`."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import opened
from copydesk.flows.cli.options import counted, wait_option, warehouse_option


@click.command()
@wait_option
@warehouse_option
def command(wait_seconds: float, warehouse: Path | str) -> None:
    """Bring the tables of an older copydesk to the schema of this one.

    \b
        copydesk migrate

    This is needed once after an update that requires it. Every file is rewritten and published as
    one snapshot. Readers use the previous snapshot until then.
    """
    with opened(warehouse) as found:
        from copydesk.flows.maintenance.migrate import migrate

        with found.lock(wait_seconds=wait_seconds):
            made = migrate(found)
    if made is None:
        click.echo("The warehouse has this version's schema; nothing to do.")
    else:
        click.echo(
            f"Snapshot {made.id} has schema version {made.manifest.schema_version}: {counted(made.rows('articles'), 'article')}."
        )
