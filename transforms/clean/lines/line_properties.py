"""The words, names, shapes and dates of a text's lines, found in one walk over the characters.

`line_properties` is compiled, because a page has hundreds of lines and each would cost several
objects. `properties_in_python` finds the same properties with regular expressions, for a process
that cleans one document. A test checks that both give the same numbers.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.clean.lines.line import END, WORD, Line
from copydesk.transforms.clean.lines.word_bag import WordBag

LONGEST = 60  # Words. Longer lines are prose whatever their words are, so these are not scored.
NEUTRAL = 0.0
DATED_WORDS = 14  # Words. A longer line with a date or an hour is not a time stamp.
HEAD = 400  # Characters at the beginning of a line that are searched for names and digits.
N_SHAPES = 17

_BULLETS = frozenset("•*·-–—●▪■◦○+►▶>")
_QUOTES = frozenset("\"'“‘«„")
_TIME_WORDS = [
    "ago",
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "hour",
    "hours",
    "min",
    "mins",
    "minutes",
    "day",
    "days",
    "stunden",
    "uhr",
    "heure",
    "heures",
    "hora",
    "horas",
]
_DATED = re.compile(rf"\b(?:{'|'.join(_TIME_WORDS)}|\d{{1,2}}:\d\d|(?:19|20)\d\d)\b")
_DIGIT = re.compile(r"\d")

# Flags of a character.
_SEEN, _WORD, _SPACE, _UPPER, _LOWER, _TITLE, _DECIMAL, _DIGIT_SIGN = (1 << n for n in range(8))
_N_CODE_POINTS = 0x110000
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)

# An open hash table (see `hashed`).
Weights = tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class LineProperties(NamedTuple):
    """The properties of each line of a text considered alone, one row or entry for each line."""

    size: Ints  # words
    shape: Floats  # `N_SHAPES` columns (see `_shape`).
    scores: Floats  # Scores of its words, and of its first two words.
    often: Floats  # Number of equal lines in the text.
    dated: Floats  # 1 if it is short and has a date or an hour.
    digits: Floats  # Share of digits.
    indent: Ints  # Characters of white space before it.
    bullet: Ints  # Code point of the bullet at its beginning, or 0.
    words: WordBag  # Words of four letters or more, folded.
    names: WordBag  # Words with a capital, except the first of the line.


class WordWeights(NamedTuple):
    """Weights of words and of the first words of a line ("^" and one or two words), in two forms."""

    by_word: Mapping[str, float]
    table: Weights


def word_weights(by_word: Mapping[str, float]) -> WordWeights:
    """Return the weights together with the table in which the compiled walk finds them."""
    return WordWeights(by_word, hashed(by_word))


def line_properties(lines: Sequence[Line], weights: WordWeights) -> LineProperties:
    """Return the properties of the lines of a text, none of which is blank."""
    if numba_cache.uses_plain_loops():
        return properties_in_python(lines, weights)
    return compiled_properties(lines, weights)


def hashed(values: Mapping[str, float]) -> Weights:
    """Return an open hash table of words: 64-bit hashes (0 is free) and values.

    The number of rows is a power of two.
    """
    n = 1 << max(3, (2 * len(values)).bit_length())
    keys, found = np.zeros(n, np.uint64), np.zeros(n, np.float64)
    for word, value in values.items():
        key = _hash(word)
        at = (key ^ (key >> 32)) & (n - 1)
        while keys[at]:
            at = (at + 1) & (n - 1)
        keys[at], found[at] = key, value
    return keys, found


def _hash(word: str) -> int:
    """Return FNV-1a over code points, as the compiled walk computes it."""
    found = int(_FNV_START)
    for character in word:
        found = ((found ^ ord(character)) * int(_FNV_PRIME)) & 0xFFFFFFFFFFFFFFFF
    return found


def compiled_properties(lines: Sequence[Line], weights: WordWeights) -> LineProperties:
    """Compute `line_properties` with the compiled walk."""
    lengths = np.array([len(line.text) for line in lines], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    text, low = (
        np.frombuffer("".join(part).encode("utf-32-le", "surrogatepass"), np.uint32)
        for part in ([line.text for line in lines], [line.low for line in lines])
    )
    found = _kernel()(
        text, low, starts, _flags(text, low), *weights.table, _time_words(), _bullet_codes()
    )
    words, names = WordBag(*found[8:12]), WordBag(*found[12:])
    return LineProperties._make([*found[:8], words, names])


@cache
def _kernel() -> Any:
    from copydesk.transforms.clean.lines.line_walk import walk

    return numba_cache.compiled(walk, boundscheck=False)


@cache
def _time_words() -> npt.NDArray[np.uint64]:
    return np.array([_hash(word) for word in _TIME_WORDS], np.uint64)


@cache
def _bullet_codes() -> npt.NDArray[np.uint32]:
    return np.array(sorted(map(ord, _BULLETS)), np.uint32)


@cache
def _flag_table() -> npt.NDArray[np.uint8]:
    """Return the flags by code point, which are filled when a character first occurs.

    Asking Python about all characters takes half a second.
    """
    table = np.zeros(_N_CODE_POINTS, np.uint8)
    for code in range(128):
        table[code] = _flags_of(chr(code))
    return table


def _flags(*parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Return the table of flags after adding the characters of the parts."""
    table = _flag_table()
    for codes in parts:
        known = table[codes]
        if not known.all():
            for code in np.unique(codes[known == 0]).tolist():
                table[code] = _flags_of(chr(code))
    return table


