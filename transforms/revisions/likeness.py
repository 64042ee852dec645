"""Compares two texts of one address."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """The similarity of two texts."""

    words: float
    """Share of the words of one text that the other has, for the text with more words of its own."""
    passages: float
    """Share of the shorter text's word 3-grams that the other has."""
    same_figures: bool
    """Whether one of them has every number of the other."""
    n_added: int
    """Words of the first text that the second does not have."""


TWIN = 0.93  # Share of words. "Read the full story on our site" is 6 % of a short report.
NOTE = 12  # Words. A note such as "Read the full story on our site" is shorter than a sentence of news.
EDITED = 0.1  # Share of 3-grams. Unrelated reports share less than .02.


def likeness(text: str, other: str) -> Likeness:
    """Compare two texts by their words. A repeated word counts each time.

    >>> likeness("Rain fell on 3 towns.", "Rain fell on 3 towns today.")
    Likeness(words=0.8333333333333334, passages=1.0, same_figures=True, n_added=0)
    """
    one, two = (_WORD.findall(t.casefold()) for t in (text, other))
    shared = (Counter(one) & Counter(two)).total()
    passages, others = (
        set(zip(words, words[1:], words[2:], strict=False)) or set(words) for words in (one, two)
    )
    figures, other_figures = (
        {word for word in words if any(c.isdigit() for c in word)} for words in (one, two)
    )
    return Likeness(
        shared / max(1, len(one), len(two)),
        len(passages & others) / max(1, min(len(passages), len(others))),
        figures <= other_figures or other_figures <= figures,
        len(one) - shared,
    )
