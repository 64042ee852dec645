"""The interface of an input format: the names it accepts, and how it turns a file into records."""

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
    # Items that were skipped because they are not documents, by reason, such as "not_html" or
    # "revisit".
    skipped: Counter[str] = field(default_factory=Counter)
    # Fields that look like one that is missing but are not read (see `fields.RowReader`).
    unread: Counter[str] = field(default_factory=Counter)
    # Called with each row as it is stored, to inspect a sample.
    on_row: Callable[[Mapping[str, object]], None] = lambda row: None
    # `first_number`: the number of the first record, if earlier records of the file are already
    # known. `next_number`: set by formats to which records can be appended, after the whole file
    # was read without a fault.
    first_number: int = 0
    next_number: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `records` yields the records of a file in order. It may raise `streams.BrokenError` or OSError
    at any point. Earlier records remain valid, and one row of `rejects` states what happened to the
    rest.
    """

    name: str
    suffixes: tuple[str, ...]
    records: Callable[[Opened, Fields, Limits], Iterator[Record | Reject]]
    recognises: Callable[[bytes], bool] = lambda _: False
    # Whether `records` goes back in the file, which a member of an archive cannot do.
    needs_seek: bool = False