def _flags_of(character: str) -> int:
    return (
        _SEEN
        | _WORD * (character.isalnum() or character == "_")
        | _SPACE * character.isspace()
        | _UPPER * character.isupper()
        | _LOWER * character.islower()
        | _TITLE * (character.istitle() and not character.isupper())
        | _DECIMAL * character.isdecimal()
        | _DIGIT_SIGN * character.isdigit()
    )


def properties_in_python(lines: Sequence[Line], weights: WordWeights) -> LineProperties:
    """Compute `line_properties` without a compiler."""
    words = [WORD.findall(line.low) for line in lines]
    size = [len(own) for own in words]
    bare = [line.low.strip() for line in lines]
    often = Counter(bare)
    marked = [line.text.lstrip() for line in lines]
    heads = [line.text[:HEAD] for line in lines]
    return LineProperties(
        np.array(size, dtype=np.int64),
        np.array([_shape(line.text, n) for line, n in zip(lines, size, strict=True)]),
        np.array(
            [
                _scores(own, weights.by_word) if len(own) <= LONGEST else (NEUTRAL, NEUTRAL)
                for own in words
            ]
        ),
        np.array([often[own] for own in bare], dtype=np.float64),
        np.array(
            [
                float(n < DATED_WORDS and _DATED.search(line.low) is not None)
                for line, n in zip(lines, size, strict=True)
            ]
        ),
        np.array([len(_DIGIT.findall(head)) / len(head) for head in heads]),
        np.array([len(line.text) - len(own) for line, own in zip(lines, marked, strict=True)]),
        np.array([ord(own[0]) if own[0] in _BULLETS else 0 for own in marked], dtype=np.int64),
        WordBag.of([[word for word in own if len(word) > 3] for own in words]),
        WordBag.of([_names(head) for head in heads]),
    )


def _names(head: str) -> list[str]:
    return [w for w in WORD.findall(head)[1:] if len(w) > 2 and w[0].isupper()]


def _shape(text: str, n_words: int) -> tuple[float, ...]:
    """Return length, ending, capitals, digits and marks of one line."""
    stripped = text.strip()
    first, m = stripped[0], n_words or 1
    parts = stripped[:HEAD].split()
    capitals = sum([p[0].isupper() for p in parts]) / (len(parts) or 1)
    return (
        math.log1p(len(stripped)),
        math.log1p(n_words),
        float(END.search(text[-8:]) is not None),
        float(stripped[-1] == ":"),
        float("?" in stripped),
        float(first in _BULLETS),
        float(first.isdigit()),
        float(first.islower()),
        float(first in _QUOTES),
        capitals,
        len(stripped) / m,
        float("@" in stripped or "http" in stripped),
        float("(" in stripped),
        min(4, stripped.count(",")) / m,
        min(4, stripped.count(".")),
        min(6, len(text) - len(text.lstrip())) / 6.0,
        float(stripped.isupper()),
    )


def _scores(words: Sequence[str], weights: Mapping[str, float]) -> tuple[float, float]:
    """Return the score of the words and the weight of the first two words.

    The score is the sum of the words' weights over the root of their number.
    """
    if not words:
        return NEUTRAL, NEUTRAL
    total = 0.0
    for word in dict.fromkeys(words):  # `sum` rounds differently from Python 3.12 on.
        total += weights.get(word, 0.0)
    return total / math.sqrt(len(words)), weights.get("^" + words[0], NEUTRAL) + weights.get(
        "^" + " ".join(words[:2]), NEUTRAL
    )
