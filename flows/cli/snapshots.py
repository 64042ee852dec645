"""`copydesk snapshots`: list the kept snapshots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import aligned, megabytes, open_warehouse
from copydesk.flows.cli.options import echo_json, json_option, warehouse_option


@click.command()
@warehouse_option
@json_option
def command(warehouse: Path | str, as_json: bool) -> None:
    """List the kept snapshots, newest first.

    \b
        copydesk snapshots

    The current snapshot is marked with `*`. You can shorten an id to its number, as in `copydesk
    rollback 12`.
    """
    with open_warehouse(warehouse) as found:
        current = found.current_id()
        kept: list[dict[str, Any]] = [
            {
                "id": snapshot.id,
                "is_current": snapshot.id == current,
                "kind": snapshot.manifest.kind,
                "run_id": snapshot.manifest.run_id,
                "finished_at": snapshot.manifest.finished_at,
                "rewrites": snapshot.manifest.rewrites,
                "rows": dict(snapshot.counts),
                "bytes": sum(
                    entry.bytes for files in snapshot.manifest.tables.values() for entry in files
                ),
            }
            for snapshot in found.snapshots()
        ]
    if as_json:
        echo_json(kept)
        return
    if not kept:
        click.echo("Nothing has been published yet; run `copydesk ingest INPUT...` first.")
        return
    lines = [
        [
            "*" if s["is_current"] else "",
            s["id"],
            s["kind"],
            str(s["finished_at"])[:19].replace("T", " "),
            s["rows"]["articles"],
            s["rows"]["duplicates"],
            s["rows"]["rejects"],
            megabytes(s["bytes"]),
        ]
        for s in kept
    ]
    click.echo(
        aligned(
            ["", "snapshot", "by", "at (UTC)", "articles", "duplicates", "rejects", "size"], lines
        )
    )
