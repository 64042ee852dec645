"""The dateline of a document, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache

from copydesk.transforms.tag import date_formats, gazetteers
from copydesk.transforms.tag.tagger import View

MAX_CHARS = 140  # "PORT-AU-PRINCE, Haiti, Sept. 30, 2024 (Agence France-Presse) –" has 63


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where, when and by whom a report was filed, and where that stands in its line."""

    place: str | None = None
    country: str | None = None
    agency: str | None = None
    month: int | None = None
    day: int | None = None
    year: int | None = None
    line: int = 0
    end: int = 0  # characters of the line; 0: there is no dateline


_NONE = Dateline()

_WORD = r"[^\W\d_a-z][^\W\d_]*(?:[.'’\-][^\W\d_]+){0,3}\.?"
_NAME = rf"{_WORD}(?:[ /](?:{_WORD}|de|del|do|da|dos|la|al|am|an|der|upon|el|es|of|and|ez|on|im|bei|sur)){{0,4}}"
_SEPARATOR = (
    r"(?:\.?\s?[–—―‒]\s?|\.?\s?-{1,3}\s?-?(?=\s|[^\W\d_]{3})|\s?_{1,2}\s|:\s|\.\s?-{1,2}\s?|\.\s?)"
)
_AGENCY = r"\((?P<agency>[^()\d]{2,40})\)|/\s?(?P<slashed>[^/\d]{2,30})\s?/|(?P<plain>[–—-]\s?(?:РИА Новости|ТАСС|Интерфакс))"
_HEAD = re.compile(
    rf"(?P<place>{_NAME})(?:,\s(?![^\W\d_]{{2,12}}\.?\s\d)(?P<region>{_NAME}))?(?P<date>(?:,|\.)?\s{{1,2}}(?:[^\W\d_]{{2,12}}\.?\s\d{{1,2}}|\d{{1,2}}\.?\s(?:de\s)?[^\W\d_]{{2,12}}\.?)(?:,?\s(?:de\s)?\d{{4}})?)?"
    rf"\.?,?\s{{0,3}}(?:{_AGENCY})?(?P<separator>{_SEPARATOR})?"
)
_MARKS = (
    "–",
    "—",
    "―",
    "‒",
    " -",
    "- ",
    "--",
    ")",
    "/",
    " _",
    ".-",
)  # one of them ends every dateline
_DAY = re.compile(
    r"(?:([^\W\d_]{2,12})\.?\s(\d{1,2})|(\d{1,2})\.?\s(?:de\s)?([^\W\d_]{2,12})\.?)(?:,?\s(?:de\s)?(\d{4}))?"
)
_AGENCY_FIRST = re.compile(
    r"\((?P<agency>[^()\d]{2,30})\)\s?(?:[–—―-]{1,2}|:)?\s?|(?P<bare>[A-Z]{2,4})\s[–—]\s(?=\S)"
)
_BROADCASTERS = frozenset({"CNN", "NBC", "CBS", "ABC", "NPR", "BBC"})  # sign like agencies
# Whatever names places and a day before an agency's name in brackets: two places with their regions, no place, three.
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
# Printed in capitals before a dash where a place could stand.
_NOT_PLACES = re.compile(
    r"(?:update|updated|breaking|watch|live|opinion|exclusive|video|photos?|pictures|analysis|factbox|corrected|correction|clarification|editor'?s?.*|note|notes|read|more|"
    r"see|also|related|the|a|an|but|and|in|on|at|for|from|by|this|that|it|he|she|they|we|you|i|what|why|how|when|who|where|q|a|q&a|faq|new|news|sport|sports|business|world|"
    r"politics|interview|review|preview|recap|explainer|timeline|profile|obituary|commentary|column|comment|letter|letters|trending|alert|urgent|"
    r"advisory|summary|highlights?|key|facts?|background|source|sources|press|release|immediate|warning|spoiler|disclaimer|advertisement|"
    r"covid.*|nato|un|eu|us|uk|usa|nasa|fbi|cia|who|opec|imf|unicef|unesco|nba|nfl|mlb|nhl|fifa|uefa|ceo|gop|bbc|cnn|afp|ap|reuters|dpa|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december)",
    re.I,
)
_STATES = re.compile(
    r"(?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|N\.\s?[HJMYCD]|Okla|Ore|Pa|R\.\s?I|S\.\s?[CD]|Tenn|Tex|Vt|Va|Wash|W\.\s?Va|"
    r"Wis|Wyo|D\.\s?C|Ont|Que|B\.\s?C|Alta|Sask|Man|N\.\s?S|N\.\s?B|Alaska|Hawaii|Idaho|Iowa|Maine|Ohio|Texas|Utah|California|Florida|Georgia|Illinois|Michigan|Virginia|Washington|"
    r"Pennsylvania|Alabama|Arizona|Arkansas|Colorado|Connecticut|Delaware|Indiana|Kansas|Kentucky|Louisiana|Maryland|Massachusetts|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    r"New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Oklahoma|Oregon|Rhode Island|South Carolina|South Dakota|Tennessee|Vermont|West Virginia|Wisconsin|Wyoming)\.?"
)


