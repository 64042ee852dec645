"""Counts of characters and patterns in every block of a page, taken over the whole page at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]

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


class Characters:
    """The blocks of a page as one string of code points."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(self.sizes + len(_BETWEEN))
        self.starts = ends - self.sizes - len(_BETWEEN)
        self.text = _BETWEEN.join(texts) + _BETWEEN
        self.lower = self.text.lower()
        points = np.frombuffer(self.text.encode("utf-32-le"), dtype=np.uint32)
        bits = _table()[np.minimum(points, _PLANE - 1)]
        self.counts = {
            name: np.add.reduceat((bits >> bit) & 1, self.starts, dtype=np.int64).astype(np.float64)
            for bit, name in enumerate(_CLASSES)
        }

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
        """1 for the blocks that hold one of several literals, in small letters."""
        column = np.zeros(len(texts))
        is_aligned = len(self.lower) == len(self.text)  # a few capitals have two small letters
        for literal in literals:
            at = self.lower.find(literal) if is_aligned else -1
            while at >= 0:
                column[int(np.searchsorted(self.starts, at, side="right")) - 1] = 1.0
                at = self.lower.find(literal, at + 1)
        if not is_aligned:
            for block, text in enumerate(texts):
                column[block] = any(literal in text.lower() for literal in literals)
        return column


def _is_found(pattern: re.Pattern[str]) -> Callable[[str], float]:
    return lambda text: float(pattern.search(text) is not None)
