"""Charts as SVG, drawn by Vega: static pictures, so that the page needs no script.

`vl-convert-python` is Vega in one wheel, without a browser, a network or dependencies of its own.
Colours are placeholders that the page's style sheet replaces, so that one picture serves light and
dark; each chart is drawn for a wide and for a narrow page, so that words stay readable on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copydesk.flows.support.safe_text import printable

WIDE, NARROW = 860, 330  # pixels between the margins of a desk and of a phone

# The style sheet names these: a change here is a change there.
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


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture in two widths, and the sentence that stands for it where it cannot be seen."""

    wide: str
    narrow: str
    says: str


def bars(
    values: Mapping[str, float],
    *,
    title: str,
    says: str,
    colour: str = "plain",
    number: str = ",.0f",
) -> Chart:
    """Horizontal bars, one per name, longest first as given, each with its number.

    >>> bars({"en": 7, "no": 2}, title="documents", says="Languages").says
    'Languages'
    """
    rows = [
        {"name": _label(name), "n": value, "i": i} for i, (name, value) in enumerate(values.items())
    ]
    label = {"align": "left", "dx": 4, "fill": INK}
    spec = {
        "data": {"values": rows},
        "height": {"step": 22},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": {"field": "i"},
                "axis": {
                    "title": None,
                    "labelLimit": 150,
                    "labelPadding": 6,
                    "ticks": False,
                    "domain": False,
                },
            },
            "x": {
                "field": "n",
                "type": "quantitative",
                "axis": {"title": title, "format": _axis(number), "tickCount": 4},
            },
        },
        "layer": [
            {"mark": {"type": "bar", "fill": COLOURS[colour], "height": 14}},
            {
                "mark": {"type": "text", **label},
                "encoding": {"text": {"field": "n", "format": number}},
            },
        ],
    }
    return _drawn(spec, says)


def stacked(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    *,
    title: str,
    says: str,
    parts: Sequence[str],
) -> Chart:
    """Horizontal bars of several parts, each part in its colour; parts that nobody has are left out."""
    parts = [part for part in parts if any(numbers.get(part) for _, numbers in rows)]
    values = [
        {"name": _label(name), "part": part, "n": numbers.get(part, 0), "i": i, "j": j}
        for i, (name, numbers) in enumerate(rows)
        for j, part in enumerate(parts)
    ]
    spec = {
        "data": {"values": values},
        "height": {"step": 22},
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": {"field": "i"},
                "axis": {
                    "title": None,
                    "labelLimit": 150,
                    "labelPadding": 6,
                    "ticks": False,
                    "domain": False,
                },
            },
            "x": {
                "field": "n",
                "type": "quantitative",
                "axis": {"title": title, "format": "~s", "tickCount": 4},
            },
            "order": {"field": "j"},
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": list(parts), "range": [COLOURS[p] for p in parts]},
                "legend": {
                    "title": None,
                    "orient": "top",
                    "columns": 2,
                },  # four in a row are too wide for a phone
            },
        },
    }
    return _drawn(spec, says)


def columns(values: Mapping[str, float], *, title: str, says: str, colour: str = "plain") -> Chart:
    """Upright columns in the given order, such as days; few of them carry their numbers."""
    rows = [
        {"name": _label(name), "n": value, "i": i} for i, (name, value) in enumerate(values.items())
    ]
    x = {
        "field": "name",
        "type": "nominal",
        "sort": {"field": "i"},
        "axis": {
            "title": None,
            "labelAngle": 0 if len(rows) <= _FEW else -45,
            "labelOverlap": True,
            "ticks": False,
        },
    }
    y = {
        "field": "n",
        "type": "quantitative",
        "axis": {"title": title, "format": "~s", "tickCount": 4},
    }
    numbers = {
        "mark": {"type": "text", "dy": -7, "fill": INK},
        "encoding": {"text": {"field": "n", "format": ",.0f"}},
    }
    spec = {
        "data": {"values": rows},
        "height": 160,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "bar", "fill": COLOURS[colour]}},
            *([numbers] if len(rows) <= _FEW else []),
        ],
    }
    # Two columns as wide as the page would look like a finding.
    return _drawn(spec, says, most=_COLUMN * len(rows) + 60)


