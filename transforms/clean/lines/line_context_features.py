"""Features for the second pass: what the first pass said about the other lines of the text.

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

# Log odds that are added to the threshold if all words of a text are boilerplate, and in proportion
# if fewer are. From texts that an extractor has already cut to the article, more boilerplate is
# then cut. From whole pages, fewer good lines are. Both together stay the same
# (training/README.md).
CAUTION = 2.0
_SUREST = 6.0  # Log odds. Surer ones count as this.


def context(odds: Odds, seen: Features) -> npt.NDArray[np.float32]:
    """Return a row of numbers for each line, which the second forest reads beside the features.

    They are about the lines around it, and about the lines with its words and names.
    """
    found: npt.NDArray[np.float32] = _loop()(odds, seen.n_words, seen.words, seen.names)
    return found


def caution(odds: Odds, n_words: npt.NDArray[np.int64]) -> float:
    """Return the number to subtract from the odds of every line.

    It is `CAUTION` times the share of the text's words that the first pass takes for boilerplate.
    """
    total = int(n_words.sum())
    if not total:
        return CAUTION
    good = 1 / (1 + np.exp(np.clip(odds, -_SUREST, _SUREST).astype(np.float64)))
    return CAUTION * float((1 - good) @ n_words) / total


@cache
def _loop() -> Any:
    from copydesk.transforms.clean.lines.line_context_columns import context_rows  # imports numba

    if numba_cache.uses_plain_loops():
        return context_rows
    return numba_cache.compiled(context_rows, boundscheck=False)
