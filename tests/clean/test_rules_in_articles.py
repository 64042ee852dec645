"""A rule cuts the lines that it matches, wherever they are.

Each rule is tried alone in an article of its language, in every place, and among other boilerplate.
One test tries all rules of a language and reports every failure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from copydesk.transforms import clean, ledger
from copydesk.transforms.clean.rule import Rule

from .articles import ARTICLES

PLACES = {"head": 0, "middle": 1, "end": 3}
GAPS = {"blank lines": "\n\n", "no blank lines": "\n"}
WHOLE_LINE = {"line", "ending"}
LINES = Path(__file__).parent / "lines_by_language"


def _by_language(name: str) -> dict[str, list[str]]:
    """Return the lines of a file below their languages ("[de]")."""
    found: dict[str, list[str]] = {}
    for line in (LINES / name).read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("[") and line.endswith("]"):
            language = found.setdefault(line[1:-1], [])
        else:
            language.append(line)
    return found


BOILERPLATE, LOOK_ALIKES = _by_language("boilerplate.txt"), _by_language("look_alikes.txt")


def _article(rule: Rule) -> tuple[str, str, str]:
    language = next((code for code in rule.languages if code in ARTICLES), "en")
    return ARTICLES[language]


def _with(line: str, article: tuple[str, ...], at: int, gap: str) -> str:
    return gap.join((*article[:at], line, *article[at:]))


each_language = pytest.mark.parametrize(
    "language", sorted({rule.languages[0] for rule in clean.RULES if rule.place in WHOLE_LINE})
)


def _rules(language: str) -> Iterator[tuple[Rule, tuple[str, str, str]]]:
    """Yield the rules whose first language this is, each with its article."""
    for rule in clean.RULES:
        if rule.place in WHOLE_LINE and rule.languages[0] == language:
            yield rule, _article(rule)


def _placed(
    rule: Rule, article: tuple[str, str, str], examples: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield a description and the text for each example in every place of the article."""
    for example, place, gap in itertools.product(examples, PLACES, GAPS):
        text = _with(example, article, PLACES[place], GAPS[gap])
        yield f"{rule.name}, {place}, {gap}: {example!r}", text


@each_language
def test_what_must_go_goes_from_every_place_and_takes_nothing_with_it(language: str) -> None:
    wrong = []
    for rule, article in _rules(language):
        for described, text in _placed(rule, article, rule.drops):
            left = ledger.apply(text, clean.clean(text))
            if left.split("\n") != list(article):
                wrong.append(f"{described} leaves {left!r}")
    assert not wrong, "\n".join(wrong)


@each_language
def test_what_must_stay_stays_in_every_place(language: str) -> None:
    wrong = []
    for rule, article in _rules(language):
        for described, text in _placed(rule, article, rule.keeps):
            removed = clean.clean(text)
            left = ledger.apply(text, removed).split("\n")
            if left != [line for line in text.split("\n") if line]:
                cuts = [(r.rule, r.text) for r in removed]
                wrong.append(f"{described} loses {cuts}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", sorted(ARTICLES))
def test_an_article_without_boilerplate_stays_whole(language: str) -> None:
    text = "\n".join(ARTICLES[language])
    assert clean.clean(text) == ()


@pytest.mark.parametrize("language", sorted(ARTICLES))
def test_the_rules_of_an_article_s_language_act_in_it(language: str) -> None:
    from copydesk.transforms.clean.document_languages import languages_of

    assert language in languages_of(ARTICLES[language])


@pytest.mark.parametrize("language", sorted(BOILERPLATE))
def test_what_sites_say_to_their_readers_goes_from_above_the_article(language: str) -> None:
    whole = "\n".join(ARTICLES[language])
    stays = [
        line
        for line in BOILERPLATE[language]
        if ledger.apply(f"{line}\n{whole}", clean.clean(f"{line}\n{whole}")) != whole
    ]
    assert stays == []


@pytest.mark.parametrize("language", sorted(LOOK_ALIKES))
def test_lines_of_articles_about_such_things_stay(language: str) -> None:
    first, *others = ARTICLES[language]
    texts = ["\n".join((first, line, *others)) for line in LOOK_ALIKES[language]]
    assert [text for text in texts if clean.clean(text)] == []
