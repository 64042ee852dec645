"""Finds lists of links to other stories between the paragraphs of an article."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column

#: The words of the article above and below such a list (arbitrary).
_ARTICLE_WORDS = 30
#: Characters of the link that opens an item, and items of a list (arbitrary).
_LABEL_CHARS, _ITEMS = 40, 2


def find(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks of lists whose items open with a link and a colon inside of it.

    Such items say what the link leads to: "Live updates: Crews work to restore power." In a list of
    an article the colon is behind the link, or the items are the links themselves. A heading goes
    with the list if nothing else is in the box around both.
    """
    opened = np.flatnonzero(kept & (page.link_chars > 1) & (page.link_chars <= _LABEL_CHARS))
    items = [
        block
        for block in opened.tolist()
        if page.link_chars[block] < len(page.text[block])
        and page.text[block][page.link_chars[block] - 1] in ":："
    ]
    if len(items) < _ITEMS:
        return []
    weight = np.concatenate(([0.0], np.cumsum(words * kept)))
    found: list[int] = []
    for element in {page.parent[page.block_element[block]] for block in items}:
        low, high = int(page.first_block[element]), int(page.last_block[element])
        own = [block for block in items if low <= block < high]
        is_list = page.tag[element] in ("ul", "ol") and len(own) == high - low >= _ITEMS
        if not is_list or min(weight[low], weight[-1] - weight[high]) < _ARTICLE_WORDS:
            continue
        box = page.parent[element]
        with_heading = page.first_block[box] == low - 1 and page.last_block[box] == high
        found += [b for b in range(low - with_heading, high) if kept[b]]
    return found
