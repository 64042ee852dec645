"""Read `.warc`: the pages and texts that a crawler stored, one document in each record.

A damaged record affects no other record, because reading continues at the next one that is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from copydesk.flows.read.field_values import address, moment
from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.markup import looks_like_page
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated
from copydesk.flows.read.web_archive.http_payload import (
    HEADER_BYTES,
    Payload,
    UnreadHeadError,
    conversion,
    page,
    resource,
    with_whole_line_ends,
)
from copydesk.flows.read.web_archive.warc_header import (
    END_OF_HEADER,
    END_OF_RECORD,
    HEADER,
    LENGTH,
    named,
)
from copydesk.flows.read.web_archive.warc_tape import Tape
from copydesk.transforms.article import Given

_OPENING = b"WARC/"
# The record types of WARC 1.1 that contain documents; the others are counted under their own names.
_READERS = {"response": page, "resource": resource, "conversion": conversion}
_OTHERS = frozenset({"warcinfo", "request", "metadata", "revisit", "continuation"})
Item = Record | Reject | None  # None is a record that is not a document. It is counted as skipped.


@dataclass(slots=True)
class _Read:
    """A record that was read but not yet yielded.

    The bytes that follow it show whether its length is right.
    """

    number: int
    start: int  # position in the stream
    n_bytes: int  # length of the content, as the header declares it
    url: str | None
    item: Item


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the pages and texts.

    `record_number` counts all records of the file, including requests and images.

    Records that are not documents are counted by reason in `opened.skipped`. A record with damaged
    bytes or a wrong length becomes a row of `rejects` that gives its byte offset in the file. If
    only the length is wrong, the document is yielded as well, up to the start of the next record.
    """
    source = Inflated(opened.stream, limits)
    tape = Tape(source, most=limits.document_bytes + 2 * HEADER_BYTES)
    number, is_whole = opened.first_number - 1, True
    while True:
        segment = _Segment(opened, tape, limits, number)
        yield from segment.items()
        number = segment.number
        is_whole = is_whole and segment.is_whole
        if not segment.seek_next_record():
            break
    if is_whole:
        opened.next_number = number + 1
    if number < 0 and tape.fault is None:
        raise BrokenError("corrupt", "the file has no WARC record")


