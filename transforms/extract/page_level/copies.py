"""Finds the second copy of an article: a hidden one, or one for another screen or for printing."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.character_columns import WORD
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS

HIDDEN_COPY, REPEATED = "page_hidden_copy", "page_repeated"
#: A copy is a run of blocks with this share of their word trigrams in other kept blocks, and with
#: this many words in all. A pull quote repeats a sentence or two and stays (the number is
#: arbitrary).
_SAME, _COPY_WORDS = 0.85, 60
_LEAST_WORDS = 12  # Shorter blocks are not compared.
# Copies begin with the same characters as the block that they copy.
_LEAST_CHARS, _LEAST_UNSPACED, _OPENING_CHARS = 50, 20, 40
#: A visible copy is cut only if it is a second article, a third of everything that is kept.
_COPY_SHARE = 0.3
#: The paragraphs of a second box with the same markup, and their share of its text (arbitrary).
_BOX_BLOCKS, _BOX_SHARE = 3, 0.85


def find(page: Page, kept: npt.NDArray[np.bool_]) -> list[tuple[int, str]]:
    """Return the kept blocks that repeat the text of other kept blocks.

    These are hidden ones, later ones with different markup, and a second box with all paragraphs in
    the same order, such as the one for small screens. Other repetitions in paragraphs like the first
    are made by an author on purpose, and stay.
    """
    stays = np.flatnonzero(kept).tolist()
    longest = max((page.text[b] for b in stays), key=len, default="")
    least_chars = _LEAST_UNSPACED if _UNSPACED.search(longest) else _LEAST_CHARS
    places = [b for b in stays if len(page.text[b]) >= least_chars]
    openings: dict[str, int] = {}
    for block in places:
        openings.setdefault(page.text[block][:_OPENING_CHARS].casefold(), block)
    if len(openings) == len(places):
        return []
    hidden = {b for b in places if _is_hidden(page, b)}
    holders: dict[tuple[str, ...], int] = {}
    copies: dict[str, list[int]] = {HIDDEN_COPY: [], REPEATED: []}
    size = {HIDDEN_COPY: 0, REPEATED: 0}
    total = 0
    twins: list[tuple[int, int]] = []
    # Hidden blocks are judged last, so that the visible one of two copies stays.
    for block in sorted(places, key=lambda b: (b in hidden, b)):
        grams = trigrams(page.text[block])
        total += len(grams)
        sources = [holders[g] for g in grams if g in holders]
        if len(grams) >= _LEAST_WORDS and len(sources) >= _SAME * len(grams):
            rule = HIDDEN_COPY if block in hidden else REPEATED
            if rule == HIDDEN_COPY or markup_of(page, sources[0]) != markup_of(page, block):
                copies[rule].append(block)
                size[rule] += len(grams)
                continue
            twins.append((sources[0], block))
        for gram in grams:
            holders.setdefault(gram, block)
    if _is_second_box(page, kept, twins):
        copies[REPEATED] += [block for _, block in twins]
        size[REPEATED] += sum(len(trigrams(page.text[block])) for _, block in twins)
    at_once = [b for b in places[1:] if b not in hidden and _is_printed_twice(page, kept, b)]
    copies[REPEATED] = [b for b in copies[REPEATED] if b not in at_once]
    least = {HIDDEN_COPY: _COPY_WORDS, REPEATED: max(_COPY_WORDS, _COPY_SHARE * total)}
    return [(b, REPEATED) for b in at_once] + [
        (b, rule) for rule, blocks in copies.items() if size[rule] >= least[rule] for b in blocks
    ]


def _is_printed_twice(page: Page, kept: npt.NDArray[np.bool_], block: int) -> bool:
    """Tell whether a paragraph is that of the kept block before it, in an element of its own.

    A page prints its lead once for small screens and once for large ones.
    """
    before = int(np.flatnonzero(kept[:block])[-1]) if kept[:block].any() else block
    return (
        before < block
        and page.text[before] == page.text[block]
        and page.block_element[before] != page.block_element[block]
        and page.parent[page.block_element[before]] != page.parent[page.block_element[block]]
    )


def _is_second_box(page: Page, kept: npt.NDArray[np.bool_], twins: list[tuple[int, int]]) -> bool:
    """Tell whether blocks and their copies, in pairs, are all of two boxes, in the same order.

    A report that quotes a letter in parts, and has all of it below, is not such a copy.
    """
    if len(twins) < _BOX_BLOCKS:
        return False
    sides = [list(side) for side in zip(*twins, strict=True)]
    boxes = [set(page.parent[page.block_element[side]].tolist()) for side in sides]
    is_in_order = all(a < b for a, b in pairwise(sides[0])) and sides[0][-1] < sides[1][0]
    return (
        is_in_order
        and boxes[0].isdisjoint(boxes[1])
        and all(_share_of_range(page, kept, side) >= _BOX_SHARE for side in sides)
    )


def _share_of_range(page: Page, kept: npt.NDArray[np.bool_], blocks: list[int]) -> float:
    """Return the share of the kept text from the first to the last of the blocks that is theirs."""
    between = range(blocks[0], blocks[-1] + 1)
    whole = sum(len(page.text[block]) for block in between if kept[block])
    return sum(len(page.text[block]) for block in blocks) / whole


def markup_of(page: Page, block: int) -> tuple[int, int]:
    """Return the markup of a block: tag and class names of its element and of the one around it."""
    element = page.block_element[block]
    return page.signature[element], page.signature[max(0, page.parent[element])]


def trigrams(text: str) -> list[tuple[str, ...]]:
    """Return every three words in a row, or three characters of Chinese or Japanese."""
    words = WORD.findall(text.lower())
    if _UNSPACED.search(text):
        words = list(text)
    return list(zip(words, words[1:], words[2:], strict=False))


#: Chinese and Japanese are written without spaces, so their characters are compared.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]{6}")


def _is_hidden(page: Page, block: int) -> bool:
    element = page.inner_element[block]
    while element > 0:
        if page.classes[element] & GROUP_BITS["is_hidden"]:
            return True
        element = page.parent[element]
    return False
