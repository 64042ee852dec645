"""The values of one document: the input and the output of the transforms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from copydesk.transforms.views.article_views import ArticleViews

if TYPE_CHECKING:
    from copydesk.transforms.ledger import Removal
    from copydesk.transforms.tag.page.page_data import PageData


class Refused(ValueError):
    """Raised for a document that cannot become an article. It becomes a row of `rejects`."""

    def __init__(self, step: str, reason: str, detail: str = "") -> None:
        super().__init__(f"{step}: {reason}" + (f" ({detail})" if detail else ""))
        self.step, self.reason, self.detail = step, reason, detail

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str, str]]:
        """Return what pickle makes the exception again from, for an article from another process."""
        return type(self), (self.step, self.reason, self.detail)


@dataclass(frozen=True, slots=True)
class Given:
    """What the input states about the document, such as columns of JSONL. It wins over guesses."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    outlet: str | None = None
    language: str | None = None
    section: str | None = None
    tdm_reserved: bool | None = None  # As the headers of the HTTP response say.


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a document, and what its container states about it."""

    source_uri: str = ""
    record_number: int | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    given: Given = Given()
    encoding: str | None = None  # For example "utf-8" or "windows-1252 (guessed)".
    extra: tuple[tuple[str, str], ...] = ()  # Fields of the input that are kept, by name.


class Document(NamedTuple):
    """One document for the taggers. `extracted` without `removed` is the text cleaned so far."""

    extracted: str
    removed: tuple[Removal, ...] = ()
    url: str | None = None
    fetched_at: datetime | None = None
    given: Given = Given()
    page: PageData | None = None  # None for plain text. Headline and byline are then in the text.


#: Makes a document from a tuple of all its fields (see `lines.line.new_line`).
new_document: Callable[
    [tuple[str, tuple[Removal, ...], str | None, datetime | None, Given, PageData | None]], Document
] = partial(tuple.__new__, Document)


@dataclass(frozen=True, slots=True)
class Tags:
    """The result of the taggers: column values, their sources, and the lines that became columns."""

    values: Mapping[str, object]
    evidence: Mapping[str, str]
    removed: tuple[Removal, ...]
    text: str  # What is left of the document.


@dataclass(frozen=True, kw_only=True, repr=False)
class Article(ArticleViews):
    """A cleaned and tagged document. Field names are the columns of `articles`."""

    doc_id: str
    source_uri: str
    record_number: int | None
    source_kind: str
    url: str | None
    canonical_url: str | None
    fetched_at: datetime | None
    outlet_id: str | None
    outlet: str | None
    title: str | None
    title_raw: str | None
    byline: tuple[str, ...]
    byline_orgs: tuple[str, ...]
    byline_roles: tuple[str, ...]
    byline_raw: str | None
    authors: tuple[str, ...]
    dateline_place: str | None
    dateline_country: str | None
    dateline_agency: str | None
    dateline_date: date | None
    wire_source: str | None
    sources_cited: tuple[str, ...]
    section: str | None
    published_at: datetime | None
    published_date: date | None
    published_precision: str | None
    published_utc_offset_minutes: int | None
    modified_at: datetime | None
    language: str | None
    language_confidence: float | None
    corrections: tuple[str, ...]
    text: str
    n_words: int
    n_chars: int
    content_sha256: str
    extracted_sha256: str
    description: str | None
    keywords: tuple[str, ...]
    image_url: str | None
    article_type: str | None
    is_free: bool | None
    license: str | None
    tdm_reserved: bool | None
    extra: tuple[tuple[str, str], ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[Removal, ...] = ()
    extracted: str = ""
    refused: Refused | None = None  # The reason why the text is empty.
    # For `markdown`. Only `clean_page` keeps it.
    page: str | bytes | None = field(default=None, compare=False)


def new_article(values: dict[str, object]) -> Article:
    """Return the article with these values of all its fields. The dictionary becomes its own.

    The constructor of a frozen class assigns each field by a call, which takes 5 % of the time that
    a short text needs.
    """
    article = object.__new__(Article)
    object.__setattr__(article, "__dict__", values)
    return article
