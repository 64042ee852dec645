"""Marks of names on a page, and which of them print one byline together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page.page_data import Mark
from copydesk.transforms.tag.persons.person_names import Name

# Elements between two names of one byline: each name may have a picture, a link and a title.
GAP = 14
#: Elements between two lines of one byline that only their words show to be one (arbitrary). The line
#: of the next article may be hardly further away than that.
_GAP_OF_LINES = 6
#: Class names of an element that holds just a name.
NAME_CLASS = re.compile(
    r"author[-_]*nam|authors?[-_]*link|byline[-_]*nam|writer[-_]*nam|\bfn\b|__author\b|name\b(?!.*(?:title|job|role|bio|des|detail|date|meta|edu|about))"
)


@dataclass(frozen=True, slots=True)
class NameMark:
    """A mark that prints little but names, with a score of how far to trust it."""

    element: Mark
    names: tuple[Name, ...]
    score: float

    @property
    def has_people(self) -> bool:
        """Whether one of the names is a person's."""
        return any(not name.is_org for name in self.names)


def of_one_byline(
    marks: list[NameMark],
    best: NameMark,
    around: dict[int, frozenset[int]],
    headings: list[int],
) -> list[NameMark]:
    """Return the marks that print one byline together with the best one.

    `around` gives the marks around each mark (see `ancestors`), `headings` the main headings, both
    by their order on the page.
    """
    beside = [
        mark
        for mark in marks
        if mark is best
        or (_print_one_byline(mark, best, around) and _of_one_article(mark, best, headings))
    ]
    return _innermost(_unbroken_row(beside, best), around)


def ancestors(marks: tuple[Mark, ...]) -> dict[int, frozenset[int]]:
    """Return the marks around each mark, by their order."""
    around: dict[int, frozenset[int]] = {}
    for mark in marks:  # Marks are in document order, so an outer mark comes first.
        around[mark.order] = (
            around.get(mark.inside, frozenset()) | {mark.inside} if mark.inside else frozenset()
        )
    return around


def _print_one_byline(mark: NameMark, best: NameMark, around: dict[int, frozenset[int]]) -> bool:
    """Tell whether two marks print one byline: marked in the same way and close, or nested."""
    apart = abs(mark.element.order - best.element.order)
    if not mark.has_people or apart > (_GAP_OF_LINES if mark.element.how == "text" else 60):
        return False
    alike = (
        mark.element.how == best.element.how
        and mark.element.names == best.element.names
        and mark.element.zone == best.element.zone
    )
    named = mark.element.how in {"rel", "path", "itemprop"} or bool(
        NAME_CLASS.search(mark.element.names)
    )
    return alike or (named and best.element.order in around[mark.element.order])


def _of_one_article(mark: NameMark, best: NameMark, starts: list[int]) -> bool:
    """Tell whether no main heading is between two marks. The next article begins below another one."""
    low, high = sorted((mark.element.order, best.element.order))
    return not any(low < start < high for start in starts)


def _unbroken_row(marks: list[NameMark], best: NameMark) -> list[NameMark]:
    """Return the marks in one row with the best one: a list of stories has more between its names."""
    ordered = sorted(marks, key=lambda mark: mark.element.order)
    at = ordered.index(best)
    first = last = at
    while first > 0 and ordered[first].element.order - ordered[first - 1].element.order <= GAP:
        first -= 1
    while (
        last < len(ordered) - 1
        and ordered[last + 1].element.order - ordered[last].element.order <= GAP
    ):
        last += 1
    return ordered[first : last + 1]


def _innermost(marks: list[NameMark], around: dict[int, frozenset[int]]) -> list[NameMark]:
    """Return the marks without those that only wrap others and add a title or date to a name.

    "By Ana Ruiz Master Gardener" around a link "Ana Ruiz" is left out. "By Ana Ruiz and Bo Li"
    around it stays.
    """
    kept = []
    for mark in marks:
        inner = [other for other in marks if mark.element.order in around[other.element.order]]
        linked = {gazetteers.key(name.text) for other in inner for name in other.names}
        if not linked or all(
            gazetteers.key(name.text) in linked or _is_joined_to_name(name.text, mark)
            for name in mark.names
        ):
            kept.append(mark)
    return kept or marks


def _is_joined_to_name(name: str, mark: NameMark) -> bool:
    """Tell whether only a comma or a word for "and" is between a name and another name of its mark."""
    text = " ".join(mark.element.text.split())
    before = re.sub(
        r"\s*(?:,|&|\+|\band|\bund|\bet|\by|\be|\boch|\ben)\s*$",
        "",
        text[: max(0, text.find(name))].rstrip(),
    )
    return any(before.endswith(other.text) for other in mark.names if other.text != name)
