"""Draw charts as SVG. They are static pictures, so the page needs no script.

The page's style sheet replaces the colours, so that one picture fits light and dark pages. Each chart
is drawn for a wide and for a narrow page, so that its words can be read on a phone.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import escape

from copydesk.flows.support.safe_text import printable

WIDE, NARROW = 860, 330  # pixels between the margins, on a screen and on a phone

# The style sheet has the same colours. Change both together.
INK, FAINT, GRID, GROUND = "#111111", "#777777", "#dddddd", "#fefefe"
COLOURS = {
    "kept": "#1f77b4",
    "copies": "#9467bd",
    "rejected": "#d62728",
    "quarantined": "#ff7f0e",
    "known": "#7f7f7f",
    "cut": "#e377c2",
    "plain": "#17becf",
}
_LETTER = 6.4  # mean width of a letter of 12 pixels; measured on Noto Sans and DejaVu Sans
_ROW = 22
_FEW = 12  # if there are at most this many columns, their numbers fit, even on a phone
_COLUMN = 56  # largest width of a column with its space, in pixels
# Width of a node, space between nodes, and height of a line of text, in pixels.
_BAR, _GAP, _LINE = 12, 10, 15


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture in two widths, and a sentence that replaces it for readers who cannot see it."""

    wide: str
    narrow: str
    says: str


