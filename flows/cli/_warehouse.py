"""Functions that the warehouse commands share: open a warehouse, find a document, print a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copydesk.flows.cli.options import printable

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot, Warehouse


@contextmanager
def open_warehouse(path: Path | str) -> Iterator[Warehouse]:
    """Open the warehouse for a command. An error of the warehouse ends it with exit code 1."""
    from copydesk.flows.warehouse import Warehouse, WarehouseError

    try:
        yield Warehouse.open(path)
    except WarehouseError as error:
        raise click.ClickException(printable(str(error))) from error


def current_of(warehouse: Warehouse, identifier: str | None) -> Snapshot:
    """The snapshot with that id, or the current one."""
    return warehouse.snapshot(identifier or "current")


def find_document(snapshot: Snapshot, given: str) -> tuple[str, dict[str, Any]]:
    """The table and the row of a document.

    `given` is its doc_id, the first characters of that, its address, or the path of its file below
    the input. Ends the command with a message if no document or more than one fits.
    """
    import pyarrow.compute as pc

    from copydesk.schemas.tables import DOCUMENT_TABLES

    if len(given) == 32:
        for table in DOCUMENT_TABLES:
            for row in snapshot.documents(table, [given.lower()]).to_pylist():
                return table, row
    where = (pc.field("url") == given) | (pc.field("canonical_url") == given)
    if "://" not in given:
        has_beginning = pc.starts_with(pc.field("doc_id"), given.lower())
        where = has_beginning | (pc.field("source_uri") == given)
    found = (
        [
            (table, row)
            for table in DOCUMENT_TABLES
            for row in snapshot.table(table, None, where).to_pylist()
        ]
        if given
        else []
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise click.ClickException(
            f"No document {printable(given)!r}. Ids are in the column doc_id, and in the report."
        )
    ids = printable(", ".join(row["doc_id"] for _, row in found[:5]))
    raise click.ClickException(
        f"{len(found)} documents match {printable(given)!r}: {ids}. Name one by its doc_id."
    )


def aligned(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Text in aligned columns, with numbers on the right.

    >>> print(aligned(["what", "n"], [["rain", 5], ["hail", 12]]))
    what   n
    rain   5
    hail  12
    """
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *cells]) for i in range(len(header))]
    right = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        for i in range(len(header))
    ]
    lines = []
    for line in [list(header), *cells]:
        fitted = [
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ]
        lines.append("  ".join(fitted).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return f"{value:,}"
    return printable(str(value))


def megabytes(size: int) -> str:
    """A size in MB with one decimal.

    >>> megabytes(1_250_000)
    '1.2 MB'
    """
    return f"{size / 1e6:.1f} MB"
