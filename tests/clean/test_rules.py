"""Every rule cuts its examples and keeps its look-alikes.

One test tries all rules of a language and reports every failure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pytest

from copydesk.transforms import clean, ledger
from copydesk.transforms.clean.fold_text import folded
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.patterns import pattern_guard, rule_table
from copydesk.transforms.clean.patterns.pattern_table import PatternTable
from copydesk.transforms.clean.patterns.rule_table import RuleTable, content_of
from copydesk.transforms.clean.rule import CATEGORIES, Rule
from copydesk.transforms.clean.rule_set import RuleSet

PATTERNED = [rule for rule in clean.RULES if rule.place not in {"context", "evidence"}]
NO_MODEL = clean.Options(line_model=False)


def _by_language(rules: Iterable[Rule]) -> list[object]:
    """Return the rules as parameters of a test, one for each first language of a rule."""
    groups: dict[str, list[Rule]] = {}
    for rule in rules:
        groups.setdefault(rule.languages[0], []).append(rule)
    return [pytest.param(group, id=language) for language, group in groups.items()]


each_language = pytest.mark.parametrize("rules", _by_language(PATTERNED))


def _alone(rule: Rule) -> clean.Options:
    """Return options that switch on this rule, the prompts that a form needs, and nothing else."""
    prompts = tuple(
        r.name
        for r in clean.RULES
        if r.category == "comments" and r.place == "line" and r.languages == rule.languages
    )
    return clean.Options(
        disabled=tuple(CATEGORIES),
        enabled=(rule.name, "comment_prompt", *prompts),
        line_model=False,
    )


@each_language
def test_what_a_rule_must_drop_goes(rules: list[Rule]) -> None:
    wrong = []
    for rule in rules:
        options = _alone(rule)
        for example in rule.drops:
            text = example.replace("[[", "").replace("]]", "")
            expected = re.sub(r"\[\[.*?\]\]", "", example, flags=re.S).strip()
            if "]]" not in example or rule.place == "form":
                expected = ""  # the line above the fields is boilerplate too
            removed = clean.clean(text, options=options, languages=rule.languages)
            left = ledger.apply(text, removed).strip()
            if left != expected:
                wrong.append(f"{rule.name}: {example!r} leaves {left!r}")
    assert not wrong, "\n".join(wrong)


@each_language
def test_what_a_rule_must_keep_stays(rules: list[Rule]) -> None:
    wrong = []
    for rule in rules:
        for example in rule.keeps:
            removed = clean.clean(example, options=NO_MODEL, languages=rule.languages)
            if ledger.apply(example, removed) != example:
                cuts = [(r.rule, r.text) for r in removed]
                wrong.append(f"{rule.name}: {example!r} loses {cuts}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "rules", _by_language(rule for rule in clean.RULES if rule.place == "context")
)
def test_the_examples_of_rules_that_read_the_lines_around_hold_too(rules: list[Rule]) -> None:
    wrong = []
    for rule in rules:
        for example in (*rule.drops, *rule.keeps):
            marked, gone = _marked_and_gone(rule, example)
            if gone != marked:
                wrong.append(f"{rule.name}: {example!r} loses {gone}")
    assert not wrong, "\n".join(wrong)


def _marked_and_gone(rule: Rule, example: str) -> tuple[set[str], set[str]]:
    """Return the lines of an example that the rule must cut, and those that it cuts."""
    text = example.replace("[[", "").replace("]]", "")
    marked = {
        line
        for passage in re.findall(r"\[\[.*?\]\]", example)
        for line in passage[2:-2].split("\n")
    }
    if example in rule.drops and not marked:
        marked = {text}
    # The tables of a language may have a rule of the same name that is tried first.
    names = re.compile(rf"{rule.name}(_[a-z]{{2}})?" if example in rule.drops else rule.name)
    gone = {r.text.strip("\n") for r in clean.clean(text) if names.fullmatch(r.rule)}
    return (marked if example in rule.drops else set()) - {""}, gone - {""}


@pytest.mark.parametrize(
    "rules", _by_language(rule for rule in clean.RULES if rule.place == "evidence")
)
def test_a_rule_that_is_only_evidence_matches_and_cuts_nothing(rules: list[Rule]) -> None:
    wrong = []
    for rule in rules:
        table = RuleTable(content_of([rule]))
        for example in rule.drops:
            line = Line(example, folded(example), "")
            if RuleSet(table, table.entries).with_evidence(line).rule != rule.name:
                wrong.append(f"{rule.name} does not match {example!r}")
            if clean.clean(example, options=NO_MODEL, languages=rule.languages):
                wrong.append(f"{example!r} loses something")
    assert not wrong, "\n".join(wrong)


def test_rule_names_are_unique() -> None:
    names = [rule.name for rule in clean.RULES]
    assert len(names) == len(set(names))


def test_every_rule_has_a_known_category_and_examples() -> None:
    for rule in clean.RULES:
        assert rule.category in CATEGORIES, rule.name
        assert rule.patterns or rule.place == "context", rule.name
        assert rule.drops or rule.place == "context", rule.name
        assert rule.keeps or rule.place == "evidence", rule.name


def test_patterns_are_written_folded() -> None:
    for rule in clean.RULES:
        for pattern in (*rule.patterns, *rule.sentences):
            literal = re.sub(r"\\.", "", pattern)
            assert literal == literal.lower(), f"{rule.name}: {pattern}"
            assert not set(literal) & set("’‘“”–—\u00a0"), f"{rule.name}: {pattern}"


def test_no_pattern_repeats_without_a_bound() -> None:
    for rule in clean.RULES:
        for pattern in (*rule.patterns, *rule.sentences):
            plain = re.sub(r"\\.|\[[^\]]*\]", "x", pattern)
            unbounded = re.findall(r"[^?*+}][*+](?!\?)", plain.replace("(?:", "("))
            assert all(re.fullmatch(r"\)\*", u) for u in unbounded), f"{rule.name}: {unbounded}"


@pytest.mark.parametrize("name", ["tags", "no_such_rule"])
def test_an_unknown_switch_is_a_mistake_and_a_known_one_is_not(name: str) -> None:
    if name == "tags":
        assert (
            clean.clean("Tags: Harbour, Mill Town", options=clean.Options(disabled=(name,))) == ()
        )
    else:
        with pytest.raises(ValueError, match="no_such_rule"):
            clean.Options(disabled=(name,))


def test_the_packaged_table_is_what_the_rules_give() -> None:
    """If this fails, run python -m training.packed_rules."""
    stored = rule_table.Stored.of_package()
    expected = content_of(clean.RULES)
    assert stored[rule_table.INDEX] == expected[rule_table.INDEX]
    for name in expected.keys() - {rule_table.INDEX}:
        for place, table in expected[name].items():
            found = stored[name][place]
            rows = list(map(json.loads, found.rows))
            assert [row[:-1] for row in rows] == [json.loads(row)[:-1] for row in table.rows]
            program = (
                json.loads(json.dumps(PatternTable(found._replace(program=None)).program.packed()))
                if place == "line"
                else None
            )
            assert found[1:] == (*table[1:-1], program)
            for *_, pattern, _, _, _, guard in rows[::40] if place != "ending" else ():
                assert guard == json.loads(json.dumps(pattern_guard.packed(pattern))), pattern
