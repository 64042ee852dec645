"""What the head of a page says of its article: titles, description, schema.org article body."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

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
_HEADLINE = re.compile(r'"headline"\s*:\s*"((?:[^"\\]|\\.){4,300})"')
_MARKUP = re.compile(r"<[^>]{0,500}>")
#: More of an article body than this tells no more of the blocks (arbitrary, a long feature).
_BODY_CHARS = 200_000
#: Each title is compared with each block, so a page may not name thousands (arbitrary: an honest page names three or four).
_MOST_TITLES = 20


@dataclass(frozen=True, slots=True)
class Hints:
    """What the head of the page says of its article."""

    titles: tuple[str, ...] = ()
    description: str = ""
    body: str = ""


def read_hints(tree: HtmlElement) -> Hints:
    """The hints of a parsed page, which stays as it is."""
    titles: dict[str, None] = {}
    description = ""
    for node in tree.iter("title", "meta"):
        if node.tag == "title":
            text = " ".join((node.text or "").split())
            if text and not titles:
                titles[text] = None
            continue
        name = (node.get("property") or node.get("name") or "").lower()
        if name in _TITLES:
            titles[" ".join((node.get("content") or "").split())] = None
        elif name in _DESCRIPTIONS and not description:
            description = node.get("content") or ""
    body = ""
    for script in tree.iter("script"):
        text = script.text
        if text and (script.get("type") or "").strip().lower() == "application/ld+json":
            found = _HEADLINE.search(text)
            if found:
                titles[_unescaped(found[1])] = None
            if '"articleBody"' in text:
                body = max(body, _article_body(text), key=len)
    titles = dict.fromkeys(islice(titles, _MOST_TITLES))
    for title in tuple(titles):
        # A site's name after a bar or dash is no part of the headline.
        parts = re.split(r"\s+[|\-–—:»«•·]+\s+|\s*[|»]\s*", title)
        if len(parts) > 1:
            titles[max(parts, key=len)] = None
    return Hints(tuple(t for t in titles if t), description, body[:_BODY_CHARS])


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
    bodies = [html.unescape(_MARKUP.sub(" ", body)) for body in _values(found, "articleBody")]
    return max(bodies, key=len, default="")


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
