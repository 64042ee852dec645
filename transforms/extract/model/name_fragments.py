"""Regular expressions of many fragments, quick to say that none of them is in a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate, pairwise


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern that is found where one of these is: those that begin with one letter are behind that letter.

    An expression tries its alternatives one after the other at each letter. With two hundred alternatives behind their
    first letters a search takes a quarter of the time.

    >>> any_of(["author|autor", "byline|tags?(?![a-z])"]).pattern
    'a(?:uthor|utor)|b(?:yline)|t(?:ags?(?![a-z]))'
    """
    by_letter: dict[str, list[str]] = {}
    for part in dict.fromkeys(part for pattern in patterns for part in _alternatives(pattern)):
        letter = part[0] if part[0].isalpha() and part[1:2] not in ("?", "*") else ""
        by_letter.setdefault(letter, []).append(part[len(letter) :])
    return re.compile("|".join(f"{key}(?:{'|'.join(rest)})" for key, rest in by_letter.items()))


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of a pattern: what is between the bars outside of brackets."""
    depths = accumulate((c == "(") - (c == ")") for c in pattern)
    is_bar = [c == "|" and not depth for c, depth in zip(pattern, depths, strict=True)]
    bars = [-1, *(place for place, found in enumerate(is_bar) if found), len(pattern)]
    return [pattern[start + 1 : end] for start, end in pairwise(bars)]
