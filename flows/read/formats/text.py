"""Read `.txt`, `.md` and other text: each file is one text that another tool has extracted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copydesk.flows.read.fields import Fields, RowReader, address
from copydesk.flows.read.formats import html
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, whole
from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode

_ROBOTS = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|#[^\n]{0,999}\n){0,999}User-agent\s{0,9}:", re.IGNORECASE
)


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the text of the file. A page that was saved as .txt is read as a page."""
    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    if _ROBOTS.match(body[:4096]):
        raise BrokenError("robots", "a robots.txt speaks to crawlers and holds no article")
    kind: Kind = "page" if html.looks_like_page(body) else "text"
    yield Record(opened.source_uri, None, body, kind, fetched_at=opened.file_time)


def markdown(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the text of a Markdown file without markup; YAML front matter gives the fields."""
    from copydesk.flows.read import markdown_text  # The parser takes a tenth of a second to import.

    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    try:
        text = decode.decode(body, declared=None, html=False).text
    except Refused:
        yield Record(opened.source_uri, None, body, "text", fetched_at=opened.file_time)
        return
    row, text = markdown_text.parts(text)
    given = RowReader(opened.source_uri, fields, limits).given(row)
    plain = markdown_text.plain(text)
    yield Record(
        opened.source_uri,
        None,
        plain.encode(),
        "text",
        "utf-8",
        address(row.get("url") or row.get("canonical_url")),
        opened.file_time,
        given,
    )


FORMATS = (
    Format("text", (".txt", ".text", ".asc", ".rst"), records),
    Format("markdown", (".md", ".markdown", ".mdown"), markdown),
)
