"""Read `.txt`, `.md` and other text: each file is one text that another tool has extracted."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

from copydesk.flows.read.fields import Fields, RowReader
from copydesk.flows.read.formats import jsonl
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.markup import looks_like_page
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, whole
from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode

_ROBOTS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|#[^\n]{0,999}\n|(?:Sitemap|Host|Crawl-delay)\s{0,9}:[^\n]{0,999}\n){0,999}"
    rb"User-agent\s{0,9}:",
    re.IGNORECASE,
)


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the text of the file. A page that was saved as .txt is read as a page.

    A file whose first line is a record of JSON with a text is read as JSON Lines.
    """
    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    if _ROBOTS.match(body[:4096]):
        raise BrokenError("robots", "a robots.txt has rules for crawlers and is not an article")
    if _are_json_lines(body, fields, limits):
        yield from jsonl.records(replace(opened, stream=io.BytesIO(body)), fields, limits)
        return
    kind: Kind = "page" if looks_like_page(body) else "text"
    yield Record(opened.source_uri, None, body, kind, fetched_at=opened.file_time)


def _are_json_lines(body: bytes, fields: Fields, limits: Limits) -> bool:
    first, _, _ = body.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not first.startswith(b"{"):
        return False
    try:
        record = jsonl.parse(first, limits)
    except BrokenError:
        return False
    return any(record.get(name) for name in (*fields.html, *fields.text))


def markdown(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the text of a Markdown file without markup. Its fields come from the front matter."""
    from copydesk.flows.read import markdown_text  # The parser takes a tenth of a second to import.

    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    try:
        text = decode.decode(body, declared=None, html=False).text
    except Refused:
        yield Record(opened.source_uri, None, body, "text", fetched_at=opened.file_time)
        return
    row, text = markdown_text.parts(text)
    rows = RowReader(opened.source_uri, fields, limits, opened.file_time)
    yield rows.document(row, None, "text", markdown_text.plain(text))


FORMATS = (
    Format("text", (".txt", ".text", ".asc", ".rst"), records),
    Format("markdown", (".md", ".markdown", ".mdown"), markdown),
)
