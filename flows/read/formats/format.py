"""What an input format is: the names it accepts and how a file becomes records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject


@dataclass(slots=True)
class Opened:
    """An open input file: its raw bytes (seekable where the file system allows), its name and time."""

    source_uri: str
    stream: BinaryIO
    size_bytes: int | None = None
    file_time: datetime | None = None  # only where the recipe asks for it
    # What the reader passed over because it is no document, by reason, such as "not_html" or "revisit".
    skipped: Counter[str] = field(default_factory=Counter)
    # Fields of rows that look like one that is missed but are not read (see `fields.RowReader`).
    unread: Counter[str] = field(default_factory=Counter)
    # Gets each row as it is stored, for a look at a sample.
    on_row: Callable[[Mapping[str, object]], None] = lambda row: None
    # The number of the first record, where the stream begins behind records that are known; and, from formats that
    # records can be added to, of the one that would come after the last, once all of the file is read without a fault.
    first_number: int = 0
    next_number: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `records` yields what a file holds, in its order, and may raise `streams.BrokenError` or OSError at any
    point: what came before stays, and one row of `rejects` says what happened to the rest.
    """

    name: str
    suffixes: tuple[str, ...]
    records: Callable[[Opened, Fields, Limits], Iterator[Record | Reject]]
    recognises: Callable[[bytes], bool] = lambda _: False
