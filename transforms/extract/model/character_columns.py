"""Counts of characters, patterns and words in the texts of a page, for all texts at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

Column = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

#: Words. In a script without spaces each character is a word.
WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿]|[^\W぀-ヿ㐀-䶿一-鿿]+")
_RARE_LETTER = re.compile(r"[^\W\x00-\ufffe]")
#: Classes of characters in the order of their bits in `word_walk`.
_CLASSES = (
    r",",
    r"[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω]",
    r"\d",
    r"[\"“”„«»「]",
    r"[|•·»›→▶/]",
    r"@",
    r"#",
    r"[^\x00-\x7f]",
    r"\s",
    r"[\"'”’»)]",
    r"\w",
)
#: Facts of texts in the order of their rows in `word_walk`.
FACTS = (
    "comma",
    "upper",
    "digit",
    "quote",
    "bar",
    "at",
    "hash",
    "not_ascii",
    "sentence_ends",
    "year",
    "time",
    "date",
)
_WORD = np.uint16(1 << _CLASSES.index(r"\w"))
_ADDRESS, _COPYRIGHT = ("http", "www.", ".com"), ("©", "(c)")
_PLANE = 1 << 16


@dataclass(frozen=True, slots=True)
class Characters:
    """Facts of each text by name, its length, and its words as numbers.

    The words are in lower case. Their numbers are those of the distinct words of all texts.
    `codes` are the characters of all texts, and `starts` says where each text begins.
    """

    codes: npt.NDArray[np.uint32]
    starts: Index
    sizes: Index
    facts: dict[str, Column]
    word: Index
    #: Whether each word is the first such word of its text.
    is_first: npt.NDArray[np.bool_]
    #: The first word of each text, and the number of all words.
    first_word: Index
    #: The hash and the letters of each distinct word.
    hashes: Index
    letters: Index


def read(texts: Sequence[str]) -> Characters:
    """Return the characters and words of texts."""
    lowered = [text.lower() for text in texts]
    text, low = "".join(texts), "".join(lowered)
    starts = np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
    low_starts = np.fromiter(accumulate(map(len, lowered), initial=0), np.int64, len(texts) + 1)
    codes, low_codes = _codes(text), _codes(low)
    facts, *words = _walk()(
        codes, _classes(codes), starts, low_codes, _are_letters(low_codes, low), low_starts
    )
    named = dict(zip(FACTS, facts, strict=True))
    for name, signs in (("copyright", _COPYRIGHT), ("url", _ADDRESS)):
        named[name] = _contains(low, low_starts, signs)
    return Characters(codes, starts, np.diff(starts), named, *words)


def _contains(low: str, starts: Index, literals: Sequence[str]) -> Column:
    """Return 1 for each text that contains one of several literals."""
    column = np.zeros(len(starts) - 1)
    for literal in literals:
        at = low.find(literal)
        while at >= 0:
            text = int(np.searchsorted(starts, at, side="right")) - 1
            if at + len(literal) <= starts[text + 1]:
                column[text] = 1.0
                at = low.find(literal, int(starts[text + 1]))
            else:
                at = low.find(literal, at + 1)
    return column


def _classes(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    return _table()[np.minimum(codes, _PLANE - 1)]


def _are_letters(codes: npt.NDArray[np.uint32], low: str) -> npt.NDArray[np.bool_]:
    """Return which characters of a text are parts of words."""
    found = _classes(codes) & _WORD > 0
    if len(codes) and int(codes.max()) >= _PLANE:
        found |= np.isin(codes, _codes("".join(set(_RARE_LETTER.findall(low)))))
    return found


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


@cache
def _walk() -> Any:
    from copydesk.transforms.extract.model import word_walk  # numba takes half a second to import

    return numba_cache.either(word_walk.walk, word_walk.walk_in_python)


@cache
def word_hash(word: str) -> int:
    """Return the hash of a word, as the loop over words computes it."""
    from copydesk.transforms.extract.model.word_walk import hash_of

    return hash_of(word)


@cache
def _table() -> npt.NDArray[np.uint16]:
    """Return for each code point of the basic plane the bits of its classes.

    Higher code points share the last entry.
    """
    table = np.zeros(_PLANE, dtype=np.uint16)
    characters = "".join(map(chr, (*range(0xD800), *range(0xE000, _PLANE))))
    for bit, pattern in enumerate(_CLASSES):
        found = "".join(re.findall(pattern, characters))
        table[np.frombuffer(found.encode("utf-16-le"), dtype=np.uint16)] |= np.uint16(1 << bit)
    return table
