"""A line judged again by what the first pass said about the other lines of its text.

`odds` are the first pass's log odds that a line is boilerplate.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.clean.lines.line_features import Features

Odds = npt.NDArray[np.float32]

# Log odds asked beyond the limit where all words of a text are boilerplate, and in proportion below. Of texts that an extractor has already
# cut to the article more boilerplate goes, of whole pages fewer good lines, and of both together as much (training/README.md).
CAUTION = 2.0
_SUREST = 6.0  # log odds; surer ones count as this


def context(odds: Odds, seen: Features) -> npt.NDArray[np.float32]:
    """One row of numbers per line, for the second forest beside the features: its surroundings, and the company of its words and names."""
    found: npt.NDArray[np.float32] = _loop()(odds, seen.n_words, seen.words, seen.names)
    return found


def caution(odds: Odds, n_words: npt.NDArray[np.int64]) -> float:
    """What to take off the odds of every line: `CAUTION` times the share of the text's words that the first pass holds for boilerplate."""
    total = int(n_words.sum())
    if not total:
        return CAUTION
    good = 1 / (1 + np.exp(np.clip(odds, -_SUREST, _SUREST).astype(np.float64)))
    return CAUTION * float((1 - good) @ n_words) / total


@cache
def _loop() -> Any:
    from copydesk.transforms.clean.lines.line_company import context_rows  # imports numba

    if numba_cache.uses_plain_loops():
        return context_rows
    return numba_cache.compiled(context_rows, boundscheck=False)
