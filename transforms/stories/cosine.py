"""Cosine similarities inside the time window, from an inverted index filled in time order."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories.quickselect import kth_smallest
from copydesk.transforms.stories.term_counts import SPACE
from copydesk.transforms.stories.tfidf import Vectors

UNDATED = np.iinfo(np.int64).min
UNIT = 1 << 16  # similarity 1
# Weaker similarities count as 0. Values of .02 to .05 give the same figures.
FLOOR = int(0.04 * UNIT)
# At this similarity two texts differ in a few words only. The later one joins the story of the
# earlier one and is not compared again.
NEAR_IDENTICAL = int(0.9 * UNIT)
# Each feature keeps this many of the most recent documents, which bounds the cost of common words.
POSTINGS = 2_000
# Each document keeps this many edges. On wire text a document has 14 on average and 114 at most.
MAX_EDGES = 1_000
_SHIFT = 12  # from SCALE ** 2 = 2 ** 28 down to UNIT


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of similar documents by index, with their similarities in units of 1 / UNIT."""

    earlier: NDArray[np.int32]
    later: NDArray[np.int32]
    similarity: NDArray[np.int32]

    def take(self, positions: NDArray[np.int64]) -> Edges:
        """Return the pairs at these positions, in this order."""
        return Edges(self.earlier[positions], self.later[positions], self.similarity[positions])


_of_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Similarities of the new documents of a block to each other and to the window before it."""

    edges: Edges
    originals: NDArray[np.int32]
    """For each document, the near-identical document that it follows, or itself."""
    best: NDArray[np.int32]
    """The highest similarity of each document to another one, in units of 1 / UNIT."""


def compare(
    vectors: Vectors,
    *,
    published: NDArray[np.int64],
    arrival: NDArray[np.int64],
    first: int,
    window: int,
    undated_window: int,
) -> Comparison:
    """Compare every document from index `first` on with the documents before it.

    `published` holds times in the unit of `window`, UNDATED where there is none. `arrival` holds
    positions in the order of arrival. Two dated documents are compared when their times differ by
    `window` or less. A pair with an undated side is compared when the arrival positions differ by
    `undated_window` or less.
    """
    n = len(vectors)
    originals = np.arange(n, dtype=np.int32)
    best = np.zeros(n, np.int32)
    earlier, later, similarity = _compare(
        *_shared(vectors.starts, vectors.slots, vectors.weights, first, _table()),
        published,
        arrival,
        first,
        window,
        undated_window,
        originals,
        best,
    )
    return Comparison(Edges(earlier, later, similarity), originals, best)


def _table() -> NDArray[np.int32]:
    """A zero for every feature. Each thread has one table, because making one takes milliseconds.

    The memory of a table is used only where a feature was counted.
    """
    if not hasattr(_of_thread, "table"):
        _of_thread.table = np.zeros(SPACE, np.int32)
    table: NDArray[np.int32] = _of_thread.table
    return table


@compiled
def _shared(
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    weights: NDArray[np.uint16],
    first: int,
    table: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16], NDArray[np.int64]]:
    """Leave out features that no document from `first` on shares with another, and number the others.

    They are numbered from 0 on in order of first occurrence, so `_compare` needs lists for them
    alone, and these lie close together. The last result has where the list of each begins. `table`
    has a zero for every feature, also afterwards. In between it has the number of documents with a
    feature, and then -1 minus the feature's number.
    """
    n = 0
    for k in range(starts[first], len(slots)):
        table[slots[k]] += 1
        n += table[slots[k]] == 2
    for k in range(starts[first]):
        table[slots[k]] += table[slots[k]] > 0
        n += table[slots[k]] == 2
    heads = np.zeros(n + 1, np.int64)
    shared_starts = np.zeros(len(starts), np.int64)
    shared_slots = np.empty(len(slots), np.int32)
    shared_weights = np.empty(len(slots), np.uint16)
    n = end = 0
    for i in range(len(starts) - 1):
        for k in range(starts[i], starts[i + 1]):
            s = slots[k]
            if table[s] > 1:
                heads[n + 1] = heads[n] + table[s]
                table[s] = -1 - n
                n += 1
            # What is left out is overwritten, which is faster than a second condition.
            shared_slots[end], shared_weights[end] = -1 - table[s], weights[k]
            end += table[s] < 0
        shared_starts[i + 1] = end
    for k in range(starts[first], len(slots)):
        table[slots[k]] = 0
    return shared_starts, shared_slots[:end].copy(), shared_weights[:end].copy(), heads


@compiled
def _compare(
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    weights: NDArray[np.uint16],
    heads: NDArray[np.int64],
    published: NDArray[np.int64],
    arrival: NDArray[np.int64],
    first: int,
    window: int,
    undated_window: int,
    originals: NDArray[np.int32],
    best: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return the columns of the edges, and fill `originals` and `best`.

    Each feature has a list of the documents that have it, in the order of the documents. The lists
    are one after the other in `postings`. A posting is a document and, in its last 16 bits, the
    weight of the feature. `bounds` has where the list of a feature begins, which is in `heads`, and
    up to where it is filled. What belongs together is in one place, because reading from memory
    takes most of the time.
    """
    n = len(starts) - 1
    bounds = np.empty((len(heads), 2), np.int64)
    for s in range(len(heads)):
        bounds[s, 0] = bounds[s, 1] = heads[s]
    postings = np.empty(len(slots), np.int64)
    sums = np.zeros(n, np.int32)
    candidates = np.empty(n, np.int32)
    room = 1 << 12
    earlier, later, similarity = (
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
    )
    n_edges = 0
    for i in range(n):
        own_slots = slots[starts[i] : starts[i + 1]]
        own_weights = weights[starts[i] : starts[i + 1]]
        if i >= first:
            begin = n_edges
            n_candidates = _add_up(own_slots, own_weights, bounds, postings, sums, candidates)
            if n_edges + n_candidates > room:
                room = max(2 * room, n_edges + n_candidates)
                earlier, later, similarity = (
                    _longer(earlier, room),
                    _longer(later, room),
                    _longer(similarity, room),
                )
            original, original_similarity = -1, NEAR_IDENTICAL
            for m in range(n_candidates):
                j = candidates[m]
                similar = min(UNIT, sums[j] >> _SHIFT)
                sums[j] = 0
                if published[i] == UNDATED or published[j] == UNDATED:
                    if abs(arrival[i] - arrival[j]) > undated_window:
                        continue
                elif abs(published[i] - published[j]) > window:
                    continue
                best[i] = max(best[i], similar)
                best[j] = max(best[j], similar)
                if similar > original_similarity or (
                    similar == original_similarity and (original < 0 or j < original)
                ):
                    original, original_similarity = j, similar
                if similar >= FLOOR:
                    earlier[n_edges], later[n_edges], similarity[n_edges] = j, i, similar
                    n_edges += 1
            if original >= 0:
                # It needs no edges and no place in the lists, because its original has both.
                originals[i] = original
                n_edges = begin
                continue
            if n_edges - begin > MAX_EDGES:
                n_edges = _strongest(earlier, similarity, begin, n_edges)
        for k in range(len(own_slots)):
            s = own_slots[k]
            postings[bounds[s, 1]] = (np.int64(i) << 16) | np.int64(own_weights[k])
            bounds[s, 1] += 1
    return earlier[:n_edges].copy(), later[:n_edges].copy(), similarity[:n_edges].copy()


