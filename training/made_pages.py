"""Make section fronts and news in brief from pages with an article.

Labelled sets have few section fronts of news sites, with few kinds of markup. On a made page, what
surrounds the article is real, in many languages, and the markup of the teasers is drawn at random.
A front lists teasers in place of the article. Only training uses these pages.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement, tostring

from copydesk.transforms.article import Refused
from copydesk.transforms.extract.head_metadata import read_hints
from copydesk.transforms.extract.parse import parse
from training import splicing

#: A headline, the text below it (or nothing), and its link.
Teaser = tuple[str, str, str]

_PROSE_WORDS = 12
_BOXES = ("article", "div", "li", "div", "section", "tr")
_HEADINGS = ("h2", "h3", "h3", "h4", "div", "span", "h5")
_NAMES = (
    ("News", "news"),
    ("Sport", "sport"),
    ("Politik", "politik"),
    ("Économie", "economie"),
    ("Cultura", "cultura"),
    ("Región", "region"),
    ("Technology", "technology"),
    ("Local news", "local-news"),
    ("Mondo", "mondo"),
    ("Opinion", "opinion"),
    ("Wirtschaft", "wirtschaft"),
    ("Sağlık", "saglik"),
    ("Новости", "novosti"),
    ("财经", "caijing"),
    ("Biznes", "biznes"),
    ("Climate change", "climate-change"),
)
_PATHS = (
    "/{}",
    "/{}/",
    "/tag/{}",
    "/topics/{}",
    "/category/{}/page/2",
    "/rubrik/{}",
    "/",
    "/{}/all",
)
_MORE = (
    "Load more",
    "Next page",
    "Older posts",
    "Weitere Artikel",
    "Plus d'articles",
    "Ver más",
    "2",
    "›",
)


def teaser(page: dict[str, Any]) -> Teaser | None:
    """Return the headline of a page, with its own description."""
    try:
        hints = read_hints(parse(page["html"]))
    except Refused:
        return None
    said = hints.description or " ".join((page.get("gold_text") or "").split()[:30])
    if not hints.titles:
        return None
    title = min(hints.titles, key=len)
    return _printable(title), _printable(said)[:300], _printable(page.get("url") or "/a/1")


def _printable(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def front(
    page: dict[str, Any], teasers: Sequence[Teaser], rng: random.Random
) -> dict[str, Any] | None:
    """Return the page with a list of teasers in place of its article.

    Return None if the article is not found.
    """
    tree, article = _opened(page)
    if article is None:
        return None
    name, word = rng.choice(_NAMES)
    url = page.get("url") or "https://www.example.com/a"
    host = urlsplit(url).netloc
    for heading in tree.iter("h1"):
        heading.getparent().remove(heading)
    article.clear(keep_tail=True)
    if rng.random() < 0.7:
        etree.SubElement(article, rng.choice(("h1", "h1", "h2"))).text = name
    if rng.random() < 0.3:
        etree.SubElement(article, "p").text = f"{rng.choice(teasers)[1]}"
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _list(article, rng.sample(list(teasers), min(len(teasers), rng.randint(4, 30))), rng)
    if rng.random() < 0.5:
        etree.SubElement(article, "a", href="?page=2").text = rng.choice(_MORE)
    head = tree.find("head")
    if head is not None:
        for node in head.xpath("./title|./meta|./script"):
            head.remove(node)
        etree.SubElement(head, "title").text = f"{name} | {host}"
        if rng.random() < 0.6:
            etree.SubElement(head, "meta", property="og:type", content="website")
        if rng.random() < 0.3:
            script = etree.SubElement(head, "script", type="application/ld+json")
            kind = rng.choice(("CollectionPage", "WebPage", "ItemList"))
            script.text = json.dumps({"@type": kind})
    path = rng.choice(_PATHS).format(word)
    return {"id": f"{page.get('id')}-front", "url": f"https://{host}{path}", "html": _text(tree)}


def brief(page: dict[str, Any], rng: random.Random) -> dict[str, Any] | None:
    """Return a page whose article ends after a paragraph or two.

    Return None if the article is not found. News in brief and the visible part of a story behind a
    wall end like this. The page counts as an article, although it also has lists of teasers.
    """
    tree, article = _opened(page)
    if article is None:
        return None
    paragraphs = [p for p in article.iter("p") if len("".join(p.itertext()).split()) > _PROSE_WORDS]
    last = rng.choice((1, 1, 2, 3))
    if len(paragraphs) <= last:
        return None
    for paragraph in paragraphs[last:]:
        paragraph.getparent().remove(paragraph)
    return {"id": f"{page.get('id')}-brief", "url": page.get("url"), "html": _text(tree)}


def _opened(page: dict[str, Any]) -> tuple[HtmlElement, HtmlElement | None]:
    try:
        tree = parse(page["html"])
    except Refused:
        return etree.Element("html"), None
    article = splicing.article_element(tree, page.get("gold_text") or "")
    if article is not None and article.tag in ("html", "body"):
        article = None
    return tree, article


def _list(place: HtmlElement, teasers: Sequence[Teaser], rng: random.Random) -> None:
    """Return teasers with the same markup, with or without a heading above them."""
    if rng.random() < 0.3:
        etree.SubElement(place, "h2").text = rng.choice(_NAMES)[0]
    box = rng.choice(_BOXES)
    holder = etree.SubElement(place, {"li": "ul", "tr": "table"}.get(box, "div"))
    heading, label = (
        rng.choice(_HEADINGS),
        rng.choice(("card", "teaser", "item", "", "entry", "c-4")),
    )
    below = rng.choice(("p", "p", "div"))
    with_text, whole, with_day, with_more = (rng.random() < p for p in (0.65, 0.3, 0.5, 0.15))
    for title, said, url in teasers:
        item = etree.SubElement(holder, box)
        if label:
            item.set("class", label)
        inner = etree.SubElement(item, "td") if box == "tr" else item
        if whole:
            inner = etree.SubElement(inner, "a", href=url)
            etree.SubElement(inner, heading).text = title
        else:
            etree.SubElement(etree.SubElement(inner, heading), "a", href=url).text = title
        if with_text and said:
            etree.SubElement(inner, below).text = said
        if with_day:
            etree.SubElement(inner, "time").text = f"{rng.randint(1, 28)}.{rng.randint(1, 12)}.2024"
        if with_more:
            etree.SubElement(inner, "a", href=url).text = "Read more"


def _text(tree: HtmlElement) -> str:
    return str(tostring(tree, encoding="unicode"))