class _Picture:
    """The parts of one picture as SVG."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, **style: object) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
            f'height="{max(height, 0):.1f}"{_attributes(style)}/>'
        )

    def text(self, x: float, y: float, words: str, **style: object) -> None:
        style = {"fill": INK, "font_size": 12, **style}
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" dominant-baseline="central"{_attributes(style)}>'
            f"{escape(words)}</text>"
        )

    def path(self, shape: str, fill: str) -> None:
        self.parts.append(f'<path d="{shape}" fill="{fill}" fill-opacity="0.35"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{GRID}"/>'
        )

    def svg(self, height: float, says: str) -> str:
        """The whole picture. A screen reader reads `says` instead of the parts."""
        return (
            f'<svg role="img" aria-label="{escape(says)}" xmlns="http://www.w3.org/2000/svg" '
            f'width="{self.width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {self.width:.0f} {height:.0f}">{"".join(self.parts)}</svg>'
        )


def bars(
    values: Mapping[str, float],
    *,
    title: str,
    says: str,
    colour: str = "plain",
    number: Callable[[float], str] = lambda n: f"{n:,.0f}",
) -> Chart:
    """Horizontal bars in the given order, each with its name and number.

    >>> bars({"en": 7, "no": 2}, title="documents", says="Languages").says
    'Languages'
    """

    def drawn(width: int) -> str:
        picture = _Picture(width)
        left = _label_width(values, width)
        most = max((*values.values(), 0.0)) or 1.0
        shown = {name: number(value) for name, value in values.items()}
        right = 10 + _LETTER * max((len(text) for text in shown.values()), default=0)
        for i, (name, value) in enumerate(values.items()):
            middle = _ROW * i + _ROW / 2
            long = (width - left - right) * value / most
            _name_row(picture, name, left, middle)
            picture.rect(left, middle - 7, long, 14, fill=COLOURS[colour])
            picture.text(left + long + 5, middle, shown[name])
        picture.text(left, _ROW * len(values) + 10, title, fill=FAINT)
        return picture.svg(_ROW * len(values) + 22, says)

    return _in_both_widths(drawn, says)


def stacked(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    *,
    title: str,
    says: str,
    parts: Sequence[str],
) -> Chart:
    """Horizontal bars of coloured parts. A part that is zero in all rows is left out."""
    parts = [part for part in parts if any(numbers.get(part) for _, numbers in rows)]
    totals = [sum(numbers.get(part, 0) for part in parts) for _, numbers in rows]

    def drawn(width: int) -> str:
        picture = _Picture(width)
        left = _label_width([name for name, _ in rows], width)
        right = 10 + _LETTER * len(f"{max((*totals, 0)):,.0f}")
        across = max(1, int((width - left) // 110))
        for i, part in enumerate(parts):
            x, y = left + 110 * (i % across), 10 + 18 * (i // across)
            picture.rect(x, y - 6, 12, 12, fill=COLOURS[part])
            picture.text(x + 17, y, part)
        top = 18 * -(-len(parts) // across) + 6
        scale = (width - left - right) / (max((*totals, 0)) or 1)
        for i, ((name, numbers), total) in enumerate(zip(rows, totals, strict=True)):
            middle, x = top + _ROW * i + _ROW / 2, float(left)
            _name_row(picture, name, left, middle)
            for part in parts:
                long = scale * numbers.get(part, 0)
                picture.rect(x, middle - 7, long, 14, fill=COLOURS[part])
                x += long
            picture.text(x + 5, middle, f"{total:,.0f}")
        bottom = top + _ROW * len(rows)
        picture.text(left, bottom + 10, title, fill=FAINT)
        return picture.svg(bottom + 22, says)

    return _in_both_widths(drawn, says)


def columns(values: Mapping[str, float], *, title: str, says: str, colour: str = "plain") -> Chart:
    """Vertical columns in the given order. If there are few, each shows its number."""
    height, left, top = 160.0, 46.0, 16.0

    def drawn(width: int) -> str:
        # Two columns as wide as the page would look more important than they are.
        picture = _Picture(min(width, _COLUMN * len(values) + 60))
        step = (picture.width - left) / max(1, len(values))
        most = max((*values.values(), 0.0)) or 1.0
        _scale(picture, most, left=left, top=top, height=height)
        every = -(-len(values) * 44 // int(picture.width - left)) or 1
        for i, (name, value) in enumerate(values.items()):
            x, tall = left + step * i, height * value / most
            picture.rect(
                x + step * 0.1, top + height - tall, step * 0.8, tall, fill=COLOURS[colour]
            )
            if len(values) <= _FEW:
                picture.text(x + step / 2, top + height - tall - 8, f"{value:,.0f}", **_CENTRE)
            if i % every == 0:
                picture.text(x + step / 2, top + height + 12, _label(name, 8), **_CENTRE)
        picture.text(left, top + height + 30, title, fill=FAINT)
        return picture.svg(top + height + 40, says)

    return _in_both_widths(drawn, says)


def days(values: Mapping[date, int], *, title: str, says: str) -> Chart:
    """Documents by date on a time axis. A period without documents is a gap.

    The periods are days if the dates span up to three months, months for up to eight years, and
    otherwise years.
    """
    first, last = min(values), max(values)
    span = (last - first).days
    unit = "day" if span <= 92 else "month" if span <= 8 * 366 else "year"
    grouped: dict[date, int] = {}
    for day, n in values.items():
        start = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]
        grouped[start] = grouped.get(start, 0) + n
    start, end = min(grouped), last_day(max(grouped), unit)
    n_days = (end - start).days + 1
    height, left, top = 150.0, 46.0, 12.0

    def drawn(width: int) -> str:
        picture = _Picture(width)
        room = width - left
        most = max(grouped.values())
        _scale(picture, most, left=left, top=top, height=height)
        for day, n in sorted(grouped.items()):
            x = left + room * (day - start).days / n_days
            wide = room * ((last_day(day, unit) - day).days + 1) / n_days
            tall = height * n / most
            gap = min(1.0, wide / 6)
            picture.rect(x, top + height - tall, max(wide - gap, 0.7), tall, fill=COLOURS["plain"])
        n_ticks = max(2, min(n_days, int(room // 110)))
        for i in range(n_ticks):
            at = round((n_days - 1) * i / max(1, n_ticks - 1)) if n_days > 1 else 0
            day = date.fromordinal(start.toordinal() + at)
            words = (
                f"{day}" if unit == "day" else f"{day:%Y-%m}" if unit == "month" else f"{day:%Y}"
            )
            anchor = "start" if i == 0 else "end" if i == n_ticks - 1 else "middle"
            x = left + room * (at + (0.5 if anchor == "middle" else i > 0)) / n_days
            picture.text(x, top + height + 12, words, text_anchor=anchor)
            if n_days == 1:
                break
        picture.text(left, top + height + 30, f"{title} by {unit}", fill=FAINT)
        return picture.svg(top + height + 40, says)

    return _in_both_widths(drawn, says)


def heat(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    *,
    says: str,
    fields: Sequence[str],
    number: Callable[[float], str],
) -> Chart:
    """A table of shares, coloured by value, with a row for each name and a column for each field."""

    def drawn(width: int) -> str:
        picture = _Picture(width)
        left = min(110.0, _label_width([name for name, _ in rows], width))
        tilt = 60.0  # space on the right for the last of the slanted names
        step = (width - left - tilt) / max(1, len(fields))
        top = 12 + 0.71 * _LETTER * max((len(field) for field in fields), default=0)
        for j, field in enumerate(fields):
            x = left + step * j + step / 2
            turned = f"rotate(-45 {x:.1f} {top - 8:.1f})"
            picture.text(x, top - 8, field.replace("_", " "), transform=turned)
        for i, (name, shares) in enumerate(rows):
            middle = top + 24 * i + 12
            _name_row(picture, name, left, middle)
            for j, field in enumerate(fields):
                x = left + step * j
                opacity = f"{0.04 + 0.71 * shares[field]:.2f}"
                fill = COLOURS["plain"]
                picture.rect(x, middle - 12, step, 24, fill=fill, fill_opacity=opacity)
                words = number(shares[field])
                picture.text(x + step / 2, middle, words, font_size=9, **_CENTRE)
        return picture.svg(top + 24 * len(rows) + 4, says)

    return _in_both_widths(drawn, says)


def flow(
    read: int, outcomes: Sequence[tuple[str, str, int, Mapping[str, int]]], *, says: str
) -> Chart:
    """The documents read as a stream that splits into outcomes.

    An outcome is name, colour, number of documents, and documents by reason.
    """
    shown = [outcome for outcome in outcomes if outcome[2]]

    def drawn(width: int) -> str:
        return _stream(read, shown, width=width, says=says)

    return _in_both_widths(drawn, says)


def _stream(
    read: int,
    outcomes: Sequence[tuple[str, str, int, Mapping[str, int]]],
    *,
    width: int,
    says: str,
) -> str:
    reasons = width == WIDE
    scale = 220 / max(read, 1)
    heights = [max(n * scale, 2.0) for _, _, n, _ in outcomes]
    details = [_largest(parts) if reasons else [] for *_, parts in outcomes]
    room = [max(h, _LINE * max(len(d), 1)) for h, d in zip(heights, details, strict=True)]
    middle = width * (0.42 if reasons else 0.40)
    picture = _Picture(width)
    words: list[tuple[float, float, str, bool]] = [
        (_BAR + 6, sum(heights) / 2, f"{read:,} read", True)
    ]
    picture.rect(0, 0, _BAR, sum(heights), fill=INK)
    y = taken = 0.0
    for (name, colour, n, parts), h, detail, space in zip(
        outcomes, heights, details, room, strict=True
    ):
        top, fill = y + (space - h) / 2, COLOURS[colour]
        picture.path(_band(_BAR, taken, middle, top, h), fill)
        words.append((middle + _BAR + 6, top + h / 2, f"{n:,} {name}", True))
        start, offset = y + (space - _LINE * len(detail)) / 2, 0.0
        for i, (reason, m) in enumerate(detail):
            line, part = start + i * _LINE + _LINE / 2, h * m / max(sum(parts.values()), 1)
            picture.path(
                _band(middle + _BAR, top + offset, width - 190, line - part / 2, part), fill
            )
            words.append((width - 184, line, f"{m:,} {_label(reason, 24)}", False))
            offset += part
        picture.rect(middle, top, _BAR, h, fill=fill)
        y += space + _GAP
        taken += h
    # Words are drawn over bands, so they get an outline in the colour of the page first.
    for x, at, text, is_bold in words:
        weight = 600 if is_bold else 400
        picture.text(x, at, text, fill=GROUND, stroke=GROUND, stroke_width=4, font_weight=weight)
        picture.text(x, at, text, font_weight=weight)
    return picture.svg(max(y - _GAP, sum(heights)) + 10, says)


def _largest(parts: Mapping[str, int], most: int = 5) -> list[tuple[str, int]]:
    """The largest parts, and the sum of the others as one part."""
    ordered = sorted(parts.items(), key=lambda item: (-item[1], item[0]))
    if len(ordered) <= most:
        return ordered
    return [
        *ordered[: most - 1],
        (f"{len(ordered) - most + 1} other reasons", sum(n for _, n in ordered[most - 1 :])),
    ]


def _band(x1: float, y1: float, x2: float, y2: float, h: float) -> str:
    m = (x1 + x2) / 2
    return (
        f"M{x1:.1f},{y1:.1f}C{m:.1f},{y1:.1f} {m:.1f},{y2:.1f} {x2:.1f},{y2:.1f}"
        f"L{x2:.1f},{y2 + h:.1f}C{m:.1f},{y2 + h:.1f} {m:.1f},{y1 + h:.1f} {x1:.1f},{y1 + h:.1f}Z"
    )


def _name_row(picture: _Picture, name: str, left: float, middle: float) -> None:
    picture.text(left - 6, middle, _label(name, int((left - 6) / _LETTER)), text_anchor="end")


def _label_width(names: Mapping[str, float] | Sequence[str], width: int) -> float:
    """The width of the longest name, but at most a third of the picture."""
    longest = max((len(_label(name, 26)) for name in names), default=0)
    return min(12 + _LETTER * longest, width / 3)


def _scale(picture: _Picture, most: float, *, left: float, top: float, height: float) -> None:
    """Horizontal lines at zero, half and the maximum, each with its number."""
    for share in (0.0, 0.5, 1.0):
        y = top + height * (1 - share)
        picture.line(left, y, picture.width, y)
        value = most * share
        if share != 0.5 or value == int(value):
            picture.text(left - 5, y, f"{value:,.0f}", text_anchor="end", fill=FAINT)


def last_day(day: date, unit: str) -> date:
    """The last day of the day, month or year that begins on this day."""
    if unit == "month":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return date(day.year, 12, 31) if unit == "year" else day


def _label(text: str, most: int = 80) -> str:
    """A name from a document as a label of at most `most` letters, with control characters escaped.

    >>> _label(chr(0) + "b"), _label("a long name", 6)
    ('\\\\x00b', 'a lon…')
    """
    shown = printable(text[:200])
    return shown if len(shown) <= most else shown[: max(1, most - 1)] + "…"


def _attributes(style: Mapping[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())


def _in_both_widths(drawn: Callable[[int], str], says: str) -> Chart:
    return Chart(drawn(WIDE), drawn(NARROW), says)


_CENTRE: Mapping[str, str] = {"text_anchor": "middle"}
