"""Read the rows of CSV text. A quote that is never closed damages its own row, not those below."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from copydesk.flows.read.limits import Limits

_SAMPLE_ROWS = 100  # how many rows `_Shape` learns from; arbitrary


@dataclass(frozen=True, slots=True)
class DamagedRow:
    """A row that cannot be read, with the reason and the detail for `rejects`."""

    reason: str
    detail: str


def rows(
    lines: Iterable[str | int],
    *,
    n_columns: int,
    delimiter: str,
    limits: Limits,
    first_line: int = 2,
) -> Iterator[list[str] | DamagedRow]:
    r"""Yield the cells of each row. Blank rows are skipped, and a `DamagedRow` replaces a damaged one.

    `lines` include their line ends. A number instead of a line is the length of a line that was too
    long. The first one is line `first_line` of the file.

    If a quote is never closed, all text up to the next quote becomes part of its field. This is
    noticed if that next quote is inside a word, if the file ends, or if the row has more than
    `row_lines` lines. Reading then continues at the next line that looks like the earlier rows (see
    `_Shape`).

    >>> text = 'a.example,"Rain\n', 'b.example,"Snow"\n', 'c.example,Hail\n'
    >>> for row in rows(text, n_columns=2, delimiter=",", limits=Limits()): print(row)
    DamagedRow(reason='bad_csv', detail='line 2: a quote is not closed; reading went on at line 3')
    ['b.example', 'Snow']
    ['c.example', 'Hail']
    """
    source = _Source(lines, limits, first_line)
    reader = _Reader(source, n_columns, delimiter)
    shape = _Shape(n_columns)
    damage: DamagedRow | None = None
    while (found := reader.next_row()) is not None:
        if isinstance(found, DamagedRow):
            damage = damage or found
            source.go_back()
        elif damage is not None and not shape.fits(found):
            source.go_back()
        elif any(found):
            if damage is not None:
                yield _with_end(damage, f"reading went on at line {source.first_line:,}")
                damage = None
            shape.learn(found)
            yield found
    if damage is not None:
        yield _with_end(damage, "no row below it could be read")


class _Reader:
    """Reads rows with the csv module, and decides what its errors mean."""

    def __init__(self, source: _Source, n_columns: int, delimiter: str) -> None:
        self._source, self._n_columns, self._delimiter = source, n_columns, delimiter
        self._escape: str | None = None
        self._rows = self._opened()

    def next_row(self) -> list[str] | DamagedRow | None:
        """Read a row. None is the end of the file."""
        self._source.begin_row()
        try:
            cells = self._parsed()
        except _TooLargeError as error:
            return self._damaged("too_large", str(error))
        except csv.Error:
            return self._damaged("bad_csv", "a quote is not closed")
        if cells is not None and self._has_swallowed_rows(cells):
            n_cells = f"{len(cells)} cells where the header row has {self._n_columns}"
            return self._damaged("bad_csv", n_cells)
        return cells

    def _parsed(self) -> list[str] | None:
        """The cells of the next row, in the first of three ways that can read it, or None at the end.

        These are: CSV as the standard has it; CSV with a backslash before a quote, as some
        databases write it, which then holds for the rest of the file; and one line whose quotes are
        part of the text. Raises csv.Error if none of them can.
        """
        try:
            return next(self._rows, None)
        except csv.Error:
            has_escapes = any('\\"' in line for line in self._source.row)
            if self._escape is None and has_escapes:
                self._escape = "\\"
                self._rows = self._opened()
                self._source.go_back(0)
                self._source.begin_row()
                return self._parsed()
            cells = self._as_written()
            if cells is None:
                raise
            return cells

    def _has_swallowed_rows(self, cells: Sequence[str]) -> bool:
        """Whether the row has several lines and too many cells, so it contains other rows."""
        return len(self._source.row) > 1 and any(cells[self._n_columns :])

    def _damaged(self, reason: str, detail: str) -> DamagedRow:
        return DamagedRow(reason, f"line {self._source.first_line:,}: {detail}")

    def _opened(self) -> Iterator[list[str]]:
        return csv.reader(
            self._source, delimiter=self._delimiter, strict=True, escapechar=self._escape
        )

    def _as_written(self) -> list[str] | None:
        """Return the cells of the first line if its quotes may be part of the text, or else None.

        Most programs that write tabs between cells do not quote, so a cell may begin with a
        quotation.
        """
        row = self._source.row
        if self._delimiter == "\t":
            (cells,) = csv.reader(row[:1], delimiter="\t", quoting=csv.QUOTE_NONE)
            if len(cells) == self._n_columns:
                self._source.go_back()
                return cells
        return _with_quotes_inside(row, self._delimiter)


def _with_quotes_inside(row: Sequence[str], delimiter: str) -> list[str] | None:
    """Return the cells of a one-line row that has quotes inside a quoted cell, or else None.

    A quote ends its cell only before a delimiter or the end of the line. A delimiter before a space
    is part of the text, as in the second example.

    >>> _with_quotes_inside(['1,"He said "no" to it"'], ",")
    ['1', 'He said "no" to it']
    >>> _with_quotes_inside(['"He said "no", and left",1'], ",")
    ['He said "no", and left', '1']
    >>> _with_quotes_inside(['1,"He said "no" to'], ",")     # the cell continues on the next line
    """
    if len(row) != 1:
        return None
    line, cells, at = row[0].rstrip("\r\n"), [], 0
    while found := _cell(delimiter).match(line, at):
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if not end:
            return cells
        at = found.end()
    return None


@lru_cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """The pattern of a cell: its text in quotes, or else its plain text, and the delimiter after it."""
    mark = re.escape(delimiter)
    is_end = rf"(?:{mark}(?! )|\Z)"
    return re.compile(rf'(?:"((?:[^"]|"(?!{is_end}))*)"|([^"{mark}][^{mark}]*|))({mark}|\Z)')


def _with_end(damage: DamagedRow, end: str) -> DamagedRow:
    return DamagedRow(damage.reason, f"{damage.detail}; {end}")


class _TooLargeError(Exception):
    """A row exceeds a limit."""


class _Source(Iterator[str]):
    """The lines for the csv module. Those of the current row are kept, so they can be read again."""

    def __init__(self, lines: Iterable[str | int], limits: Limits, first_line: int) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._limits = limits
        self.first_line = first_line  # of the current row
        self.row: list[str] = []
        self._size = 0

    def begin_row(self) -> None:
        """Forget the lines of the previous row."""
        self.first_line += len(self.row)
        self.row, self._size = [], 0

    def go_back(self, n_kept: int = 1) -> None:
        """Read the lines of the current row again, except the first `n_kept`."""
        self._again.extendleft(reversed(self.row[n_kept:]))
        del self.row[n_kept:]

    def __next__(self) -> str:
        most = self._limits
        if len(self.row) >= most.row_lines:
            raise _TooLargeError(
                f"a row of more than {most.row_lines:,} lines ([limits] row_lines); perhaps a quote is not closed"
            )
        line = self._again.popleft() if self._again else next(self._lines)
        self._size += line if isinstance(line, int) else len(line)
        self.row.append("" if isinstance(line, int) else line)
        if isinstance(line, int) or self._size > most.line_bytes:
            raise _TooLargeError(
                f"a row of more than {most.line_bytes:,} bytes ([limits] line_bytes)"
            )
        return line


class _Shape:
    """What the rows of a file have in common, learned from its first rows.

    This is the smallest number of cells, and the columns that have a word without spaces in every
    row, such as an address or a number. A line from the middle of a text rarely looks like that.
    """

    def __init__(self, n_columns: int) -> None:
        self._n_columns = self._least = n_columns
        self._words = set(range(n_columns))
        self._n_rows = 0

    def learn(self, cells: Sequence[str]) -> None:
        """Learn from a good row."""
        if self._n_rows < _SAMPLE_ROWS:
            self._n_rows += 1
            self._least = min(self._least, len(cells))
            self._words = {i for i in self._words if i < len(cells) and _is_word(cells[i])}

    def fits(self, cells: Sequence[str]) -> bool:
        """Whether a row looks like the earlier ones."""
        if not self._n_rows or not self._words:
            return len(cells) == self._n_columns
        return self._least <= len(cells) <= self._n_columns and all(
            _is_word(cells[i]) for i in self._words
        )


def _is_word(cell: str) -> bool:
    return bool(cell) and not any(c.isspace() for c in cell)
