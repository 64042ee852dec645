"""Read files into records. The format of a file reads it, and each fault becomes a `Reject`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import by_name, chosen, unknown
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.sources import InputFile, find
from copydesk.flows.read.streams import BrokenError
from copydesk.flows.read.tally import Tally


def read(
    inputs: Sequence[str], *, fields: Fields | None = None, limits: Limits | None = None
) -> Iterator[Record | Reject]:
    """Yield every document of the inputs in a fixed order, as a record or a row of `rejects`.

    Raises `InputError` before the first record if an input does not exist.
    """
    files = find(inputs)
    return _read(files, fields or Fields(), limits or Limits())


def _read(
    files: Iterable[InputFile | Reject], fields: Fields, limits: Limits
) -> Iterator[Record | Reject]:
    for file in files:
        if isinstance(file, Reject):
            yield file
        else:
            yield from read_file(file, fields=fields, limits=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Callbacks that are called while a file is read."""

    on_open: Callable[[BinaryIO], None] = lambda stream: None
    """Called with the stream of the file's bytes. Its position tells how far the file is read."""
    on_end: Callable[[int], None] = lambda number: None
    """Called after the whole file was read, with the number that a record appended to it would have.
    """
    on_row: Callable[[Mapping[str, object]], None] = lambda row: None
    """Called with each row as it is stored."""


def read_file(
    file: InputFile,
    *,
    fields: Fields,
    limits: Limits,
    listener: Listener | None = None,
    tally: Tally | None = None,
) -> Iterator[Record | Reject]:
    """Yield the documents of one file. A fault ends the file with a `Reject`; the run continues.

    `tally` counts items that are skipped because they are not documents, and fields that are not
    read although their names are known ones.
    """
    listener = listener or Listener()
    tally = Tally() if tally is None else tally
    size: int | None = None
    number: int | None = None  # of the last item
    is_empty = True

    def refused(reason: str, detail: str) -> Reject:
        failed = None if number is None else number + 1
        return Reject(file.source_uri, failed, None, "read", reason, detail, size)

    try:
        size = file.size_bytes
        with file.open() as stream:
            listener.on_open(stream)
            format_, head = by_name(file.source_uri), b""
            if format_ is None:
                format_, head = _recognised(file)
            if format_ is None:
                yield refused("unknown_format", unknown(head))
                return
            opened = Opened(
                file.source_uri,
                stream,
                size,
                file.file_time if fields.use_file_time else None,
                skipped=tally.skipped,
                unread=tally.unread,
                on_row=listener.on_row,
                first_number=file.first_number,
            )
            if file.offset:
                stream.seek(file.offset)
            for item in format_.records(opened, fields, limits):
                number, is_empty = item.record_number, False
                yield item if isinstance(item, Reject) or item.body else _empty(item)
            if is_empty and not size:
                yield refused("empty", "no bytes")
            elif opened.next_number is not None:
                listener.on_end(opened.next_number)
    except BrokenError as fault:
        yield refused(fault.reason, fault.detail)
    except MemoryError:
        limit = f"more than {limits.memory_bytes:,} bytes of memory ([limits] memory_bytes)"
        yield refused("memory", limit)
    except OSError as error:
        yield refused("unreadable", error.strerror or str(error))


def _recognised(file: InputFile) -> tuple[Format | None, bytes]:
    """The format of a file whose name has no known extension, such as `article.php?id=7`.

    Also returns its first bytes.
    """
    with file.open() as stream:
        return chosen("", stream)


def _empty(record: Record) -> Reject:
    return Reject(
        record.source_uri, record.record_number, record.url, "read", "empty", "no bytes", 0
    )
