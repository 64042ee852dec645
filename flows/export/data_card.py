"""Write the data card of an export, which says where the texts come from and what was done to them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.support.safe_text import counted, printable
from copydesk.flows.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from copydesk.flows.export.corpus_export import Selection

COUNTED = ("language", "outlet", "published_date", "n_words")
TITLE = "# News corpus made by copydesk"
_RECIPE_TITLE = "Choices of the last run (recipe)"
_RECIPE_ANCHOR = "choices-of-the-last-run-recipe"
_SHOWN = 30  # how many outlets, rules and inputs the card names; the others are only counted

_LIMITS = (
    "Text is what remained after boilerplate was cut by rules and a line model; some boilerplate stays, and rarely a line of the "
    "article is cut. The warehouse's table `removed` has what was cut from each document.",
    "Copies were dropped by shared word sequences. A rewrite in other words is not a copy; it shares `story_id`.",
    "A null means that nothing certain was found, not that there is nothing.",
    "The rights to the texts are their publishers'. The card's licence field says `other` for that reason.",
)


@dataclass(slots=True)
class Tally:
    """Counts over the exported rows, added batch by batch."""

    n_rows: int = 0
    n_words: int = 0
    languages: Counter[str | None] = field(default_factory=Counter)
    outlets: Counter[str | None] = field(default_factory=Counter)
    years: Counter[str | None] = field(default_factory=Counter)
    first: str | None = None
    last: str | None = None

    def count(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Count the rows of a batch, and return the batch."""
        self.n_rows += batch.num_rows
        self.n_words += pc.sum(batch["n_words"]).as_py() or 0
        dates = batch["published_date"]
        for counter, column in (
            (self.languages, batch["language"]),
            (self.outlets, batch["outlet"]),
            (self.years, pc.strftime(dates, "%Y")),
        ):
            for entry in column.value_counts().to_pylist():
                counter[entry["values"]] += entry["counts"]
        span = pc.min_max(dates).as_py()
        if span["min"] is not None:
            self.first = min(self.first or "9999", span["min"].isoformat())
            self.last = max(self.last or "", span["max"].isoformat())
        return batch


def write(
    snapshot: Snapshot,
    tally: Tally,
    *,
    selection: Selection,
    schema: pa.Schema,
    is_folder: bool,
) -> str:
    """The card as Markdown.

    For a folder it begins with the front matter that Hugging Face reads.
    """
    about = snapshot.manifest
    lines = _front_matter(tally) if is_folder else []
    lines += [
        TITLE,
        "",
        f"Snapshot `{about.id}`, published {about.finished_at[:19].replace('T', ' ')} UTC by run `{about.run_id}` "
        f"(copydesk {about.versions.get('copydesk', 'unknown')}, schema version {about.schema_version}).",
        "",
        f"{tally.n_rows:,} articles, {tally.n_words:,} words. How they were cleaned and compared is in "
        f"[the recipe](#{_RECIPE_ANCHOR}).",
        "",
        "## Filters",
        "",
        *_filters(selection),
        "",
    ]
    lines += ["## Sources", "", *_sources(snapshot), ""]
    lines += ["## From documents to articles", "", *_balance(snapshot), ""]
    lines += _counted("Languages", tally.languages) + _counted("Outlets", tally.outlets)
    years = sorted(tally.years.items(), key=lambda item: item[0] or "~")
    span = f"{tally.first} to {tally.last}" if tally.first else "none of the articles has a date"
    lines += ["## Dates", "", f"Published {span}.", "", *_table(("year", "articles"), years), ""]
    lines += ["## What was cut", "", *_rules(snapshot), ""]
    lines += [f"## {_RECIPE_TITLE}", "", "```toml", *_recipe(snapshot), "```", ""]
    lines += ["## Columns", "", *_columns(schema), ""]
    lines += ["## Known limits", "", *(f"- {limit}" for limit in _LIMITS), ""]
    return "\n".join(lines)


def _filters(selection: Selection) -> list[str]:
    lines = [f"- {sentence}" for sentence in selection.sentences()]
    if selection.where:
        lines.append(f"- Only articles that meet the condition {_code(selection.where)}.")
    if not lines:
        lines.append("None: all articles of the snapshot are here.")
    if selection.passages is not None:
        lines.append(
            f"- A row is a passage of at most {selection.passages:,} words; `start` and `end` are its "
            "offsets in `text` of the article."
        )
    if selection.is_markdown:
        lines.append(
            "- `text` is Markdown: the title is a heading, and each paragraph is one line."
        )
    return lines


