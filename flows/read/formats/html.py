"""Read `.html`: each file is one saved page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import Inflated, whole

# Signatures of HTML in the MIME Sniffing Standard (WHATWG), without tags that also start text
# fragments.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,999}(?:<!--.{0,9999}?-->\s{0,999}){0,9}<(?:!doctype\s{1,9}html|html|head|\?xml)[\s>]",
    re.IGNORECASE | re.DOTALL,
)


def looks_like_page(head: bytes) -> bool:
    """Whether bytes start like a page.

    >>> looks_like_page(b"  <!DOCTYPE html><title>x</title>"), looks_like_page(b"<p>A line of text")
    (True, False)
    """
    return _PAGE.match(head[: 2**14]) is not None


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The page."""
    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    yield Record(opened.source_uri, None, body, "page", fetched_at=opened.file_time)


FORMAT = Format("html", (".html", ".htm", ".xhtml", ".shtml"), records, looks_like_page)
