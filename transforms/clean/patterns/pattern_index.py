"""Finds the one pattern of many that matches a line, without trying them all.

Patterns are grouped by the first characters of what they can match, so only a handful is considered
for a line. Of those, only the ones whose literal is in the line are tried. Patterns that begin with
anything are in a list of their own. Each pattern is compiled when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from copydesk.transforms.clean.patterns.pattern_literals import PREFIX
from copydesk.transforms.clean.patterns.rule_table import PatternTable
from copydesk.transforms.clean.rule import NO_SENTENCE, SENTENCE, RuleEntry

_MANY_HEADS = 50_000
_DIGIT = re.compile(r"\d")
_Entry = tuple[int, str, str, RuleEntry]  # Literal, pattern, rule.
_Entries = tuple[_Entry, ...]


class _Filed(NamedTuple):
    """Entries in table order: all of them, and those that a text without a digit can match."""

    every: _Entries
    without_digit: _Entries


class Matcher:
    """The patterns of one place, which are matched against whole folded strings."""

    def __init__(self, tables: Sequence[PatternTable], on: Mapping[int, RuleEntry]) -> None:
        """`on` are the rules that are used, by their row in the table of rules."""
        self._tables, self._on = tables, on
        self.is_empty = not any(one.rule in on for table in tables for one in table.alternatives)
        self._firsts = frozenset(head[0] for table in tables for head in table.heads if head)
        self._open = tuple(self._filed([""], sentence) for sentence in range(SENTENCE + 1))
        self._known: dict[tuple[str, int], _Filed] = {}
        self._by_head: dict[tuple[str, int], _Filed] = {}

    def find(self, text: str, start: int = 0, *, sentence: int = NO_SENTENCE) -> RuleEntry | None:
        """Return the first rule, in table order, with a pattern that matches all of `text[start:]`.

        `sentence` says how the text ends (`NO_SENTENCE` to `SENTENCE`). Rules that do not match
        such lines are left out.
        """
        best, limit = None, -1
        headed, unheaded = self._candidates(text, start, sentence)
        for number, literal, pattern, rule in headed:
            if literal in text and _compiled(pattern).fullmatch(text, start):
                best, limit = rule, number
                break
        for number, literal, pattern, rule in unheaded:
            if best is not None and number > limit:
                break
            if literal in text and _compiled(pattern).fullmatch(text, start):
                return rule
        return best

    def find_at_start(self, text: str) -> tuple[RuleEntry, int] | None:
        """Return the first rule that matches the start of `text`, and the end of the match."""
        headed, unheaded = self._candidates(text, 0, NO_SENTENCE)
        for _, literal, pattern, rule in sorted((*headed, *unheaded)) if unheaded else headed:
            if literal in text and (found := _compiled(pattern).match(text)):
                return rule, found.end()
        return None

    def beginning(self) -> str:
        """A pattern of the first two characters that matches may have."""
        seconds: dict[str, set[str]] = {}
        for head in {head[:2] for table in self._tables for head in table.heads}:
            seconds.setdefault(head[:1], set()).add(head[1:])
        if "" in seconds:
            return ""
        return "|".join(
            re.escape(first) + ("" if "" in after else f"[{re.escape(''.join(sorted(after)))}]")
            for first, after in sorted(seconds.items())
        )

    def _candidates(self, text: str, start: int, sentence: int) -> tuple[_Entries, _Entries]:
        """Return the patterns for a text: by its beginning, and those that begin with anything.

        They also depend on whether the text has a digit and on how it ends.
        """
        unheaded = self._open[sentence]
        if text[start : start + 1] in self._firsts:
            headed = self._headed(text[start : start + PREFIX], sentence)
        elif unheaded.every:
            headed = _NOTHING
        else:
            return (), ()
        if len(headed.every) == len(headed.without_digit) and (
            len(unheaded.every) == len(unheaded.without_digit)
        ):
            return headed.every, unheaded.every
        if _DIGIT.search(text):
            return headed.every, unheaded.every
        return headed.without_digit, unheaded.without_digit

    def _headed(self, start: str, sentence: int) -> _Filed:
        """Return the entries for texts with this start, without those that begin with anything."""
        known = self._known.get((start, sentence))
        if known is None:
            head = self._filed_head(start)
            known = self._by_head.get((head, sentence))
            if known is None:
                known = self._filed([head[:n] for n in range(1, len(head) + 1)], sentence)
                self._by_head[head, sentence] = known
            # A text that is made to fill it costs time, not memory.
            if len(self._known) < _MANY_HEADS:
                self._known[start, sentence] = known
        return known

    def _filed_head(self, head: str) -> str:
        """Return as much of a head as patterns are grouped by.

        Heads with the same beginning have the same entries.
        """
        while head and not any(head in table.beginnings for table in self._tables):
            head = head[:-1]
        return head

    def _filed(self, heads: Sequence[str], sentence: int) -> _Filed:
        """Return the entries of some heads."""
        fit = sorted(
            (one.number, literal, one.pattern, self._on[one.rule], one.needs_digit)
            for table in self._tables
            for head in heads
            for one in map(table.alternatives.__getitem__, table.heads.get(head, ()))
            if one.takes >= sentence and one.rule in self._on
            for literal in one.literals
        )
        return _Filed(
            tuple(entry[:-1] for entry in fit),
            tuple(entry[:-1] for entry in fit if not entry[-1]),
        )


_NOTHING = _Filed((), ())


@cache  # For all rule sets together. The cache of `re` is smaller than their number of patterns.
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
