"""How the rows of a table are arranged in its files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Which file a row belongs to, and in which order rows are in it.

    `date` is the column whose month names the file. `follows` is a column of document ids instead:
    the row goes to the month of that document. With neither, all rows are in the file `undated`.
    `keys` are the columns by which `locate` finds rows. `cut` is the order in which a month is cut
    into files, and `sort` the order within a file. `row_group` is the fewest and the most rows of a
    row group; the default gives narrow rows a few megabytes.
    """

    sort: tuple[str, ...]
    date: str | None = None
    follows: str | None = None
    keys: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    row_group: tuple[int, int] = (50_000, 50_000)
