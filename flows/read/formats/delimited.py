"""Read `.csv` and `.tsv`: a header row, then one document in each row."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from copydesk.flows.read.field_names import LOOKALIKES
from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats import delimited_rows
from copydesk.flows.read.formats.delimited_rows import DamagedRow
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.formats.text_lines import lines, text_bytes, with_line_feeds
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError
from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode

_DELIMITERS = ",;\t|"
_LONGEST_NAME = 200  # characters; arbitrary: longer "names" in the first row are text of a document
_COMMENT = re.compile(r"#[^,;\t|]*$")  # above the header row; a name of a column may begin with #
_STATED = re.compile(r"sep=(.)\r?\n?")  # the first line of some exports for spreadsheets
# How programs write a missing value (pandas, R, MySQL, PostgreSQL). Such a cell is empty.
_MISSING = frozenset({"NULL", "NaN", "nan", "\\N", "<NA>", "N/A", "#N/A", "None", "null"})
_SAMPLE = 20_000  # bytes that show the encoding; arbitrary: some thousand letters
_QUOTED = re.compile(r'"[^"]*"?')


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the document of each row. A quoted field may contain line breaks.

    The delimiter is the one in the header row: comma, semicolon, tab or bar. Column names may be in
    capitals. Raises `BrokenError` if the header row cannot be read.
    """
    # The limit of the csv module applies to the whole process. This process only reads inputs.
    csv.field_size_limit(max(csv.field_size_limit(), limits.line_bytes))
    source = _Lines(with_line_feeds(text_bytes(opened.stream, limits)), limits)
    names, delimiter = _header(source, fields)
    if len(names) > limits.parquet_columns:
        raise BrokenError("too_large", f"{len(names):,} columns")
    rows = RowReader.of(opened, fields, limits)
    found = delimited_rows.rows(
        source,
        n_columns=len(names),
        delimiter=delimiter,
        limits=limits,
        first_line=source.n_lines + 1,
    )
    for number, cells in enumerate(found):
        if isinstance(cells, DamagedRow):
            yield Reject(opened.source_uri, number, None, "read", cells.reason, cells.detail)
        elif any(cells[len(names) :]):
            detail = f"{len(cells)} cells where the header row has {len(names)}"
            if len(names) == 1:  # A banner of an export is above the names of the columns.
                detail += f" ({names[0]}); delete the lines above the names of the columns"
            yield Reject(opened.source_uri, number, None, "read", "bad_csv", detail)
        else:
            yield rows.record(_row(names, cells), number)


def _header(source: _Lines, fields: Fields) -> tuple[list[str], str]:
    """Read the names of the columns and the delimiter."""
    texts = _texts(source)
    first = next((line for line in texts if line.strip() and not _COMMENT.match(line)), None)
    stated = _STATED.fullmatch(first) if first is not None else None
    if stated is not None:
        first = next(texts, None)
    if first is None:
        raise BrokenError("empty", "the file has no header row")
    bare = _QUOTED.sub("", first)
    delimiter = stated[1] if stated is not None else max(_DELIMITERS, key=bare.count)
    try:
        cells = next(csv.reader(chain([first], texts), delimiter=delimiter))
    except csv.Error as error:
        raise BrokenError("malformed", f"the header row: {error}") from error
    names = [name.strip() for name in cells]
    if any(len(name) > _LONGEST_NAME or name.startswith(("http://", "https://")) for name in names):
        raise BrokenError(
            "malformed", "the first row is a document; add a header row with the column names"
        )
    known = {*fields.names(), *LOOKALIKES} - set(names)
    return [
        lower if (lower := name.lower()) in known and name not in fields.names() else name
        for name in names
    ], delimiter


def _texts(source: _Lines) -> Iterator[str]:
    for line in source:
        if isinstance(line, int):
            raise BrokenError("too_large", f"a line of {line:,} bytes; [limits] line_bytes")
        yield line


def _row(names: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """The cells by column name. If two columns have the same name, the filled cell is used.

    >>> _row(["title", "text"], ["NULL", "It rained."])
    {'title': '', 'text': 'It rained.'}
    """
    row: dict[str, object] = {}
    for name, cell in zip(names, cells, strict=False):
        if not row.get(name):
            row[name] = "" if cell in _MISSING else cell
    return row


class _Lines(Iterator[str | int]):
    """Text lines with their line ends, as the csv module needs them.

    For a line that is too long only its length is returned.
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._lines, self._encoding = lines(stream, limits.line_bytes), ""
        self._ahead: deque[bytes | int] = deque()
        self.n_lines = 0

    def __next__(self) -> str | int:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self.n_lines += 1
        if isinstance(line, int):
            return line
        return self._text(line).replace("\x00", "") + "\n"

    def _text(self, line: bytes) -> str:
        """Decode as UTF-8, or else by the encoding detected in the first lines that are not UTF-8."""
        if (text := _utf8(line)) is not None:
            return text
        try:
            if not self._encoding:
                sample = b"\n".join(self._not_utf8(line))
                self._encoding = decode.decode(sample, declared=None, html=False).encoding
            return decode.decode(line, declared=self._encoding, html=False).text
        except Refused as refused:
            raise BrokenError("misencoded", str(refused)) from refused

    def _not_utf8(self, line: bytes) -> Iterator[bytes]:
        """Yield this line and the next ones that are not UTF-8. A header row alone is too short."""
        yield line
        size = len(line)
        while size < _SAMPLE and (following := next(self._lines, None)) is not None:
            self._ahead.append(following)
            if isinstance(following, bytes) and _utf8(following) is None:
                size += len(following)
                yield following


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


FORMAT = Format("csv", (".csv", ".tsv", ".tab"), records)
