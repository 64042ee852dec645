"""The score that a document may leave the corpus because another one says the same.

The model is boosted trees over the evidence of `evidence.measure`. Each row is one direction of a
pair. `training/drop_model.py` trained it on pairs read by hand, on groups of different news with a
common template or background, on chains of updates, and on wire copies with known edits.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms import packaged_arrays
from copydesk.transforms.forest.boosted_trees import Forest

FILE = "drop_model.npz"
NAME = "drop"


@cache
def forest() -> Forest:
    """Return the packaged forest."""
    return Forest.of(packaged_arrays.read("copydesk.transforms.dedup.decision", FILE), NAME)


def scores(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the score of each row of evidence, from 0 (must stay) to 1 (may go)."""
    if not len(evidence):
        return np.zeros(0, np.float32)
    return forest().probabilities(evidence).astype(np.float32)
