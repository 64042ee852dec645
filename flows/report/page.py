"""Draw a report's data as one HTML page.

Everything that came from documents is escaped by the template engine; the page's policy forbids
scripts, frames, foreign addresses and any style but its own, so that an oversight stays harmless.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import importlib.resources
import re
from collections.abc import Mapping
from datetime import datetime

import jinja2
from markupsafe import Markup, escape

from copydesk.flows.report import charts
from copydesk.flows.report.charts import Chart
from copydesk.flows.report.collect import COVERAGE
from copydesk.flows.report.data import Cluster, Data
from copydesk.flows.support.safe_text import duration

_SHOWN_RULES = 12
_SHOWN_OUTLETS = 15
_SHOWN_LANGUAGES = 12
_NAME = 200  # characters; a title is shorter, what is longer is not read
_MOST_COLUMNS = 62  # two months of days; a longer time is shown by months

_WORD = re.compile(r"\s+|[^\s]+")


def render(data: Data) -> str:
    """The page as text."""
    style = _resource("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            data=data,
            facts=data.facts,
            style=Markup(style),  # ours, from the package
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
            took=_took(data),
            charts=_charts(data),
            coverage=COVERAGE,
            shown_rules=_SHOWN_RULES,
            shown_outlets=_SHOWN_OUTLETS,
            side_by_side=side_by_side,
        )
    )


def side_by_side(cluster: Cluster) -> tuple[Markup, Markup] | None:
    """The kept text and its first copy, what both share marked; None for a cluster without texts."""
    if not cluster.copies:
        return None
    left, right = _WORD.findall(cluster.kept.text), _WORD.findall(cluster.copies[0].text)
    blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return _marked(left, {b.a: b.size for b in blocks}), _marked(
        right, {b.b: b.size for b in blocks}
    )


def _marked(words: list[str], shared: Mapping[int, int]) -> Markup:
    parts, position = [], 0
    for start, size in sorted(shared.items()):
        parts.append(_text("".join(words[position:start])))
        passage = "".join(words[start : start + size])
        # A shared word or two is chance: three is the least that reads as a passage.
        parts.append(
            Markup("<mark>{}</mark>").format(_text(passage)) if size >= 5 else _text(passage)
        )
        position = start + size
    return Markup("").join([*parts, _text("".join(words[position:]))])


def _name(text: str) -> Markup:
    """A title or a name as a person reads it: the first line's worth of it, escaped."""
    return _text(text if len(text) <= _NAME else text[:_NAME] + " …")


def _text(text: str) -> Markup:
    """Escaped; control characters that HTML forbids, and overrides of direction, are shown by name."""
    return escape(_HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def _charts(data: Data) -> dict[str, Chart | None]:
    facts = data.facts
    outcomes = [
        ("in the corpus", "kept", facts.n_articles, {}),
        ("copies", "copies", facts.n_duplicates, data.relations),
        ("rejected", "rejected", facts.n_rejected, data.rejected),
        ("quarantined", "quarantined", facts.n_quarantined, {}),
        ("already known", "known", facts.n_known, {}),
    ]
    says = f"{facts.n_read:,} documents read: " + ", ".join(
        f"{n:,} {name}" for name, _, n, _ in outcomes if n
    )
    rules = {r.name: r.n_chars / data.n_chars for r in data.rules[:_SHOWN_RULES] if data.n_chars}
    outlets = data.outlets[:_SHOWN_OUTLETS]
    return {
        "flow": charts.flow(facts.n_read, outcomes, says=says) if facts.n_read else None,
        "rules": charts.bars(
            rules,
            title="share of all text",
            says="Share of text removed, by rule",
            colour="cut",
            number=".2%",
        )
        if rules
        else None,
        "outlets": charts.stacked(
            [
                (
                    o.outlet_id,
                    {
                        "kept": o.n_documents - o.n_duplicates - o.n_quarantined,
                        "copies": o.n_duplicates,
                        "rejected": o.n_rejected,
                        "quarantined": o.n_quarantined,
                    },
                )
                for o in outlets
            ],
            title="documents",
            says="Documents of the largest outlets by what became of them",
            parts=("kept", "copies", "rejected", "quarantined"),
        )
        if outlets
        else None,
        "coverage": charts.heat(
            [(o.outlet_id, o.coverage) for o in outlets],
            says="Share of documents with each field, by outlet",
            fields=COVERAGE,
        )
        if outlets
        else None,
        "sizes": charts.columns(
            {str(size): n for size, n in data.cluster_sizes.items()},
            title="clusters",
            says="Clusters of copies by number of documents",
            colour="copies",
        )
        if data.cluster_sizes
        else None,
        "languages": charts.bars(
            dict(list(data.languages.items())[:_SHOWN_LANGUAGES]),
            title="documents",
            says="Documents by language",
        )
        if data.languages
        else None,
        "dates": charts.columns(
            _days(data.dates), title="documents", says="Documents by day or month of publication"
        )
        if data.dates
        else None,
        "seconds": charts.bars(
            {s.name: s.seconds for s in facts.stages},
            title="seconds",
            says="Seconds per stage",
            number=",.1f",
        )
        if facts.stages
        else None,
    }


def _days(dates: Mapping[str, int]) -> dict[str, int]:
    """Documents by day, or by month (year) when there are more days (months) than a picture can show."""
    for length in (10, 7, 4):
        grouped: dict[str, int] = {}
        for day, n in dates.items():
            grouped[day[:length]] = grouped.get(day[:length], 0) + n
        if len(grouped) <= _MOST_COLUMNS:
            break
    return grouped


def _took(data: Data) -> float:
    started, finished = (
        datetime.fromisoformat(at) for at in (data.facts.started_at, data.facts.finished_at)
    )
    return (finished - started).total_seconds()


def _share(value: float | None) -> str:
    """A share as per cent.

    >>> _share(0.1234), _share(0.0004), _share(0.00001), _share(0.0), _share(None)
    ('12.3 %', '0.04 %', '< 0.01 %', '0 %', '')
    """
    if value is None:
        return ""
    if not value:
        return "0 %"
    if value < 0.0001:
        return "< 0.01 %"
    return f"{100 * value:.2f} %" if value < 0.001 else f"{100 * value:.1f} %"


def _counted(n: int, noun: str) -> str:
    """A number of things.

    >>> _counted(1, "cut"), _counted(2300, "cut")
    ('1 cut', '2,300 cuts')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _bytes(value: float | None) -> str:
    return "" if value is None else f"{value / 2**20:,.0f} MB"


def _when(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S %Z}".strip()


def _chart(chart: Chart | None) -> Markup:
    """Both pictures; the style sheet shows one. Vega has escaped every word in them."""
    if chart is None:
        return Markup("")
    return Markup('<div class="chart wide">{}</div><div class="chart narrow">{}</div>').format(
        Markup(chart.wide), Markup(chart.narrow)
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_resource),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "share": _share,
        "bytes": _bytes,
        "when": _when,
        "text": _text,
        "name": _name,
        "chart": _chart,
        "number": lambda n: f"{n:,.0f}",
        "counted": _counted,
        "span": duration,
    }
    return environment


def _resource(name: str) -> str:
    return (importlib.resources.files("copydesk.flows.report") / name).read_text(encoding="utf-8")
