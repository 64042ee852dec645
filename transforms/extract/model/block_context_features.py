"""Context features for the second pass, computed from the first-pass likelihoods of neighbouring blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.block_features import Column, Index, Matrix

_NEAR = (-4, -3, -2, -1, 1, 2, 3, 4)
_RADII = (3, 8, 20)
_LEVELS = 6


def build(page: Page, score: Column, words: Column, baseline: Column | None = None) -> Matrix:
    """Return one row for each block, with first scores of the block and those related to it.

    These are its own score and those of its neighbours, its containers and the blocks with the same
    markup. `baseline` is the share of each block that another extractor kept, if it was run.
    """
    n = len(score)
    at = np.arange(n)
    weight = words + 1.0
    kept = score * weight
    total = max(1e-9, float(kept.sum()))
    parent, signature, element = np.maximum(page.parent, 0), page.signature, page.block_element
    first, last = page.first_block, page.last_block
    columns: list[npt.NDArray[Any]] = [score]
    padded = np.concatenate((np.full(4, -0.1), score, np.full(4, -0.1)))
    columns += [padded[4 + by : 4 + by + n] for by in _NEAR]

    kept_sum, weight_sum = _sums(kept), _sums(weight)
    for radius in _RADII:
        low, high = np.maximum(at - radius, 0), np.minimum(at + radius + 1, n)
        columns.append(
            (kept_sum[at] - kept_sum[low]) / np.maximum(weight_sum[at] - weight_sum[low], 1)
        )
        columns.append(
            (kept_sum[high] - kept_sum[at + 1])
            / np.maximum(weight_sum[high] - weight_sum[at + 1], 1)
        )
    columns += [
        kept_sum[:-1] / total,
        np.log1p(kept_sum[:-1]),
        np.log1p(total - kept_sum[1:].clip(max=total)),
    ]

    element_kept = kept_sum[last] - kept_sum[first]
    element_weight = weight_sum[last] - weight_sum[first]
    by_signature = np.bincount(signature, weights=element_kept) / np.maximum(
        np.bincount(signature, weights=element_weight), 1
    )
    level = element
    for _ in range(_LEVELS):
        columns.append(element_kept[level] / np.maximum(element_weight[level], 1))
        columns.append(element_kept[level] / total)
        columns.append(by_signature[signature[level]])
        level = parent[level]
    made = signature[element] * (signature.max() + 1) + signature[parent[element]]
    _, made = np.unique(made, return_inverse=True)
    columns.append(np.bincount(made, weights=kept)[made] / np.bincount(made, weights=weight)[made])

    # The part of the page that gains most from being kept as a whole (maximum subarray), and the
    # position of each block relative to it.
    start, end = _best_stretch((score - 0.5) * weight)
    columns += [
        ((at >= start) & (at < end)).astype(np.float64),
        np.clip(at - start, -30, 30) * 1.0,
        np.clip(end - 1 - at, -30, 30) * 1.0,
    ]
    inside = (kept_sum[end] - kept_sum[start]) / total
    columns.append(np.full(n, inside))
    order = np.argsort(-kept, kind="stable")
    top = int(order[0])
    columns += [
        np.full(n, total / weight.sum()),
        np.full(n, np.log1p(total)),
        _steps_to(element, parent, first, last, top),
    ]
    sure = np.flatnonzero(score > 0.7)
    last_sure, first_sure = (int(sure[-1]), int(sure[0])) if len(sure) else (-1, n)
    columns += [np.clip(at - last_sure, -40, 40) * 1.0, np.clip(at - first_sure, -40, 40) * 1.0]
    columns.append(np.full(n, float((score * (1 - score) * weight).sum()) / total))
    if baseline is not None:
        columns += [
            baseline,
            np.full(n, float((baseline * kept).sum()) / total),
            np.full(n, float((baseline * kept).sum()) / max(1.0, float((baseline * weight).sum()))),
        ]
        padded = np.concatenate((np.zeros(2), baseline, np.zeros(2)))
        columns += [padded[2 + by : 2 + by + n] for by in (-2, -1, 1, 2)]
        base_sum = _sums(baseline * weight)
        level = element
        for _ in range(4):
            columns.append(
                (base_sum[last] - base_sum[first])[level] / np.maximum(element_weight[level], 1)
            )
            level = parent[level]
    return np.stack(columns, axis=1).astype(np.float32)


def _sums(column: Column) -> Column:
    return np.concatenate(([0.0], np.cumsum(column)))


def _best_stretch(gain: Column) -> tuple[int, int]:
    """Return start and end of the run of blocks with the largest sum of gains (Kadane's algorithm)."""
    best, best_start, best_end = 0.0, 0, 0
    running, start = 0.0, 0
    for i, value in enumerate(gain.tolist()):
        if running <= 0:
            running, start = 0.0, i
        running += value
        if running > best:
            best, best_start, best_end = running, start, i + 1
    return best_start, best_end


def _steps_to(element: Index, parent: Index, first: Index, last: Index, block: int) -> Column:
    """Return for each block the steps from `block` up to the innermost element that contains both."""
    steps = np.full(len(element), 20.0)
    e = int(element[block])
    for k in range(20):
        part = steps[first[e] : last[e]]
        part[part > k] = k
        if e == 0:
            break
        e = int(parent[e])
    return steps
