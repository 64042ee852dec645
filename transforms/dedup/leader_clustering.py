"""Leader clustering: each document in order joins a kept document that says the same."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.intrinsics import compiled

# A published document is dropped for a new one that says the same only if the new one is longer by
# this factor. Arbitrary: a byline or a caption adds less, a paragraph adds more.
CLEARLY_FULLER = 1.05
# Steps of the share by which a kept document is chosen. With 3 to 10 steps the labelled pairs and
# the copies of docs/copies.md come out alike.
STEPS = 10
LOWEST = -np.inf


@dataclass(frozen=True, slots=True)
class Edges:
    """Documents that may leave the corpus, each with a document that says the same."""

    dropped: NDArray[np.int64]
    kept: NDArray[np.int64]
    score: NDArray[np.float64]
    """Score that the kept document says what the dropped one says."""
    contained: NDArray[np.float64]
    """Share of the dropped document's 3-grams that the kept one has. It is negative for a document that is chosen only if no other can be."""

    def __len__(self) -> int:
        return len(self.dropped)

    def joined(self, more: Edges) -> Edges:
        """Return these edges and `more`."""
        return Edges(
            *(np.concatenate([getattr(self, f.name), getattr(more, f.name)]) for f in fields(Edges))
        )

    def take(self, which: NDArray[Any]) -> Edges:
        """Return some of the edges."""
        return Edges(*(getattr(self, f.name)[which] for f in fields(Edges)))

    def preference(self) -> NDArray[np.float64]:
        """Return how much of each dropped document the kept one contains, in steps of a tenth."""
        return np.floor(self.contained * STEPS)


def positions(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the position of every row in the order.

    >>> positions(np.array([2, 0, 1])).tolist()
    [1, 2, 0]
    """
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def first_with_same_words(
    sequence: NDArray[np.uint64],
    n_words: NDArray[np.int32],
    times: NDArray[np.int64],
    order: NDArray[np.int64],
    options: Options,
) -> NDArray[np.int64]:
    """Return for every row the first row in order that has the same words inside the window.

    Empty texts equal nothing.
    """
    by_words = np.lexsort((positions(order), n_words, sequence))
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
    """Return for every document the kept one, which is itself if it is kept.

    `order` lists the documents; the first one is kept first. A document joins a kept document if
    that one comes before it and says what it says (an edge). Of several, it joins the one that contains
    most of it, in steps of a tenth, and of equal ones the first in order: in the order of length
    all takes of a running report join its fullest take. There are no chains: a document joins only one that contains its own text. A
    `pinned` document is always kept. A document that `holds` its row (a published one) is dropped
    only for a document that is clearly fuller, or for one that says the same and more.

    If the order is `by_length`, a later kept document may contain the text of an earlier kept one.
    Then the earlier one joins the later one, if all documents that joined the earlier one can join
    it as well. Any other order expresses a preference, so both stay.
    """
    place = positions(order)
    d, k = place[edges.dropped], place[edges.kept]
    sort = np.lexsort((k, d))
    d, k, preference = d[sort], k[sort], edges.preference()[sort]
    starts = np.searchsorted(d, np.arange(len(order) + 1))
    words = n_words[order].astype(np.float64)
    kept = _lead(starts, k, preference, pinned[order], holds[order], words, by_length)
    result = np.empty(len(order), np.int64)
    result[order] = order[kept]
    return result


@compiled
def _lead(
    starts: Any, others: Any, preference: Any, pinned: Any, holds: Any, n_words: Any, by_length: Any
) -> Any:
    n = starts.size - 1
    kept = np.arange(n)
    head = np.full(n, -1)  # The documents that joined a kept one, as linked lists.
    following = np.full(n, -1)
    for row in range(n):
        if pinned[row]:
            continue
        best = LOWEST
        for at in range(starts[row], starts[row + 1]):
            other = others[at]
            if other >= row or kept[other] != other or preference[at] <= best:
                continue
            is_fuller = n_words[other] >= CLEARLY_FULLER * n_words[row]
            if holds[row] and not is_fuller and _has_edge(starts, others, other, row):
                continue  # Each says what the other says, so the published one stays.
            best = preference[at]
            kept[row] = other
        if kept[row] != row:
            following[row] = head[kept[row]]
            head[kept[row]] = row
    for row in range(n if by_length else 0):
        if pinned[row] or kept[row] != row:
            continue
        best, target = LOWEST, -1
        for at in range(starts[row], starts[row + 1]):
            other = others[at]
            if kept[other] != other or preference[at] <= best:
                continue
            if holds[row] and n_words[other] < CLEARLY_FULLER * n_words[row]:
                continue
            fits = True
            member = head[row]
            while member >= 0 and fits:
                fits = _has_edge(starts, others, member, other)
                member = following[member]
            if fits:
                best, target = preference[at], other
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
