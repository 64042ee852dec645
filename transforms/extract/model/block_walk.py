"""The compiled loop over the blocks of a page, which computes the features of `block_features`.

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

#: The number of a block's ancestors that are described, including the block itself.
LEVELS = 6
#: The rows of the text features, of the columns of blocks and of those of elements.
SENTENCE_ENDS, COMMAS, N_WORDS, TITLE_SHARE, IS_HEADLINE = range(5)
ELEMENT, INNER, SIZE, LINK_CHARS = range(4)
PARENT, DEPTH, FIRST, LAST, SIGNATURE, TAG, NEAR, CLASSES = range(8)
#: The rows of the numbers of blocks, and of the sums before each block.
LENGTH, LINKS, PROSE, DENSITY, IS_PROSE, MARKUP = range(6)
#: The rows of the sums over the elements of each signature.
_SAME, _SAME_SIZE, _SAME_LINKS, _SAME_PROSE = range(4)
#: A distance of this many steps or more, or no such ancestor.
FAR = 15
#: The number of `h1` in `page_shape.NEAR_TAGS`, and the number of the first group of classes.
H1, FIRST_CLASS = 18, 32
#: Columns of an element, of all ancestors, and of what is between them and the items.
_OF_ELEMENT, _OF_ANCESTORS, _AFTER_ANCESTORS, _OF_ITEMS = 9, 11 * LEVELS - 2, 15, 2 * LEVELS
_STEPS, _DENSEST_STEPS, _NO_ANCHOR = 20, 9, 99.0


@numba_cache.part
def _numbered(first: Index, second: Index) -> tuple[Index, int]:
    """Return a number for each distinct pair of numbers, and their count."""
    n_slots = 16
    while n_slots < 2 * len(first):
        n_slots *= 2
    slots, found = np.full(n_slots, -1, np.int64), np.zeros(len(first), np.int64)
    example = np.zeros(len(first), np.int64)
    n_numbers = 0
    for i in range(len(first)):
        one, two = first[i], second[i]
        slot = ((one * 31 + two) * 0x9E3779B1 >> 7) & (n_slots - 1)
        while slots[slot] >= 0:
            other = example[slots[slot]]
            if first[other] == one and second[other] == two:
                break
            slot = (slot + 1) & (n_slots - 1)
        if slots[slot] < 0:
            slots[slot], example[n_numbers] = n_numbers, i
            n_numbers += 1
        found[i] = slots[slot]
    return found, n_numbers


@numba_cache.part
def _ratio(part: float, whole: float) -> float:
    """Return `part / whole`, where a whole below one counts as one."""
    return part / max(whole, 1.0)


@numba_cache.part
def _signed_log(steps: int) -> float:
    return math.log1p(steps) if steps >= 0 else -math.log1p(-steps)


@numba_cache.part
def _steps_from(element: int, elements: Index, steps: int, found: Column) -> None:
    """Write for each block the steps from an element up to the one that contains both.

    Blocks that are further away than `steps` get this number.
    """
    found[:] = steps
    for k in range(steps):
        for block in range(elements[FIRST, element], elements[LAST, element]):
            found[block] = min(found[block], k)
        if element == 0:
            return
        element = max(elements[PARENT, element], 0)


@numba_cache.part
def _of_blocks(lines: Column, blocks: Index, elements: Index) -> tuple[Column, Column]:
    """Return the numbers of each block, and their sums before each block.

    A block of prose has some length, few links and a sentence end. The lengths are those of
    readability.
    """
    n = lines.shape[1]
    of_block, before = np.zeros((6, n)), np.zeros((6, n + 1))
    kinds, above = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for block in range(n):
        element = blocks[ELEMENT, block]
        kinds[block] = elements[SIGNATURE, element]
        above[block] = elements[SIGNATURE, max(elements[PARENT, element], 0)]
        size = float(blocks[SIZE, block])
        links = min(size, float(blocks[LINK_CHARS, block]))
        density = links / size
        of_block[LENGTH, block], of_block[LINKS, block] = size, links
        of_block[DENSITY, block] = density
        if size >= 80 and density < 0.4 and lines[SENTENCE_ENDS, block] >= 1:
            of_block[PROSE, block] = size * (1 - density)
            of_block[IS_PROSE, block] = 1.0
    numbers = _numbered(kinds, above)[0]
    for block in range(n):
        of_block[MARKUP, block] = numbers[block]
    for row in range(MARKUP):
        for block in range(n):
            before[row, block + 1] = before[row, block] + of_block[row, block]
    return of_block, before


@numba_cache.part
def _sums(elements: Index, before: Column, groups: Index, n_groups: int) -> Column:
    """Return the number of elements of each group, and the sums over them."""
    sums = np.zeros((4, n_groups))
    for element in range(len(groups)):
        first, last, group = elements[FIRST, element], elements[LAST, element], groups[element]
        sums[_SAME, group] += 1
        for row in range(_SAME_SIZE, _SAME_PROSE + 1):
            sums[row, group] += before[row - 1, last] - before[row - 1, first]
    return sums


@numba_cache.part
def _of_elements(elements: Index, before: Column, total: float) -> Column:
    """Return what each element contains, and how many elements are similar.

    Its last two columns are about the items: elements that repeat under one parent.
    """
    n = elements.shape[1]
    found = np.zeros((n, _OF_ELEMENT + 2))
    kinds, n_kinds = _numbered(elements[SIGNATURE], elements[SIGNATURE])
    under, n_under = _numbered(elements[SIGNATURE], elements[PARENT])
    alike, items = (
        _sums(elements, before, kinds, n_kinds),
        _sums(elements, before, under, n_under),
    )
    for element in range(n):
        first, last = elements[FIRST, element], elements[LAST, element]
        sums, n_blocks, own = (
            before[:, last] - before[:, first],
            float(last - first),
            found[element],
        )
        kind, item = kinds[element], under[element]
        own[0] = math.log1p(sums[LENGTH])
        own[1] = _ratio(sums[LINKS], sums[LENGTH])
        own[2] = sums[PROSE] / total
        own[3] = math.log1p(n_blocks)
        own[4] = _ratio(sums[IS_PROSE], n_blocks)
        own[5] = math.log1p(alike[_SAME, kind])
        own[6] = _ratio(alike[_SAME_LINKS, kind], alike[_SAME_SIZE, kind])
        own[7] = math.log1p(alike[_SAME_SIZE, kind] / alike[_SAME, kind])
        own[8] = min(1.0, alike[_SAME_PROSE, kind] / total)
        own[9] = math.log1p(items[_SAME, item])
        own[10] = items[_SAME_PROSE, item] / total
    return found


@numba_cache.part
def _steps_to_nearest(elements: Index, blocks: Index, out: Matrix, at: int, n_names: int) -> None:
    """Write for each block the steps up to the nearest element of each name, at most `FAR`.

    The names are those of elements, and from `FIRST_CLASS` on those of the bits of their classes.
    """
    n = elements.shape[1]
    steps = np.full((n, n_names), FAR, np.uint8)
    for element in range(n):
        if element > 0:
            above = elements[PARENT, element]
            for name in range(n_names):
                steps[element, name] = min(steps[above, name] + 1, FAR)
        if elements[NEAR, element] >= 0:
            steps[element, elements[NEAR, element]] = 0
        classes = elements[CLASSES, element]
        bit = FIRST_CLASS
        while classes:
            if classes & 1:
                steps[element, bit] = 0
            classes, bit = classes >> 1, bit + 1
    for block in range(blocks.shape[1]):
        for name in range(n_names):
            out[block, at + name] = steps[blocks[INNER, block], name]


@numba_cache.part
def _ancestors(blocks: Index, elements: Index, found: Column, out: Matrix, at: int) -> int:
    """Write the numbers of the elements around each block.

    Those of the items are written further on.
    """
    for block in range(out.shape[0]):
        element, column, item = blocks[ELEMENT, block], at, at + _OF_ANCESTORS + _AFTER_ANCESTORS
        for k in range(LEVELS):
            for i in range(_OF_ELEMENT):
                out[block, column + i] = found[element, i]
            column += _OF_ELEMENT
            out[block, item] = found[element, _OF_ELEMENT]
            out[block, item + 1] = found[element, _OF_ELEMENT + 1]
            item += 2
            if k > 0:
                first, last = elements[FIRST, element], elements[LAST, element]
                out[block, column] = elements[TAG, element]
                out[block, column + 1] = _ratio(float(block - first), float(last - first))
                column += 2
            element = max(elements[PARENT, element], 0)
    return at + _OF_ANCESTORS


@numba_cache.part
def _same_markup(of_block: Column, total: float, ends: Column, out: Matrix, at: int) -> int:
    """Write what the blocks with the same markup contain."""
    n = len(ends)
    sums = np.zeros((5, n))
    for block in range(n):
        made = int(of_block[MARKUP, block])
        sums[0, made] += 1
        sums[1, made] += of_block[LENGTH, block]
        sums[2, made] += of_block[LINKS, block]
        sums[3, made] += of_block[PROSE, block]
        sums[4, made] += ends[block]
    for block in range(n):
        made = int(of_block[MARKUP, block])
        out[block, at] = math.log1p(sums[0, made])
        out[block, at + 1] = math.log1p(sums[1, made] / sums[0, made])
        out[block, at + 2] = _ratio(sums[2, made], sums[1, made])
        out[block, at + 3] = sums[3, made] / total
        out[block, at + 4] = sums[4, made] / sums[0, made]
    return at + 5


@numba_cache.part
def _densest(
    lines: Column, blocks: Index, elements: Index, before: Column, out: Matrix, at: int
) -> int:
    """Write the place of each block in the densest element of the page.

    Prose counts for its parent and half for the grandparent, minus their links (as in readability).
    """
    n, m = out.shape[0], elements.shape[1]
    score, half = np.zeros(m), np.zeros(m)
    for block in range(n):
        if before[IS_PROSE, block + 1] == before[IS_PROSE, block]:
            continue
        parent = max(elements[PARENT, blocks[ELEMENT, block]], 0)
        n_commas = lines[COMMAS, block] * lines[N_WORDS, block]
        weight = 1 + n_commas + min(blocks[SIZE, block] / 100, 3.0)
        score[parent] += weight
        half[max(elements[PARENT, parent], 0)] += weight / 2
    best, most = 0, -1.0
    for element in range(m):
        first, last = elements[FIRST, element], elements[LAST, element]
        links = before[LINKS, last] - before[LINKS, first]
        share = _ratio(links, before[LENGTH, last] - before[LENGTH, first])
        here = (score[element] + half[element]) * (1 - share)
        if here > most:
            best, most = element, here
    low, high = elements[FIRST, best], elements[LAST, best]
    steps = np.zeros(n)
    _steps_from(best, elements, _DENSEST_STEPS, steps)
    prose = (before[PROSE, high] - before[PROSE, low]) / max(1.0, before[PROSE, n])
    for block in range(n):
        out[block, at] = steps[block]
        out[block, at + 1] = prose
        out[block, at + 2] = min(max((block - low) / max(1, high - low), -2.0), 3.0)
        out[block, at + 3] = _signed_log(block - low)
        out[block, at + 4] = _signed_log(high - 1 - block)
    return at + 5


@numba_cache.part
def _headline(
    blocks: Index, elements: Index, anchors: tuple[int, int], out: Matrix, at: int
) -> int:
    """Write the distance to headline and opening paragraph, in blocks and in the tree."""
    n = out.shape[0]
    steps = np.zeros(n)
    for anchor in anchors:
        steps[:] = _STEPS
        if anchor >= 0:
            _steps_from(blocks[ELEMENT, anchor], elements, _STEPS, steps)
        for block in range(n):
            out[block, at] = steps[block]
            out[block, at + 1] = _signed_log(block - anchor) if anchor >= 0 else _NO_ANCHOR
        at += 2
    opening = anchors[1]
    for block in range(n):
        k, element = _STEPS, blocks[ELEMENT, block]
        if opening >= 0:
            k = 0
            while k < _STEPS and not (
                elements[FIRST, element] <= opening < elements[LAST, element]
            ):
                k, element = k + 1, max(elements[PARENT, element], 0)
        out[block, at] = k
    return at + 1


@numba_cache.part
def _run_of_prose(
    blocks: Index, elements: Index, of_block: Column, before: Column, out: Matrix, at: int
) -> int:
    """Write the distance to the nearest paragraphs, and the amount of prose and links around."""
    n, total = out.shape[0], max(1.0, before[PROSE, out.shape[0]])
    last = -20
    for block in range(n):
        if of_block[IS_PROSE, block] > 0:
            last = block
        out[block, at + 1] = math.log1p(min(block - last, 60))
        out[block, at + 2] = before[PROSE, block] / total
    following = n + 20
    above = np.zeros((2, elements.shape[1]))
    for back in range(n):
        block = n - 1 - back
        if of_block[IS_PROSE, block] > 0:
            following = block
        out[block, at] = math.log1p(min(following - block, 60))
    for i in range(3):
        radius = 3 if i == 0 else 8 if i == 1 else 20
        for block in range(n):
            low, high = max(block - radius, 0), min(block + radius + 1, n)
            out[block, at + 3 + 2 * i] = _ratio(
                before[PROSE, high] - before[PROSE, low], before[LENGTH, high] - before[LENGTH, low]
            )
            links = before[DENSITY, high] - before[DENSITY, low]
            out[block, at + 4 + 2 * i] = links / (high - low)
    for block in range(n):
        parent = max(elements[PARENT, blocks[ELEMENT, block]], 0)
        prose = of_block[PROSE, block]
        above[0, parent] += prose
        above[1, max(elements[PARENT, parent], 0)] += prose
    for block in range(n):
        parent = max(elements[PARENT, blocks[ELEMENT, block]], 0)
        out[block, at + 9] = above[0, parent] / total
        out[block, at + 10] = above[1, max(elements[PARENT, parent], 0)] / total
    return at + 11


@numba_cache.part
def _anchors(lines: Column, steps_to_h1: Matrix, is_prose: Column) -> tuple[int, int]:
    """Return the blocks of the headline and of the opening paragraph, or -1.

    The headline is an h1 that is like the title, or a block that is the title, or an h1. The
    opening paragraph is the first block of prose after the headline, or else the first of all.
    """
    like, same, main = -1, -1, -1
    for back in range(len(is_prose)):
        block = len(is_prose) - 1 - back
        is_h1 = steps_to_h1[block] < FAR
        if is_h1:
            main = block
        if is_h1 and lines[TITLE_SHARE, block] > 0.5:
            like = block
        if lines[IS_HEADLINE, block] > 0:
            same = block
    title = like if like >= 0 else same if same >= 0 else main
    first = opening = -1
    for back in range(len(is_prose)):
        block = len(is_prose) - 1 - back
        if is_prose[block] > 0:
            first = block
            if block > title:
                opening = block
    return title, opening if opening >= 0 else first


def walk(
    lines: Column, blocks: Index, elements: Index, near: int, at: int, out: Matrix
) -> tuple[Column, Column, int]:
    """Write what the elements around each block contain, and how far it is from other blocks.

    `lines`, `blocks` and `elements` have the rows that are named above, and `out` has a row for each
    block. The steps to the nearest elements of each name go into its columns from `near` on, and
    the other features into those from `at` on. Returns the numbers of the blocks, the sums before
    each block, and the opening paragraph.
    """
    of_block, before = _of_blocks(lines, blocks, elements)
    _steps_to_nearest(elements, blocks, out, near, at - near)
    title, opening = _anchors(lines, out[:, near + H1], of_block[IS_PROSE])
    total = max(1.0, before[PROSE, out.shape[0]])
    for block in range(out.shape[0]):
        element, inner = blocks[ELEMENT, block], blocks[INNER, block]
        out[block, at], out[block, at + 1] = elements[TAG, element], elements[DEPTH, element]
        out[block, at + 2] = elements[DEPTH, inner] - elements[DEPTH, element]
        out[block, at + 3] = 1.0 if inner == element else 0.0
    at = _ancestors(blocks, elements, _of_elements(elements, before, total), out, at + 4)
    at = _same_markup(of_block, total, lines[SENTENCE_ENDS], out, at)
    at = _densest(lines, blocks, elements, before, out, at)
    at = _headline(blocks, elements, (title, opening), out, at) + _OF_ITEMS
    _run_of_prose(blocks, elements, of_block, before, out, at)
    return of_block, before, opening
