"""Put the text of other pages beside an article, as sites do.

On real pages the most text is lost to another article, a gallery or a stream of entries that reads
like the article. Such pages are rare in any labelled set. Splicing makes any number of them from
the pages that there are.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement

from copydesk.flows import evaluation

_WRAPPERS = (
    "",
    "",
    "",
    "item",
    "entry",
    "content",
    "section",
    "wrap",
    "block",
    "row",
    "next",
    "module",
    "c-1",
    "group",
)
_TAGS = ("div", "div", "div", "section", "article", "li", "aside")
_MIN_PARAGRAPH = 60


def article_element(tree: HtmlElement, gold: str) -> HtmlElement | None:
    """Return the smallest element with four fifths of the paragraphs of the article, or None."""
    shingles = set(evaluation.shingles(evaluation.tokens(gold)))
    inside: Counter[HtmlElement] = Counter()
    total = 0
    for node in tree.iter("p", "li", "div", "td", "blockquote"):
        if node.tag != "p" and (node.find(".//p") is not None or node.find(".//div") is not None):
            continue
        grams = evaluation.shingles(evaluation.tokens("".join(node.itertext())))
        size = sum(grams.values())
        if size > 8 and sum(n for gram, n in grams.items() if gram in shingles) > 0.7 * size:
            total += size
            for above in node.iterancestors():
                inside[above] += size
    holding = [node for node, size in inside.items() if size >= 0.8 * total]
    return max(holding, key=lambda node: sum(1 for _ in node.iterancestors()), default=None)


def splice(article: HtmlElement, articles: Sequence[HtmlElement], rng: random.Random) -> bool:
    """Put text of other articles beside `article`, in its tree.

    Return False if the other articles have too little text.
    """
    foreign = _whole(rng.choice(articles), rng) if rng.random() < 0.5 else _items(articles, rng)
    if foreign is None:
        return False
    place = article
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        above = place.getparent()
        if above is None or above.tag in {"html", "body"}:
            break
        place = above
    if place.getparent() is None or place.tag in {"html", "body"}:
        place.append(foreign)
    elif rng.random() < 0.12:
        place.addprevious(foreign)
    else:
        place.addnext(foreign)
    return True


def _whole(article: HtmlElement, rng: random.Random) -> HtmlElement:
    """Return the article of another page with its markup, in a wrapper."""
    wrapper = _wrapper(rng)
    if rng.random() < 0.7:
        heading = etree.SubElement(wrapper, rng.choice(("h1", "h2", "h2", "h3")))
        title = article.getroottree().findtext(".//title") or ""
        heading.text = title[:120]
    inner = copy.deepcopy(article)
    inner.tail = None
    if inner.tag in {"html", "body"}:
        inner.tag = "div"
    wrapper.append(inner)
    return wrapper


def _items(articles: Sequence[HtmlElement], rng: random.Random) -> HtmlElement | None:
    """Return a stream of items as in galleries or comments.

    Each item has a paragraph of some article.
    """
    texts = []
    for article in rng.sample(list(articles), min(len(articles), 6)):
        texts += [
            t
            for p in article.iter("p")
            if len(t := " ".join("".join(p.itertext()).split())) >= _MIN_PARAGRAPH
        ]
    if len(texts) < 4:
        return None
    rng.shuffle(texts)
    wrapper = _wrapper(rng)
    if rng.random() < 0.5:
        etree.SubElement(wrapper, "h2").text = " ".join(
            rng.choice(texts).split()[: rng.randint(1, 6)]
        )
    tag, label, body = (
        rng.choice(("div", "li", "div", "figure", "article")),
        rng.choice(_WRAPPERS),
        rng.choice(("p", "p", "div", "figcaption")),
    )
    with_name = rng.random() < 0.6
    for text in texts[: rng.randint(4, 25)]:
        item = etree.SubElement(wrapper, tag)
        if label:
            item.set("class", label)
        if with_name:
            etree.SubElement(item, rng.choice(("span", "h3", "b"))).text = " ".join(
                text.split()[:3]
            )
        etree.SubElement(item, body).text = text
    return wrapper


def _wrapper(rng: random.Random) -> HtmlElement:
    wrapper = etree.Element(rng.choice(_TAGS))
    label = rng.choice(_WRAPPERS)
    if label:
        wrapper.set("class", label)
    return wrapper
