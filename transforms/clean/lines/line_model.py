"""The model that finds boilerplate lines of plain text by position and shape, not by wording.

`line_features` turns the lines of one document into numbers. Boosted trees trained on labelled
pages (`training/clean_lines.py`) turn those into log odds that a line is no part of the article. A
second forest judges the lines again, with what the first one said about the other lines
(`line_context_features`). A rule that matches a line is one feature among others. The model only
adds to the cuts of the rules (`decide`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import packaged_arrays
from copydesk.transforms.clean.lines import line_context_features
from copydesk.transforms.clean.lines.line import END, END_WORDS, NO_BOILERPLATE, Line
from copydesk.transforms.clean.lines.line_features import features
from copydesk.transforms.clean.lines.line_properties import WordWeights, word_weights
from copydesk.transforms.tag.persons import signature

if TYPE_CHECKING:
    from copydesk.transforms.forest.boosted_trees import Forest

JUDGED = 40  # Spaces. Lines with more are never cut, whatever the model says.
# Words. Shorter lines are mostly sub-headings and list items, and have a threshold of their own.
MIN_WORDS = 4
_WORDS = re.compile(rf"\W*(?:\w+\W+){{{MIN_WORDS - 1}}}\w")
UNSPACED_CHARS = 60  # The same as `JUDGED` in scripts without spaces. Arbitrary.
UNSPACED_SENTENCE = 30  # Characters of a sentence in such a script. Arbitrary.
BREAK_WORDS = 5  # Words of a sentence that ends a list of links, as the steps of a recipe do.
# Lines above or below the article that rules match. Menus and footers have more, articles fewer.
# Arbitrary.
MENU = 4
# Log odds of the first pass. Lines below this value are the article's, without a second pass.
DOUBTFUL = -1.5
# Lines that rules match. In texts with fewer the model is sure of little, and it costs more than
# all rules.
MIN_BOILERPLATE = 3
# Words. A text with fewer gives the model too little to judge by, so only the rules are used.
# Arbitrary.
FEW_WORDS = 60

# Lines that the model must not judge: code, numbered items, references, tables of numbers, scripts
# without spaces between words. On the development pages these were most of the good lines that it
# would have cut.
_CODE_MARK = re.compile(r"[{};=<>\\^`~│|]")
_CODE = re.compile(r"\(\)|\w\[|::|\w_\w")
# Dates of a tour and fields of a file. On the development pages two such lists were a third of the
# good lines that the model cut.
_LISTED = re.compile(
    r"\s*(?:[•*·-]\s*)?(?:(?:jan|feb|mar|apr|abr|may|mai|jun|jui|jul|aug|aou|sep|oct|okt|nov|dec|dez|dic)[a-zéû]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?\b(?!,? \d{4})|"
    r"\d{1,2}\.? (?:jan|feb|mar|apr|abr|may|mai|jun|jui|jul|aug|aou|sep|oct|okt|nov|dec|dez|dic)[a-zéû]{0,6}\b(?! \d{4}))",
)
_FIELD = re.compile(r"\s*(?:- )?[a-z_][\w.-]{1,30}: |\s{4,}[A-Z ]{12,}$")
_REFERENCE = re.compile(r"\(\d{4}[,)]")
_BYLINE = re.compile(r"\s*(?:by|von|par|por|di|da|de|door|av|af|text|texte|words|story)\b:? ")
# A line has one of these or a digit if one of the patterns above matches it, or it begins with white
# space.
_SUSPECT, _SPACE = re.compile(r"[{};=<>\\^`~│|(\[:_]"), re.compile(r"\s")
_DIGIT = re.compile(r"\d")  # Of those patterns only `_LISTED` matches a line with no other sign.
_SIGN, _WHITE, _UNSPACED_SIGN, _NUMBER = 1, 2, 4, 8  # Flags of a character.
_LOOK = _SIGN | _UNSPACED_SIGN
_N_CODE_POINTS = 0x20000  # Beyond them are only Han ideographs, and no digits.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_UNSPACED_END = re.compile(r"[.!?…。！？][\"'”’»)\]」』 ]{0,3}$")


class Model(NamedTuple):
    """The result of training: tables of words and rules, two forests, and thresholds."""

    words: WordWeights  # Weights of words that boilerplate or prose prefers.
    rules: Mapping[str, float]  # Log odds that a line is boilerplate if the rule matches it.
    first: Forest
    second: Forest
    threshold: float
    short_threshold: float  # For lines under `MIN_WORDS`.
    rule_threshold: float  # For lists and menus beside the article.


def may_be_cut(line: Line) -> bool:
    """Tell whether the model may cut the line: it is not code, a reference or long prose.

    >>> may_be_cut(Line("for i in range(10): {", "", "")), may_be_cut(Line("Ten bridges to see this summer", "", ""))
    (False, True)
    """
    text, low = line.text, line.low
    if line.category or text.count(" ") >= JUDGED:
        return False
    if _is_reference(low):
        return False
    return not (
        _CODE_MARK.search(text)
        or _FIELD.match(text)
        or _LISTED.match(low)
        or (_may_have_code(text) and _CODE.search(text))
        or ("(" in text and _REFERENCE.search(text))
        or (len(text) > UNSPACED_CHARS and not text.isascii() and _UNSPACED.search(text))
    )


def cuttable(lines: Sequence[Line]) -> Callable[[int], bool]:
    """Return a function that tells for the number of a line whether the model may cut it.

    In scripts without spaces between words that are only lines above the first sentence of the text
    or below its last one, because a table between them looks like a menu.
    """
    answers: list[bool] = []  # Of all lines, found together at the first question.

    def may_go(i: int) -> bool:
        if not answers:
            answers.extend(_may_be_cut_all(lines))
        return answers[i]

    return may_go


def _may_be_cut_all(lines: Sequence[Line]) -> list[bool]:
    """Return the answers of `cuttable` for all lines. Most need no look at their characters."""
    texts = [line.text for line in lines]
    may_have_references = _names_a_reference("\n".join([line.low for line in lines]))
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.zeros(len(texts), np.int64)
    np.cumsum([len(text) for text in texts[:-1]], out=starts[1:])
    kinds = _kinds_of_characters().take(codes, mode="clip")
    seen = np.bitwise_or.reduceat(kinds, starts)
    seen[(kinds[starts] & _WHITE) != 0] |= _SIGN
    n_spaces = np.add.reduceat((codes == ord(" ")).view(np.int8), starts, dtype=np.int64)
    inside = range(0)
    if any(kind & _UNSPACED_SIGN for kind in seen.tolist()):
        sentences = [
            k for k, line in enumerate(lines) if not line.category and _is_sentence(line.text)
        ]
        inside = range(sentences[0], sentences[-1] + 1) if sentences else range(0)
    is_free = np.array([not line.category for line in lines])
    answers: list[bool] = (is_free & (n_spaces < JUDGED)).tolist()
    asked = seen & (_LOOK | _NUMBER) if not may_have_references else np.ones_like(seen)
    for i in np.flatnonzero(asked).tolist():
        if answers[i]:
            answers[i] = _may_be_cut(lines[i], int(seen[i])) and not (
                seen[i] & _UNSPACED_SIGN and i in inside
            )
    return answers


def _may_be_cut(line: Line, kind: int) -> bool:
    """Tell whether a line whose characters have the flags `kind` may be cut (see `may_be_cut`)."""
    if kind & _LOOK:
        return may_be_cut(line)
    return not (_names_a_reference(line.low) or (kind & _NUMBER and _LISTED.match(line.low)))


@cache
def _kinds_of_characters() -> npt.NDArray[np.uint8]:
    """Return the flags of characters by code point. Later ones have none, like the last."""
    found = np.zeros(_N_CODE_POINTS, np.uint8)
    characters = "".join(map(chr, range(_N_CODE_POINTS - 1)))
    flags = ((_SUSPECT, _SIGN), (_SPACE, _WHITE), (_UNSPACED, _UNSPACED_SIGN), (_DIGIT, _NUMBER))
    for pattern, flag in flags:
        found[[match.start() for match in pattern.finditer(characters)]] |= flag
    return found


def _is_sentence(text: str) -> bool:
    if _UNSPACED.search(text):
        return len(text) >= UNSPACED_SENTENCE and _UNSPACED_END.search(text) is not None
    return END.search(text[-8:]) is not None and text.count(" ") + 1 >= END_WORDS


def _may_have_code(text: str) -> bool:
    """Tell whether a text has what every match of `_CODE` contains."""
    return "[" in text or "_" in text or "()" in text or "::" in text


def _is_reference(low: str) -> bool:
    """Tell whether a folded line has a word of references. A loop over the words is slower."""
    return "doi:" in low or "(n.d.)" in low or _names_a_reference(low)


def _names_a_reference(low: str) -> bool:
    """Tell whether a folded line has a word of references that has no mark and no digit."""
    return " et al" in low or "doi.org" in low or "isbn" in low


def below_the_end(lines: Sequence[Line], may_go: Callable[[int], bool]) -> list[int]:
    """Return the lines below the article's last sentence that are in lists of stories or menus.

    There must be lines that rules match among them. A line of fewer than four words is returned
    only inside a menu. Bylines stay for the tagger, and so do lines without prose above them. On
    the development pages 98 bad lines are cut for each good one.
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
        and (_has_words(lines[i]) or (i < taken[-1] and len(taken) >= MENU))
    ]


