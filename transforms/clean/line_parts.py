"""Finds the rule for a line of several parts: several prompts, or a label in capitals and a title."""

from __future__ import annotations

import re

from copydesk.transforms.clean.fold_text import key
from copydesk.transforms.clean.news_sentence import kind_of_sentence
from copydesk.transforms.clean.patterns.pattern_index import Matcher
from copydesk.transforms.clean.rule import RuleEntry

_MAX_CHARS = 200  # Characters of a line of several prompts.
_PROMPT_END = re.compile(r"(?<=[.!?…؟;]) (?=\S)|(?<=[。！？।]) ?(?=\S)| ?[|•·] ?(?=\S)")
# A cheap first test, which most labels fail: every prompt but the last one ends so.
_PROMPT_SIGN = re.compile(r"[.!?…؟;。！？।|•·] ?\S")


def find(line: str, low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule for a line of several parts. `low` is the folded line."""
    if len(low) > _MAX_CHARS:
        return None
    if line[:2].isupper() and (rule := _label_in_capitals(line, low, matcher)) is not None:
        return rule
    return _each_prompt(low, matcher)


def _label_in_capitals(line: str, low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule for a link to a story whose label has capitals instead of a colon."""
    words = line.split(" ", 5)
    n_capitals = next((n for n, word in enumerate(words) if not word.isupper()), 0)
    if not 2 <= n_capitals <= 4:
        return None
    end = sum(map(len, words[:n_capitals])) + n_capitals - 1
    label, title = low[:end], low[end:]
    rule = matcher.find(key(label))
    if rule is None or rule.category != "related":
        return None
    rule = matcher.find(key(f"{label}:{title}"))
    return rule if rule is not None and rule.category == "related" else None


def _each_prompt(low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule of the first of several prompts if rules match all of them.

    An example is "What do you think? Have your say below".
    """
    if _PROMPT_SIGN.search(low) is None:
        return None
    prompts = [one for one in map(str.strip, _PROMPT_END.split(low)) if one]
    if len(prompts) < 2:
        return None
    first: RuleEntry | None = None
    for prompt in prompts:
        rule = matcher.find(key(prompt), sentence=kind_of_sentence(prompt))
        if rule is None:
            return None
        first = first or rule
    return first
