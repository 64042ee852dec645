"""`.txt`: one text that another tool extracted, a file each."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import html
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.flows.read.streams import Inflated, whole


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The file's text; a page that was saved as .txt is read as the page it is."""
    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    kind: Kind = "page" if html.looks_like_page(body) else "text"
    yield Record(opened.source_uri, None, body, kind, fetched_at=opened.file_time)


FORMAT = Format("text", (".txt", ".text"), records)
