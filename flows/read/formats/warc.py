"""`.warc`: what a crawler stored; the responses that are pages, a document each."""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from copydesk.flows.read.fields import Fields, moment
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, buffered

_PAGES = {"text/html", "application/xhtml+xml"}
_HEADER_BYTES = 2**16  # HTTP servers accept 8 to 64 kB


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """The HTML responses; `record_number` counts every record of the file, requests and images too."""
    source = buffered(Inflated(opened.stream, limits))
    archive = ArchiveIterator(
        source, record_types=WarcRecordType.any_type, parse_http=False, auto_decode="none", max_header_len=_HEADER_BYTES,
        fsspec_args=False, stream_detect=False,
    )  # fmt: skip
    number = -1
    try:
        for number, record in enumerate(archive):
            if record.record_type == WarcRecordType.response:
                found = _response(record, number, opened, limits)
                if found is not None:
                    yield found
    except (ValueError, RuntimeError) as error:
        if isinstance(error, BrokenError):
            raise
        raise BrokenError("corrupt", f"WARC, after record {number}: {error}"[:300]) from error
    except OSError as error:
        raise _cause(error, number) from error
    if number < 0:
        raise BrokenError("corrupt", "no WARC record found")


def _response(record: WarcRecord, number: int, opened: Opened, limits: Limits) -> Record | Reject | None:
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> \t") or None
    try:
        record.parse_http(auto_decode="all")
        headers = record.http_headers
        if headers is None or not _is_page(record):
            return None
        status = headers.status_code
        if status is not None and not 200 <= status < 300:
            return Reject(opened.source_uri, number, url, "read", "http_status", f"the server answered {status}", None)
        body = record.reader.read(limits.document_bytes + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        return Reject(opened.source_uri, number, url, "read", "corrupt", f"the response cannot be unpacked: {error}"[:300], None)
    if len(body) > limits.document_bytes:
        detail = f"more than {limits.document_bytes:,} bytes; [limits] document_bytes"
        return Reject(opened.source_uri, number, url, "read", "too_large", detail, None)
    fetched_at = moment(record.headers.get("WARC-Date")) or opened.file_time
    return Record(opened.source_uri, number, body, "page", record.http_charset or None, url, fetched_at)


def _is_page(record: WarcRecord) -> bool:
    kind = (record.http_content_type or "").strip().lower()
    return kind in _PAGES or not kind  # without a type: a page, unless decoding finds otherwise


def _cause(error: OSError, number: int) -> Exception:
    """What made FastWARC stop: a fault of the file, or of the disk."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, BrokenError):
            return seen
        seen = seen.__cause__ or seen.__context__
    if error.errno is not None:
        return error
    return BrokenError("corrupt", f"WARC, after record {number}: {error}"[:300])


FORMAT = Format("warc", (".warc",), records, lambda head: head.startswith(b"WARC/"))
