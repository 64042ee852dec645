"""Leader clustering: documents are taken in order, and each joins a kept one that says what it says."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.intrinsics import compiled

# A published document gives way to a new one that says the same only if that one is this much
# longer. Arbitrary: a byline or a caption is less, a paragraph is more.
CLEARLY_FULLER = 1.05


@dataclass(frozen=True, slots=True)
class Edges:
    """Documents that may leave the corpus, each with one that says what it says."""

    dropped: NDArray[np.int64]
    kept: NDArray[np.int64]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.dropped)

    def joined(self, more: Edges) -> Edges:
        """These edges and more."""
        return Edges(
            *(np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(Edges))
        )


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
    edges: Edges,
    order: NDArray[np.int64],
    *,
    pinned: NDArray[np.bool_],
    holds: NDArray[np.bool_],
    n_words: NDArray[np.int32],
    by_length: bool = True,
) -> NDArray[np.int64]:
    """Return for every document the kept one, itself if it is kept.

    `order` lists the documents, the first to be kept first. A document joins the kept document with
    the highest score among those that come before it and say what it says (an edge). Chains do not
    form: a document joins only one that holds its own text. A `pinned` document is always kept. A
    document that `holds` its row (a published one) gives way only to a document that is clearly
    fuller, or for one that says what it says and more.

    Where the order is `by_length`, a kept document with a text that a later kept one holds then joins
    that one, if all documents that joined it can go there as well. Another order is somebody's
    preference: then both stay.
    """
    place = places(order)
    d, k = place[edges.dropped], place[edges.kept]
    sort = np.lexsort((k, d))
    d, k, score = d[sort], k[sort], edges.score[sort]
    starts = np.searchsorted(d, np.arange(len(order) + 1))
    words = n_words[order].astype(np.float64)
    kept = _lead(starts, k, score, pinned[order], holds[order], words, by_length)
    result = np.empty(len(order), np.int64)
    result[order] = order[kept]
    return result


@compiled
def _lead(
    starts: Any, others: Any, score: Any, pinned: Any, holds: Any, n_words: Any, by_length: Any
) -> Any:
    n = starts.size - 1
    kept = np.arange(n)
    head = np.full(n, -1)  # the documents that joined a kept one, as linked lists
    following = np.full(n, -1)
    for row in range(n):
        if pinned[row]:
            continue
        best = -1.0
        for at in range(starts[row], starts[row + 1]):
            other = others[at]
            if other >= row or kept[other] != other or score[at] <= best:
                continue
            is_fuller = n_words[other] >= CLEARLY_FULLER * n_words[row]
            if holds[row] and not is_fuller and _has_edge(starts, others, other, row):
                continue  # each says what the other says: what is published stays
            best = score[at]
            kept[row] = other
        if kept[row] != row:
            following[row] = head[kept[row]]
            head[kept[row]] = row
    for row in range(n if by_length else 0):
        if pinned[row] or kept[row] != row:
            continue
        best, target = -1.0, -1
        for at in range(starts[row], starts[row + 1]):
            other = others[at]
            if kept[other] != other or score[at] <= best:
                continue
            if holds[row] and n_words[other] < CLEARLY_FULLER * n_words[row]:
                continue
            fits = True
            member = head[row]
            while member >= 0 and fits:
                fits = _has_edge(starts, others, member, other)
                member = following[member]
            if fits:
                best, target = score[at], other
        if target < 0:
            continue
        member = head[row]
        while member >= 0:
            after = following[member]
            kept[member] = target
            following[member] = head[target]
            head[target] = member
            member = after
        head[row] = -1
        kept[row] = target
        following[row] = head[target]
        head[target] = row
    return kept


@compiled
def _has_edge(starts: Any, others: Any, row: Any, other: Any) -> Any:
    found = False
    for at in range(starts[row], starts[row + 1]):
        found |= others[at] == other
    return found
