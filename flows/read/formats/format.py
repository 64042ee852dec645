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
    """An open input file: its raw bytes (seekable if the file system allows), its name and time."""

    source_uri: str
    stream: BinaryIO
    size_bytes: int | None = None
    file_time: datetime | None = None  # only if the recipe asks for it
    # Items that were skipped because they are not documents, by reason, such as "not_html" or
    # "revisit".
    skipped: Counter[str] = field(default_factory=Counter)
    # Fields that are not read although their names are known ones (see `fields.RowReader`).
    unread: Counter[str] = field(default_factory=Counter)
    # Called with each row as it is stored, to inspect a sample.
    on_row: Callable[[Mapping[str, object]], None] = lambda row: None
    # `first_number` is the number of the first record, if earlier records of the file are already
    # known. `next_number` is set after the whole file was read without a fault, by formats whose
    # files can grow.
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
    # Whether `records` seeks in the file. A member of an archive must then be copied to a file.
    needs_seek: bool = False