def above_the_start(lines: Sequence[Line], may_go: Callable[[int], bool]) -> list[int]:
    """Return the lines of one to three words in a menu above the first prose.

    Rules must match several lines around them. A headline is longer, or is below the menu's last
    line. The full name of the author stays for the tagger.
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
        and not _has_words(lines[i])
        and not _HANGUL_HEADLINE.match(lines[i].text)
        and not signature.is_signature(
            lines[i].text, (line.low for k, line in enumerate(lines[: start + 1]) if k != i)
        )
    ]


#: Three words of Korean, which say as much as five of English.
_HANGUL_HEADLINE = re.compile(r"\W*[가-힣]+ [가-힣]+ [가-힣]+")


def _has_words(line: Line) -> bool:
    """Tell whether a line has at least `MIN_WORDS` words."""
    return _WORDS.match(line.low) is not None


def _ends_prose(line: Line, words: int) -> bool:
    return END.search(line.text[-8:]) is not None and line.text.count(" ") + 1 >= words


def log_odds(
    lines: Sequence[Line], known: Model, may_go: Callable[[int], bool] = lambda line: True
) -> npt.NDArray[np.float32]:
    """Return the natural logarithm of the odds that each line is boilerplate.

    If the first pass leaves a doubt, the odds of the second pass are used for a line if `may_go`
    allows its number. The more of a text is boilerplate, the surer the model must be
    (`line_context_features.CAUTION`).
    """
    seen = features(lines, known.words, known.rules)
    odds = known.first.sums(seen.rows).astype(np.float32)
    caution = line_context_features.caution(odds, seen.n_words)
    doubtful = np.array(list(filter(may_go, np.flatnonzero(odds > DOUBTFUL).tolist())), int)
    if len(doubtful):
        context = line_context_features.context(odds, seen)[doubtful]
        odds[doubtful] = known.second.sums(np.concatenate([seen.rows[doubtful], context], axis=1))
    return odds - caution


def number_of_boilerplate(lines: Sequence[Line]) -> int:
    """Return how many lines a rule for boilerplate matches, not one for layout."""
    return len([line for line in lines if line.category not in NO_BOILERPLATE])


def has_few_words(lines: Sequence[Line]) -> bool:
    """Tell whether the lines that no rule matches have fewer than `FEW_WORDS` words."""
    n_words = 0
    for line in lines:
        n_words += 0 if line.category else line.text.count(" ") + 1
        if n_words >= FEW_WORDS:
            return False
    return True


class Decision(NamedTuple):
    """The lines of a text, by index, that are cut in addition to those that rules cut."""

    below: tuple[int, ...]
    above: tuple[int, ...]
    unlikely: tuple[int, ...]


def decide(
    lines: Sequence[Line],
    odds: Sequence[float] | None,
    known: Model,
    may_go: Callable[[int], bool] | None = None,
) -> Decision:
    """Return the lines that the model adds to the cuts of the rules.

    Without `odds` these are only lists and menus beside the article. Lines that a rule matches have
    a category. `may_go` tells for the number of a line whether it `may_be_cut`. The model cuts
    further lines only if rules match `MIN_BOILERPLATE` lines, because it was trained on scraped
    texts.
    """
    boilerplate = number_of_boilerplate(lines)
    if not boilerplate:
        return Decision((), (), ())
    may_go = may_go or cuttable(lines)
    below, above = (
        [i for i in found if odds is None or odds[i] > known.rule_threshold]
        for found in (below_the_end(lines, may_go), above_the_start(lines, may_go))
    )
    own: list[int] = []
    if odds is not None and boilerplate >= MIN_BOILERPLATE:
        listed, threshold = {*below, *above}, known.threshold
        own = [
            i
            for i, sure in enumerate(odds)
            if sure > threshold
            and not lines[i].category
            and i not in listed
            and may_go(i)
            and (_has_words(lines[i]) or _is_label(lines[i], sure, known))
            and not _is_unknown_sentence(lines[i].low, known.words)
        ]
    return Decision(tuple(below), tuple(above), tuple(own))


# Words of a sentence, and the share of them that the model must know to judge it. Arbitrary.
_SENTENCE_WORDS, _KNOWN_WORDS = 8, 1 / 8
_STOP = re.compile(r"[.!?…。।؟][\"'”’»)\] ]{0,3}$")


def _is_unknown_sentence(low: str, weights: WordWeights) -> bool:
    """Tell whether a line is a sentence in a language whose words the model does not know.

    Its length and place alone do not tell a short paragraph between a share bar and a list.
    """
    words = low.split()
    if len(words) < _SENTENCE_WORDS or not _STOP.search(low[-8:]):
        return False
    n_known = sum(word.strip(".,:;!?\"'()") in weights.by_word for word in words)
    return n_known <= _KNOWN_WORDS * len(words)


def _is_label(line: Line, odds: float, known: Model) -> bool:
    """Tell whether a line of a few words is boilerplate. "Follow the signals." may end an interview."""
    return odds > known.short_threshold and not line.text.rstrip().endswith((".", "。"))


@cache
def model() -> Model:
    """Return the packaged model, which is read once."""
    # Late, because numba takes half a second to import.
    from copydesk.transforms.forest.boosted_trees import Forest

    arrays = packaged_arrays.read("copydesk.transforms.clean", "data", "lines.npz")
    words, rules = (
        dict(zip(str(arrays[name]).split("\n"), arrays[f"{name}_odds"].tolist(), strict=True))
        for name in ("words", "rules")
    )
    return Model(
        word_weights(words),
        rules,
        Forest.of(arrays, "first"),
        Forest.of(arrays, "second"),
        *arrays["limits"].tolist(),
    )


def warm() -> None:
    """Read the packaged model and compile the loops of both passes.

    A document must not pay for the compiler: on a slow machine that takes longer than the time
    limit of a document.
    """
    doubtful = Line("Leave a Comment", "leave a comment", "", "")
    log_odds([doubtful], model())
