"""Read `.html`: each file is one saved page."""

from __future__ import annotations

from collections.abc import Iterator

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.markup import looks_like_page
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import Inflated, whole


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The page."""
    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    yield Record(opened.source_uri, None, body, "page", fetched_at=opened.file_time)


FORMAT = Format("html", (".html", ".htm", ".xhtml", ".shtml"), records, looks_like_page)
