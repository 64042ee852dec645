"""Which fields of a JSONL record or a Parquet row hold what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Literal

from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.transforms.article import Given

_MOST_AUTHORS = 100  # arbitrary; longer lists are data, not bylines
_MOST_CHARS = 4_000  # arbitrary; a title, author or date beyond it is misplaced text
_TOO_LONG_URL = 8_192  # what servers accept at most


@dataclass(frozen=True, slots=True)
class Fields:
    """The recipe's `[inputs]`: names to look for, the first that is there and not empty wins.

    Where a record holds both `html` and `text`, `prefer` decides; the page keeps more evidence.
    """

    html: tuple[str, ...] = ("html", "raw_html")
    text: tuple[str, ...] = ("text", "body", "content", "maintext")
    url: tuple[str, ...] = ("url", "link")
    title: tuple[str, ...] = ("title", "headline")
    author: tuple[str, ...] = ("author", "authors", "byline")
    date: tuple[str, ...] = (
        "date",
        "published_at",
        "published",
        "date_published",
        "date_publish",
        "publish_date",
    )
    outlet: tuple[str, ...] = ("outlet", "site_name", "publisher")
    language: tuple[str, ...] = ("language", "lang")
    section: tuple[str, ...] = ("section", "category")
    fetched_at: tuple[str, ...] = ("fetched_at", "crawled_at", "date_download")
    encoding: tuple[str, ...] = ("encoding", "charset")  # for bodies stored as bytes
    prefer: Literal["html", "text"] = "html"
    use_file_time: bool = (
        False  # take a file's modification time as `fetched_at` where nothing else gives one
    )

    def names(self) -> list[str]:
        """Every field name looked for."""
        return sorted(
            {
                name
                for f in fields(self)
                if isinstance(value := getattr(self, f.name), tuple)
                for name in value
            }
        )


@dataclass(frozen=True, slots=True)
class Utf8:
    """Text as a format stores it, known to be UTF-8 and not empty: nobody need decode it only to encode it again."""

    body: bytes


class RowReader:
    """Turns rows of one source into records, under the limits."""

    def __init__(
        self, source_uri: str, chosen: Fields, limits: Limits, file_time: datetime | None = None
    ) -> None:
        self.source_uri, self.fields, self.limits, self.file_time = (
            source_uri,
            chosen,
            limits,
            file_time,
        )

    def record(self, row: Mapping[str, object], number: int | None) -> Record | Reject:
        """The record a row holds, or why there is none."""
        url = address(self._first(row, self.fields.url))
        kind: Kind
        for kind in ("page", "text") if self.fields.prefer == "html" else ("text", "page"):
            value = self._first(row, self.fields.html if kind == "page" else self.fields.text)
            if value is not None:
                return self._with_body(row, number, url, kind, value)
        names = [*self.fields.html, *self.fields.text]
        if any(name in row for name in names):
            return self._reject(number, url, "empty", "the field for the text is empty", 0)
        return self._reject(
            number,
            url,
            "no_text_field",
            f"none of {', '.join(names)} among the fields {_shown(row)}",
            None,
        )

    def _with_body(
        self,
        row: Mapping[str, object],
        number: int | None,
        url: str | None,
        kind: Kind,
        value: object,
    ) -> Record | Reject:
        if isinstance(value, str):
            body: bytes = _utf8(value)
            declared: str | None = "utf-8"
        elif isinstance(value, Utf8):
            body, declared = value.body, "utf-8"
        elif isinstance(value, bytes):
            body, declared = value, _text(self._first(row, self.fields.encoding))
        else:
            return self._reject(
                number,
                url,
                "wrong_type",
                f"the field for the text holds {type(value).__name__}",
                None,
            )
        if len(body) > self.limits.document_bytes:
            detail = (
                f"{len(body):,} bytes; [limits] document_bytes is {self.limits.document_bytes:,}"
            )
            return self._reject(number, url, "too_large", detail, len(body))
        given = Given(
            title=_text(self._first(row, self.fields.title)),
            authors=_names(self._first(row, self.fields.author)),
            published=_moment_text(self._first(row, self.fields.date)),
            outlet=_text(self._first(row, self.fields.outlet)),
            language=_text(self._first(row, self.fields.language)),
            section=_text(self._first(row, self.fields.section)),
        )
        fetched_at = moment(self._first(row, self.fields.fetched_at)) or self.file_time
        return Record(self.source_uri, number, body, kind, declared, url, fetched_at, given)

    def _reject(
        self, number: int | None, url: str | None, reason: str, detail: str, size: int | None
    ) -> Reject:
        # A field's name may hold what no table can.
        return Reject(self.source_uri, number, url, "read", reason, _utf8(detail).decode(), size)

    def _first(self, row: Mapping[str, object], names: Sequence[str]) -> object:
        return next((row[name] for name in names if row.get(name) not in (None, "", b"", [])), None)


def moment(value: object) -> datetime | None:
    """A point in time in UTC from a datetime, ISO 8601 text or Unix seconds or milliseconds; None where it is none.

    What has no time zone is read as UTC.

    >>> moment("2024-02-29T23:30:00-05:00")
    datetime.datetime(2024, 3, 1, 4, 30, tzinfo=datetime.timezone.utc)
    >>> moment(1709181000) == moment(1709181000000) == moment("2024-02-29 04:30")
    True
    """
    try:
        match value:
            case datetime():
                found = value
            case date():
                found = datetime(value.year, value.month, value.day)
            case bool():
                return None
            case int() | float():
                # 1e11 seconds is the year 5138, 1e11 milliseconds is 1973: news lies between.
                found = datetime.fromtimestamp(value / 1000 if abs(value) >= 1e11 else value, UTC)
            case str():
                found = datetime.fromisoformat(value.strip()[:64])
            case _:
                return None
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _moment_text(value: object) -> str | None:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()  # a day stays a day, a local time stays local
    found = moment(value)
    return found.isoformat() if found else None


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str) or len(value) > _MOST_CHARS:
        return None
    return _utf8(value).decode().replace("\x00", "").strip() or None


def address(value: object) -> str | None:
    """A URL as text that any table can hold; None where there is none, or one too long to be one."""
    found = _text(value)
    return None if found is None or len(found) > _TOO_LONG_URL else re.sub(r"[\t\r\n]", "", found)


def _names(value: object) -> tuple[str, ...]:
    """One printed byline, or a list of names or of objects with a `name` (schema.org)."""
    items = value if isinstance(value, list | tuple) else [value]
    named = (item.get("name") if isinstance(item, dict) else item for item in items[:_MOST_AUTHORS])
    return tuple(name for item in named if (name := _text(item)))


def _utf8(text: str) -> bytes:
    """UTF-8; surrogates that make a pair become its character, the others U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _shown(row: Mapping[str, object]) -> str:
    names = [str(name)[:40] for name in row]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
