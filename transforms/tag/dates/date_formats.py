"""Parses dates as machines and as papers write them.

It never reads the clock: a date without a year gives no day.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from itertools import pairwise

from copydesk.transforms.tag.dates import calendars
from copydesk.transforms.tag.lookup import gazetteers

FIRST_YEAR = 1605  # The year of the first newspaper, the Relation of Strasbourg.
MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment as printed: a local day, with or without a time and an offset from UTC."""

    day: date
    time: time | None = None
    offset: int | None = None  # In minutes.

    @property
    def precision(self) -> str:
        """The finest part that is known: day, minute or second."""
        return (
            "day"
            if self.time is None
            else "second"
            if self.time.second or self.time.microsecond
            else "minute"
        )

    @property
    def utc(self) -> datetime:
        """The moment in UTC. A printed time without offset counts as UTC."""
        local = datetime.combine(self.day, self.time or time(), UTC)
        try:
            return local - timedelta(minutes=self.offset or 0)
        except OverflowError:
            return local


_ISO = re.compile(
    r"\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T |]+(\d{1,2})[:h]?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\[[^\]]{0,40}\])?\s*$",
    re.I,
)
_ZONES = {
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "bst": 60,
    "cet": 60,
    "cest": 120,
    "mez": 60,
    "mesz": 120,
    "eet": 120,
    "eest": 180,
    "jst": 540,
    "kst": 540,
    "ist": 330,
    "msk": 180,
    "aest": 600,
    "aedt": 660,
}
_CLOCK = re.compile(
    r"(?<![\d.:])(\d{1,2})(?:[:h]|\.(?=\d\d\s*(?:uhr|am|pm|a\.m|p\.m)))(\d{2})(?::(\d{2}))?\s*(a\.?m\.?|p\.?m\.?)?(?:\s*(?:uhr|hrs?\b))?\s*(?:\(?\s*([a-z]{2,4})\b\s*\)?(?:([+-]\d{1,2})(?::?(\d{2}))?)?)?"
    r"|(?<!\d)(\d{1,2})\s*(a\.?m\.?|p\.?m\.?)(?!\w)\s*([a-z]{2,4})?|(\d{1,2})\s*[時时시点]\s*(?:(\d{1,2})\s*[分분])?",
    re.I,
)


def machine(text: str) -> Stamp | None:
    """Return a date as an attribute or field gives it.

    Forms are ISO 8601, RFC 2822, seconds since 1970, and those of printed dates.

    >>> machine("2024-12-02T10:56:35+01:00").utc.isoformat()
    '2024-12-02T09:56:35+00:00'
    >>> machine("2024-12-02").precision, machine("soon")
    ('day', None)
    """
    text = text.strip()[:MAX_CHARS]
    for read in (_iso, _epoch, _rfc2822, _ctime):
        if stamp := read(text):
            return stamp
    stamp = printed(text)
    leading = re.match(r"(\d{4}-\d{2}-\d{2})(?!\d)", text)
    return _iso(leading[1]) if leading and (stamp is None or stamp.time is None) else stamp


def _iso(text: str) -> Stamp | None:
    found = _ISO.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    return _stamp((int(year), int(month), int(day)), _time(hour, minute, second), _offset(zone))


def _epoch(text: str) -> Stamp | None:
    """Return the moment for a number of seconds or milliseconds since 1970."""
    if not re.fullmatch(r"\d{10}|\d{13}", text):
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text[:10]))
    return _stamp((moment.year, moment.month, moment.day), moment.time(), 0)


