"""The compiled loop over the scores of a page's blocks, for `block_context_features`.

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

#: The rows of the columns of blocks and of elements, and the numbers of the whole page.
ELEMENT, MARKUP = range(2)
PARENT, FIRST, LAST, SIGNATURE = range(4)
TOTAL, WEIGHT, DOUBT, WITNESSED, WITNESS = range(5)
#: Columns without and with the result of another extractor.
N_COLUMNS, N_WITNESSED = 47, 11
_NEAR, _NO_SCORE, _LEVELS, _WITNESS_LEVELS, _WITNESS_NEAR = 4, -0.1, 6, 4, 2
_STEPS, _SURE, _FAR, _FAR_SURE = 20, 0.7, 30, 40


@numba_cache.part
def _clipped(steps: int, far: int) -> int:
    return min(max(steps, -far), far)


@numba_cache.part
def _share(sums: Column, weights: Column, first: int, end: int) -> float:
    """Return the score of some blocks in a row, weighted by their words."""
    share: float = (sums[end] - sums[first]) / max(weights[end] - weights[first], 1.0)
    return share


@numba_cache.part
def _beside(score: Column, kept: Column, weights: Column, total: float, out: Matrix) -> int:
    """Write the scores of the block, of its neighbours, and of what is above and below."""
    n = len(score)
    for block in range(n):
        out[block, 0] = score[block]
        at = 1
        for by in range(-_NEAR, _NEAR + 1):
            if by != 0:
                other = block + by
                out[block, at] = score[other] if 0 <= other < n else _NO_SCORE
                at += 1
        for i in range(3):
            radius = 3 if i == 0 else 8 if i == 1 else 20
            low, high = max(block - radius, 0), min(block + radius + 1, n)
            out[block, at] = _share(kept, weights, low, block)
            out[block, at + 1] = _share(kept, weights, block + 1, high)
            at += 2
        out[block, at] = kept[block] / total
        out[block, at + 1] = math.log1p(kept[block])
        out[block, at + 2] = math.log1p(total - min(kept[block + 1], total))
    return 1 + 2 * _NEAR + 6 + 3


@numba_cache.part
def _around(
    blocks: Index,
    elements: Index,
    kept: Column,
    weights: Column,
    total: float,
    out: Matrix,
    at: int,
) -> int:
    """Write the scores of the elements around a block and of those with the same signature."""
    n_kinds = 0
    for element in range(elements.shape[1]):
        n_kinds = max(n_kinds, elements[SIGNATURE, element] + 1)
    scores, sizes = np.zeros(n_kinds), np.zeros(n_kinds)
    for element in range(elements.shape[1]):
        first, last, kind = (
            elements[FIRST, element],
            elements[LAST, element],
            elements[SIGNATURE, element],
        )
        scores[kind] += kept[last] - kept[first]
        sizes[kind] += weights[last] - weights[first]
    for block in range(out.shape[0]):
        element = blocks[ELEMENT, block]
        for k in range(_LEVELS):
            first, last, kind = (
                elements[FIRST, element],
                elements[LAST, element],
                elements[SIGNATURE, element],
            )
            out[block, at + 3 * k] = _share(kept, weights, first, last)
            out[block, at + 3 * k + 1] = (kept[last] - kept[first]) / total
            out[block, at + 3 * k + 2] = scores[kind] / max(sizes[kind], 1.0)
            element = max(elements[PARENT, element], 0)
    return at + 3 * _LEVELS


@numba_cache.part
def _best_stretch(score: Column, weight: Column) -> tuple[int, int]:
    """Return start and end of the run of blocks with the largest sum of gains (Kadane's algorithm)."""
    best, running = 0.0, 0.0
    best_start = best_end = start = 0
    for block in range(len(score)):
        if running <= 0:
            running, start = 0.0, block
        running += (score[block] - 0.5) * weight[block]
        if running > best:
            best, best_start, best_end = running, start, block + 1
    return best_start, best_end


@numba_cache.part
def _steps_to(element: int, elements: Index, steps: Column) -> None:
    """Write for each block the steps from an element up to the one that contains both."""
    steps[:] = _STEPS
    for k in range(_STEPS):
        for block in range(elements[FIRST, element], elements[LAST, element]):
            steps[block] = min(steps[block], k)
        if element == 0:
            return
        element = elements[PARENT, element]


@numba_cache.part
def _by_another(
    baseline: Column,
    blocks: Index,
    elements: Index,
    weight: Column,
    weights: Column,
    page: Column,
    out: Matrix,
) -> None:
    """Write what another extractor kept of the block, its neighbours and the elements around it."""
    n, kept = len(baseline), np.zeros(len(baseline) + 1)
    for block in range(n):
        kept[block + 1] = kept[block] + baseline[block] * weight[block]
    for block in range(n):
        at = N_COLUMNS
        out[block, at], out[block, at + 1] = baseline[block], page[WITNESSED] / page[TOTAL]
        out[block, at + 2] = page[WITNESSED] / max(1.0, page[WITNESS])
        at += 3
        for by in range(-_WITNESS_NEAR, _WITNESS_NEAR + 1):
            if by != 0:
                other = block + by
                out[block, at] = baseline[other] if 0 <= other < n else 0.0
                at += 1
        element = blocks[ELEMENT, block]
        for k in range(_WITNESS_LEVELS):
            first, last = elements[FIRST, element], elements[LAST, element]
            out[block, at + k] = _share(kept, weights, first, last)
            element = max(elements[PARENT, element], 0)


def walk(
    score: Column, weight: Column, baseline: Column, blocks: Index, elements: Index, page: Column
) -> Matrix:
    """Return one row for each block, with the scores of the block and of those related to it.

    `weight` is the weight of each block. `baseline` is the share of each block that another
    extractor kept, or has no values. `blocks`, `elements` and `page` have the values that are named
    above.
    """
    n, total = len(score), page[TOTAL]
    out = np.empty((n, N_COLUMNS + (N_WITNESSED if len(baseline) else 0)), np.float32)
    kept, weights = np.zeros(n + 1), np.zeros(n + 1)
    same, same_weight = np.zeros(n), np.zeros(n)
    top, first_sure, last_sure = 0, n, -1
    for block in range(n):
        own = score[block] * weight[block]
        kept[block + 1] = kept[block] + own
        weights[block + 1] = weights[block] + weight[block]
        same[blocks[MARKUP, block]] += own
        same_weight[blocks[MARKUP, block]] += weight[block]
        if own > score[top] * weight[top]:
            top = block
        if score[block] > _SURE:
            first_sure, last_sure = min(first_sure, block), block
    at = _beside(score, kept, weights, total, out)
    at = _around(blocks, elements, kept, weights, total, out, at)
    start, end = _best_stretch(score, weight)
    steps = np.zeros(n)
    _steps_to(blocks[ELEMENT, top], elements, steps)
    for block in range(n):
        made = blocks[MARKUP, block]
        out[block, at] = same[made] / same_weight[made]
        out[block, at + 1] = 1.0 if start <= block < end else 0.0
        out[block, at + 2] = _clipped(block - start, _FAR)
        out[block, at + 3] = _clipped(end - 1 - block, _FAR)
        out[block, at + 4] = (kept[end] - kept[start]) / total
        out[block, at + 5] = total / page[WEIGHT]
        out[block, at + 6] = math.log1p(total)
        out[block, at + 7] = steps[block]
        out[block, at + 8] = _clipped(block - last_sure, _FAR_SURE)
        out[block, at + 9] = _clipped(block - first_sure, _FAR_SURE)
        out[block, at + 10] = page[DOUBT] / total
    if len(baseline):
        _by_another(baseline, blocks, elements, weight, weights, page, out)
    return out
