"""Tells whether a page has an article.

Section fronts, tag and search pages, error pages, walls and script shells have none. Four kinds of
evidence decide:

- Words of an error, a log-in or a consent wall in the title or the first lines of a page with
  little else.
- A page without text that loads scripts.
- A page that keeps nothing but labels.
- The shape of the page. A small model of boosted trees reads how much prose was kept and how it is
  connected, how much of the page is links, how many boxes are similar, how long the headline is,
  and what the page's data says it is.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from copydesk.transforms import packaged_arrays
from copydesk.transforms.extract.head_metadata import LIST_CLASS, Hints
from copydesk.transforms.extract.page_level import teasers_alone
from copydesk.transforms.extract.page_level.empty_pages import no_sentence, notice_texts, notices
from copydesk.transforms.extract.page_level.page_kind_features import (
    LISTS,
    NAMES,
    JudgedBlocks,
    features,
    is_carded,
)

if TYPE_CHECKING:
    from copydesk.transforms.forest.boosted_trees import Forest

#: A page with this many words of prose under one parent, and these shares of the kept text and of
#: the page, is an article. The model is not asked. None of the articles among 2,869 to which this
#: applies had log odds above -1.7.
_SURE_WORDS, _SURE_SHARE, _SURE_SHARE_OF_PAGE = 200.0, 0.9, 0.4
#: The file of the package with the trees, which `python -m training.page_kind_model` writes.
FILE = "page_kind_model.npz"
#: A page that keeps this many words of prose, and this share of all its words, is a guide or an
#: article. With this rule 13 instead of 15 of 2,867 articles were refused, of collections that the
#: model had not seen.
_LONG_WORDS, _LONG_SHARE = 1_000.0, 0.55
#: From these log odds on, a page is refused because of its shape (docs/pages.md has the figures).
LIMIT = 1.1
#: The same if the address is that of a front page, if it names a list, and if it is not known.
LIMIT_OF_FRONT, LIMIT_OF_LIST_ADDRESS, LIMIT_WITHOUT_ADDRESS = 0.6, 0.3, 1.6
#: The same if the data of the page says that it is an article, and the address is not that of a front
#: page. With this limit 12 instead of 14 of 2,867 articles were refused, of collections that the
#: model had not seen, and 113 instead of 114 of 157 listing pages.
LIMIT_SAID_ARTICLE = 1.5
#: The same if the page prints more than three prices, keeps less than half of its words, and does
#: not say in its data that it is an article. With the limits for lists and prices 3.2 % more of the
#: listing pages are refused. They cost no article of sites that the model had not seen, and one of
#: collections that it had not seen.
LIMIT_WITH_PRICES, _PRICES, _PRICES_SHARE = 0.0, 1.5, 0.5
#: The same if its title or a class of its body says that it is a list ("Search results for bridge",
#: `archive`). Of 2,439 pages with an article some say so, and none is refused for it.
LIMIT_SAID_LIST = -0.3
#: The same if the main heading is a headline with a sentence below it, as on a brief, and nothing
#: else names a list. A section has a name of a word or two. The words of both are arbitrary.
LIMIT_WITH_LEAD, _HEADLINE_WORDS, _LEAD_WORDS = 2.5, 3, 10
#: The fewest sentences of a page of teasers, or the fewest headlines of it that are links
#: (arbitrary).
_TEASERS, _LINKED_HEADLINES = 4, 6
#: The lines of a poem (arbitrary).
_VERSE_LINES = 8
_ROOT, _LIST = NAMES.index("address_is_root"), NAMES.index("address_is_list")
_SAYS_ARTICLE, _PRICE_COUNT = NAMES.index("says_article"), NAMES.index("prices")
_KEPT_SHARE = NAMES.index("kept_share")
_SIGNS_OF_LIST = [
    NAMES.index(name)
    for name in ("address_is_list", "address_is_root", "says_list", "prices", "filters")
]
_UNKNOWN = -1
#: A page of fewer blocks is not a list of pages (arbitrary).
_LIST_BLOCKS = 12
_TITLE_CHARS = 200


def without_article(judged: JudgedBlocks, hints: Hints, url: str | None) -> str:
    """Return the sign that a page has no article, or an empty string if it may have one."""
    return (
        notices.find(judged, hints)
        or _by_shape(judged, hints, url)
        or _only_teasers(judged)
        or no_sentence.nothing_said(judged, hints, is_known=url is not None)
    )


def _by_shape(judged: JudgedBlocks, hints: Hints, url: str | None) -> str:
    """Return what the model says about the shape of a page, with numbers that a reader can check."""
    if not is_asked(judged):
        return ""
    row = features(judged, hints, url)
    odds = float(forest().sums(row)[0])
    limit = limits(row)[0]
    if odds < limit and (odds < LIMIT_SAID_LIST or not _says_list(judged, hints)):
        return ""
    is_listed = (row[0, _SIGNS_OF_LIST] > 0).any()
    if odds < LIMIT_WITH_LEAD and not is_listed and (_has_lead(judged) or _has_verse(judged)):
        return ""
    of = dict(zip(NAMES, row[0].tolist(), strict=True))
    said = sorted(hints.kinds & (LISTS - {"og:website"}))
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


def _says_list(judged: JudgedBlocks, hints: Hints) -> bool:
    """Tell whether the title, the first heading or a class of the body names a list."""
    if LIST_CLASS in hints.kinds:
        return True
    page = judged.page
    mains = np.flatnonzero(page.are("h1")[page.block_element])[:1].tolist()
    heads = [*hints.titles_and_parts(), *(page.text[b] for b in mains)]
    return any(notice_texts.LIST_TITLE.fullmatch(head.strip()[:_TITLE_CHARS]) for head in heads)


def _has_lead(judged: JudgedBlocks) -> bool:
    """Tell whether the first kept block below the main headline is a sentence of its own.

    The main headline is the first heading of the page that prints its title, or else the first such
    line outside of links.
    """
    page = judged.page
    is_main = page.are("h1")[page.block_element] & judged.is_title
    is_line = judged.is_title & (page.link_count == 0)
    mains = [*np.flatnonzero(is_main)[:1].tolist(), *np.flatnonzero(is_line)[:1].tolist()]
    if not mains or no_sentence.size(page.text[mains[0]]) < _HEADLINE_WORDS:
        return False
    below = np.flatnonzero(judged.kept[mains[0] + 1 :])[:1].tolist()
    if not below:
        return False
    block = mains[0] + 1 + below[0]
    is_sentence = no_sentence.is_ended(judged, block) and not page.link_count[block]
    return (
        is_sentence
        and no_sentence.size(page.text[block]) >= _LEAD_WORDS
        and not is_carded(judged, block)
    )


def _has_verse(judged: JudgedBlocks) -> bool:
    """Tell whether many lines in a row are kept that are ended by breaks and have no links: a poem."""
    page = judged.page
    longest = run = 0
    for block in np.flatnonzero(judged.kept).tolist():
        is_next = run and judged.kept[block - 1]
        is_line = page.after_break[block] or (
            block + 1 < len(page.text) and page.after_break[block + 1]
        )
        run = (run if is_next else 0) + 1 if is_line and not page.link_chars[block] else 0
        longest = max(longest, run)
    return longest >= _VERSE_LINES


def _only_teasers(judged: JudgedBlocks) -> str:
    """Return the sign of a page that keeps nothing but teasers and says nothing above them.

    A headline of its own above the teasers, or a line that prints the title with a sentence or a
    poem below it, is that of an article.
    """
    page = judged.page
    found = teasers_alone.teasers(page, judged.kept, judged.is_title)
    is_main = page.are("h1")[page.block_element]
    if len(found) < _TEASERS and not (found and _is_front(judged, is_main)):
        return ""
    is_title = judged.is_title | is_main
    is_free = page.link_count == 0
    titles = np.flatnonzero(is_title[: found[0]] & is_free[: found[0]]).tolist()
    if any(no_sentence.size(page.text[b]) >= _HEADLINE_WORDS for b in titles):
        return ""
    below = [b for b in range(titles[0] + 1, found[0]) if is_free[b]] if titles else []
    if sum(no_sentence.size(page.text[b]) for b in below) >= _LEAD_WORDS:
        return ""
    return f"a list of teasers: each of {len(found)} sentences is below a link"


def _is_front(judged: JudgedBlocks, is_main: npt.NDArray[np.bool_]) -> bool:
    """Tell whether a page has many headlines that are links, and no main headline that is one.

    Blogs link the headline of an article to the page itself.
    """
    page = judged.page
    if (is_main & (page.link_count > 0)).any():
        return False
    return len(no_sentence.linked_headlines(page)) >= _LINKED_HEADLINES


def limits(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return the log odds from which the page of each row of features is refused."""
    found = np.full(len(rows), LIMIT)
    found[rows[:, _ROOT] == 1] = LIMIT_OF_FRONT
    says_nothing = rows[:, _SAYS_ARTICLE] == 0
    is_list = rows[:, _LIST] == 1
    found[is_list] = LIMIT_OF_LIST_ADDRESS
    found[(rows[:, _SAYS_ARTICLE] == 1) & (rows[:, _ROOT] != 1)] = LIMIT_SAID_ARTICLE
    is_shop = says_nothing & (rows[:, _PRICE_COUNT] >= _PRICES)
    is_shop &= rows[:, _KEPT_SHARE] < _PRICES_SHARE
    found[is_shop] = np.minimum(found[is_shop], LIMIT_WITH_PRICES)
    found[(rows[:, [_ROOT, _LIST]] == _UNKNOWN).all(axis=1)] = LIMIT_WITHOUT_ADDRESS
    return found


def is_asked(judged: JudgedBlocks) -> bool:
    """Tell whether the model is asked about a page.

    It is not asked about a page that is small, is mostly prose, or keeps most as prose under one
    parent.
    """
    if len(judged.page.text) < _LIST_BLOCKS:
        return False
    prose = judged.prose()
    run = judged.longest_run(prose)
    kept, whole = float(judged.words[judged.kept].sum()), float(judged.words.sum())
    if float(prose.sum()) >= _LONG_WORDS and kept >= _LONG_SHARE * whole:
        return False
    return run < max(_SURE_WORDS, _SURE_SHARE * kept, _SURE_SHARE_OF_PAGE * whole)


@cache
def forest() -> Forest:
    """Return the packaged trees."""
    # Late, because numba takes half a second to import.
    from copydesk.transforms.forest.boosted_trees import Forest

    return Forest.of(packaged_arrays.read("copydesk.transforms.extract", "data", FILE), "kind")


def warm() -> None:
    """Load the packaged trees."""
    forest().sums(np.zeros((1, len(NAMES)), dtype=np.float32))
