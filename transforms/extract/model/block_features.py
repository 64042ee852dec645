"""The features of each block of a page, one row of numbers for the line model.

`block_walk` and `neighbour_walk` compute those that depend on other blocks.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.model import text_features
from copydesk.transforms.extract.model.text_features import Column, Lines
from copydesk.transforms.extract.page_shape import NEAR_NAMES, TAGS, Index, tag_numbers

__all__ = ["NAMES", "Column", "Index", "Matrix", "build"]

Matrix = npt.NDArray[np.float32]

_LEVELS = 6
_HEADING_WORDS = ("related", "subscribe", "comment", "share", "ad", "tags", "stop")
_NEXT_WORDS = ("share", "subscribe", "related", "credit", "byline", "date")
_RADII = (3, 8, 20)
_OF_ANCESTOR = (
    *("size", "links", "prose", "blocks", "paragraphs"),
    *("same", "same_links", "same_size", "same_prose"),
)


def _around() -> list[str]:
    """Return the names of the columns of `block_walk`."""
    return [
        *("tag", "depth", "inner_depth", "inner_is_block"),
        *(f"up0_{name}" for name in _OF_ANCESTOR),
        *(f"up{k}_{name}" for k in range(1, _LEVELS) for name in (*_OF_ANCESTOR, "tag", "at")),
        *("made_count", "made_size", "made_links", "made_prose", "made_ends"),
        *("best_steps", "best_prose", "best_at", "best_from", "best_to"),
        *("title_steps", "from_title", "opening_steps", "from_opening", "opening_own_steps"),
        *(f"up{k}_{name}" for k in range(_LEVELS) for name in ("siblings", "siblings_prose")),
        *("prose_next", "prose_last", "prose_before"),
        *(f"{name}_{radius}" for radius in _RADII for name in ("prose_share", "links_around")),
        *("parent_prose", "grandparent_prose"),
    ]


def _beside() -> list[str]:
    """Return the names of the columns of `neighbour_walk`."""
    next_one = (*_NEXT_WORDS, "made", "sibling", "depth")
    return [
        *("from_heading", "heading_level"),
        *(f"heading_{name}" for name in (*_HEADING_WORDS, "links", "title")),
        *("at", "from_start", "from_end", "size_before"),
        *(
            f"next{by}_{name}"
            for by in (-3, -2, -1, 1, 2, 3)
            for name in (
                "size",
                "links",
                "tag",
                "ends",
                "stop",
                *(next_one if abs(by) == 1 else ()),
            )
        ),
        *(
            name
            for topic in ("topic", "opening_topic")
            for name in (
                *(topic, f"{topic}_4", f"{topic}_12"),
                *(f"up{k}_{topic}" for k in range(1, _LEVELS)),
            )
        ),
    ]


_AROUND, _BESIDE = _around(), _beside()
_WHOLE_PAGE = (
    *("page_blocks", "page_size", "page_prose", "page_paragraphs"),
    *("page_links", "page_articles", "page_has_body", "page_cjk"),
)
#: The names of the features of a block.
NAMES = (*text_features.NAMES, *NEAR_NAMES, *_AROUND, *_BESIDE, *_WHOLE_PAGE)
#: The text features that the loops read, in the order of their rows there.
_OF_BLOCK = [
    text_features.NAMES.index(name)
    for name in ("sentence_ends", "commas", "words", "title_share", "headline_exact")
]
_OF_NEIGHBOUR = [
    text_features.NAMES.index(name)
    for name in (
        *("chars", "link_density", "cells", "ends_sentence", "word_stop"),
        *(f"word_{name}" for name in _NEXT_WORDS),
        *(f"word_{name}" for name in _HEADING_WORDS),
        *("link_density", "title_share"),
    )
]
_WORDS_ROW, _LINKS_ROW, _TAG_ROW = 2, 1, 2
_CJK = text_features.NAMES.index("cjk")


def build(page: Page, hints: Hints) -> tuple[list[str], Matrix, Column]:
    """Return feature names, one row for each block, and the number of words of each block."""
    lines = text_features.read(page, hints)
    n, own, near = len(page.text), len(text_features.NAMES), len(NEAR_NAMES)
    matrix = np.empty((n, len(NAMES)), dtype=np.float32)
    matrix[:, :own] = lines.rows
    around, beside, whole = np.cumsum([own + near, len(_AROUND), len(_BESIDE)]).tolist()
    tags, near_tags = tag_numbers(page)
    element = page.block_element
    of_text = lines.rows.T[_OF_BLOCK]
    of_text[_WORDS_ROW] = lines.words
    elements = np.stack(
        (
            *(page.parent, page.depth, page.first_block, page.last_block),
            *(page.signature, tags, near_tags, page.classes),
        )
    )
    of_block, before, opening = _walks()[0](
        of_text,
        np.stack((element, page.inner_element, page.size, page.link_chars)),
        elements,
        own,
        around,
        matrix,
    )
    _, _, _, density, is_prose, markup = of_block
    of_neighbour = lines.rows.T[_OF_NEIGHBOUR]
    of_neighbour[_LINKS_ROW] = of_neighbour[-2] = density
    of_neighbour[_TAG_ROW] = tags[element]
    parent = np.maximum(page.parent[element], 0)
    _walks()[1](
        of_neighbour,
        np.stack((element, parent, page.depth[element], markup, is_prose, lines.is_cjk)).astype(
            np.int64
        ),
        np.stack((page.parent, page.first_block, page.last_block)),
        _words(lines),
        before,
        opening,
        beside,
        matrix,
    )
    total, links, prose, _, n_prose, _ = before[:, n].tolist()
    matrix[:, whole:] = (
        math.log1p(n),
        math.log1p(total),
        prose / total,
        math.log1p(n_prose),
        links / total,
        float(np.count_nonzero(tags == TAGS["article"])),
        float(bool(hints.body)),
        float(lines.rows[:, _CJK].mean()),
    )
    return [*NAMES], matrix, lines.words


def _words(lines: Lines) -> tuple[Index, Index]:
    """Return the words of the blocks and the distinct words, in the rows of `neighbour_walk`."""
    words = lines.vocabulary
    is_named = words.are(np.concatenate((*words.titles, words.description)))
    return np.stack((words.word, words.block, words.is_first)), np.stack((words.size, is_named))


@cache
def _walks() -> tuple[Any, Any]:
    # numba takes half a second to import
    from copydesk.transforms.extract.model import block_walk, neighbour_walk

    return (
        numba_cache.either(block_walk.walk, block_walk.walk),
        numba_cache.either(neighbour_walk.walk, neighbour_walk.walk),
    )
