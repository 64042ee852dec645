"""`copydesk diff`: show the differences between two snapshots."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli._warehouse import aligned, open_warehouse
from copydesk.flows.cli.options import echo_json, json_option, printable, warehouse_option

if TYPE_CHECKING:
    from copydesk.flows.warehouse.diff import Diff


@click.command()
@click.argument("before")
@click.argument("after", default="current")
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="How many documents to name for each difference.",
)
@warehouse_option
@json_option
def command(before: str, after: str, examples: int, warehouse: Path | str, as_json: bool) -> None:
    """Show the differences between two snapshots.

    \b
        copydesk diff 11 12
        copydesk diff 11 --json

    For every table, this counts the rows that were added, removed or changed, and lists the columns
    that changed. It also counts the documents that moved from one table to another. Without AFTER,
    BEFORE is compared with the current snapshot.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.warehouse.diff import compare

        difference = compare(found.snapshot(before), found.snapshot(after))
    if as_json:
        echo_json(_plain(difference))
    else:
        click.echo("\n".join(_lines(difference, examples)))


def _plain(difference: Diff) -> dict[str, object]:
    tables = {
        name: {
            "added": list(table.added),
            "removed": list(table.removed),
            "changed": {k: list(v) for k, v in (table.changed or {}).items()},
            "rows_added": table.rows_added or len(table.added),
            "rows_removed": table.rows_removed or len(table.removed),
        }
        for name, table in difference.tables.items()
    }
    return {
        "before": difference.before,
        "after": difference.after,
        "tables": tables,
        "moved": dict(difference.moved),
    }


def _lines(difference: Diff, examples: int) -> list[str]:
    differing = {name: table for name, table in difference.tables.items() if not table.is_empty}
    if not differing:
        return [f"{difference.before} and {difference.after} have the same content."]
    rows = [
        [
            name,
            table.rows_added or len(table.added),
            table.rows_removed or len(table.removed),
            len(table.changed or {}),
        ]
        for name, table in differing.items()
    ]
    return [
        f"From {difference.before} to {difference.after}:",
        "",
        aligned(["table", "added", "removed", "changed"], rows),
        *_moved_lines(difference, examples),
        *(
            line
            for name, table in differing.items()
            for line in _changed_lines(name, table.changed or {}, examples)
        ),
    ]


def _moved_lines(difference: Diff, examples: int) -> Iterator[str]:
    """Yield a paragraph for each pair of tables between which documents moved."""
    ids_by_way: dict[tuple[str, str], list[str]] = defaultdict(list)
    for doc_id, way in difference.moved.items():
        ids_by_way[way].append(doc_id)
    for (source, target), ids in sorted(ids_by_way.items()):
        yield ""
        yield f"{len(ids):,} moved from {source} to {target}: {_named(ids, examples)}"


def _changed_lines(
    name: str, changed: Mapping[str, Collection[str]], examples: int
) -> Iterator[str]:
    """Yield a paragraph for each column of a table that changed, the most frequent first."""
    columns = Counter(column for names in changed.values() for column in names)
    for column, number in columns.most_common():
        ids = [identifier for identifier, names in changed.items() if column in names]
        yield ""
        yield f"{name}.{column} changed in {number:,}: {_named(ids, examples)}"


def _named(ids: list[str], examples: int) -> str:
    return printable(", ".join(ids[:examples])) + (", ..." if len(ids) > examples else "")
