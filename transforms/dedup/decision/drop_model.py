"""The score that a document may leave the corpus because another one says the same.

The model is boosted trees over the evidence of `evidence.measure`. Each row is one direction of a
pair. `training/drop_model.py` trained it on pairs read by hand, on groups of different news with a
common template or background, on chains of updates, and on wire copies with known edits.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.boosted_trees import Forest

FILE = "drop_model.npz"
NAME = "drop"


@cache
def forest() -> Forest:
    """Return the packaged forest."""
    with (
        resources.files(__package__).joinpath(FILE).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return Forest.of(arrays, NAME)


def scores(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the score of each row of evidence, from 0 (must stay) to 1 (may go)."""
    if not len(evidence):
        return np.zeros(0, np.float32)
    return forest().probabilities(evidence).astype(np.float32)