class _Segment:
    """The records between two faults of a file."""

    def __init__(self, opened: Opened, tape: Tape, limits: Limits, number: int) -> None:
        self.number = number
        self._opened, self._tape, self._limits = opened, tape, limits
        self._origin = tape.position
        self._error: str | None = None
        self._last: _Read | None = None
        self._search_from = 0

    def items(self) -> Iterator[Record | Reject]:
        """Yield the items of the records. The last record is left out if it is not complete."""
        archive = iter(_archive(self._tape))
        while (record := self._following(archive)) is not None:
            yield from self._complete(self._last, record.stream_pos)
            self._last = self._read(record)
        yield from self._ending()

    @property
    def is_whole(self) -> bool:
        """Whether there was no fault, and the last record ends with the file."""
        is_cut_off = self._last is not None and self._is_cut_off(self._last)
        return self._tape.fault is None and self._error is None and not is_cut_off

    def seek_next_record(self) -> bool:
        """Move the tape to the next record after the fault; return whether there is one."""
        if self._error is not None and self._tape.seek_next(HEADER, after=self._search_from):
            return True
        # Compressed data was damaged, at once or before a header was found. The damage already has
        # its row.
        fault = self._tape.fault
        is_damage = fault is not None and fault.reason in {"corrupt", "truncated"}
        return is_damage and self._tape.resume(_OPENING)

    def _complete(self, read: _Read | None, following: int) -> Iterator[Record | Reject]:
        """Yield a record, and a row of `rejects` if its length is wrong by a few line ends.

        The parser accepts such a length. It may include one or both of the line ends after the
        record, or leave out a line end of the content. The next record starts at `following`.
        """
        if read is None:
            return
        yield from _items(read)
        if read.n_bytes > self._limits.document_bytes:
            return  # The head of the record is no longer kept.
        end = following - len(END_OF_RECORD)
        real = end - self._block_start(read.start)
        n_beyond = read.n_bytes - real
        if n_beyond == 0 or not -2 <= n_beyond <= len(END_OF_RECORD):
            return
        ends = self._tape.between(end + min(0, n_beyond), following)
        if ends.endswith(END_OF_RECORD) and not ends.strip(b"\r\n"):
            yield self._wrong_length(read, real)

    def _following(self, archive: Iterator[WarcRecord]) -> WarcRecord | None:
        try:
            with _panics():
                return next(archive, None)
        except (OSError, ValueError, RuntimeError) as error:
            self._error = str(error)[:300]
            return None

    def _read(self, record: WarcRecord) -> _Read:
        self.number += 1
        # This is relative to the position that `Tape.tell` gave for the start of the segment.
        start = record.stream_pos
        # This must be read before the record is parsed. Afterwards it does not count the HTTP head.
        n_bytes = record.content_length
        self._tape.forget(start)
        url = address((record.headers.get("WARC-Target-URI") or "").strip("<> \t"))
        try:
            with _panics():
                item = self._item(record, url, start, n_bytes)
        except BrokenError as error:
            item = self._reject(self.number, url, error.reason, error.detail)
        return _Read(self.number, start, n_bytes, url, item)

    def _item(self, record: WarcRecord, url: str | None, start: int, n_bytes: int) -> Item:
        kind = (record.headers.get("WARC-Type") or "").strip().lower()
        read = _READERS.get(kind)
        if read is not None and (url or "").split("?")[0].endswith("/robots.txt"):
            self._opened.skipped["robots"] += 1
            return None
        if read is None and not self._has_whole_head(start):
            return None  # This is the end of the file, for which `_rest` yields a row.
        if read is None:
            self._opened.skipped[kind if kind in _OTHERS else "other_record"] += 1
            return None
        try:
            found = read(record, self._limits)
        except UnreadHeadError:
            record.reader.read(self._limits.document_bytes)
            head, block = self._parts(start, n_bytes)
            whole = with_whole_line_ends(block)
            if whole != block:
                return self._with_right_length(head, whole)
            if block.startswith(b"HTTP/"):
                detail = "the head of the response cannot be read"
                raise BrokenError("corrupt", detail) from None
            found = Payload(block, "page", None) if looks_like_page(block) else "not_html"
        if isinstance(found, str):
            self._opened.skipped[found] += 1
            return None
        return self._record(found, url, record)

    def _record(self, found: Payload, url: str | None, record: WarcRecord) -> Record:
        date = moment(record.headers.get("WARC-Date")) or self._opened.file_time
        uri = self._opened.source_uri
        given = Given(tdm_reserved=found.tdm_reserved)
        return Record(uri, self.number, found.body, found.kind, found.charset, url, date, given)

    def _ending(self) -> Iterator[Record | Reject]:
        """Yield the last record before a fault or the end, and the row for the damage."""
        last, fault = self._last, self._tape.fault
        if self._error is not None and (fault is None or self._has_header_left(last)):
            yield from self._misplaced(last, self._error)
        elif fault is not None:
            yield from self._broken(last, fault)
        elif last is not None:
            if self._is_cut_off(last) and self._is_too_long(last):
                self._error = "the record is longer than the rest of the file"
                yield from self._misplaced(last, self._error)
            else:
                yield from self._complete(last, self._tape.end)
                yield from self._rest(last)

    def _is_too_long(self, last: _Read) -> bool:
        """Whether a record that seems to be cut off is complete, so that only its length is wrong."""
        tape = self._tape
        if tape.find(HEADER, after=last.start + 1) is not None:
            return True
        return tape.is_packed or tape.between(tape.end - 4, tape.end) == END_OF_RECORD

    def _rest(self, last: _Read) -> Iterator[Reject]:
        """Yield a row if bytes follow the last record but are not a whole header."""
        end = self._block_start(last.start) + last.n_bytes
        left = self._tape.between(end, self._tape.end)
        if last.n_bytes > self._limits.document_bytes or not left.strip(b"\r\n\x00"):
            return
        self._error = "the file ends within the header of a record"
        self._search_from = self._tape.end
        self.number += self._has_whole_head(last.start)
        offset = self._tape.offset(end + len(left) - len(left.lstrip(b"\r\n\x00")))
        detail = f"{self._error}; record at byte offset {offset}"
        yield self._reject(self.number, None, "truncated", detail)

    def _has_header_left(self, last: _Read | None) -> bool:
        """Whether a record starts after the one that failed, within the unpacked bytes."""
        begin = self._origin if last is None else last.start
        return self._tape.find(HEADER, after=begin + 1) is not None

    def _broken(self, last: _Read | None, fault: BrokenError) -> Iterator[Record | Reject]:
        """Yield the record before damaged compressed data, and a row for the record inside it."""
        member = self._tape.member
        is_last = last is not None and (member <= last.start or self._is_cut_off(last))
        if last is not None and not is_last:
            yield from _items(last)
        if last is None or not is_last:
            self.number += 1
        where = f"record at byte offset {self._tape.offset(member)}"
        url = last.url if last is not None and is_last else None
        yield self._reject(self.number, url, fault.reason, f"{fault.detail}; {where}")

    def _misplaced(self, last: _Read | None, error: str) -> Iterator[Record | Reject]:
        """Handle a record that does not start where the previous one ends.

        Either the previous length is wrong, or a header is damaged.
        """
        if last is None:
            self.number += 1
            self._search_from = self._origin + 1
            offset = self._tape.offset(self._origin)
            yield self._reject(
                self.number, None, "corrupt", f"WARC: {error}; record at byte offset {offset}"
            )
            return
        self._tape.look_ahead()
        block = self._block_start(last.start)
        end = block + last.n_bytes
        following = self._next_header(last)
        if following is not None and following < end:
            self._search_from = last.start + 1
        elif self._tape.between(end, end + 4) in (b"\r\n\r\n", b"\n\n", b"\r\n\n"):
            # The length is right, so what follows is a record with a damaged header.
            yield from _items(last)
            self.number += 1
            self._search_from = end
            offset = self._tape.offset(end + 4)
            detail = f"WARC: {error}; record at byte offset {offset}"
            yield self._reject(self.number, None, "corrupt", detail)
            return
        else:
            self._search_from = end
        if following is None and self._tape.is_over:  # This is the last record of the file.
            yield from self._of_wrong_length(last, block, self._tape.end - block)
            return
        if following is None:
            self._search_from = last.start + 1  # The declared length may be any number.
            offset = self._tape.offset(last.start)
            detail = f"WARC: {error}; record at byte offset {offset}"
            yield self._reject(last.number, last.url, "corrupt", detail)
            return
        yield from self._of_wrong_length(last, block, max(0, following - block))

    def _next_header(self, last: _Read) -> int | None:
        """Where the next record starts. The search ends after the most bytes that a document may have."""
        after = last.start + 1
        while (found := self._tape.find(HEADER, after=after)) is None:
            after = max(after, self._tape.end - HEADER_BYTES)
            n_searched = self._tape.end - last.start
            if n_searched > self._limits.document_bytes or not self._tape.look_ahead():
                return None
        return found

    def _of_wrong_length(self, last: _Read, block: int, real: int) -> Iterator[Record | Reject]:
        """Yield the document up to the next record, and a row if the header has another length.

        The header can be right, because the library finds no length in a header with bare line
        feeds or with names in lower case.
        """
        content = self._tape.between(block, block + real)
        header = self._tape.between(last.start, block)
        declared = LENGTH.search(header)
        n_declared = int(declared[1]) if declared else -1
        is_right = 0 <= n_declared <= real and not content[n_declared:].strip(b"\r\n")
        content = content[:n_declared] if is_right else content.rstrip(b"\r\n")
        corrected = None
        # After damage in the compressed data, the next header may be that of a later record.
        is_damaged = self._tape.fault is not None and self._tape.member <= last.start
        if content and not is_damaged and real <= self._limits.document_bytes + HEADER_BYTES:
            corrected = self._with_right_length(header, content)
        if corrected is not None:
            yield corrected
        if not is_right:
            is_read = isinstance(corrected, Record)
            yield self._wrong_length(last, len(content), is_read=is_read)

    def _wrong_length(self, read: _Read, real: int, *, is_read: bool = True) -> Reject:
        offset = self._tape.offset(read.start)
        detail = (
            f"Content-Length is {read.n_bytes}, but {real} bytes follow; "
            f"record at byte offset {offset}"
        )
        if is_read:
            detail += "; the document is read up to the next record"
        return self._reject(read.number, read.url, "corrupt", detail)

    def _with_right_length(self, header: bytes, content: bytes) -> Item:
        """The current record, parsed again from its bytes with the right length."""
        lines = [named(line.rstrip(b"\r")) for line in header.rstrip(b"\r\n").split(b"\n")]
        kept = [line for line in lines if not line.lower().startswith(b"content-length:")]
        length = b"Content-Length: %d" % len(content)
        inner = Tape.of(b"\r\n".join([*kept, length, b"", content, b"", b""]))
        try:
            with _panics():
                record = next(iter(_archive(inner)), None)
        except (OSError, ValueError, RuntimeError):
            return None
        if record is None:
            return None
        return _Segment(self._opened, inner, self._limits, self.number - 1)._read(record).item

    def _parts(self, start: int, n_bytes: int) -> tuple[bytes, bytes]:
        block = self._block_start(start)
        return self._tape.between(start, block), self._tape.between(block, block + n_bytes)

    def _block_start(self, start: int) -> int:
        end = END_OF_HEADER.search(self._tape.between(start, start + HEADER_BYTES))
        return start + (end.end() if end else 0)

    def _has_whole_head(self, start: int) -> bool:
        return self._block_start(start) > start

    def _is_cut_off(self, read: _Read) -> bool:
        """Whether the stream ends inside the record."""
        return self._block_start(read.start) + read.n_bytes > self._tape.end

    def _reject(self, number: int, url: str | None, reason: str, detail: str) -> Reject:
        return Reject(self._opened.source_uri, number, url, "read", reason, detail[:500])


def _items(read: _Read | None) -> Iterator[Record | Reject]:
    if read is not None and read.item is not None:
        yield read.item


def _archive(source: Tape) -> ArchiveIterator:
    return ArchiveIterator(
        source,
        record_types=WarcRecordType.any_type,
        parse_http=False,
        max_header_len=HEADER_BYTES,
        fsspec_args=False,
        stream_detect=False,
    )


@contextmanager
def _panics() -> Iterator[None]:
    """Treat a failed assertion in the library as a fault of the file.

    The assertion comes from Rust and is not an `Exception`.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise BrokenError("corrupt", f"WARC: {error}"[:300]) from error


FORMAT = Format(
    "warc", (".warc", ".wet"), records, lambda head: head.startswith(b"WARC/"), needs_seek=True
)
