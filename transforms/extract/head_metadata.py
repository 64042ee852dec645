"""Hints about the article in the head of a page: titles, description, schema.org article body."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from lxml.html import HtmlElement

from copydesk.transforms.extract import page_elements
from copydesk.transforms.extract.page_elements import Elements

_TITLES = (
    "og:title",
    "twitter:title",
    "title",
    "headline",
    "dc.title",
    "parsely-title",
    "sailthru.title",
)
_DESCRIPTIONS = ("og:description", "description", "twitter:description")
#: Separators between the parts of a title: a headline or the name of a section, the name of the
#: site.
TITLE_SEPARATOR = re.compile(r"\s+[|\-–—:»«•·]+\s+|\s*[|»]\s*")
_HEADLINE = re.compile(r'"headline"\s*:\s*"((?:[^"\\]|\\.){4,300})"')
_BLOCK_END = re.compile(
    r"</(?:p|div|h[1-6]|li|blockquote|tr|figcaption)\s*>|<br\s*/?>", re.IGNORECASE
)
_MARKUP = re.compile(r"<[^<>]{0,2000}>")
#: Characters of an article body that are compared. More would say no more about the blocks
#: (arbitrary, a long feature).
_BODY_CHARS = 200_000
_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"([A-Za-z]{3,40})"')
_MOST_TYPES = 200
#: Names of meta elements that give the kind of the page, and the kind that they mean if their value
#: gives none.
_KIND_NAMES = {"og:type": "", "article:published_time": "published_time"}
#: Classes that WordPress and Drupal give to the body of a list or an error page, and the kind that
#: they mean.
_LIST_CLASSES = frozenset(
    ("archive", "search-results", "search-no-results", "path-taxonomy", "page-taxonomy-term")
)
_ERROR_CLASSES = frozenset(("error404", "page-not-found", "page-error-404"))
LIST_CLASS, ERROR_CLASS = "body:list", "body:error"
_STATE_TYPES = frozenset(("", "application/json", "text/javascript", "module"))
_MOST_SCRIPTS = 300  # arbitrary
#: Each title is compared with each block, so a page may not name thousands (arbitrary: an honest
#: page has three or four).
_MOST_TITLES = 20


@dataclass(frozen=True, slots=True)
class ScriptText:
    """A script that may contain the state of the page. It is read only when it is needed."""

    elements: Elements
    script: int
    is_json: bool

    def text(self) -> str:
        """The body of the script."""
        return self.elements.text(self.script)


@dataclass(frozen=True, slots=True)
class Hints:
    """Hints about the article from the head of the page."""

    titles: tuple[str, ...] = ()
    description: str = ""
    body: str = ""
    scripts: tuple[ScriptText, ...] = ()
    #: Lower-case kinds of the page in its own data: JSON-LD types, and `og:` with the Open Graph type.
    kinds: frozenset[str] = frozenset()

    def titles_and_parts(self) -> list[str]:
        """Return the titles, each followed by its parts: a headline, a section, the site's name.

        >>> Hints(("Wall falls | Harbour Post",)).titles_and_parts()
        ['Wall falls | Harbour Post', 'Wall falls', 'Harbour Post']
        """
        return [part for title in self.titles for part in (title, *TITLE_SEPARATOR.split(title))]


def read_hints(page: HtmlElement | Elements) -> Hints:
    """Return the hints of a parsed page, or of its elements if they have been read already."""
    elements = page if isinstance(page, Elements) else page_elements.read(page)
    titles: dict[str, None] = {}
    kinds: set[str] = set()
    description = ""
    for element in np.flatnonzero(elements.are(("title", "meta", "body"))).tolist():
        attributes = elements.attributes_of(element)
        tag = elements.names[elements.kind[element]]
        if tag == "body":
            kinds |= _kinds_of_body(attributes.get("class", ""))
            continue
        if tag == "title":
            text = " ".join(elements.text(element).split())
            if text and not titles:
                titles[text] = None
            continue
        name = (attributes.get("property") or attributes.get("name") or "").lower()
        content = attributes.get("content", "")
        if name in _KIND_NAMES:
            kinds.add(_KIND_NAMES[name] or f"og:{content[:40].strip().lower()}")
        elif name in _TITLES:
            titles[" ".join(content.split())] = None
        elif name in _DESCRIPTIONS and not description:
            description = content
    body, scripts = _read_scripts(elements, titles, kinds)
    titles = dict.fromkeys(islice(titles, _MOST_TITLES))
    for title in tuple(titles):
        # A site's name after a bar or dash is not part of the headline.
        parts = TITLE_SEPARATOR.split(title)
        if len(parts) > 1:
            titles[max(parts, key=width)] = None
    return Hints(
        tuple(t for t in titles if t),
        description,
        paragraphs(body[:_BODY_CHARS]),
        tuple(scripts[:_MOST_SCRIPTS]),
        frozenset(kinds),
    )


def width(text: str) -> int:
    """Return the length of a text, in which a wide letter counts as two.

    A headline in such letters is shorter than the Latin name of its site.

    >>> width("Harbour Post"), width("새 다리 오월에 개통")
    (12, 19)
    """
    if text.isascii():
        return len(text)
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _kinds_of_body(classes: str) -> set[str]:
    """Return what the classes of the body say about the kind of the page.

    >>> _kinds_of_body("archive category category-7"), _kinds_of_body("single single-post")
    ({'body:list'}, set())
    """
    names = frozenset(classes.lower().split())
    if not names.isdisjoint(_ERROR_CLASSES):
        return {ERROR_CLASS}
    is_list = not names.isdisjoint(_LIST_CLASSES) and "single" not in names
    return {LIST_CLASS} if is_list else set()


def _read_scripts(
    elements: Elements, titles: dict[str, None], kinds: set[str]
) -> tuple[str, list[ScriptText]]:
    """Return the longest article body in the page's JSON-LD, and the other scripts.

    Adds the headlines in JSON-LD to `titles`, and its types to `kinds`.
    """
    body = ""
    scripts: list[ScriptText] = []
    for script in np.flatnonzero(elements.are(("script",))).tolist():
        attributes = elements.attributes_of_kind(int(elements.kind[script]))
        kind = attributes.get("type", "").strip().lower()
        if kind != "application/ld+json":
            if kind in _STATE_TYPES and not elements.has(script, "src"):
                scripts.append(ScriptText(elements, script, kind == "application/json"))
            continue
        text = elements.body(script)
        if text:
            kinds.update(name.lower() for name in _TYPE.findall(text[:_BODY_CHARS])[:_MOST_TYPES])
            found = _HEADLINE.search(text)
            if found:
                titles[_unescaped(found[1])] = None
            if '"articleBody"' in text:
                body = max(body, _article_body(text), key=len)
    return body, scripts


def paragraphs(value: str) -> str:
    """Convert a value of page data to plain text: no markup, decoded entities, one paragraph a line.

    >>> paragraphs("<p>Rain &amp; wind.</p><p>Snow.</p>")
    'Rain & wind.\\nSnow.'
    """
    text = value
    if "&lt;" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _MARKUP.sub("", _BLOCK_END.sub("\n", text))
    text = html.unescape(text).replace("\xad", "")
    lines = (" ".join(line.split()) for line in text.splitlines())
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def _unescaped(value: str) -> str:
    try:
        return html.unescape(str(json.loads(f'"{value}"', strict=False)))
    except ValueError:
        return value


def _article_body(text: str) -> str:
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return ""
    return max(_values(found, "articleBody"), key=len, default="")


def _values(found: object, name: str) -> Iterator[str]:
    stack = [found]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if isinstance(node.get(name), str):
                yield node[name]
            stack.extend(v for v in node.values() if isinstance(v, dict | list))
        elif isinstance(node, list):
            stack.extend(v for v in node if isinstance(v, dict | list))
