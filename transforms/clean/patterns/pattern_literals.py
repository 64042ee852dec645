"""What is known of a rule's pattern before it is tried: how its matches begin and what they contain.

Reads the patterns of the rule tables: literals, escapes, classes, groups that capture nothing, bars,
repeats and look-ahead. Whatever else Python's `re` knows is refused, so a rule that brings it fails
its first test.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

PREFIX = (
    5  # characters a pattern is filed under: of 1,600 patterns two are tried per line on average
)
_MANY = 200  # more prefixes than this are filed one character shorter
_MANY_LITERALS = 8  # more are no cheap test; arbitrary
_RANGE = 64  # characters of a class that is expanded
_QUANTIFIER = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
#: Letters that match themselves and are not repeated.
_LETTERS = re.compile(r"(?:[^\\\[\]().?*+{}|^$](?![?*+{]))+")
_CLASSES = {
    "d": frozenset("0123456789"),
    "w": None,
    "s": None,
    "D": None,
    "W": None,
    "S": None,
}  # the digits residue is counted with


class Node(NamedTuple):
    """A part of a pattern, repeated: one of `letters` (None: any character), or one of `branches`, or nothing."""

    letters: frozenset[str] | None = None
    branches: tuple[tuple[Node, ...], ...] = ()
    least: int = 1
    most: int = 1
    is_edge: bool = False  # a look-ahead, whose `branches` are seen, or an end: takes no character


def alternatives(pattern: str) -> tuple[str, ...]:
    """The pattern split at the bars outside of groups.

    >>> alternatives(r"a(?:b|c)|d[|]")
    ('a(?:b|c)', 'd[|]')
    """
    found, depth, start, in_class = list[str](), 0, 0, False
    characters = enumerate(pattern)
    for i, c in characters:
        if c == "\\":
            next(characters, None)
        elif in_class:
            in_class = c != "]"
        elif c == "[":
            in_class = True
        elif c in "()":
            depth += 1 if c == "(" else -1
        elif c == "|" and depth == 0:
            found.append(pattern[start:i])
            start = i + 1
    return (*found, pattern[start:])


@lru_cache(maxsize=8192)
def parsed(pattern: str) -> tuple[tuple[Node, ...], ...]:
    """The branches of a pattern; raises ValueError for what the rule tables do not use.

    >>> parsed("ab?")
    ((Node(letters=frozenset({'a'}), branches=(), least=1, most=1, is_edge=False), Node(letters=frozenset({'b'}), branches=(), least=0, most=1, is_edge=False)),)
    """
    branches, at = _branches(pattern, 0)
    if at != len(pattern):
        raise ValueError(f"the pattern {pattern!r} has a bracket too many at {at}")
    return branches


def _branches(pattern: str, at: int) -> tuple[tuple[tuple[Node, ...], ...], int]:
    found: list[tuple[Node, ...]] = []
    nodes: list[Node] = []
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            found.append(tuple(nodes))
            nodes, at = [], at + 1
            continue
        if run := _LETTERS.match(pattern, at):
            nodes.extend(map(_letter, run[0]))
            at = run.end()
            continue
        node, at = _atom(pattern, at)
        least, most, at = _repeat(pattern, at)
        nodes.append(node if least == most == 1 else node._replace(least=least, most=most))
    return (*found, tuple(nodes)), at


def _atom(pattern: str, at: int) -> tuple[Node, int]:
    c = pattern[at]
    if c == "(":
        opening = next((o for o in ("(?:", "(?=", "(?!") if pattern.startswith(o, at)), None)
        if opening is None:
            raise ValueError(
                f"the pattern {pattern!r} has a group at {at} that is none of (?: (?= (?!"
            )
        branches, end = _branches(pattern, at + len(opening))
        if opening == "(?!":
            return Node(is_edge=True), end + 1
        return Node(branches=branches, is_edge=opening == "(?="), end + 1
    if c == "[":
        return _class(pattern, at)
    if c == "\\":
        return _escape(pattern, at)
    if c in "^$":
        return Node(is_edge=True), at + 1
    return Node(None if c == "." else frozenset(c)), at + 1


@lru_cache(maxsize=4096)
def _letter(letter: str) -> Node:
    return Node(frozenset(letter))


def _escape(pattern: str, at: int) -> tuple[Node, int]:
    escaped = pattern[at + 1]
    if escaped in "bB":
        return Node(is_edge=True), at + 2
    if escaped.isalnum() and escaped not in _CLASSES:
        raise ValueError(
            f"the pattern {pattern!r} escapes {escaped!r}, which the rule tables do not use"
        )
    return Node(_CLASSES[escaped] if escaped in _CLASSES else frozenset(escaped)), at + 2


def _class(pattern: str, at: int) -> tuple[Node, int]:
    negated = pattern.startswith("[^", at)
    at += 2 if negated else 1
    letters: set[str] | None = set()
    first = at
    while pattern[at] != "]" or at == first:
        if pattern[at] == "\\":
            more = (
                _CLASSES[pattern[at + 1]]
                if pattern[at + 1] in _CLASSES
                else frozenset(pattern[at + 1])
            )
            at += 2
        elif pattern[at + 1] == "-" and pattern[at + 2] != "]":
            low, high = ord(pattern[at]), ord(pattern[at + 2])
            more = frozenset(map(chr, range(low, high + 1))) if high - low < _RANGE else None
            at += 3
        else:
            more = frozenset(pattern[at])
            at += 1
        letters = None if letters is None or more is None else letters | more
    return Node(None if negated or letters is None else frozenset(letters)), at + 1


def _repeat(pattern: str, at: int) -> tuple[int, int, int]:
    """(least, most, where the pattern goes on) of the quantifier at `at`."""
    many = 1 << 16
    least = most = 1
    c = pattern[at : at + 1]
    if c in {"?", "*", "+"}:
        least, most, at = (1 if c == "+" else 0), (1 if c == "?" else many), at + 1
    elif c == "{" and (found := _QUANTIFIER.match(pattern, at)):
        least = int(found[1])
        most = (int(found[3]) if found[3] else many) if found[2] else least
        at = found.end()
    else:
        return 1, 1, at
    return least, most, at + (pattern[at : at + 1] in {"?", "+"})


@lru_cache(maxsize=8192)
def prefixes(pattern: str) -> frozenset[str]:
    """Strings of up to `PREFIX` characters one of which every match begins with; shorter ones are open-ended.

    >>> sorted(prefixes(r"read (?:more|next)"))
    ['read ']
    >>> sorted(prefixes(r"(?:also |must )?x[^.]"))
    ['also ', 'must ', 'x']
    """
    parts = [_firsts(branch, frozenset({""})) for branch in parsed(pattern)]
    found = frozenset(p[:PREFIX] for closed, growing in parts for p in closed | growing)
    for shorter in range(PREFIX - 1, -1, -1):
        if len(found) <= _MANY:
            break
        found = frozenset(p[:shorter] for p in found)
    return found


@lru_cache(maxsize=8192)
def required(pattern: str) -> tuple[str, ...]:
    r"""Literals one of which every match contains: a cheap first test. Empty strings where none can be named.

    >>> required(r".{2,120} contributed (?:to )?this")
    (' contributed ',)
    >>> required(r"[^!?]{1,60} ?(?:©|\(c\))[^!?]{0,80}")
    ('©', '(c)')
    """
    return _required(parsed(pattern)) or ("",)


def _required(branches: tuple[tuple[Node, ...], ...]) -> tuple[str, ...]:
    """The literals of some branches: for each its best ones, or nothing where a branch has none or they are many."""
    found: dict[str, None] = {}
    for nodes in branches:
        best: tuple[str, ...] = ()
        run = ""
        for node in (*nodes, Node(is_edge=True)):
            if _is_letter(node):
                run += next(iter(node.letters or ""))
                continue
            inner = _required(node.branches) if node.branches and node.least else ()
            best = max(best, (run,) if run else (), inner, key=_selectivity)
            run = ""
        if not best:
            return ()
        found |= dict.fromkeys(best)
    return tuple(found) if len(found) <= _MANY_LITERALS else ()


def needs_digit(pattern: str) -> bool:
    r"""Whether every match, or what a look-ahead sees, holds a digit.

    >>> needs_digit(r"(?=.{0,60}\d)updated.{1,40}"), needs_digit(r"(?:\d|a) views")
    (True, False)
    """
    return all(map(_has_digit, parsed(pattern)))


def _has_digit(nodes: tuple[Node, ...]) -> bool:
    digits = _CLASSES["d"] or frozenset()
    return any(
        node.least
        and (
            (node.letters is not None and node.letters <= digits)
            or (bool(node.branches) and all(map(_has_digit, node.branches)))
        )
        for node in nodes
    )


def _selectivity(literals: tuple[str, ...]) -> tuple[int, int]:
    """How rarely some literals are met: the weight of the commonest of them, few before many."""
    return min(map(_rarity, literals), default=0), -len(literals)


def _rarity(literal: str) -> int:
    """Letters count two, digits and spaces one, other signs four: years are common, a copyright sign is not."""
    return sum(1 if c.isdigit() or c == " " else 2 if c.isalpha() else 4 for c in literal)


def _is_letter(node: Node) -> bool:
    return node.letters is not None and len(node.letters) == node.least == node.most == 1


def _firsts(
    nodes: tuple[Node, ...], heads: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """(closed heads, heads that may still grow) after `nodes`; a closed head is full or met an open class."""
    closed: frozenset[str] = frozenset()
    longest = PREFIX  # no head is known to be longer
    for node in nodes:
        if longest >= PREFIX:
            full = frozenset([head for head in heads if len(head) >= PREFIX])
            closed |= full
            heads -= full
            longest = max(map(len, heads), default=PREFIX)
        if not heads:
            break
        if node.is_edge:
            continue
        if _is_letter(node) and len(heads) <= _MANY:
            letter = next(iter(node.letters or ""))
            heads = frozenset([head + letter for head in heads])
            longest += 1
            continue
        grown = heads if node.least == 0 else frozenset()
        now = heads
        for n in range(1, min(node.most, PREFIX) + 1):
            more, now = _once(node, now)
            closed |= more
            if n >= node.least:
                grown |= now
        heads, longest = grown, PREFIX
    return closed, heads


def _once(node: Node, heads: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """`_firsts` of one occurrence of a node."""
    if node.branches:
        parts = [_firsts(branch, heads) for branch in node.branches]
        return frozenset().union(*(c for c, _ in parts)), frozenset().union(*(h for _, h in parts))
    if node.letters is not None and len(heads) * len(node.letters) <= _MANY:
        return frozenset(), frozenset(h + c for h in heads for c in node.letters)
    return heads, frozenset()
