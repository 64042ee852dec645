"""`copydesk path`: print the folder of a table."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import current_of, open_warehouse
from copydesk.flows.cli.options import warehouse_option


@click.command()
@click.argument("table", required=False)
@click.option(
    "--snapshot", metavar="ID", default=None, help="A snapshot other than the current one."
)
@warehouse_option
def command(table: str | None, snapshot: str | None, warehouse: Path | str) -> None:
    """Print the folder of a table in the current snapshot, with links resolved.

    \b
        duckdb -c "select count(*) from '$(copydesk path articles)/*.parquet'"

    The folder belongs to one snapshot and does not change when another one is published. It exists
    as long as the snapshot is kept. Without TABLE, the folder of all tables is printed. For a
    warehouse on an object store, the URI of each file of the table is printed on its own line.
    """
    with open_warehouse(warehouse) as found:
        state = current_of(found, snapshot)
        if table is not None and table not in state.tables:
            raise click.UsageError(
                f"there is no table {table!r}; the tables are {', '.join(state.tables)}"
            )
        if found.mirror is None:
            click.echo(state.path if table is None else state.path / table)
        else:
            for name in found.mirror.addresses(state.manifest, table):
                click.echo(name)
