"""Derives from a rule's pattern what a text must contain, and how long it may be, to match it.

Such a test takes microseconds, and the compilation of a long pattern takes milliseconds.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from copydesk.transforms.clean.patterns.pattern_literals import (
    UNBOUNDED,
    Node,
    is_letter,
    parsed,
)

_TELLING_BYTES = 3  # A shorter literal is in most texts: "on", "su". Arbitrary.
#: For one of the branches a text must not be longer than the first number, and it must contain all
#: literals and meet all inner needs that follow.
Needs = list[list[Any]]


def needs(pattern: str) -> Needs:
    r"""Return what a text must be like if the pattern is to match all of it.

    Each branch is a list of the most characters of a match, literals, and inner needs.

    >>> needs(r"(?:share|send)(?: this)? by .{1,20}mail|\d{1,3} likes?|[^.]+")
    [[38, [[38, 'share'], [37, 'send']], ' by ', 'mail'], [9, ' like'], [65536]]
    >>> needs(r"[a-z]{1,9} (?:x|vk) .{3}")
    [[15, ' x '], [16, ' vk ']]
    """
    return _needs(parsed(pattern), 0, "", "")


def meets(text: str, needs: Needs, size: int) -> bool:
    """Tell whether a text of this size meets the needs of a pattern.

    A size of 0 means that the text may be longer than a match. No size is above `UNBOUNDED`.
    """
    for most, *others in needs:
        if size <= most:
            for one in others:
                if not (one in text if isinstance(one, str) else meets(text, one, size)):
                    break
            else:
                return True
    return False


def _needs(branches: tuple[tuple[Node, ...], ...], around: int, before: str, after: str) -> Needs:
    """Return the needs of branches between two letters.

    At most `around` characters are before and after the branches. Either letter may be empty.
    """
    found: Needs = []
    for nodes in branches:
        size = min(UNBOUNDED, around + _most_characters(nodes))
        own: list[Any] = []
        runs = [before]
        for node, follower in zip_longest(nodes, nodes[1:]):
            if is_letter(node):
                runs[-1] += next(iter(node.letters or ""))
                continue
            if node.branches and node.least:
                inner = _inner_needs(node, size, runs[-1], follower, after)
                if all(len(branch) > 1 for branch in inner):
                    own.append(inner)
            runs.append("")
        runs[-1] += after
        own += [run for run in runs if len(run.encode()) >= _TELLING_BYTES]
        if not own and (longest := max(runs, key=len)):
            own = [longest]
        is_group = len(own) == 1 and isinstance(own[0], list)
        found += own[0] if is_group else [[size, *own]]
    return found


def _inner_needs(node: Node, size: int, run: str, follower: Node | None, after: str) -> Needs:
    """Return the needs of a group in a pattern of this size, after a run of letters."""
    if node.most > 1 or node.is_edge:
        return _needs(node.branches, UNBOUNDED, "", "")
    if follower is not None:
        after = next(iter(follower.letters or "")) if is_letter(follower) else ""
    around = UNBOUNDED if size >= UNBOUNDED else size - _most_characters((node,))
    return _needs(node.branches, around, run[-1:], after)


def _most_characters(nodes: tuple[Node, ...]) -> int:
    """Return the length of the longest match of some nodes, at most `UNBOUNDED`."""
    sizes = (
        node.most * (max(map(_most_characters, node.branches)) if node.branches else 1)
        for node in nodes
        if not node.is_edge
    )
    return min(UNBOUNDED, sum(sizes))
