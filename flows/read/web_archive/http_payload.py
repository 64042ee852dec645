"""The content of a WARC record: the page of an HTTP response, a resource, or converted text."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message

from fastwarc.stream_io import BrotliReader
from fastwarc.warc import HeaderMap, WarcRecord

from copydesk.flows.read.limits import Limits
from copydesk.flows.read.markup import looks_like_page
from copydesk.flows.read.record import Kind
from copydesk.flows.read.streams import BrokenError, Inflated, packing, whole
from copydesk.transforms import mining_reservation

HEADER_BYTES = 2**16  # HTTP servers accept 8 to 64 kB
_PAGES = {"text/html", "application/xhtml+xml"}
_TEXTS = {"text/plain", "text/markdown"}
# Types that servers send for files whose type they do not know. The first bytes of the content then
# decide whether it is a page.
_VAGUE = {
    "",
    "*/*",
    "text/plain",
    "application/octet-stream",
    "application/unknown",
    "unknown/unknown",
}
_PLAIN_GZIP = b"\x1f\x8b\x08\x00"  # a gzip head without optional fields
_GZIP_HEAD = 10  # bytes
_CHUNK_LINE = re.compile(rb"[ \t]{0,9}([0-9A-Fa-f]{1,8})(?:;[^\r\n]{0,999})?\r?\n")
_HTTP_HEAD = re.compile(rb"HTTP/[^\r\n]{1,999}\r?\n(?:[^\n]{1,65535}\n){0,999}?\r?\n")
_BARE_LINE = re.compile(rb"(?<!\r)\n")
_BARE_FEED = re.compile(r"(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of a document, their kind, and the declared charset and mining reservation."""

    body: bytes
    kind: Kind
    charset: str | None
    tdm_reserved: bool | None = None


class UnreadHeadError(ValueError):
    """A response that the HTTP parser cannot read: its head has bare line feeds or is missing."""


def with_whole_line_ends(block: bytes) -> bytes:
    r"""Return an HTTP response with CRLF in its head if it has bare line feeds.

    A reader may accept those by RFC 9112, section 2.2.

    >>> with_whole_line_ends(b"HTTP/1.1 200 OK\nA: b\n\n<p>\n")
    b'HTTP/1.1 200 OK\r\nA: b\r\n\r\n<p>\n'
    """
    head = _HTTP_HEAD.match(block)
    if head is None:
        return block
    return _BARE_LINE.sub(b"\r\n", head[0]) + block[head.end() :]


def page(record: WarcRecord, limits: Limits) -> Payload | str:
    """Return the page of a response, or the reason to skip it.

    Raises `BrokenError`, `UnreadHeadError`.
    """
    with _faults_of_the_response():
        # The library would hide that a body is truncated, and it has no limit. So this code decodes.
        record.parse_http(auto_decode="none", max_header_len=HEADER_BYTES)
        headers = record.http_headers
        if headers is None:  # Some crawlers store only the body. The record has the type then.
            return resource(record, limits)
        if _is_unread(headers):
            raise UnreadHeadError
        kind = (record.http_content_type or "").strip().lower()
    is_page = kind in _PAGES
    is_vague = kind in _VAGUE or "/" not in kind
    status = headers.status_code
    is_success = status is None or 200 <= status < 300
    if kind and not is_page and not (is_vague and is_success):
        return "not_html"
    if not is_success:
        raise BrokenError("http_status", f"the server answered {status}")
    try:
        with _faults_of_the_response():
            raw = _content(record, limits)
    except BrokenError as error:
        if error.reason == "too_large" and kind and is_vague:
            return "not_html"
        raise
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        raw = joined_chunks(raw)
    body = _unpacked(raw, (headers.get("Content-Encoding") or "").strip().lower(), limits)
    if is_vague and not looks_like_page(body):
        return "not_html"
    return Payload(body, "page", record.http_charset or None, _reserved(headers))


@contextmanager
def _faults_of_the_response() -> Iterator[None]:
    """Raise the library's errors as `BrokenError`, or as `UnreadHeadError` for the head."""
    try:
        yield
    except (BrokenError, UnreadHeadError):
        raise
    except (OSError, ValueError, RuntimeError) as error:
        if "header length" in str(error):  # The parser did not find the end of the head.
            raise UnreadHeadError from error
        raise BrokenError("corrupt", f"the response cannot be read: {error}"[:300]) from error


def _is_unread(headers: HeaderMap) -> bool:
    """Whether lines of the head were read as one, or the first line is not that of a response."""
    status = headers.status_line or ""
    if not status.startswith("HTTP/"):
        return True
    return "\n" in status or any(_BARE_FEED.search(value) for _, value in headers.items())


def _reserved(headers: HeaderMap) -> bool | None:
    """Whether the response reserves mining.

    If the header of the TDM reservation protocol is missing, the robots directives decide.
    """
    stated = mining_reservation.by_protocol(headers.get("tdm-reservation"))
    if stated is not None:
        return stated
    return mining_reservation.by_robots(
        value for name, value in headers.items() if name.lower() == "x-robots-tag"
    )


