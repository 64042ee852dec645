"""A guard allows every text that its pattern matches, and few others."""

from __future__ import annotations

import re

import pytest

from copydesk.transforms import clean
from copydesk.transforms.clean.fold_text import folded, key
from copydesk.transforms.clean.patterns import pattern_guard, rule_table

_NAMES = "|".join(f"harbour{n}" for n in range(100))


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        (
            rf"share (?:on|via) (?:x|{_NAMES})(?:[ ,|]{{1,3}}(?:x|{_NAMES})){{0,4}}",
            ["share on x", "share via harbour7, x | harbour80", "share on x, x, x, x, harbour9"],
            ["shares fell", "share a cake", "share on monday", "share on x today"],
        ),
        (
            rf"(?=.{{0,20}}\d:\d\d)(?:{_NAMES}|[(\[]?\d{{1,4}}[:. ]?){{1,9}}",
            ["12:30", "harbour1(11:09", "3 1 4 1 5 9 2:65"],
            ["harbour7", "harbour", "at 12:30", "12:30 p"],
        ),
        (rf"(?:{_NAMES})?(?! dam) ?[^.]{{2,9}}", ["harbour1 abc", "abc", "¿?"], []),
        (rf"(?:{_NAMES}|e[ -]?mail|é|٣)", ["e-mail", "email", "é", "٣"], ["e-mails", "mail"]),
    ],
)
def test_a_guard_allows_what_its_pattern_matches(
    pattern: str, matches: list[str], others: list[str]
) -> None:
    guard = pattern_guard.unpacked(pattern_guard.packed(pattern))
    assert guard is not None
    for text in matches:
        assert re.fullmatch(pattern, text), text
        assert guard.allows(text, whole=True), text
        assert guard.allows(f"{text} and more", whole=False), text
    for text in others:
        assert not guard.allows(text, whole=True), text


def test_a_short_pattern_has_no_guard() -> None:
    assert pattern_guard.unpacked(pattern_guard.packed("share (?:on|via) x")) is None


def test_the_packaged_guards_allow_the_examples_of_all_rules() -> None:
    table, asked = rule_table.packaged(), 0
    for rule in clean.RULES:
        texts = {key(folded(line)) for drop in rule.drops for line in drop.split("\n")}
        for part in table.patterns(rule.place, frozenset(rule.languages)):
            for one in part.alternatives:
                if one.guard is None or table.entries[one.rule].name != rule.name:
                    continue
                for text in texts:
                    if re.fullmatch(one.pattern, text):
                        asked += 1
                        assert one.guard.allows(text, whole=True), (rule.name, text)
    assert asked > 500
