"""The results of reading: a record, or a row of `rejects` instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from copydesk.transforms.article import Given, Refused, Source

Kind = Literal["page", "text"]


@dataclass(frozen=True, slots=True)
class Record:
    """One raw document: its undecoded bytes, and the metadata from its container."""

    source_uri: str
    record_number: int | None
    body: bytes
    kind: Kind
    declared_encoding: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None  # aware, UTC
    given: Given = field(default_factory=Given)
    extra: tuple[
        tuple[str, str], ...
    ] = ()  # the fields that `[inputs] keep` names, each with its value as text

    def source(self, *, encoding: str | None = None) -> Source:
        """The origin of the document. `encoding` is the character encoding that was found, if any."""
        return Source(
            self.source_uri,
            self.record_number,
            self.url,
            self.fetched_at,
            self.given,
            encoding,
            self.extra,
        )


@dataclass(frozen=True, slots=True)
class Reject:
    """A document that does not become an article: the columns of `rejects` without `run_id`."""

    source_uri: str
    record_number: int | None
    url: str | None
    step: str
    reason: str
    detail: str | None = None
    size_bytes: int | None = None


def reject(record: Record, refused: Refused) -> Reject:
    """The row of `rejects` for a record that a later step rejected.

    >>> reject(Record("a.txt", None, b"", "text"), Refused("decode", "empty")).reason
    'empty'
    """
    return Reject(
        record.source_uri,
        record.record_number,
        record.url,
        refused.step,
        refused.reason,
        refused.detail or None,
        len(record.body),
    )
