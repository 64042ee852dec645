"""Finding the one pattern of many that matches a line, without trying them all.

Patterns are filed under the first characters of what they can match, so a line is tried against a
handful. Each is compiled when it is first needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from copydesk.transforms.clean.rule import Rule

PREFIX = 5  # characters a pattern is filed under: of 1,600 patterns two are tried per line on average
_MANY = 200  # more prefixes than this are filed one character shorter
_MANY_HEADS = 50_000
_Entry = tuple[re.Pattern[str], Rule, str]


class Matcher:
    """The patterns of one place, to be matched against whole folded strings."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        self._known: dict[str, tuple[tuple[_Entry, ...], tuple[_Entry, ...]]] = {}
        self._filed: dict[str, list[tuple[int, str, Rule, bool]]] = {}
        tables = ((rule, one, rule.unless_sentence) for rule in rules for pattern in rule.patterns for one in alternatives(pattern))
        exempt = ((rule, one, False) for rule in rules for pattern in rule.sentences for one in alternatives(pattern))
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
        """Whether `find` is worth its preparations: some pattern begins like `text` and has its literal in it."""
        for _, _, literal in self._candidates(text[:PREFIX])[sentence]:  # noqa: SIM110  # a generator costs more than the loop
            if literal in text:
                return True
        return False

    def find_at_start(self, text: str) -> tuple[Rule, int] | None:
        """The first rule a pattern of which matches the start of `text`, and where the match ends."""
        for pattern, rule, _ in self._candidates(text[:PREFIX])[False]:
            if found := pattern.match(text):
                return rule, found.end()
        return None

    def _candidates(self, head: str) -> tuple[tuple[_Entry, ...], tuple[_Entry, ...]]:
        """What can match a text that begins with `head`: all of it, and what may match a sentence."""
        known = self._known.get(head)
        if known is None:
            filed = sorted((entry for n in range(len(head) + 1) for entry in self._filed.get(head[:n], ())), key=lambda entry: entry[0])
            every = tuple((re.compile(pattern), rule, required(pattern)) for _, pattern, rule, _ in filed)
            known = (every, tuple(e for e, (*_, guarded) in zip(every, filed, strict=True) if not guarded))
            if len(self._known) < _MANY_HEADS:  # a text made to fill it costs time, not memory
                self._known[head] = known
        return known


def alternatives(pattern: str) -> list[str]:
    """The pattern split at the bars that stand outside of groups.

    >>> alternatives(r"a(?:b|c)|d[|]")
    ['a(?:b|c)', 'd[|]']
    """
    found, depth, start, in_class = [], 0, 0, False
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
    return [*found, pattern[start:]]


@lru_cache(maxsize=8192)
def prefixes(pattern: str) -> frozenset[str]:
    """Strings of up to `PREFIX` characters one of which every match begins with; shorter ones are open-ended.

    >>> sorted(prefixes(r"read (?:more|next)"))
    ['read ']
    >>> sorted(prefixes(r"(?:also |must )?x[^.]"))
    ['also ', 'must ', 'x']
    """
    found, complete = _firsts(_parser.parse(pattern), frozenset({""}))
    found = frozenset(p[:PREFIX] for p in found | complete)
    for shorter in range(PREFIX - 1, -1, -1):
        if len(found) <= _MANY:
            break
        found = frozenset(p[:shorter] for p in found)
    return found


@lru_cache(maxsize=8192)
def required(pattern: str) -> str:
    """The longest literal every match contains, outside of groups: a cheap first test.

    >>> required(r".{2,120} contributed (?:to )?this")
    ' contributed '
    """
    runs, run = [""], ""
    for operation, value in _parser.parse(pattern):
        run = run + chr(value) if operation is _constants.LITERAL else ""
        runs.append(run)
    return max(runs, key=len)


def _firsts(nodes: Any, heads: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """(closed heads, heads that may still grow) after `nodes`; a closed head is full or met an open class."""
    closed: frozenset[str] = frozenset()
    for operation, value in nodes:
        full = frozenset(h for h in heads if len(h) >= PREFIX)
        closed |= full
        heads -= full
        if not heads:
            break
        if operation is _constants.LITERAL:
            heads = frozenset(h + chr(value) for h in heads)
        elif operation is _constants.IN and (letters := _class(value)) is not None and len(heads) * len(letters) <= _MANY:
            heads = frozenset(h + c for h in heads for c in letters)
        elif operation is _constants.SUBPATTERN:
            more, heads = _firsts(value[3], heads)
            closed |= more
        elif operation is _constants.BRANCH:
            parts = [_firsts(branch, heads) for branch in value[1]]
            closed |= frozenset().union(*(c for c, _ in parts))
            heads = frozenset().union(*(h for _, h in parts))
        elif operation is _constants.MAX_REPEAT or operation is _constants.MIN_REPEAT:
            least, most, body = value
            grown = heads if least == 0 else frozenset()
            now = heads
            for n in range(1, min(int(most), PREFIX) + 1):
                more, now = _firsts(body, now)
                closed |= more
                if n >= least:
                    grown |= now
            heads = grown
        elif operation in (_constants.AT, _constants.ASSERT, _constants.ASSERT_NOT):
            continue
        else:
            return closed | heads, frozenset()
    return closed, heads


def _class(items: Any) -> frozenset[str] | None:
    """The characters of a small class, or None for an open one."""
    letters: set[str] = set()
    for operation, value in items:
        if operation is _constants.LITERAL:
            letters.add(chr(value))
        elif operation is _constants.CATEGORY and value is _constants.CATEGORY_DIGIT:
            letters.update("0123456789")  # the digits residue is counted with
        elif operation is _constants.RANGE and value[1] - value[0] < 64:
            letters.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(letters)
