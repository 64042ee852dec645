"""Derives from a long pattern a short one that the start of each of its matches matches.

Most of a long pattern is lists of names, which it repeats: the networks on which a page is shared,
the agencies of a credit. What comes before the first list of a branch, and the first letters of the
list, compile in a fifth of the time, and few texts begin like that.
"""

from __future__ import annotations

import re

from copydesk.transforms.clean.patterns.pattern_literals import alternatives, prefixes

# Branches of a group that is a list of names. Of the lists of the tables, the shortest that is used
# several times in one pattern has 60, and the months and their short forms are 24.
_MANY = 30
_LETTERS = (
    3  # Of each name in a list. Two let twice as many texts pass, four take longer (arbitrary).
)
_SHORT = 2  # A pattern is this many times as long as its opening, at least (arbitrary).
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!]|.", re.DOTALL)
_REPEAT = re.compile(r"(?:[?*+]|\{(\d+)(?:,\d*)?\})[?+]?")


def opening(pattern: str) -> str:
    r"""Return each branch of a pattern up to its first list of names.

    The result is empty if it would match the start of any text or would be long, or if there is no
    such list.

    >>> names = "|".join(f"mill {i}" for i in range(30))
    >>> opening(rf"(?:see|read) (?:(?:it )?on (?:{names})|more)|follow (?:us|(?:{names})){{0,2}} now")
    '(?:see|read) (?:(?:it )?on (?:mil)|more)|follow (?:us|(?:mil)| now)'
    >>> opening(rf"(?:{names})? news|.{{0,9}}"), opening("read more")
    ('', '')
    """
    shorter, is_cut = _branches(pattern)
    is_useful = is_cut and _SHORT * len(shorter) <= len(pattern) and not re.match(shorter, "")
    return shorter if is_useful else ""


def _branches(pattern: str) -> tuple[str, bool]:
    """Return the beginnings of the branches, and whether they are shorter than the branches."""
    found = [_sequence(one) for one in alternatives(pattern)]
    return "|".join([one for one, _ in found]), any(is_cut for _, is_cut in found)


def _sequence(branch: str) -> tuple[str, bool]:
    """Return the beginning of one branch, and whether it is shorter than the branch."""
    at = 0
    while token := _TOKEN.match(branch, at):
        if token[0] != "(?:":
            is_look = token[0] in {"(?=", "(?!"}
            at = _closing(branch, token.end()) + 1 if is_look else token.end()
            continue
        end = _closing(branch, token.end())
        inner = branch[token.end() : end]
        is_list = len(alternatives(inner)) >= _MANY
        shorter, is_cut = (_first_letters(inner), True) if is_list else _branches(inner)
        repeat = _REPEAT.match(branch, end + 1)
        if is_cut:
            if repeat is not None and (repeat[0][0] in "?*" or repeat[1] == "0"):
                shorter += f"|{_sequence(branch[repeat.end() :])[0]}"
            return f"{branch[:at]}(?:{shorter})", True
        at = repeat.end() if repeat else end + 1
    return branch, False


def _first_letters(names: str) -> str:
    """Return a pattern of the first letters of the names in a list."""
    starts = {one[:_LETTERS] for one in prefixes(names)}
    shortest = [one for one in starts if starts.isdisjoint(one[:n] for n in range(len(one)))]
    return "|".join(map(re.escape, sorted(shortest)))


def _closing(pattern: str, at: int) -> int:
    """Return where the group ends whose content begins at `at`."""
    depth = 1
    for token in _TOKEN.finditer(pattern, at):
        depth += token[0].startswith("(?") - (token[0] == ")")
        if not depth:
            return token.start()
    raise ValueError(f"the pattern {pattern!r} has a group before {at} that is not closed")
