"""What a page states about itself, read in one pass before extraction.

The result holds plain values and no part of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from copydesk.transforms.extract import page_elements
from copydesk.transforms.extract.page_elements import Attributes, Elements
from copydesk.transforms.tag.page import element_names, element_signs, json_ld
from copydesk.transforms.tag.page.element_signs import Marked, Sign
from copydesk.transforms.tag.page.json_ld import Statements
from copydesk.transforms.tag.page.kickers import without_kicker
from copydesk.transforms.tag.page.visible_text import (
    MAX_MARK_CHARS,
    MOST_CHARS,
    VisibleText,
    fold,
    rights_line,
)

__all__ = ["Mark", "PageData", "fold", "read_page"]

MAX_META = 300
# Marks of one kind on a page. Later ones belong to lists of other stories. A menu may print a year
# in each of its links, so marks by class or tag may be as many again.
MAX_MARKS = 200
MAX_LICENSES = 10  # Licences of a page. Further ones belong to its pictures.

#: Characters of a line that opens with a byline or has a date, at most.
_MAX_LINE_CHARS = 200
_LOWER_HEADINGS = frozenset({"h2", "h3", "h4"})
#: Lower headings that are compared with the title, and the characters of a headline at least. A
#: shorter text is a section or the site (arbitrary).
_MAX_LOWER, _LEAST_HEADLINE_CHARS = 20, 12
_TITLE_SEPARATOR = re.compile(r"\s+(?:[|\-–—»«·•‹]|::)\s+|\s*[|｜»]\s*")
#: Levels of elements around a mark that are read.
_MAX_ANCESTORS = 26
#: Elements around a date among which the link of a card is, and the letters that the card prints
#: beside the date. A headline in Chinese may have as few (both arbitrary).
_CARD_LEVELS, _LEAST_CARD_LETTERS = 5, 5
#: Mark of elements beyond which no zone is looked for.
_OUTERMOST = "outermost"
#: Attributes that hold the value of an element for machines.
_VALUES = ("content", "datetime", "data-datetime", "title")


class Mark(NamedTuple):
    """A marked element of the page: its tag, class, link or attribute shows what it contains."""

    text: str  # Visible text, one line for each block.
    value: str  # The content, datetime or title attribute; of an `h1` its text with the kicker.
    how: str  # rel, itemprop, class, path, text, time, heading, subheading
    names: str  # Class, id, itemprop and data attributes, in lower case.
    order: int  # Number of the element in document order.
    inside: int  # `order` of the innermost marked element around it, or 0.
    zone: str  # comment, related, footer, nav, aside, figure or empty
    href: str = ""


@dataclass(frozen=True, slots=True)
class PageData:
    """What a page states about itself, in document order."""

    url: str | None = None
    language: str = ""
    title: str = ""
    canonical: str = ""
    # By lower-case name, property or itemprop.
    meta: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statements: Statements = field(default_factory=Statements)
    headings: tuple[Mark, ...] = ()  # `h1` elements and those marked as headline.
    authors: tuple[Mark, ...] = ()
    dates: tuple[Mark, ...] = ()
    alternates: Mapping[str, str] = field(default_factory=dict)  # hreflang -> address
    # Addresses of `rel=license` links. Those of the head come first.
    licenses: tuple[str, ...] = ()
    rights: str = ""  # The text after the last copyright sign.
    n_elements: int = 0

    def first(self, *names: str) -> str:
        """Return the first non-empty content among the meta names, in the order of `names`."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")


def read_page(page: Any, *, url: str | None) -> PageData:
    """Return the statements of a parsed page: its `Elements`, or an lxml element or tree.

    A tree is not changed.
    """
    root = page.getroot() if hasattr(page, "getroot") else page
    if root is None:
        return PageData(url=url)
    reader = _Reader(root if isinstance(root, Elements) else page_elements.read(root))
    reader.read_elements()
    of_root = reader.elements.attributes_of(0)
    return PageData(
        url=url,
        language=reader.language or of_root.get("lang") or of_root.get("xml:lang", ""),
        title=reader.title,
        canonical=reader.canonical,
        meta={name: tuple(values) for name, values in reader.meta.items()},
        statements=json_ld.read(reader.scripts).about(reader.title),
        headings=tuple(reader.headings),
        authors=tuple(reader.authors),
        dates=tuple(reader.dates),
        alternates=reader.alternates,
        licenses=tuple(reader.licenses),
        rights=rights_line(reader.elements.content),
        n_elements=len(reader.elements),
    )


