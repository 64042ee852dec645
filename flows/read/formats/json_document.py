"""`.json`: one object, an array of objects, or an object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats import jsonl
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, buffered

_PIECE = 2**18
_BLANK = " \t\r\n\ufeff"
# Where an object wraps a list of documents: the answer of an interface, a dump with a head.
_LISTS = ("articles", "documents", "docs", "items", "results", "data", "records", "hits", "entries")


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The documents: of an array, each element; of objects one after the other, each object.

    An object without a text whose `articles`, `items`, `results` or the like is a list means
    that list. The file is read a value at a time, each at most `[limits] line_bytes` long.
    """
    rows = RowReader.of(opened, fields, limits)
    for number, item in enumerate(_unwrapped(_values(opened, limits), rows)):
        if isinstance(item, BrokenError):
            yield Reject(opened.source_uri, number, None, "read", item.reason, item.detail)
        elif isinstance(item, dict):
            yield rows.record(item, number)
        else:
            detail = f"a record must be a JSON object, not {type(item).__name__}"
            yield Reject(opened.source_uri, number, None, "read", "wrong_type", detail)


def _unwrapped(values: Iterator[object], rows: RowReader) -> Iterator[object]:
    for value in values:
        listed = _listed(value, rows) if isinstance(value, dict) else None
        if listed is None:
            yield value
        else:
            yield from listed


def _listed(value: Mapping[str, object], rows: RowReader) -> list[object] | None:
    if rows.has_body(value):
        return None
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            return inner
        if isinstance(inner, dict) and (nested := _listed(inner, rows)) is not None:
            return nested
    return None


def _values(opened: Opened, limits: Limits) -> Iterator[object]:
    """The values of the file in order, those of an outer array one by one."""
    text = _Text(buffered(Inflated(opened.stream, limits)), limits)
    is_array = text.takes("[")
    n_values = 0
    while not text.is_over():
        if is_array and text.takes("]"):
            is_array = False
            continue
        if n_values and is_array and not text.takes(","):
            raise BrokenError(
                "bad_json", f"a comma is missing after value {n_values:,} of the array"
            )
        try:
            yield text.value()
        except BrokenError as error:
            if is_array or error.reason != "bad_json" or not text.skip_line():
                raise
            yield error  # an object a line: the next line may be whole
        n_values += 1
    if is_array:
        raise BrokenError("truncated", "the JSON array has no end")


class _Text:
    """A JSON text read a value at a time by the standard library's decoder."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._decoder = json.JSONDecoder()
        self._raw, self._at = b"", 0  # what is read and not yet decoded
        self._text, self._is_ended = "", False

    def is_over(self) -> bool:
        """Whether only white space is left."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return False
            if not self._more():
                return True

    def takes(self, mark: str) -> bool:
        """Whether the next character is the mark, which is then passed."""
        if self.is_over() or self._text[self._at] != mark:
            return False
        self._at += 1
        return True

    def skip_line(self) -> bool:
        """Go behind the next line feed; False where there is none."""
        end = self._text.find("\n", self._at)
        self._at = end + 1 if end >= 0 else len(self._text)
        return end >= 0

    def value(self) -> object:
        """The next value. Raises `BrokenError` where it is no JSON, too deep or too long."""
        self.is_over()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self._too_deep() from error
            except json.JSONDecodeError as error:
                if not self._more(double=True):
                    raise BrokenError("bad_json", str(error)[:200]) from error
                continue
            # A number may go on in the next piece.
            if end < len(self._text) or not self._more():
                break
        length = end - self._at
        self._at = end
        most = self._limits.json_depth
        if length > most and isinstance(value, dict | list) and jsonl.levels(value) > most:
            raise self._too_deep()
        return value

    def _too_deep(self) -> BrokenError:
        most = self._limits.json_depth
        return BrokenError("too_deep", f"brackets nest deeper than [limits] json_depth, {most}")

    def _more(self, *, double: bool = False) -> bool:
        """Read on: a piece, or as much again as there is, so that a long value is not decoded too often."""
        if self._is_ended:
            return False
        pending = self._text[self._at :]
        if len(pending) > self._limits.line_bytes:
            raise BrokenError("too_large", "a value longer than [limits] line_bytes")
        piece = self._stream.read(max(_PIECE, len(pending)) if double else _PIECE)
        self._is_ended = not piece
        raw = self._raw + piece
        try:
            text = raw.decode("utf-8")
            self._raw = b""
        except UnicodeDecodeError as error:
            if self._is_ended or error.start < len(raw) - 3:
                detail = f"JSON must be UTF-8: {error.reason}"
                raise BrokenError("misencoded", detail) from error
            text, self._raw = raw[: error.start].decode("utf-8"), raw[error.start :]
        self._text, self._at = pending + text, 0
        return bool(piece)


def _recognises(head: bytes) -> bool:
    text = head.lstrip(b" \t\r\n\xef\xbb\xbf")
    return text.startswith(b"[") and text[1:].lstrip(b" \t\r\n").startswith(b"{")


FORMAT = Format("json", (".json",), records, _recognises)
