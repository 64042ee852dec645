"""`copydesk rules`: what is cut from text, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli.options import echo_json, json_option, printable, warehouse_option


@click.command()
@click.option(
    "--category", metavar="NAME", default=None, help="One category only, such as comments or photo."
)
@click.option(
    "--language", metavar="CODE", default=None, help="Rules of one language only, such as de."
)
@click.option(
    "--rule", "name", metavar="NAME", default=None, help="One rule only, with all its examples."
)
@warehouse_option
@json_option
def command(
    *,
    category: str | None,
    language: str | None,
    name: str | None,
    warehouse: Path | str,
    as_json: bool,
) -> None:
    """List the cleaning rules with examples and, given a warehouse, how often each cut.

    \b
        copydesk rules --category related
        copydesk rules --rule photo_credit
        copydesk rules --warehouse /data/news --json

    "must go" and "must stay" are the examples that prove a rule; the tests run every one of them.
    Switch rules off in the recipe: `[clean]` `disabled = ["photo_credit"]` takes the name of a rule,
    a category or a language.
    """
    from copydesk.transforms import clean

    known = {
        "--category": (category, set(clean.CATEGORIES)),
        "--language": (language, {code for r in clean.RULES for code in r.languages}),
        "--rule": (name, {r.name for r in clean.RULES}),
    }
    for option, (given, values) in known.items():
        if given is not None and given not in values:
            raise click.UsageError(
                f"{option} {given} is not known. Known: {', '.join(sorted(values))}."
            )
    chosen = [
        rule
        for rule in clean.RULES
        if category in (None, rule.category)
        and (language is None or language in rule.languages)
        and name in (None, rule.name)
    ]
    hits = _hits(warehouse)
    if as_json:
        echo_json([_record(rule, hits) for rule in chosen])
        return
    for rule in chosen:
        click.echo(
            f"{rule.name}  ({rule.category}; {', '.join(rule.languages)}; version {rule.version})"
        )
        if hits is not None:
            rows, characters = hits.get(rule.name, (0, 0))
            click.echo(f"    cut {rows:,} passages, {characters:,} characters")
        shown = slice(None) if name else slice(3)
        for label, examples in (("must go", rule.drops), ("must stay", rule.keeps)):
            for example in examples[shown]:
                click.echo(printable(f"    {label}:  " + example.replace("\n", " / ")))
    others = {
        rule: n for rule, n in (hits or {}).items() if rule not in {r.name for r in clean.RULES}
    }
    if others and category is language is name is None:
        click.echo(
            "Cut by other steps: "
            + printable(", ".join(f"{rule} {n:,}" for rule, (n, _) in sorted(others.items())))
        )


def _record(rule: Any, hits: dict[str, tuple[int, int]] | None) -> dict[str, Any]:
    """One rule as JSON; `passages` and `characters` only where a warehouse was given."""
    record = {
        "name": rule.name,
        "category": rule.category,
        "languages": list(rule.languages),
        "place": rule.place,
        "version": rule.version,
        "patterns": [*rule.patterns, *rule.sentences],
        "drops": list(rule.drops),
        "keeps": list(rule.keeps),
    }
    if hits is not None:
        record["passages"], record["characters"] = hits.get(rule.name, (0, 0))
    return record


def _hits(path: Path | str) -> dict[str, tuple[int, int]] | None:
    """Passages and characters cut by each rule in the current snapshot; None where there is no warehouse."""
    from copydesk.flows.cli._warehouse import opened

    asked = (
        click.get_current_context().get_parameter_source("warehouse")
        is not click.core.ParameterSource.DEFAULT
    )
    if not asked and not Path(path, "LATEST").exists():
        return None
    found: dict[str, tuple[int, int]] = {}
    with opened(path) as warehouse:
        for batch in warehouse.snapshot("current").batches("removed", ["rule", "start", "end"]):
            for rule, start, end in zip(
                *(batch.column(i).to_pylist() for i in range(3)), strict=True
            ):
                rows, characters = found.get(rule, (0, 0))
                found[rule] = (rows + 1, characters + end - start)
    return found
