"""Makes rows of links above the headline unlikely: menus, tickers and teasers of other stories."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model import thresholds
from copydesk.transforms.extract.model.block_features import Column

_HEADLINE_TAGS = ("h1", "h2", "h3")
#: The boxes of a row, which have the same markup, the same parent, and a link each.
_ROW = 4
#: Words below the headline that may be the article, and the likelihood of each such block
#: (arbitrary).
_WORDS_BELOW, _POSSIBLE = 60, 0.15
#: Words of a teaser that may be repeated below the article (arbitrary).
_TEASER_WORDS = 8
#: Blocks above the headline are looked at if one of them has this likelihood.
_LIKELY = 0.3


def without_rows(
    page: Page, likelihood: Column, words: Column, is_title: npt.NDArray[np.bool_]
) -> Column:
    """Return the likelihood of the blocks, which is low for rows of boxes above the headline.

    It is low as well where the page says the same once more, such as a ticker above and below.

    The row stays in the ledger. Of 56,000 blocks in such rows, on 2,063 pages with known text, 105
    are in that text, nearly all of them labels of a word or two.
    """
    headlines = [
        block for block in np.flatnonzero(is_title).tolist() if page.tag_of(block) in _HEADLINE_TAGS
    ]
    first = headlines[0] if headlines else 0
    if first < _ROW or not (likelihood[:first] >= _LIKELY).any():
        return likelihood
    if float(words[first:][likelihood[first:] >= _POSSIBLE].sum()) < _WORDS_BELOW:
        return likelihood
    n_links = np.concatenate(([0], np.cumsum(page.link_count)))
    low, high = page.first_block, page.last_block
    is_above = (high > low) & (high <= first) & (page.parent > 0)
    boxes = np.flatnonzero(is_above & (n_links[high] > n_links[low]))
    boxes = boxes[[page.tag[box] != "p" for box in boxes.tolist()]]
    _, row, size = np.unique(
        np.stack((page.parent[boxes], page.signature[boxes])),
        axis=1,
        return_inverse=True,
        return_counts=True,
    )
    is_low = np.zeros(len(likelihood), dtype=np.bool_)
    for box in boxes[size[row] >= _ROW].tolist():
        is_low[low[box] : high[box]] = True
    teasers = {page.text[b] for b in np.flatnonzero(is_low).tolist() if words[b] >= _TEASER_WORDS}
    is_low |= np.fromiter(map(teasers.__contains__, page.text), np.bool_, len(page.text))
    return np.where(is_low, np.minimum(likelihood, thresholds.CANDIDATE), likelihood)