class _Reader:
    """Collects the marks of a page, element by element."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.kind = elements.kind.data
        self.parent = elements.parent.data
        self.order = 0
        self.language = self.title = self.canonical = ""
        self.meta: dict[str, list[str]] = {}
        self.scripts: list[str] = []
        self.headings: list[Mark] = []
        self.authors: list[Mark] = []
        self.dates: list[Mark] = []
        self.alternates: dict[str, str] = {}
        self.licenses: list[str] = []
        self.marked: dict[int, int] = {}
        self.zones: dict[int, str] = {}
        self.may_be_zone: list[bool] = []  # Whether the names of each kind may be those of a zone.
        self.may_be_line = elements.may_be_byline | elements.may_be_date
        self.flags: page_elements.Index = np.zeros(len(elements), dtype=np.int64)
        self.visible = VisibleText(elements)

    @cached_property
    def n_children(self) -> list[int]:
        """The number of direct children of each element."""
        counts = np.bincount(self.elements.parent[1:], minlength=len(self.elements))
        return [int(count) for count in counts]

    def read_elements(self) -> None:
        """Read each element that may show something."""
        elements = self.elements
        signs, may_be_zone = element_signs.signs(elements)
        self.may_be_zone = may_be_zone.tolist()
        heads = {
            "meta": self._meta,
            "link": self._link,
            "script": self._script,
            "title": self._title,
            "html": self._html,
            "h1": self._heading,
            "time": self._time,
        }
        flags = [sign.flags for sign in signs]
        self.flags = np.array(flags, dtype=np.int64)[elements.kind]
        people = self._people(signs)
        may_be_line, may_be_date = self.may_be_line.data, elements.may_be_date.data
        opened_at, closed_at = elements.opened_at, elements.closed_at
        for element in self._telling(people):
            self.order = element + 1
            sign = signs[self.kind[element]]
            opened, closed = opened_at[element], closed_at[element]
            if sign.may_precede_date and may_be_date[closed]:
                self._tail(element, elements.tail(element))
            if sign.tag in heads:
                if sign.is_head:
                    heads[sign.tag](element, elements.attributes_of(element))
                continue
            marks = people.get(element, sign.marks)
            self._add_marks(element, sign, marks)
            if sign.has_text and opened < closed and may_be_line[opened]:
                self._text(element, elements.text_after(opened), is_date=sign.is_date)
        self._read_subheadings()

    def _people(self, signs: list[Sign]) -> dict[int, Marked]:
        """Return the marks of the elements that link to the page of a person.

        Gives them the signs of their names.
        """
        elements = self.elements
        links = np.flatnonzero((self.flags & element_signs.MAY_LINK > 0) & (elements.address > 0))
        found: dict[int, Marked] = {}
        for element, href in zip(links.tolist(), elements.hrefs(links), strict=True):
            if element_names.is_author_path(href):
                kind = self.kind[element]
                if not signs[kind].named:
                    attributes = elements.attributes_of_kind(kind)
                    signs[kind] = element_signs.sign_of(signs[kind].tag, attributes)
                found[element] = (("authors", "path"), *signs[kind].marks)
        return found

    def _telling(self, people: Collection[int]) -> list[int]:
        """Return the elements that are marked or whose texts may be a byline or a date."""
        elements, flags = self.elements, self.flags
        found = flags & element_signs.TELLING > 0
        found[list(people)] = True
        found |= (flags & element_signs.HAS_TEXT > 0) & self.may_be_line[elements.opened]
        found |= (flags & element_signs.PRECEDES_DATE > 0) & elements.may_be_date[elements.closed]
        return list(map(int, np.flatnonzero(found)))

    def _script(self, element: int, attributes: Attributes) -> None:
        self.scripts.append(self.elements.body(element))

    def _title(self, element: int, attributes: Attributes) -> None:
        parent = self.parent[element]
        if not self.title and parent >= 0 and self._tag(parent) not in {"svg", "g", "symbol"}:
            self.title = fold(self.elements.text(element)[:4000])[:1000]

    def _html(self, element: int, attributes: Attributes) -> None:
        self.language = attributes.get("lang", "")

    def _heading(self, element: int, attributes: Attributes) -> None:
        before = len(self.headings)
        self._mark(self.headings, element, "heading", element_names.names(attributes))
        for heading in self.headings[before:]:
            text = without_kicker(self.elements, self.visible, element, heading.text)
            self.headings[-1] = heading._replace(text=text, value=heading.text)

    def _read_subheadings(self) -> None:
        """Record the lower heading that prints a part of the `<title>`, if no main one does.

        Blogs print their name, the last part of the `<title>`, as main heading. Then the lower
        heading prints the first part.
        """
        title = self.title.casefold()
        names = _TITLE_SEPARATOR.split(title)
        parts = [part for part in names if len(part) >= _LEAST_HEADLINE_CHARS]
        shown = [mark.text.partition("\n")[0].casefold() for mark in self.headings]
        shown = [line[:_MAX_LINE_CHARS] for line in shown if line[:_MAX_LINE_CHARS] in title]
        if shown:
            is_site = len(names[0]) > len(names[-1]) and set(shown) == {names[-1]}
            parts = [part for part in parts if is_site and part == names[0]]
        if not parts:
            return
        lower = np.flatnonzero(self.elements.are(_LOWER_HEADINGS))[:_MAX_LOWER]
        for element in lower.tolist():
            text = fold(self.visible.of(element, MAX_MARK_CHARS)).casefold()
            if text in parts and self._surroundings(element)[0] not in {"nav", "footer"}:
                self.order = element + 1
                self._mark(self.headings, element, "subheading", "")
                return

    def _time(self, element: int, attributes: Attributes) -> None:
        self._mark(self.dates, element, "time", element_names.names(attributes))

    def _tag(self, element: int) -> str:
        return self.elements.names[self.kind[element]]

    def _add_marks(self, element: int, sign: Sign, marks: Marked) -> None:
        """Record an element whose names, links or properties show what it holds."""
        if sign.is_license and len(self.licenses) < MAX_LICENSES:
            address = self.elements.href(element).strip()[:500]
            self.licenses += [address] if address else []
        for column, how in marks:
            self._mark(getattr(self, column), element, how, sign.named)

    def _text(self, element: int, text: str, *, is_date: bool) -> None:
        """Record an element whose own text opens a byline or holds a year."""
        if len(text) >= _MAX_LINE_CHARS:
            return
        line = text.lstrip()
        if line:
            self._byline(element, line)
        is_dated = element_names.DIGIT.search(line) and element_names.YEAR.search(line)
        if is_dated and len(line.rstrip()) < 80:
            if not is_date:
                self._mark(self.dates, element, "text", "")
            if inside := element_names.BY_AT_END.search(line):
                self._inner_author(element, inside[0])

    def _byline(self, element: int, line: str) -> None:
        """Record a text that opens a byline, or has one after a day and a source."""
        is_leaf = self.elements.end[element] == element + 1
        if is_leaf and element_names.is_by_alone(line):
            self._announced_author(element, line)
        elif (inside := element_names.byline_inside(line)) and inside != line.rstrip():
            self._inner_author(element, inside)
        elif element_names.opens_byline(line):
            self._mark(self.authors, element, "text", "")

    def _inner_author(self, element: int, byline: str) -> None:
        if len(self.authors) < MAX_MARKS:
            zone, around = self._surroundings(element)
            self.authors.append(Mark(byline, "", "text", "", self.order, around, zone))

    def _announced_author(self, element: int, label: str) -> None:
        """Record what follows an element that only says "by": its text or the next element."""
        tail, parent = fold(self.elements.tail(element)), self.parent[element]
        if tail and len(tail) < 80:
            self._inner_author(element, f"{fold(label)} {tail}")
        elif parent >= 0 and self.n_children[parent] < 6:
            self._mark(self.authors, parent, "text", "")  # `<span>By</span><span>Ana Ruiz</span>`

    def _tail(self, element: int, tail: str) -> None:
        """Record a date after an element that has no element of its own: `<b>Date:</b> 5.1.2024`."""
        if not (7 < len(tail) < _MAX_LINE_CHARS and element_names.YEAR.search(tail)):
            return
        tail = fold(tail)
        is_date = len(tail) < 80 and (tail[:1].isdigit() or len(tail) < 14)
        if is_date and len(self.dates) < MAX_MARKS:
            zone, inside = self._surroundings(element)
            self.dates.append(Mark(tail, "", "text", "", self.order, inside, zone))

    def _mark(self, marks: list[Mark], element: int, how: str, named: str) -> None:
        if len(marks) >= (MAX_MARKS if how == "text" else 2 * MAX_MARKS):
            return
        text = self.visible.of(element)[:MOST_CHARS]
        is_line = how == "class" and marks is not self.headings
        if is_line and len(text) > MAX_MARK_CHARS:
            return
        value = self.elements.first_attribute(element, _VALUES)
        if not text and not value:
            return
        zone, inside = self._surroundings(element)
        if marks is self.dates and not zone and self._is_on_card(element, text):
            zone = "related"
        self.marked[element] = self.order
        href = self.elements.href(element)[:500]
        marks.append(Mark(text, fold(value)[:300], how, named, self.order, inside, zone, href))

    def _is_on_card(self, element: int, text: str) -> bool:
        """Tell whether a date is in a link that also prints something else, such as a headline."""
        ancestor = self.parent[element]
        for _ in range(_CARD_LEVELS):
            if ancestor < 0:
                return False
            if self._tag(ancestor) == "a":
                printed = self.visible.of(ancestor, len(text) + 2 * _LEAST_CARD_LETTERS)
                n_letters = sum(map(str.isalpha, printed)) - sum(map(str.isalpha, text))
                return n_letters >= _LEAST_CARD_LETTERS
            ancestor = self.parent[ancestor]
        return False

    def _surroundings(self, element: int) -> tuple[str, int]:
        """Return the zone of an element and the nearest marked element around it."""
        zone = "figure" if self._tag(element) in {"figure", "figcaption"} else ""
        inside = 0
        kind, parent, marked, zones = self.kind, self.parent, self.marked, self.zones
        ancestor = parent[element]
        for _ in range(_MAX_ANCESTORS):
            if ancestor < 0:
                break
            around = zones.get(kind[ancestor])
            if around is None:
                around = self._zone(kind[ancestor])
            if around == _OUTERMOST:
                break
            inside = inside or marked.get(ancestor, 0)
            zone = zone or around
            if zone and inside:
                break
            ancestor = parent[ancestor]
        return zone, inside

    def _zone(self, kind: int) -> str:
        """Return the zone of a kind of elements, and remember it."""
        tag = self.elements.names[kind]
        zone = _OUTERMOST if tag in {"body", "main"} else element_names.ZONE_TAGS.get(tag, "")
        if not zone and self.may_be_zone[kind]:
            attributes = self.elements.attributes_of_kind(kind)
            named = f"{attributes.get('class', '')} {attributes.get('id', '')}"
            zone = element_names.zone_named(named)
        self.zones[kind] = zone
        return zone

    def _meta(self, element: int, attributes: Attributes) -> None:
        # Some pages write `value` by mistake, and some archives do so always.
        content = attributes.get("content") or attributes.get("value")
        if not content or len(self.meta) >= MAX_META:
            return
        for key in ("name", "property", "itemprop", "http-equiv"):
            name = attributes.get(key)
            if name:
                values = self.meta.setdefault(name.strip().lower()[:100], [])
                if len(values) < 20:
                    values.append(fold(content)[:1000])

    def _link(self, element: int, attributes: Attributes) -> None:
        rel, href = attributes.get("rel", "").lower(), attributes.get("href", "")
        if rel == "canonical" and href and not self.canonical:
            self.canonical = href.strip()[:2000]
        elif rel in {"license", "copyright"} and href and len(self.licenses) < MAX_LICENSES:
            self.licenses.append(href.strip()[:500])
        elif rel == "alternate" and attributes.get("hreflang") and len(self.alternates) < 100:
            self.alternates.setdefault(attributes["hreflang"].lower()[:20], href.strip()[:2000])
