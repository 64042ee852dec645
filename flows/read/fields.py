"""Turn the fields of a JSONL line or a Parquet row into a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from copydesk.flows.read import field_values, markup
from copydesk.flows.read.field_names import LOOKALIKES, ROWS
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.transforms.article import Given

if TYPE_CHECKING:
    from copydesk.flows.read.formats.format import Opened

_NOTHING: tuple[object, ...] = (None, "", b"", [], {})
# Objects of a record that hold its fields: Elasticsearch, JSON:API and GraphQL.
_INNER_RECORDS = ("_source", "attributes", "node")


@dataclass(frozen=True, slots=True)
class Fields:
    """The recipe's `[inputs]`: names of fields. The first field that is not empty is used.

    A dotted name reaches into an object: `article.body` is the field `body` of the object `article`.

    If a record has both `html` and `text`, `prefer` decides which is read.
    """

    html: tuple[str, ...] = ("html", "raw_html", "content_html")
    """Fields that may hold a page's HTML."""
    text: tuple[str, ...] = ("text", "body", "content", "maintext", "content_text")
    """Fields that may hold text that another tool has extracted."""
    url: tuple[str, ...] = ("url", "link")
    """Address of the document. It is part of `doc_id`."""
    title: tuple[str, ...] = ("title", "headline")
    """Headline. It is used if the page or the text has none."""
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
    """Which one to read if a record has both. A page has more evidence than a text."""
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
    """Text that is known to be non-empty UTF-8, so that it is not decoded and encoded again."""

    body: bytes


class RowReader:
    """Converts the rows of one source to records, within the limits.

    `unread` counts, over all rows, fields that are not read but have a known name for a field that
    was not found. `on_row` is called with each row as it is stored.
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
        row = self._opened(row)
        self._count_unread(row)
        kind: Kind
        for kind in ("page", "text") if self.fields.prefer == "html" else ("text", "page"):
            value = self._first(row, self.fields.html if kind == "page" else self.fields.text)
            if value is not None:
                return self.document(row, number, kind, value)
        url = self._address(row)
        names = [*self.fields.html, *self.fields.text]
        if any(name in row or _field(row, name) is not None for name in names):
            return self._reject(number, url, "empty", "the field for the text is empty", 0)
        detail = (
            f"none of the fields {', '.join(names)} is in the record, which has {_list_fields(row)}"
        )
        if (longest := longest_text(row)) is not None:
            detail += f'; the text may be in {longest!r}: set [inputs] text = ["{longest}"], or see copydesk init'
        return self._reject(number, url, "no_text_field", detail, None)

    def _opened(self, row: Mapping[str, object]) -> Mapping[str, object]:
        """Add the fields of an inner record to a row that has no text of its own."""
        for name in _INNER_RECORDS:
            inner = row.get(name)
            if isinstance(inner, Mapping) and not self.has_body(row):
                return {**row, **inner}
        return row

    def has_body(self, row: Mapping[str, object]) -> bool:
        """Whether a row has a text or a page in one of the fields to read."""
        return self._first(row, (*self.fields.html, *self.fields.text)) is not None

    def given(self, row: Mapping[str, object]) -> Given:
        """The metadata of the document in the row."""
        return Given(
            title=field_values.text(self._first(row, self.fields.title)),
            authors=field_values.names(self._first(row, self.fields.author)),
            published=self._published(row),
            outlet=field_values.text(self._first(row, self.fields.outlet)),
            language=field_values.text(self._first(row, self.fields.language)),
            section=field_values.text(self._first(row, self.fields.section)),
        )

    def _published(self, row: Mapping[str, object]) -> str | None:
        """The first date. `published: true` in front matter means "not a draft" and is no date."""
        values = (field_values.moment_text(_field(row, name)) for name in self.fields.date)
        return next((value for value in values if value), None)

    def _count_unread(self, row: Mapping[str, object]) -> None:
        self._unread[ROWS] += 1
        for name in self._lookalikes & row.keys():
            wanted = getattr(self.fields, LOOKALIKES[name])
            value = row[name]
            if LOOKALIKES[name] == "text" and isinstance(value, Mapping):
                continue  # An object has its text in a field of its own, if it has one.
            if value not in _NOTHING and self._first(row, wanted) is None:
                self._unread[name] += 1

    def _kept(self, row: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
        """The fields to copy to `extra`, as text; a value that is not text is written as JSON."""
        found = []
        for name in self.fields.keep:
            value = _field(row, name)
            if value not in _NOTHING:
                found.append((name, field_values.as_text(value)[: field_values.MOST_CHARS]))
        return tuple(found)

    def document(
        self, row: Mapping[str, object], number: int | None, kind: Kind, value: object
    ) -> Record | Reject:
        """Return the record of a page or text with the other fields of its row."""
        url = self._address(row)
        if isinstance(value, Mapping):
            value = field_values.text_inside(value) or value
        if isinstance(value, list | tuple):
            value = field_values.joined(value, "\n" if kind == "page" else "\n\n")
        if isinstance(value, str):
            body: bytes = field_values.utf8(value)
            declared: str | None = "utf-8"
        elif isinstance(value, Utf8):
            body, declared = value.body, "utf-8"
        elif isinstance(value, bytes):
            body, declared = value, field_values.text(self._first(row, self.fields.encoding))
        else:
            return self._reject(
                number,
                url,
                "wrong_type",
                f"the field for the text contains {field_values.kind_of(value)}, not text",
                None,
            )
        if len(body) > self.limits.document_bytes:
            detail = (
                f"{len(body):,} bytes; [limits] document_bytes is {self.limits.document_bytes:,}"
            )
            return self._reject(number, url, "too_large", detail, len(body))
        if kind == "text" and markup.is_markup(body):
            kind, body = "page", markup.whole_page(body)
        fetched_at = field_values.moment(self._first(row, self.fields.fetched_at)) or self.file_time
        given, extra = self.given(row), self._kept(row)
        return Record(self.source_uri, number, body, kind, declared, url, fetched_at, given, extra)

    def _address(self, row: Mapping[str, object]) -> str | None:
        value = self._first(row, self.fields.url)
        return field_values.address(value[0] if isinstance(value, list | tuple) else value)

    def _reject(
        self, number: int | None, url: str | None, reason: str, detail: str, size: int | None
    ) -> Reject:
        # A field's name may contain characters that no table can store.
        return Reject(
            self.source_uri, number, url, "read", reason, field_values.utf8(detail).decode(), size
        )

    def _first(self, row: Mapping[str, object], names: Sequence[str]) -> object:
        for name in names:
            value = row.get(name)
            if value is None and "." in name:
                value = _field(row, name)
            # Almost every field is absent or a text, which is not compared with all of `_NOTHING`.
            if value is not None and (value if type(value) is str else value not in _NOTHING):
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
        text = field_values.joined(value, "\n\n") if isinstance(value, list) and value else value
        if isinstance(text, str) and " " in text[:200] and len(text) > best_length:
            best, best_length = full, len(text)
        elif isinstance(value, Mapping) and depth:
            inner = longest_text(value, f"{full}.", depth - 1)
            found = _field(row, inner[len(prefix) :]) if inner else None
            if isinstance(found, str | list) and len(field_values.as_text(found)) > best_length:
                best, best_length = inner, len(field_values.as_text(found))
    return best


def _list_fields(row: Mapping[str, object]) -> str:
    if not row:
        return "no fields"
    names = [str(name)[:40] for name in row]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
