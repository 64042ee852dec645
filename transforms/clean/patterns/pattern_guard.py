"""A cheap test that most lines fail, for patterns that are slow to compile.

A pattern of some thousand characters takes milliseconds to compile, and most of them match no line
of a few documents. Before a pattern is compiled, a line must contain the words that each of its
matches contains. For a long pattern it must first begin and end like one of its matches. Beginning
and end are compared in letters and digits alone, so that any number of separators between two words
makes no difference. At last the part of the pattern before its lists of names must match.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from copydesk.transforms.clean.patterns import pattern_openings
from copydesk.transforms.clean.patterns.pattern_literals import UNBOUNDED, Node, parsed
from copydesk.transforms.clean.patterns.pattern_needs import Needs, fewest_tests, meets, needs

# Characters. A pattern of `_WORDY` compiles in .3 ms and one of `_LONG` in 1 ms. The heads and tails
# of matches are known only of those that take longer.
_WORDY, _LONG = 100, 500


class Size(NamedTuple):
    """The most letters of a head or tail, and the most of them."""

    length: int
    many: int


# Literals that are looked for in the time that the comparison of a head and a tail takes.
_TESTS_FOR_LETTERS = 8
_HEADS, _TAILS = Size(8, 4000), Size(5, 6000)
_LOOK_AHEADS = re.compile(r"(?:\(\?=(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\)){1,80}\))+(?=.)")
_NO_LETTER, _DIGIT = re.compile(r"[\W_]+"), re.compile(r"\d")

Branches = tuple[tuple[Node, ...], ...]
Parts = tuple[str, str, str, str]
_Starts = tuple[set[str], set[str]]


class Guard:
    """What a text must have if a pattern is to match it."""

    def __init__(self, needs: str, opening: str, heads: str, tails: str) -> None:
        """The parts are the values of `packed`."""
        self._packed_needs, self._opening = needs, opening
        self._packed_heads, self._packed_tails = heads, tails
        self.n_tests = 0
        """How many literals it has looked for so far, or what took as long."""

    @cached_property
    def needs(self) -> Needs:
        """What `pattern_needs.needs` returns of the pattern."""
        needs: Needs = json.loads(self._packed_needs)
        return needs

    @cached_property
    def _fewest_tests(self) -> int:
        """How many literals are looked for in a text that has none of them."""
        return fewest_tests(self.needs)

    @cached_property
    def _heads(self) -> frozenset[str]:
        return frozenset(self._packed_heads.split("\n"))

    @cached_property
    def _tails(self) -> frozenset[str]:
        return frozenset(self._packed_tails.split("\n"))

    def allows(self, text: str, *, whole: bool) -> bool:
        """Tell whether the pattern may match the start of a text, or the whole text."""
        self.n_tests += _TESTS_FOR_LETTERS
        if self._packed_heads or self._packed_tails:
            letters = _letters(text)
            if not _begins(letters, self._heads, _HEADS.length):
                return False
            if whole and not _begins(letters[::-1], self._tails, _TAILS.length):
                return False
        self.n_tests += self._fewest_tests
        if not meets(text, self.needs, min(len(text), UNBOUNDED) if whole else 0):
            return False
        return not self._opening or _compiled(self._opening).match(text) is not None


def packed(pattern: str) -> Parts | None:
    """Return the parts of a pattern's guard: needs, opening, heads and tails.

    The needs are those of `pattern_needs` as JSON. The other parts are empty if the pattern is
    not long. The opening is a pattern of how matches begin (`pattern_openings`), or the look-aheads
    at the start. A head is the beginning of the letters and digits of a match, and a tail their end in
    reverse. Each digit is a zero. Each line of the strings is one head or one tail. Some are
    shorter than others, and anything may follow them.

    >>> _, opening, heads, tails = packed("(?=.{0,9}[:h])share(?: (?:on|via) (?:mail|x))?" + "|no?w" * 120)
    >>> opening, heads.split(), tails.split()
    ('(?=.{0,9}[:h])', ['now', 'nw', 'share'], ['erahs', 'liama', 'liamn', 'wn', 'won', 'xaive', 'xnoer'])
    >>> packed("(?:read|see) .{1,200}" + "(?: this)?" * 8)
    ('[[245,"read "],[244,"see "]]', '', '', '')
    """
    if len(pattern) < _WORDY:
        return None
    words = json.dumps(needs(pattern), ensure_ascii=False, separators=(",", ":"))
    if len(pattern) < _LONG:
        return words, "", "", ""
    look_aheads = _LOOK_AHEADS.match(pattern)
    opening = pattern_openings.opening(pattern) or (look_aheads[0] if look_aheads else "")
    heads, tails = (_spelled(pattern, *how) for how in ((_HEADS, 1), (_TAILS, -1)))
    return words, opening, "\n".join(heads), "\n".join(tails)


def unpacked(parts: Sequence[str] | None) -> Guard | None:
    """Return the guard of these parts, if there are any."""
    return Guard(*parts) if parts else None


def _spelled(pattern: str, size: Size, step: int) -> list[str]:
    """Return how the letters of matches begin, or with a `step` of -1 how their reverse begins.

    The strings are as long as the number of them allows.
    """
    speller, branches = _Speller(size.many, step), parsed(pattern)
    for length in range(size.length, 0, -1):
        with suppress(_TooManyError):
            found = set.union(*speller.starts(branches, length))
            return sorted(
                one for one in found if found.isdisjoint(one[:n] for n in range(len(one)))
            )
    return [""]


class _TooManyError(Exception):
    """More strings than a guard should have."""


class _Speller:
    """Spells out the first letters and digits of what nodes match, from one end of them.

    Its methods return strings that anything may follow, and strings that are whole.
    """

    def __init__(self, many: int, step: int) -> None:
        self._many, self._step = many, step
        self._known: dict[tuple[int, int], _Starts] = {}

    def starts(self, branches: Branches, length: int) -> _Starts:
        open_ended, whole = set[str](), set[str]()
        for nodes in branches:
            some, others = self._of_sequence(nodes[:: self._step], length)
            open_ended |= some
            whole |= others
            if len(open_ended) + len(whole) > self._many:
                raise _TooManyError
        return open_ended, whole

    def _of_sequence(self, nodes: Sequence[Node], length: int) -> _Starts:
        open_ended, whole = set[str](), {""}
        for node in nodes:
            if not node.is_edge:
                more, whole = self._after(whole, node, length, repeated=True)
                open_ended |= more
        return open_ended, whole

    def _after(self, heads: set[str], node: Node, length: int, *, repeated: bool) -> _Starts:
        open_ended, whole = set[str](), set[str]()
        for head in heads:
            left = length - len(head)
            if not left:
                open_ended.add(head)
                continue
            some, others = self._repeated(node, left) if repeated else self._once(node, left)
            open_ended.update([head + one for one in some])
            whole.update([head + one for one in others])
            if len(open_ended) + len(whole) > self._many:
                raise _TooManyError
        return open_ended, whole

    def _repeated(self, node: Node, length: int) -> _Starts:
        key = id(node), length
        if key not in self._known:
            self._known[key] = self._as_long_as_possible(node, length)
        return self._known[key]

    def _as_long_as_possible(self, node: Node, length: int) -> _Starts:
        for shorter in range(length, 0, -1):
            with suppress(_TooManyError):
                return self._of_repeats(node, shorter)
        return {""}, set()

    def _of_repeats(self, node: Node, length: int) -> _Starts:
        open_ended, heads = set[str](), {""}
        whole = {""} if node.least == 0 else set()
        for n in range(1, min(node.most, length + 1) + 1):
            more, heads = self._after(heads, node, length, repeated=False)
            open_ended |= more
            if n >= node.least:
                whole |= heads
        if node.most > length or node.least > length:
            open_ended |= heads
        return open_ended, whole

    def _once(self, node: Node, length: int) -> _Starts:
        if node.branches:
            return self.starts(node.branches, length)
        if node.letters is None:
            return {""}, set()
        letters = {"0" if c.isdecimal() else c for c in node.letters if c.isalnum()}
        return set(), letters if all(map(str.isalnum, node.letters)) else {"", *letters}


@lru_cache(maxsize=1024)
def _letters(text: str) -> str:
    return _DIGIT.sub("0", _NO_LETTER.sub("", text))


def _begins(letters: str, starts: frozenset[str], longest: int) -> bool:
    return any(letters[:n] in starts for n in range(longest + 1))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
