"""Derives from a rule's pattern how its matches begin and what they contain.

It reads the patterns of the rule tables: literals, escapes, classes, groups that capture nothing,
bars, repeats and look-ahead. Any other syntax of Python's `re` is refused, so a rule with it fails
its first test.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

# Characters by which patterns are grouped. Of 1,600 patterns two are tried for each line on
# average.
PREFIX = 5
_MANY = 200  # If a pattern has more prefixes than this, some are made shorter.
_MANY_LITERALS = 8  # With more literals the test is not cheap. Arbitrary.
UNBOUNDED = 1 << 16  # Repeats or characters of a pattern that allows any number of them.
_RANGE = 64  # Characters of a class that is expanded, at most.
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
}  # Digits that occur in boilerplate.


class Node(NamedTuple):
    """A part of a pattern with its repeats.

    It matches one of `letters` (None: any character), or one of `branches`, or nothing.
    """

    letters: frozenset[str] | None = None
    branches: tuple[tuple[Node, ...], ...] = ()
    least: int = 1
    most: int = 1
    is_edge: bool = False  # A look-ahead for its `branches`, or an end. It consumes no character.


def alternatives(pattern: str) -> tuple[str, ...]:
    """Return the parts of the pattern between the bars outside of groups.

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
    """Return the branches of a pattern.

    Raises ValueError for syntax that the rule tables do not use.

    >>> parsed("ab?")
    ((Node(letters=frozenset({'a'}), branches=(), least=1, most=1, is_edge=False), Node(letters=frozenset({'b'}), branches=(), least=0, most=1, is_edge=False)),)
    """
    branches, at = _branches(pattern, 0)
    if at != len(pattern):
        raise ValueError(f"the pattern {pattern!r} has an extra bracket at {at}")
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
                f"the pattern {pattern!r} has a group at {at} that does not begin with (?: (?= or (?!"
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
    """Return (least, most, end of the quantifier) of the quantifier at `at`."""
    many = UNBOUNDED
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
    """Return strings of up to `PREFIX` characters. Every match begins with one of them.

    After a shorter string the match may go on with anything.

    >>> sorted(prefixes(r"read (?:more|next)"))
    ['read ']
    >>> sorted(prefixes(r"(?:also |must )?x[^.]"))
    ['also ', 'must ', 'x']
    """
    parts = [_firsts(branch, frozenset({""})) for branch in parsed(pattern)]
    return _merged(frozenset(p[:PREFIX] for closed, growing in parts for p in closed | growing))


def _merged(found: frozenset[str]) -> frozenset[str]:
    """Return at most `_MANY` prefixes without those that a shorter one covers.

    Where there are more, those with the same first characters become one, largest groups first.

    >>> sorted(_merged(frozenset({"read", "reads", "x"})))
    ['read', 'x']
    >>> len(_merged(frozenset(f"a{n}" for n in range(100, 400))))
    192
    """
    found = frozenset(p for p in found if found.isdisjoint(p[:n] for n in range(len(p))))
    for length in range(PREFIX - 1, -1, -1):
        too_many = len(found) - _MANY
        stems = Counter(p[:length] for p in found if len(p) > length)
        cut = set[str]()
        for stem, n in sorted(stems.items(), key=lambda item: (-item[1], item[0])):
            if too_many <= 0:
                break
            cut.add(stem)
            too_many -= n - 1
        found = frozenset(p[:length] if p[:length] in cut else p for p in found)
    return found


@lru_cache(maxsize=8192)
def required(pattern: str) -> tuple[str, ...]:
    r"""Return literals of which every match contains one, for a cheap first test.

    The result has an empty string if none can be named.

    >>> required(r".{2,120} contributed (?:to )?this")
    (' contributed ',)
    >>> required(r"[^!?]{1,60} ?(?:©|\(c\))[^!?]{0,80}")
    ('©', '(c)')
    >>> required(r"\w{5,60}[?:]\w{2,9}")
    (':', '?')
    """
    return _required(parsed(pattern)) or ("",)


def _required(branches: tuple[tuple[Node, ...], ...]) -> tuple[str, ...]:
    """Return the literals of some branches: the best ones of each.

    Return nothing if a branch has none or if they are many.
    """
    found: dict[str, None] = {}
    for nodes in branches:
        best: tuple[str, ...] = ()
        run = ""
        for node in (*nodes, Node(is_edge=True)):
            if is_letter(node):
                run += next(iter(node.letters or ""))
                continue
            inner: tuple[str, ...] = ()
            if node.least:
                inner = tuple(sorted(node.letters or ())) or _required(node.branches)
            best = max(best, (run,) if run else (), inner, key=_selectivity)
            run = ""
        if not best:
            return ()
        found |= dict.fromkeys(best)
    return tuple(found) if len(found) <= _MANY_LITERALS else ()


def needs_digit(pattern: str) -> bool:
    r"""Tell whether every match, or the text that a look-ahead matches, has a digit.

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
    """Return how rare some literals are: the weight of the commonest, and few before many."""
    return min(map(_rarity, literals), default=0), -len(literals)


def _rarity(literal: str) -> int:
    """Return the weight of a literal: two for a letter, one for a digit or space, four for a sign.

    Years are common, a copyright sign is not.
    """
    return sum(1 if c.isdigit() or c == " " else 2 if c.isalpha() else 4 for c in literal)


def is_letter(node: Node) -> bool:
    """Tell whether a node matches one letter and nothing else."""
    return node.letters is not None and len(node.letters) == node.least == node.most == 1


def _firsts(
    nodes: tuple[Node, ...], heads: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return (closed heads, heads that may grow) after `nodes`.

    A closed head is full, or an open class followed it.
    """
    closed: frozenset[str] = frozenset()
    longest = PREFIX  # No head is known to be longer.
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
        if is_letter(node) and len(heads) <= _MANY:
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
    """Return `_firsts` of one occurrence of a node."""
    if node.branches:
        parts = [_firsts(branch, heads) for branch in node.branches]
        return frozenset().union(*(c for c, _ in parts)), frozenset().union(*(h for _, h in parts))
    if node.letters is not None and len(heads) * len(node.letters) <= _MANY:
        return frozenset(), frozenset(h + c for h in heads for c in node.letters)
    return heads, frozenset()
