"""A line of a plain text that is the full name of its author and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from copydesk.transforms.tag.datelines import dateline_places
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons import byline_forms, person_names

_MOST_CHARS = 120  # Of a line with names and what is beside them.
_MOST_NAME_CHARS = 40
_MOST_NAMES, _JOINER_CHARS = 3, 5  # " and " between two names.
_LABEL = re.compile(
    r"\s*(?:opinion|analysis|column|comment|exclusive|kommentar|meinung|opinión|tribune) ?[|:/]",
    re.I,
)
# Where or for whom the article is written, and a handle.
_WHERE = re.compile(
    r",? (?:in|aus|à|en|em|desde|w|especial para|(?i:special to)|speciale per)(?: the| o| a)? (?=[A-ZÀ-Ž])[^\d.!?:;]{2,40}$"
    r"|,? \(?@\w{2,30}\)?$"
)
_BEHIND_MARK = re.compile(r"(?: [-–—] | ?[/|] ?|, )(?P<what>[^\d.!?:;,/|]{2,40})$")


def names_alone(line: str) -> tuple[str, ...]:
    """Return the names on a line that holds little else, or nothing if it holds something else.

    A label, the day of publication, the author's role, the place or a handle may be on it.

    >>> names_alone("Ana Ruiz and Bo Li, 14 mai"), names_alone("Ana Ruiz in Paris")
    (('Ana Ruiz', 'Bo Li'), ('Ana Ruiz',))
    >>> names_alone("Ana Ruiz - Political editor"), names_alone("Rain in Paris and floods in Rome")
    (('Ana Ruiz',), ())
    >>> names_alone("Ana Ruiz, 14 mai, " * 8)
    ()
    """
    if len(line) > _MOST_CHARS:  # A paragraph has many places where a day could begin.
        return ()
    text = _without_place(byline_forms.without_day(_LABEL.sub("", line).strip(" —–-")))
    if not 0 < len(text) <= 2 * _MOST_NAME_CHARS or text[0].islower():
        return ()
    found = person_names.split(text, sure=False, strict=True)
    if len(found) > _MOST_NAMES or any(one.is_org or ":" in one.text for one in found):
        return ()
    has_role = len(found) == 1 and found[0].role  # The rest of the line is the role.
    n_others = len(text) - sum(len(one.text) for one in found)
    is_bare = has_role or n_others <= _JOINER_CHARS * (len(found) - 1)
    return tuple(one.text for one in found) if is_bare else ()


def _without_place(line: str) -> str:
    """Return a line without the place, the role or the handle behind a name."""
    if where := _WHERE.search(line):
        return line[: where.start()]
    behind = _BEHIND_MARK.search(line)
    is_known = behind and (
        person_names.role_of(behind["what"]) or dateline_places.is_region(behind["what"])
    )
    return line[: behind.start()] if behind and is_known else line


def is_signature(line: str, others: Iterable[str]) -> bool:
    """Tell whether a line is the full name of its author, whose surname the other lines lack.

    >>> is_signature("Ana Ruiz", ["Rain in Oslo"]), is_signature("Ana Ruiz", ["Ruiz wins again"])
    (True, False)
    >>> is_signature("Nagy Péter", []), is_signature("Old Town", [])
    (True, False)
    """
    names = names_alone(line)
    lower = [other.casefold() for other in others] if names else []
    return bool(names) and all(_is_author(name, lower) for name in names)


def _is_author(name: str, others: Sequence[str]) -> bool:
    """Tell whether a name is a frequent one in full, and `others`, in lower case, lack its surname."""
    words = [word.title() if word.isupper() else word for word in name.split()]
    is_full = person_names.is_full_name(" ".join(words)) or not name[0].isupper()
    if len(name) > _MOST_NAME_CHARS or len(words) < 2 or not is_full:
        return False
    first, *_, last = name.casefold().split()
    if last in gazetteers.given_names_behind():
        first, last = last, first
    is_given = first in gazetteers.given_names() or first in gazetteers.given_names_behind()
    # Its ending may be another one: "Иван Петров", "Петрова".
    return is_given and not any(f" {last}" in f" {other}" for other in others)