def heat(
    rows: Sequence[tuple[str, Mapping[str, float]]], *, says: str, fields: Sequence[str]
) -> Chart:
    """A field of shares: names down, fields across, each cell with its per cent."""
    values = [
        {
            "name": _label(name),
            "field": field.replace("_", " "),
            "share": shares[field],
            "i": i,
            "j": j,
        }
        for i, (name, shares) in enumerate(rows)
        for j, field in enumerate(fields)
    ]
    spec = {
        "data": {"values": values},
        "height": {"step": 24},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": {"field": "i"},
                "axis": {
                    "title": None,
                    "labelLimit": 110,
                    "labelPadding": 6,
                    "ticks": False,
                    "domain": False,
                },
            },
            "x": {
                "field": "field",
                "type": "nominal",
                "sort": {"field": "j"},
                "axis": {
                    "title": None,
                    "orient": "top",
                    "labelAngle": -45,
                    "ticks": False,
                    "domain": False,
                },
            },
        },
        "layer": [
            {
                "mark": {"type": "rect", "fill": COLOURS["plain"]},
                "encoding": {
                    "fillOpacity": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {"domain": [0, 1], "range": [0.04, 0.75]},
                        "legend": None,
                    }
                },
            },
            {
                "mark": {"type": "text", "fill": INK, "fontSize": 9},
                "encoding": {"text": {"field": "share", "type": "quantitative", "format": ".0%"}},
            },
        ],
    }
    return _drawn(spec, says)


def flow(
    read: int, outcomes: Sequence[tuple[str, str, int, Mapping[str, int]]], *, says: str
) -> Chart:
    """The documents read as a stream that parts: outcome (name, colour, documents), and each one's reasons."""
    import vl_convert

    shown = [outcome for outcome in outcomes if outcome[2]]
    wide, narrow = (
        vl_convert.vega_to_svg(_flow_spec(read, shown, width=width, reasons=width == WIDE))
        for width in (WIDE, NARROW)
    )
    return Chart(_labelled(wide, says), _labelled(narrow, says), says)


_FEW = 12  # columns that have room for a number each, on a phone too
_COLUMN = 56  # pixels of one column and the space beside it, at the most

_BAR, _GAP, _LINE = 12, 10, 15  # width of a node, space between nodes, height of a line of writing


