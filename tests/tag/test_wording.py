"""The quick tests before byline patterns let through whatever the patterns find."""

from __future__ import annotations

import re

import pytest

from copydesk.transforms.tag.dates import date_marks
from copydesk.transforms.tag.persons import byline_lexicon, name_lexicon, person_names
from copydesk.transforms.tag.persons.caseless import Caseless

BYLINES = (
    "By Ana Ruiz, Bo Li AND Cy Young",
    "Ana Ruiz & Bo Li",
    "Ana Ruiz\tStaff Writer",
    "Von Jan van Aken und Ida Sand",
    "Ana Ruiz with Bo Li",
    "Ana Ruiz mit bo li",
    "Ana Ruiz + Bo Li",
    "Ana Ruiz | Harbour Post",
    "Ana Ruiz - Mill Town",
    "Ana Ruiz/Harbour Post",
    "ANA RUIZ Follow @ana",
    "Ana Ruiz   ana@harbour.example",
    "Ana Ruiz 3 comments",
    "The Harbour Gazette",
    "Ana Ruiz [R]",
    "harbour.com",
    "Andreas Sand",
    "Ana Ruiz, M.D. PHD",
    "Sand, and Bo Li",
    "Élodie Sand et Bo Li",
    "YAZI: Ali Kılıç, İSTANBUL, 5 HAZİRAN 2024",
    "ıd By Ana Ruiz, MİLLİYET EDİTÖRÜ",
    "By the \u017ftaff of Rain Pre\u017f\u017f",
)


@pytest.mark.parametrize(
    "name",
    ["DATE", "LEADING_DATE", "BY", "LABEL", "TAIL", "JOIN", "SUFFIX", "ORG", "NOBODY", "DESK"],
)
def test_a_pattern_for_lower_case_finds_what_ignoring_case_finds(name: str) -> None:
    pattern: Caseless = getattr(
        byline_lexicon if hasattr(byline_lexicon, name) else name_lexicon, name
    )
    assert (
        re.sub(r"\\.|\(\?P<\w+>", "", pattern.pattern)
        == re.sub(r"\\.|\(\?P<\w+>", "", pattern.pattern).lower()
    )
    slow, wrong = re.compile(pattern.pattern, re.IGNORECASE), []
    for text in BYLINES:
        for found, expected in (
            (pattern.search(text), slow.search(text)),
            (pattern.match(text), slow.match(text)),
            (pattern.fullmatch(text), slow.fullmatch(text)),
        ):
            if (found and found.span()) != (expected and expected.span()):
                wrong.append(f"{text!r}: {found} instead of {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "UPDATED 3 May 2024",
        "Zuletzt AKTUALISIERT: 3.5.2024",
        "MIS À JOUR le 3 mai 2024",
        "ОБНОВЛЕНО 3 мая 2024",
        "GÜNCELLEME 03.05.2024",
        "YAYINLANMA TARİHİ 03.05.2024",
        "First PUBLISHED on 3 May 2024",
        "Veröffentlicht am 3. Mai 2024",
        "© 2024 Harbour Post, ALL RIGHTS reserved",
        "The harbour wall gave way",
    ],
)
def test_a_mark_of_a_date_is_found_in_any_case(text: str) -> None:
    for name in ("MODIFIED", "PUBLISHED", "_OTHER", "_RIGHTS", "_PUBLICATION"):
        pattern: Caseless = getattr(date_marks, name)
        found, expected = pattern.search(text), re.search(pattern.pattern, text, re.IGNORECASE)
        assert (found and found.span()) == (expected and expected.span()), name


@pytest.mark.parametrize("text", BYLINES)
def test_a_pattern_finds_nothing_that_its_first_test_refuses(text: str) -> None:
    assert byline_lexicon.HARD_MARK.search(text) or byline_lexicon.HARD.split(text) == [text]
    assert byline_lexicon.BRACKET.search(text) or not byline_lexicon.PARENTHESIS.search(text)
    assert person_names._may_join(text) or byline_lexicon.JOIN.split(text) == [text]
    assert byline_lexicon.JOIN.split(text) == re.compile(
        byline_lexicon.JOIN.pattern, re.IGNORECASE
    ).split(text)
    known = person_names.is_organisation(text)
    assert known == bool(
        name_lexicon.ORG.search(text)
        and len(text.split()) <= 8
        and not name_lexicon.NOT_A_NAME.search(text)
    )
