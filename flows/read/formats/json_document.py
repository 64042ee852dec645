"""Read `.json`: one object, an array of objects, or one object on each line."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from copydesk.flows.read.field_values import kind_of
from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.formats.json_depth import LONG_NUMBER, levels, too_deep
from copydesk.flows.read.formats.text_lines import text_bytes
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError

_PIECE = 2**18
_LONGEST_OPENING = 4096  # characters; arbitrary
_LONGEST_LITERAL = 16  # characters; "-Infinity" and an escaped character are shorter
_BLANK = " \t\r\n\ufeff"
# An array of objects, or an object that is not on one line.
_OPENING = re.compile(rb"\[\s{0,999}[{\]]|\{[ \t\r]{0,99}\n\s{0,999}[\"}]")
# Keys under which an API response or a dump wraps its list of documents.
_LISTS = (
    "articles",
    "documents",
    "docs",
    "items",
    "results",
    "data",
    "records",
    "hits",
    "entries",
    "stories",
    "posts",
    "news",
    "edges",
    "nodes",
)
_ENVELOPES = ("response", "result", "payload", "feed")  # objects around such a list


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield a document for each element of an array, or for each object of a sequence.

    If an object has no text but a list under `articles`, `items`, `results` or a similar key, the
    elements of that list are the documents. An element may hold its fields in an object of its own,
    such as `_source` or `node`. One value is read at a time, of at most `[limits]
    line_bytes`. A damaged element of an array becomes a row of `rejects`, and reading continues at
    the next object that looks like the element before.
    """
    yield from values(text_bytes(opened.stream, limits), opened, fields, limits)


def values(
    stream: BinaryIO, opened: Opened, fields: Fields, limits: Limits
) -> Iterator[Record | Reject]:
    """Yield the documents of a stream of JSON text in UTF-8, as `records` describes it."""
    rows = RowReader.of(opened, fields, limits)
    for number, item in enumerate(_unwrapped(_values(stream, limits), rows)):
        if isinstance(item, BrokenError):
            yield Reject(opened.source_uri, number, None, "read", item.reason, item.detail)
        elif isinstance(item, dict):
            yield rows.record(item, number)
        else:
            detail = f"a record must be a JSON object, not {kind_of(item)}"
            yield Reject(opened.source_uri, number, None, "read", "wrong_type", detail)


def _unwrapped(values: Iterator[object], rows: RowReader) -> Iterator[object]:
    for value in values:
        listed = _listed(value, rows) if isinstance(value, dict) else value
        if not isinstance(listed, list):
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
    for name in (*_LISTS, *_ENVELOPES):
        inner = value.get(name)
        if isinstance(inner, dict) and (nested := _listed(inner, rows)) is not None:
            return nested
    by_id = list(value.values())
    if by_id and all(isinstance(item, dict) and rows.has_body(item) for item in by_id):
        return by_id
    return None


def _values(stream: BinaryIO, limits: Limits) -> Iterator[object]:
    """Yield the values of the file in order, and the elements of an outer array one by one."""
    text = _Text(stream, limits)
    is_array = text.accept("[")
    n_values = 0
    is_found = False  # whether the next value was searched for after damage
    while not text.is_over():
        if is_array and text.accept("]"):
            is_array = False
            continue
        try:
            if n_values and is_array and not is_found and not text.accept(","):
                detail = f"a comma is missing after value {n_values:,} of the array"
                raise BrokenError("bad_json", detail)
            if n_values and text.accept(",") and text.is_over():
                break  # There is a comma after the last of several objects.
            if is_array and n_values and text.accept("]"):
                is_array = False  # There is a comma after the last value of the array.
                continue
            yield text.value()
            is_found = False
        except BrokenError as error:
            is_found = is_array and text.seek_value_like_the_last()
            is_one_a_line = not is_array and error.reason == "bad_json"
            if not is_found and not (is_one_a_line and text.skip_line()):
                raise
            yield error
        n_values += 1
    if is_array:
        raise BrokenError("truncated", "the JSON array has no end")


class _Text:
    """JSON text from which the standard library's decoder reads one value at a time."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._decoder = json.JSONDecoder(strict=False)
        self._raw, self._at = b"", 0  # text that was read but not decoded yet
        self._text, self._is_ended = "", False
        self._names: list[str] = []  # of the last object, in order

    def is_over(self) -> bool:
        """Whether only white space is left."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return False
            if not self._more():
                return True

    def accept(self, mark: str) -> bool:
        """Consume the next character if it is `mark`; return whether it was."""
        if self.is_over() or self._text[self._at] != mark:
            return False
        self._at += 1
        return True

    def skip_line(self) -> bool:
        """Skip past the next line feed, and return whether there was one."""
        end = self._text.find("\n", self._at)
        self._at = end + 1 if end >= 0 else len(self._text)
        return end >= 0

    def seek_value_like_the_last(self) -> bool:
        """Move to the next object with names as in the last one, and return whether there is one.

        The search starts at the current character. The object must have the same first name,
        and half of the other names, so that an object inside a damaged one is rarely taken for a
        value of the array.
        """
        if not self._names:
            return False
        names = set(self._names)
        first = "|".join(
            re.escape(json.dumps(self._names[0], ensure_ascii=is_escaped))
            for is_escaped in (True, False)
        )
        opening = re.compile(rf"\{{\s{{0,99}}(?:{first})\s{{0,9}}:")
        while True:
            while found := opening.search(self._text, self._at):
                self._at = found.start()
                with contextlib.suppress(BrokenError):
                    value, _ = self._decoded()
                    if isinstance(value, dict) and 2 * len(names & value.keys()) >= len(names):
                        return True
                self._at += 1
            self._at = max(self._at, len(self._text) - _LONGEST_OPENING)
            if not self._more():
                return False

    def value(self) -> object:
        """Return the next value. Raises `BrokenError` if it is not JSON, too deep or too long."""
        self.is_over()
        value, end = self._decoded()
        length = end - self._at
        self._at = end
        most = self._limits.json_depth
        if length > most and isinstance(value, dict | list) and levels(value) > most:
            raise too_deep(most)
        if isinstance(value, dict):
            self._names = list(value)
        return value

    def _decoded(self) -> tuple[object, int]:
        """The value at the current position, and where it ends. More text is read as needed."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise too_deep(self._limits.json_depth) from error
            except json.JSONDecodeError as error:
                is_open = error.msg.startswith("Unterminated") or (
                    error.pos > len(self._text) - _LONGEST_LITERAL
                )
                if not (is_open and self._more(double=True)):
                    raise BrokenError("bad_json", str(error)[:200]) from error
                continue
            except ValueError as error:
                raise BrokenError("bad_json", LONG_NUMBER) from error
            # A number may continue in the next chunk.
            if end < len(self._text) or not self._more():
                return value, end

    def _more(self, *, double: bool = False) -> bool:
        """Read another chunk.

        With `double` the chunk is as long as the buffer, so that a long value is not tried too often.
        """
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


def recognises(head: bytes) -> bool:
    """Whether a file starts with an array of objects, or with an object of several lines."""
    text = head.lstrip(b" \t\r\n\xef\xbb\xbf")
    return _OPENING.match(text) is not None


FORMAT = Format("json", (".json",), records, recognises)
