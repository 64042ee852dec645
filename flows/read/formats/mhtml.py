"""Read `.mhtml`: a page that a browser saved with its images as a MIME message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from typing import cast

from copydesk.flows.read.field_values import address, moment
from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, whole

_PAGES = ("text/html", "application/xhtml+xml")


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the root page of the message, with the address and date of the message."""
    raw = whole(Inflated(opened.stream, limits), limits.line_bytes)
    message = cast(EmailMessage, message_from_bytes(raw, policy=policy.compat32))
    part = _root(message)
    if part is None:
        raise BrokenError("no_page", "no part of the message is HTML")
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        raise BrokenError("corrupt", "the HTML part cannot be decoded")
    if len(body) > limits.document_bytes:
        raise BrokenError("too_large", f"{len(body):,} bytes, more than [limits] document_bytes")
    charset = part.get_param("charset")
    url = address(
        _header(message, "Snapshot-Content-Location") or _header(part, "Content-Location")
    )
    if url is not None and not url.lower().startswith(("http://", "https://")):
        url = None
    yield Record(
        opened.source_uri,
        None,
        body,
        "page",
        charset if isinstance(charset, str) else None,
        url,
        _date(str(message.get("Date") or "")) or opened.file_time,
    )


def _root(message: EmailMessage) -> EmailMessage | None:
    """The HTML part that the message names as its root, or else the first one (RFC 2387, 3.2).

    The other HTML parts are the frames of the page.
    """
    pages = [p for p in message.walk() if p.get_content_type() in _PAGES]
    start, saved = message.get_param("start"), _header(message, "Snapshot-Content-Location")
    for page in pages:
        is_start = bool(start) and _header(page, "Content-ID") == str(start).strip()
        if is_start or (not start and saved and _header(page, "Content-Location") == saved):
            return page
    return pages[0] if pages else None


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "").strip()


def _date(printed: str) -> datetime | None:
    try:
        return moment(parsedate_to_datetime(printed))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _recognises(head: bytes) -> bool:
    return b"multipart/related" in head[:2048].lower() and b"MIME-Version:" in head[:2048]


FORMAT = Format("mhtml", (".mhtml", ".mht"), records, _recognises)
