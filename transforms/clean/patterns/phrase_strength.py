"""Tells phrases that say much from phrases that are little more than any text.

"Subscribe to {any}newsletter{any}" can only be a prompt. "According to {agency}" is also how a
sentence begins, so it must not match a line that ends like a sentence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

# Letters of a phrase in words of four letters or more. Of 1,712 look-alikes in 33 languages, rules
# matched 35 at 0, 23 at 10 and 20 at 16; of 130 prompts that are sentences 107, 103 and 90.
LEAST = 10
_PLACES = frozenset(
    {"any", "rest", "title", "names", "name", "outlet", "few", "agency", "date"}
)  # They match any text.
_NAMED = {"wire": 4, "net": 4, "mail": 8}  # Letters for which these places count.
_WORD = re.compile(r"[^\s\d.,:;!?|/()-]+")
_SHORT_WORD = 3  # Letters. Prepositions and articles have as few.
# Scripts by how much a letter says: syllables and words, letters without vowels, others.
_SYLLABLES = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")
_NO_VOWELS = re.compile(r"[\u0590-\u06ff\u0900-\u09ff]")
_SYLLABLE = 3
_LABEL = re.compile(r": ?| - ")
_OPENING = re.compile(r"(?!\[: \])[\[({]")
_BRACKET, _BRACKET_OR_BAR = re.compile(r"[\[({\])}]"), re.compile(r"[\[({\])}|]")
_DEPTH = {"[": 1, "(": 1, "{": 1, "]": -1, ")": -1, "}": -1, "|": 0}
#: Results that are kept of each function. The tables have some 18,000 phrases, which share parts.
_MANY = 20_000

Kind = Literal["text", "place", "option", "choice"]


class Part(NamedTuple):
    """A part of a phrase. Of an option, a choice and a place, `text` is what is inside."""

    kind: Kind
    text: str


def weak_and_strong(phrase: str) -> tuple[list[str], list[str]]:
    """Return the weak and the strong readings of a phrase, each as phrases.

    A reading is weak if it has a place for any text, no label before that, and fewer than `LEAST`
    letters of its own.

    >>> weak_and_strong("(tổng hợp|theo {agency})")
    (['(theo {agency})'], ['(tổng hợp)'])
    >>> weak_and_strong("subscribe to {any}newsletter{any}")
    ([], ['subscribe to {any}newsletter{any}'])
    """
    if not is_weak(phrase):
        return [], [phrase]
    found = parts(phrase)
    choices = [n for n, part in enumerate(found) if part.kind == "choice"]
    # First options that differ in weakness, then options that another choice must tell apart.
    for by_weakness in (True, False):
        for n in choices:
            groups: dict[int, list[str]] = {}
            for one in options(found[n].text):
                told = is_weak(_with(found, n, one)) if by_weakness else strength(one)
                groups.setdefault(told, []).append(one)
            if len(groups) > 1:
                split = [weak_and_strong(_with(found, n, "|".join(g))) for g in groups.values()]
                weak, strong = ([one for pair in split for one in pair[k]] for k in (0, 1))
                return (weak, strong) if strong else ([phrase], [])
    return [phrase], []


def is_weak(phrase: str) -> bool:
    """Tell whether some reading of a phrase is weak."""
    found = parts(phrase)
    return (
        any(map(_is_open, found))
        and strength(phrase) < LEAST
        and not any(part.kind == "text" and _LABEL.search(part.text) for part in found)
    )


@lru_cache(_MANY)
def strength(phrase: str) -> int:
    """Return how many letters the weakest reading of a phrase has in words of four letters or more.

    >>> strength("(subscribe|register) to read {rest}"), strength("theo {agency}")
    (12, 4)
    """
    return sum(map(_strength, parts(phrase)))


def _strength(part: Part) -> int:
    if part.kind == "text":
        return sum(map(_letters, _WORD.findall(part.text)))
    if part.kind == "choice":
        return min(map(strength, options(part.text)))
    return _NAMED.get(part.text, 0)


def _letters(word: str) -> int:
    if _SYLLABLES.search(word):
        return _SYLLABLE * len(word)
    is_short = len(word) <= _SHORT_WORD - bool(_NO_VOWELS.search(word))
    return 0 if is_short else len(word)


@lru_cache(_MANY)
def _is_open(part: Part) -> bool:
    """Tell whether a part may be any text, in one of its readings."""
    if part.kind == "place":
        return part.text in _PLACES
    return part.kind != "text" and any(
        _is_open(inner) for one in options(part.text) for inner in parts(one)
    )


def begins_open(phrase: str) -> bool:
    """Tell whether a phrase may begin with any text.

    >>> begins_open("(us|{outlet}) on {net}"), begins_open("follow {outlet}")
    (True, False)
    """
    return bool(phrase) and _is_open(parts(phrase)[0])


@lru_cache(_MANY)
def parts(phrase: str) -> tuple[Part, ...]:
    """Return the parts of a phrase.

    >>> [part.text for part in parts("(leave|write) a {few} comment[ below]")]
    ['leave|write', ' a ', 'few', ' comment', ' below']
    """
    found, done = list[Part](), 0
    while start := _OPENING.search(phrase, done):
        at, opening = start.start(), start[0]
        end = _closing(phrase, at)
        if done < at:
            found.append(Part("text", phrase[done:at]))
        is_optional = opening == "(" and phrase.startswith(")?", end)
        kind: Kind = (
            "place" if opening == "{" else "option" if opening == "[" or is_optional else "choice"
        )
        found.append(Part(kind, phrase[at + 1 : end]))
        done = end + 1 + is_optional
    if done < len(phrase):
        found.append(Part("text", phrase[done:]))
    return tuple(found)


@lru_cache(_MANY)
def options(inner: str) -> tuple[str, ...]:
    """Return the options of a choice.

    >>> options("a|b (c|d)")
    ('a', 'b (c|d)')
    """
    found, depth, done = list[str](), 0, 0
    for sign in _BRACKET_OR_BAR.finditer(inner):
        depth += _DEPTH[sign[0]]
        if sign[0] == "|" and not depth:
            found.append(inner[done : sign.start()])
            done = sign.end()
    return (*found, inner[done:])


def _closing(phrase: str, at: int) -> int:
    """Return where the bracket closes that opens at `at`."""
    depth = 0
    for bracket in _BRACKET.finditer(phrase, at):
        depth += _DEPTH[bracket[0]]
        if not depth:
            return bracket.start()
    raise ValueError(f"the phrase {phrase!r} has a bracket at {at} that is not closed")


_BRACKETS: dict[Kind, str] = {"text": "%s", "place": "{%s}", "option": "[%s]", "choice": "(%s)"}


def _with(found: tuple[Part, ...], at: int, inner: str) -> str:
    """Return a phrase with other options at one of its choices."""
    changed = [*found[:at], Part("choice", inner), *found[at + 1 :]]
    return "".join(_BRACKETS[part.kind] % part.text for part in changed)
