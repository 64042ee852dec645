"""From counted features to vectors: how much a word says, frozen for an epoch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories.term_counts import HALF, SPACE, Counts

BACKGROUND = "background.npz"
SATURATION = 1.2  # BM25's k1, its usual value: the tenth mention says little that the third did not
PAIR_WEIGHT = 0.7  # a pair repeats what its words said; .4 and 1 are worse on WikiNews events
NORM_OF_PAIRS = 0.5  # a pair found in one article only says little against a match: its weight is halved in the norm
KEPT = 256  # heaviest features of a document; 200 to all give the same figures, and cost grows with the number
SCALE = 1 << 14  # vectors are integers, so that sums are exact in any order
RAREST = 12_000  # a word in fewer than one of so many documents weighs no more: keeps similarities alike from 200 to 20,000
EVENT = (
    20  # articles; an event seldom has more in a window, and 10 already costs on WikiNews events
)
_TF = np.array([c * (SATURATION + 1) / (c + SATURATION) for c in range(256)], np.float32)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Sparse vectors of several documents, one after the other, scaled so that a dot product of SCALE ** 2 is 1."""

    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    weights: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of these documents, in this order."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        at = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return Vectors(starts, self.slots[at], self.weights[at])


def joined(parts: list[Vectors]) -> Vectors:
    """Several sets of vectors as one, in order."""
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.diff(p.starts) for p in parts)])
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Vectors(
        starts,
        np.concatenate([np.zeros(0, np.int32), *(p.slots for p in parts)]),
        np.concatenate([np.zeros(0, np.uint16), *(p.weights for p in parts)]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """In how many of `n_documents` each feature stood when the epoch was opened. It never changes."""

    number: int
    n_documents: int
    frequencies: NDArray[np.uint32]


@cache
def background() -> Epoch:
    """Epoch 0: frequencies that ship with the package, so that a handful of articles has weights to go by.

    Counts of hashed features over some thousand news articles, scaled to 20,000 documents; no text.
    """
    with (
        resources.files(__package__).joinpath(BACKGROUND).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        frequencies = np.zeros(SPACE, np.uint32)
        frequencies[arrays["steps"].cumsum(dtype=np.int64)] = arrays["frequencies"]
        return Epoch(0, int(arrays["n_documents"]), frequencies)


def opened(number: int, counted: Counts) -> Epoch:
    """An epoch of the background and these documents."""
    return of_counts(number, len(counted), np.bincount(counted.slots, minlength=SPACE))


def of_counts(number: int, n_documents: int, frequencies: NDArray[np.int64]) -> Epoch:
    """An epoch of the background and documents that were counted elsewhere."""
    known = background()
    return Epoch(
        number, known.n_documents + n_documents, (known.frequencies + frequencies).astype(np.uint32)
    )


def vectors(counted: Counts, epoch: Epoch) -> Vectors:
    """The vectors of counted documents under an epoch's weights: BM25 tf times squared log idf."""
    return Vectors(*_weigh(counted.starts, counted.slots, counted.counts, _idf(epoch), _TF))


@lru_cache(maxsize=2)
def _idf(epoch: Epoch) -> NDArray[np.float32]:
    """The squared log idf of every feature; of a small batch it would cost more than the rest."""
    n, known = epoch.n_documents, background()
    share = np.maximum((np.maximum(epoch.frequencies, 1) + 0.5) / n, 1 / RAREST)
    # What stands in more articles of the corpus itself than an event has is a habit of its outlets,
    # however rare elsewhere.
    own = epoch.frequencies.astype(np.int64) - known.frequencies - EVENT
    share = np.maximum(share, own / max(n - known.n_documents, 1))
    # Squared: a rare name must outweigh many middling words. Exponents 1, 1.5, 2 give .728, .757, .778
    # pair F1 on WikiNews events. Never 0: ten thousand copies of one text still have a vector.
    idf = np.maximum(-np.log(share), 0.05) ** 2
    idf[HALF:] *= PAIR_WEIGHT
    return idf.astype(np.float32)


@compiled
def _weigh(
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    counts: NDArray[np.uint8],
    idf: NDArray[np.float32],
    tf: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint16]]:
    n = len(starts) - 1
    new_starts = np.zeros(n + 1, np.int64)
    for d in range(n):
        new_starts[d + 1] = new_starts[d] + min(KEPT, starts[d + 1] - starts[d])
    new_slots = np.empty(new_starts[n], np.int32)
    weights = np.empty(new_starts[n], np.uint16)
    for d in range(n):
        a, z = starts[d], starts[d + 1]
        w = np.empty(z - a, np.float32)
        for k in range(z - a):
            w[k] = tf[counts[a + k]] * idf[slots[a + k]]
        cut, room = np.float32(-1), 0
        if z - a > KEPT:
            cut = np.partition(w, z - a - KEPT)[z - a - KEPT]
            above = 0
            for k in range(z - a):
                above += w[k] > cut
            room = KEPT - above  # of the features at the cut, the first used stay
        square = 0.0
        at = new_starts[d]
        for k in range(z - a):
            if w[k] < cut:
                continue
            if w[k] == cut:
                if room == 0:
                    continue
                room -= 1
            new_slots[at] = slots[a + k]
            w[at - new_starts[d]] = w[k]  # never ahead of k
            at += 1
            x = np.float64(w[k]) * (NORM_OF_PAIRS if slots[a + k] >= HALF else 1.0)
            square += x * x
        scale = SCALE / np.sqrt(square) if square > 0 else 0.0
        for k in range(at - new_starts[d]):
            weights[new_starts[d] + k] = np.uint16(min(32767.0, np.round(w[k] * scale)))
    return new_starts, new_slots, weights
