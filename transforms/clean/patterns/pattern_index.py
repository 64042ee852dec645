"""Finding the one pattern of many that matches a line, without trying them all.

Patterns are filed under the first characters of what they can match, so a line is tried against a
handful, and of those only against the ones whose literal it holds. Each is compiled when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from copydesk.transforms.clean.fold_text import plain
from copydesk.transforms.clean.patterns.pattern_literals import PREFIX
from copydesk.transforms.clean.patterns.rule_table import PatternTable
from copydesk.transforms.clean.rule import RuleEntry

_MANY_HEADS = 50_000
_HEAD = 4 * PREFIX  # characters that give `PREFIX` characters of plain form, accents left out
_Entry = tuple[str, str, RuleEntry]  # literal, pattern, rule
_Entries = tuple[_Entry, ...]


class Matcher:
    """The patterns of one place, to be matched against whole folded strings."""

    def __init__(self, tables: Sequence[PatternTable], on: Mapping[int, RuleEntry]) -> None:
        """`on` are the rules that act, by their row in the table of rules."""
        self._tables, self._on = tables, on
        self._known: dict[str, tuple[_Entries, _Entries]] = {}

    def find(self, text: str, start: int = 0, *, sentence: bool = False) -> RuleEntry | None:
        """The first rule, in table order, a pattern of which matches all of `text[start:]`.

        Of a `sentence` only rules that take sentences.
        """
        head = text[start : start + PREFIX]
        for literal, pattern, rule in (self._known.get(head) or self._candidates(head))[sentence]:
            if literal in text and _compiled(pattern).fullmatch(text, start):
                return rule
        return None

    def may_match(self, text: str, *, sentence: bool) -> bool:
        """Whether `find` is worth its preparations: some pattern begins like the plain form of `text` and has its literal in it."""
        head = plain(text[:_HEAD]).lstrip()[:PREFIX]
        found = (self._known.get(head) or self._candidates(head))[sentence]
        if not found:
            return False
        line = plain(text)
        for literal, _, _ in found:  # noqa: SIM110  # a generator costs more than the loop
            if literal in line:
                return True
        return False

    def find_at_start(self, text: str) -> tuple[RuleEntry, int] | None:
        """The first rule a pattern of which matches the start of `text`, and where the match ends."""
        for literal, pattern, rule in self._candidates(text[:PREFIX])[False]:
            if literal in text and (found := _compiled(pattern).match(text)):
                return rule, found.end()
        return None

    def _candidates(self, head: str) -> tuple[_Entries, _Entries]:
        """What can match a text that begins with `head`: all of it, and what may match a sentence."""
        known = self._known.get(head)
        if known is None:
            filed = sorted(
                table.alternatives[row]
                for table in self._tables
                for n in range(len(head) + 1)
                for row in table.heads.get(head[:n], ())
            )
            acting = [
                ((one.literal, one.pattern, self._on[one.rule]), one.takes_sentences)
                for one in filed
                if one.rule in self._on
            ]
            known = tuple(e for e, _ in acting), tuple(e for e, takes in acting if takes)
            if len(self._known) < _MANY_HEADS:  # a text made to fill it costs time, not memory
                self._known[head] = known
        return known


@cache  # of all rule sets together; the cache of `re` holds fewer than there are
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
