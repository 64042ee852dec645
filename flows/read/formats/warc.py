"""Read `.warc`: the pages and texts that a crawler stored, one document in each record.

A damaged record affects no other record, because reading continues at the next one that is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastwarc.warc import WarcRecord

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
from copydesk.flows.read.web_archive.segment_end import Item, ReadRecord, SegmentEnd
from copydesk.flows.read.web_archive.warc_header import (
    BARE_OPENING,
    END_OF_HEADER,
    END_OF_RECORD,
    HEADER,
    LENGTH,
    named,
)
from copydesk.flows.read.web_archive.warc_parser import panics_as_faults, record_iterator
from copydesk.flows.read.web_archive.warc_tape import Tape
from copydesk.transforms.article import Given

_OPENING = b"WARC/"
# The record types of WARC 1.1 that contain documents; the others are counted under their own names.
_READERS = {"response": page, "resource": resource, "conversion": conversion}
_OTHERS = frozenset({"warcinfo", "request", "metadata", "revisit", "continuation"})
_LINE_ENDS = (b"\r\n\r\n", b"\n\n", b"\r\n\n")


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
        is_whole = is_whole and segment.end.is_whole
        is_found = segment.seek_next_record()
        for offset in tape.take_passed_over():
            number += 1
            detail = f"compressed data is damaged; record at byte offset {offset}"
            yield Reject(opened.source_uri, number, None, "read", "corrupt", detail)
        if not is_found:
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
        self.end = SegmentEnd()  # known when all items have been yielded

    def items(self) -> Iterator[Record | Reject]:
        """Yield the items of the records. The last record is left out if it is not complete."""
        if self._tape.position == self._tape.end:
            self._tape.look_ahead()
        if self._has_bare_feeds(self._origin):
            self.end = self._bare_record()
            yield from self.end.items
            self.number += self.end.n_lost
            return
        archive = iter(record_iterator(self._tape))
        last: ReadRecord | None = None
        while True:
            record, error = self._following(archive)
            if record is None:
                break
            if last is not None:
                yield from self._completed(last, record.stream_pos)
            if self._has_bare_feeds(record.stream_pos):
                self.end = SegmentEnd(search_from=record.stream_pos)
                return
            last = self._read(record)
        self.end = self._ending(last, error)
        self.number += self.end.n_lost
        yield from self.end.items

    def seek_next_record(self) -> bool:
        """Move the tape to the next record after the fault; return whether there is one."""
        search_from = self.end.search_from
        if search_from is not None and self._tape.seek_next(HEADER, after=search_from):
            return True
        # Compressed data was damaged, at once or before a header was found. The damage already has
        # its row.
        fault = self._tape.fault
        is_damage = fault is not None and fault.reason in {"corrupt", "truncated"}
        return is_damage and self._tape.resume(_OPENING)

    def _completed(self, read: ReadRecord, following: int) -> list[Record | Reject]:
        """The item of a record, and a row of `rejects` if its length is wrong by a few line ends.

        The parser accepts such a length. It may include one or both of the line ends after the
        record, or leave out a line end of the content. The next record starts at `following`.
        """
        items = _items(read)
        if read.n_bytes > self._limits.document_bytes:
            return items  # The head of the record is no longer kept.
        end = following - len(END_OF_RECORD)
        real = end - self._block_start(read.start)
        n_beyond = read.n_bytes - real
        if n_beyond == 0 or not -2 <= n_beyond <= len(END_OF_RECORD):
            return items
        ends = self._tape.between(end + min(0, n_beyond), following)
        if ends.endswith(END_OF_RECORD) and not ends.strip(b"\r\n"):
            items.append(self._wrong_length(read, real))
        return items

    def _following(self, archive: Iterator[WarcRecord]) -> tuple[WarcRecord | None, str | None]:
        """The next record, or None at the end, and the error if there is one instead of a record."""
        try:
            with panics_as_faults():
                return next(archive, None), None
        except (OSError, ValueError, RuntimeError) as error:
            return None, str(error)[:300]

    def _read(self, record: WarcRecord) -> ReadRecord:
        self.number += 1
        # This is relative to the position that `Tape.tell` gave for the start of the segment.
        start = record.stream_pos
        # This must be read before the record is parsed. Afterwards it does not count the HTTP head.
        n_bytes = record.content_length
        self._tape.forget(start)
        url = address((record.headers.get("WARC-Target-URI") or "").strip("<> \t"))
        try:
            with panics_as_faults():
                item = self._item(record, url, start, n_bytes)
        except BrokenError as error:
            item = self._reject(self.number, url, error.reason, error.detail)
        return ReadRecord(self.number, start, n_bytes, url, item)

    def _item(self, record: WarcRecord, url: str | None, start: int, n_bytes: int) -> Item:
        kind = (record.headers.get("WARC-Type") or "").strip().lower()
        read = _READERS.get(kind)
        if read is not None and (url or "").split("?")[0].endswith("/robots.txt"):
            self._opened.skipped["robots"] += 1
            return None
        if read is None and not self._has_whole_head(start):
            return None  # This is the end of the file, for which `_end_of_file` makes a row.
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

    def _ending(self, last: ReadRecord | None, error: str | None) -> SegmentEnd:
        """Find out why no record follows the last one: damage, a wrong length, or the end."""
        fault = self._tape.fault
        if error is not None and (fault is None or self._has_header_left(last)):
            return self._misplaced(last, error)
        if fault is not None:
            return self._broken(last, fault)
        if last is None:
            return SegmentEnd(is_whole=True)
        if self._is_cut_off(last) and self._is_too_long(last):
            return self._misplaced(last, "the record is longer than the rest of the file")
        return self._end_of_file(last)

    def _has_bare_feeds(self, position: int) -> bool:
        """Whether a header starts here whose lines end with bare line feeds, as no standard allows."""
        return self._tape.between(position, position + len("WARC/1.00\n")).startswith(BARE_OPENING)

    def _bare_record(self) -> SegmentEnd:
        """Read the record at the start of the segment, whose header the library cannot read."""
        start = self._origin
        self.number += 1
        length = LENGTH.search(self._tape.between(start, self._block_start(start)))
        read = ReadRecord(self.number, start, int(length[1]) if length else 0, None, None)
        following, fault = self._next_header(read), self._tape.fault
        if following is None and fault is not None:
            broken = self._broken(read, fault)
            items = self._with_real_end(read, self._tape.end) if broken.n_lost else []
            return SegmentEnd([*items, *broken.items], n_lost=broken.n_lost)
        if following is None and self._is_cut_off(read):
            n_left = self._declared_end(read) - self._tape.end
            detail = f"the record ends {n_left:,} bytes early"
            return SegmentEnd([self._reject(self.number, None, "truncated", detail)])
        items = self._with_real_end(read, self._tape.end if following is None else following)
        return SegmentEnd(
            items, search_from=start + 1, is_whole=all(isinstance(i, Record) for i in items)
        )

    def _is_too_long(self, last: ReadRecord) -> bool:
        """Whether a record that seems to be cut off is complete, so that only its length is wrong."""
        tape = self._tape
        if tape.find(HEADER, after=last.start + 1) is not None:
            return True
        return tape.is_packed or tape.between(tape.end - 4, tape.end) == END_OF_RECORD

    def _end_of_file(self, last: ReadRecord) -> SegmentEnd:
        """The end after the last record, with a row if an unfinished header follows the record."""
        items = self._completed(last, self._tape.end)
        end = self._declared_end(last)
        left = self._tape.between(end, self._tape.end)
        if last.n_bytes > self._limits.document_bytes or not left.strip(b"\r\n\x00"):
            return SegmentEnd(items, is_whole=not self._is_cut_off(last))
        # If the last record has no whole head, it is the unfinished header.
        n_lost = int(self._has_whole_head(last.start))
        offset = self._tape.offset(end + len(left) - len(left.lstrip(b"\r\n\x00")))
        detail = f"the file ends within the header of a record; record at byte offset {offset}"
        items.append(self._reject(self.number + n_lost, None, "truncated", detail))
        return SegmentEnd(items, n_lost=n_lost, search_from=self._tape.end)

    def _has_header_left(self, last: ReadRecord | None) -> bool:
        """Whether a record starts after the one that failed, within the unpacked bytes."""
        begin = self._origin if last is None else last.start
        return self._tape.find(HEADER, after=begin + 1) is not None

    def _broken(self, last: ReadRecord | None, fault: BrokenError) -> SegmentEnd:
        """The end at damaged compressed data, with a row for the record in which the damage is."""
        member = self._tape.member
        detail = f"{fault.detail}; record at byte offset {self._tape.offset(member)}"
        if last is not None and (member <= last.start or self._is_cut_off(last)):
            row = self._reject(last.number, last.url, fault.reason, detail)
            return SegmentEnd([row])
        row = self._reject(self.number + 1, None, fault.reason, detail)
        return SegmentEnd([*_items(last), row], n_lost=1)

    def _misplaced(self, last: ReadRecord | None, error: str) -> SegmentEnd:
        """The end at a record that does not start where the previous one ends.

        Either the previous length is wrong, or a header is damaged.
        """
        if last is None:
            row = self._unreadable(self.number + 1, None, self._origin, error)
            return SegmentEnd([row], n_lost=1, search_from=self._origin + 1)
        self._tape.look_ahead()
        end = self._declared_end(last)
        following, fault = self._next_header(last), self._tape.fault
        if following is None and fault is not None and self._tape.member <= last.start:
            return self._broken(last, fault)
        starts_inside = following is not None and following < end
        if following is not None and not starts_inside and self._has_bare_feeds(following):
            return SegmentEnd(self._completed(last, following), search_from=end)
        if not starts_inside and self._tape.between(end, end + 4) in _LINE_ENDS:
            # The length is right, so what follows is a record with a damaged header.
            row = self._unreadable(self.number + 1, None, end + 4, error)
            return SegmentEnd([*_items(last), row], n_lost=1, search_from=end)
        if following is None and not self._tape.is_over:
            # The declared length may be any number.
            row = self._unreadable(last.number, last.url, last.start, error)
            return SegmentEnd([row], search_from=last.start + 1)
        real_end = self._tape.end if following is None else following
        items = self._with_real_end(last, real_end)
        return SegmentEnd(items, search_from=last.start + 1 if starts_inside else end)

    def _unreadable(self, number: int, url: str | None, position: int, error: str) -> Reject:
        offset = self._tape.offset(position)
        return self._reject(
            number, url, "corrupt", f"WARC: {error}; record at byte offset {offset}"
        )

    def _next_header(self, last: ReadRecord) -> int | None:
        """Where the next record starts. The search ends after the most bytes that a document may have."""
        after = last.start + 1
        while (found := self._tape.find(HEADER, after=after)) is None:
            after = max(after, self._tape.end - HEADER_BYTES)
            n_searched = self._tape.end - last.start
            if n_searched > self._limits.document_bytes or not self._tape.look_ahead():
                return None
        return found

    def _with_real_end(self, last: ReadRecord, real_end: int) -> list[Record | Reject]:
        """The document up to its real end, and a row if the header declares another length.

        The header can be right, because the library finds no length in a header with bare line
        feeds or with names in lower case.
        """
        block = self._block_start(last.start)
        real_end = max(block, real_end)
        header = self._tape.between(last.start, block)
        content = self._tape.between(block, real_end)
        declared = LENGTH.search(header)
        n_declared = int(declared[1]) if declared else -1
        is_right = 0 <= n_declared <= real_end - block and not content[n_declared:].strip(b"\r\n")
        content = content[:n_declared] if is_right else content.rstrip(b"\r\n")
        # After damage in the compressed data, the next header may be that of a later record.
        is_damaged = self._tape.fault is not None and self._tape.member <= last.start
        is_small = real_end - block <= self._limits.document_bytes + HEADER_BYTES
        can_be_read = bool(content) and is_small and not is_damaged
        corrected = self._with_right_length(header, content) if can_be_read else None
        items: list[Record | Reject] = [] if corrected is None else [corrected]
        if not is_right:
            is_read = isinstance(corrected, Record)
            items.append(self._wrong_length(last, len(content), is_read=is_read))
        return items

    def _wrong_length(self, read: ReadRecord, real: int, *, is_read: bool = True) -> Reject:
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
            with panics_as_faults():
                record = next(iter(record_iterator(inner)), None)
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

    def _is_cut_off(self, read: ReadRecord) -> bool:
        """Whether the stream ends inside the record."""
        return self._declared_end(read) > self._tape.end

    def _declared_end(self, read: ReadRecord) -> int:
        """Where the content ends according to the length in the header."""
        return self._block_start(read.start) + read.n_bytes

    def _reject(self, number: int, url: str | None, reason: str, detail: str) -> Reject:
        return Reject(self._opened.source_uri, number, url, "read", reason, detail[:500])


def _items(read: ReadRecord | None) -> list[Record | Reject]:
    return [] if read is None or read.item is None else [read.item]


FORMAT = Format(
    "warc", (".warc", ".wet"), records, lambda head: head.startswith(b"WARC/"), needs_seek=True
)
