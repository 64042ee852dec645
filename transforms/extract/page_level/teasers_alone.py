"""Finds pages that keep nothing but teasers, and the short article that may be above them."""

from __future__ import annotations

import numpy as np

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.page_elements import Marks
from copydesk.transforms.extract.page_level import page_kind_features
from copydesk.transforms.extract.page_level.empty_pages.no_sentence import size
from copydesk.transforms.extract.page_level.inset_boxes import HEADINGS
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS_OF_ALL_SCRIPTS

#: The characters of a headline, and of a paragraph of the article (arbitrary). A section has a name
#: of a word or two.
_HEADLINE_CHARS, _PARAGRAPH_CHARS = 8, 40
#: The least words of the link of a teaser, the most links in its block (one may be that of a
#: picture), the most labels below it (a day, an author), and the most characters of its sentence.
#: All are arbitrary. A guide whose headings are links has longer sentences.
_LINK_WORDS, _LINKS, _LABELS, _TEASER_CHARS = 3, 2, 2, 300
#: The fewest links of the same short text, and its words (arbitrary).
_MORE, _MORE_WORDS = 4, 4
# Quotation marks and brackets may follow the mark that ends a sentence.
_TEASER_ENDS = SENTENCE_ENDS_OF_ALL_SCRIPTS | frozenset('"”“»]')


def teasers(page: Page, kept: Marks, is_title: Marks) -> list[int]:
    """Return the kept sentences if each of them belongs to a link to another page.

    The link fills a block above the sentence, or is in the same row of a table, or is below the
    sentence and reads as those of other teasers do ("Read more"). The list is empty if any kept
    sentence has no such link, or only the page's title above it, which may be a link, too.
    """
    found = []
    for block in np.flatnonzero(kept & ~is_title).tolist():
        if page.is_link(block) or not _is_sentence(page, block):
            continue
        is_row = page.cells[block] > 1 and page.link_count[block] > 0
        if page.size[block] > _TEASER_CHARS or not (
            is_row or _is_below_link(page, block, is_title) or _is_above_repeated_link(page, block)
        ):
            return []
        found.append(block)
    return found


def _is_above_repeated_link(page: Page, block: int) -> bool:
    """Tell whether a short link that is printed several times is below a block, perhaps behind labels."""
    below = page.text[block + 1 : block + 2 + _LABELS]
    short = [text for text in below if 0 < size(text) <= _MORE_WORDS]
    if not short:
        return False
    links = page.links()
    return any(links.count(text) >= _MORE for text in short)


def article_above_teasers(page: Page, kept: Marks, is_title: Marks) -> tuple[list[int], list[int]]:
    """Return the kept blocks of a list of teasers, and the blocks of the article above it.

    Both are empty unless the page's title is above the list, outside of links, with a paragraph
    below it, and only teasers are kept, each in a box or a row of its own.
    """
    headlines = np.flatnonzero(is_title & (page.link_count == 0) & (page.size >= _HEADLINE_CHARS))
    places = np.flatnonzero(kept & ~is_title)
    if not len(headlines) or not len(places):
        return [], []
    below = range(int(headlines[0]) + 1, int(places[0]))
    article = [b for b in below if _is_paragraph(page, b) and not _is_below_link(page, b, is_title)]
    found = teasers(page, kept, is_title) if article else []
    if not found:
        return [], []
    in_boxes = page_kind_features.cards(page)[1]
    if not all(in_boxes[b] or page.cells[b] > 1 for b in found):
        return [], []  # The parts of a guide, whose headings are links.
    return places.tolist(), list(range(article[0], article[-1] + 1))


#: The paragraphs below a headline that are an article, their characters, and the characters of one
#: (arbitrary). At most this number of other blocks, such as the author, is above the first of them.
_PARAGRAPHS, _ARTICLE_CHARS, _SENTENCE_CHARS, _BYLINES = 3, 80, 20, 8


def article_below_headline(page: Page, kept: Marks, is_title: Marks) -> list[int]:
    """Return the paragraphs below the page's headline if only what is below other headings is kept.

    They have the same parent and no links, and less than half of their text is kept. Short
    paragraphs in `div` look less like an article than teasers in `p` or the article below them.
    On 1,900 pages with known text this changes nothing.
    """
    headlines = np.flatnonzero(is_title & (page.link_count == 0) & (page.size >= _HEADLINE_CHARS))
    headline = next((b for b in headlines.tolist() if page.tag_of(b) in HEADINGS), -1)
    near = range(headline + 1, min(len(page.text), headline + 2 + _BYLINES))
    first = (
        next((b for b in near if _is_paragraph(page, b, _SENTENCE_CHARS)), -1)
        if headline >= 0
        else -1
    )
    if first < 0:
        return []
    parents = page.parent[page.block_element]
    beside = np.flatnonzero(parents == parents[first]).tolist()
    article = [b for b in beside if b >= first and _is_paragraph(page, b, _SENTENCE_CHARS)]
    if len(article) < _PARAGRAPHS or page.size[article].sum() < _ARTICLE_CHARS:
        return []
    rest = kept & ~is_title
    rest[article] = False
    places = np.flatnonzero(rest)
    if not len(places) or 2 * page.size[article][kept[article]].sum() >= page.size[article].sum():
        return []
    between = range(article[-1] + 1, int(places[0]) + 1)
    return article if any(page.tag_of(b) in HEADINGS for b in between) else []


def _is_below_link(page: Page, block: int, is_title: Marks) -> bool:
    """Tell whether a link is above a block, with only labels in between.

    The first line that prints the page's title is its headline, although it may be a link.
    """
    for above in range(block - 1, max(-1, block - 2 - _LABELS), -1):
        if page.is_link(above) and (not is_title[above] or is_title[:above].any()):
            is_menu = page.link_count[above] > _LINKS
            return not is_menu and size(page.text[above]) >= _LINK_WORDS
        is_label = page.size[above] < _PARAGRAPH_CHARS and page.tag_of(above) not in HEADINGS
        if not is_label or _is_sentence(page, above):
            return False
    return False


def _is_paragraph(page: Page, block: int, least: int = _PARAGRAPH_CHARS) -> bool:
    """Tell whether a block is a sentence of some length without links."""
    is_long = page.size[block] >= least
    return bool(is_long and not page.link_count[block]) and _is_sentence(page, block)


def _is_sentence(page: Page, block: int) -> bool:
    return page.text[block].rstrip()[-1:] in _TEASER_ENDS
