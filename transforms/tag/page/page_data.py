"""What a page says of itself, read in one pass before extraction. Plain values, no tree inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from copydesk.transforms.tag.page import element_names, json_ld
from copydesk.transforms.tag.page.json_ld import Statements
from copydesk.transforms.tag.page.visible_text import HIDDEN, MAX_MARK_CHARS, fold, visible_text

__all__ = ["Mark", "PageData", "fold", "read_page", "visible_text"]

MAX_META = 300
# Of each kind; later ones belong to lists of other stories. A menu may print a year in each of its links, so that marks
# by their text leave room for as many by their class or tag.
MAX_MARKS = 200
MAX_LICENSES = 10  # of a page; more are those of its pictures

# Elements that a date follows: a label, an icon, a break.
_BEFORE_DATES = frozenset({"br", "img", "b", "strong", "i", "span", "h5", "h6", "svg"})
_HEADS = frozenset({"meta", "link", "script", "title", "html", "h1", "time"})
_SAYS_NOTHING = HIDDEN | {"img", "input", "path", "body", "head", "source", "use"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked place of the page: an element whose tag, class, link or attribute says what it holds."""

    text: str  # visible text, one line a block
    value: str  # its content, datetime or title attribute
    how: str  # rel, itemprop, class, path, text, time, heading
    names: str  # class, id, itemprop and data attributes, lower case
    order: int  # place among the page's elements
    inside: int  # `order` of the innermost marked element around it, else 0
    zone: str  # comment, related, footer, nav, aside, figure or empty
    href: str = ""


