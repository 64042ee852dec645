"""Write the data of a report as one HTML page.

The template engine escapes everything that comes from documents. In case something is missed, the
page's content security policy forbids scripts, frames, other addresses and other styles.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Sequence
from datetime import date, datetime

import jinja2
from markupsafe import Markup

from copydesk.flows.report import charts
from copydesk.flows.report.charts import Chart
from copydesk.flows.report.collect import COVERAGE
from copydesk.flows.report.data import Cluster, Data, Outlet
from copydesk.flows.support import html_rendering
from copydesk.flows.support.html_rendering import marked, safe_html
from copydesk.flows.support.safe_text import counted, duration
from copydesk.transforms.dedup.shared_passages import shared_passages

_SHOWN_RULES = 12
_SHOWN_OUTLETS = 15
_SHOWN_LANGUAGES = 12
_SHARED_WORDS = 4  # the least words of a shared passage; one or two words are shared by chance
_NAME = 200  # the most characters of a name or title; titles are shorter


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
            style=Markup(style),  # It is a file of this package, so it is safe.
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
    """The kept text and its first copy with shared passages marked, or None if there are no copies.

    Case, white space and punctuation are ignored, as in the comparison of copies.
    """
    if not cluster.copies:
        return None
    left, right = cluster.kept.text, cluster.copies[0].text
    found = shared_passages(left, right, ngram=_SHARED_WORDS)
    return (
        marked(left, [(passage.start, passage.end) for passage in found]),
        marked(right, [(passage.other_start, passage.other_end) for passage in found]),
    )


def _name(text: str) -> Markup:
    """A title or a name, shortened and escaped."""
    return safe_html(text if len(text) <= _NAME else text[:_NAME] + " …")


def _flow_chart(data: Data) -> Chart:
    """What became of the documents that were read."""
    facts = data.facts
    outcomes = [
        ("in the corpus", "kept", facts.n_articles, {}),
        ("copies", "copies", facts.n_duplicates, data.relations),
        ("rejected", "rejected", facts.n_rejected, data.rejected),
        ("quarantined", "quarantined", facts.n_quarantined, {}),
        ("already known", "known", facts.n_known, {}),
    ]
    counts = ", ".join(f"{n:,} {name}" for name, _, n, _ in outcomes if n)
    return charts.flow(facts.n_read, outcomes, says=f"{facts.n_read:,} documents read: {counts}")


def _outlets_chart(outlets: Sequence[Outlet]) -> Chart:
    """What became of the documents of each outlet."""
    parts = [
        (
            outlet.outlet_id,
            {
                "kept": outlet.n_documents - outlet.n_duplicates - outlet.n_quarantined,
                "copies": outlet.n_duplicates,
                "rejected": outlet.n_rejected,
                "quarantined": outlet.n_quarantined,
            },
        )
        for outlet in outlets
    ]
    return charts.stacked(
        parts,
        title="documents",
        says="Documents of the largest outlets by outcome",
        parts=("kept", "copies", "rejected", "quarantined"),
    )


def _charts(data: Data) -> dict[str, Chart | None]:
    """All charts of the page by name. One without data is None."""
    facts = data.facts
    rules = {r.name: r.n_chars / data.n_chars for r in data.rules[:_SHOWN_RULES] if data.n_chars}
    outlets = data.outlets[:_SHOWN_OUTLETS]
    return {
        "flow": _flow_chart(data) if facts.n_read else None,
        "rules": charts.bars(
            rules,
            title="share of all text",
            says="Share of text removed, by rule",
            colour="cut",
            number=_share,
        )
        if rules
        else None,
        "outlets": _outlets_chart(outlets) if outlets else None,
        "coverage": charts.heat(
            [(o.outlet_id, o.coverage) for o in outlets],
            says="Share of documents with each field, by outlet",
            fields=COVERAGE,
            number=_share,
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
        "dates": charts.days(
            {date.fromisoformat(day): n for day, n in data.dates.items()},
            title="documents",
            says="Documents by date of publication",
        )
        if data.dates
        else None,
        "seconds": charts.bars(
            {s.name: s.seconds for s in facts.steps},
            title="seconds",
            says="Seconds per step",
            number=lambda n: f"{n:,.1f}",
        )
        if facts.steps
        else None,
    }


def _took(data: Data) -> float:
    started, finished = (
        datetime.fromisoformat(at) for at in (data.facts.started_at, data.facts.finished_at)
    )
    return (finished - started).total_seconds()


def _share(value: float | None) -> str:
    """A share as per cent with two significant digits.

    >>> _share(0.1234), _share(0.0312), _share(0.0004), _share(0.00001), _share(0.0), _share(None)
    ('12 %', '3.1 %', '0.04 %', '< 0.01 %', '0 %', '')
    >>> _share(0.9996), _share(1.0)
    ('> 99 %', '100 %')
    """
    if value is None:
        return ""
    per_cent = 100 * value
    if not value or value == 1:
        return f"{per_cent:.0f} %"
    if per_cent < 0.01:
        return "< 0.01 %"
    if per_cent >= 99.5:
        return "> 99 %" if value < 1 else f"{per_cent:.0f} %"
    digits = 2 if per_cent < 1 else 1 if per_cent < 9.95 else 0
    return f"{per_cent:.{digits}f} %"


def _bytes(value: float | None) -> str:
    return "" if value is None else f"{value / 2**20:,.0f} MB"


def _when(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S %Z}".strip()


def _chart(chart: Chart | None) -> Markup:
    """A chart in both widths. The style sheet shows one. `charts` escapes every word in them."""
    if chart is None:
        return Markup("")
    return Markup('<div class="chart wide">{}</div><div class="chart narrow">{}</div>').format(
        Markup(chart.wide), Markup(chart.narrow)
    )


def _environment() -> jinja2.Environment:
    return html_rendering.environment(
        _resource,
        {
            "share": _share,
            "bytes": _bytes,
            "when": _when,
            "text": safe_html,
            "name": _name,
            "chart": _chart,
            "number": lambda n: f"{n:,.0f}",
            "counted": counted,
            "span": duration,
        },
    )


def _resource(name: str) -> str:
    return (importlib.resources.files("copydesk.flows.report") / name).read_text(encoding="utf-8")
