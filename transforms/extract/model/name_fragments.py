"""Regular expressions made of many fragments that quickly tell that a name has none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate, pairwise


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that is found if one of the given patterns is.

    Patterns that begin with the same letter are grouped behind it. An expression tries its
    alternatives one after the other at each letter. With two hundred alternatives grouped by first
    letter, a search takes a quarter of the time.

    >>> any_of(["author|autor", "byline|tags?(?![a-z])"]).pattern
    'a(?:uthor|utor)|b(?:yline)|t(?:ags?(?![a-z]))'
    """
    by_letter: dict[str, list[str]] = {}
    for part in dict.fromkeys(part for pattern in patterns for part in _alternatives(pattern)):
        letter = part[0] if part[0].isalpha() and part[1:2] not in ("?", "*") else ""
        by_letter.setdefault(letter, []).append(part[len(letter) :])
    return re.compile("|".join(f"{key}(?:{'|'.join(rest)})" for key, rest in by_letter.items()))


def _alternatives(pattern: str) -> list[str]:
    """Return the alternatives of a pattern: the parts between the bars outside of brackets."""
    depths = accumulate((c == "(") - (c == ")") for c in pattern)
    is_bar = [c == "|" and not depth for c, depth in zip(pattern, depths, strict=True)]
    bars = [-1, *(place for place, found in enumerate(is_bar) if found), len(pattern)]
    return [pattern[start + 1 : end] for start, end in pairwise(bars)]
