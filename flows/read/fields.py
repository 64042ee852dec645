"""The fields of a JSONL record or a Parquet row, and how they become a record."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from copydesk.flows.read.field_names import LOOKALIKES, ROWS
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.transforms.article import Given

if TYPE_CHECKING:
    from copydesk.flows.read.formats.format import Opened

_NOTHING: tuple[object, ...] = (None, "", b"", [], {})
_TEXT_OF_BLOCK = ("text", "content", "value", "html", "body")
_PARTS_OF_NAME = (
    ("first_name", "last_name"),
    ("firstName", "lastName"),
    ("firstname", "lastname"),
    ("first", "last"),
    ("given_name", "family_name"),
    ("givenName", "familyName"),
)
_LEAST_PARAGRAPHS = 20  # characters; arbitrary: a shorter list has labels, not text
_MOST_AUTHORS = 100  # arbitrary; longer lists are data, not bylines
_MOST_CHARS = 4_000  # arbitrary; a longer title, author or date is misplaced text
_TOO_LONG_URL = 8_192  # the longest URL that servers usually accept


@dataclass(frozen=True, slots=True)
class Fields:
    """The recipe's `[inputs]`: names of fields. The first field that is not empty is used.

    A dotted name reaches into an object: `article.body` is the field `body` of the object `article`.

    If a record has both `html` and `text`, `prefer` decides. The page keeps more evidence.
    """

    html: tuple[str, ...] = ("html", "raw_html")
    """Fields that may hold a page's HTML."""
    text: tuple[str, ...] = ("text", "body", "content", "maintext")
    """Fields that may hold text that another tool has extracted."""
    url: tuple[str, ...] = ("url", "link")
    """Address of the document. It is part of `doc_id`."""
    title: tuple[str, ...] = ("title", "headline")
    """Headline, used if the page or the text has none."""
    author: tuple[str, ...] = ("author", "authors", "byline")
    """Names of the authors, as a string, a list or objects with a `name`."""
    date: tuple[str, ...] = (
        "date",
        "published_at",
        "published",
        "date_published",
        "date_publish",
        "publish_date",
    )
    """Publication time. The names are those that common crawlers use."""
    outlet: tuple[str, ...] = ("outlet", "site_name", "publisher")
    """Name of the publication."""
    language: tuple[str, ...] = ("language", "lang")
    """Language code. It takes precedence over detection."""
    section: tuple[str, ...] = ("section", "category")
    """Part of the publication, such as Sport."""
    fetched_at: tuple[str, ...] = ("fetched_at", "crawled_at", "date_download")
    """When the crawler fetched the document.
    A publication date more than a day later is not accepted."""
    encoding: tuple[str, ...] = ("encoding", "charset")
    """Character encoding of a body that is stored as bytes."""
    keep: tuple[str, ...] = ()
    """Fields to copy to the column `extra`, such as the source's own id.

    A dotted name reaches into objects.
    """
    prefer: Literal["html", "text"] = "html"
    """Which one to read if a record has both. A page keeps more evidence than a text."""
    use_file_time: bool = False
    """Use a file's modification time as `fetched_at` if nothing else gives one.

    Off by default, because copying a file often changes its time.
    """

    def names(self) -> list[str]:
        """Every field name to look for."""
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
    """Text that is known to be non-empty UTF-8, so it need not be decoded and encoded again."""

    body: bytes


