"""Two texts with the passages they share marked."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.transforms import unicode_tables
from copydesk.transforms.dedup import shingle_definition


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of at least `ngram` words that both texts hold; half-open ranges of code points."""

    start: int
    end: int
    other_start: int
    other_end: int
    n_words: int


def shared_passages(
    text: str, other: str, *, ngram: int = shingle_definition.NGRAM
) -> list[Passage]:
    """Passages of the text that the other one has too, the longest found first, none overlapping another.

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
    """Every maximal run from left to right: the longest that begins at a word, taken greedily."""
    places: dict[tuple[str, ...], list[int]] = {}
    for j in range(len(others) - ngram + 1):
        places.setdefault(tuple(others[j : j + ngram]), []).append(j)
    i = 0
    while i + ngram <= len(words):
        best, where = 0, -1
        for j in places.get(tuple(words[i : i + ngram]), ())[
            :64
        ]:  # a text that repeats itself: the first 64 places
            n = ngram
            while i + n < len(words) and j + n < len(others) and words[i + n] == others[j + n]:
                n += 1
            if n > best:
                best, where = n, j
        if best:
            found.append((i, where, best))
        i += best or 1


def word_ranges(text: str) -> list[tuple[str, int, int]]:
    """The compared words of a text and the place of each in it.

    >>> word_ranges("Ｌ’été ﬁn.")
    [('l', 0, 1), ('été', 2, 5), ('fin', 6, 8)]
    """
    out: list[tuple[str, int, int]] = []
    for start, end in _runs(text):
        words = shingle_definition.words(text[start:end])
        if len(words) == end - start and all(len(w) == 1 for w in words):  # a script without spaces
            out += [(word, start + k, start + k + 1) for k, word in enumerate(words)]
        else:
            out += [(word, start, end) for word in words]
    return out


def _runs(text: str) -> list[tuple[int, int]]:
    runs, start = [], -1
    for at, character in enumerate([*text, " "]):
        inside = any(
            unicode_tables.class_of(c) != unicode_tables.SEPARATOR
            for c in unicode_tables.normalise(character)
        )
        if inside and start < 0:
            start = at
        elif not inside and start >= 0:
            runs.append((start, at))
            start = -1
    return runs
