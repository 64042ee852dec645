"""The trained model: the probability that a block of a page is part of its article."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from copydesk.transforms import packaged_arrays

if TYPE_CHECKING:
    from copydesk.transforms.forest.boosted_trees import Forest

#: The file of the package with the trees, which `python -m training.line_model` writes.
FILE = "line_model.npz"
#: Each pass is the mean of this many forests (`training.line_model_passes.MEMBERS`).
MEMBERS = 4


@cache
def forests() -> tuple[Forest, Forest, Forest]:
    """Return the forests of the first pass, of the second, and of the third.

    The third pass also knows the result of another extractor. Each is the mean of several forests.
    """
    # Late, because numba takes half a second to import.
    from copydesk.transforms.forest.boosted_trees import Forest

    arrays = stored()
    return Forest.of(arrays, "first"), Forest.of(arrays, "second"), Forest.of(arrays, "third")


def stored() -> packaged_arrays.Arrays:
    """Return the arrays of the file."""
    return packaged_arrays.read("copydesk.transforms.extract", "data", FILE)


def feature_names() -> list[str]:
    """Return the columns that the trees were trained on.

    A test compares them with `block_features.build`.
    """
    return [str(name) for name in stored()["names"]]


def probe() -> npt.NDArray[np.float32]:
    """Return what `block_features.build` gave, at training, for a page that was written as a test."""
    return np.asarray(stored()["probe"], dtype=np.float32)


def about() -> str:
    """Return the origin of the model as JSON.

    It has the script, seed and versions, and the count and fingerprint of the gold.
    """
    return str(stored()["about"])
