"""Compiled kernel that computes the language probabilities of a text."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

_LINE = 32  # Weights in a cache line of 64 bytes.
_PARTS = 8
LONGEST = 6  # Bytes of the model's longest feature. A state depends on no more bytes than these.
_HALF_BIAS = 2.0**112  # Factor between the exponents of float16 and float32.


def _features(
    text: npt.NDArray[np.uint8],
    moves: npt.NDArray[np.int32],
    states: npt.NDArray[np.int32],
    weights: npt.NDArray[np.uint16],
) -> tuple[npt.NDArray[np.int32], int]:
    """Return the features that end in a text, in no order, and a number without meaning."""
    seen = np.empty(text.shape[0], np.int32)
    n, touched = 0, np.uint16(0)
    # The tables do not fit into a cache, and each move waits for the one before. So eight parts of
    # the text are read together. The reader of a part first reads the bytes before it, which brings
    # it to the state of a reader of the whole text.
    width = (text.shape[0] + _PARTS - 1) // _PARTS
    state = np.zeros(_PARTS, np.int32)
    for step in range(-LONGEST, width):
        for part in range(_PARTS):
            at = part * width + step
            if at < 0 or at >= text.shape[0]:
                continue
            state[part] = moves[states[state[part], 0] + text[at]]
            feature = states[state[part], 1]
            if step >= 0 and feature >= 0:
                seen[n] = feature
                n += 1
                # A row that is requested now has arrived when it is summed.
                for c in range(0, weights.shape[1], _LINE):
                    touched ^= weights[feature, c]
                touched ^= weights[feature, weights.shape[1] - 1]
    return seen[:n], int(touched)


def _add_weights(
    found: npt.NDArray[np.int32],
    weights: npt.NDArray[np.uint16],
    sums: npt.NDArray[np.float32],
    bits: npt.NDArray[np.uint32],
    values: npt.NDArray[np.float32],
) -> None:
    """Add the weights of sorted features to the sums.

    `bits` and `values` are the same memory: one row of weights.
    """
    first, n = 0, found.shape[0]
    while first < n:
        feature, last = found[first], first
        while last < n and found[last] == feature:
            last += 1
        weight = np.float32(math.log1p(last - first) * _HALF_BIAS)
        first = last
        for c in range(bits.shape[0]):
            half = np.uint32(weights[feature, c])
            bits[c] = ((half & np.uint32(0x7FFF)) << np.uint32(13)) | (
                (half & np.uint32(0x8000)) << np.uint32(16)
            )
        for c in range(bits.shape[0]):
            sums[c] += weight * values[c]


class Tables(NamedTuple):
    """py3langid's automaton over bytes and its table of weights.

    A row of `states` gives where the moves of a state begin and which feature it ends, or -1. The
    weights are a matrix of features by languages and have the bits of float16. A language may have
    two columns, one of them for a script. Its number is then the first of them (`same`).
    """

    moves: npt.NDArray[np.int32]
    states: npt.NDArray[np.int32]
    weights: npt.NDArray[np.uint16]
    priors: npt.NDArray[np.float32]
    same: npt.NDArray[np.int32]


def probabilities(text: npt.NDArray[np.uint8], tables: Tables) -> npt.NDArray[np.float64]:
    """Return the probability of each language, by number.

    The score of a language is its prior and, for each feature seen, the weight times
    log(1 + count), divided by the root of the number of bytes.
    """
    if numba_cache.uses_plain_loops():
        return _probabilities_in_numpy(text, tables)
    return _compiled_probabilities(text, tables)


def _compiled_probabilities(text: npt.NDArray[np.uint8], tables: Tables) -> npt.NDArray[np.float64]:
    find_features, add_weights = _kernels()
    seen, _ = find_features(text, tables.moves, tables.states, tables.weights)
    sums, bits = tables.priors.copy(), np.empty(tables.priors.shape[0], np.uint32)
    # numpy sorts here, because numba takes two seconds to compile a sort.
    add_weights(np.sort(seen), tables.weights, sums, bits, bits.view(np.float32))
    return _shares(sums, tables.same, len(text))


@cache
def _kernels() -> tuple[Any, Any]:
    return numba_cache.compiled(_features), numba_cache.compiled(_add_weights)


def _probabilities_in_numpy(text: npt.NDArray[np.uint8], tables: Tables) -> npt.NDArray[np.float64]:
    """Compute `_compiled_probabilities` without a compiler.

    It adds the same sums in the same order, one row of weights at a time.
    """
    moves, states, weights = tables.moves, tables.states, tables.weights
    state, seen = 0, []
    for byte in text.tolist():
        state = int(moves[int(states[state, 0]) + byte])
        feature = int(states[state, 1])
        if feature >= 0:
            seen.append(feature)
    sums = tables.priors.copy()
    for feature, count in sorted(Counter(seen).items()):
        weight = np.float32(math.log1p(count) * _HALF_BIAS)
        half = weights[feature].astype(np.uint32)
        bits = ((half & np.uint32(0x7FFF)) << np.uint32(13)) | (
            (half & np.uint32(0x8000)) << np.uint32(16)
        )
        sums += weight * bits.view(np.float32)
    return _shares(sums, tables.same, len(text))


def _shares(
    sums: npt.NDArray[np.float32], same: npt.NDArray[np.int32], size: int
) -> npt.NDArray[np.float64]:
    scale = 1.0 / math.sqrt(max(1, size))
    likely = np.exp((sums - sums.max()).astype(np.float64) * scale)
    by_language = np.bincount(same, weights=likely, minlength=len(sums))
    return np.asarray(by_language / by_language.sum())
