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
        (
            rf"[^.]{{3,9}}: ?(?:now )?(?:(?:{_NAMES}) ){{0,2}}(?:news|see (?:{_NAMES}))!*",
            ["rain: news", "rain: now harbour2 harbour30 see harbour4!", "rain:harbour5 news"],
            ["rain: harbours", "no rain, now: news", "rain: no news", "rain: see news"],
        ),
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


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("share this on x", True),
        ("share this by mail", True),
        ("share this on monday", False),
        ("see this on x", False),
        ("share this on x" + " today" * 20, False),
    ],
)
def test_a_guard_asks_for_the_words_and_the_size_of_a_match(text: str, is_allowed: bool) -> None:
    pattern = rf"(?:share|send) this (?:on x|by mail)(?: ?(?:{_NAMES[:60]})){{0,2}}"
    guard = pattern_guard.unpacked(pattern_guard.packed(pattern))
    assert guard is not None
    assert guard.allows(text, whole=True) is is_allowed


def test_the_size_of_a_text_does_not_matter_if_only_its_start_is_matched() -> None:
    guard = pattern_guard.unpacked(pattern_guard.packed(f"share (?:this|{_NAMES[:100]})"))
    assert guard is not None
    assert guard.allows("share this" + " today" * 99, whole=False)


def test_a_short_pattern_has_no_guard() -> None:
    assert pattern_guard.unpacked(pattern_guard.packed("share (?:on|via) x")) is None


def test_the_packaged_guards_allow_the_examples_of_all_rules() -> None:
    table, asked = rule_table.packaged(), 0
    for rule in clean.RULES:
        texts = {key(folded(line)) for drop in rule.drops for line in drop.split("\n")}
        for part in table.patterns(rule.place, frozenset(rule.languages)):
            for one in part:
                if one.guard is None or table.entries[one.rule].name != rule.name:
                    continue
                for text in texts:
                    if re.fullmatch(one.pattern, text):
                        asked += 1
                        assert one.guard.allows(text, whole=True), (rule.name, text)
    assert asked > 500
