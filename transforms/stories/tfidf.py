"""TF-IDF vectors of counted features, with document frequencies frozen for an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms import packaged_arrays
from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories.quickselect import kth_smallest
from copydesk.transforms.stories.term_counts import HALF, SPACE, Counts, features_of

BACKGROUND = "background.npz"
SATURATION = 1.2  # BM25's k1 at its usual value
# A pair partly repeats its words. On WikiNews events .4 and 1 score lower.
PAIR_WEIGHT = 0.7
# A pair that only one article has is weak evidence against a match, so the norm counts half of it.
NORM_OF_PAIRS = 0.5
# Number of the heaviest features kept per document. From 200 up the figures are equal.
KEPT = 256
SCALE = 1 << 14  # vectors hold integers, so that sums are exact in any order
# Words rarer than one in this many documents get no more weight. This keeps similarities comparable
# between corpora of 200 and of 20,000 documents.
RAREST = 12_000
# Articles on one event inside a window. Events rarely have more; 10 scores lower on WikiNews events.
EVENT = 20
_TF = np.array([c * (SATURATION + 1) / (c + SATURATION) for c in range(256)], np.float32)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Sparse vectors of several documents in sequence; a dot product of SCALE ** 2 means 1."""

    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    weights: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of these documents, in this order."""
        return Vectors(*features_of(self.starts, self.slots, self.weights, rows))


def concatenate(parts: list[Vectors]) -> Vectors:
    """Concatenate several sets of vectors."""
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.diff(p.starts) for p in parts)])
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Vectors(
        starts,
        np.concatenate([np.zeros(0, np.int32), *(p.slots for p in parts)]),
        np.concatenate([np.zeros(0, np.uint16), *(p.weights for p in parts)]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """Document frequencies of all features among `n_documents`, fixed when the epoch begins."""

    number: int
    n_documents: int
    frequencies: NDArray[np.uint32]


@cache
def background() -> Epoch:
    """Return epoch 0, the frequencies in the package, so that a few articles have useful weights.

    They count hashed features over some thousand news articles, scaled to 20,000 documents. They
    hold no text.
    """
    arrays = packaged_arrays.read("copydesk.transforms.stories", BACKGROUND)
    frequencies = np.zeros(SPACE, np.uint32)
    frequencies[arrays["steps"].cumsum(dtype=np.int64)] = arrays["frequencies"]
    return Epoch(0, int(arrays["n_documents"]), frequencies)


def epoch_of(number: int, counted: Counts) -> Epoch:
    """Build an epoch from the background and these documents."""
    return epoch_of_frequencies(number, len(counted), np.bincount(counted.slots, minlength=SPACE))


def epoch_of_frequencies(number: int, n_documents: int, frequencies: NDArray[np.int64]) -> Epoch:
    """Build an epoch from the background and given document frequencies."""
    known = background()
    return Epoch(
        number, known.n_documents + n_documents, known.frequencies + frequencies.astype(np.uint32)
    )


def vectors(counted: Counts, epoch: Epoch) -> Vectors:
    """Weigh counted features by an epoch: BM25 term frequency times squared log IDF."""
    return Vectors(*_weigh(counted.starts, counted.slots, counted.counts, idf_of(epoch), _TF))


@lru_cache(maxsize=2)
def idf_of(epoch: Epoch) -> NDArray[np.float32]:
    """Return the squared log IDF of every feature; cached, because small batches share it."""
    n, known = epoch.n_documents, background().frequencies
    # A small corpus has few of the features. For all others there is one value for each frequency.
    usual = _squared_idf(np.arange(known.max() + 1, dtype=np.uint32), n, np.int64(0))
    idf = np.concatenate(
        [
            usual.astype(np.float32)[known[:HALF]],
            (usual * PAIR_WEIGHT).astype(np.float32)[known[HALF:]],
        ]
    )
    changed = np.flatnonzero(epoch.frequencies != known)
    frequencies = epoch.frequencies[changed]
    own = _squared_idf(frequencies, n, frequencies.astype(np.int64) - known[changed])
    idf[changed] = np.where(changed < HALF, own, own * PAIR_WEIGHT)
    return idf


def _squared_idf(
    frequencies: NDArray[np.uint32], n: int, n_own: NDArray[np.int64] | np.int64
) -> NDArray[np.float64]:
    """Return the squared log IDF of features by their frequencies among `n` documents.

    `n_own` documents with the feature are in this corpus, not in the background.
    """
    share = np.maximum((np.maximum(frequencies, 1) + 0.5) / n, 1 / RAREST)
    # A feature in more articles of this corpus than one event has is the usual wording of its
    # outlets, even when it is rare elsewhere.
    share = np.maximum(share, (n_own - EVENT) / max(n - background().n_documents, 1))
    # Squared, so that a rare name outweighs many common words: exponents 1, 1.5 and 2 give a pair F1
    # of .728, .757 and .778 on WikiNews events. Never 0, so that ten thousand copies of one text
    # still have a vector.
    squared: NDArray[np.float64] = np.maximum(-np.log(share), 0.05) ** 2
    return squared


@compiled
def _weigh(
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    counts: NDArray[np.uint8],
    idf: NDArray[np.float32],
    tf: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]:
    """Return the starts, slots and weights of the features, of which at most KEPT a document stay.

    These are the ones with the highest weights. The weights of a document are scaled to the same
    length for all documents.
    """
    n = len(starts) - 1
    new_starts = np.zeros(n + 1, np.int64)
    for d in range(n):
        new_starts[d + 1] = new_starts[d] + min(KEPT, starts[d + 1] - starts[d])
    new_slots = np.empty(new_starts[n], np.int32)
    weights = np.empty(new_starts[n], np.uint16)
    for d in range(n):
        first, n_features = starts[d], starts[d + 1] - starts[d]
        w = np.empty(n_features, np.float32)
        for k in range(n_features):
            w[k] = tf[counts[first + k]] * idf[slots[first + k]]
        cut, room = _limit(w)
        square = 0.0
        n_kept = 0
        for k in range(n_features):
            if w[k] < cut:
                continue
            if w[k] == cut:
                if room == 0:
                    continue
                room -= 1
            slot = slots[first + k]
            x = np.float64(w[k]) * (NORM_OF_PAIRS if slot >= HALF else 1.0)
            square += x * x
            new_slots[new_starts[d] + n_kept] = slot
            w[n_kept] = w[k]  # `n_kept` is never above `k`, so no weight is lost.
            n_kept += 1
        scale = SCALE / np.sqrt(square) if square > 0 else 0.0
        for k in range(n_kept):
            weights[new_starts[d] + k] = np.uint16(min(32767.0, np.round(w[k] * scale)))
    return new_starts, new_slots, weights


@compiled
def _limit(w: NDArray[np.float32]) -> tuple[np.float32, int]:
    """Return the lowest weight that is kept, and how many features of this weight are kept.

    Of features with this weight, the earlier ones are kept. If all are kept, the limit is -1.
    """
    if len(w) <= KEPT:
        return np.float32(-1), 0
    cut = kth_smallest(w, len(w) - KEPT)
    n_above = 0
    for k in range(len(w)):
        n_above += w[k] > cut
    return cut, KEPT - n_above
