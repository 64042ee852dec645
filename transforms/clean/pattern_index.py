"""Finding the one pattern of many that matches a line, without trying them all.

Patterns are filed under the first characters of what they can match, so a line is tried against a
handful, and of those only against the ones whose literal it holds. Each is compiled when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from copydesk.transforms.clean.fold_text import plain
from copydesk.transforms.clean.pattern_literals import PREFIX, prefixes, required
from copydesk.transforms.clean.rule import Rule

_MANY_HEADS = 50_000
_HEAD = 4 * PREFIX  # characters that give `PREFIX` characters of plain form, accents left out
_Entry = tuple[re.Pattern[str], Rule, str]
_Entries = tuple[_Entry, ...]


class Matcher:
    """The patterns of one place, to be matched against whole folded strings."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        self._known: dict[str, tuple[_Entries, _Entries]] = {}
        self._filed: dict[str, list[tuple[int, str, Rule, bool]]] = {}
        tables = (
            (rule, one, rule.unless_sentence)
            for rule in rules
            for pattern in rule.patterns
            for one in alternatives(pattern)
        )
        exempt = (
            (rule, one, False)
            for rule in rules
            for pattern in rule.sentences
            for one in alternatives(pattern)
        )
        for number, (rule, pattern, guarded) in enumerate((*tables, *exempt)):
            for prefix in prefixes(pattern):
                self._filed.setdefault(prefix, []).append((number, pattern, rule, guarded))

    def find(self, text: str, start: int = 0, *, sentence: bool = False) -> Rule | None:
        """The first rule, in table order, a pattern of which matches all of `text[start:]`.

        Of a `sentence` only rules that take sentences.
        """
        head = text[start : start + PREFIX]
        for pattern, rule, literal in (self._known.get(head) or self._candidates(head))[sentence]:
            if literal in text and pattern.fullmatch(text, start):
                return rule
        return None

    def may_match(self, text: str, *, sentence: bool) -> bool:
        """Whether `find` is worth its preparations: some pattern begins like the plain form of `text` and has its literal in it."""
        found = self._candidates(plain(text[:_HEAD]).lstrip()[:PREFIX])[sentence]
        if not found:
            return False
        line = plain(text)
        for _, _, literal in found:  # noqa: SIM110  # a generator costs more than the loop
            if literal in line:
                return True
        return False

    def find_at_start(self, text: str) -> tuple[Rule, int] | None:
        """The first rule a pattern of which matches the start of `text`, and where the match ends."""
        for pattern, rule, _ in self._candidates(text[:PREFIX])[False]:
            if found := pattern.match(text):
                return rule, found.end()
        return None

    def _candidates(self, head: str) -> tuple[_Entries, _Entries]:
        """What can match a text that begins with `head`: all of it, and what may match a sentence."""
        known = self._known.get(head)
        if known is None:
            filed = sorted(
                (entry for n in range(len(head) + 1) for entry in self._filed.get(head[:n], ())),
                key=lambda entry: entry[0],
            )
            every = tuple(
                (_compiled(pattern), rule, required(pattern)) for _, pattern, rule, _ in filed
            )
            known = (
                every,
                tuple(e for e, (*_, guarded) in zip(every, filed, strict=True) if not guarded),
            )
            if len(self._known) < _MANY_HEADS:  # a text made to fill it costs time, not memory
                self._known[head] = known
        return known


@cache  # of all rule sets together; the cache of `re` holds fewer than there are
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def alternatives(pattern: str) -> tuple[str, ...]:
    """The pattern split at the bars that stand outside of groups.

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
