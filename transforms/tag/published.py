"""When the document was published and last modified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa

from copydesk.schemas.column import TIMESTAMP, column
from copydesk.transforms.tag import address
from copydesk.transforms.tag.datelines import dateline_parser
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.dates.date_formats import Stamp
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import Mark, PageData
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column(
        "published_at",
        TIMESTAMP,
        "First publication in UTC; of a day alone, its first moment (see `published_precision`).",
    ),
    column("published_date", pa.date32(), "Day of publication as printed: local to the outlet."),
    column(
        "published_precision", pa.string(), "Finest part the source gave: day, minute or second."
    ),
    column(
        "published_utc_offset_minutes",
        pa.int32(),
        "Offset from UTC as printed, in minutes; null where none was.",
    ),
    column(
        "modified_at",
        TIMESTAMP,
        "Last modification in UTC, where the source tells it apart from publication.",
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
    "dcterms.date",
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
    "dc.date",
    "date",
    "displaydate",
    "release_date",
    "datecreated",
    "creation_date",
    "rnews:datepublished",
    "shareaholic:article_published_time",
    "video:release_date",
)
_MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "article:modified",
    "dc.date.modified",
    "dcterms.modified",
    "lastmod",
    "last-modified",
    "datemodified",
    "revised",
)
_MODIFIED = re.compile(
    r"updat|modif|aktualis|actualiz|mis à jour|màj|aggiorn|gewijzigd|oppdater|uppdater|opdater|güncelle|обновл|更新|수정|zaktualiz|edited|revis|reviewed|stand:|last checked",
    re.I,
)
_PUBLISHED = re.compile(
    r"publi|posted|post time|pubdate|entry-date|post-?date|article-?date|date-?line|created|veröffentlicht|erschienen|am\s|yayın|опубл|公開|発行|입력|geplaatst|skrevet|gepost|first",
    re.I,
)
_OTHER = re.compile(
    r"event|expire|copyright|since|birth|founded|deadline|schedule|calendar|issue|release|comment|countdown|today|current|clock|weather|promo|valid",
    re.I,
)
_RIGHTS = re.compile(r"©|\(c\)|copyright|all rights|alle rechte|tous droits|derechos", re.I)
_BARE = re.compile(r"\W*(?:[\w.,]+\W+){1,4}\w+\W*|[\d./-]{8,10}")  # little more than a date
BESIDE = 12  # elements after the headline in which even a list's kind of date is the document's own
MANY = 3  # days printed alike: a page prints its own publication and update, and no third
NEAR = 120  # elements from the headline within which a printed date is the document's own


def find(view: View) -> Found:
    """Publication and modification, by what was given, the page's statements, its marks, then the address.

    A day more than one after the fetch is refused.
    """
    page, given = view.page, view.document.given.published
    candidates = _candidates(view)
    stamp, source = next(
        (
            (stamp, source)
            for stamp, source in candidates
            if _possible(stamp, view.document.fetched_at)
        ),
        (None, ""),
    )
    if given:
        said = date_formats.machine(given) or date_formats.printed(
            given, day_first=_day_first(view)
        )
        if said is not None and _possible(said, view.document.fetched_at):
            source = (
                f"given; {source} differs"
                if stamp is not None and stamp.day != said.day
                else "given"
            )
            stamp = said
    modified = _modified(page, view.document.fetched_at) if page is not None else None
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
        if stamp.offset is not None:
            evidence["published_utc_offset_minutes"] = source
    return Found(values, evidence)


def _possible(stamp: Stamp, fetched_at: datetime | None) -> bool:
    if fetched_at is None:
        return True
    limit = fetched_at + timedelta(days=1)
    return stamp.utc <= limit if limit.tzinfo else stamp.utc.replace(tzinfo=None) <= limit


def _candidates(view: View) -> Iterator[tuple[Stamp, str]]:
    page, url = view.page, str(view.document.url or view.values.get("canonical_url") or "")
    if page is not None:
        yield from _stated(page)
        for stamp, source in _marked(page, view):
            yield _in_order(stamp, url), source
    else:
        yield from _of_text(view)
    if url and (of_url := date_formats.of_address(url)):
        yield of_url, "url"
    if page is not None and view.options.update_as_published:
        yield from _updated(page, view)


def _in_order(stamp: Stamp, url: str) -> Stamp:
    """A printed stamp; its day and month the other way round where the address says so."""
    of_url = date_formats.of_address(url)
    swapped = of_url is not None and (of_url.day.year, of_url.day.day, of_url.day.month) == (
        stamp.day.year,
        stamp.day.month,
        stamp.day.day,
    )
    return replace(stamp, day=of_url.day) if of_url is not None and swapped else stamp


def _of_text(view: View) -> Iterator[tuple[Stamp, str]]:
    """The day of a plain text: in its dateline, or alone on one of its first lines."""
    line = dateline_parser.of(view)
    fetched = view.document.fetched_at
    day = dateline_parser.resolved(line, fetched.date() if fetched else None)
    if day is not None:
        yield Stamp(day), "dateline"
    for text in view.document.extracted[:1_000].split("\n")[:6]:
        if (
            len(text) < 80
            and date_formats.DIGIT.search(text)
            and not _MODIFIED.search(text)
            and date_formats.is_date_alone(text)
        ):
            stamp = date_formats.printed(text, day_first=_day_first(view))
            if stamp:
                yield stamp, "text"


def _stated(page: PageData) -> Iterator[tuple[Stamp, str]]:
    """Publication as JSON-LD and meta tags state it."""
    for document in page.statements.documents:
        if (
            not document.elsewhere
            and document.published
            and (stamp := date_formats.machine(document.published))
        ):
            yield stamp, "json-ld"
    for name in _META:
        for value in page.meta.get(name, ()):
            if stamp := date_formats.machine(value):
                yield stamp, "meta"
    for document in page.statements.documents:
        if (
            not document.elsewhere
            and document.created
            and (stamp := date_formats.machine(document.created))
        ):
            yield stamp, "json-ld"


def _marked(page: PageData, view: View) -> Iterator[tuple[Stamp, str]]:
    """Publication as the page prints it near its headline, by the surest mark; of two side by side, the earlier.

    A day that the page states as modification is none.
    """
    heading = page_headings.main_heading(page, view.values.get("title"))
    top = heading.order if heading else 0
    day_first = _day_first(view)
    modified = _modified(page, None)
    around = {mark.order: mark for mark in (*page.dates, *page.authors)}
    listed = _listed(page.dates)
    found: list[tuple[float, int, Stamp]] = []
    in_cards: set[int] = set()  # a card's date counts only where none outside cards is near
    for mark in (*page.dates, *page.authors):
        near = -10 <= mark.order - top <= 40 and mark.zone != "figure"
        said = (
            mark.zone in {"related", "aside", "footer"}
            and 0 < mark.order - top <= NEAR
            and _PUBLISHED.search(_announced(mark))
        ) or (mark.zone == "footer" and mark.how == "itemprop" and "published" in mark.names)
        score = _trust(mark, top) if not mark.zone or near or said else 0.0
        if mark.zone in {"related", "aside"} and not said and mark.order > top:
            in_cards.add(mark.order)
            score -= 1.0 if mark.order > top + BESIDE else 0.0
        if mark.order in listed and top and mark.order > top + BESIDE:
            score -= 1.0
        parent = around.get(mark.inside)
        if score < 1 or (parent is not None and _MODIFIED.search(_announced(parent))):
            continue
        stamp = (date_formats.machine(mark.value) if mark.value else None) or date_formats.printed(
            mark.text, day_first=day_first
        )
        if stamp and (not (modified and modified[0].day == stamp.day) or _says_so(mark)):
            found.append((score, mark.order, stamp))
    own = [item for item in found if item[1] not in in_cards]
    if any(-10 <= order - top <= 40 for _, order, _ in own):
        found = own
    if found:
        best = max(found, key=lambda item: (item[0], -item[1]))
        rivals = [item for item in found if item[0] >= best[0] - 1 and abs(item[1] - best[1]) <= 15]
        yield min(rivals, key=lambda item: (item[2].day, -item[0], item[1]))[2], "markup"


def _listed(marks: tuple[Mark, ...]) -> frozenset[int]:
    """The marks of one make that print three days or more: the dates of a list of other articles."""
    days: dict[tuple[str, str], dict[str, int]] = {}
    for mark in marks:
        days.setdefault((mark.how, mark.names), {}).setdefault(mark.value or mark.text, mark.order)
    many = {make for make, printed in days.items() if len(printed) >= MANY}
    return frozenset(mark.order for mark in marks if (mark.how, mark.names) in many)


def _updated(page: PageData, view: View) -> Iterator[tuple[Stamp, str]]:
    """The day under the headline that the page prints as an update: rewritten pages print no other."""
    heading = page_headings.main_heading(page, view.values.get("title"))
    top = heading.order if heading else 0
    day_first = _day_first(view)
    for mark in (*page.dates, *page.authors):
        if (
            not 0 < mark.order - top <= (40 if mark.zone else NEAR)
            or len(mark.text) > 200
            or not _MODIFIED.search(_announced(mark))
        ):
            continue
        stamp = (date_formats.machine(mark.value) if mark.value else None) or date_formats.printed(
            mark.text, day_first=day_first
        )
        if stamp:
            yield stamp, "markup; printed as an update"
            return


def _announced(mark: Mark) -> str:
    """The words before the first figure of a mark: what its date is said to be."""
    return re.split(r"\d", mark.text, maxsplit=1)[0][-40:]


def _says_so(mark: Mark) -> bool:
    """Whether a mark names publication in its class or wording."""
    return bool(_PUBLISHED.search(mark.names) or _PUBLISHED.search(mark.text[:60]))


def _trust(mark: Mark, top: int) -> float:
    """How surely a mark is the date of publication; below 1 it is not used."""
    named = mark.names
    if mark.how == "itemprop" and "author" not in named:
        score = 3.0 if "published" in named or "created" in named else 0.0
    elif (
        (len(mark.text) > 200 and mark.how != "text")
        or _RIGHTS.search(mark.text)
        or _MODIFIED.search(_announced(mark))
    ):
        return 0.0
    else:
        score = {"time": 1.5, "class": 1.0}.get(mark.how, 0.5)
    says_so = _says_so(mark)
    after = mark.order - top
    if -3 <= after <= NEAR and after:
        score += 1.0
    elif -40 <= after <= 0:
        score += 0.5
    elif top:
        score -= 0.5 if says_so else 1.5
    if says_so:
        score += 1.0
    elif _MODIFIED.search(named):
        score -= 1.0
    if _BARE.fullmatch(mark.text):
        score += 0.5
    return score - (0.5 if 0 < after <= BESIDE else 1.5) * bool(_OTHER.search(named))


def _modified(page: PageData, fetched_at: datetime | None) -> tuple[Stamp, str] | None:
    values = [
        (d.modified, "json-ld") for d in page.statements.documents if not d.elsewhere and d.modified
    ]
    values += [(value, "meta") for name in _MODIFIED_META for value in page.meta.get(name, ())]
    values += [
        (mark.value, "markup")
        for mark in page.dates
        if mark.how == "itemprop" and "modified" in mark.names
    ]
    for value, source in values:
        stamp = date_formats.machine(value)
        if stamp and _possible(stamp, fetched_at):
            return stamp, source
    return None


_MONTH_FIRST = frozenset({"en-us", "en_us", "fil", "en-ph"})


def _day_first(view: View) -> bool | None:
    """Whether 3/4 is the third of April: not in American English; unknown for English of no country."""
    page = view.page
    language = (page.language or page.first("og:locale") if page is not None else "").lower() or (
        view.document.given.language or ""
    ).lower()
    ending = address.host(view.document.url or view.values.get("canonical_url")).rsplit(".", 1)[-1]
    if ending in {"uk", "au", "nz", "ie", "in", "za", "ng", "ke", "sg", "my", "hk"}:
        return True
    if language in _MONTH_FIRST or ending in {"us", "gov", "mil"}:
        return False
    if language and not language.startswith("en"):
        return True
    return (
        False
        if ending == "com" and not language.startswith("en-gb")
        else None
        if not language
        else not language.startswith("en") or language == "en-gb"
    )


TAGGER = Tagger("published", COLUMNS, find)
