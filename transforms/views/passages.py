"""Splits a text into passages for retrieval and training.

A passage has whole paragraphs, and a heading stays with the text after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.transforms.edit import n_words

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]{0,2}(?=\s|$)|[。！？]")
_ENDS_LIKE_PROSE = re.compile(r"[.!?…:;,。！？][\"'”’»)\]]{0,2}$")
_HEADING_WORDS = 12  # Arbitrary. Almost all subheadings in news are shorter.


class Passage(NamedTuple):
    """`text[start:end]`, in code points, its number of words, and the heading above it."""

    start: int
    end: int
    n_words: int
    heading: str | None


class _Part(NamedTuple):
    start: int
    end: int
    n_words: int
    is_heading: bool


def passages(text: str, most_words: int) -> list[Passage]:
    """Return passages of at most `most_words` words that cover every line of the text, in order.

    A passage is a run of whole paragraphs. A heading (a short line that does not end like a
    sentence) begins a new passage. A longer paragraph is split between sentences, and a longer
    sentence between words. Words are counted as in the column `n_words`. Raises ValueError for
    fewer than 1 word.

    >>> [(p.n_words, p.heading) for p in passages("It rained.\\nMore to come\\nThe river rose by a metre.", 512)]
    [(2, None), (9, 'More to come')]
    >>> text = "One two three. Four five six."
    >>> [text[p.start : p.end] for p in passages(text, 3)]
    ['One two three.', 'Four five six.']
    """
    if most_words < 1:
        raise ValueError(f"a passage must have room for at least 1 word, not {most_words}")
    found: list[Passage] = []
    heading: str | None = None
    open_parts: list[_Part] = []

    def close() -> None:
        if open_parts:
            words = sum(part.n_words for part in open_parts)
            found.append(Passage(open_parts[0].start, open_parts[-1].end, words, heading))
            open_parts.clear()

    for part in _parts(text, most_words):
        is_full = sum(p.n_words for p in open_parts) + part.n_words > most_words
        if (part.is_heading and not all(p.is_heading for p in open_parts)) or is_full:
            close()
        if part.is_heading:
            heading = text[part.start : part.end].strip()
        open_parts.append(part)
    close()
    return found


def _parts(text: str, most_words: int) -> Iterator[_Part]:
    """Yield the non-blank lines, long ones in pieces. The last line of a text is not a heading."""
    lines = [match for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    for i, line in enumerate(lines):
        words = n_words(line[0])
        is_heading = (
            i + 1 < len(lines)
            and words <= min(_HEADING_WORDS, most_words)
            and not _ENDS_LIKE_PROSE.search(line[0].rstrip())
        )
        if words <= most_words:
            yield _Part(line.start(), line.end(), words, is_heading)
        else:
            yield from _pieces(text, line.start(), line.end(), most_words)


def _pieces(text: str, start: int, end: int, most_words: int) -> Iterator[_Part]:
    """Yield a long paragraph in parts, split between sentences.

    A sentence that is too long is split between words.
    """
    stops = [*(match.end() for match in _SENTENCE_END.finditer(text, start, end)), end]
    at, i = start, 0
    while at < end:
        stop = None
        while i < len(stops) and n_words(text[at : stops[i]]) <= most_words:
            stop, i = stops[i], i + 1
        if stop is None:
            stop = _after_words(text, at, end, most_words)
        while at < stop and text[at].isspace():
            at += 1
        if at < stop:
            last = at + len(text[at:stop].rstrip())
            yield _Part(at, last, n_words(text[at:last]), False)
        at = stop


def _after_words(text: str, at: int, end: int, most_words: int) -> int:
    """Return where the first `most_words` words end.

    In a script without spaces each character is one word.
    """
    low, high = at + 1, end
    while low < high:
        middle = (low + high + 1) // 2
        if n_words(text[at:middle]) <= most_words:
            low = middle
        else:
            high = middle - 1
    space = text.rfind(" ", at + 1, low)
    return (
        low if low == end or text[low - 1].isspace() or text[low].isspace() or space < 0 else space
    )
