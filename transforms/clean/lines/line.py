"""A line of a plain text as the rules leave it to the line model."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD = re.compile(r"\w+")
END = re.compile(r"[.!?…。][\"'”’»)\] ]{0,3}$")
END_WORDS = (
    12  # a sentence this long is the article's own: its start, its end, what is surely of it
)

RESIDUE = (
    "share",
    "related",
    "photo",
    "newsletter",
    "notices",
    "author",
    "ads",
    "copyright",
    "counters",
    "comments",
    "tags",
)  # categories of rules that the line model tells apart


class Line(NamedTuple):
    """A line that is not blank: its text and folded text, category and name of the rule that matches it, if one does, and blank lines above."""

    text: str
    low: str
    category: str
    rule: str = ""
    blank_above: int = 0
