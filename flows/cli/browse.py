"""`copydesk browse`: look at the corpus in a browser."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from copydesk.flows.cli._warehouse import opened
from copydesk.flows.cli.options import warehouse_option

_PORT = 8642  # arbitrary; registered for nothing at IANA


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    metavar="N",
    help="Port on 127.0.0.1; 0 chooses a free one.",
)
@click.option("--open", "show", is_flag=True, help="Open it in the browser.")
@warehouse_option
def command(*, port: int, show: bool, warehouse: Path | str) -> None:
    """Serve the corpus to the browser of this machine until Ctrl-C.

    \b
        copydesk browse --open
        copydesk browse --port 0 --warehouse /data/news

    The pages show documents by day, outlet, language and words, an article with its cuts in place,
    copies side by side, stories as time lines, what was dropped, rejects, and the reports of runs.
    Only programs on this machine can open the site. It writes nothing, and its pages run no
    scripts.
    """
    with opened(warehouse) as found:
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
                f"port {port} of 127.0.0.1 is in use; name another with --port, or 0 for a free one"
            ) from error
