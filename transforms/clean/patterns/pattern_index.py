"""Finds the one pattern of many that matches a line, without trying them all.

Patterns are grouped by the first characters of what they can match, so only a handful is considered
for a line. Of those, only the ones whose literal is in the line are tried. Patterns that begin with
anything are in a list of their own. Each pattern is compiled when it is first needed, and a long
one only for a text that its guard allows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from copydesk.transforms.clean.patterns.pattern_guard import Guard
from copydesk.transforms.clean.patterns.pattern_literals import PREFIX
from copydesk.transforms.clean.patterns.pattern_table import PatternTable
from copydesk.transforms.clean.rule import NO_SENTENCE, SENTENCE, RuleEntry

_MANY_HEADS = 50_000
# Tests of a guard that take as long as the compilation of one character of a pattern, 2 µs. They are
# 5 to 8 for the longest patterns and 10 for short ones (measured on lines of pages).
_TESTS_FOR_CHARACTER = 6
_DIGIT = re.compile(r"\d")


class _Entry(NamedTuple):
    """One literal of one alternative. Entries are tried in the order of `number`."""

    number: int
    literal: str
    pattern: str
    rule: RuleEntry
    needs_digit: bool
    guard: Guard | None


_Entries = tuple[_Entry, ...]
_ByLiteral = tuple[tuple[str, _Entries], ...]


class Matcher:
    """The patterns of one place, which are matched against whole folded strings."""

    def __init__(self, tables: Sequence[PatternTable], on: Mapping[int, RuleEntry]) -> None:
        """`on` are the rules that are used, by their row in the table of rules."""
        self._tables, self._on = tables, on
        self._firsts = frozenset(chain.from_iterable(table.firsts for table in tables))
        self._by_one_head: dict[tuple[str, int], _Entries] = {}
        self._known: tuple[dict[str, _Entries], ...] = tuple({} for _ in range(SENTENCE + 1))
        self._by_head: dict[tuple[str, int], _Entries] = {}

    @cached_property
    def is_empty(self) -> bool:
        """No pattern is used."""
        return not any(one.rule in self._on for table in self._tables for one in table)

    @cached_property
    def _open(self) -> Sequence[_ByLiteral]:
        """Patterns that begin with anything, by literal, because many have the same one."""
        return [_by_literal(self._filed([""], sentence)) for sentence in range(SENTENCE + 1)]

    @cached_property
    def _open_in_ascii(self) -> Sequence[_ByLiteral]:
        return [_in_ascii(by_literal) for by_literal in self._open]

    def may_begin(self, character: str) -> bool:
        """Tell whether a pattern may match a text that begins with the character."""
        return character in self._firsts or bool(self._open[NO_SENTENCE])

    def find(self, text: str, start: int = 0, *, sentence: int = NO_SENTENCE) -> RuleEntry | None:
        """Return the first rule, in table order, with a pattern that matches all of `text[start:]`.

        `sentence` says how the text ends (`NO_SENTENCE` to `SENTENCE`). Rules that do not match
        such lines are left out.
        """
        best, limit = None, -1
        for number, literal, pattern, rule, needs_digit, guard in self._headed(
            text, start, sentence
        ):
            may_match = literal in text and (not needs_digit or _DIGIT.search(text))
            if may_match and matches(pattern, guard, text, start):
                best, limit = rule, number
                break
        for number, _, pattern, rule, needs_digit, guard in self._unheaded(text, sentence):
            if best is not None and number > limit:
                break
            may_match = not needs_digit or _DIGIT.search(text)
            if may_match and matches(pattern, guard, text, start):
                return rule
        return best

    def find_at_start(self, text: str) -> tuple[RuleEntry, int] | None:
        """Return the first rule that matches the start of `text`, and the end of the match."""
        headed, unheaded = self._headed(text, 0, NO_SENTENCE), self._unheaded(text, NO_SENTENCE)
        for one in sorted((*headed, *unheaded)) if unheaded else headed:
            may_match = one.literal in text and (not one.needs_digit or _DIGIT.search(text))
            if not may_match or not (
                one.guard is None or one.pattern in _COMPILED or one.guard.allows(text, whole=False)
            ):
                continue
            if found := _compiled(one.pattern).match(text):
                return one.rule, found.end()
        return None

    def beginning(self) -> str:
        """A pattern of the first two characters of matches. One of five takes twice as long to compile."""
        by_letter: dict[str, set[str]] = {}
        for head in {head[:2] for table in self._tables for head in table.heads}:
            by_letter.setdefault(head[:1], set()).add(head[1:])
        if "" in by_letter:
            return ""
        return "|".join(
            re.escape(letter)
            + ("" if "" in seconds else f"[{''.join(map(re.escape, sorted(seconds)))}]")
            for letter, seconds in sorted(by_letter.items())
        )

    def _unheaded(self, text: str, sentence: int) -> _Entries:
        """Return the patterns that begin with anything and have a literal that is in the text."""
        by_literal = (self._open_in_ascii if text.isascii() else self._open)[sentence]
        if not by_literal:
            return ()
        found = [entries for literal, entries in by_literal if literal in text]
        if len(found) > 1:
            return tuple(sorted(chain.from_iterable(found)))
        return found[0] if found else ()

    def _headed(self, text: str, start: int, sentence: int) -> _Entries:
        """Return the patterns for texts with this start, without those that begin with anything."""
        if text[start : start + 1] not in self._firsts:
            return ()
        begin = text[start : start + PREFIX]
        known = self._known[sentence].get(begin)
        if known is None:
            head = self._filed_head(begin)
            known = self._by_head.get((head, sentence))
            if known is None:
                known = self._filed([head[:n] for n in range(1, len(head) + 1)], sentence)
                self._by_head[head, sentence] = known
            # A text that is made to fill it costs time, not memory.
            if len(self._known[sentence]) < _MANY_HEADS:
                self._known[sentence][begin] = known
        return known

    def _filed_head(self, head: str) -> str:
        """Return as much of a head as patterns are grouped by.

        Heads with the same beginning have the same entries.
        """
        shared = [shared_with_any(table.heads, head) for table in self._tables]
        return max(shared, key=len, default="")

    def _filed(self, heads: Sequence[str], sentence: int) -> _Entries:
        """Return the entries of some heads, in table order."""
        found = [self._filed_under(head, sentence) for head in heads]
        return tuple(sorted(chain.from_iterable(found)))

    def _filed_under(self, head: str, sentence: int) -> _Entries:
        """Return the entries of one head. Longer heads that begin with it have them, too."""
        known = self._by_one_head.get((head, sentence))
        if known is None:
            known = self._by_one_head[head, sentence] = tuple(
                _Entry(
                    one.number, literal, one.pattern, self._on[one.rule], one.needs_digit, one.guard
                )
                for table in self._tables
                for one in map(table.alternative, table.filed_under(head))
                if one.takes >= sentence and one.rule in self._on
                for literal in one.literals
            )
        return known


def shared_with_any(in_order: Sequence[str], text: str) -> str:
    """Return the longest beginning of a text with which one of some sorted strings begins, too.

    >>> shared_with_any(("read ", "reply", "x"), "reader")
    'read'
    """
    at = bisect_left(in_order, text)
    # The string that shares most with the text is on one of both sides of its place in the order.
    n = 0
    for beside in in_order[max(0, at - 1) : at + 1]:
        while n < len(text) and beside.startswith(text[: n + 1]):
            n += 1
    return text[:n]


def _in_ascii(by_literal: _ByLiteral) -> _ByLiteral:
    """Return the patterns that may match a text in ASCII."""
    return tuple([one for one in by_literal if one[0].isascii()])


def _by_literal(entries: _Entries) -> _ByLiteral:
    found: dict[str, list[_Entry]] = {}
    for entry in entries:
        found.setdefault(entry.literal, []).append(entry)
    return tuple((literal, tuple(some)) for literal, some in found.items())


_COMPILED: dict[str, re.Pattern[str]] = {}
"""The patterns that were needed, of all rule sets. The cache of `re` is smaller than their number."""


def matches(pattern: str, guard: Guard | None, text: str, start: int) -> bool:
    """Tell whether the pattern matches all of `text[start:]`.

    Guards of compiled ones are not asked. A guard takes longer than its compiled pattern, so a
    pattern is also compiled when its guard has been tried for as long as that would take.
    """
    compiled = _COMPILED.get(pattern)
    if compiled is None:
        if guard is not None:
            is_cheap = guard.n_tests < _TESTS_FOR_CHARACTER * len(pattern)
            if is_cheap and not guard.allows(text[start:], whole=True):
                return False
        compiled = _compiled(pattern)
    return compiled.fullmatch(text, start) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    found = _COMPILED.get(pattern)
    if found is None:
        found = _COMPILED[pattern] = re.compile(pattern)
    return found
