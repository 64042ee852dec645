"""The rule of a line is found among many patterns."""

from __future__ import annotations

import re

import pytest

from copydesk.transforms.clean.patterns.pattern_index import Matcher
from tests.clean import numbered_rules


def _matcher(*patterns: str) -> Matcher:
    """Return a matcher of whole lines with a rule for each pattern, named by its number."""
    table = numbered_rules.table(patterns)
    return Matcher(table.patterns("line", frozenset({"en"})), dict(enumerate(table.entries)))


@pytest.mark.parametrize(
    "patterns",
    [
        ("read .{1,20}", ".{1,20} the dam", "read about the dam"),
        (".{1,20} the dam", "read .{1,20}", "read about the dam"),
        ("read about the dam", ".{1,20} the dam", "read .{1,20}"),
    ],
)
def test_the_first_rule_of_the_table_is_found_however_its_matches_begin(
    patterns: tuple[str, ...],
) -> None:
    found = _matcher(*patterns).find("read about the dam")
    assert found is not None
    assert found.name == "rule_0"
    start = _matcher(*patterns).find_at_start("read about the dam")
    assert start is not None
    assert (start[0].name, start[1]) == ("rule_0", len("read about the dam"))


def test_a_pattern_that_begins_with_anything_is_found_under_any_first_letter() -> None:
    matcher = _matcher("read .{1,20}", ".{1,20} the dam")
    assert matcher.beginning() == ""
    for line in ("all about the dam", "2 days at the dam", "“off the dam"):
        found = matcher.find(line)
        assert found is not None
        assert found.name == "rule_1"
    assert matcher.find("all about the river") is None


def test_the_first_characters_of_matches_are_a_pattern() -> None:
    beginning = re.compile(_matcher("read .{1,20}", "see", "[(]see also[)]").beginning())
    assert all(map(beginning.match, ("read on", "see", "(see also)")))
    assert not any(map(beginning.match, ("rain", "(read", "s", "")))
    any_word = re.compile(_matcher("read .{1,20}", "r.{1,20}").beginning())
    assert all(map(any_word.match, ("read on", "rain")))
