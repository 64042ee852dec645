"""The day of a dateline, which often prints no year."""

from __future__ import annotations

from datetime import date, timedelta

from copydesk.transforms.tag.datelines.dateline_forms import Dateline
from copydesk.transforms.tag.dates import date_formats


def resolve(line: Dateline, reference: date | None) -> date | None:
    """Return the day of a dateline. A missing year is the one nearest to the reference.

    >>> resolve(Dateline(month=12, day=31), date(2024, 1, 2)).isoformat()
    '2023-12-31'
    """
    if line.day is None or (line.year is None and reference is None):
        return None
    if line.month is None:
        return _nearest(line.day, reference)
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


def _nearest(day: int, reference: date | None) -> date | None:
    """Return the day of that number nearest to the reference.

    A dateline of Tokyo may print only "5日".
    """
    if reference is None:
        return None
    around = [reference + timedelta(days=n) for n in range(-20, 11)]
    fit = [other for other in around if other.day == day]
    return min(fit, key=lambda other: abs(other - reference), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if date_formats.FIRST_YEAR <= year <= 9998 else None
    except ValueError:
        return None
