"""When the document was published and last modified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa

from copydesk.schemas.column import TIMESTAMP, column
from copydesk.transforms.tag import address
from copydesk.transforms.tag.datelines import dateline_day
from copydesk.transforms.tag.dates import date_formats, date_marks
from copydesk.transforms.tag.dates.date_formats import Stamp
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import PageData
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


def find(view: View) -> TagResult:
    """Return when the document was published and modified.

    The sources are the input, the page's statements, its printed dates, and its address. A date
    more than one day after the fetch is refused.
    """
    page, given = view.page, view.document.given.published
    candidates = _candidates(view)
    stamp, source = next(
        (
            (stamp, source)
            for stamp, source in candidates
            if _is_possible(stamp, view.document.fetched_at)
        ),
        (None, ""),
    )
    if given:
        said = date_formats.machine(given) or date_formats.printed(
            given, day_first=_day_first(view)
        )
        if said is not None and _is_possible(said, view.document.fetched_at):
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
    return TagResult(values, evidence)


def _is_possible(stamp: Stamp, fetched_at: datetime | None) -> bool:
    if fetched_at is None:
        return True
    limit = fetched_at + timedelta(days=1)
    return stamp.utc <= limit if limit.tzinfo else stamp.utc.replace(tzinfo=None) <= limit


def _candidates(view: View) -> Iterator[tuple[Stamp, str]]:
    page, url = view.page, str(view.document.url or view.values.get("canonical_url") or "")
    if page is not None:
        yield from _stated(page)
        for stamp, source in _printed_near_headline(page, view):
            yield _in_order_of_address(stamp, url), source
        yield from _of_meta(page, _PAGE_META)
        yield from _shared_by_time_elements(page)
    else:
        yield from _in_text(view)
    if url and (of_url := date_formats.of_address(url)):
        yield of_url, "url"
    if page is not None and view.options.update_as_published:
        yield from _updated(page, view)


def _in_order_of_address(stamp: Stamp, url: str) -> Stamp:
    """Return a printed stamp, with day and month exchanged if the address shows that order."""
    of_url = date_formats.of_address(url)
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
    for text in view.document.extracted[:1_000].split("\n")[:6]:
        if (
            len(text) < 80
            and date_formats.DIGIT.search(text)
            and date_formats.is_date_alone(text)
            and not date_marks.MODIFIED.search(text)
        ):
            stamp = date_formats.printed(text, day_first=_day_first(view))
            if stamp:
                yield stamp, "text"


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


def _printed_near_headline(page: PageData, view: View) -> Iterator[tuple[Stamp, str]]:
    """Yield the publication as the page prints it near its headline.

    The most trusted date wins. Of two dates side by side the earlier one does. A day that the page
    states as its modification is not used.
    """
    heading = page_headings.main_heading(page, view.values.get("title"))
    top = heading.order if heading else 0
    day_first = _day_first(view)
    modified = _modified(page, None)
    around = {mark.order: mark for mark in (*page.dates, *page.authors)}
    listed = date_marks.listed(page.dates)
    # If a wrapper around the whole page is named as a list, zones say nothing about its dates.
    is_zoned = bool(top) or not all(mark.zone for mark in page.dates)
    found: list[tuple[float, int, Stamp]] = []
    # A date on a card for another story counts only if no date outside cards is near.
    in_cards: set[int] = set()
    is_of_cards = True
    for printed in (*page.dates, *page.authors):
        mark = replace(printed, text=date_marks.of_publication(printed.text))
        near = -10 <= mark.order - top <= 40 and mark.zone != "figure"
        said = (
            mark.zone in {"related", "next", "aside", "footer"}
            and 0 < mark.order - top <= date_marks.NEAR
            and date_marks.PUBLISHED.search(date_marks.announced(mark))
        ) or (
            mark.zone == "footer" and mark.how in {"itemprop", "time"} and "published" in mark.names
        )
        score = date_marks.trust(mark, top) if not (mark.zone and is_zoned) or near or said else 0.0
        if is_zoned and mark.zone in {"related", "next", "aside"} and not said and mark.order > top:
            in_cards.add(mark.order)
            is_of_cards = is_of_cards and not date_marks.names_publication(mark)
            score -= 1.0 if mark.order > top + date_marks.BESIDE else 0.0
        if mark.order in listed and top and mark.order > top + date_marks.BESIDE:
            score -= 1.0
        if mark.how == "text" and len(mark.text) > date_marks.PROSE_CHARS:
            score -= 1.0  # The day is part of a paragraph.
        parent = around.get(mark.inside)
        if score < 1 or (
            parent is not None and date_marks.MODIFIED.search(date_marks.announced(parent))
        ):
            continue
        stamp = (date_formats.machine(mark.value) if mark.value else None) or date_formats.printed(
            mark.text, day_first=day_first
        )
        if stamp and (
            not (modified and modified[0].day == stamp.day) or date_marks.names_publication(mark)
        ):
            found.append((score, mark.order, stamp))
    if not top:
        found = [item for item in found if item[1] not in listed] or found
    own = [item for item in found if item[1] not in in_cards]
    if any(-10 <= order - top <= 40 for _, order, _ in own):
        found = own
    is_of_cards = is_of_cards and not own and view.options.update_as_published
    if is_of_cards and next(_updated(page, view), None):
        return  # The update printed under the headline is nearer to it than the day of a card.
    if found:
        best = max(found, key=lambda item: (item[0], -item[1]))
        rivals = [item for item in found if item[0] >= best[0] - 1 and abs(item[1] - best[1]) <= 15]
        yield min(rivals, key=lambda item: (item[2].day, -item[0], item[1]))[2], "markup"


def _shared_by_time_elements(page: PageData) -> Iterator[tuple[Stamp, str]]:
    """Yield the day of the page's `time` elements if all of them print the same one.

    They may be far from the headline. Those in comments, in lists of other articles and the like do
    not count.
    """
    stamps = [
        date_formats.machine(mark.value)
        for mark in page.dates
        if mark.how == "time" and not mark.zone and mark.value
    ]
    found = [stamp for stamp in stamps if stamp is not None]
    if found and len({stamp.day for stamp in found}) == 1:
        yield found[0], "markup"


def _updated(page: PageData, view: View) -> Iterator[tuple[Stamp, str]]:
    """Yield the day under the headline that the page prints as an update.

    Rewritten pages often print no other day.
    """
    heading = page_headings.main_heading(page, view.values.get("title"))
    top = heading.order if heading else 0
    day_first = _day_first(view)
    for mark in (*page.dates, *page.authors):
        if (
            not 0 < mark.order - top <= (40 if mark.zone else date_marks.NEAR)
            or len(mark.text) > 200
            or not date_marks.MODIFIED.search(date_marks.announced(mark))
        ):
            continue
        stamp = (date_formats.machine(mark.value) if mark.value else None) or date_formats.printed(
            mark.text, day_first=day_first
        )
        if stamp:
            yield stamp, "markup; printed as an update"
            return


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
        if stamp and _is_possible(stamp, fetched_at):
            return stamp, source
    return None


_MONTH_FIRST = frozenset({"en-us", "en_us", "fil", "en-ph"})


def _day_first(view: View) -> bool | None:
    """Tell whether 3/4 is the third of April.

    It is not in American English. Return None for English of an unknown country.
    """
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
