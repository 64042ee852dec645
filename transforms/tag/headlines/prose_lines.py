"""Tells whether a line of a text is a paragraph, in scripts with and without spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

ENDS_SENTENCE = re.compile(r"[.!?…。！？।؟۔]['\"’”»)\]]*$")
_PROSE_HEAD = 400  # Characters that show whether a line is a paragraph.
# Characters of five and of twelve words of one character each. Prose of five words ends with a mark.
_FIVE_WORDS, _TWELVE_WORDS = 9, 23
# Thai, Lao, Burmese and Khmer have no spaces between words and no full stop.
UNSPACED = re.compile(r"[\u0e01-\u0edf\u1000-\u109f\u1780-\u17ff]")
UNSPACED_PROSE = 90  # Characters. A headline in these scripts is seldom longer.
# Characters of a paragraph below a headline that is much shorter. Alone it may be a headline, too.
_UNSPACED_LEAD = 60
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_KNOWN_LINES = 4096  # The rules of `clean` ask about all lines of a text again after each cut.


def is_prose(line: str) -> bool:
    """Tell whether a line is long enough to be a paragraph, or is a sentence of five words.

    >>> is_prose("It rained in Oslo all day."), is_prose("Rain in Oslo")
    (True, False)
    """
    if len(line) < _TWELVE_WORDS and (len(line) < _FIVE_WORDS or line[-1].isalnum()):
        return False
    return _is_prose(line)


_LEAST_BROKEN = 40  # Characters of a line that is broken for its length. Arbitrary.


def is_broken_prose(lines: Sequence[str]) -> bool:
    """Tell whether the first of some lines is a sentence that goes on below it.

    >>> is_broken_prose(["The river rose by a metre at night, and forty", "families left their homes."])
    True
    >>> is_broken_prose(["Rain in Oslo, Bergen and the towns of the west", "The river rose."])
    False
    """
    return len(lines) > 1 and len(lines[0]) >= _LEAST_BROKEN and goes_on(lines[0], lines[1])


def goes_on(line: str, below: str) -> bool:
    """Tell whether a line ends in the middle of a sentence, which the line below it continues.

    >>> goes_on("The river rose at night, and forty", "families left."), goes_on("Rain", "Sun")
    (True, False)
    """
    return (line[-1:].islower() or line[-1:] == ",") and below[:1].islower()


@lru_cache(maxsize=_KNOWN_LINES)
def _is_prose(line: str) -> bool:
    text = line.strip()
    if not text.isascii():
        if CJK.search(text[:_PROSE_HEAD]):
            return len(text) >= 30 or (len(text) >= 12 and text[-1] in "。！？」")
        if UNSPACED.search(text[:_PROSE_HEAD]):
            return len(text) >= UNSPACED_PROSE
    n_words = len(text[:_PROSE_HEAD].split(None, 12))
    return n_words >= 12 or (n_words >= 5 and bool(ENDS_SENTENCE.search(text[-8:])))


def may_be_lead(line: str) -> bool:
    """Tell whether a line below a headline may be a paragraph."""
    return is_prose(line) or (len(line) >= _UNSPACED_LEAD and UNSPACED.search(line) is not None)


def may_be_paragraph(line: str, follows: Sequence[str]) -> bool:
    """Tell whether a first line is as long as what follows, in a script that marks no sentences.

    There a paragraph of one sentence looks like a headline, but a headline is much shorter than
    the lead below it.
    """
    if UNSPACED.search(line) is None:
        return False
    return not any(len(line) * 3 <= len(other) * 2 for other in follows)
