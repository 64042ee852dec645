"""Which documents are alike: an inverted index over the window, walked in time order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories.term_counts import SPACE
from copydesk.transforms.stories.tfidf import Vectors

UNDATED = np.iinfo(np.int64).min
UNIT = 1 << 16  # similarity 1
FLOOR = int(0.04 * UNIT)  # weaker similarities count as none; .02 to .05 give the same figures
TWIN = int(
    0.9 * UNIT
)  # the same text but for a few words: it follows its twin and is not compared again
POSTINGS = 2_000  # of a feature, the most recent documents that hold it: a common word costs no more than that
ALIKE = 1_000  # of a document, the documents most alike that are remembered: on wire text it has 14, at most 114
_SHIFT = 12  # from SCALE ** 2 = 2 ** 28 down to UNIT


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of documents that are alike; similarities in UNIT."""

    earlier: NDArray[np.int32]
    later: NDArray[np.int32]
    similarity: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing the new documents of a block with each other and the window before gave."""

    edges: Edges
    twins: NDArray[np.int32]
    """For each document the one it follows; itself where it follows none."""
    best: NDArray[np.int32]
    """Highest similarity of each document to any other one, in UNIT."""


def compare(
    vectors: Vectors,
    *,
    published: NDArray[np.int64],
    arrival: NDArray[np.int64],
    first: int,
    window: int,
    undated_window: int,
) -> Comparison:
    """Compare every document from `first` on with those before it.

    `published` are times in any unit, UNDATED for none; `arrival` are places in the order of arrival.
    Two dated documents are compared when their times are at most `window` apart; a pair with an
    undated side when their arrivals are at most `undated_window` apart.
    """
    n = len(vectors)
    slots, n_slots = vectors.slots, SPACE
    if len(slots) < SPACE // 8:  # a small block does not pay for the whole space
        unique, inverse = np.unique(slots, return_inverse=True)
        slots, n_slots = inverse.astype(np.int32), len(unique)
    twins = np.arange(n, dtype=np.int32)
    best = np.zeros(n, np.int32)
    earlier, later, similarity = _compare(
        vectors.starts,
        slots,
        vectors.weights,
        n_slots,
        published,
        arrival,
        first,
        window,
        undated_window,
        twins,
        best,
    )
    return Comparison(Edges(earlier, later, similarity), twins, best)


@compiled
def _compare(
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    weights: NDArray[np.uint16],
    n_slots: int,
    published: NDArray[np.int64],
    arrival: NDArray[np.int64],
    first: int,
    window: int,
    undated_window: int,
    twins: NDArray[np.int32],
    best: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    n = len(starts) - 1
    heads = np.zeros(n_slots + 1, np.int64)
    for k in range(len(slots)):
        heads[slots[k] + 1] += 1
    for s in range(n_slots):
        heads[s + 1] += heads[s]
    filled = heads[:-1].copy()
    documents = np.empty(len(slots), np.int32)
    values = np.empty(len(slots), np.uint16)
    sums = np.zeros(n, np.int32)
    met = np.empty(n, np.int32)
    room = 1 << 12
    earlier, later, similarity = (
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
    )
    n_edges = 0
    for i in range(n):
        begin = n_edges
        if i >= first:
            n_met = 0
            for k in range(starts[i], starts[i + 1]):
                s, w = slots[k], np.int32(weights[k])
                for p in range(max(heads[s], filled[s] - POSTINGS), filled[s]):
                    j = documents[p]
                    if sums[j] == 0:
                        met[n_met] = j
                        n_met += 1
                    sums[j] += w * np.int32(values[p]) + (sums[j] == 0)
            twin, twin_similarity = -1, TWIN
            if n_edges + n_met > room:
                room = max(2 * room, n_edges + n_met)
                earlier, later, similarity = (
                    _longer(earlier, room),
                    _longer(later, room),
                    _longer(similarity, room),
                )
            for m in range(n_met):
                j = met[m]
                alike = min(UNIT, sums[j] >> _SHIFT)
                sums[j] = 0
                if published[i] == UNDATED or published[j] == UNDATED:
                    if abs(arrival[i] - arrival[j]) > undated_window:
                        continue
                elif abs(published[i] - published[j]) > window:
                    continue
                best[i] = max(best[i], alike)
                best[j] = max(best[j], alike)
                if alike > twin_similarity or (alike == twin_similarity and (twin < 0 or j < twin)):
                    twin, twin_similarity = j, alike
                if alike >= FLOOR:
                    earlier[n_edges], later[n_edges], similarity[n_edges] = j, i, alike
                    n_edges += 1
            if twin >= 0:
                twins[i] = twin
                n_edges = begin
                continue
            if n_edges - begin > ALIKE:
                n_edges = _strongest(earlier, similarity, begin, n_edges)
        for k in range(starts[i], starts[i + 1]):
            s = slots[k]
            documents[filled[s]] = i
            values[filled[s]] = weights[k]
            filled[s] += 1
    return earlier[:n_edges].copy(), later[:n_edges].copy(), similarity[:n_edges].copy()


@compiled
def _strongest(
    earlier: NDArray[np.int32], similarity: NDArray[np.int32], begin: int, end: int
) -> int:
    """Move a document's ALIKE strongest edges to the front; returns where they end. Of equals the first met stay."""
    place = end - begin - ALIKE
    cut = np.partition(similarity[begin:end], place)[place]
    room = ALIKE
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
    longer[: len(array)] = array
    return longer
