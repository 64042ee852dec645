"""Measure how deep JSON is nested, because Python's parser fails at a thousand levels."""

from __future__ import annotations

import re

from copydesk.flows.read.streams import BrokenError

# Python converts no longer numbers, since that would take too long. Its error is a ValueError.
LONG_NUMBER = "a number has more than 4,300 digits"
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def too_deep(most: int) -> BrokenError:
    """The error for a value with more than `most` levels."""
    return BrokenError("too_deep", f"the JSON is nested deeper than [limits] json_depth, {most}")


def levels(found: object) -> int:
    """The nesting depth of objects and lists.

    >>> levels({"a": [1, "]]] [[["]})
    2
    """
    n_levels, level = 0, [found]
    while level := [item for item in level if isinstance(item, dict | list)]:
        n_levels += 1
        level = [
            inner for item in level for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return n_levels


def depth(line: bytes, enough: int) -> int:
    """The nesting depth of the brackets in a JSON text. Counting stops above `enough`.

    >>> depth(b'{"a": [1, "]]] [[["]}', 100)
    2
    """
    level = deepest = 0
    for bracket in _STRING.sub(b"", line).translate(None, _NO_BRACKETS):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
        if deepest > enough:
            break
    return deepest
