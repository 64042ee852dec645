"""The model that knows the wordings of boilerplate in many languages, one line at a time.

Sites say the same things in more wordings than rules can list. A logistic regression over pieces of
words (`wording_walk`) tells how much a short line sounds like them. It was trained on lines that
must go and on lines of articles (`training/wordings.py`). The model only adds to the cuts of the
rules: it is asked about lines that no rule matches.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache, packaged_arrays
from copydesk.transforms.clean.fold_text import key_of_plain, plain
from copydesk.transforms.clean.news_sentence import is_enumeration, reads_like_news
from copydesk.transforms.tag.datelines import dateline_parser
from copydesk.transforms.tag.headlines import prose_lines, text_header

MOST_CHARS = 160  # Longer lines are paragraphs.
SENTENCE_ENDS = ".!?…。！？।;\"'”’»)」』"  # The semicolon is the Greek question mark.
# Log odds by which the threshold rises each time the number of labels doubles.
CAUTION = 0.5
# A text with fewer labels is judged as one with this many, because a single label may be a crosshead. Of
# 4,081 lines in 33 languages, alone in an article, 12 of 1,751 look-alikes more stay, and 21 of 2,330 prompts.
FEW_LABELS = 8
# Log odds that a line needs in addition if it ends with a full stop or asks why, and if it is a question, a
# quotation, an item of a list, a single word or has a number: articles have many of those.
SENTENCE_CAUTION, OTHER_CAUTION = 3.5, 2.0
# Log odds that a line above the first paragraph needs in addition. The model gives at most 2.2 more
# than the threshold to any of 21,184 titles of news, and more than 4 to most prompts.
HEADLINE_CAUTION = 3.0
# The same for a line below one that reads like a headline. It may be a deck.
BELOW_HEADLINE_CAUTION = 1.0
# Share of the words of a line below the headline that a text repeats, if the line is a second one.
_REPEATED_BELOW = 0.5
_OPENING_LINES = 6  # The headline and lines below it that tell an author from a subject. Arbitrary.
N_ROWS = 1 << 18  # Rows of the table of weights.
FIRST_LETTER = "a"  # Folded text has no letter with a lower code point.
LONGEST_PIECE = 5

_PRIME, _BASIS, _ALL = 0x100000001B3, 0xCBF29CE484222325, 0xFFFFFFFFFFFFFFFF
_STOPS, _QUOTE = ".…。।", re.compile('["“”„«»「」『』]')
_BULLETS, _ASKS = "-*•·–—>»|#[(", "?？؟"
_THAI_ASKS = ("ไหม", "หรือไม่", "หรือเปล่า", "หรือยัง")  # Thai questions have no mark.
_MANY_SPACES = 12
_NUMBER = re.compile(r"\d")
# Thai and all scripts without spaces come later in Unicode.
_ONE_WORD = re.compile(r"[^\s\u0e00-\U0010ffff]+")
# Six words and their full stop. What follows them is not the whole line.
_BEGINS_WITH_SENTENCE = re.compile(r"\S{1,40}(?: [^\s.!?]{1,40}){5,40}\. \S")
# "June 26: the harbour hall", an entry of a programme or a chronology.
_ENTRY = re.compile(r"[^\W\d_]{3,12}\.? \d{1,2}: |\d{1,2}\.? (?:de )?[^\W\d_]{3,12}\.? ?: ")
# Letters of a word that tell whether a text has it. Shorter words are in most texts.
HEAD = 5
_WORD = re.compile(r"[^\W\d_\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7a3]{5,}")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7a3]+")
_FIELD = re.compile(r"(?:- )?[a-z_][\w.-]{1,30}: ?\S")

Rows = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


class Model(NamedTuple):
    """The weights of the rows of the table in steps of `step`, of the shape of a line, and the bias.

    Log odds above `threshold` are needed to cut a line.
    """

    weights: npt.NDArray[np.int8]
    shape: npt.NDArray[np.float64]
    step: float
    bias: float
    threshold: float


#: The log odds of folded lines. The next pass asks about most lines of a text again, and the pages
#: of a site repeat its labels.
_KNOWN_ODDS: dict[str, float] = {}
_MANY_LINES = 16_384  # They take 5 MB.


def lines_to_cut(lines: Sequence[str], low: Sequence[str], known: Collection[int]) -> list[int]:
    """Return the numbers of lines that read like boilerplate.

    `low` are the folded lines, `known` the numbers of lines that a rule matches. Only lines of at
    most `MOST_CHARS` characters are judged, in a text that has a paragraph. Above the first
    paragraph, a line may be the headline, which may read like anything. There a line is cut only
    if the text repeats none of its words, or less than half of them below a line like a headline.
    The more lines without a mark of a sentence a text has, the surer the model must be: subheadings
    look like labels, and each of them may be a mistake.
    """
    if not any([0 < len(line) <= MOST_CHARS for line in lines]):  # noqa: C419  # faster than a generator
        return []
    asked, cautions = list[int](), list[float]()
    first = _first_paragraph(lines, known)
    title = next((n for n in range(first) if n not in known and _reads_like_title(lines[n])), first)
    for number, line in enumerate(lines if first < len(lines) else ()):
        if not line or number == first or len(line) > MOST_CHARS or number in known:
            continue
        if (caution := _caution(line)) is not None:
            asked.append(number)
            cautions.append(caution + _caution_above(number, title, first))
    if not asked:
        return []
    limit = threshold_of(model(), cautions.count(0.0))
    odds = odds_of([low[number] for number in asked])
    return [
        number
        for number, caution, sure in zip(asked, cautions, odds, strict=True)
        if sure > limit + caution
        and (number > first or not _may_open(lines, low, number, title, first))
    ]


def _caution_above(number: int, title: int, first: int) -> float:
    """Return the log odds that a line above the first paragraph, `first`, needs in addition."""
    if number >= first:
        return 0.0
    return BELOW_HEADLINE_CAUTION if number > title else HEADLINE_CAUTION


def _may_open(
    lines: Sequence[str], low: Sequence[str], number: int, title: int, first: int
) -> bool:
    """Tell whether a line above the first paragraph may be the headline or the author's name.

    `title` is the number of the first line that reads like a headline.
    """
    if number <= title:
        return may_be_headline(lines[number], low[number], low[first:])
    opening = [lines[title], *(line for line in lines[number : first + 4] if line.strip())]
    return text_header.is_signed(opening[:_OPENING_LINES]) or may_be_headline(
        lines[number], low[number], low[first:], least=_REPEATED_BELOW
    )


def _reads_like_title(line: str) -> bool:
    return text_header.reads_like_headline(line, MOST_CHARS)


def odds_of(low: Sequence[str]) -> list[float]:
    """Return the log odds of folded lines, of which only new ones are judged."""
    known = zip(low, map(_KNOWN_ODDS.get, low), strict=True)
    found = {line: odds for line, odds in known if odds is not None}
    new = [line for line in dict.fromkeys(low) if line not in found]
    if new:
        judged = dict(zip(new, log_odds(new, model()).tolist(), strict=True))
        found.update(judged)
        if len(_KNOWN_ODDS) >= _MANY_LINES:
            _KNOWN_ODDS.clear()
        _KNOWN_ODDS.update(judged)
    return [found[line] for line in low]


def _first_paragraph(lines: Sequence[str], known: Collection[int]) -> int:
    """Return the number of the first paragraph that no rule matches, or the number of lines."""
    for number, line in enumerate(lines):
        if number not in known and (len(line) > MOST_CHARS or prose_lines.is_prose(line)):
            return number
    return len(lines)


def may_be_headline(line: str, low: str, text: Sequence[str], *, least: float = 0.0) -> bool:
    """Tell whether a line above a text is a dateline, or the text repeats a word of the line.

    With `least` it repeats that share of the words. `low` is the folded line and `text` the folded lines below it. Words are compared by their first
    letters, because they are inflected, and words of scripts without spaces by pairs of letters.

    >>> may_be_headline("Subscriber losses grow", "subscriber losses grow", ["more subscribers left."])
    True
    >>> may_be_headline("Subscribe for more", "subscribe for more", ["rain fell all day."])
    False
    """
    if dateline_parser.is_alone(line):
        return True
    pieces = pieces_of_words(low)
    if not least:
        return any(piece in paragraph for paragraph in text for piece in pieces)
    n_repeated = sum(any(piece in paragraph for paragraph in text) for piece in pieces)
    return n_repeated >= least * max(1, len(pieces))


def pieces_of_words(low: str) -> set[str]:
    """Return pieces of the words of a folded line that tell whether a text has those words.

    >>> sorted(pieces_of_words("subscriber losses grow"))
    ['losse', 'subsc']
    """
    pieces = {word[:HEAD] for word in _WORD.findall(low)}
    for run in _UNSPACED.findall(low):
        pieces.update(map("".join, pairwise(run)))
    return pieces


@lru_cache(maxsize=_MANY_LINES)
def _caution(line: str) -> float | None:
    """Return the log odds that a line needs in addition to those of a label.

    None is returned for a line that the model is not asked about: one without words, a byline, an
    entry of a programme, and a field of a file ("image: mill").
    """
    line = line.strip()
    if (
        not (line[:1].isalpha() or any(character.isalpha() for character in line))
        or (":" in line and (_FIELD.match(line) or _ENTRY.match(line)))
        or text_header.is_byline(line)
    ):
        return None
    if line[-1] in _STOPS or (". " in line and _BEGINS_WITH_SENTENCE.match(line)):
        return SENTENCE_CAUTION + (OTHER_CAUTION if _ends_with_speaker(line) else 0.0)
    is_usual = line[-1] in SENTENCE_ENDS or line[0] in _BULLETS or _NUMBER.search(line)
    if reads_like_news(line.lower()) or is_enumeration(line):
        return SENTENCE_CAUTION
    is_one_word = " " not in line and _ONE_WORD.fullmatch(line)
    return OTHER_CAUTION if is_usual or is_one_word else 0.0


_MOST_SPEAKER_WORDS = 5  # "says lawyer Ana Ruiz"


def _ends_with_speaker(line: str) -> bool:
    """Tell whether a sentence ends with a comma and who says it.

    >>> _ends_with_speaker("Read the small print, advises lawyer Ana Ruiz.")
    True
    >>> _ends_with_speaker("Read on, it is free.")
    False
    """
    _, comma, behind = line.rstrip(_STOPS).rpartition(", ")
    words = behind.split()
    return (
        bool(comma)
        and 2 <= len(words) <= _MOST_SPEAKER_WORDS
        and words[0][0].islower()
        and words[-1][0].isupper()
    )


def threshold_of(known: Model, labels: int) -> float:
    """Return the log odds that a label needs in a text with this number of labels."""
    return known.threshold + CAUTION * math.log2(max(FEW_LABELS, labels))


def log_odds(low: Sequence[str], known: Model) -> npt.NDArray[np.float64]:
    """Return for each folded line the log odds that it is boilerplate.

    The weights of its features are added and divided by the root of their number, so that a long
    line needs no more evidence than a short one.
    """
    shapes = np.array([shape(line) for line in low], np.float64)
    *_, evidence = _walked(low, known.weights, known.step)
    # Not a product of matrices, whose last bits depend on the number of lines.
    by_shape = (shapes * known.shape).sum(axis=1)
    result: npt.NDArray[np.float64] = known.bias + by_shape + evidence
    return result


def shape(low: str) -> tuple[bool, ...]:
    """Return what a folded line shows without its words: its marks, digits and length."""
    line = low.strip()
    return (
        line[-1:] in _STOPS,
        line[-1:] in _ASKS,
        _QUOTE.search(line) is not None,
        line[:1] in _BULLETS,
        "@" in line or "http" in line or "www." in line,
        line.count(" ") > _MANY_SPACES,
    )


def features(low: Sequence[str]) -> tuple[Rows, Ints]:
    """Return the rows of the features of folded lines, and where those of each line begin."""
    rows, begins, _ = _walked(low, np.zeros(N_ROWS, np.int8), 0.0)
    return rows, begins


def _walked(
    low: Sequence[str], weights: npt.NDArray[np.int8], step: float
) -> tuple[Rows, Ints, npt.NDArray[np.float64]]:
    """Return the features of folded lines, and the evidence of each line (see `wording_walk`)."""
    lines = [f" {key_of_plain(line)} " for line in plain("\n".join(low)).split("\n")]
    if numba_cache.uses_plain_loops():
        rows, begins = features_in_python(lines)
        sums = np.concatenate([[0.0], np.cumsum(weights[rows], dtype=np.float64)])[begins]
        return rows, begins, np.diff(sums) * step / np.sqrt(np.maximum(1, np.diff(begins)))
    starts = np.array([0, *accumulate(map(len, lines))], np.int64)
    codes = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32)
    found: tuple[Rows, Ints, npt.NDArray[np.float64]] = _kernel()(codes, starts, weights, step)
    return found


def features_in_python(lines: Sequence[str]) -> tuple[Rows, Ints]:
    """Return what the compiled walk finds, for a process that cleans one document."""
    found, begins = list[int](), [0]
    for line in lines:
        for i in range(len(line) - 1):
            h = _BASIS
            for k in range(i, min(i + LONGEST_PIECE, len(line))):
                if line[k] < FIRST_LETTER and line[k] != " ":
                    break
                h = _mixed(h, ord(line[k]))
                if k > i:
                    found.append(_row(h))
                    if line[k] == " ":
                        break
        letters = "".join(c if c >= FIRST_LETTER else " " for c in line)
        before = None
        for word in letters.split(" "):
            if not word:
                continue
            h = _BASIS ^ 7
            for character in word:
                h = _mixed(h, ord(character))
            h = _mixed(h, 1 if before is None else 0)
            found.append(_row(h))
            if before is not None:
                found.append(_row(_mixed(before, h)))
            before = _mixed(h, 0)
        begins.append(len(found))
    return np.array(found, np.int32), np.array(begins, np.int64)


def _mixed(h: int, value: int) -> int:
    """Return one step of FNV-1a with 64 bits."""
    return ((h ^ value) * _PRIME) & _ALL


def _row(h: int) -> int:
    return (h ^ (h >> 32)) & (N_ROWS - 1)


def warm() -> None:
    """Read the packaged model and compile the walk, so that no document pays for the compiler."""
    log_odds(["leave a comment"], model())


@cache
def _kernel() -> Any:
    from copydesk.transforms.clean.wording_walk import walk

    return numba_cache.compiled(walk, boundscheck=False)


@cache
def model() -> Model:
    """Return the packaged model, which is read once."""
    arrays = packaged_arrays.read("copydesk.transforms.clean", "data", "wordings.npz")
    return Model(arrays["weights"], arrays["shape"], *arrays["limits"].tolist())
