"""Read `.html`: each file is one saved page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import json_document
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.markup import looks_like_page
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import Inflated, whole

# An object with a name, perhaps in an array.
_JSON = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,999}(?:\[\s{0,999})?\{\s{0,999}\"[^\"\n]{1,200}\"\s{0,99}:"
)


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The page. An answer in JSON that was saved as .html is read as `.json`."""
    body = whole(Inflated(opened.stream, limits), limits.document_bytes)
    if _is_json(body):
        yield from json_document.records(replace(opened, stream=io.BytesIO(body)), fields, limits)
        return
    yield Record(opened.source_uri, None, body, "page", fetched_at=opened.file_time)


def _is_json(body: bytes) -> bool:
    """Whether a file is one or several values of JSON. A page of plain text may begin with a bracket.

    >>> _is_json(b'{"title": "Rain"}'), _is_json(b"[Rain] It rained."), _is_json(b"<p>{}</p>")
    (True, False, False)
    """
    return _JSON.match(body) is not None


FORMAT = Format("html", (".html", ".htm", ".xhtml", ".shtml"), records, looks_like_page)
