"""What is known of a WARC record that was read, and of the end of a run of records without a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from copydesk.flows.read.record import Record, Reject

Item = Record | Reject | None  # None is a record that is not a document. It is counted as skipped.


@dataclass(slots=True)
class ReadRecord:
    """A record that was read but not yet yielded.

    The bytes that follow it show whether its length is right.
    """

    number: int
    start: int  # position in the stream
    n_bytes: int  # length of the content, as the header declares it
    url: str | None
    item: Item


@dataclass(frozen=True, slots=True)
class SegmentEnd:
    """The end of a segment.

    `items` are the last record, if it could be read, and rows of `rejects` for what is damaged.
    `n_lost` counts the records after the last one that were seen but could not be read: 0 or 1.
    The next record is searched after the position `search_from`. With None it is not searched,
    because the file or its compressed data ends here.
    """

    items: Sequence[Record | Reject] = ()
    n_lost: int = 0
    search_from: int | None = None
    is_whole: bool = False  # whether there was no fault, and the last record ends with the file
