"""Writes the rule tables as a page to read, `docs/rules.md`."""

from __future__ import annotations

from copydesk.transforms.clean.rule import CATEGORIES, Rule
from copydesk.transforms.clean.rules import ALL

_MOST_EXAMPLES = 8  # Examples of a rule. The tables have the others. Arbitrary.
_PLACES = {
    "line": "the whole line",
    "ending": "the line, by its end",
    "start": "the start of a paragraph",
    "end": "the end of a paragraph",
    "form": "a line beside a comment form",
    "evidence": "nothing by itself: the line model weighs it",
    "context": "by the lines around",
}


def markdown() -> str:
    """Return every rule by category, with lines that it cuts and lines that it leaves."""
    parts = [
        "# Cleaning rules",
        "",
        f"The {len(ALL)} rules that cut boilerplate from text, written by `python -m docs.generate` from the tables in `transforms/clean/rules/`. "
        f"The tests run every example; the page shows the first {_MOST_EXAMPLES} of a rule. Where one has brackets `[[ ]]`, only what is between them goes. Quotation marks around a line are "
        'never looked through: a quotation that begins "Read more" is no link.',
        "",
    ]
    for category, meaning in CATEGORIES.items():
        listed = [rule for rule in ALL if rule.category == category]
        if listed:
            parts += [
                f"## {category}",
                "",
                meaning,
                "",
                "| rule | language | acts on | must go | must stay |",
                "|---|---|---|---|---|",
            ]
            parts += [_row(rule) for rule in listed]
            parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _row(rule: Rule) -> str:
    cells = (
        f"`{rule.name}`",
        ", ".join(rule.languages).replace("*", "any"),
        _PLACES[rule.place],
        _examples(rule.drops),
        _examples(rule.keeps),
    )
    return f"| {' | '.join(cells)} |"


def _examples(examples: tuple[str, ...]) -> str:
    shown = (
        e.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("*", "\\*")
        .replace("_", "\\_")
        .replace("<", "&lt;")
        .replace("\n", " / ")
        for e in examples[:_MOST_EXAMPLES]
        if e
    )
    return "<br>".join(shown)