@compiled
def _add_up(
    own_slots: NDArray[np.int32],
    own_weights: NDArray[np.uint16],
    bounds: NDArray[np.int64],
    postings: NDArray[np.int64],
    sums: NDArray[np.int32],
    candidates: NDArray[np.int32],
) -> int:
    """Add up the products of the weights that a document shares with each one before it.

    Return the number of documents that share a feature. They are the first of `candidates`, and
    `sums`, which was all zeros, has the sum of each. A sum is one more, so that it is never zero.
    Of the list of a feature only the last POSTINGS documents count.
    """
    n = 0
    # Where all lists are is read first, because these reads do not wait for one another.
    own = np.empty((len(own_slots), 2), np.int64)
    for k in range(len(own_slots)):
        s = own_slots[k]
        own[k, 0] = max(bounds[s, 0], bounds[s, 1] - POSTINGS)
        own[k, 1] = bounds[s, 1]
    for k in range(len(own_slots)):
        weight = np.int32(own_weights[k])
        for p in range(own[k, 0], own[k, 1]):
            j = postings[p] >> 16
            if sums[j] == 0:
                candidates[n] = j
                n += 1
            sums[j] += weight * np.int32(postings[p] & 0xFFFF) + (sums[j] == 0)
    return n


@compiled
def _strongest(
    earlier: NDArray[np.int32], similarity: NDArray[np.int32], begin: int, end: int
) -> int:
    """Move the MAX_EDGES strongest edges to the front and return their end; ties keep the earlier."""
    cut = kth_smallest(similarity[begin:end], end - begin - MAX_EDGES)
    room = MAX_EDGES
    for k in range(begin, end):
        room -= similarity[k] > cut
    at = begin
    for k in range(begin, end):
        if similarity[k] > cut or (similarity[k] == cut and room > 0):
            room -= similarity[k] == cut
            earlier[at], similarity[at] = earlier[k], similarity[k]
            at += 1
    return at


@compiled
def _longer(array: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    longer = np.empty(size, np.int32)
    for k in range(len(array)):
        longer[k] = array[k]
    return longer
