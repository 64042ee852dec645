"""What a page says of itself, read in one pass before extraction. Plain values, no tree inside."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from copydesk.transforms.tag import json_ld
from copydesk.transforms.tag.json_ld import Statements

MAX_META = 300
MAX_MARKS = 200  # of each kind; later ones belong to lists of other stories
MAX_LICENSES = 10  # of a page; more are those of its pictures
MAX_PARTS = 400  # pieces of text read for one mark
MAX_MARK_CHARS = 400  # longer "bylines" are biographies
_MOST_OF_A_PART = (
    3 * MAX_MARK_CHARS + 1
)  # characters; a page may nest a thousand marks around one text of megabytes

_HIDDEN = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "option",
        "textarea",
    }
)
_HEADS = frozenset({"meta", "link", "script", "title", "html", "h1", "time"})
_SAYS_NOTHING = _HIDDEN | {"img", "input", "path", "body", "head", "source", "use"}
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "button",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "section",
        "table",
        "td",
        "th",
        "time",
        "tr",
        "ul",
    }
)
_AUTHOR_WORDS = re.compile(
    r"author|byline|by-line|by_line|(?:^|\s)by(?:\s|$)|writer|contributor|autor|auteur|reporter|redakteur|redacteur|journalist|kicker__by|"
    r"forfatter|skribent|firma|signature|credits?\b|dateline|creator|posted-?by|written|tekijä|autheur|avtor|penulis|p-author|fn\b|vcard",
    re.I,
)
#: Folders of addresses of people.
_AUTHOR_FOLDERS = frozenset(
    "author authors autor autore autores autoren autori auteur auteurs contributor contributors "
    "profile profiles people staff reporter reporters writer writers journalist journalists "
    "columnist columnists by byline person redaktion redaktor bio team journaliste journalistes "
    "periodista firma firmas skribent forfatter user users member members correspondent "
    "correspondents".split()  # noqa: SIM905  # as a list it takes forty lines
)
_AUTHOR_QUERY = re.compile(r"[?&]author=|/@[\w.-]+/?$", re.I)
_DATE_WORDS = re.compile(
    r"date|time|publish|posted|updated|modif|datum|fecha|heure|uhr|meta|stamp|pub-|byline|dateline|info",
    re.I,
)
_BY = re.compile(
    r"\s*(?:by|von|par|por|di|da|av|af|door|written by|posted by|this post was written by|this article was written by|text|texte|autor|author|reporting by|story by|words by)\b[\s:]",
    re.I,
)
#: First letters of what `_BY` matches.
_BY_STARTS = frozenset("bvpdawtrsBVPDAWTRS\u017f")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./]\d\d?[./]\d\d")
# Not "hfeed", the class of hAtom around every article, nor the boxes that a page builder makes of everything.
_ZONES = (
    ("comment", re.compile(r"comment|disqus|respond|discussion|reply|replies", re.I)),
    (
        "related",
        re.compile(
            r"related|recommend|sidebar|side-bar|popular|trending|most-?(?:read|viewed|popular)|more-(?:from|stories|news|on)|read-?(?:more|next)|"
            r"teaser|promo|carousel|newsletter|subscribe|(?<!elementor-)widget|latest|suggest|outbrain|taboola|recirc|river|(?<!h)feed|up-next|also-like|next-?post|"
            r"previous-?post|post-?navigation|(?<!icon-)list-item|listing|\bcards?\b|trailer|breaking|ticker",
            re.I,
        ),
    ),
    ("footer", re.compile(r"footer|copyright|colophon|legal", re.I)),
    (
        "nav",
        re.compile(
            r"\bnav\b|navbar|menu|breadcrumb|masthead|site-?header|dropdown|modal|popup|cookie|consent|search",
            re.I,
        ),
    ),
)
_ZONE_TAGS = {
    "footer": "footer",
    "nav": "nav",
    "aside": "aside",
    "figure": "figure",
    "figcaption": "figure",
    "blockquote": "figure",
}


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
            self._mark(self.headings, element, "heading", names(element))
        elif tag == "time":
            self._mark(self.dates, element, "time", names(element))

    def _place(self, element: Any, tag: str) -> None:
        attributes = element.items()
        if attributes:
            named, prop, rel, href = _naming(tuple(attributes))
            if rel:
                words = rel.lower().split()
                if "license" in words and len(self.licenses) < MAX_LICENSES:
                    self.licenses.append(href.strip()[:500])
                if "author" in words:
                    return self._mark(self.authors, element, "rel", named)
            is_author, is_date = _told(named) if named else (False, False)
            if prop:
                self._property(element, prop.lower(), named)
            elif is_author:
                self._mark(self.authors, element, "class", named)
            elif tag == "a" and href and _is_author_path(href):
                self._mark(self.authors, element, "path", named)
            elif "headline" in named and tag in {"h2", "h3", "div", "span", "p"}:
                self._mark(self.headings, element, "class", named)
            if is_date:
                return self._mark(self.dates, element, "class", named)
        text = element.text
        if text and len(text) < 200 and (line := text.lstrip()):
            if line[0] in _BY_STARTS and _BY.match(line):
                self._mark(self.authors, element, "text", "")
            if len(text) < 80 and _DIGIT.search(line) and _YEAR.search(line):
                self._mark(self.dates, element, "text", "")
        return None

    def _property(self, element: Any, prop: str, named: str) -> None:
        last = prop.rsplit(":", 1)[-1]
        if last in {"author", "creator"} or "author" in last.split():
            self._mark(self.authors, element, "itemprop", named)
        elif last in {"datepublished", "datecreated", "datemodified", "published_time", "pubdate"}:
            self._mark(self.dates, element, "itemprop", named)
        elif last == "headline":
            self._mark(self.headings, element, "itemprop", named)
        elif _told(named)[0]:
            self._mark(self.authors, element, "class", named)

    def _mark(self, marks: list[Mark], element: Any, how: str, named: str) -> None:
        if len(marks) >= MAX_MARKS:
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
        """The zone an element stands in and the nearest marked element around it."""
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
            self.zones[ancestor] = _ZONE_TAGS.get(ancestor.tag) or _zone_named(named)
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


def names(element: Any) -> str:
    """Class, id, itemprop and test names of an element, lower case, in one string."""
    return _joined(dict(element.items()))


_NAMING = (
    "class",
    "id",
    "itemprop",
    "property",
    "data-testid",
    "data-test",
    "data-qa",
    "data-component",
    "name",
)
_NAMES = frozenset(_NAMING)
_PROPERTIES = frozenset(("itemprop", "property"))


@lru_cache(maxsize=1 << 12)
def _naming(attributes: tuple[tuple[str, str], ...]) -> tuple[str, str, str, str]:
    """The names of an element as `names` gives them, its property, its relation and its address; most have one name."""
    named = only = rel = href = ""
    n_names = 0
    for key, value in attributes:
        if key in _NAMES and value:
            n_names += 1
            named, only = value, key
        elif key == "rel":
            rel = value
        elif key == "href":
            href = value
    if n_names < 2:
        return named.lower()[:300], named if only in _PROPERTIES else "", rel, href
    of = dict(attributes)
    return _joined(of), of.get("itemprop") or of.get("property") or "", rel, href


def _joined(attributes: Mapping[str, str]) -> str:
    return " ".join([attributes[key] for key in _NAMING if attributes.get(key)]).lower()[:300]


@lru_cache(maxsize=1 << 14)
def _zone_named(named: str) -> str:
    """The zone that class and id name, or an empty text."""
    return next((label for label, pattern in _ZONES if pattern.search(named)), "")


def _is_author_path(href: str) -> bool:
    """Whether an address is that of a person's page.

    >>> _is_author_path("/authors/ana-ruiz"), _is_author_path("/news/authors")
    (True, False)
    """
    low = href.lower()
    return not _AUTHOR_FOLDERS.isdisjoint(low.split("/")[1:-1]) or (
        ("@" in low or "author=" in low) and _AUTHOR_QUERY.search(low) is not None
    )


@lru_cache(maxsize=1 << 14)
def _told(named: str) -> tuple[bool, bool]:
    """Whether names are those of an author's place, and of a date's; a page repeats few names often."""
    told = [_name_told(name) for name in named.split()]
    return any(is_author for is_author, _ in told), any(is_date for _, is_date in told)


@lru_cache(maxsize=1 << 15)
def _name_told(name: str) -> tuple[bool, bool]:
    return _AUTHOR_WORDS.search(name) is not None, _DATE_WORDS.search(name) is not None


def visible_text(element: Any) -> str:
    """The text of an element, one line a block.

    Inline neighbours without white space between two letters are set apart as well: pages
    separate them by style alone. After some 400 pieces the rest is left out.
    """
    parts: list[str] = []
    _collect(element, parts, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(_INLINE.sub(_between, line).strip() for line in lines if line.strip(" \ue000"))


_INLINE = re.compile(" ?\ue000[ \ue000]*")


def _between(match: re.Match[str]) -> str:
    """What stands for the border of an inline element: a space where one was, a line where letters touch."""
    if " " in match[0]:
        return " "
    text, start, end = match.string, match.start(), match.end()
    touching = start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    return "\n" if touching else ""


def _collect(element: Any, parts: list[str], depth: int) -> None:
    if element.text:
        parts.append(element.text[:_MOST_OF_A_PART].replace("\n", " "))
    for child in element:
        if len(parts) > MAX_PARTS:
            break
        tag = child.tag
        if isinstance(tag, str) and tag not in _HIDDEN and depth < 30:
            border = "\n" if tag in _BLOCKS else "\ue000"
            parts.append(border)
            _collect(child, parts, depth + 1)
            parts.append(border)
        if child.tail:
            parts.append(child.tail[:_MOST_OF_A_PART].replace("\n", " "))


def fold(text: str) -> str:
    """Entities decoded, white space folded.

    >>> fold(" A&amp;B \\n c ")
    'A&B c'
    """
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split())