def _flow_spec(
    read: int,
    outcomes: Sequence[tuple[str, str, int, Mapping[str, int]]],
    *,
    width: int,
    reasons: bool,
) -> dict[str, Any]:
    """Vega draws; where each band stands is worked out here, since Vega has no Sankey of its own."""
    scale = 220 / max(read, 1)
    heights = [max(n * scale, 2.0) for _, _, n, _ in outcomes]
    details = [_largest(parts) if reasons else [] for *_, parts in outcomes]
    room = [max(h, _LINE * max(len(d), 1)) for h, d in zip(heights, details, strict=True)]
    middle = width * (0.42 if reasons else 0.40)
    nodes = [{"x": 0.0, "y": 0.0, "w": _BAR, "h": sum(heights), "fill": INK}]
    words = [
        {"x": _BAR + 6, "y": sum(heights) / 2, "text": f"{read:,} read", "fill": INK, "bold": True}
    ]
    links, y, taken = [], 0.0, 0.0
    for (name, colour, n, parts), h, detail, space in zip(
        outcomes, heights, details, room, strict=True
    ):
        top = y + (space - h) / 2
        fill = COLOURS[colour]
        nodes.append({"x": middle, "y": top, "w": _BAR, "h": h, "fill": fill})
        links.append({"path": _band(_BAR, taken, middle, top, h), "fill": fill})
        words.append(
            {
                "x": middle + _BAR + 6,
                "y": top + h / 2,
                "text": f"{n:,} {name}",
                "fill": INK,
                "bold": True,
            }
        )
        start = y + (space - _LINE * len(detail)) / 2
        for i, (reason, m) in enumerate(detail):
            line = start + i * _LINE + _LINE / 2
            part = h * m / max(sum(parts.values()), 1)
            offset = h * sum(k for _, k in detail[:i]) / max(sum(parts.values()), 1)
            links.append(
                {
                    "path": _band(middle + _BAR, top + offset, width - 190, line - part / 2, part),
                    "fill": fill,
                }
            )
            words.append(
                {
                    "x": width - 184,
                    "y": line,
                    "text": f"{m:,} {_label(reason)}",
                    "fill": INK,
                    "bold": False,
                }
            )
        y += space + _GAP
        taken += h
    return {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "width": width,
        "height": max(y - _GAP, sum(heights)),
        "padding": 5,
        "background": None,
        "config": {"text": {"font": "system-ui, sans-serif", "fontSize": 12}},
        "data": [
            {"name": "nodes", "values": nodes},
            {"name": "links", "values": links},
            {"name": "words", "values": words},
        ],
        "marks": [
            {
                "type": "path",
                "from": {"data": "links"},
                "encode": {
                    "enter": {
                        "path": {"field": "path"},
                        "fill": {"field": "fill"},
                        "fillOpacity": {"value": 0.35},
                    }
                },
            },
            {
                "type": "rect",
                "from": {"data": "nodes"},
                "encode": {
                    "enter": {
                        "x": {"field": "x"},
                        "y": {"field": "y"},
                        "width": {"field": "w"},
                        "height": {"field": "h"},
                        "fill": {"field": "fill"},
                    }
                },
            },
            # Words lie over bands: first their outline in the colour of the page, then themselves.
            *(
                {
                    "type": "text",
                    "from": {"data": "words"},
                    "encode": {
                        "enter": {
                            "x": {"field": "x"},
                            "y": {"field": "y"},
                            "text": {"field": "text"},
                            "fill": {"field": "fill"},
                            **outline,
                            "baseline": {"value": "middle"},
                            "limit": {"value": 190},
                            "fontWeight": [{"test": "datum.bold", "value": 600}, {"value": 400}],
                        }
                    },
                }
                for outline in (
                    {
                        "fill": {"value": GROUND},
                        "stroke": {"value": GROUND},
                        "strokeWidth": {"value": 4},
                    },
                    {},
                )
            ),
        ],
    }


def _largest(parts: Mapping[str, int], most: int = 5) -> list[tuple[str, int]]:
    """The largest parts, the rest as one."""
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


def _label(text: str) -> str:
    """A name from a document, as a label. Vega aborts the whole process on a character that XML forbids.

    It shortens a long label between UTF-16 units, and fails where that cuts a pair in two: emoji and other
    characters beyond the first 65,536 become a box.

    >>> _label(chr(0) + "b"), _label(chr(0x1F469) + " b")
    ('\\\\x00b', '□ b')
    """
    return _PAIRED.sub("□", printable(text[:80]))


def _axis(number: str) -> str:
    return "~%" if number.endswith("%") else "~s"


def _drawn(spec: Mapping[str, Any], says: str, *, most: int = WIDE) -> Chart:
    """The picture in both widths, labels included; `most` is its largest width."""
    import vl_convert

    wide, narrow = (
        vl_convert.vegalite_to_svg({**_COMMON, **spec, "width": min(width, most)})
        for width in (WIDE, NARROW)
    )
    return Chart(_labelled(wide, says), _labelled(narrow, says), says)


def _labelled(svg: str, says: str) -> str:
    """The picture under one name for who cannot see it; its parts are not read out one by one."""
    from markupsafe import escape

    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(says)}" ', 1)


_PAIRED = re.compile("[\U00010000-\U0010ffff]")
_COMMON: Mapping[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "background": None,
    # More on the left: the reader's letters may be wider than those the labels were measured with.
    "padding": {"left": 18, "right": 5, "top": 5, "bottom": 5},
    "autosize": {"type": "fit-x", "contains": "padding"},
    "config": {
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "aria": False,
        "axis": {
            "labelColor": INK,
            "titleColor": FAINT,
            "gridColor": GRID,
            "domainColor": GRID,
            "labelFontSize": 12,
            "titleFontWeight": "normal",
        },
        "legend": {"labelColor": INK, "labelFontSize": 12},
        "text": {"fontSize": 11},
    },
}
