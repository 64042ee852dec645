"""The words of the lines of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class WordBag(NamedTuple):
    """Each word of a line once, one entry for each word: `at` numbers the word, `row` its line.

    The entries are in the order of the text. Sums in the order of a set would differ in their last
    bit from process to process.
    """

    at: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]  # Entries of each line.
    n_letters: npt.NDArray[np.int64]  # Letters of each word.

    @classmethod
    def of(cls, words: Sequence[Iterable[str]]) -> WordBag:
        """Return the bag of the words of each line."""
        number: dict[str, int] = {}
        lists = [
            [number.setdefault(word, len(number)) for word in dict.fromkeys(own)] for own in words
        ]
        size = np.array([len(own) for own in lists], dtype=np.int64)
        return cls(
            np.array([k for own in lists for k in own], dtype=np.int64),
            np.repeat(np.arange(len(lists)), size),
            size,
            np.array([len(word) for word in number], dtype=np.int64),
        )
