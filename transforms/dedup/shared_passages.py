"""Finds the passages that two texts share."""

from __future__ import annotations

from collections.abc import Iterator
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
    >>> word_ranges("&quot;Ca\u00adf&eacute;&quot;")
    [('café', 6, 18)]
    """
    out: list[tuple[str, int, int]] = []
    for run in _runs(text):
        words = _words("".join(characters for characters, _, _ in run))
        # This script has no spaces.
        if len(words) == len(run) and all(len(w) == 1 for w in words):
            out += [(word, start, end) for word, (_, start, end) in zip(words, run, strict=True)]
        else:
            out += [(word, run[0][1], run[-1][2]) for word in words]
    return out


@lru_cache(maxsize=4096)  # Most words of a text are in it, or in the other one, several times.
def _words(run: str) -> tuple[str, ...]:
    return tuple(shingle_definition.words(run))


def _runs(text: str) -> list[list[tuple[str, int, int]]]:
    """Return the runs of characters of words, each with its range. Ignored ones separate no run."""
    runs: list[list[tuple[str, int, int]]] = []
    is_open = False
    for characters, start, end in _characters(text):
        is_of_word = _is_of_word(characters)
        if is_of_word is None:
            continue
        if not is_of_word:
            is_open = False
        elif is_open:
            runs[-1].append((characters, start, end))
        else:
            runs.append([(characters, start, end)])
            is_open = True
    return runs


def _characters(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each character with its range in the text. An HTML escape counts as one."""
    at = 0
    for found in shingle_definition.ESCAPE.finditer(text):
        for k in range(at, found.start()):
            yield text[k], k, k + 1
        at = found.start()
        plain = shingle_definition.unescaped(found[0])
        if plain != found[0]:
            yield plain, at, found.end()
            at = found.end()
    for k in range(at, len(text)):
        yield text[k], k, k + 1


@lru_cache(maxsize=4096)  # A text has some hundred different characters.
def _is_of_word(characters: str) -> bool | None:
    """Tell whether the characters belong to words. None means that they are ignored."""
    if all(map(unicode_tables.is_ignored, characters)):
        return None
    return any(
        unicode_tables.class_of(c) != unicode_tables.SEPARATOR
        for c in unicode_tables.normalise(characters)
    )
