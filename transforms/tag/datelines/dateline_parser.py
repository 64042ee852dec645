"""Parser for the dateline of a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from copydesk.transforms.tag.datelines import dateline_forms, dateline_places
from copydesk.transforms.tag.datelines.dateline_forms import Dateline
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.lookup.condition import Condition

MAX_CHARS = 140  # "PORT-AU-PRINCE, Haiti, Sept. 30, 2024 (Agence France-Presse) –" has 63


_NONE = Dateline()

_WORD = r"[^\W\d_a-z][^\W\d_]*(?:[.'’\-][^\W\d_]+){0,3}\.?"
_NAME = rf"{_WORD}(?:[ /](?:{_WORD}|de|del|do|da|dos|la|al|am|an|der|upon|el|es|of|and|ez|on|im|bei|sur)){{0,4}}"
_SEPARATOR = (
    r"(?:\.?\s?[–—―‒]\s?|\.?\s?-{1,3}\s?-?(?=\s|[^\W\d_]{3})|\s?_{1,2}\s|:\s|\.\s?-{1,2}\s?|\.\s?)"
)
_AGENCY = r"\((?P<agency>[^()\d]{2,40})\)|/\s?(?P<slashed>[^/\d]{2,30})\s?/|(?P<plain>[–—-]\s?(?:РИА Новости|ТАСС|Интерфакс))"
_HEAD = re.compile(
    rf"(?P<place>{_NAME})(?:,\s(?![^\W\d_]{{2,12}}\.?\s\d)(?P<region>{_NAME})|\s\((?P<inside>{_NAME})\)(?=,\s\d))?(?P<date>(?:,|\.)?\s{{1,2}}(?:\d{{1,2}}/\d{{1,2}}|[^\W\d_]{{2,12}}\.?\s\d{{1,2}}|\d{{1,2}}\.?\s(?:de\s)?[^\W\d_]{{2,12}}\.?)(?:,?\s(?:de\s)?\d{{4}})?)?"
    rf"\.?,?\s{{0,3}}(?:{_AGENCY})?(?P<separator>{_SEPARATOR})?"
)
_MARK = re.compile(r"[)/–—―‒]| [-_]|-[ -]|\.-")  # One of these ends every dateline.
_DAY = re.compile(
    r"(?:([^\W\d_]{2,12})\.?\s(\d{1,2})|(\d{1,2})\.?\s(?:de\s)?([^\W\d_]{2,12})\.?)(?:,?\s(?:de\s)?(\d{4}))?"
)
_AGENCY_FIRST = re.compile(
    r"\((?P<agency>[^()\d]{2,30})\)\s?(?:[–—―-]{1,2}|:)?\s?|(?P<bare>[A-Z]{2,4})\s[–—]\s(?=\S)"
)
_CITY_AND_COLON = re.compile(rf"{dateline_forms.CITY}: ")  # "NEW DELHI: "
# "(ANSA) - MILANO, 5 GEN - "
_PLACE_BEHIND = re.compile(rf"(?P<place>{_NAME}),\s(?P<date>\d{{1,2}}\s[^\W\d_]{{3,9}})\s?[–—-]\s")
# Broadcasters that sign as agencies do.
_BROADCASTERS = frozenset({"CNN", "NBC", "CBS", "ABC", "NPR", "BBC"})
# The text before an agency's name in brackets: any number of places, with or without regions and a
# day.
_BEFORE_AGENCY = re.compile(
    r"(?P<head>[^()\n]{3,110}?)\s{0,3}\((?P<agency>[^()\d]{2,40})\)[*_]{0,3}\s{0,2}(?:(?:[–—―-]{1,3}|:)(?:\s|$)|$)"
)
_JOINERS = frozenset(
    {
        "de",
        "del",
        "do",
        "da",
        "dos",
        "la",
        "al",
        "of",
        "and",
        "the",
        "am",
        "an",
        "der",
        "upon",
        "el",
        "on",
        "im",
        "bei",
        "sur",
    }
)
_TICKER = re.compile(r"[A-Z0-9]{1,6}\.[A-Z]{1,3}|(?:NYSE|NASDAQ|LON|ASX|TSX).*", re.I)
_MARKUP_END = re.compile(r"(?:[*_]{1,3}|</\w{1,6}>)\s?(?:[–—-]{1,2}\s)?")
_MARKUP = re.compile(r"(?:\*{1,3}|_{1,2}|</?(?:b|strong|em|i)>|\s)+")


_LEAD_CHARS = 60  # The paragraph below a place on a line of its own, at least (arbitrary).
_FIRST_LINES, _MOST_PARSED = 12, 4  # Of the first lines, those that are long enough are parsed.


def of(lines: Sequence[str]) -> Dateline:
    """Return the dateline at the start of one of a document's first lines, or an empty one.

    >>> of(["Rain in Oslo", "", "LONDON (Reuters) - Rain fell all day again."]).line
    2
    """
    n_parsed = 0
    for number, line in enumerate(lines[:_FIRST_LINES]):
        if len(line) <= dateline_places.PLACE_CHARS and line[:3].isupper():
            alone = dateline_places.alone(line)
            below = lines[number + 1 : number + 3]
            if alone is not None and any(len(said) >= _LEAD_CHARS for said in below):
                return Dateline(*alone, end=len(line), line=number)
        if not _may_hold_dateline(line):
            continue
        found = parse(line)
        if found.end:
            return replace(found, line=number) if number else found
        n_parsed += 1
        if len(line) > 200 or n_parsed == _MOST_PARSED:
            break
    return _NONE


def _may_hold_dateline(line: str) -> bool:
    return (
        len(line) >= 30
        or bool(line and _BEFORE_AGENCY.fullmatch(line.rstrip()))
        or (len(line) >= 5 and dateline_forms.is_other_script(line))
    )


def parse(line: str) -> Dateline:
    """Return the dateline at the start of a line.

    >>> found = parse("QAMISHLI, Syria (North Press) – Talks are to begin, officials said.")
    >>> found.place, found.country, found.agency
    ('QAMISHLI', 'Syria', 'North Press')
    >>> found = parse("LONDON, Jan 5 (Reuters) - Shares rose.")
    >>> found.place, found.country, found.agency, found.month, found.day
    ('LONDON', 'United Kingdom', 'Reuters', 1, 5)
    >>> parse("NATO — the alliance — met on Monday.").end       # no place
    0
    """
    head = line[:MAX_CHARS]
    if (
        _MARK.search(head)
        or _CITY_AND_COLON.match(head)
        or (not head.isascii() and (dateline_forms.is_other_script(head) or _STOPPED.match(head)))
    ):
        return _parse(head)
    return _NONE


_STOPPED = re.compile(r"[^\W\d]{3,20}\. \d{1,2} ")  # "КИЇВ. 5 січня. УНН. " has no separator.


def is_alone(line: str) -> bool:
    """Tell whether a line is a dateline and nothing else.

    >>> is_alone("LONDON, Jan 5 (Reuters)"), is_alone("The lock at noon (Reuters)")
    (True, False)
    """
    found = parse(line)
    return found.place is not None and 0 < found.end >= len(line.rstrip())


_MIN_PROSE_CHARS = 20  # Characters after a dateline, at least: fewer are a label. Arbitrary.


def opens_prose(line: str) -> bool:
    """Tell whether a line begins with a dateline and prose follows.

    >>> opens_prose("LONDON (Reuters) - Rain fell all day again."), opens_prose("LONDON (Reuters)")
    (True, False)
    """
    end = parse(line).end
    return 0 < end <= len(line.rstrip()) - _MIN_PROSE_CHARS


@lru_cache(maxsize=16)  # A headline is also asked about by itself.
def _parse(line: str) -> Dateline:
    marked = None if line[0].isalpha() else _MARKUP.match(line)
    head = line[marked.end() :] if marked else line
    shift = len(line) - len(head)
    if dateline_forms.is_other_script(head):
        found = dateline_forms.read(head, shift, dateline_forms.SCRIPT_FORMS)
        return found if found.end else _agency_alone(head, shift)
    found = _usual(head, shift)
    if not found.end:
        found = _before_agency(head, shift)
    if not found.end:
        found = dateline_forms.read(head, shift, dateline_forms.HOUSE_FORMS)
    closing = _MARKUP_END.match(line, found.end) if marked else None
    return replace(found, end=closing.end()) if closing else found


def _usual(head: str, shift: int) -> Dateline:
    """Return a dateline of the usual order (place, region, day, agency, mark), or an agency alone."""
    match = _HEAD.match(head)
    if match is None:
        return _agency_alone(head, shift)
    end = match.end()
    if len(head) - end < _MIN_REST_CHARS:
        return _NONE
    place, region, inside, day, bracketed, slashed, plain, separator = match.groups()
    region = region or inside  # "Valencia (España), 14 may (EFE).- "
    agency = bracketed or slashed or (plain or "").lstrip("–—- ") or None
    found = _of_printed(place, region or "", day or "", agency, separator or "", shift + end)
    if found.month is not None and found.agency is None:
        behind = _AGENCY_BEHIND.match(head, end)
        if behind is not None and gazetteers.agency(behind["agency"]):
            return replace(found, agency=behind["agency"], end=shift + behind.end())
    return found


@lru_cache(maxsize=1024)  # 92 % of the 8,859 datelines of a wire service repeat one before.
def _of_printed(
    place: str, region: str, printed_day: str, printed_agency: str | None, separator: str, end: int
) -> Dateline:
    """Return the dateline of the parts that the usual form finds, or an empty one if it is none."""
    agency = _agency_name(printed_agency) if printed_agency is not None else None
    month, day, year = date_formats.day_and_month(printed_day) if printed_day else _NO_DAY
    if agency == "" or (printed_day and month is None):
        return _NONE
    place, region = place.strip(" ."), region.strip()
    if agency is None and region and (_DOMAIN.search(region) or gazetteers.agency(region)):
        agency, region = region, ""  # "PRAHA, ČTK – "
    if not _acceptable(_Parts(place, region, agency, month is not None, separator)):
        return _NONE
    country = dateline_places.country_of(place, region)
    return Dateline(place, country, agency, month, day, year, 0, end)


_NO_DAY = (None, None, None)
_MIN_REST_CHARS = 10  # Characters after a dateline of the usual form, at least. Arbitrary.


_AGENCY_BEHIND = re.compile(r"(?P<agency>[^\d–—.,/]{2,25})[.,]\s")  # "МИНСК, 5 янв – Sputnik. "
_COMPANY = re.compile(
    r"\s(?:CO|CORP|INC|LTD|LLC|PLC|AG|HOLDINGS?|GROUP)\.?$"
)  # A ticker follows it.
_DOMAIN = re.compile(r"\w\.(?:com?|net|id|ru|ua|vn)(?:\.\w\w)?$", re.I)


def _agency_alone(head: str, shift: int) -> Dateline:
    match = _AGENCY_FIRST.match(head)
    name = (match["agency"] or match["bare"]).strip() if match else ""
    if match and (
        name in _BROADCASTERS or (gazetteers.agency(name) and not _TICKER.fullmatch(name))
    ):
        behind = _PLACE_BEHIND.match(head, match.end())
        if behind is None:
            return Dateline(agency=name, end=shift + match.end())
        place, (month, day, year) = behind["place"], date_formats.day_and_month(behind["date"])
        country = dateline_places.country_of(place, "")
        return Dateline(place, country, name, month, day, year, 0, shift + behind.end())
    return _NONE


def _before_agency(head: str, shift: int) -> Dateline:
    """Return the dateline of several places or none before a known agency in brackets.

    A day may follow the places. A dash or the end of the line follows the agency.

    >>> found = parse("PALO ALTO, California/MEMPHIS, Tennessee (Reuters) - Work has begun on the plant.")
    >>> found.place, found.country, found.agency
    ('PALO ALTO/MEMPHIS', 'California', 'Reuters')
    """
    match = _BEFORE_AGENCY.match(head)
    agency = _without_desk(match["agency"]) if match else ""
    if match is None or not gazetteers.agency(agency):
        return _agency_alone(head, shift)
    month, day, year = date_formats.day_and_month(match["head"])
    if month is None:
        day = year = None
    places_only = _DAY.sub("", match["head"]) if month is not None else match["head"]
    names = [part.split(",")[0].strip(" .*_") for part in places_only.split("/")]
    region = places_only.split("/")[0].partition(",")[2].strip(" ,.")
    words = re.findall(r"[^\s/,]+", places_only)
    if len(words) > 14 or any(w[0].islower() and w not in _JOINERS for w in words):
        return _NONE
    place = "/".join(name for name in names if name) or None
    if (
        words
        and dateline_places.NOT_PLACES.fullmatch(words[0].strip(".,"))
        and not dateline_places.is_listed(names[0])
    ):
        return _NONE
    country = dateline_places.country_of(place or "", region) if place else None
    alone = match.end() >= len(head.rstrip())
    if (
        alone
        and month is None
        and not (place and (place.isupper() or dateline_places.is_listed(names[0])))
    ):
        return _NONE  # "Rescue Team (Reuters)" is a caption
    return Dateline(place, country, agency, month, day, year, 0, shift + match.end())


_DESK = re.compile(r"/[a-zäöü]{2,6}")  # A German agency names its regional service.


def _without_desk(printed: str) -> str:
    """Return the name in brackets without the service of the agency: "dpa/lno" is dpa."""
    text = printed.strip()
    name, slash, desk = text.partition("/")
    return name if slash and _DESK.fullmatch(slash + desk) and gazetteers.agency(name) else text


def _agency_name(printed: str) -> str:
    """Return the name that brackets hold, or "" if they hold something else."""
    text = _without_desk(printed)
    if gazetteers.agency(text) or gazetteers.outlet_named(text):
        return text
    if _TICKER.fullmatch(text):
        return ""
    words = text.split()
    named = all(
        word[:1].isupper() or word.isupper() or word in {"de", "of", "and", "the"} for word in words
    )
    return text if named and 1 <= len(words) <= 5 and len(text) > 1 else ""


class _Parts(NamedTuple):
    """The parts that the usual form finds at the start of a line. They may not be a dateline."""

    place: str
    region: str
    agency: str | None
    dated: bool
    separator: str

    @property
    def capitals(self) -> bool:
        return self.place.upper() == self.place and self.place.lower() != self.place

    @property
    def listed(self) -> bool:
        return dateline_places.is_listed(self.place)

    @property
    def known_agency(self) -> bool:
        name = self.agency or ""
        return bool(gazetteers.agency(name) or gazetteers.outlet_named(name))

    @property
    def dashed(self) -> bool:
        return self.separator.strip(" .") in _DASHES and self.separator[-1:].isspace()


_DASHES = frozenset({"–", "—", "―", "‒", "--", "---", "-"})
#: The start of a line is a dateline of the usual form if one of these conditions is true.
DATELINE_CONDITIONS: tuple[Condition[_Parts], ...] = (
    Condition(
        "known_agency_behind_a_place",
        lambda p: p.known_agency and (p.capitals or p.listed),
        ("New Delhi, Jan 5 (PTI) ", "LONDON (Reuters) "),
        ("Smith (R) — ", "John Smith (left) - "),
    ),
    Condition(
        "agency_and_separator",
        lambda p: (
            p.agency is not None
            and bool(p.separator.strip())
            and (p.capitals or p.listed or p.known_agency)
        ),
        ("QAMISHLI, Syria (North Press) – ", "Berlin (dpa) - "),
        ("Mr Smith (Labour) - ", "Apple (AAPL) - "),
    ),
    Condition(
        "listed_place_in_capitals",
        lambda p: p.agency is None and p.dashed and p.capitals and p.listed,
        ("WASHINGTON — ",),
        ("UPDATE — ", "NATO — "),
    ),
    Condition(
        "capitals_with_a_day",
        lambda p: p.agency is None and p.dashed and p.capitals and p.dated,
        ("MILL TOWN, Jan. 5 — ",),
        ("MILL TOWN — ",),
    ),
    Condition(
        "capitals_with_a_region",
        lambda p: (
            p.agency is None
            and p.dashed
            and p.capitals
            and p.place.count(" ") < 4
            and bool(p.region)
            and dateline_places.is_region(p.region)
        ),
        ("UVALDE, Texas — ",),
        ("UVALDE, again — ",),
    ),
    Condition(
        "listed_place_with_a_day",
        lambda p: p.agency is None and p.dashed and p.dated and p.listed,
        ("Berlin, Jan. 5 — ",),
        ("Paris – ", "Berlin — "),
    ),
)


def _acceptable(parts: _Parts) -> bool:
    """Tell whether the parts make a dateline and not a sentence or label."""
    if _DOMAIN.search(parts.place) or (not parts.known_agency and _COMPANY.search(parts.place)):
        return False
    word = parts.place.split()[0].strip(".,")
    if dateline_places.NOT_PLACES.fullmatch(word) and not parts.listed:
        return False
    return any(condition.holds(parts) for condition in DATELINE_CONDITIONS)
