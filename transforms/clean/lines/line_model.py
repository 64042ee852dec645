"""Lines of plain text recognised as no part of the article by their place and shape, not by their wording.

`line_features` turns the lines of one document into numbers; boosted trees trained on labelled pages
(`training/clean_lines.py`) turn those into log odds that a line is no part of the article, and a second
forest judges the lines again by what the first said about the others (`line_context_features`).
A rule that matches a line is a feature among others. The model only adds to what rules cut (`decided`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines import line_context_features
from copydesk.transforms.clean.lines.line import END, END_WORDS, WORD, Line
from copydesk.transforms.clean.lines.line_facts import WordWeights, word_weights
from copydesk.transforms.clean.lines.line_features import features

if TYPE_CHECKING:
    from copydesk.transforms.boosted_trees import Forest

JUDGED = 40  # spaces; longer lines are left alone, whatever the model says
MIN_WORDS = (
    4  # shorter lines are mostly sub-headings and list items, and have a threshold of their own
)
BREAK_WORDS = 5  # any sentence this long ends a list of links: the steps of a recipe do
MENU = 4  # lines that rules took above or below the article: menus and footers have more, articles fewer; arbitrary
DOUBTFUL = -1.5  # log odds of the first pass: lines below are the article's without a second one
MIN_BOILERPLATE = 3  # lines that rules took: texts with fewer hold little that the model is sure of, and it costs more than all rules
FEW_WORDS = 60  # a text with fewer gives the model nothing to judge by: rules act alone; arbitrary

# What the model must not judge: code, numbered items, references, tables of numbers, scripts without
# spaces between words. In the development pages these were most of the good lines it would have lost.
_CODE_MARKS = frozenset("{};=<>\\^`~│|")
_CODE = re.compile(r"\(\)|\w\[|::|->|\w_\w")
# Dates of a tour and fields of a file: in the development pages two such lists were a third of what the model lost.
_LISTED = re.compile(
    r"\s*(?:[•*·-]\s*)?(?:(?:jan|feb|mar|apr|abr|may|mai|jun|jui|jul|aug|aou|sep|oct|okt|nov|dec|dez|dic)[a-zéû]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?\b(?!,? \d{4})|"
    r"\d{1,2}\.? (?:jan|feb|mar|apr|abr|may|mai|jun|jui|jul|aug|aou|sep|oct|okt|nov|dec|dez|dic)[a-zéû]{0,6}\b(?! \d{4}))",
)
_FIELD = re.compile(r"\s*(?:- )?[a-z_][\w.-]{1,30}: |\s{4,}[A-Z ]{12,}$")
_REFERENCE = re.compile(r"\(\d{4}[,)]|\d{4};\d")
_REFERENCE_WORDS = (" et al", "doi:", "doi.org", "(n.d.)", "isbn")
_BYLINE = re.compile(r"\s*(?:by|von|par|por|di|da|de|door|av|af|text|texte|words|story)\b:? ")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Model(NamedTuple):
    """What training found: tables of words and rules, two forests, and the log odds from which lines go."""

    words: WordWeights  # weight of a word that boilerplate or prose prefers
    rules: Mapping[str, float]  # log odds that a line which the rule matches is boilerplate
    first: Forest
    second: Forest
    threshold: float
    short_threshold: float  # of lines under `MIN_WORDS`
    rule_threshold: float  # of lists and menus beside the article


def judged(line: Line) -> bool:
    """Whether the model may drop the line: not code, not a reference, not long prose.

    >>> judged(Line("for i in range(10): {", "", "")), judged(Line("Ten bridges to see this summer", "", ""))
    (False, True)
    """
    text, low = line.text, line.low
    if line.category or text.count(" ") >= JUDGED or any(word in low for word in _REFERENCE_WORDS):
        return False
    if text.isascii() and text.replace(" ", "").isalpha() and text[0] != " ":
        return True  # words alone match none of the following
    return not (
        not _CODE_MARKS.isdisjoint(text)
        or _FIELD.match(text)
        or _LISTED.match(low)
        or _CODE.search(text)
        or _REFERENCE.search(text)
        or (not text.isascii() and _UNSPACED.search(text))
    )


def below_the_end(lines: Sequence[Line], may_go: Callable[[int], bool]) -> list[int]:
    """Lines below the article's last sentence among lines that the rules took: lists of other stories, menus.

    A line of fewer than four words goes only out of a menu. Bylines stay for the tagger, and so
    does everything that has no prose above it. On the development pages 98 bad lines go for a good one.
    """
    end = next(
        (
            i
            for i in range(len(lines) - 1, -1, -1)
            if not lines[i].category and _ends_prose(lines[i], BREAK_WORDS)
        ),
        -1,
    )
    if not any(not line.category and _ends_prose(line, END_WORDS) for line in lines[: end + 1]):
        return []
    taken = [i for i in range(end + 1, len(lines)) if lines[i].category]
    if not taken:
        return []
    return [
        i
        for i in range(taken[0] + 1, len(lines))
        if may_go(i)
        and not _BYLINE.match(lines[i].low)
        and (len(WORD.findall(lines[i].low)) >= MIN_WORDS or (i < taken[-1] and len(taken) >= MENU))
    ]


def above_the_start(lines: Sequence[Line], may_go: Callable[[int], bool]) -> list[int]:
    """Lines of one to three words above the first prose, among several that rules took: the site's menu.

    Headlines are longer, and a shorter one is below the menu's last line.
    """
    start = next(
        (i for i, line in enumerate(lines) if not line.category and _ends_prose(line, END_WORDS)), 0
    )
    taken = [i for i in range(start) if lines[i].category]
    if len(taken) < MENU:
        return []
    return [
        i
        for i in range(taken[0] + 1, taken[-1])
        if may_go(i)
        and not _BYLINE.match(lines[i].low)
        and len(WORD.findall(lines[i].low)) < MIN_WORDS
    ]


def _ends_prose(line: Line, words: int) -> bool:
    return END.search(line.text[-8:]) is not None and line.text.count(" ") + 1 >= words


def log_odds(
    lines: Sequence[Line], known: Model, may_go: Callable[[int], bool] = lambda line: True
) -> npt.NDArray[np.float32]:
    """How likely each line is boilerplate; natural logarithm of the odds.

    Where the first pass doubts and the line, by its number, `may_go`, it is the odds of the second pass.
    The more of a text is boilerplate, the surer the model must be (`line_context_features.CAUTION`).
    """
    seen = features(lines, known.words, known.rules)
    odds = known.first.sums(seen.rows).astype(np.float32)
    caution = line_context_features.caution(odds, seen.n_words)
    doubtful = np.array([i for i in np.flatnonzero(odds > DOUBTFUL).tolist() if may_go(i)], int)
    if len(doubtful):
        context = line_context_features.context(odds, seen)[doubtful]
        odds[doubtful] = known.second.sums(np.concatenate([seen.rows[doubtful], context], axis=1))
    return odds - caution


class Decision(NamedTuple):
    """Lines of one text, by index, that go beside what rules cut."""

    below: tuple[int, ...]
    above: tuple[int, ...]
    unlikely: tuple[int, ...]


def decided(
    lines: Sequence[Line],
    odds: Sequence[float] | None,
    known: Model,
    may_go: Callable[[int], bool] | None = None,
) -> Decision:
    """What the model adds to the rules; without `odds` only lists and menus beside the article go.

    Lines that a rule takes have a category. `may_go` says of a line, by its number, whether it is `judged`. The model drops lines of its own only where rules took
    `MIN_BOILERPLATE` others: it was trained on scrapes.
    """
    boilerplate = sum(1 for line in lines if line.category not in {"", "layout"})
    if not boilerplate:
        return Decision((), (), ())
    may_go = may_go or (lambda i: judged(lines[i]))
    below, above = (
        [i for i in found if odds is None or odds[i] > known.rule_threshold]
        for found in (below_the_end(lines, may_go), above_the_start(lines, may_go))
    )
    own: list[int] = []
    if odds is not None and boilerplate >= MIN_BOILERPLATE:
        listed = {*below, *above}
        own = [
            i
            for i, line in enumerate(lines)
            if odds[i] > known.threshold
            and i not in listed
            and may_go(i)
            and (odds[i] > known.short_threshold or len(WORD.findall(line.low)) >= MIN_WORDS)
        ]
    return Decision(tuple(below), tuple(above), tuple(own))


@cache
def model() -> Model:
    """The packaged model, read once."""
    from copydesk.transforms.boosted_trees import Forest  # numba takes half a second to import

    content = (
        resources.files("copydesk.transforms.clean")
        .joinpath("data")
        .joinpath("lines.npz")
        .read_bytes()
    )
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        words, rules = (
            dict(zip(str(arrays[name]).split("\n"), arrays[f"{name}_odds"].tolist(), strict=True))
            for name in ("words", "rules")
        )
        limits = arrays["limits"].tolist()
        return Model(
            word_weights(words),
            rules,
            Forest.of(arrays, "first"),
            Forest.of(arrays, "second"),
            *limits,
        )
