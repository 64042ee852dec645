"""Clusters by leader: documents are taken in order, and each joins the kept document most like it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.verification import Pairs
from copydesk.transforms.intrinsics import compiled


def places(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of every row in the order.

    >>> places(np.array([2, 0, 1])).tolist()
    [1, 2, 0]
    """
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def first_of_equals(
    sequence: NDArray[np.uint64],
    n_words: NDArray[np.int32],
    times: NDArray[np.int64],
    order: NDArray[np.int64],
    options: Options,
) -> NDArray[np.int64]:
    """For every row the first in order with the same words inside the window; empty texts equal none."""
    by_words = np.lexsort((places(order), n_words, sequence))
    return np.asarray(_first(by_words, sequence, n_words, times, options.window_us))


@compiled
def _first(by_words: Any, sequence: Any, n_words: Any, times: Any, window: Any) -> Any:
    first = np.empty(by_words.size, np.int64)
    head = 0
    for at in range(by_words.size):
        row = by_words[at]
        lead = by_words[head]
        same = (
            sequence[row] == sequence[lead] and n_words[row] == n_words[lead] and sequence[row] != 0
        )
        if same and times[row] != candidates.UNDATED:
            same = times[row] - times[lead] <= window
        if not same:
            head = at
        first[row] = by_words[head]
    return first


def leaders(
    pairs: Pairs, order: NDArray[np.int64], *, exempt: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every document the kept one (itself, if kept) and the pair that folded it (-1: none).

    `order` lists the documents, the first to be kept first; `pairs` are those that fold. Chains do
    not form: a document joins only one it resembles itself. Of several, the one with the highest
    Jaccard similarity plus containment, then the first in the order. An exempt document is kept
    whatever it resembles.
    """
    place = places(order)
    later, earlier = place[pairs.a], place[pairs.b]
    later, earlier = np.maximum(later, earlier), np.minimum(later, earlier)
    score = pairs.jaccard.astype(np.float64) + pairs.containment
    sort = np.lexsort((earlier, later))
    starts = np.searchsorted(later[sort], np.arange(len(order) + 1))
    stays = np.zeros(len(order), np.bool_) if exempt is None else exempt[order]
    kept, chosen = _lead(starts, earlier[sort], score[sort], stays)
    by_pair = np.where(chosen >= 0, sort[chosen] if len(sort) else -1, -1)
    result, folded_by = np.empty_like(kept), np.empty_like(kept)
    result[order] = order[kept]
    folded_by[order] = by_pair
    return result, folded_by


@compiled
def _lead(starts: Any, earlier: Any, score: Any, stays: Any) -> Any:
    n = starts.size - 1
    kept = np.arange(n)
    chosen = np.full(n, -1)
    for row in range(n):
        if stays[row]:
            continue
        best = -1.0
        for pair in range(starts[row], starts[row + 1]):
            other = earlier[pair]
            if kept[other] == other and score[pair] > best:
                best = score[pair]
                kept[row] = other
                chosen[row] = pair
    return kept, chosen
