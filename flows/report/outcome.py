"""After a run: write its report, and describe it in a few lines or as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.flows import report
from copydesk.flows.pipeline.summary import facts_of
from copydesk.flows.read import is_standard_input
from copydesk.flows.remote.client import is_uri
from copydesk.flows.support.processes import allocator
from copydesk.flows.support.safe_text import counted, duration, printable
from copydesk.transforms.ledger import BLANK_LINE

if TYPE_CHECKING:
    from copydesk.flows.pipeline.summary import Facts, Summary

_MOST_RULES = 6  # how many rules the terminal shows; the report has all
_MOST_ANOMALIES = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run and the path of its report, which is None for a dry run."""

    summary: Summary
    warehouse: Path | str
    page: Path | None

    @property
    def articles(self) -> str:
        """The folder of the articles, or for an object store the command that prints their URIs."""
        if is_uri(self.warehouse):
            return f"copydesk path articles --warehouse {self.warehouse}"
        return f"{Path(self.warehouse, 'current', 'articles')}/"


def report_run(summary: Summary, warehouse: Path | str) -> Outcome:
    """Write the report of a run from its record, and return the run's outcome.

    A run that published nothing has no report.
    """
    if summary.is_dry or summary.facts.snapshot_id is None:
        return Outcome(summary, warehouse, None)
    from copydesk.flows.warehouse import Warehouse

    allocator.release()
    store = Warehouse.open(warehouse)
    page = report.write(
        store.root,
        store.snapshot(summary.facts.snapshot_id),
        facts_of(store, summary.facts.run_id),
    )
    store.share()
    return Outcome(summary, warehouse, page)


def summary_lines(outcome: Outcome, *, seconds: float) -> list[str]:
    """A summary of the run in a few lines for the terminal."""
    summary, facts = outcome.summary, outcome.summary.facts
    dry = " (dry run: nothing was published)" if summary.is_dry else ""
    if facts.n_read and facts.n_known == facts.n_read:
        lines = [f"{_nothing_new(facts)} ({duration(seconds)}){dry}"]
    else:
        lines = [f"{counted(facts.n_read, 'document')} read in {duration(seconds)}{dry}"]
        lines += _counts(summary)
    if facts.skipped:
        skipped = ", ".join(f"{name} {n:,}" for name, n in facts.skipped.items())
        lines.append(f"skipped    {skipped}")
    rules = [(name, n) for name, n in summary.removed_by_rule.items() if name != BLANK_LINE]
    if rules:
        more = f", and {len(rules) - _MOST_RULES} more" if len(rules) > _MOST_RULES else ""
        lines.append(
            "cut        " + ", ".join(f"{name} {n:,}" for name, n in rules[:_MOST_RULES]) + more
        )
    if summary.n_stories:
        lines.append(f"stories    {summary.n_stories:,} created")
    for anomaly in facts.anomalies[:_MOST_ANOMALIES]:
        lines.append(f"drift      {anomaly.sentence}")
    if len(facts.anomalies) > _MOST_ANOMALIES:
        lines.append(
            f"drift      and {len(facts.anomalies) - _MOST_ANOMALIES} more changes, in the report"
        )
    if summary.n_under_other_recipe:
        lines.append(
            f"recipe     {summary.n_under_other_recipe:,} articles were cleaned or compared with other options; run `copydesk reprocess` to update them"
        )
    if not summary.is_dry:
        lines.append(f"Parquet    {outcome.articles}")
    if outcome.page:
        lines.append(f"Report     {outcome.page}")
    return [printable(line) for line in lines]


def _counts(summary: Summary) -> list[str]:
    """The number of documents of each outcome, one line each."""
    facts = summary.facts
    revised = f", {facts.n_revisions:,} of them revisions" if facts.n_revisions else ""
    lines = [f"{facts.n_articles:>9,}  in the corpus{revised}"]
    for n, name in (
        (facts.n_duplicates, _copies(facts)),
        (facts.n_rejected, f"rejected{_why_rejected(summary)}"),
        (facts.n_quarantined, "quarantined"),
        (facts.n_known, "already known"),
    ):
        if n:
            lines.append(f"{n:>9,}  {name}")
    return lines


def _nothing_new(facts: Facts) -> str:
    """The sentence for a run whose documents were all known before."""
    since = (
        f"nothing new since {_minute(facts.known_since)}" if facts.known_since else "nothing new"
    )
    files = f", {counted(facts.n_known_files, 'file')} unchanged" if facts.n_known_files else ""
    return f"{since}: {counted(facts.n_known, 'document')} known already{files}"


def _why_rejected(summary: Summary) -> str:
    """Where to find the reasons for rejects, or the reasons themselves if nothing was published."""
    if not summary.is_dry:
        return " (`copydesk rejects` says why)"
    reasons = _by_reason(summary)
    return f": {reasons}" if reasons else ""


def _by_reason(summary: Summary) -> str:
    """The number of rejects by reason, or an empty string if the summary has none."""
    return ", ".join(f"{name} {n:,}" for name, n in summary.rejected_by_reason.items())


def _copies(facts: Facts) -> str:
    """What the rows of `duplicates` are: copies, and versions that a revision replaced."""
    copies = "copy" if facts.n_duplicates == 1 else "copies"
    return f"{copies} or earlier versions" if facts.n_revisions else copies


def nothing_readable(outcome: Outcome) -> str | None:
    """The message for a run in which no document could be read, or None for any other run."""
    facts = outcome.summary.facts
    if facts.n_read == 0 and not facts.n_known_files and not facts.skipped:
        inputs = ", ".join(
            "standard input" if is_standard_input(name) else name for name in facts.inputs
        )
        return f"nothing could be read: {inputs} holds no document"
    if facts.is_all_rejected:
        why = "" if outcome.summary.is_dry else "; `copydesk rejects` says why"
        reasons = _by_reason(outcome.summary)
        by_reason = f" ({reasons})" if reasons else ""
        return (
            f"nothing could be read: {counted(facts.n_read, 'document')} rejected{by_reason}, "
            f"none taken{why}"
        )
    return None


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The run as JSON values. They have the same names as in the table `runs`."""
    facts = asdict(outcome.summary.facts)
    facts["anomalies"] = [
        asdict(b) | {"sentence": b.sentence} for b in outcome.summary.facts.anomalies
    ]
    del facts["profiles"]
    return {
        **facts,
        "removed_by_rule": dict(outcome.summary.removed_by_rule),
        "rejected_by_reason": dict(outcome.summary.rejected_by_reason),
        "n_stories": outcome.summary.n_stories,
        "n_under_other_recipe": outcome.summary.n_under_other_recipe,
        "is_dry": outcome.summary.is_dry,
        "warehouse": str(outcome.warehouse),
        "articles": None if is_uri(outcome.warehouse) else outcome.articles.rstrip("/"),
        "report": str(outcome.page) if outcome.page else None,
    }


def _minute(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
