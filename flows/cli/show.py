"""`copydesk show`: show one document with what was cut from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli._warehouse import find_document, open_warehouse
from copydesk.flows.cli.options import echo_json, json_option, printable, warehouse_option

if TYPE_CHECKING:
    from copydesk.transforms.ledger import Removal

_FIELDS = (
    "doc_id",
    "url",
    "source_uri",
    "outlet",
    "title",
    "byline",
    "byline_orgs",
    "published_at",
    "published_date",
    "section",
    "language",
    "wire_source",
    "sources_cited",
    "story_id",
    "cluster_size",
    "kept_doc_id",
    "relation",
    "keep_reason",
    "reason",
    "revision",
    "supersedes",
)
# In the order of the colours of `article_views`.
_COLOURS = ("red", "yellow", "blue", "magenta", "cyan", "green")


@click.command()
@click.argument("doc")
@warehouse_option
@json_option
def command(*, doc: str, warehouse: Path | str, as_json: bool) -> None:
    """Show the columns and the text of a document, with every cut in place in the colour of its rule.

    \b
        copydesk show 3741adc8172c2652e3b942ad2e4b2fb0
        copydesk show 3741adc8

    DOC is a doc_id, the first characters of one, an address, or the path of a file below its input.
    Each cut is shown as [rule: passage].
    """
    from copydesk.transforms.ledger import Removal, rebuild

    with open_warehouse(warehouse) as found:
        snapshot = found.snapshot("current")
        table, row = find_document(snapshot, doc)
        ledger = snapshot.documents("removed", [row["doc_id"]]).to_pylist()
    removed = sorted(
        Removal(*(cut[name] for name in ("start", "end", "text", "rule", "rule_version")))
        for cut in ledger
    )
    extracted = rebuild(row["text"], removed)
    if as_json:
        echo_json(
            {
                "table": table,
                **row,
                "extracted": extracted,
                "removed": sorted(ledger, key=lambda c: c["start"]),
            }
        )
        return
    click.echo(f"{table[:-1] if table != 'quarantined' else table}")
    for name in _FIELDS:
        value = row.get(name)
        if value not in (None, [], ""):
            shown = ", ".join(value) if isinstance(value, list) else str(value)
            click.echo(f"{name:<15} {printable(shown)}")
    click.echo()
    print_with_cuts(extracted, removed)


def print_with_cuts(extracted: str, removed: Sequence[Removal]) -> None:
    """Print the text with each cut in place as [rule: passage], and count the cuts by rule."""
    from copydesk.transforms.ledger import BLANK_LINE

    position = 0
    for cut in sorted(removed):
        click.echo(printable(extracted[position : cut.start], keep_newlines=True), nl=False)
        click.echo(_styled(cut.rule, cut.text), nl=False)
        position = cut.end
    click.echo(printable(extracted[position:], keep_newlines=True))
    rules = sorted({cut.rule for cut in removed} - {BLANK_LINE})
    if rules:
        click.echo()
        for rule in rules:
            click.echo(_styled(rule, f"{sum(c.rule == rule for c in removed)} x"))


def _styled(rule: str, text: str) -> str:
    """A cut in the colour of its rule, which is the same in every view."""
    from copydesk.transforms.views.article_views import colour_of

    colour = _COLOURS[colour_of(rule)]
    lead = text[: len(text) - len(text.lstrip("\n"))]
    tail = text[len(text.rstrip("\n")) :] if text.strip("\n") else ""
    body = text.strip("\n")
    if not body:
        return printable(text, keep_newlines=True)  # A blank line that was cut is not marked.
    return (
        printable(lead, keep_newlines=True)
        + click.style(f"[{printable(rule)}: {printable(body, keep_newlines=True)}]", fg=colour)
        + tail
    )
