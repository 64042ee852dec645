"""Every rule cuts its examples and keeps its look-alikes."""

from __future__ import annotations

import json
import re

import pytest

from copydesk.transforms import clean, ledger
from copydesk.transforms.clean.fold_text import folded
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.patterns import pattern_guard, rule_table
from copydesk.transforms.clean.patterns.rule_table import RuleTable, content_of
from copydesk.transforms.clean.rule import CATEGORIES, Rule
from copydesk.transforms.clean.rule_set import RuleSet

PATTERNED = [rule for rule in clean.RULES if rule.place not in {"context", "evidence"}]
NO_MODEL = clean.Options(line_model=False)
each_rule = pytest.mark.parametrize(
    "rule", [pytest.param(rule, id=rule.name) for rule in PATTERNED]
)


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


@each_rule
def test_what_a_rule_must_drop_goes(rule: Rule) -> None:
    options, wrong = _alone(rule), {}
    for example in rule.drops:
        text = example.replace("[[", "").replace("]]", "")
        expected = re.sub(r"\[\[.*?\]\]", "", example, flags=re.S).strip()
        if "]]" not in example or rule.place == "form":
            expected = ""  # the line above the fields is boilerplate too
        removed = clean.clean(text, options=options, languages=rule.languages)
        left = ledger.apply(text, removed).strip()
        if left != expected:
            wrong[example] = left
    assert wrong == {}


@each_rule
def test_what_a_rule_must_keep_stays(rule: Rule) -> None:
    wrong = {}
    for example in rule.keeps:
        removed = clean.clean(example, options=NO_MODEL, languages=rule.languages)
        if ledger.apply(example, removed) != example:
            wrong[example] = [(r.rule, r.text) for r in removed]
    assert wrong == {}


CONTEXT = [
    pytest.param(rule, text, id=rule.name)
    for rule in clean.RULES
    if rule.place == "context"
    for text in (*rule.drops, *rule.keeps)
]


@pytest.mark.parametrize(("rule", "example"), CONTEXT)
def test_the_examples_of_rules_that_read_the_lines_around_hold_too(
    rule: Rule, example: str
) -> None:
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
    assert gone - {""} == (marked if example in rule.drops else set()) - {""}


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, text, id=f"{rule.name}: {text[:50]}")
        for rule in clean.RULES
        if rule.place == "evidence"
        for text in rule.drops
    ],
)
def test_a_rule_that_is_only_evidence_matches_and_cuts_nothing(rule: Rule, example: str) -> None:
    line = Line(example, folded(example), "")
    table = RuleTable(content_of([rule]))
    assert RuleSet(table, table.entries).with_evidence(line).rule == rule.name
    assert clean.clean(example, options=NO_MODEL, languages=rule.languages) == ()


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
        for place, (rows, heads) in expected[name].items():
            stored_rows, stored_heads = stored[name][place]
            assert [row[:-1] for row in stored_rows] == json.loads(
                json.dumps([row[:-1] for row in rows])
            )
            assert stored_heads == heads
            for *_, pattern, _, _, _, guard in stored_rows[::40] if place != "ending" else ():
                assert guard == json.loads(json.dumps(pattern_guard.packed(pattern))), pattern
