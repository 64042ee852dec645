"""Finds the posts of a comment stream by the line that signs each: author, day and time.

Such a stream is found without a class name and without a heading that counts comments. A live blog
stays, because its entries give the time and no author. Letters and forum texts of two writers stay
as well.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column

#: The least number of writers who sign a stream. Of 3,150 pages with known text, 9 had signed lines
#: of that many writers below an article. What is cut there has 7 % of the article's words, all of
#: them on three pages whose known text includes comments.
_WRITERS = 3
#: Words of an article above the first post, and the characters of a line that signs a post
#: (arbitrary).
_ARTICLE_WORDS, _LINE_CHARS = 100, 90

#: At least one block must be kept for each group of this many signed posts. Otherwise the posts are
#: not part of the kept text (arbitrary).
_KEPT_PER_POST = 2

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?"
_YEAR = r"(?:(?:19|20)\d\d)"
_MONTH = r"[^\W\d]{3,12}\.?"
_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:[^\W\d]{3,10},?\s)?"
_DAY = (
    rf"(?:{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d\d)"
    rf"|{_WEEKDAY}(?:{_MONTH}\s{_NUMBER}|{_NUMBER}\.?\s(?:de\s)?{_MONTH}),?\s(?:de\s)?(?:{_YEAR}|\d\d))"
)
_BETWEEN = r"[\s,|(–-]{0,4}"
_AT, _ON = r"(?:(?:at|um|o|à|a las)\s)?", r"(?:(?:on|at|am|um|le|el|il|dnia)\s)?"
_STAMP = rf"(?:{_DAY}{_BETWEEN}{_AT}{_CLOCK}|{_CLOCK}{_BETWEEN}{_ON}{_DAY})"
_SIGNED = re.compile(
    rf"(?:(?:posted|written) by:?|by:?|von:?|par|por|di|~|#\d+|\d+\.)?\s?(?P<who>[^\d:|\[\](]{{2,40}}?\d{{0,4}})"
    rf"[\s,|\[(@–-]{{1,4}}{_ON}{_STAMP}[\s\])|.]*(?:uhr)?[\s\])|.:]*",
    re.IGNORECASE,
)


def writer(line: str) -> str:
    """Return who signs a post by this line, in lower case, or an empty string for another line.

    >>> writer("Posted by Ana on January 10, 2008 5:58 PM"), writer("~Ana [2012-01-07 00:03]"), writer("10:15 GMT")
    ('ana', 'ana', '')
    """
    has_clock = len(line) <= _LINE_CHARS and ":" in line
    found = _SIGNED.fullmatch(line.strip()) if has_clock else None
    return found["who"].strip().casefold() if found else ""


def find(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks from the first signed post on.

    There must be an article above it, and several writers must sign.
    """
    before = np.cumsum(words * kept)
    first_below = int(np.searchsorted(before, _ARTICLE_WORDS))
    below = range(first_below, len(kept))
    is_short = page.size[first_below:] <= _LINE_CHARS
    signed = {
        block: name
        for block in (np.flatnonzero(is_short) + first_below).tolist()
        if (name := writer(page.text[block]))
    }
    if len(set(signed.values())) < _WRITERS:
        return []
    first, last = min(signed), max(signed)
    if _KEPT_PER_POST * int(kept[first : last + 1].sum()) < len(signed):
        return []  # posts that are not kept: a box of recent comments beside the article
    return [block for block in below if block >= first and kept[block]]
