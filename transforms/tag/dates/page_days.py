"""The days that a page prints: near its headline, in its time elements, as its update."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from copydesk.transforms.tag import address
from copydesk.transforms.tag.dates import date_formats, date_marks
from copydesk.transforms.tag.dates.date_formats import Stamp
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import Mark, PageData
from copydesk.transforms.tag.tagger import View

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


class _Around(NamedTuple):
    """What is around the dates of a page."""

    top: int  # Number of the heading that prints the title, or 0.
    is_figure: bool  # The heading is in a figure, as over a large picture.
    is_zoned: bool  # The zones of dates say something.
    listed: frozenset[int]  # Marks of lists.


class _PrintedDay(NamedTuple):
    """A day that may be that of publication."""

    score: float
    order: int  # Number of its mark.
    stamp: Stamp


def near_headline(page: PageData, view: View) -> Iterator[tuple[Stamp, str]]:
    """Yield the publication as the page prints it near its headline.

    The most trusted date wins. Of two dates side by side the earlier one does. A day that the page
    states as its modification is not used.
    """
    around = _around(page, view)
    top = around.top
    marks = [
        mark._replace(text=date_marks.of_publication(mark.text))
        for mark in (*page.dates, *page.authors)
    ]
    days = _days_of(marks, page, around, day_first(view))
    if not top:
        days = [day for day in days if day.order not in around.listed] or days
    # A date on a card for another story counts only if no date outside cards is near.
    cards = [mark for mark in marks if _is_on_card(mark, around)]
    on_cards = {mark.order for mark in cards}
    own = [day for day in days if day.order not in on_cards]
    if any(-10 <= day.order - top <= 40 for day in own):
        days = own
    is_of_cards = not own and not any(map(date_marks.names_publication, cards))
    if is_of_cards and view.options.update_as_published and next(updated(page, view), None):
        return  # The update printed under the headline is nearer to it than the day of a card.
    if days:
        yield _most_trusted(days), "markup"


def _around(page: PageData, view: View) -> _Around:
    heading = page_headings.main_heading(page, view.values.get("title"))
    return _Around(
        heading.order if heading else 0,
        heading is not None and heading.zone == "figure",
        # If a wrapper around the whole page is named as a list, zones say nothing about its dates.
        bool(heading and heading.order)
        or not all(mark.zone for mark in page.dates if _has_day(mark)),
        date_marks.listed(page.dates),
    )


def _days_of(
    marks: list[Mark], page: PageData, around: _Around, is_day_first: bool | None
) -> list[_PrintedDay]:
    """Return the days of the marks that may be that of publication, in the order of the marks."""
    stated = modified(page, None)
    parents = {mark.order: mark for mark in (*page.dates, *page.authors)}
    found = []
    for mark in marks:
        score = _score(mark, around)
        parent = parents.get(mark.inside)
        if score < 1 or (
            parent is not None and date_marks.MODIFIED.search(date_marks.announced(parent))
        ):
            continue
        stamp = _stamp(mark, is_day_first)
        if stamp and (
            not (stated and stated[0].day == stamp.day) or date_marks.names_publication(mark)
        ):
            found.append(_PrintedDay(score, mark.order, stamp))
    return found


def _is_on_card(mark: Mark, around: _Around) -> bool:
    """Tell whether a mark below the headline belongs to another article."""
    return (
        around.is_zoned
        and mark.zone in _OF_OTHERS
        and mark.order > around.top
        and not _is_said(mark, around.top)
    )


def _most_trusted(days: list[_PrintedDay]) -> Stamp:
    """Return the day with the best score, or an earlier one beside it that is nearly as good."""
    best = max(days, key=lambda day: (day.score, -day.order))
    rivals = [
        day for day in days if day.score >= best.score - 1 and abs(day.order - best.order) <= 15
    ]
    return min(rivals, key=lambda day: (day.stamp.day, -day.score, day.order)).stamp


def _stamp(mark: Mark, is_day_first: bool | None) -> Stamp | None:
    """Return the date of a mark: what its attribute states, or else what it prints."""
    stated = date_formats.machine(mark.value) if mark.value else None
    return stated or date_formats.printed(mark.text, day_first=is_day_first)


#: Zones of other articles.
_OF_OTHERS = frozenset({"related", "next", "aside"})


def _has_day(mark: Mark) -> bool:
    return bool(date_formats.DIGIT.search(mark.value or mark.text))


def _is_said(mark: Mark, top: int) -> bool:
    """Tell whether a mark in a zone of other things says that it is the publication."""
    if mark.zone == "footer" and mark.how in {"itemprop", "time"} and "published" in mark.names:
        return True
    return (
        (mark.zone == "footer" or mark.zone in _OF_OTHERS)
        and 0 < mark.order - top <= date_marks.NEAR
        and (
            date_marks.PUBLISHED.search(date_marks.announced(mark)) is not None
            or date_marks.tells_publication(mark)
        )
    )


def _score(mark: Mark, around: _Around) -> float:
    """Return how surely a mark is the day of publication, with what is around it."""
    said = _is_said(mark, around.top)
    after = mark.order - around.top
    near = -10 <= after <= 40 and (mark.zone != "figure" or around.is_figure)
    score = (
        date_marks.trust(mark, around.top)
        if not (mark.zone and around.is_zoned) or near or said
        else 0.0
    )
    if around.is_zoned and mark.zone in _OF_OTHERS and not said and after > date_marks.BESIDE:
        score -= 1.0
    if date_marks.tells_publication(mark):
        return score
    if mark.order in around.listed and around.top and after > date_marks.BESIDE:
        score -= 1.0
    if mark.how == "text" and len(mark.text) > date_marks.PROSE_CHARS:
        score -= 1.0  # The day is part of a paragraph.
    return score


def shared(page: PageData) -> Iterator[tuple[Stamp, str]]:
    """Yield the day of the page's `time` elements if all of them print the same one.

    They may be far from the headline. Those in comments, in lists of other articles and the like do
    not count. If there is no such element, a day alone in an element whose class names a date is
    taken, under the same condition.
    """
    own = [mark for mark in page.dates if not mark.zone]
    stamps = [date_formats.machine(mark.value) for mark in own if mark.how == "time" and mark.value]
    found = [stamp for stamp in stamps if stamp is not None]
    if not found:
        alone = [mark.text for mark in own if mark.how == "class" and date_marks.is_day_alone(mark)]
        found = [stamp for text in alone if (stamp := date_formats.printed(text)) is not None]
    if found and len({stamp.day for stamp in found}) == 1:
        yield found[0], "markup"


#: Hours of UTC in which the day is another one where people live: from the Pacific coast of America
#: to New Zealand. Days near the Date Line are left alone.
_DAY_BEFORE, _DAY_AFTER = 8, 11


def local(
    stamp: Stamp, page: PageData, view: View, of_url: Stamp | None
) -> tuple[date, str] | None:
    """Return the local day of a moment that the page states in UTC, and its source.

    It is the day before or after in the address, or in the first date that the page prints near
    its headline. Return None if they name the same day as the statement or none.
    """
    if stamp.time is None or stamp.offset != 0:
        return None
    day = timedelta(days=1)
    around = {stamp.day - day} if stamp.time.hour < _DAY_BEFORE else set()
    around |= {stamp.day + day} if stamp.time.hour >= _DAY_AFTER else set()
    if of_url is not None and of_url.day in around:
        return of_url.day, "url"
    if of_url is not None or not around:
        return None
    heading = page_headings.main_heading(page, view.values.get("title"))
    if heading is None:
        return None
    is_day_first = day_first(view)
    for mark in page.dates:
        after = mark.order - heading.order
        if (
            -10 <= after <= _PRINTED_NEAR
            and (not mark.zone or 0 < after <= date_marks.BESIDE)
            and not date_marks.MODIFIED.search(date_marks.announced(mark))
        ):
            said = date_formats.printed(mark.text, day_first=is_day_first)
            if said is not None:
                return (said.day, "markup") if said.day in around else None
    return None


#: Elements from the headline to the line with its day.
_PRINTED_NEAR = 40


def updated(page: PageData, view: View) -> Iterator[tuple[Stamp, str]]:
    """Yield the day under the headline that the page prints as an update.

    Rewritten pages often print no other day.
    """
    heading = page_headings.main_heading(page, view.values.get("title"))
    top = heading.order if heading else 0
    is_day_first = day_first(view)
    for mark in (*page.dates, *page.authors):
        if (
            not 0 < mark.order - top <= (40 if mark.zone else date_marks.NEAR)
            or len(mark.text) > 200
            or not date_marks.MODIFIED.search(date_marks.announced(mark))
        ):
            continue
        stamp = _stamp(mark, is_day_first)
        if stamp:
            yield stamp, "markup; printed as an update"
            return


def modified(page: PageData, fetched_at: datetime | None) -> tuple[Stamp, str] | None:
    """Return when the page says it was modified, and the source of that."""
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
        if stamp and is_possible(stamp, fetched_at):
            return stamp, source
    return None


def is_possible(stamp: Stamp, fetched_at: datetime | None) -> bool:
    """Tell whether a date is not later than the day after the fetch."""
    if fetched_at is None:
        return True
    limit = fetched_at + timedelta(days=1)
    return stamp.utc <= limit if limit.tzinfo else stamp.utc.replace(tzinfo=None) <= limit


_MONTH_FIRST = frozenset({"en-us", "en_us", "fil", "en-ph"})


def day_first(view: View) -> bool | None:
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
