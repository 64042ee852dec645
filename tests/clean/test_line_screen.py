"""The compiled screen leaves out only patterns that do not match a line."""

from __future__ import annotations

import pytest

from copydesk.transforms.clean.fold_text import folded, key
from copydesk.transforms.clean.lines.line_screen import Screen
from copydesk.transforms.clean.news_sentence import kind_of_sentence
from copydesk.transforms.clean.patterns import rule_table
from copydesk.transforms.clean.patterns.pattern_index import Matcher
from copydesk.transforms.clean.patterns.photo_agencies import has_credit_word
from copydesk.transforms.clean.rule import NO_SENTENCE, SENTENCE
from copydesk.transforms.clean.rules import ALL
from tests.clean import numbered_rules


@pytest.mark.parametrize("language", ["en", "de", "ja", "ru"])
def test_the_screen_finds_the_rule_that_trying_all_patterns_finds(language: str) -> None:
    table = rule_table.packaged()
    languages = frozenset({"*", "en", language})
    on = {n: e for n, e in enumerate(table.entries) if not languages.isdisjoint(e.languages)}
    tables = table.patterns("line", languages)
    matcher, screen = Matcher(tables, on), Screen(tables, on)
    lines = [
        folded(line)
        for rule in ALL
        if not languages.isdisjoint(rule.languages)
        for line in (*rule.drops, *rule.keeps)
    ]
    assert len(lines) > 500
    found = [
        screen.find(screened, kind_of_sentence(line))
        for line, screened in zip(lines, screen.of(list(map(key, lines))), strict=True)
    ]
    expected = [matcher.find(key(line), sentence=kind_of_sentence(line)) for line in lines]
    assert any(expected)
    assert found == expected


def test_a_line_without_the_literals_of_any_pattern_has_no_pattern() -> None:
    screen = _screen(
        "read .{1,20} dam", ".{1,20} harbour", ".{1,40} by (?:mail|post) .{1,80}" + "(?: now)?" * 9
    )
    keys = ("at the dam", "read of a dam", "at the harbour", "rain by post today", "post by rain")
    assert [bool(line.patterns) for line in screen.of(keys)] == [False, True, True, True, False]


def test_a_line_that_is_longer_than_all_matches_has_no_pattern() -> None:
    screen = _screen("read (?:by|via) (?:mail|post)" + "(?: now)?" * 9)
    line = "read by mail" + " now" * 9
    short, long = screen.of((line, f"{line} now"))
    assert short.patterns
    assert not long.patterns


def test_patterns_that_need_nothing_are_tried_for_every_line() -> None:
    screen = _screen("[^ ]{2,9}")
    (line,) = screen.of(("rain",))
    assert screen.find(line, NO_SENTENCE) is not None


def test_the_first_rule_of_the_table_is_found() -> None:
    screen = _screen(".{1,20} the dam", "read .{1,20}", "read about the dam")
    (line,) = screen.of(("read about the dam",))
    found = screen.find(line, SENTENCE)
    assert found is not None
    assert found.name == "rule_0"


def test_lines_of_ascii_without_a_word_of_credits_are_known() -> None:
    lines = (
        "photo: ana ruiz",
        "the photographers left",
        "rain (ap)",
        "a map of the dam",
        "x" * 120 + "photo",
    )
    screened = _screen("read .{1,20}").of(lines)
    assert [line.may_have_credit for line in screened] == [True, False, True, False, True]
    assert [has_credit_word(line[-5:]) for line in lines[-1:]] == [True]


def _screen(*patterns: str) -> Screen:
    """Return a screen with a rule for each pattern, named by its number."""
    table = numbered_rules.table(patterns, with_guards=True)
    return Screen(table.patterns("line", frozenset({"en"})), dict(enumerate(table.entries)))
