"""The compiled loop over the neighbours of each block, for the features of `block_features`.

Import it only when a page is read, because `numba_cache.part` compiles.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

Index = npt.NDArray[np.int64]
Column = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]

#: The rows of the text features that are described of a neighbour, those that are described only of
#: the next one and the one before, and those of the heading above a block.
CHARS, LINKS, TAG, ENDS, STOP = range(5)
N_WHOLE, N_NEXT, N_HEADING = 5, 6, 9
#: The rows of the columns of blocks, of words and of distinct words.
ELEMENT, PARENT, DEPTH, MARKUP, IS_PROSE, IS_CJK = range(6)
WORD, BLOCK, IS_FIRST = range(3)
LETTERS, IS_NAMED = range(2)
#: The rows of the sums before each block.
LENGTH, LINK_CHARS, PROSE = range(3)
#: The elements around a block that are described (`block_walk.LEVELS`).
_LEVELS = 6
_FIRST_HEADING, _LAST_HEADING, _NO_HEADING, _FAR_HEADING = 6, 11, 40.0, 30
_REACH, _OPENINGS, _SHORT_WORD = 3, 3, 3


@numba_cache.part
def _section(tags: Column, of_heading: Column, out: Matrix, at: int) -> int:
    """Write the heading above a block: its distance, its level and its words."""
    heading = -1
    for block in range(len(tags)):
        if _FIRST_HEADING <= tags[block] <= _LAST_HEADING:
            heading = block
        is_below = heading >= 0
        out[block, at] = min(block - heading, _FAR_HEADING) if is_below else _NO_HEADING
        out[block, at + 1] = tags[heading] if is_below else _NO_HEADING
        for row in range(N_HEADING):
            out[block, at + 2 + row] = of_heading[row, heading] if is_below else -1.0
    return at + 2 + N_HEADING


@numba_cache.part
def _position(sizes: Column, out: Matrix, at: int) -> int:
    n = out.shape[0]
    for block in range(n):
        out[block, at] = block / n
        out[block, at + 1] = math.log1p(block)
        out[block, at + 2] = math.log1p(n - 1 - block)
        out[block, at + 3] = sizes[block] / sizes[n]
    return at + 4


@numba_cache.part
def _neighbours(lines: Column, blocks: Index, out: Matrix, at: int) -> int:
    """Write the blocks before and after. Beyond the ends of the page the features are -1."""
    n = out.shape[0]
    for by in range(-_REACH, _REACH + 1):
        if by == 0:
            continue
        n_rows = N_WHOLE + N_NEXT if abs(by) == 1 else N_WHOLE
        for block in range(n):
            other = block + by
            is_there = 0 <= other < n
            for row in range(n_rows):
                out[block, at + row] = lines[row, other] if is_there else -1.0
            if abs(by) != 1:
                continue
            # Beyond the ends is the root element.
            parent = blocks[PARENT, other] if is_there else 0
            depth = blocks[DEPTH, other] if is_there else 1
            is_same = is_there and blocks[MARKUP, other] == blocks[MARKUP, block]
            out[block, at + n_rows] = 1.0 if is_same else 0.0
            out[block, at + n_rows + 1] = 1.0 if parent == blocks[PARENT, block] else 0.0
            out[block, at + n_rows + 2] = depth - blocks[DEPTH, block]
        at += n_rows + 3 if abs(by) == 1 else n_rows
    return at


@numba_cache.part
def _topics(blocks: Index, words: Index, vocabulary: Index, opening: int, topics: Column) -> None:
    """Write the shares of each block's distinctive words in other parts of the page.

    These are headline and description, and the opening paragraphs. A word counts less if more
    blocks of the page have it.
    """
    n, n_words, n_distinct = blocks.shape[1], words.shape[1], vocabulary.shape[1]
    is_opening, n_openings = np.zeros(n, np.bool_), 0
    for block in range(max(opening, 0), n):
        if opening >= 0 and blocks[IS_PROSE, block] and n_openings < _OPENINGS:
            is_opening[block] = True
            n_openings += 1
    spread, is_used = np.zeros(n_distinct), np.zeros(n_distinct, np.bool_)
    tells = np.zeros(n_words, np.bool_)
    for i in range(n_words):
        word, block = words[WORD, i], words[BLOCK, i]
        if blocks[IS_CJK, block] or vocabulary[LETTERS, word] > _SHORT_WORD:
            tells[i] = True
            spread[word] += words[IS_FIRST, i]
            is_used[word] |= is_opening[block]
    weight = np.zeros(n)
    for i in range(n_words):
        if not tells[i]:
            continue
        word, block = words[WORD, i], words[BLOCK, i]
        rarity = 1.0 / max(spread[word], 1.0)
        weight[block] += rarity
        if vocabulary[IS_NAMED, word]:
            topics[0, block] += rarity
        if is_used[word]:
            topics[1, block] += rarity
    for block in range(n):
        if weight[block] > 0:
            topics[0, block] /= weight[block]
            topics[1, block] /= weight[block]


@numba_cache.part
def _topic(
    share: Column, element_of: Index, elements: Index, sizes: Column, out: Matrix, at: int
) -> int:
    """Write a topic share: of the block, of the blocks around it, of the elements around it."""
    n = len(share)
    sums = np.zeros(n + 1)
    for block in range(n):
        sums[block + 1] = sums[block] + share[block] * (sizes[block + 1] - sizes[block])
    for block in range(n):
        out[block, at] = share[block]
        for i in range(2):
            radius = 4 if i == 0 else 12
            low, high = max(block - radius, 0), min(block + radius + 1, n)
            out[block, at + 1 + i] = (sums[high] - sums[low]) / (sizes[high] - sizes[low])
        element = element_of[block]
        for k in range(1, _LEVELS):
            element = max(elements[0, element], 0)
            first, last = elements[1, element], elements[2, element]
            size = max(sizes[last] - sizes[first], 1.0)
            out[block, at + 2 + k] = (sums[last] - sums[first]) / size
    return at + 2 + _LEVELS


def walk(
    lines: Column,
    blocks: Index,
    elements: Index,
    words: tuple[Index, Index],
    before: Column,
    opening: int,
    at: int,
    out: Matrix,
) -> None:
    """Write what is above, beside and around each block, and what it is about.

    `lines`, `blocks` and the two arrays of `words` have the rows that are named above, and `lines`
    then the rows of a heading. `elements` has the rows parent, first block and last block. `before`
    has the sums before each block, and `opening` is the opening paragraph or -1. `out` has a row
    for each block, and its columns from `at` on are written.
    """
    at = _section(lines[TAG], lines[N_WHOLE + N_NEXT :], out, at)
    at = _position(before[LENGTH], out, at)
    at = _neighbours(lines, blocks, out, at)
    topics = np.zeros((2, out.shape[0]))
    _topics(blocks, words[0], words[1], opening, topics)
    for i in range(2):
        at = _topic(topics[i], blocks[ELEMENT], elements, before[LENGTH], out, at)
