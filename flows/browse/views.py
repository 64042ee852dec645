"""The values that the templates of the site's pages show, read from the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from copydesk.flows.browse import page_address
from copydesk.flows.browse.corpus import PAGE, Corpus, Filters, Row
from copydesk.flows.report.charts import last_day
from copydesk.flows.support.html_rendering import marked, safe_html
from copydesk.transforms.ledger import BLANK_LINE, Removal
from copydesk.transforms.views.article_views import colour_of

_FIRST = (
    "outlet",
    "byline",
    "byline_orgs",
    "published_at",
    "published_date",
    "language",
    "section",
    "wire_source",
    "sources_cited",
    "dateline_place",
)
_SHOWN_ELSEWHERE = {"text", "title", "evidence", "table", "is_kept", "doc_id"}
_BARS = 640, 64  # width and height of the bars, in units of the drawing


class NotFound(LookupError):
    """A page that does not exist. The message is a sentence for the reader."""


def home(corpus: Corpus, parameters: dict[str, str]) -> dict[str, Any]:
    """The documents that the filters select, and values for further filters."""
    filters = page_address.filters(parameters)
    rows, total, searched = corpus.documents(filters)
    facets = corpus.facets(_plain(filters))
    return {
        "filters": filters,
        "rows": rows,
        "total": total,
        "searched": searched,
        "dates": _bars(facets["dates"], filters),
        "facets": facets,
        "link": lambda **changes: page_address.link(filters, **changes),
        "pages": -(-total // PAGE),
        "is_first": filters == Filters(),
    }


def article(corpus: Corpus, doc_id: str) -> dict[str, Any]:
    """One document: its text with the cuts in place, its columns, copies, story and revisions."""
    row = _document(corpus, doc_id)
    extracted, cuts = corpus.cuts(doc_id, row["text"])
    kept = row.get("kept_doc_id") or doc_id
    copies = corpus.copies(kept) if row["table"] != "quarantined" else []
    evidence = row.get("evidence") or {}
    names = [
        *_FIRST,
        *(name for name in row if name not in _FIRST and name not in _SHOWN_ELSEWHERE),
    ]
    return {
        "row": row,
        "body": marked_cuts(extracted, cuts),
        "rules": Counter(cut.rule for cut in cuts if cut.rule != BLANK_LINE).most_common(),
        "colour": colour_of,
        "columns": [(name, _shown(row[name]), evidence.get(name)) for name in names if name in row],
        "kept": kept,
        "copies": copies,
        "revisions": corpus.revisions(row),
    }


def compare(corpus: Corpus, one: str, other: str) -> dict[str, Any]:
    """Two documents side by side with their shared passages marked."""
    from copydesk.transforms.dedup.shared_passages import shared_passages

    left, right = _document(corpus, one), _document(corpus, other)
    passages = shared_passages(left["text"], right["text"])
    copy = next((row for row in (left, right) if row.get("kept_doc_id") in (one, other)), None)
    return {
        "left": left,
        "right": right,
        "left_text": marked(left["text"], [(p.start, p.end) for p in passages]),
        "right_text": marked(right["text"], [(p.other_start, p.other_end) for p in passages]),
        "n_words": sum(p.n_words for p in passages),
        "n_passages": len(passages),
        "measured": copy or corpus.pair(one, other),
        "copy": copy,
    }


def story(corpus: Corpus, story_id: str) -> dict[str, Any]:
    """A story as a time line of its documents, copies included."""
    found, members = corpus.story(story_id)
    if found is None or not members:
        raise NotFound(f"There is no story {story_id} in this snapshot.")
    times = [row["published_at"] for row in members if row["published_at"]]
    first = min(times) if times else None
    span = (max(times) - min(times)).total_seconds() if times else 0.0
    for row in members:
        at = row["published_at"]
        row["after"] = at - first if at and first else None
        row["x"] = (
            round(12 + 616 * (row["after"].total_seconds() / span if span else 0), 1)
            if at
            else None
        )
    return {
        "story": found,
        "members": members,
        "n_outlets": len({row["outlet_id"] for row in members} - {None}),
        "first": first,
        "last": max(times) if times else None,
    }


def marked_cuts(extracted: str, cuts: Sequence[Removal]) -> Markup:
    """The extracted text as HTML, with each cut marked in place by its rule."""
    parts: list[Markup] = []
    at = 0
    for cut in sorted(cuts):
        parts.append(safe_html(extracted[at : cut.start]))
        at = cut.end
        shown = cut.text.strip("\n")
        if not shown.strip():
            continue
        lead = "\n" if cut.text.startswith("\n") else ""
        tail = "\n" if cut.text.endswith("\n") else ""
        parts.append(
            Markup('{}<del class="c{}" title="cut by {}"><b>{}</b> {}</del>{}').format(
                lead, colour_of(cut.rule), cut.rule, cut.rule, safe_html(shown), tail
            )
        )
    return Markup("").join((*parts, safe_html(extracted[at:])))


def _document(corpus: Corpus, doc_id: str) -> Row:
    row = corpus.document(page_address.identifier(doc_id))
    if row is None:
        raise NotFound(f"There is no document {doc_id} in this snapshot.")
    return row


def _plain(filters: Filters) -> Filters:
    """The filters that the facets depend on, so that the next page of a list reuses their counts."""
    return Filters(
        outlet=filters.outlet,
        language=filters.language,
        day_from=filters.day_from,
        day_to=filters.day_to,
        copies=filters.copies,
    )


def _bars(dates: list[Row], filters: Filters) -> list[dict[str, Any]]:
    """Documents by day, month or year as bars on a time axis, each with the address of its period."""
    if not dates:
        return []
    width, height = _BARS
    first, last = dates[0]["day"], last_day(dates[-1]["day"], dates[-1]["unit"])
    days = (last - first).days + 1
    most = max(row["n"] for row in dates)
    bars = []
    for row in dates:
        end = last_day(row["day"], row["unit"])
        left = width * (row["day"] - first).days / days
        wide = width * ((end - row["day"]).days + 1) / days
        tall = max(1.5, (height - 4) * row["n"] / most)
        bars.append(
            {
                "x": round(left, 2),
                "width": round(max(0.6, wide - min(1.0, wide / 5)), 2),
                "y": round(height - tall, 2),
                "height": round(tall, 2),
                "label": f"{_label(row['day'], row['unit'])}: {row['n']:,}",
                "short": _label(row["day"], row["unit"]),
                "n": row["n"],
                "href": page_address.link(filters, **{"from": row["day"], "to": end}),
            }
        )
    return bars


def _label(day: date, unit: str) -> str:
    return {"day": f"{day}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[unit]


def _shown(value: Any) -> str:
    """A column's value as text for people.

    >>> _shown(["Ana Ruiz", "Bo Li"]), _shown(None), _shown(0.25)
    ('Ana Ruiz, Bo Li', '', '0.25')
    """
    if value is None or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items() if item is not None)
    return str(value)
