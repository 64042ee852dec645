"""The compiled loop that computes the language probabilities of a text.

`shares` and the parts that it calls are compiled together (`numba_cache.part`).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from copydesk.transforms.numba_cache import part
from copydesk.transforms.tag.lookup.language_model import HALF_BIAS, Tables

_LINE = 32  # Weights in a cache line of 64 bytes.
_PARTS = 8
LONGEST = 6  # Bytes of the model's longest feature. A state depends on no more bytes than these.

Numbers = npt.NDArray[np.int32]
Sums = npt.NDArray[np.float32]


def shares(
    text: npt.NDArray[np.uint8], tables: Tables, bits: npt.NDArray[np.uint32], values: Sums
) -> tuple[npt.NDArray[np.float64], int]:
    """Return the probability of each language, and a number without meaning.

    `bits` and `values` are the same memory: one row of weights.
    """
    seen = np.empty(text.shape[0], np.int32)
    n, touched = find_features(seen, text, tables)
    sort(seen, n)
    sums = tables.priors.copy()
    add_weights(sums, seen[:n], tables.weights, bits, values)
    most, scale = sums[0], 1.0 / math.sqrt(max(1, text.shape[0]))
    for c in range(sums.shape[0]):
        most = max(most, sums[c])
    found, total = np.zeros(sums.shape[0], np.float64), 0.0
    for c in range(sums.shape[0]):
        share = math.exp(np.float64(sums[c] - most) * scale)
        found[tables.same[c]] += share
        total += share
    for c in range(sums.shape[0]):
        found[c] /= total
    return found, touched


@part
def find_features(seen: Numbers, text: npt.NDArray[np.uint8], tables: Tables) -> tuple[int, int]:
    """Write the features that end in a text, in no order, and return their number.

    The second number has no meaning.
    """
    moves, states, weights = tables.moves, tables.states, tables.weights
    # The tables do not fit into a cache, and each move waits for the one before. So eight parts of
    # the text are read together. The reader of a part first reads the bytes before it, which brings
    # it to the state of a reader of the whole text.
    width = (text.shape[0] + _PARTS - 1) // _PARTS
    state = np.zeros(_PARTS, np.int32)
    for step in range(-LONGEST, width):
        for k in range(_PARTS):
            at = k * width + step
            if at < 0 or at >= text.shape[0]:
                continue
            state[k] = moves[states[state[k], 0] + text[at]]
            if step >= 0:
                seen[at] = state[k]
    # A processor asks memory for many rows at once only if it does not wait for a branch that
    # depends on one of them. So the features are counted and their rows requested in loops without.
    n = 0
    for at in range(text.shape[0]):
        feature = states[seen[at], 1]
        seen[n] = feature
        n += int(feature >= 0)
    touched = np.uint16(0)
    for i in range(n):
        for c in range(0, weights.shape[1], _LINE):
            touched ^= weights[seen[i], c]
        touched ^= weights[seen[i], weights.shape[1] - 1]
    return n, int(touched)


@part
def sort(seen: Numbers, n: int) -> None:
    """Sort the first `n` numbers by Shell's method.

    numba takes two seconds to compile the sort of numpy.
    """
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            one, k = seen[i], i
            while k >= gap and seen[k - gap] > one:
                seen[k] = seen[k - gap]
                k -= gap
            seen[k] = one
        gap //= 3


@part
def add_weights(
    sums: Sums,
    seen: Numbers,
    weights: npt.NDArray[np.uint16],
    bits: npt.NDArray[np.uint32],
    values: Sums,
) -> None:
    """Add the weights of sorted features to the sums, in which their order shows in the last bit."""
    first, n = 0, seen.shape[0]
    while first < n:
        feature, last = seen[first], first
        while last < n and seen[last] == feature:
            last += 1
        weight = np.float32(math.log1p(last - first) * HALF_BIAS)
        first = last
        for c in range(bits.shape[0]):
            half = np.uint32(weights[feature, c])
            bits[c] = ((half & np.uint32(0x7FFF)) << np.uint32(13)) | (
                (half & np.uint32(0x8000)) << np.uint32(16)
            )
        for c in range(bits.shape[0]):
            sums[c] += weight * values[c]
