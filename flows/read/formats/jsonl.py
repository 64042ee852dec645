"""Read `.jsonl` and `.ndjson`: one JSON object, a document, on each line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, buffered, lines

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)

_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the document of each line. Blank lines are skipped but counted."""
    rows = RowReader.of(opened, fields, limits)
    number = opened.first_number - 1
    for number, line in enumerate(
        lines(buffered(Inflated(opened.stream, limits)), limits.line_bytes), opened.first_number
    ):
        if isinstance(line, int):
            detail = f"a line of {line:,} bytes; [limits] line_bytes is {limits.line_bytes:,}"
            yield Reject(opened.source_uri, number, None, "read", "too_large", detail, line)
        elif line.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            try:
                yield rows.record(parse(line, limits), number)
            except BrokenError as error:
                yield Reject(
                    opened.source_uri, number, None, "read", error.reason, error.detail, len(line)
                )
    opened.next_number = number + 1


def parse(line: bytes, limits: Limits) -> dict[str, object]:
    """Parse the object of a line. Raises `BrokenError` with bad_json, too_deep or wrong_type."""
    most = limits.json_depth
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BrokenError(
            "misencoded", f"JSON must be UTF-8: {error.reason} at byte {error.start:,}"
        ) from error
    except (ValueError, RecursionError) as error:  # the parser stops at a thousand levels
        if depth(line, most) > most:
            raise _too_deep(most) from error
        raise BrokenError("bad_json", str(error)[:200]) from error
    # A page contains many brackets, but inside a string, so the parsed value is checked instead of
    # the line.
    if line.count(b"[") + line.count(b"{") > most and levels(found) > most:
        raise _too_deep(most)
    if not isinstance(found, dict):
        raise BrokenError(
            "wrong_type", f"a record must be a JSON object, not {type(found).__name__}"
        )
    return found


def _too_deep(most: int) -> BrokenError:
    return BrokenError("too_deep", f"brackets nest deeper than [limits] json_depth, {most}")


def levels(found: object) -> int:
    """The nesting depth of objects and lists.

    >>> levels({"a": [1, "]]] [[["]})
    2
    """
    n_levels, level = 0, [found]
    while level := [item for item in level if isinstance(item, dict | list)]:
        n_levels += 1
        level = [
            inner for item in level for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return n_levels


def depth(line: bytes, enough: int) -> int:
    """The nesting depth of the brackets in a JSON text; counting stops beyond `enough`.

    >>> depth(b'{"a": [1, "]]] [[["]}', 100)
    2
    """
    level = deepest = 0
    for bracket in _STRING.sub(b"", line).translate(None, _NO_BRACKETS):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
        if deepest > enough:
            break
    return deepest


def _recognises(head: bytes) -> bool:
    return head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith((b'{"', b"{ "))


FORMAT = Format("jsonl", (".jsonl", ".ndjson", ".jsonlines", ".jl"), records, _recognises)
