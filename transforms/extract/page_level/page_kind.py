"""Whether a page holds an article at all: section fronts, tag and search pages, error pages, walls and script shells do not.

Three kinds of evidence decide. Words of an error, a log-in or a consent wall in the title or the first lines of a page
with little else. A page without text that loads scripts. And the shape of the page: a small model of boosted trees reads
how much prose was kept, how much of it is links, how many boxes are made alike, and what the page's data says it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.page_level import notices

if TYPE_CHECKING:
    from copydesk.transforms.boosted_trees import Forest

NAMES = (
    "kept_words",
    "prose_words",
    "longest_paragraph",
    "paragraphs",
    "kept_links",
    "page_links",
    "kept_share",
    "page_words",
    "says_article",
    "says_published",
    "says_list",
    "article_elements",
    "cards",
    "cards_share",
    "kept_in_cards",
    "kept_linked",
    "longest_run",
    "prices",
    "has_main_heading",
    "heading_is_title",
    "headings",
    "kept_headings",
    "short_share",
    "address_is_root",
    "address_words",
    "address_digits",
    "address_is_list",
    "linked_headings",
    "kept_linked_headings",
)
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
_LISTS = frozenset(
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
#: Boxes made alike under one parent are cards from this number on (arbitrary).
_CARDS = 4
_PROSE_WORDS, _PROSE_LINKS = 20, 0.3
#: So many words of prose under one parent, and this share of all that is kept, are an article; the model is not asked.
_SURE_WORDS, _SURE_SHARE = 200.0, 0.9
#: Parts of the addresses of lists, in the languages of the rule tables.
_LIST_ADDRESS = frozenset(
    [
        "tag",
        "tags",
        "topic",
        "topics",
        "category",
        "categories",
        "section",
        "sections",
        "hub",
        "search",
        "archive",
        "archives",
        "collection",
        "collections",
        "shop",
        "store",
        "product",
        "products",
        "browse",
        "catalog",
        "catalogue",
        "c",
        "cat",
        "author",
        "authors",
        "label",
        "theme",
        "themes",
        "list",
        "lists",
        "listing",
        "listings",
        "market",
        "trending",
        "rubrik",
        "thema",
        "themen",
        "tema",
        "temas",
        "kategorie",
        "kategorien",
        "categoria",
        "categorias",
        "categorie",
        "etiqueta",
        "etiquetas",
        "sujet",
        "sujets",
        "dossier",
        "dossiers",
        "sezione",
        "schlagwort",
        "suche",
        "buscar",
        "recherche",
        "cerca",
        "zoeken",
        "dept",
        "department",
        "departments",
    ]
)
_PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?(?:€|£|zł|kr|USD|EUR)\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """What extraction made of a page: its blocks, which of them it keeps, and their words and links."""

    page: Page
    kept: npt.NDArray[np.bool_]
    words: Column
    links: Column
    ends: Column
    is_title: npt.NDArray[np.bool_]


def features(reading: Reading, hints: Hints, url: str | None) -> npt.NDArray[np.float32]:
    """One row of numbers about a page, named by `NAMES`."""
    page, kept, words, links = reading.page, reading.kept, reading.words, reading.links
    mine, total = words * kept, max(1.0, float(words.sum()))
    kept_words = float(mine.sum())
    prose = _prose(reading)
    cards, in_cards = _cards(page)
    element = np.array(page.block_element, dtype=np.int64)
    tags = [page.tag[e] for e in element.tolist()]
    heads = np.array([t in ("h1", "h2", "h3", "h4") for t in tags], dtype=np.bool_)
    is_h1 = np.array([page.tag[e] == "h1" for e in page.inner_element]) | np.array(
        [t == "h1" for t in tags]
    )
    linked = np.array(page.link_count, dtype=np.float64) > 0
    sizes = np.array([len(t) for t in page.text], dtype=np.float64)
    path = re.sub(r"^[a-z]+://[^/]*|[?#].*$", "", url or "")
    last = path.rstrip("/").rsplit("/", 1)[-1]
    row = (
        np.log1p(kept_words),
        np.log1p(float(prose.sum())),
        np.log1p(float(prose.max(initial=0.0))),
        np.log1p(float((prose > 0).sum())),
        float((sizes * links)[kept].sum()) / max(1.0, float(sizes[kept].sum())),
        float((sizes * links).sum()) / max(1.0, float(sizes.sum())),
        kept_words / total,
        np.log1p(total),
        float(bool(hints.kinds & _ARTICLES)),
        float("published_time" in hints.kinds),
        float(bool(hints.kinds & _LISTS)),
        np.log1p(page.tag.count("article")),
        np.log1p(cards),
        float((words * in_cards).sum()) / total,
        float((mine * in_cards).sum()) / max(1.0, kept_words),
        float((mine * linked).sum()) / max(1.0, kept_words),
        _longest_run(prose, element, page.parent) / max(1.0, kept_words),
        np.log1p(sum(1 for t in page.text if len(t) < 60 and _PRICE.search(t))),
        float(is_h1.any()),
        float((is_h1 & reading.is_title).any()),
        np.log1p(float(heads.sum())),
        float(words[kept & heads].sum()) / max(1.0, kept_words),
        float(mine[words < 8].sum()) / max(1.0, kept_words),
        -1.0 if not url else float(not path.strip("/")),
        -1.0 if not url else float(last.count("-") + last.count("_")),
        -1.0 if not url else float(sum(c.isdigit() for c in path)),
        -1.0 if not url else float(not _LIST_ADDRESS.isdisjoint(path.lower().split("/"))),
        np.log1p(float((heads & linked).sum())),
        np.log1p(float((heads & linked & kept).sum())),
    )
    return np.array([row], dtype=np.float32)


def _prose(reading: Reading) -> Column:
    """The words of each kept block of prose; 0 for the others."""
    is_prose = (
        reading.kept
        & (reading.words >= _PROSE_WORDS)
        & (reading.links < _PROSE_LINKS)
        & (reading.ends >= 1)
    )
    return reading.words * is_prose


def _cards(page: Page) -> tuple[int, npt.NDArray[np.bool_]]:
    """The most boxes made alike under one parent that hold two blocks and a link each; the blocks in any such list."""
    signature = np.array(page.signature, dtype=np.int64)
    parent = np.array(page.parent, dtype=np.int64)
    first, last = np.array(page.first_block), np.array(page.last_block)
    links = np.concatenate(([0], np.cumsum(page.link_count)))
    is_box = (last - first >= 2) & (links[last] > links[first])
    inside = np.zeros(len(page.text), dtype=np.bool_)
    if not is_box.any():
        return 0, inside
    places = np.flatnonzero(is_box)
    _, which, count = np.unique(
        parent[places] * (int(signature.max()) + 1) + signature[places],
        return_inverse=True,
        return_counts=True,
    )
    for place in places[count[which] >= _CARDS].tolist():
        inside[first[place] : last[place]] = True
    return int(count.max()), inside


def _longest_run(prose: Column, element: npt.NDArray[np.int64], parents: Sequence[int]) -> float:
    """The most words of prose under one parent."""
    if not prose.any():
        return 0.0
    parent = np.array(parents, dtype=np.int64)
    parent[0] = 0
    return float(np.bincount(parent[element], weights=prose).max())


#: The file of the package that holds the trees; `python -m training.page_kind_model` writes it.
FILE = "page_kind_model.npz"
#: Log odds from which the shape of a page says that it holds no article (docs/pages.md has the figures).
LIMIT = 0.25
#: The same where nothing else on the page or in its address tells of a list.
LIMIT_ALONE = 1.5
#: Boxes made alike, and prices, that tell of a list (held-out pages: 8 boxes refuse 12 of 2,525 articles, 6 boxes 15).
_TELLING_BOXES, _TELLING_PRICES = 8, 6
#: A page of fewer blocks is no list of pages (arbitrary).
_LIST_BLOCKS = 12


def without_article(reading: Reading, hints: Hints, url: str | None) -> str:
    """What gives a page away that holds no article; empty for a page that may hold one."""
    return notices.find(reading.page, reading.kept, reading.words, hints) or _by_shape(
        reading, hints, url
    )


def _by_shape(reading: Reading, hints: Hints, url: str | None) -> str:
    """What the model says of the shape of a page, in the numbers that a reader can check."""
    if len(reading.page.text) < _LIST_BLOCKS or _is_surely_article(reading):
        return ""
    row = features(reading, hints, url)
    odds = float(forest().sums(row)[0])
    of = dict(zip(NAMES, row[0].tolist(), strict=True))
    tells = (
        round(np.expm1(of["cards"])) >= _TELLING_BOXES
        or round(np.expm1(of["prices"])) >= _TELLING_PRICES
        or 1 in (of["address_is_root"], of["address_is_list"])
    )
    if odds < (LIMIT if tells else LIMIT_ALONE):
        return ""
    said = sorted(hints.kinds & (_LISTS - {"og:website"}))
    parts = [
        f"{round(100 * of['page_links'])} % of the text is links",
        f"{round(np.expm1(of['cards']))} boxes made alike",
        f"{round(np.expm1(of['paragraphs']))} paragraphs of prose",
    ]
    if said:
        parts.append(f"its data says {', '.join(said[:3])}")
    if of["address_is_root"] == 1:
        parts.append("the address is the front page of a site")
    return f"a list of other pages: {'; '.join(parts)} (log odds {odds:.1f})"


def _is_surely_article(reading: Reading) -> bool:
    """Whether most of what is kept is prose under one parent: then the model is not asked."""
    prose = _prose(reading)
    run = _longest_run(prose, np.array(reading.page.block_element), reading.page.parent)
    return run >= max(_SURE_WORDS, _SURE_SHARE * float(reading.words[reading.kept].sum()))


@cache
def forest() -> Forest:
    """The packaged trees."""
    from copydesk.transforms.boosted_trees import Forest  # numba takes half a second to import

    content = resources.files("copydesk.transforms.extract").joinpath("data", FILE).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return Forest.of(arrays, "kind")


def warm() -> None:
    """Load the packaged trees."""
    forest().sums(np.zeros((1, len(NAMES)), dtype=np.float32))
