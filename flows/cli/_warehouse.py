"""Functions that the warehouse commands share: opening a warehouse, showing errors and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli.options import printable

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot, Warehouse


@contextmanager
def opened(path: Path | str) -> Iterator[Warehouse]:
    """Open the warehouse for a command. An error of the warehouse ends it with exit code 1."""
    from copydesk.flows.warehouse import Warehouse, WarehouseError

    try:
        yield Warehouse.open(path)
    except WarehouseError as error:
        raise click.ClickException(printable(str(error))) from error


def current_of(warehouse: Warehouse, identifier: str | None) -> Snapshot:
    """The snapshot with that id, or the current one."""
    return warehouse.snapshot(identifier or "current")


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
