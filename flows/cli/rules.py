"""`copydesk rules`: show what is cut from text, and why."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copydesk.flows.cli.options import counted, echo_json, json_option, printable, warehouse_option

if TYPE_CHECKING:
    from copydesk.transforms.clean.rule import Rule

_MOST_LISTED = 50  # values that an error message lists; arbitrary, above the number of languages


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
    """List the cleaning rules with examples. With --warehouse, also count what each rule has cut.

    \b
        copydesk rules --category related
        copydesk rules --rule photo_credit
        copydesk rules --warehouse /data/news --json

    Each rule has examples of what it must cut ("must go") and of similar text that it must not cut
    ("must stay"); the tests check all of them. After the rules, the list gives other reasons for
    cuts, such as a page's menus, the headline or a byline. To switch off a rule, a category or a
    language, name it in the recipe, such as `disabled = ["photo_credit"]` in [clean].
    """
    from copydesk.transforms import clean

    _check_known("--category", category, clean.CATEGORIES)
    _check_known("--language", language, {code for r in clean.RULES for code in r.languages})
    _check_known(
        "--rule", name, {*(r.name for r in clean.RULES), *(r for r, _, _ in _other_reasons())}
    )
    chosen = [
        rule
        for rule in clean.RULES
        if category in (None, rule.category)
        and (language is None or language in rule.languages)
        and name in (None, rule.name)
    ]
    # Other reasons have no category and no language.
    others = [
        reason
        for reason in _other_reasons()
        if category is None and language is None and name in (None, reason[0])
    ]
    hits = _hits(warehouse)
    if as_json:
        echo_json(
            [
                *(_record(rule, hits) for rule in chosen),
                *(_other_record(reason, hits) for reason in others),
            ]
        )
        return
    for rule in chosen:
        _print_rule(rule, hits, n_examples=None if name else 3)
    if others and name is None:
        click.echo("\nReasons of other steps")
    for reason in others:
        _print_other_reason(reason, hits)


def _check_known(option: str, given: str | None, known: Collection[str]) -> None:
    """Raise a usage error if the value of an option is not a known one.

    The message lists the known values, or the most similar ones if there are many.
    """
    if given is None or given in known:
        return
    listed = sorted(known)
    if len(listed) > _MOST_LISTED:
        near = [name for name in listed if given in name][:5]
        near = near or difflib.get_close_matches(given, listed, n=5)
        advice = f" Similar: {', '.join(near)}." if near else ""
        raise click.UsageError(
            f"{option} {given} is not known.{advice} `copydesk rules` lists all {len(listed)}."
        )
    raise click.UsageError(f"{option} {given} is not known. Known: {', '.join(listed)}.")


def _print_rule(
    rule: Rule, hits: dict[str, tuple[int, int]] | None, *, n_examples: int | None
) -> None:
    """Print a rule with examples, and how often it has cut."""
    click.echo(
        f"{rule.name}  ({rule.category}; {', '.join(rule.languages)}; version {rule.version})"
    )
    _print_hits(rule.name, hits)
    for label, examples in (("must go", rule.drops), ("must stay", rule.keeps)):
        for example in examples[:n_examples]:
            click.echo(printable(f"    {label}:  " + example.replace("\n", " / ")))


def _print_hits(name: str, hits: dict[str, tuple[int, int]] | None) -> None:
    """Print how much was cut for this reason, if it was counted."""
    if hits is not None:
        rows, characters = hits.get(name, (0, 0))
        click.echo(f"    cut {counted(rows, 'passage')}, {counted(characters, 'character')}")


def _other_reasons() -> list[tuple[str, int, str]]:
    """Reasons for cuts other than the cleaning rules: name, version, and a sentence for each."""
    from copydesk.transforms import extract, tag

    return [*extract.RULES, *tag.RULES]


def _print_other_reason(
    other: tuple[str, int, str], hits: dict[str, tuple[int, int]] | None
) -> None:
    """Print the reason of another step with its sentence, and how often it has cut."""
    reason, version, sentence = other
    click.echo(f"{reason}  (version {version})")
    _print_hits(reason, hits)
    click.echo(f"    {sentence}")


def _record(rule: Rule, hits: dict[str, tuple[int, int]] | None) -> dict[str, Any]:
    """A rule as JSON; `passages` and `characters` are present only if a warehouse was given."""
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


def _other_record(
    reason: tuple[str, int, str], hits: dict[str, tuple[int, int]] | None
) -> dict[str, Any]:
    """A reason of another step as JSON."""
    record: dict[str, Any] = {"name": reason[0], "version": reason[1], "meaning": reason[2]}
    if hits is not None:
        record["passages"], record["characters"] = hits.get(reason[0], (0, 0))
    return record


def _hits(path: Path | str) -> dict[str, tuple[int, int]] | None:
    """How many passages and characters each rule cut in the snapshot; None without a warehouse."""
    from copydesk.flows.cli._warehouse import open_warehouse

    asked = (
        click.get_current_context().get_parameter_source("warehouse")
        is not click.core.ParameterSource.DEFAULT
    )
    if not asked and not Path(path, "LATEST").exists():
        return None
    found: dict[str, tuple[int, int]] = {}
    with open_warehouse(path) as warehouse:
        for batch in warehouse.snapshot("current").batches("removed", ["rule", "start", "end"]):
            for rule, start, end in zip(
                *(batch.column(i).to_pylist() for i in range(3)), strict=True
            ):
                rows, characters = found.get(rule, (0, 0))
                found[rule] = (rows + 1, characters + end - start)
    return found