def _front_matter(tally: Tally) -> list[str]:
    languages = sorted(
        language
        for language in tally.languages
        if language and re.fullmatch(r"[a-z]{2,3}", language)
    )
    return [
        "---",
        "license: other",
        *(
            ["language:", *(f"- {json.dumps(language)}" for language in languages)]
            if languages
            else []
        ),
        f"size_categories:\n- {_size(tally.n_rows)}",
        "configs:",
        "- config_name: default",
        "  data_files: data/*.parquet",
        "---",
        "",
    ]


def _size(n_rows: int) -> str:
    for limit, name in (
        (1e3, "n<1K"),
        (1e4, "1K<n<10K"),
        (1e5, "10K<n<100K"),
        (1e6, "100K<n<1M"),
        (1e7, "1M<n<10M"),
        (1e8, "10M<n<100M"),
    ):
        if n_rows < limit:
            return name
    return "n>100M"


def _sources(snapshot: Snapshot) -> list[str]:
    inputs = snapshot.inputs()["source_uri"].to_pylist()
    shown = [f"- {_code(uri)}" for uri in inputs[:_SHOWN]]
    more = [f"- and {len(inputs) - _SHOWN:,} more"] if len(inputs) > _SHOWN else []
    runs = snapshot.rows("runs")
    return (
        [
            f"{counted(runs, 'run')} made the corpus. The last ingest read:",
            "",
            *shown,
            *more,
        ]
        if inputs
        else [f"{counted(runs, 'run')} made the corpus."]
    )


def _balance(snapshot: Snapshot) -> list[str]:
    runs = snapshot.table("runs")
    # Known documents are left out, because the run that first read them has counted them.
    names = {
        "n_articles": "added as articles",
        "n_duplicates": "dropped as copies",
        "n_rejected": "refused",
        "n_quarantined": "quarantined for review",
    }
    total = [(label, pc.sum(runs[name]).as_py() or 0) for name, label in names.items()]
    total.insert(0, ("read for the first time", sum(number for _, number in total)))
    return [
        *_table(("documents, over all runs", "number"), total),
        "",
        "The tables now have "
        + ", ".join(f"{number:,} in `{name}`" for name, number in snapshot.counts.items() if number)
        + ".",
    ]


def _rules(snapshot: Snapshot) -> list[str]:
    hits: Counter[str | None] = Counter()
    for batch in snapshot.batches("removed", ["rule"]):
        for entry in batch["rule"].value_counts().to_pylist():
            hits[entry["values"]] += entry["counts"]
    return _table(("rule", "cuts"), [(name, number) for name, number in hits.most_common(_SHOWN)])


def _recipe(snapshot: Snapshot) -> list[str]:
    runs = snapshot.table("runs", ["finished_at", "recipe"]).sort_by("finished_at")
    text = runs["recipe"][-1].as_py() if runs.num_rows else ""
    return [printable(line).replace("```", "'''") for line in text.splitlines()]


def _columns(schema: pa.Schema) -> list[str]:
    rows = [
        (field.name, str(field.type), str((field.metadata or {}).get(b"meaning", b""), "utf-8"))
        for field in schema
    ]
    # The sentences are not escaped, because they are Markdown from the schema, not text of documents.
    return [
        "| column | type | meaning |",
        "| --- | --- | --- |",
        *(f"| {name} | `{kind}` | {meaning} |" for name, kind, meaning in rows),
    ]


def _counted(title: str, counter: Counter[str | None]) -> list[str]:
    rows: list[tuple[object, ...]] = list(counter.most_common(_SHOWN))
    rest = len(counter) - len(rows)
    if rest > 0:
        rows.append(
            (
                f"and {rest:,} more",
                sum(counter.values()) - sum(number for _, number in counter.most_common(_SHOWN)),
            )
        )
    return [f"## {title}", "", *_table((title.lower(), "articles"), rows), ""]


def _table(header: Sequence[str], rows: Iterable[tuple[object, ...]]) -> list[str]:
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    return lines + [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]


def _cell(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, int):
        return f"{value:,}"
    return escaped(str(value))


def escaped(text: str) -> str:
    r"""Text of documents, escaped so that Markdown and HTML show it as it is.

    >>> escaped("The <b>Daily</b> | [Post](x)")
    'The &lt;b&gt;Daily&lt;/b&gt; \\| \\[Post\\](x)'
    """
    plain = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        re.sub(r"([\\`*_\[\]|#~])", r"\\\1", plain)
        if not re.fullmatch(r"[\w., -]*", text)
        else plain
    )


def _code(text: str) -> str:
    """Text as Markdown code, with enough backticks around it if it contains backticks."""
    inner = printable(text)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", inner)), default=0) + 1)
    return f"{fence} {inner} {fence}" if "`" in inner else f"`{inner}`"
