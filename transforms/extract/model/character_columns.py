"""Counts of characters and patterns in every block of a page, taken over the whole page at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]

#: Words; a character of a script without spaces is a word of its own.
WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿]|[^\W぀-ヿ㐀-䶿一-鿿]+")
_PLAIN_WORD = re.compile(r"\w+")
_HAS_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿]")
_RARE_LETTER = re.compile(r"[^\W\x00-\ufffe]")
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]?(?=\s|$)|[。！？]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)")
_DATE = re.compile(r"(?<!\d)\d{1,4}[-./年]\s?\d{1,2}[-./月]\s?\d{1,4}")
_ADDRESS = ("http", "www.", ".com")
_COPYRIGHT = ("©", "(c)")
_UPPER = "A-ZÀ-ÖØ-ÞА-ЯΑ-Ω"
#: Classes of characters by the bit that marks them.
_CLASSES = {
    "comma": r",",
    "upper": rf"[{_UPPER}]",
    "digit": r"\d",
    "quote": r"[\"“”„«»「]",
    "bar": r"[|•·»›→▶/]",
    "at": r"@",
    "hash": r"#",
    "not_ascii": r"[^\x00-\x7f]",
    "stop": r"[.!?。！？]",
}
#: Two, so that no pattern that takes one white space goes from one block to the next.
_BETWEEN = "\n\n"
_PLANE = 1 << 16


@cache
def _table() -> npt.NDArray[np.uint16]:
    """For each code point of the basic plane the bits of its classes; those above share the last entry."""
    table = np.zeros(_PLANE, dtype=np.uint16)
    characters = "".join(map(chr, (*range(0xD800), *range(0xE000, _PLANE))))
    for bit, pattern in enumerate(_CLASSES.values()):
        found = "".join(re.findall(pattern, characters))
        table[np.frombuffer(found.encode("utf-16-le"), dtype=np.uint16)] |= np.uint16(1 << bit)
    return table


@cache
def _is_word() -> npt.NDArray[np.bool_]:
    """Whether each code point of the basic plane is part of a word; the last entry is for all those above."""
    characters = "".join(map(chr, (*range(0xD800), *range(0xE000, _PLANE))))
    found = np.zeros(_PLANE, dtype=np.bool_)
    found[np.frombuffer("".join(re.findall(r"\w", characters)).encode("utf-16-le"), np.uint16)] = (
        True
    )
    found[-1] = False
    return found


def words(low: str) -> list[str]:
    """The words of a text in small letters."""
    return (WORD if _HAS_CJK.search(low) else _PLAIN_WORD).findall(low)


class Characters:
    """The blocks of a page as one string of code points."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(self.sizes + len(_BETWEEN))
        self.starts = ends - self.sizes - len(_BETWEEN)
        self.text = _BETWEEN.join(texts) + _BETWEEN
        self.lower = self.text.lower()
        self.is_aligned = len(self.lower) == len(self.text)  # a few capitals have two small letters
        points = np.frombuffer(self.text.encode("utf-32-le"), dtype=np.uint32)
        bits = _table()[np.minimum(points, _PLANE - 1)]
        self.counts = {
            name: np.add.reduceat((bits >> bit) & 1, self.starts, dtype=np.int64).astype(np.float64)
            for bit, name in enumerate(_CLASSES)
        }

    def words(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of each block in small letters; a character of a script without spaces is one of its own.

        All blocks are spaced out at once where no letter is outside of the basic plane: it takes a
        third of the time.
        """
        points = np.frombuffer(self.lower.encode("utf-32-le"), dtype=np.uint32)
        if not self.is_aligned or _RARE_LETTER.search(self.lower):
            return [words(text.lower()) for text in texts]
        is_word = _is_word()[np.minimum(points, _PLANE - 1)]
        spaced = np.where(is_word, points, ord(" ")).astype(np.uint32)
        line = spaced.tobytes().decode("utf-32-le")
        starts = self.starts.tolist()
        if not _HAS_CJK.search(line):
            return [line[a : a + n].split() for a, n in zip(starts, map(len, texts), strict=True)]
        return [words(line[a : a + n]) for a, n in zip(starts, map(len, texts), strict=True)]

    def patterns(self, texts: Sequence[str]) -> dict[str, Column]:
        """Sentence ends by number; copyright marks, addresses, years, times and dates as 0 or 1."""
        found = {
            "sentence_ends": self._each(texts, "stop", 1, lambda t: len(_SENTENCE_END.findall(t))),
            "copyright": self._holding(texts, _COPYRIGHT),
            "url": self._holding(texts, _ADDRESS),
        }
        # A year has four digits, a time and a date at least three.
        for name, least, pattern in (("year", 4, _YEAR), ("time", 3, _TIME), ("date", 3, _DATE)):
            found[name] = self._each(texts, "digit", least, _is_found(pattern))
        return found

    def _each(
        self, texts: Sequence[str], needed: str, least: int, value: Callable[[str], float]
    ) -> Column:
        """A value of each block that has enough characters of a class; 0 for the others."""
        column = np.zeros(len(texts))
        for block in np.flatnonzero(self.counts[needed] >= least).tolist():
            column[block] = value(texts[block])
        return column

    def _holding(self, texts: Sequence[str], literals: Sequence[str]) -> Column:
        """1 for each block that contains one of several lower-case literals."""
        column = np.zeros(len(texts))
        for literal in literals:
            at = self.lower.find(literal) if self.is_aligned else -1
            while at >= 0:
                column[int(np.searchsorted(self.starts, at, side="right")) - 1] = 1.0
                at = self.lower.find(literal, at + 1)
        if not self.is_aligned:
            for block, text in enumerate(texts):
                column[block] = any(literal in text.lower() for literal in literals)
        return column


def _is_found(pattern: re.Pattern[str]) -> Callable[[str], float]:
    return lambda text: float(pattern.search(text) is not None)
