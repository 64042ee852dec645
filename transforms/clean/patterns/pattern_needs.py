"""Derives from a rule's pattern what a text must contain, and how long it may be, to match it.

Such a test takes microseconds, and the compilation of a long pattern takes milliseconds.
"""

from __future__ import annotations

from collections import Counter
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
    [[38, ' by ', 'mail', [[38, 'share'], [37, 'send']]], [9, ' like'], [65536]]
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


def fewest_tests(needs: Needs) -> int:
    """Return how many literals are looked for in a short text that has none of them.

    >>> fewest_tests([[9, "read", "more"], [9, [[9, "on"], [9, "via"]], [[9, "x"]]]])
    3
    """
    firsts = [branch[1] for branch in needs if len(branch) > 1]
    return sum(1 if isinstance(one, str) else fewest_tests(one) for one in firsts)


def _needs(branches: tuple[tuple[Node, ...], ...], around: int, before: str, after: str) -> Needs:
    """Return the needs of branches between two letters.

    At most `around` characters are before and after the branches. Either letter may be empty.
    """
    found: Needs = []
    for nodes in branches:
        size = min(UNBOUNDED, around + _most_characters(nodes))
        groups, runs = list[Needs](), [before]
        for node, follower in zip_longest(nodes, nodes[1:]):
            if is_letter(node):
                runs[-1] += next(iter(node.letters or ""))
                continue
            if node.branches and node.least:
                inner = _inner_needs(node, size, runs[-1], follower, after)
                if all(len(branch) > 1 for branch in inner):
                    groups.append(inner)
            runs.append("")
        runs[-1] += after
        literals = _telling(runs, needs_one=not groups)
        found += (
            groups[0]
            if len(groups) == 1 and not literals
            else [[size, *literals, *sorted(groups, key=_literals_in)]]
        )
    return _by_common_literal(_without_implied(found))


def _telling(runs: list[str], *, needs_one: bool) -> list[str]:
    """Return the runs of letters that few texts have, long ones first, or one at least.

    A text that lacks one of them need not be searched for the literals of groups. A run that is
    part of another one says nothing more.
    """
    telling = [run for run in dict.fromkeys(runs) if len(run.encode()) >= _TELLING_BYTES]
    if not telling and needs_one:
        return [run for run in [max(runs, key=len)] if run]
    return sorted(
        (one for one in telling if not any(one in o != one for o in telling)), key=len, reverse=True
    )


def _literals_in(needs: Needs) -> int:
    """Return the number of literals of some branches and of all that is in them."""
    return sum(
        1 if isinstance(one, str) else _literals_in(one) for branch in needs for one in branch[1:]
    )


def _without_implied(branches: Needs) -> Needs:
    """Return the branches without those of one literal that holds the literal of another branch.

    That other branch then takes a text of either size.
    """
    sizes = {branch[1]: 0 for branch in branches if _is_literal(branch)}
    for branch in filter(_is_literal, branches):
        part = min((one for one in sizes if one in branch[1]), key=len)
        sizes[part] = max(sizes[part], branch[0])
    found: Needs = []
    for branch in branches:
        if not _is_literal(branch):
            found.append(branch)
        elif size := sizes.pop(branch[1], 0):
            found.append([size, branch[1]])
    return found


def _by_common_literal(branches: Needs) -> Needs:
    """Return branches with the same literal as one branch of it and a group.

    A text without the literal is then tested once.
    """
    counts = Counter(one for b in branches if len(b) > 2 for one in b[1:] if isinstance(one, str))
    common, many = max(counts.items(), key=lambda item: (item[1], len(item[0])), default=("", 0))
    if many < 2:
        return branches
    shared = [b for b in branches if len(b) > 2 and common in b[1:]]
    inner = [[one for one in branch if one != common] for branch in shared]
    one = [max(branch[0] for branch in shared), common, _by_common_literal(inner)]
    return [one, *_by_common_literal([b for b in branches if b not in shared])]


def _is_literal(branch: list[Any]) -> bool:
    return len(branch) == 2 and isinstance(branch[1], str)


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
