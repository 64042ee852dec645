"""The WARC library, with the settings and the precautions that this project needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastwarc.warc import ArchiveIterator, WarcRecordType

from copydesk.flows.read.streams import BrokenError
from copydesk.flows.read.web_archive.http_payload import HEADER_BYTES
from copydesk.flows.read.web_archive.warc_tape import Tape


def record_iterator(source: Tape) -> ArchiveIterator:
    """All records of a tape, of any type. The HTTP heads inside them are not parsed."""
    return ArchiveIterator(
        source,
        record_types=WarcRecordType.any_type,
        parse_http=False,
        max_header_len=HEADER_BYTES,
        fsspec_args=False,
        stream_detect=False,
    )


@contextmanager
def panics_as_faults() -> Iterator[None]:
    """Raise BrokenError if an assertion fails in the library, because the file is at fault.

    The assertion comes from Rust and is not an `Exception`.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise BrokenError("corrupt", f"WARC: {error}"[:300]) from error
