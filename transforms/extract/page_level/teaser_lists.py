"""Finds the teasers of other stories below an article: links, each with a line of its story."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.page_level.other_articles import LeastAbove
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS

#: The fewest teasers, and the most blocks of one: the link and one or two lines (arbitrary).
_TEASERS, _BLOCKS = 3, 3
#: The share of a block that is link text if the block is a link.
_LINK = 0.9
#: The words of the article above the teasers, and the most words below them (arbitrary).
_LEAST_ABOVE, _WORDS_BELOW = LeastAbove(100, 25, 2.5), 20
#: The words of a heading above the teasers, at most (arbitrary).
_HEADING_WORDS = 8


def find(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks of the teasers that close a page, and of their heading.

    Teasers are elements in a row with the same markup. Each opens with a link that fills its block.
    Questions that are links open the answers of a guide, and stay. Of 112 such rows on 2,063 pages
    with known text one was text of the article.
    """
    weight = np.concatenate(([0.0], np.cumsum(words * kept)))
    found: list[int] = []
    for low, high in _rows(page):
        above, row, below = weight[low], weight[high] - weight[low], weight[-1] - weight[high]
        if not _LEAST_ABOVE.is_met(above, row) or below >= _WORDS_BELOW:
            continue
        if page.text[low].rstrip()[-1:] in ("?", "？") or not kept[low:high].any():
            continue
        is_headed = (
            words[low - 1] <= _HEADING_WORDS
            and page.text[low - 1].rstrip()[-1] not in SENTENCE_ENDS
        )
        found += [block for block in range(low - is_headed, high) if kept[block]]
    return sorted(set(found))


def _rows(page: Page) -> Iterator[tuple[int, int]]:
    """Yield the first block and the end of each row of teasers."""
    is_link = page.link_chars >= _LINK * page.size
    opens = np.flatnonzero(is_link[:-1] & ~is_link[1:]) if len(is_link) > 1 else is_link[:0]
    elements = np.array([_around_link(page, block) for block in opens.tolist()], dtype=np.int64)
    low, high = page.first_block[elements], page.last_block[elements]
    is_teaser = (low == opens) & (high - low > 1) & (high - low <= _BLOCKS)
    teasers = [
        (block, end)
        for block, end in zip(opens[is_teaser].tolist(), high[is_teaser].tolist(), strict=True)
        if not is_link[block + 1 : end].any()
    ]
    first = 0
    for number in range(1, len(teasers) + 1):
        if number < len(teasers) and _is_next(page, teasers[number - 1], teasers[number][0]):
            continue
        if number - first >= _TEASERS:
            yield teasers[first][0], teasers[number - 1][1]
        first = number


def _around_link(page: Page, block: int) -> int:
    """Return the element that a link opens: its own, or the one around it and the line below."""
    element = int(page.block_element[block])
    around = int(page.parent[element])
    while (
        page.last_block[element] - page.first_block[element] < 2
        and around > 0
        and page.first_block[around] == block
        and page.last_block[around] - block <= _BLOCKS
    ):
        element, around = around, int(page.parent[around])
    return element


def _is_next(page: Page, teaser: tuple[int, int], block: int) -> bool:
    """Tell whether an element that opens with `block` follows a teaser and has the same markup."""
    one, other = _around_link(page, teaser[0]), _around_link(page, block)
    is_alike = (
        page.signature[one] == page.signature[other] and page.parent[one] == page.parent[other]
    )
    return bool(is_alike) and block == teaser[1]
