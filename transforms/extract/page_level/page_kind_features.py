"""The shape of a page in numbers, which the model of `page_kind` reads."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import TITLE_SEPARATOR, Hints, width
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS
from copydesk.transforms.extract.page_elements import Index, Marks, covered
from copydesk.transforms.extract.page_level.empty_pages.notice_texts import LIST_ADDRESS

_ARTICLES = frozenset(
    (
        "og:article",
        "newsarticle",
        "article",
        "blogposting",
        "reportagenewsarticle",
        "opinionnewsarticle",
        "analysisnewsarticle",
        "liveblogposting",
        "recipe",
        "techarticle",
        "review",
        "reviewnewsarticle",
    )
)
#: Types in a page's data that mean a list of pages or of goods.
LISTS = frozenset(
    (
        "collectionpage",
        "searchresultspage",
        "itemlist",
        "profilepage",
        "product",
        "offercatalog",
        "productcollection",
        "productgroup",
        "aggregateoffer",
        "og:product",
        "og:product.group",
        "og:website",
        "store",
        "onlinestore",
        "blog",
    )
)
#: From this number on, similar boxes under one parent are cards (arbitrary).
CARDS = 4
#: A paragraph of prose has this many words and the end of a sentence, or this many characters. Some
#: scripts, such as Armenian and Thai, end sentences with their own marks or with none (arbitrary).
_PROSE_WORDS, _PROSE_CHARS, _PROSE_LINKS = 20, 200, 0.3
_PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?(?:€|£|zł|kr|USD|EUR)\b")

#: The label of a link to the next page of a list, or to more of it, in the languages of the rule
#: tables.
_PAGINATION = re.compile(
    r"(?:load|show|view|see) (?:more|all).{0,25}|more (?:stories|articles|news|posts|results)"
    r"|(?:next|older|newer|previous)(?: (?:page|posts|articles|entries|stories))?"
    r"|weitere? (?:artikel|meldungen|beiträge).{0,10}|mehr (?:laden|anzeigen)|nächste(?: seite)?"
    r"|plus d'articles|voir plus.{0,20}|(?:page )?suivante?|ver más.{0,20}|cargar más|siguiente"
    r"|mostra altro|carica altr.{0,12}|successiv[ao]|próxima?|carregar mais|meer (?:laden|artikelen)"
    r"|volgende|\d{1,3}|[›»>→…]|(?:page|seite|página) \d+ (?:of|von|de) \d+",
    re.IGNORECASE,
)
#: Labels for what a reader may do with a list, and for its length.
_LENGTH_OF_LIST = re.compile(
    r".{0,20}\b\d[\d,.]* (?:results?|items?|products?|articles?|stories|posts|treffer|ergebnisse|artikel"
    r"|résultats?|resultados|risultati)\b.{0,20}",
    re.IGNORECASE,
)
_FILTER = re.compile(
    r"(?:sort|filter|order|refine|sortier\w*|trier|filtr\w*|ordenar|ordina)\b.{0,30}"
    r"|(?:showing|displaying|zeige|affichage|mostrando) .{0,40}|add to (?:cart|bag|basket)|in den warenkorb"
    r"|quick (?:view|shop)|ajouter au panier|compare",
    re.IGNORECASE,
)
#: The path of a front page. With a query it may be that of any page.
_FRONT = re.compile(r"/(?:index|default|home|main)\.(?:html?|php|aspx?|jsp|shtml)", re.IGNORECASE)
_LABEL_CHARS = 60
_DIGIT = re.compile(r"\d")
#: First characters of the labels that `_PAGINATION`, beside digits, and `_FILTER` match.
_PAGINATION_STARTS = frozenset("lsvmonpwc›»>→…")
_FILTER_STARTS = frozenset("sfortdzamiqc")


@dataclass(frozen=True, slots=True)
class JudgedBlocks:
    """The result of extraction: the blocks, which of them are kept, their words and links."""

    page: Page
    kept: npt.NDArray[np.bool_]
    words: Column
    links: Column
    ends: Column
    is_title: npt.NDArray[np.bool_]

    def prose(self) -> Column:
        """Return the words of each kept block of prose, and 0 for other blocks."""
        is_long = self.page.size >= _PROSE_CHARS
        is_said = (self.words >= _PROSE_WORDS) & (self.ends >= 1)
        return self.words * (self.kept & (self.links < _PROSE_LINKS) & (is_said | is_long))

    def longest_run(self, prose: Column) -> float:
        """Return the largest number of words of prose under one parent."""
        if not prose.any():
            return 0.0
        parent = np.maximum(self.page.parent[self.page.block_element], 0)
        return float(np.bincount(parent, weights=prose).max())


NAMES = (
    "kept_words",
    "kept_share",
    "kept_links",
    "kept_linked",
    "kept_span",
    "page_words",
    "page_links",
    "prose_words",
    "prose_outside_cards",
    "prose_after_prose",
    "prose_beside_prose",
    "longest_paragraph",
    "longest_run",
    "paragraphs",
    "cards",
    "cards_share",
    "kept_in_cards",
    "prices",
    "pagination",
    "filters",
    "inputs",
    "times",
    "teaser_words",
    "product_words",
    "comment_words",
    "headings",
    "linked_headings_share",
    "kept_headings",
    "title_words",
    "heading_words",
    "title_place",
    "heading_is_title",
    "says_article",
    "says_list",
    "says_website",
    "address_is_root",
    "address_words",
    "address_digits",
    "address_is_list",
)


def features(judged: JudgedBlocks, hints: Hints, url: str | None) -> npt.NDArray[np.float32]:
    """Return one row of numbers about a page, named by `NAMES`.

    Counts are logarithms, shares are from 0 to 1, and -1 means unknown.
    """
    prose = judged.prose()
    found = (
        _of_text(judged)
        | _of_prose(judged, prose)
        | _of_boxes(judged, prose)
        | _of_labels(judged.page)
        | _of_headings(judged, hints)
        | _of_data(hints)
        | _of_address(url)
    )
    return np.array([[found[name] for name in NAMES]], dtype=np.float32)


def _of_text(judged: JudgedBlocks) -> dict[str, float]:
    kept, words = judged.kept, judged.words
    sizes, linked = judged.page.size.astype(np.float64), judged.page.link_count > 0
    total, kept_words = _sum(words), _sum(words, kept)
    places = np.flatnonzero(kept)
    return {
        "kept_words": np.log1p(kept_words),
        "kept_share": kept_words / max(1.0, total),
        "kept_links": _sum(sizes * judged.links, kept) / max(1.0, _sum(sizes, kept)),
        "kept_linked": float((linked & kept).sum()) / max(1, len(places)),
        "kept_span": float(places[-1] - places[0] + 1) / len(kept) if len(places) else 0.0,
        "page_words": np.log1p(total),
        "page_links": _sum(sizes * judged.links) / max(1.0, _sum(sizes)),
    }


def _of_prose(judged: JudgedBlocks, prose: Column) -> dict[str, float]:
    """Return the features of the paragraphs and their order.

    Those of an article follow each other. Those of teasers have a heading between them.
    """
    is_prose = prose > 0
    parent = judged.page.parent[judged.page.block_element]
    places = np.flatnonzero(is_prose)
    rank = np.cumsum(judged.kept)  # The number of each block among the kept ones.
    first, second = places[:-1], places[1:]
    beside = (rank[second] == rank[first] + 1) & (parent[second] == parent[first])
    return {
        "prose_words": np.log1p(_sum(prose)),
        "prose_after_prose": np.log1p(float((is_prose[1:] & is_prose[:-1]).sum())),
        "prose_beside_prose": float(beside.mean()) if len(beside) else 0.0,
        "longest_paragraph": np.log1p(float(prose.max(initial=0.0))),
        "longest_run": judged.longest_run(prose) / max(1.0, _sum(judged.words, judged.kept)),
        "paragraphs": np.log1p(float(len(places))),
    }


def _of_boxes(judged: JudgedBlocks, prose: Column) -> dict[str, float]:
    """Return the features of similar boxes, and of boxes named for teasers, products and comments."""
    words = judged.words
    n_cards, in_cards = cards(judged.page)
    total = max(1.0, _sum(words))
    return {
        "prose_outside_cards": np.log1p(_sum(prose, ~in_cards)),
        "cards": np.log1p(n_cards),
        "cards_share": _sum(words, in_cards) / total,
        "kept_in_cards": _sum(words, in_cards & judged.kept) / max(1.0, _sum(words, judged.kept)),
    } | {
        f"{group}_words": _sum(words, _named(judged.page, group)) / total
        for group in ("teaser", "product", "comment")
    }


def _of_labels(page: Page) -> dict[str, float]:
    """Return the features of the short lines of a list, and of the elements of its forms and dates."""
    prices = pagination = filters = 0
    for block in np.flatnonzero(page.size < _LABEL_CHARS).tolist():
        label = page.text[block].strip()
        first = label[:1].lower()
        has_digit = _DIGIT.search(label) is not None
        if has_digit and _PRICE.search(label):
            prices += 1
        if (first in _PAGINATION_STARTS or first.isdigit()) and _PAGINATION.fullmatch(label):
            pagination += 1
        if (first in _FILTER_STARTS and _FILTER.fullmatch(label)) or (
            has_digit and _LENGTH_OF_LIST.fullmatch(label)
        ):
            filters += 1
    return {
        "prices": np.log1p(prices),
        "pagination": np.log1p(pagination),
        "filters": np.log1p(filters),
        "inputs": np.log1p(len(page.named("input"))),
        "times": np.log1p(len(page.named("time"))),
    }


def _of_headings(judged: JudgedBlocks, hints: Hints) -> dict[str, float]:
    """Return the features of the headings and the length of the title.

    A section has a name of a word or two, an article has a headline.
    """
    page, kept, words = judged.page, judged.kept, judged.words
    are_main = page.are("h1")
    is_main = are_main[page.block_element] | are_main[page.inner_element]
    is_heading = page.are("h1", "h2", "h3", "h4")[page.block_element]
    linked = page.link_count > 0
    main, titles = np.flatnonzero(is_main), np.flatnonzero(judged.is_title)
    count = float(is_heading.sum())
    return {
        "headings": np.log1p(count),
        "linked_headings_share": float((is_heading & linked).sum()) / max(1.0, count),
        "kept_headings": _sum(words, kept & is_heading) / max(1.0, _sum(words, kept)),
        "title_words": _title_words(hints.titles[0]) if hints.titles else 0.0,
        "heading_words": float(words[main[0]]) if len(main) else -1.0,
        "title_place": float(titles[0]) / len(kept) if len(titles) else -1.0,
        "heading_is_title": float((is_main & judged.is_title).any()),
    }


def _title_words(title: str) -> float:
    """Return the words of the longest part of a title.

    In a title without spaces three characters count as one word.
    """
    part = max(TITLE_SEPARATOR.split(title), key=width)
    n_words = len(part.split())
    return float(n_words) if part.isascii() or n_words > 2 else min(20.0, len(part) / 3)


def _of_data(hints: Hints) -> dict[str, float]:
    return {
        "says_article": float(bool(hints.kinds & _ARTICLES)),
        "says_list": float(bool(hints.kinds & LISTS)),
        "says_website": float("og:website" in hints.kinds),
    }


def _of_address(url: str | None) -> dict[str, float]:
    names = ("address_is_root", "address_words", "address_digits", "address_is_list")
    if not url:
        return dict.fromkeys(names, -1.0)
    path = re.sub(r"^[a-z]+://[^/]*|[?#].*$", "", url)
    last = path.rstrip("/").rsplit("/", 1)[-1]
    is_front = not path.strip("/") or (_FRONT.fullmatch(path) is not None and "?" not in url)
    values = (
        is_front,
        last.count("-") + last.count("_"),
        sum(c.isdigit() for c in path),
        not LIST_ADDRESS.isdisjoint(path.lower().split("/")),
    )
    return dict(zip(names, map(float, values), strict=True))


def _sum(column: Column, where: npt.NDArray[np.bool_] | None = None) -> float:
    return float(column.sum() if where is None else column[where].sum())


def _named(page: Page, group: str) -> Marks:
    """Return the blocks inside an element whose class or id names the group."""
    return _inside(page, np.flatnonzero(page.classes & GROUP_BITS[group]))


def cards(page: Page) -> tuple[int, Marks]:
    """Return the number of similar boxes in the largest list, and the blocks in any such list.

    The boxes of a list have one parent, and two blocks and a link each.
    """
    links = np.concatenate(([0], np.cumsum(page.link_count)))  # The links before each block.
    first, last = page.first_block, page.last_block
    boxes = np.flatnonzero((last - first >= 2) & (links[last] > links[first]))
    if not len(boxes):
        return 0, np.zeros(len(page.text), dtype=np.bool_)
    made = page.parent[boxes] * (int(page.signature.max()) + 1) + page.signature[boxes]
    _, which, count = np.unique(made, return_inverse=True, return_counts=True)
    return int(count.max()), _inside(page, boxes[count[which] >= CARDS])


def is_carded(judged: JudgedBlocks, block: int) -> bool:
    """Tell whether a block is in one of the similar boxes of a list."""
    return bool(cards(judged.page)[1][block])


def _inside(page: Page, elements: Index) -> Marks:
    """Return the blocks inside any of the elements."""
    return covered(page.first_block[elements], page.last_block[elements], len(page.text))
