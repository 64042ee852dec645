"""Finds hidden text that only the scripts of a page can read.

Some papers send the part for subscribers with other characters in place of its letters.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS

SCRAMBLED = "page_scrambled"
#: The words of a text that is judged, the share of them that are no words, and the most of its
#: characters that are small letters. Program code has more of these (arbitrary).
_LEAST_WORDS, _SHARE, _SMALL = 5, 0.4, 0.25
#: A sign or a digit between the letters of a word, or a letter between digits. An apostrophe, a
#: hyphen and the signs of an address are left out.
_NO_WORD = re.compile(r"[^\W\d_][^\w\s'’.,/@:&-]|[^\W\d_]\d|\d[^\W\d_]|[<>=^`~|\\{}]")


def find(page: Page, kept: npt.NDArray[np.bool_]) -> list[int]:
    """Return the kept blocks of hidden elements whose text is scrambled."""
    found: set[int] = set()
    for element in np.flatnonzero(page.classes & GROUP_BITS["is_hidden"]).tolist():
        blocks = range(page.first_block[element], page.last_block[element])
        found.update(b for b in blocks if kept[b] and is_scrambled(page.text[b]))
    return sorted(found)


def is_scrambled(text: str) -> bool:
    """Tell whether many words of a text in ASCII have signs or digits between their few letters.

    >>> is_scrambled("%96 EC256 F?:@? 92D 2D<65 E96 C68:@?2= 8@G6C?>6?E"), is_scrambled("Rain fell on the old wall.")
    (True, False)
    """
    if not text.isascii():
        return False
    words = text.split()
    if len(words) < _LEAST_WORDS or sum(map(str.islower, text)) > _SMALL * len(text):
        return False
    return sum(_NO_WORD.search(word) is not None for word in words) >= _SHARE * len(words)
