"""A language model's walk over a text, compiled."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt

from copydesk.transforms.numba_cache import either

_LINE = 32  # weights in a cache line of 64 bytes
_PARTS = 8
LONGEST = 6  # bytes of the model's longest feature: a state depends on no more of them
_HALF_BIAS = 2.0**112  # between the exponents of float16 and float32


def _probabilities(
    text: npt.NDArray[np.uint8],
    moves: npt.NDArray[np.int32],
    states: npt.NDArray[np.int32],
    weights: npt.NDArray[np.uint16],
    priors: npt.NDArray[np.float32],
    same: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.float64], int]:
    """The probability of each language, by number, and a number without meaning.

    A row of `states` says where a state's moves begin and which feature it ends, or -1.

    A language's score is its prior and, for each feature seen, the weight times log(1 + count), over the
    root of the number of bytes. A language with two columns, one a script, is the first of them (`same`).
    """
    seen = np.empty(text.shape[0], np.int32)
    n, touched = 0, np.uint16(0)
    # The tables fill no cache, and each move waits for the one before. So eight parts of the text are
    # read together: the bytes before a part bring its reader to the state of one that reads all.
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
                # A row asked for now has come by the time it is summed.
                for c in range(0, weights.shape[1], _LINE):
                    touched ^= weights[feature, c]
                touched ^= weights[feature, weights.shape[1] - 1]
    found = np.sort(seen[:n])
    sums = priors.copy()
    bits = np.empty(priors.shape[0], np.uint32)
    values = bits.view(np.float32)
    first = 0
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
    scale, most = 1.0 / math.sqrt(max(1, text.shape[0])), sums.max()
    likely = np.zeros(sums.shape[0], np.float64)
    for c in range(sums.shape[0]):
        likely[same[c]] += math.exp((sums[c] - most) * scale)
    return likely / likely.sum(), int(touched)


def _probabilities_in_numpy(
    text: npt.NDArray[np.uint8],
    moves: npt.NDArray[np.int32],
    states: npt.NDArray[np.int32],
    weights: npt.NDArray[np.uint16],
    priors: npt.NDArray[np.float32],
    same: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.float64], int]:
    """`_probabilities` without a compiler: the same sums in the same order, a row of weights at a time."""
    state, seen = 0, []
    for byte in text.tolist():
        state = int(moves[int(states[state, 0]) + byte])
        feature = int(states[state, 1])
        if feature >= 0:
            seen.append(feature)
    sums = priors.copy()
    for feature, count in sorted(Counter(seen).items()):
        weight = np.float32(math.log1p(count) * _HALF_BIAS)
        half = weights[feature].astype(np.uint32)
        bits = ((half & np.uint32(0x7FFF)) << np.uint32(13)) | (
            (half & np.uint32(0x8000)) << np.uint32(16)
        )
        sums += weight * bits.view(np.float32)
    scale, most = 1.0 / math.sqrt(max(1, len(text))), sums.max()
    likely = np.zeros(len(sums), np.float64)
    for c in range(len(sums)):
        likely[same[c]] += math.exp(float(sums[c] - most) * scale)
    return likely / likely.sum(), 0


probabilities = either(_probabilities, _probabilities_in_numpy)
