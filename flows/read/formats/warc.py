"""`.warc`: what a crawler stored; the responses that are pages, a document each."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from copydesk.flows.read.fields import Fields, address, moment
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.formats.html import looks_like_page
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, whole

_PAGES = {"text/html", "application/xhtml+xml"}
_HEADER_BYTES = 2**16  # HTTP servers accept 8 to 64 kB
_CHUNK_LINE = re.compile(rb"[ \t]{0,9}([0-9A-Fa-f]{1,8})(?:;[^\r\n]{0,999})?\r?\n")


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The HTML responses; `record_number` counts every record of the file, requests and images too."""
    source = _UntilFault(Inflated(opened.stream, limits))
    archive = iter(_archive(source))
    number = -1
    while True:
        try:
            with _panics():
                record = next(archive, None)
        except (OSError, ValueError, RuntimeError) as error:
            raise source.fault or BrokenError(
                "corrupt", f"WARC, after record {number}: {error}"[:300]
            ) from error
        if record is None:
            break
        number += 1
        if record.record_type == WarcRecordType.response:
            url = address((record.headers.get("WARC-Target-URI") or "").strip("<> \t"))
            try:
                with _panics():
                    found = _response(record, limits)
            except BrokenError as error:
                yield Reject(opened.source_uri, number, url, "read", error.reason, error.detail)
                if error.reason == "truncated" and source.is_over:
                    return
            else:
                if found is not None:
                    body, charset = found
                    fetched_at = moment(record.headers.get("WARC-Date")) or opened.file_time
                    yield Record(opened.source_uri, number, body, "page", charset, url, fetched_at)
    if source.fault is not None:
        raise source.fault
    if number < 0:
        raise BrokenError("corrupt", "no WARC record found")


def _archive(source: _UntilFault) -> ArchiveIterator:
    return ArchiveIterator(
        source,
        record_types=WarcRecordType.any_type,
        parse_http=False,
        max_header_len=_HEADER_BYTES,
        fsspec_args=False,
        stream_detect=False,
    )


@contextmanager
def _panics() -> Iterator[None]:
    """Make a failed assertion inside the library, which Rust raises past `Exception`, a fault of the file."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise BrokenError("corrupt", f"WARC: {error}"[:300]) from error


def _response(record: WarcRecord, limits: Limits) -> tuple[bytes, str | None] | None:
    """The page of a response and its declared charset, or None where it is no page. Raises `BrokenError`."""
    try:
        # Decoding is done here: the library's would swallow a cut-off body and know no limit.
        record.parse_http(auto_decode="none", max_header_len=_HEADER_BYTES)
        headers = record.http_headers
        kind = (record.http_content_type or "").strip().lower()
        if headers is None or (kind and kind not in _PAGES):
            return None
        status = headers.status_code
        if status is not None and not 200 <= status < 300:
            raise BrokenError("http_status", f"the server answered {status}")
        raw = record.reader.read(limits.document_bytes + 1)
        n_left = record.content_length - len(raw)
    except BrokenError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise BrokenError("corrupt", f"the response cannot be read: {error}"[:300]) from error
    if len(raw) > limits.document_bytes:
        raise BrokenError(
            "too_large", f"more than {limits.document_bytes:,} bytes; [limits] document_bytes"
        )
    if n_left > 0:
        raise BrokenError("truncated", f"the record ends {n_left:,} bytes early")
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        raw = joined_chunks(raw)
    body = _unpacked(raw, (headers.get("Content-Encoding") or "").strip().lower(), limits)
    if not kind and not looks_like_page(body):
        return None
    return body, record.http_charset or None


def joined_chunks(raw: bytes) -> bytes:
    r"""The body that HTTP sent in chunks; what is in no chunks (crawlers join them and leave the header) as it is.

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
    if encoding in {
        "gzip",
        "x-gzip",
        "zstd",
    }:  # by its first bytes: crawlers that unpack leave the header as well
        return whole(Inflated(io.BytesIO(raw), limits), limits.document_bytes)
    if encoding == "deflate":
        for wbits in (15, -15):  # RFC 9110 means zlib; some servers send it bare
            try:
                unpacked = zlib.decompressobj(wbits).decompress(raw, limits.document_bytes + 1)
            except zlib.error:
                continue
            if len(unpacked) > limits.document_bytes:
                raise BrokenError(
                    "too_large",
                    f"more than {limits.document_bytes:,} bytes; [limits] document_bytes",
                )
            return unpacked
        return raw
    if encoding == "br" and not looks_like_page(raw):
        raise BrokenError("corrupt", "the response is packed with Brotli, which is not read")
    return raw


class _UntilFault:
    """A stream that ends where it breaks, so that what came before can be parsed; the fault is kept."""

    def __init__(self, source: Inflated) -> None:
        self._source = source
        self.fault: BrokenError | None = None
        self.is_over = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, b"" at the end or at the fault."""
        if self.is_over:
            return b""
        try:
            found = self._source.read(size)
        except BrokenError as fault:
            self.fault, found = fault, b""
        self.is_over = not found
        return found or b""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Where the stream stands, which the library asks for."""
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        """Where the stream stands."""
        return self._source.tell()

    def seekable(self) -> bool:
        """True: `seek` answers."""
        return True

    def readable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Nothing to do: whoever opened the file closes it."""


FORMAT = Format("warc", (".warc",), records, lambda head: head.startswith(b"WARC/"))
