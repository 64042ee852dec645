"""A rule that matches acts: alone in an article of its language, anywhere in it, whatever is around it."""

from __future__ import annotations

import itertools

import pytest

from copydesk.transforms import clean, ledger
from copydesk.transforms.clean.rule import Rule

from .articles import ARTICLES

PLACES = {"head": 0, "middle": 1, "end": 3}
GAPS = {"blank lines": "\n\n", "no blank lines": "\n"}
WHOLE_LINE = {"line", "ending"}


def _article(rule: Rule) -> tuple[str, str, str]:
    language = next((code for code in rule.languages if code in ARTICLES), "en")
    return ARTICLES[language]


def _with(line: str, article: tuple[str, ...], at: int, gap: str) -> str:
    return gap.join((*article[:at], line, *article[at:]))


def _cases(kept: bool) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.name}: {example[:50]}")
        for rule in clean.RULES
        if rule.place in WHOLE_LINE
        for example in (rule.keeps if kept else rule.drops)
    ]


@pytest.mark.parametrize(("rule", "example"), _cases(kept=False))
def test_what_must_go_goes_from_every_place_and_takes_nothing_with_it(
    rule: Rule, example: str
) -> None:
    article = _article(rule)
    for place, gap in itertools.product(PLACES.values(), GAPS.values()):
        text = _with(example, article, place, gap)
        left = ledger.apply(text, clean.clean(text))
        assert left.split("\n") == list(article), (place, gap)


@pytest.mark.parametrize(("rule", "example"), _cases(kept=True))
def test_what_must_stay_stays_in_every_place(rule: Rule, example: str) -> None:
    article = _article(rule)
    for place, gap in itertools.product(PLACES.values(), GAPS.values()):
        text = _with(example, article, place, gap)
        removed = clean.clean(text)
        left = ledger.apply(text, removed).split("\n")
        wanted = [line for line in _with(example, article, place, "\n").split("\n") if line]
        assert left == wanted, (place, gap, [(r.rule, r.text) for r in removed])


@pytest.mark.parametrize("language", sorted(ARTICLES))
def test_an_article_without_boilerplate_stays_whole(language: str) -> None:
    text = "\n".join(ARTICLES[language])
    assert clean.clean(text) == ()


@pytest.mark.parametrize("language", sorted(ARTICLES))
def test_the_rules_of_an_article_s_language_act_in_it(language: str) -> None:
    from copydesk.transforms.clean.document_languages import languages_of

    assert language in languages_of(ARTICLES[language])
