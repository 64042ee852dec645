"""`copydesk browse`: look at the corpus in a browser."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from copydesk.flows.cli._warehouse import open_warehouse
from copydesk.flows.cli.options import warehouse_option

_PORT = 8642  # arbitrary; IANA assigns it to no service


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    metavar="N",
    help="Port on 127.0.0.1; 0 means any free port.",
)
@click.option("--open", "show", is_flag=True, help="Open the site in the browser.")
@warehouse_option
def command(*, port: int, show: bool, warehouse: Path | str) -> None:
    """Serve the corpus as a web site on this machine until you stop it with Ctrl-C.

    \b
        copydesk browse --open
        copydesk browse --port 0 --warehouse /data/news

    You can search documents by day, outlet, language and words, see what was cut from an article,
    compare copies side by side, follow a story in time, and see what was dropped or rejected. The
    reports of the runs are there too. Only programs on this machine can open the site. It changes
    nothing in the warehouse, and its pages run no scripts.
    """
    with open_warehouse(warehouse) as found:
        found.snapshot("current")  # a warehouse without a snapshot is an error here, not on a page
        from copydesk.flows.browse import server

        def ready(chosen: int) -> None:
            address = f"http://127.0.0.1:{chosen}/"
            click.echo(f"{address} shows {warehouse}. Stop with Ctrl-C.")
            if show:
                click.launch(address)

        try:
            server.serve(found, port=port, ready=ready)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise click.ClickException(
                f"port {port} on 127.0.0.1 is in use; choose another with --port, or any free one "
                "with --port 0"
            ) from error