class RowReader:
    """Converts the rows of one source to records, within the limits.

    `unread` counts fields that look like one that is missing but are not read, over all rows.
    `on_row` is called with each row as it is stored.
    """

    def __init__(
        self,
        source_uri: str,
        chosen: Fields,
        limits: Limits,
        file_time: datetime | None = None,
        unread: Counter[str] | None = None,
        on_row: Callable[[Mapping[str, object]], None] = lambda row: None,
    ) -> None:
        self.source_uri, self.fields, self.limits, self.file_time = (
            source_uri,
            chosen,
            limits,
            file_time,
        )
        self._on_row = on_row
        self._unread = Counter() if unread is None else unread
        self._lookalikes = LOOKALIKES.keys() - set(chosen.names())

    @classmethod
    def of(cls, opened: Opened, chosen: Fields, limits: Limits) -> RowReader:
        """A reader of the rows of an open file."""
        uri, time = opened.source_uri, opened.file_time
        return cls(uri, chosen, limits, time, opened.unread, opened.on_row)

    def record(self, row: Mapping[str, object], number: int | None) -> Record | Reject:
        """Return the record of a row, or a `Reject` that says why there is none."""
        self._on_row(row)
        self._count_unread(row)
        url = address(self._first(row, self.fields.url))
        kind: Kind
        for kind in ("page", "text") if self.fields.prefer == "html" else ("text", "page"):
            value = self._first(row, self.fields.html if kind == "page" else self.fields.text)
            if value is not None:
                return self._with_body(row, number, url, kind, value)
        names = [*self.fields.html, *self.fields.text]
        if any(name in row or _field(row, name) is not None for name in names):
            return self._reject(number, url, "empty", "the field for the text is empty", 0)
        detail = f"none of {', '.join(names)} among the fields {_list_fields(row)}"
        if (longest := longest_text(row)) is not None:
            detail += f'; the text may be in {longest!r}: set [inputs] text = ["{longest}"], or see copydesk init'
        return self._reject(number, url, "no_text_field", detail, None)

    def has_body(self, row: Mapping[str, object]) -> bool:
        """Whether a row has a text or a page under one of the names."""
        return self._first(row, (*self.fields.html, *self.fields.text)) is not None

    def given(self, row: Mapping[str, object]) -> Given:
        """The metadata of the document in the row."""
        return Given(
            title=_text(self._first(row, self.fields.title)),
            authors=_names(self._first(row, self.fields.author)),
            published=_moment_text(self._first(row, self.fields.date)),
            outlet=_text(self._first(row, self.fields.outlet)),
            language=_text(self._first(row, self.fields.language)),
            section=_text(self._first(row, self.fields.section)),
        )

    def _count_unread(self, row: Mapping[str, object]) -> None:
        self._unread[ROWS] += 1
        for name in self._lookalikes & row.keys():
            wanted = getattr(self.fields, LOOKALIKES[name])
            if row[name] not in _NOTHING and self._first(row, wanted) is None:
                self._unread[name] += 1

    def _kept(self, row: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
        """The fields to copy to `extra`, as text; a value that is not text is written as JSON."""
        found = []
        for name in self.fields.keep:
            value = _field(row, name)
            if value not in _NOTHING:
                found.append((name, _as_text(value)[:_MOST_CHARS]))
        return tuple(found)

    def _with_body(
        self,
        row: Mapping[str, object],
        number: int | None,
        url: str | None,
        kind: Kind,
        value: object,
    ) -> Record | Reject:
        if isinstance(value, list | tuple):
            value = _joined(value, "\n" if kind == "page" else "\n\n")
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
        fetched_at = moment(self._first(row, self.fields.fetched_at)) or self.file_time
        given, extra = self.given(row), self._kept(row)
        return Record(self.source_uri, number, body, kind, declared, url, fetched_at, given, extra)

    def _reject(
        self, number: int | None, url: str | None, reason: str, detail: str, size: int | None
    ) -> Reject:
        # A field's name may contain characters that no table can store.
        return Reject(self.source_uri, number, url, "read", reason, _utf8(detail).decode(), size)

    def _first(self, row: Mapping[str, object], names: Sequence[str]) -> object:
        for name in names:
            value = _field(row, name) if "." in name else row.get(name)
            if value is not None and value not in _NOTHING:  # most fields are None
                return value
        return None


def _field(row: Mapping[str, object], name: str) -> object:
    """The field with this name.

    A dotted name that is not itself a field reaches into objects and lists of objects.

    >>> _field({"article": {"body": "Rain."}}, "article.body")
    'Rain.'
    """
    if name in row or "." not in name:
        return row.get(name)
    value: object = row
    for part in name.split("."):
        if isinstance(value, list | tuple):
            inner = [item.get(part) for item in value if isinstance(item, Mapping)]
            value = [item for item in inner if item not in _NOTHING]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def longest_text(row: Mapping[str, object], prefix: str = "", depth: int = 3) -> str | None:
    """The dotted name of the longest text in a row, or None if no text has 200 characters.

    >>> longest_text({"id": "x" * 300, "story": {"words": "It rained. " * 40}})
    'story.words'
    """
    best, best_length = None, 199
    for name, value in list(row.items())[:200]:
        full = f"{prefix}{name}"
        text = _joined(value, "\n\n") if isinstance(value, list) and value else value
        if isinstance(text, str) and " " in text[:200] and len(text) > best_length:
            best, best_length = full, len(text)
        elif isinstance(value, Mapping) and depth:
            inner = longest_text(value, f"{full}.", depth - 1)
            found = _field(row, inner[len(prefix) :]) if inner else None
            if isinstance(found, str | list) and len(_as_text(found)) > best_length:
                best, best_length = inner, len(_as_text(found))
    return best


def _joined(items: Sequence[object], between: str) -> object:
    """Join paragraphs into one text.

    They are strings, or objects with a `text`, `content`, `value` or `html`.
    """
    texts = []
    for item in items:
        if isinstance(item, Mapping):
            texts += [item[n] for n in _TEXT_OF_BLOCK if isinstance(item.get(n), str)][:1]
        elif isinstance(item, str):
            texts.append(item)
        elif item is not None:
            return items
    joined = between.join(texts)
    return joined if len(joined) >= _LEAST_PARAGRAPHS else items


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return _utf8(value).decode().replace("\x00", "")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\x00", "")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _utf8(json.dumps(value, ensure_ascii=False, default=str)).decode()


def moment(value: object) -> datetime | None:
    """Return a point in time in UTC, or None if the value is not one.

    The value may be a datetime, ISO 8601 text, or Unix seconds or milliseconds. A time without a
    time zone is read as UTC.

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
                # 1e11 seconds is the year 5138 and 1e11 milliseconds is 1973, so news falls between
                # the two.
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
    if value is not None and not isinstance(value, str):
        value = _name(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str) or len(value) > _MOST_CHARS:
        return None
    return _utf8(value).decode().replace("\x00", "").strip() or None


def address(value: object) -> str | None:
    """A URL as text that any table can store; None if it is absent or too long."""
    found = _text(value)
    return None if found is None or len(found) > _TOO_LONG_URL else re.sub(r"[\t\r\n]", "", found)


def _names(value: object) -> tuple[str, ...]:
    """Names from a printed byline, a list of names, or objects with a `name` (schema.org) or its
    parts.

    >>> _names([{"name": "Ana Ruiz"}, {"first_name": "Bo", "last_name": "Li"}, {"author": {"name": "Cy"}}])
    ('Ana Ruiz', 'Bo Li', 'Cy')
    """
    items = value if isinstance(value, list | tuple) else [value] * (value is not None)
    return tuple(name for item in items[:_MOST_AUTHORS] if (name := _text(_name(item))))


def _name(item: object, depth: int = 3) -> object:
    """The name in an object that describes a person or an outlet."""
    if isinstance(item, str) or not isinstance(item, Mapping):
        return item
    for key in ("name", "full_name", "fullName", "display_name", "displayName", "author", "person"):
        found = item.get(key)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, Mapping) and depth and (inner := _name(found, depth - 1)):
            return inner
    for first, last in _PARTS_OF_NAME:
        if item.get(last):
            return " ".join(str(item[key]) for key in (first, last) if item.get(key))
    return None


def _utf8(text: str) -> bytes:
    """Encode as UTF-8. Surrogate pairs become their character; other surrogates become U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _list_fields(row: Mapping[str, object]) -> str:
    names = [str(name)[:40] for name in row]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