def resource(record: WarcRecord, limits: Limits) -> Payload | str:
    """Return a page or text without an HTTP head, or the reason to skip it. Raises `BrokenError`.

    The Content-Type of the record decides.
    """
    media, charset = _media(record)
    if media and media not in _PAGES | _TEXTS:
        return "not_html"
    raw = _content(record, limits)
    is_page = media in _PAGES or looks_like_page(raw)
    if not media and not is_page:
        return "not_html"
    return Payload(raw, "page" if is_page else "text", charset)


def conversion(record: WarcRecord, limits: Limits) -> Payload | str:
    """Return the text of a conversion (WET), which is UTF-8 as in the standard.

    Raises `BrokenError`.
    """
    media, charset = _media(record)
    if media and media not in _PAGES | _TEXTS:
        return "not_html"
    raw = _content(record, limits)
    is_page = media in _PAGES or (not media and looks_like_page(raw))
    return Payload(raw, "page" if is_page else "text", charset or "utf-8")


def _media(record: WarcRecord) -> tuple[str, str | None]:
    message = Message()
    message["Content-Type"] = (record.headers.get("Content-Type") or "").strip()[:999]
    declared = message.get_content_type() if message["Content-Type"] else ""
    charset = message.get_param("charset")
    return declared, charset if isinstance(charset, str) else None


def _content(record: WarcRecord, limits: Limits) -> bytes:
    raw = bytes(record.reader.read(limits.document_bytes + 1))
    if len(raw) > limits.document_bytes:
        detail = f"more than {limits.document_bytes:,} bytes ([limits] document_bytes)"
        raise BrokenError("too_large", detail)
    n_left = record.content_length - len(raw)
    if n_left > 0:
        raise BrokenError("truncated", f"the record ends {n_left:,} bytes early")
    return raw


def joined_chunks(raw: bytes) -> bytes:
    r"""Join the chunks of an HTTP body.

    A body without chunks is returned unchanged. Crawlers join the chunks but leave the header as it
    was.

    >>> joined_chunks(b"5\r\nrain \r\n3;x=y\r\nfel\r\n0\r\n\r\n")
    b'rain fel'
    >>> joined_chunks(b"<p>rain</p>")
    b'<p>rain</p>'
    """
    body: list[bytes] = []
    position = 0
    while line := _CHUNK_LINE.match(raw, position):
        size = int(line[1], 16)
        if size == 0:
            return b"".join(body)
        body.append(raw[line.end() : line.end() + size])
        position = line.end() + size
        position += (
            2 if raw.startswith(b"\r\n", position) else 1 if raw.startswith(b"\n", position) else 0
        )
    if not body:
        return raw
    if position >= len(raw):
        return b"".join(body)
    raise BrokenError("corrupt", f"a chunk of the response has no length at byte {position:,}")


def _unpacked(raw: bytes, encoding: str, limits: Limits) -> bytes:
    """Decompress a body by its Content-Encoding. The encoding that was applied last is undone first.

    A body that is not compressed is returned unchanged, because some crawlers decompress the body
    but leave the header as it was. Other crawlers drop the header but leave the body compressed,
    which its first bytes show.
    """
    for name in reversed(encoding.split(",")):
        raw = _decoded(raw, name.strip(), limits)
    return raw


def _decoded(raw: bytes, encoding: str, limits: Limits) -> bytes:
    if encoding not in {"br", "deflate"} and packing(raw) in {"gzip", "zstd"}:
        complete = _without_trailer(raw, limits)
        if complete is not None:
            return complete
        return whole(Inflated(io.BytesIO(raw), limits), limits.document_bytes)
    if encoding == "deflate":
        for wbits in (15, -15):  # RFC 9110 requires zlib; some servers send bare deflate data
            try:
                unpacked = zlib.decompressobj(wbits).decompress(raw, limits.document_bytes + 1)
            except zlib.error:
                continue
            return _bounded(unpacked, limits)
        return raw
    if encoding == "br" and not looks_like_page(raw):
        try:
            return _bounded(
                bytes(BrotliReader(io.BytesIO(raw)).read(limits.document_bytes + 1)), limits
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise BrokenError("corrupt", f"Brotli data is damaged: {error}"[:300]) from error
    return raw


def _without_trailer(raw: bytes, limits: Limits) -> bytes | None:
    """The body of a gzip response without the trailer or a part of it, or None if it is no such.

    Some servers close the connection early. Browsers do not need the trailer either.
    """
    if not raw.startswith(_PLAIN_GZIP):
        return None
    member = zlib.decompressobj(-15)
    try:
        unpacked = member.decompress(raw[_GZIP_HEAD:], limits.document_bytes + 1)
    except zlib.error:
        return None
    return _bounded(unpacked, limits) if member.eof and len(member.unused_data) < 8 else None


def _bounded(body: bytes, limits: Limits) -> bytes:
    if len(body) > limits.document_bytes:
        detail = f"more than {limits.document_bytes:,} bytes ([limits] document_bytes)"
        raise BrokenError("too_large", detail)
    return body
