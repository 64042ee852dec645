"""Read `.jsonl` and `.ndjson`: each line is a JSON object with one document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from copydesk.flows.read.field_values import kind_of
from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats import html, json_document
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.formats.json_depth import LONG_NUMBER, depth, levels, too_deep
from copydesk.flows.read.formats.text_lines import is_recoded, lines, text_bytes, with_line_feeds
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.markup import looks_like_page
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, buffered

_SEPARATOR = b"\x1e"  # before each record of a JSON text sequence (RFC 7464)
_BLANK = b" \t\r\n\x00\xef\xbb\xbf" + _SEPARATOR
# The decoder is not strict, because strings in dumps contain tabs and line feeds that are not escaped.
_DECODER = json.JSONDecoder(strict=False)


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the document of each line. Blank lines are skipped but counted.

    A file that holds an array, or objects of several lines, is read as `.json`, and a page as
    `.html`. If a gzip member or zstd frame is damaged, reading continues at the next one that starts
    with an object.
    """
    stream = with_line_feeds(text_bytes(opened.stream, limits))
    if not opened.first_number:
        if json_document.recognises(stream.peek()):
            yield from json_document.values(stream, opened, fields, limits)
            return
        if _is_page(stream.peek()):
            yield from html.records(replace(opened, stream=stream), fields, limits)
            return
    following, is_whole = opened.first_number, not is_recoded(stream)
    while True:
        try:
            for number, item in _items(stream, opened, fields, limits, following):
                following = number + 1
                if item is not None:
                    yield item
            break
        except BrokenError as fault:
            source = stream.detach()
            if not (isinstance(source, Inflated) and source.resume(b"{")):
                raise
            for detail in (
                f"{fault.detail}; reading went on at byte {source.offset(source.member):,}",
                *(f"damaged data at byte offset {offset:,}" for offset in source.passed_over),
            ):
                yield Reject(opened.source_uri, following, None, "read", fault.reason, detail)
                following += 1
            stream, is_whole = buffered(source), False
    if is_whole:
        opened.next_number = following


def _is_page(head: bytes) -> bool:
    """Whether a file is a page. A page in the first line and an object in the next one is a damaged line."""
    _, _, below = head.partition(b"\n")
    return looks_like_page(head) and not below.lstrip(_BLANK).startswith(b"{")


def _items(
    stream: BinaryIO, opened: Opened, fields: Fields, limits: Limits, first: int
) -> Iterator[tuple[int, Record | Reject | None]]:
    """Yield the number of each line and its document, or None if the line is blank."""
    rows = RowReader.of(opened, fields, limits)
    for number, line in enumerate(lines(stream, limits.line_bytes), first):
        item: Record | Reject | None = None
        if isinstance(line, int):
            detail = f"a line of {line:,} bytes; [limits] line_bytes is {limits.line_bytes:,}"
            item = Reject(opened.source_uri, number, None, "read", "too_large", detail, line)
        elif line.strip(_BLANK):
            try:
                item = rows.record(parse(line.lstrip(_SEPARATOR), limits), number)
            except BrokenError as error:
                item = Reject(
                    opened.source_uri, number, None, "read", error.reason, error.detail, len(line)
                )
        yield number, item


def parse(line: bytes, limits: Limits) -> dict[str, object]:
    """Parse the object of a line. Raises `BrokenError` with bad_json, too_deep or wrong_type."""
    most = limits.json_depth
    try:
        found = _DECODER.decode(line.decode("utf-8-sig").rstrip().removesuffix(","))
    except UnicodeDecodeError as error:
        raise BrokenError(
            "misencoded", f"JSON must be UTF-8: {error.reason} at byte {error.start:,}"
        ) from error
    except (ValueError, RecursionError) as error:  # The parser fails at a thousand levels.
        if depth(line, most) > most:
            raise too_deep(most) from error
        detail = str(error)[:200] if isinstance(error, json.JSONDecodeError) else LONG_NUMBER
        if detail.startswith("Extra data"):
            detail += "; if the line holds several objects, name the file .json"
        raise BrokenError("bad_json", detail) from error
    # A page in a string may contain many brackets, so the parsed value is checked, not the line.
    if line.count(b"[") + line.count(b"{") > most and levels(found) > most:
        raise too_deep(most)
    if not isinstance(found, dict):
        raise BrokenError("wrong_type", f"a record must be a JSON object, not {kind_of(found)}")
    return found


def _recognises(head: bytes) -> bool:
    return head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith((b'{"', b"{ "))


FORMAT = Format("jsonl", (".jsonl", ".ndjson", ".jsonlines", ".jl"), records, _recognises)
