"""Finding the one pattern of many that matches a line, without trying them all.

Patterns are filed under the first characters of what they can match, so a line is tried against a
handful, and of those only against the ones whose literal it holds. Each is compiled when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from copydesk.transforms.clean.patterns.pattern_literals import PREFIX
from copydesk.transforms.clean.patterns.rule_table import PatternTable
from copydesk.transforms.clean.rule import NO_SENTENCE, RuleEntry

_MANY_HEADS = 50_000
_DIGIT = re.compile(r"\d")
_Entry = tuple[str, str, RuleEntry]  # literal, pattern, rule
_Entries = tuple[_Entry, ...]
_Filed = tuple[_Entries, _Entries]


class Matcher:
    """The patterns of one place, to be matched against whole folded strings."""

    def __init__(self, tables: Sequence[PatternTable], on: Mapping[int, RuleEntry]) -> None:
        """`on` are the rules that act, by their row in the table of rules."""
        self._tables, self._on = tables, on
        self.is_empty = not any(one.rule in on for table in tables for one in table.alternatives)
        firsts = {head[:1] for table in tables for head in table.heads}
        self._firsts = None if "" in firsts else frozenset(firsts)
        """How matches begin; None where some begin with anything."""
        self._known: dict[tuple[str, int], _Filed] = {}
        self._by_head: dict[tuple[str, int], _Filed] = {}

    def find(self, text: str, start: int = 0, *, sentence: int = NO_SENTENCE) -> RuleEntry | None:
        """The first rule, in table order, a pattern of which matches all of `text[start:]`.

        `sentence` says how the text ends (`NO_SENTENCE` to `SENTENCE`): rules that take no such lines do not match.
        """
        for literal, pattern, rule in self._candidates(text, start, sentence):
            if literal in text and _compiled(pattern).fullmatch(text, start):
                return rule
        return None

    def find_at_start(self, text: str) -> tuple[RuleEntry, int] | None:
        """The first rule a pattern of which matches the start of `text`, and where the match ends."""
        for literal, pattern, rule in self._candidates(text, 0, NO_SENTENCE):
            if literal in text and (found := _compiled(pattern).match(text)):
                return rule, found.end()
        return None

    def _candidates(self, text: str, start: int, sentence: int) -> _Entries:
        """What can match a text by its first characters, by whether it has a digit and by how it ends."""
        if self._firsts is not None and text[start : start + 1] not in self._firsts:
            return ()
        asked = (text[start : start + PREFIX], sentence)
        known = self._known.get(asked)
        if known is None:
            known = self._filed(self._filed_head(asked[0]), sentence)
            if len(self._known) < _MANY_HEADS:  # a text made to fill it costs time, not memory
                self._known[asked] = known
        every, without_digit = known
        if len(every) == len(without_digit):
            return every
        return every if _DIGIT.search(text) else without_digit

    def _filed_head(self, head: str) -> str:
        """As much of a head as some pattern is filed under: heads that begin alike have the same entries."""
        while head and not any(head in table.beginnings for table in self._tables):
            head = head[:-1]
        return head

    def _filed(self, head: str, sentence: int) -> _Filed:
        """All entries for a head, and those that a text without a digit can match."""
        if (known := self._by_head.get((head, sentence))) is not None:
            return known
        found = sorted(
            table.alternatives[row]
            for table in self._tables
            for n in range(len(head) + 1)
            for row in table.heads.get(head[:n], ())
        )
        fit = [
            (one, literal)
            for one in found
            if one.rule in self._on and one.takes >= sentence
            for literal in one.literals
        ]
        every, without_digit = (
            tuple((literal, one.pattern, self._on[one.rule]) for one, literal in part)
            for part in (fit, [entry for entry in fit if not entry[0].needs_digit])
        )
        self._by_head[head, sentence] = every, without_digit
        return every, without_digit


@cache  # of all rule sets together; the cache of `re` holds fewer than there are
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
