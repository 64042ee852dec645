"""The language probabilities of a text, by the tables of py3langid."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

HALF_BIAS = 2.0**112  # Factor between the exponents of float16 and float32.


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
    bits = np.empty(tables.priors.shape[0], np.uint32)
    shares, _ = _loop()(text, tables, bits, bits.view(np.float32))
    return np.asarray(shares)


@cache
def _loop() -> Any:
    from copydesk.transforms.tag.lookup.language_loop import shares  # imports numba

    return numba_cache.compiled(shares, boundscheck=False)


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
        weight = np.float32(math.log1p(count) * HALF_BIAS)
        half = weights[feature].astype(np.uint32)
        bits = ((half & np.uint32(0x7FFF)) << np.uint32(13)) | (
            (half & np.uint32(0x8000)) << np.uint32(16)
        )
        sums += weight * bits.view(np.float32)
    scale = 1.0 / math.sqrt(max(1, len(text)))
    likely = np.exp((sums - sums.max()).astype(np.float64) * scale)
    by_language = np.bincount(tables.same, weights=likely, minlength=len(sums))
    return np.asarray(by_language / by_language.sum())
