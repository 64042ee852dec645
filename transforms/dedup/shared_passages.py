"""Finds the passages that two texts share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from copydesk.transforms import unicode_tables
from copydesk.transforms.dedup import shingle_definition


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of at least `ngram` words in both texts, as half-open ranges of code points."""

    start: int
    end: int
    other_start: int
    other_end: int
    n_words: int


def shared_passages(
    text: str, other: str, *, ngram: int = shingle_definition.NGRAM
) -> list[Passage]:
    """Return the passages of the text that the other one has too.

    The longest is found first, and none overlaps another.

    >>> shared_passages("He said: the old bridge is closed.", "Today THE OLD BRIDGE is shut.")
    [Passage(start=9, end=26, other_start=6, other_end=23, n_words=4)]
    """
    mine, theirs = word_ranges(text), word_ranges(other)
    words, others = [w for w, _, _ in mine], [w for w, _, _ in theirs]
    found: list[tuple[int, int, int]] = []
    _match(words, others, found, ngram)
    return [
        Passage(mine[i][1], mine[i + n - 1][2], theirs[j][1], theirs[j + n - 1][2], n)
        for i, j, n in sorted(found)
    ]


def _match(
    words: list[str], others: list[str], found: list[tuple[int, int, int]], ngram: int
) -> None:
    """Find every maximal run from left to right: the longest that begins at each word."""
    places: dict[tuple[str, ...], list[int]] = {}
    for j in range(len(others) - ngram + 1):
        places.setdefault(tuple(others[j : j + ngram]), []).append(j)
    i = 0
    while i + ngram <= len(words):
        best, where = 0, -1
        for j in places.get(tuple(words[i : i + ngram]), ())[
            :64
        ]:  # In a text that repeats itself only the first 64 positions are tried.
            n = ngram
            while i + n < len(words) and j + n < len(others) and words[i + n] == others[j + n]:
                n += 1
            if n > best:
                best, where = n, j
        if best:
            found.append((i, where, best))
        i += best or 1


def word_ranges(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text that are compared, and the range of each in the text.

    >>> word_ranges("Ｌ’été ﬁn.")
    [('l', 0, 1), ('été', 2, 5), ('fin', 6, 8)]
    """
    out: list[tuple[str, int, int]] = []
    for start, end in _runs(text):
        words = shingle_definition.words(text[start:end])
        # This script has no spaces.
        if len(words) == end - start and all(len(w) == 1 for w in words):
            out += [(word, start + k, start + k + 1) for k, word in enumerate(words)]
        else:
            out += [(word, start, end) for word in words]
    return out


def _runs(text: str) -> list[tuple[int, int]]:
    runs, start = [], -1
    for at, character in enumerate([*text, " "]):
        inside = _is_of_word(character)
        if inside and start < 0:
            start = at
        elif not inside and start >= 0:
            runs.append((start, at))
            start = -1
    return runs


@lru_cache(maxsize=4096)  # A text has some hundred different characters.
def _is_of_word(character: str) -> bool:
    return any(
        unicode_tables.class_of(c) != unicode_tables.SEPARATOR
        for c in unicode_tables.normalise(character)
    )
