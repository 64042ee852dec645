"""Show the summary of a run in Prefect as Markdown, tables and events, without any article text."""

from __future__ import annotations

import re

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from copydesk.flows.report.outcome import Outcome
from copydesk.flows.support.safe_text import printable

KEY = "copydesk-run"
DRIFT_EVENT = "copydesk.drift"

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:/@])")


def publish(outcome: Outcome) -> None:
    """Create the artifacts of a run, and one event for each outlet with an anomaly."""
    facts = outcome.summary.facts
    create_markdown_artifact(markdown(outcome), key=KEY, description="Summary of the run")
    create_table_artifact(
        [{"rule": plain(rule), "cuts": n} for rule, n in outcome.summary.removed_by_rule.items()],
        key="copydesk-rules",
        description="Cuts by rule in the documents added",
    )
    create_table_artifact(
        [
            {
                "outlet": plain(profile.outlet_id),
                "documents": profile.n_documents,
                "rejected": profile.n_rejected,
                "with byline": profile.n_with_byline,
                "with date": profile.n_with_date,
                "words": profile.n_words,
            }
            for profile in facts.profiles
        ],
        key="copydesk-outlets",
        description="New documents by outlet",
    )
    by_outlet: dict[str, list[str]] = {}
    for anomaly in facts.anomalies:
        by_outlet.setdefault(anomaly.outlet_id, []).append(plain(anomaly.sentence))
    for outlet, sentences in sorted(by_outlet.items()):
        emit_event(
            event=DRIFT_EVENT,
            resource={
                "prefect.resource.id": f"copydesk.outlet.{plain(outlet)}",
                "prefect.resource.name": plain(outlet),
            },
            payload={
                "run_id": facts.run_id,
                "anomalies": sentences,
                "n_quarantined": facts.n_quarantined,
            },
        )


def markdown(outcome: Outcome) -> str:
    """The summary of a run as Markdown, in which text that comes from documents is escaped."""
    facts, summary = outcome.summary.facts, outcome.summary
    rows = [
        ("read", facts.n_read),
        ("in the corpus", facts.n_articles),
        ("copies", facts.n_duplicates),
        ("rejected", facts.n_rejected),
        ("quarantined", facts.n_quarantined),
        ("already known", facts.n_known),
        ("revisions", facts.n_revisions),
    ]
    lines = [
        f"# Run {escaped(facts.run_id)}",
        "",
        "| documents | |",
        "|---|--:|",
        *(f"| {name} | {n:,} |" for name, n in rows),
        "",
    ]
    if facts.anomalies:
        lines += ["## Drift", "", *(f"- {escaped(b.sentence)}" for b in facts.anomalies), ""]
    if summary.n_under_other_recipe:
        lines += [f"{summary.n_under_other_recipe:,} rows were written with another recipe.", ""]
    lines += ["## Steps", "", "| step | seconds | peak memory |", "|---|--:|--:|"]
    lines += [
        f"| {s.name} | {s.seconds:.2f} | {(s.peak_bytes or 0) / 2**20:,.0f} MB |"
        for s in facts.steps
    ]
    lines += ["", f"Snapshot `{facts.snapshot_id}`. Full report: `{code(outcome.page or '')}`", ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Escape text so that Markdown shows it literally.

    >>> escaped("[click](javascript:alert(1)) <b>")
    '\\\\[click\\\\]\\\\(javascript\\\\:alert\\\\(1\\\\)\\\\) \\\\<b\\\\>'
    """
    return _MARKDOWN.sub(r"\\\1", plain(text))


def code(text: object) -> str:
    """Escape text for the inside of a code span."""
    return plain(str(text)).replace("`", "'")


def plain(text: str) -> str:
    """The text without control characters, shortened if it is long."""
    return printable(text[:300])