@dataclass(frozen=True, slots=True)
class PageData:
    """Statements of a page about itself, in document order."""

    url: str | None = None
    language: str = ""
    title: str = ""
    canonical: str = ""
    meta: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # by lower-case name, property or itemprop
    statements: Statements = field(default_factory=Statements)
    headings: tuple[Mark, ...] = ()  # h1, and elements marked as headline
    authors: tuple[Mark, ...] = ()
    dates: tuple[Mark, ...] = ()
    alternates: Mapping[str, str] = field(default_factory=dict)  # hreflang -> address
    licenses: tuple[str, ...] = ()  # addresses of `rel=license` links, those of the head first
    n_elements: int = 0

    def first(self, *names: str) -> str:
        """The first non-empty content among the meta names, in the order asked for."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")


def read_page(tree: Any, *, url: str | None) -> PageData:
    """The statements of the parsed page `tree` (an lxml element or tree), which is not changed."""
    root = tree.getroot() if hasattr(tree, "getroot") else tree
    if root is None:
        return PageData(url=url)
    reader = _Reader()
    for element in root.iter("*"):
        reader.look_at(element)
    return PageData(
        url=url,
        language=reader.language or str(root.get("lang") or root.get("xml:lang") or ""),
        title=reader.title,
        canonical=reader.canonical,
        meta={name: tuple(values) for name, values in reader.meta.items()},
        statements=json_ld.read(reader.scripts),
        headings=tuple(reader.headings),
        authors=tuple(reader.authors),
        dates=tuple(reader.dates),
        alternates=reader.alternates,
        licenses=tuple(reader.licenses),
        n_elements=reader.order,
    )


class _Reader:
    """Collects the marks of a page while its elements pass by once."""

    def __init__(self) -> None:
        self.order = 0
        self.language = self.title = self.canonical = ""
        self.meta: dict[str, list[str]] = {}
        self.scripts: list[str] = []
        self.headings: list[Mark] = []
        self.authors: list[Mark] = []
        self.dates: list[Mark] = []
        self.alternates: dict[str, str] = {}
        self.licenses: list[str] = []
        self.marked: dict[
            Any, int
        ] = {}  # holds the element proxies, so that lxml hands out the same ones
        self.zones: dict[Any, str] = {}

    def look_at(self, element: Any) -> None:
        self.order += 1
        tag = element.tag
        tail = element.tail
        if (
            tail
            and 7 < len(tail) < 200
            and tag in _BEFORE_DATES
            and element_names.YEAR.search(tail)
        ):
            self._tail(element, fold(tail))
        if tag not in _HEADS:
            if tag not in _SAYS_NOTHING:
                self._place(element, tag)
        elif tag == "meta":
            self._meta(element)
        elif tag == "link":
            self._link(element)
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower():
                self.scripts.append(element.text or "")
        elif tag == "title":
            if (
                not self.title
                and (parent := element.getparent()) is not None
                and parent.tag not in {"svg", "g", "symbol"}
            ):
                self.title = fold((element.text or "")[:4000])[:1000]
        elif tag == "html":
            self.language = element.get("lang") or ""
        elif tag == "h1":
            self._mark(self.headings, element, "heading", element_names.names(element))
        elif tag == "time":
            self._mark(self.dates, element, "time", element_names.names(element))

    def _place(self, element: Any, tag: str) -> None:
        attributes = element.items()
        is_date = False
        if attributes:
            named, prop, rel, href = element_names.naming(tuple(attributes))
            if rel:
                words = rel.lower().split()
                if "license" in words and len(self.licenses) < MAX_LICENSES:
                    self.licenses.append(href.strip()[:500])
                if "author" in words:
                    return self._mark(self.authors, element, "rel", named)
            is_author, is_date = element_names.marked_as(named) if named else (False, False)
            if prop:
                self._property(element, prop.lower(), named)
            elif is_author:
                self._mark(self.authors, element, "class", named)
            elif tag == "a" and href and element_names.is_author_path(href):
                self._mark(self.authors, element, "path", named)
            elif "headline" in named and tag in {"h2", "h3", "div", "span", "p"}:
                self._mark(self.headings, element, "class", named)
            if is_date:
                self._mark(self.dates, element, "class", named)
                if is_author:
                    return None
        if element.text and len(element.text) < 200:
            self._text(element, element.text, is_date=is_date)
        return None

    def _text(self, element: Any, text: str, *, is_date: bool) -> None:
        """Mark an element whose own text opens a byline or holds a year."""
        line = text.lstrip()
        if line and line[0] in element_names.BY_STARTS:
            is_alone = len(line) < 40 and line.rstrip(" :\n\t").lower() in element_names.BY_ALONE
            if is_alone and len(element) == 0:
                self._announced_author(element, line)
            elif element_names.BY.match(line):
                self._mark(self.authors, element, "text", "")
        if (
            not is_date
            and element_names.DIGIT.search(line)
            and element_names.YEAR.search(line)
            and len(line.rstrip()) < 80
        ):
            self._mark(self.dates, element, "text", "")

    def _announced_author(self, element: Any, label: str) -> None:
        """Mark what follows an element that only says "by": the text behind it, or the element beside it."""
        tail, parent = fold(element.tail or ""), element.getparent()
        if tail and len(tail) < 80 and len(self.authors) < MAX_MARKS:
            zone, inside = self._surroundings(element)
            line = f"{fold(label)} {tail}"
            self.authors.append(Mark(line, "", "text", "", self.order, inside, zone))
        elif parent is not None and len(parent) < 6:
            self._mark(self.authors, parent, "text", "")  # `<span>By</span><span>Ana Ruiz</span>`

    def _tail(self, element: Any, tail: str) -> None:
        """Mark a date behind an element, in no element of its own: `<b>Date:</b> 5.1.2024`."""
        is_date = len(tail) < 80 and (tail[:1].isdigit() or len(tail) < 14)
        if is_date and len(self.dates) < MAX_MARKS:
            zone, inside = self._surroundings(element)
            self.dates.append(Mark(tail, "", "text", "", self.order, inside, zone))

    def _property(self, element: Any, prop: str, named: str) -> None:
        last = prop.rsplit(":", 1)[-1]
        if last in {"author", "creator"} or "author" in last.split():
            self._mark(self.authors, element, "itemprop", named)
        elif last in {"datepublished", "datecreated", "datemodified", "published_time", "pubdate"}:
            self._mark(self.dates, element, "itemprop", named)
        elif last == "headline":
            self._mark(self.headings, element, "itemprop", named)
        elif element_names.marked_as(named)[0]:
            self._mark(self.authors, element, "class", named)

    def _mark(self, marks: list[Mark], element: Any, how: str, named: str) -> None:
        if len(marks) >= (MAX_MARKS if how == "text" else 2 * MAX_MARKS):
            return
        text = visible_text(element)[: MAX_MARK_CHARS * 3]
        value = (
            element.get("content")
            or element.get("datetime")
            or element.get("data-datetime")
            or element.get("title")
            or ""
        )
        if not text and not value:
            return
        if how == "class" and len(text) > MAX_MARK_CHARS and marks is not self.headings:
            return
        href = element.get("href") or ""
        zone, inside = self._surroundings(element)
        self.marked[element] = self.order
        marks.append(
            Mark(text, fold(value)[:300], how, named, self.order, inside, zone, href[:500])
        )

    def _surroundings(self, element: Any) -> tuple[str, int]:
        """The zone of an element and the nearest marked element around it."""
        zone, inside = ("figure", 0) if element.tag in {"figure", "figcaption"} else ("", 0)
        for n, ancestor in enumerate(element.iterancestors()):
            if n > 25 or ancestor.tag in {"body", "main"}:
                break
            if not inside:
                inside = self.marked.get(ancestor, 0)
            if not zone:
                zone = self._zone(ancestor)
        return zone, inside

    def _zone(self, ancestor: Any) -> str:
        if ancestor not in self.zones:
            named = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
            self.zones[ancestor] = element_names.ZONE_TAGS.get(
                ancestor.tag
            ) or element_names.zone_named(named)
        return self.zones[ancestor]

    def _meta(self, element: Any) -> None:
        content = element.get("content") or element.get(
            "value"
        )  # a frequent slip, and what some archives write
        if not content or len(self.meta) >= MAX_META:
            return
        for key in ("name", "property", "itemprop", "http-equiv"):
            name = element.get(key)
            if name:
                values = self.meta.setdefault(name.strip().lower()[:100], [])
                if len(values) < 20:
                    values.append(fold(content)[:1000])

    def _link(self, element: Any) -> None:
        rel, href = (element.get("rel") or "").lower(), element.get("href") or ""
        if rel == "canonical" and href and not self.canonical:
            self.canonical = href.strip()[:2000]
        elif rel in {"license", "copyright"} and href and len(self.licenses) < MAX_LICENSES:
            self.licenses.append(href.strip()[:500])
        elif rel == "alternate" and element.get("hreflang") and len(self.alternates) < 100:
            self.alternates.setdefault(element.get("hreflang").lower()[:20], href.strip()[:2000])
