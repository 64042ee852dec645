"""A line of a plain text as the rules pass it to the line model."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
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

# No rule, and the category of rules about blank lines and menus.
NO_BOILERPLATE = frozenset({"", "layout"})


class Line(NamedTuple):
    """A non-blank line: its text and folded text, its rule, and the blank lines above it.

    If a rule matches the line, `category` and `rule` are its category and name.
    """

    text: str
    low: str
    category: str
    rule: str = ""
    blank_above: int = 0


#: Makes a line from a tuple of all its fields. The constructor of a named tuple is a function of
#: Python, which takes three times as long.
new_line: Callable[[tuple[str, str, str, str, int]], Line] = partial(tuple.__new__, Line)
