"""Read `.csv` and `.tsv`: a header row, then one document in each row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, buffered, lines
from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode

_DELIMITERS = ",;\t|"
_SAMPLE = 2**16


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the document of each row; quoted fields may contain line breaks.

    The delimiter is the one in the header row: comma, semicolon, tab or bar.
    """
    # The limit of the csv module applies to the whole process, which only reads inputs.
    csv.field_size_limit(max(csv.field_size_limit(), limits.line_bytes))
    source = _Lines(buffered(Inflated(opened.stream, limits)), limits)
    header = next(source, None)
    if header is None:
        raise BrokenError("empty", "no header row")
    delimiter = max(_DELIMITERS, key=header.count)
    try:
        names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
    except csv.Error as error:
        raise BrokenError("malformed", f"the header row: {error}") from error
    if len(names) > limits.parquet_columns:
        raise BrokenError("too_large", f"{len(names):,} columns")
    rows = RowReader.of(opened, fields, limits)
    reader = csv.reader(source, delimiter=delimiter)
    number = -1
    while True:
        source.n_row = 0
        try:
            cells = next(reader, None)
        except csv.Error as error:
            number += 1
            yield Reject(opened.source_uri, number, None, "read", "bad_csv", str(error)[:200])
            continue
        if cells is None:
            return
        if not any(cells):
            continue
        number += 1
        if len(cells) > len(names):
            detail = f"{len(cells)} cells where the header row has {len(names)}"
            yield Reject(opened.source_uri, number, None, "read", "bad_csv", detail)
            continue
        yield rows.record(dict(zip(names, cells, strict=False)), number)


class _Lines(Iterator[str]):
    """Text lines with their line ends, as the csv module needs them.

    A row may have at most the given number of bytes.
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._lines = lines(stream, limits.line_bytes)
        self._limits, self._encoding = limits, ""
        self.n_row = 0  # bytes of the current row

    def __next__(self) -> str:
        line = next(self._lines)
        if isinstance(line, int):
            raise BrokenError("too_large", f"a line of {line:,} bytes; [limits] line_bytes")
        self.n_row += len(line) + 1
        if self.n_row > self._limits.line_bytes:
            raise BrokenError(
                "too_large", "a row longer than [limits] line_bytes; is a quote missing?"
            )
        return self._text(line).replace("\x00", "") + "\n"

    def _text(self, line: bytes) -> str:
        """Decode as UTF-8, or else by the encoding detected in the first line that is not UTF-8."""
        try:
            return line.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        try:
            return decode.decode(line, declared=self._encoding or None, html=False).text
        except Refused as refused:
            raise BrokenError("misencoded", str(refused)) from refused


FORMAT = Format("csv", (".csv", ".tsv", ".tab"), records)
