"""When the document was published and last modified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa

from copydesk.schemas.column import TIMESTAMP, column
from copydesk.transforms.tag import language
from copydesk.transforms.tag.datelines import dateline_day
from copydesk.transforms.tag.dates import date_formats, date_marks, page_days
from copydesk.transforms.tag.dates.date_formats import Stamp
from copydesk.transforms.tag.headlines import prose_lines, text_header
from copydesk.transforms.tag.page.page_data import PageData
from copydesk.transforms.tag.persons import byline_forms, byline_lexicon, signature
from copydesk.transforms.tag.tagger import Tagger, TagResult, View

COLUMNS = (
    column(
        "published_at",
        TIMESTAMP,
        "First publication in UTC. If only the day is known, its first moment (see `published_precision`).",
    ),
    column("published_date", pa.date32(), "Day of publication as printed: local to the outlet."),
    column(
        "published_precision",
        pa.string(),
        "Finest part that the source gives: day, minute or second.",
    ),
    column(
        "published_utc_offset_minutes",
        pa.int32(),
        "Offset from UTC as printed, in minutes; null if none is printed.",
    ),
    column(
        "modified_at",
        TIMESTAMP,
        "Last modification in UTC, if the source distinguishes it from publication.",
    ),
)

_META = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "parsely-pub-date",
    "sailthru.date",
    "datepublished",
    "publishdate",
    "publish_date",
    "publish-date",
    "published_time",
    "published_at",
    "published",
    "published_on",
    "pubdate",
    "pub_date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "article_date_original",
    "cxenseparse:publishtime",
    "cxenseparse:recs:publishtime",
    "originalpublicationdate",
    "date_published",
    "article.published",
    "bt:pubdate",
    "displaydate",
    "release_date",
    "datecreated",
    "creation_date",
    "rnews:datepublished",
    "shareaholic:article_published_time",
    "video:release_date",
)
#: Many systems state here when the page was made or last stored, so a day that the page prints as
#: its publication is preferred.
_PAGE_META = ("dcterms.date", "dc.date", "date")


#: A statement that is later than the day in the address by more days than this is the date of a move
#: to another system or of a new edition (arbitrary: no known page lies between 2 and 700 days). Days
#: before the first papers on the web are subjects.
_MOVED_DAYS, _FIRST_WEB_YEAR = 30, 1994


def find(view: View) -> TagResult:
    """Return when the document was published and modified.

    The sources are the input, the page's statements, its printed dates, and its address. A date
    more than one day after the fetch is refused.
    """
    page, given = view.page, view.document.given.published
    of_url = date_formats.of_address(
        str(view.document.url or view.values.get("canonical_url") or "")
    )
    candidates = _candidates(view, of_url)
    stamp, source = next(
        (
            (stamp, source)
            for stamp, source in candidates
            if page_days.is_possible(stamp, view.document.fetched_at)
        ),
        (None, ""),
    )
    if given:
        said = date_formats.machine(given) or date_formats.printed(
            given, day_first=page_days.day_first(view)
        )
        if said is not None and page_days.is_possible(said, view.document.fetched_at):
            source = (
                f"given; {source} differs"
                if stamp is not None and stamp.day != said.day
                else "given"
            )
            stamp = said
    modified = page_days.modified(page, view.document.fetched_at) if page is not None else None
    values: dict[str, object] = {"modified_at": modified[0].utc if modified else None}
    evidence = {"modified_at": modified[1]} if modified else {}
    if stamp is not None:
        values |= {
            "published_at": stamp.utc,
            "published_date": stamp.day,
            "published_precision": stamp.precision,
            "published_utc_offset_minutes": stamp.offset,
        }
        evidence |= {
            "published_at": source,
            "published_date": source,
            "published_precision": source,
        }
        if page is not None and not given and (local := page_days.local(stamp, page, view, of_url)):
            values["published_date"], evidence["published_date"] = local
        if stamp.offset is not None:
            evidence["published_utc_offset_minutes"] = source
    return TagResult(values, evidence)


def _candidates(view: View, of_url: Stamp | None) -> Iterator[tuple[Stamp, str]]:
    page = view.page
    if page is not None:
        for stamp, source in _stated(page):
            if (
                of_url is not None
                and timedelta(days=_MOVED_DAYS) < stamp.day - of_url.day
                and of_url.day.year >= _FIRST_WEB_YEAR
            ):
                yield of_url, "url"
            yield stamp, source
        for stamp, source in page_days.near_headline(page, view):
            yield _in_order_of_address(stamp, of_url), source
        yield from _of_meta(page, _PAGE_META)
        yield from page_days.shared(page)
    else:
        yield from _in_text(view)
    if of_url is not None:
        yield of_url, "url"
    if page is not None and view.options.update_as_published:
        yield from page_days.updated(page, view)
    if page is not None:
        yield from _in_text(view)


def _in_order_of_address(stamp: Stamp, of_url: Stamp | None) -> Stamp:
    """Return a printed stamp, with day and month exchanged if the address shows that order."""
    swapped = of_url is not None and (of_url.day.year, of_url.day.day, of_url.day.month) == (
        stamp.day.year,
        stamp.day.month,
        stamp.day.day,
    )
    return replace(stamp, day=of_url.day) if of_url is not None and swapped else stamp


def _in_text(view: View) -> Iterator[tuple[Stamp, str]]:
    """Yield the day of a plain text: from its dateline, or alone on one of its first lines."""
    fetched = view.document.fetched_at
    day = dateline_day.resolve(view.dateline, fetched.date() if fetched else None)
    if day is not None:
        yield Stamp(day), "dateline"
    for line in _first_lines(view.document.extracted[:1_000]):
        before = _DAY_BEFORE_TEXT.match(line)
        text = before[1] if before else _beside_byline(line)
        if (
            len(text) < 80
            and date_formats.DIGIT.search(text)
            and date_formats.is_date_alone(text)
            and not date_marks.MODIFIED.search(text)
        ):
            stamp = date_formats.printed(text, day_first=_day_first(view))
            if stamp:
                yield stamp, "text"


# A text prints its day among this many lines, or before its second paragraph. Arbitrary.
_DAY_LINES, _LEAST_LINES, _PROSE_LINES = 12, 6, 2


def _first_lines(text: str) -> list[str]:
    """Return the first lines of a text, or those up to its second paragraph, without blank ones."""
    lines = [line for line in text.split("\n") if line and not line.isspace()][:_DAY_LINES]
    prose = [n for n, line in enumerate(lines) if prose_lines.is_prose(line)]
    if len(prose) < _PROSE_LINES:
        return lines
    return lines[: max(_LEAST_LINES, prose[_PROSE_LINES - 1])]


def _beside_byline(line: str) -> str:
    """Return the day on a byline, or the whole line if it is no byline.

    >>> _beside_byline("By Ana Ruiz | March 3, 2024 | 5 min read"), _beside_byline("March 3, 2024")
    ('March 3, 2024', 'March 3, 2024')
    """
    if not date_formats.DIGIT.search(line) or not (
        text_header.is_byline(line) or signature.names_alone(line)
    ):
        return line
    name = byline_forms.without_day(line)
    parts = (*byline_lexicon.HARD.split(line), line.replace(name, "").strip(" ,"))
    return next((part for part in parts if date_formats.is_date_alone(part)), line)


def _day_first(view: View) -> bool | None:
    """Tell whether 3/4 is the third of April, for a plain text also by its own language."""
    known = page_days.day_first(view)
    if known is not None or view.page is not None:
        return known
    code, share = language.classify(language.head(view.lines))
    return True if code != "en" and share >= _SURE_LANGUAGE else None


#: The least probability of a language that decides (arbitrary).
_SURE_LANGUAGE = 0.9


#: A day in brackets before the first sentence.
_DAY_BEFORE_TEXT = re.compile(r"\(([^()]{8,30})\)\s+\w")


def _stated(page: PageData) -> Iterator[tuple[Stamp, str]]:
    """Yield the publication as JSON-LD and meta tags state it."""
    for document in page.statements.documents:
        if (
            not document.elsewhere
            and document.published
            and (stamp := date_formats.machine(document.published))
        ):
            yield stamp, "json-ld"
    yield from _of_meta(page, _META)
    for document in page.statements.documents:
        if (
            not document.elsewhere
            and document.created
            and (stamp := date_formats.machine(document.created))
        ):
            yield stamp, "json-ld"


def _of_meta(page: PageData, names: tuple[str, ...]) -> Iterator[tuple[Stamp, str]]:
    for name in names:
        for value in page.meta.get(name, ()):
            if stamp := date_formats.machine(value):
                yield stamp, "meta"


TAGGER = Tagger("published", COLUMNS, find)
