"""A line of a plain text as the rules pass it to the line model."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD = re.compile(r"\w+")
END = re.compile(r"[.!?…。][\"'”’»)\] ]{0,3}$")
# Words of a sentence that surely belongs to the article, such as its first or last one.
END_WORDS = 12

BOILERPLATE = (
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
)  # Categories of rules that the line model distinguishes.


class Line(NamedTuple):
    """A non-blank line: its text and folded text, its rule, and the blank lines above it.

    If a rule matches the line, `category` and `rule` are its category and name.
    """

    text: str
    low: str
    category: str
    rule: str = ""
    blank_above: int = 0

    @property
    def is_boilerplate(self) -> bool:
        """Whether a rule for boilerplate matches the line, not one for layout."""
        return self.category not in {"", "layout"}