def _rfc2822(text: str) -> Stamp | None:
    if not re.match(r"[A-Za-z]{3},? \d{1,2} [A-Za-z]{3} \d{4} \d", text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    shift = moment.utcoffset()
    offset = int(shift.total_seconds() // 60) if shift is not None else None
    return _stamp((moment.year, moment.month, moment.day), moment.time(), offset)


def _ctime(text: str) -> Stamp | None:
    """Return a date as Java and C print it: "Mon Dec 02 10:56:35 EST 2024"."""
    found = re.match(
        r"[A-Za-z]{3} ([A-Za-z]{3} \d{1,2}) (\d{1,2}:\d{2}:\d{2}) ?([A-Z]{3,4})? (\d{4})$", text
    )
    return printed(f"{found[1]}, {found[4]} {found[2]} {found[3] or ''}") if found else None


@cache
def months() -> dict[str, int]:
    """Return the number of each month, by its folded names in some forty languages."""
    table = json.loads(gazetteers.text("months.json"))
    return {
        name.replace("_", " "): int(number)
        for number in table
        for name in calendars.folded(table[number]).split()
    }


@cache
def _patterns(wanted: str) -> tuple[re.Pattern[str], ...]:
    """Return the forms of a full date with the month names that are ASCII, Latin or of any script."""
    known = [
        name
        for name in months()
        if wanted == "any"
        or (name.isascii() if wanted == "ascii" else not calendars.OTHER_SCRIPT.search(name))
    ]
    names = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    month = rf"(?P<name>{names})(?!\w)"
    year = r"(?P<y>(?:1[6-9]|20)\d\d)(?!\d)"
    # "5 يناير/كانون الثاني 2024" names the month twice
    between = r"(?:\s*(?:de|del|of|/))?"
    if wanted != "ascii":
        between = rf"(?:\s*/\s*(?:{names})(?!\w))?(?:\s*(?:de|del|of|/|năm|ค\.ศ\.))?"
    return tuple(
        re.compile(pattern, re.I)
        for pattern in (
            rf"(?<![\w.])(?P<d>\d{{1,2}})(?:st|nd|rd|th|º|°|er|ª|η|\.|-)?(?:\s+(?:de|di|of|d'))?[\s-]*{month}[.॰׳']?,?{between}[\s-]*{year}",
            rf"(?<!\w){month}[.॰׳']?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:,|\s)\s*(?:at\s+)?{year}",
            r"(?<!\d)(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]?",
            r"(?<![\d./-])(?P<y>(?:1[6-9]|20)\d\d)(?P<s>[-./])\s?(?P<m>\d{1,2})(?P=s)\s?(?P<d>\d{1,2})(?!\d)",
            r"(?<![\d./-])(?P<a>\d{1,2})(?P<s>[-./])\s?(?P<b>\d{1,2})(?P=s)\s?(?P<y>(?:1[6-9]|20)\d\d|\d\d)(?![\d/-]|\.\d)",
            rf"(?<!\w)(?P<y>(?:1[6-9]|20)\d\d)[\s.]+{month}\.?\s*(?P<d>\d{{1,2}})(?!\d)",
        )
    )


def printed(text: str, *, day_first: bool | None = None) -> Stamp | None:
    """Return the first full date in a text as papers print it, with the time beside it.

    `day_first` is the order of 03/04/2024. If it is None the order is unknown, and only dates such
    as 13/04/2024 give a day.

    >>> printed("Updated 5. Januar 2024, 13:16 Uhr").day.isoformat(), printed("Jan 5")
    ('2024-01-05', None)
    >>> printed("2019年3月1日 13時16分").precision
    'minute'
    >>> printed("৫ জানুয়ারি ২০২৪").day.isoformat(), printed("5 มกราคม 2567").day.isoformat()
    ('2024-01-05', '2024-01-05')
    """
    found = _first(text[:MAX_CHARS], day_first)
    return found[0] if found else None


# Every match of `_patterns` has a year, alone or as the last of three numbers.
_YEAR = re.compile(r"\d{4}|\d[-./]\s?\d{1,2}[-./]\s?\d\d")


@lru_cache(maxsize=64)  # A line is asked about as a headline, as a date alone and as the day.
def _first(text: str, day_first: bool | None) -> tuple[Stamp, str] | None:
    """Return the first full date in a text, and the text around it."""
    if not DIGIT.search(text):
        return None
    wanted = "ascii"
    if not text.isascii():
        wanted = "latin"
        if calendars.OTHER_SCRIPT.search(text):
            wanted, text = "any", calendars.western(text)
    if not _YEAR.search(text):
        return None
    found = [match for pattern in _patterns(wanted) if (match := pattern.search(text))]
    for match in sorted(found, key=lambda match: (match.start(), -len(match[0]))):
        stamp = _of_match(match, day_first)
        if stamp:
            return stamp, f"{text[: match.start()]} {text[match.end() :]}"
    return None


def _of_match(match: re.Match[str], day_first: bool | None) -> Stamp | None:
    part = match.groupdict()
    year = int(part["y"])
    if part.get("a"):
        a, b = int(part["a"]), int(part["b"])
        if year < 100:
            year += 2000 if year < 70 else 1900
        if a <= 12 and b <= 12 and a != b and day_first is None and part["s"] != ".":
            return None
        first = True if a > 12 or part["s"] == "." else False if b > 12 else bool(day_first)
        day, month = (a, b) if first else (b, a)
    else:
        day = int(part["d"])
        month = int(part["m"]) if part.get("m") else months()[calendars.folded(part["name"])]
    around = match.string[match.end() : match.end() + 40]
    clock = _CLOCK.search(around) or _CLOCK.search(
        match.string[max(0, match.start() - 25) : match.start()]
    )
    at, offset = _clock(clock) if clock else (None, None)
    return _stamp((year, month, day), at, offset)


def _clock(match: re.Match[str]) -> tuple[time | None, int | None]:
    (
        hour,
        minute,
        second,
        half,
        zone,
        plus,
        plus_minutes,
        bare,
        bare_half,
        bare_zone,
        cjk_hour,
        cjk_minute,
    ) = match.groups()
    if cjk_hour:
        return _time(cjk_hour, cjk_minute or "0", None), None
    if bare:
        hour, minute, half, zone = bare, "00", bare_half, bare_zone
    value = int(hour)
    if half:
        value = value % 12 + (12 if half[0] in "pP" else 0)
    offset = _ZONES.get((zone or "").lower())
    if offset is not None and plus:
        offset += int(plus) * 60 + (
            int(plus_minutes or 0) if not plus.startswith("-") else -int(plus_minutes or 0)
        )
    return _time(str(value), minute, second), offset


def _time(hour: str | None, minute: str | None, second: str | None) -> time | None:
    if hour is None or int(hour) > 23 or int(minute or 0) > 59 or int(second or 0) > 60:
        return None
    return time(int(hour), int(minute or 0), min(int(second or 0), 59))


def _offset(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:4] or 0)
    return (-minutes if zone[0] == "-" else minutes) if minutes <= 15 * 60 else None


def _stamp(
    ymd: tuple[int, int, int], at: time | None = None, offset: int | None = None
) -> Stamp | None:
    if not FIRST_YEAR <= ymd[0] <= 9998 or ymd == (1970, 1, 1):
        return None
    try:
        return Stamp(date(*ymd), at, offset if at is not None else None)
    except ValueError:
        return None


_URL = re.compile(
    r"/(?P<y>(?:19|20)\d\d)[/-]?(?P<m>0[1-9]|1[0-2])[/-]?(?P<d>0[1-9]|[12]\d|3[01])(?![\d])|/(?P<y3>(?:19|20)\d\d)/(?P<m3>\d{1,2})/(?P<d3>\d{1,2})/|/(?P<y2>(?:19|20)\d\d)/(?P<name>[a-z]{3,9})/(?P<d2>\d{1,2})(?!\d)"
)


def of_address(url: str) -> Stamp | None:
    """Return the day in the path of an address.

    >>> of_address("https://example.com/2024/01/05/rain").day.isoformat()
    '2024-01-05'
    """
    found = ("/20" in url or "/19" in url) and _URL.search(url[:2_000])  # Most have no year.
    if not found:
        return None
    for year, month, day in (("y", "m", "d"), ("y3", "m3", "d3")):
        if found[year]:
            return _stamp((int(found[year]), int(found[month]), int(found[day])))
    number = months().get(found["name"])
    return _stamp((int(found["y2"]), number, int(found["d2"]))) if number else None


DIGIT = re.compile(r"\d")
_AROUND_DATE = re.compile(
    r"(?i)\b(?:published|posted|updated|last|first|on|at|by|uhr|am|pm|a\.m|p\.m|ist|gmt|utc|[ecmp][sd]?t|mon|tue|wed|thu|fri|sat|sun)\w*\b|\b\w+(?:day|tag)\b|[\W\d_]+"
)


def is_date_alone(line: str) -> bool:
    """Tell whether a line holds a date and nothing else that matters.

    >>> is_date_alone("Published: January 5, 2024, 10:30 am"), is_date_alone("January 5, 2024 in pictures")
    (True, False)
    >>> is_date_alone("пятница, 5 января 2024 г."), is_date_alone("Publié le 03/04/2024 à 18h45")
    (True, True)
    """
    text = line[:MAX_CHARS]
    found = _first(text, None) or _first(text, True)  # Its order does not matter here.
    if found is None:
        return False
    rest = calendars.folded(_AROUND_DATE.sub(" ", found[1])).split()
    return all(
        len(word) < 3 or word in months() or word in calendars.words_beside_dates() for word in rest
    )


_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")


def day_and_month(text: str) -> tuple[int | None, int | None, int | None]:
    """Return month, day and year of a date that may lack its year.

    The month is None if it is not named.

    >>> day_and_month("5 янв"), day_and_month("Jan. 5, 2024"), day_and_month("14/5")
    ((1, 5, None), (1, 5, 2024), (5, 14, None))
    """
    if not text.isascii():
        text = calendars.western(text)
    stated = _MONTH_NUMBER.search(text)
    if stated:
        text = f"{text[: stated.start()]} {text[stated.end() :]}"
    month = int(stated[1] or stated[2]) if stated else _named_month(text)
    if month is None and (numbers := _DAY_BEFORE_MONTH.search(text)):
        month = int(numbers[1])
    day, year = _DAY.search(text), _FOUR_DIGITS.search(text)
    if day is None or not 1 <= int(day[1]) <= 31 or not 1 <= (month or 1) <= 12:
        return None, None, None
    return month, int(day[1]), int(year[0]) if year else None


def _named_month(text: str) -> int | None:
    return next((number for name in _words(text) if (number := months().get(name))), None)


_FOUR_DIGITS = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
_DAY_BEFORE_MONTH = re.compile(r"(?<![\d/])\d{1,2}/(\d{1,2})(?![\d/])")  # "14/5"
_MONTH_NUMBER = re.compile(r"(\d{1,2})\s*[月월]|tháng\s(\d{1,2})")
_BETWEEN_WORDS = re.compile(r"[\s\d,،./()]+")


def _words(text: str) -> list[str]:
    """Return the words of a date and the pairs of neighbours, folded: "كانون الثاني" is one month."""
    text = calendars.folded(text)
    words = [word for word in _BETWEEN_WORDS.split(text) if word]
    dotted = text.split()
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    return [*pairs, *words, *(word.strip(".,") for word in dotted)]


def warm() -> None:
    """Read the month names and compile the patterns."""
    for wanted in ("ascii", "latin", "any"):
        _patterns(wanted)