@cache
def places() -> dict[str, str]:
    """Cities of the gazetteer, folded, to their country."""
    return {city.casefold(): country for city, country in gazetteers.rows("places.tsv")}


@cache
def _countries() -> frozenset[str]:
    return frozenset(country.casefold() for _, country in gazetteers.rows("places.tsv"))


def of(view: View) -> Dateline:
    """The dateline of the document, at the head of one of its first lines; empty where there is none."""
    return _of_lines(view.lines[:12])


@lru_cache(maxsize=4)  # several taggers ask for the dateline of one document
def _of_lines(lines: tuple[str, ...]) -> Dateline:
    candidates = [
        (number, line)
        for number, line in enumerate(lines)
        if len(line) >= 30 or (line and _BEFORE_AGENCY.fullmatch(line.rstrip()))
    ]
    for number, line in candidates[:4]:
        found = parse(line)
        if found.end:
            return replace(found, line=number) if number else found
        if len(line) > 200:
            break
    return _NONE


def parse(line: str) -> Dateline:
    """The dateline at the head of a line.

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
    return _parse(head) if any(mark in head for mark in _MARKS) else _NONE


def is_alone(line: str) -> bool:
    """Whether a line is a dateline and nothing else.

    >>> is_alone("LONDON, Jan 5 (Reuters)"), is_alone("The lock at noon (Reuters)")
    (True, False)
    """
    found = parse(line)
    return found.place is not None and 0 < found.end >= len(line.rstrip())


@lru_cache(maxsize=16)  # a headline is asked about by itself as well
def _parse(line: str) -> Dateline:
    marked = _MARKUP.match(line)
    head = line[marked.end() :] if marked else line
    shift = len(line) - len(head)
    found = _usual(head, shift)
    if not found.end:
        return _before_agency(head, shift)
    closing = _MARKUP_END.match(line, found.end) if marked else None
    return replace(found, end=closing.end()) if closing else found


def _usual(head: str, shift: int) -> Dateline:
    """Place, region, day, agency and separator in the usual order; or an agency alone."""
    match = _HEAD.match(head)
    if match is None or not match["place"]:
        return _agency_alone(head, shift)
    agency = _agency_name(match)
    place, region = match["place"].strip(" ."), (match["region"] or "").strip()
    month, day, year = _day(match["date"] or "")
    if agency == "" or (match["date"] and month is None):
        return _NONE
    separated = match["separator"] or ""
    found = Dateline(
        place, _country(place, region), agency, month, day, year, 0, shift + match.end()
    )
    return found if _acceptable(found, region, separated, head[match.end() :]) else _NONE


def _agency_alone(head: str, shift: int) -> Dateline:
    match = _AGENCY_FIRST.match(head)
    name = (match["agency"] or match["bare"]).strip() if match else ""
    if match and (
        name in _BROADCASTERS or (gazetteers.agency(name) and not _TICKER.fullmatch(name))
    ):
        return Dateline(agency=name, end=shift + match.end())
    return _NONE


def _before_agency(head: str, shift: int) -> Dateline:
    """Several places, or none, with a day or without, before a known agency in brackets and a dash or the line's end.

    >>> found = parse("PALO ALTO, California/MEMPHIS, Tennessee (Reuters) - Work has begun on the plant.")
    >>> found.place, found.country, found.agency
    ('PALO ALTO/MEMPHIS', 'California', 'Reuters')
    """
    match = _BEFORE_AGENCY.match(head)
    if match is None or not gazetteers.agency(match["agency"].strip()):
        return _agency_alone(head, shift)
    month, day, year = _day(match["head"])
    places_only = _DAY.sub("", match["head"]) if month is not None else match["head"]
    names = [part.split(",")[0].strip(" .*_") for part in places_only.split("/")]
    region = places_only.split("/")[0].partition(",")[2].strip(" ,.")
    words = re.findall(r"[^\s/,]+", places_only)
    if len(words) > 14 or any(w[0].islower() and w not in _JOINERS for w in words):
        return _NONE
    place = "/".join(name for name in names if name) or None
    if (
        words
        and _NOT_PLACES.fullmatch(words[0].strip(".,"))
        and names[0].casefold() not in places()
    ):
        return _NONE
    country = _country(place or "", region) if place else None
    alone = match.end() >= len(head.rstrip())
    if (
        alone
        and month is None
        and not (place and (place.isupper() or names[0].casefold() in places()))
    ):
        return _NONE  # "Rescue Team (Reuters)" is a caption
    agency = match["agency"].strip()
    return Dateline(place, country, agency, month, day, year, 0, shift + match.end())


def _agency_name(match: re.Match[str]) -> str | None:
    """The name in brackets; None where there are none, "" where they hold something else."""
    text = match["agency"] or match["slashed"] or (match["plain"] or "").lstrip("–—- ") or None
    if text is None:
        return None
    text = text.strip()
    if gazetteers.agency(text) or gazetteers.outlet_named(text):
        return text
    if _TICKER.fullmatch(text):
        return ""
    words = text.split()
    named = all(
        word[:1].isupper() or word.isupper() or word in {"de", "of", "and", "the"} for word in words
    )
    return text if named and 1 <= len(words) <= 5 and len(text) > 1 else ""


def _day(text: str) -> tuple[int | None, int | None, int | None]:
    found = _DAY.search(text)
    if not found:
        return None, None, None
    month = date_formats.months().get((found[1] or found[4]).casefold())
    day = int(found[2] or found[3])
    if month is None or not 1 <= day <= 31:
        return None, None, None
    return month, day, int(found[5]) if found[5] else None


def _acceptable(found: Dateline, region: str, separated: str, rest: str) -> bool:
    """Whether place, region, agency, date and separator together make a dateline and no sentence or label."""
    place, agency, dated = found.place or "", found.agency, found.month is not None
    words = place.split()
    listed = place.casefold() in places() or all(
        part.strip().casefold() in places() for part in place.split("/")
    )
    if len(rest) < 10 or (not listed and _NOT_PLACES.fullmatch(words[0].strip(".,"))):
        return False
    capitals = place.upper() == place and place.lower() != place
    if agency is not None:
        known_agency = bool(gazetteers.agency(agency) or gazetteers.outlet_named(agency))
        return (bool(separated.strip()) and (capitals or listed or known_agency)) or (
            known_agency and (capitals or listed)
        )
    dashed = (
        separated.strip(" .") in {"–", "—", "―", "‒", "--", "---", "-"} and separated[-1:].isspace()
    )
    if not dashed:
        return False
    if capitals:
        return listed or dated or (len(words) <= 4 and bool(region) and _is_region(region))
    return dated and listed


def _is_region(region: str) -> bool:
    return (
        bool(_STATES.fullmatch(region))
        or region.casefold() in _countries()
        or region.casefold() in places()
    )


def _country(place: str, region: str) -> str | None:
    """The country or state as printed, else the gazetteer's country of the city."""
    if region and not any(char.isdigit() for char in region):
        return region
    return places().get(place.split("/", maxsplit=1)[0].strip().casefold())


def resolved(line: Dateline, reference: date | None) -> date | None:
    """The day of a dateline; its year, where it gives none, is the one nearest to the reference.

    >>> resolved(Dateline(month=12, day=31), date(2024, 1, 2)).isoformat()
    '2023-12-31'
    """
    if line.month is None or line.day is None or (line.year is None and reference is None):
        return None
    years = (
        [line.year]
        if line.year is not None
        else [reference.year + n for n in (-1, 0, 1)]
        if reference is not None
        else []
    )
    days = [day for year in years if (day := _date(year, line.month, line.day)) is not None]
    if line.year is not None or reference is None:
        return days[0] if days else None
    near = [day for day in days if abs(day - reference) <= timedelta(days=183)]
    return min(near, key=lambda day: abs(day - reference), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if date_formats.FIRST_YEAR <= year <= 9998 else None
    except ValueError:
        return None


def warm() -> None:
    """Read the gazetteer."""
    places()
    _countries()
