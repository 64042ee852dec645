"""The trained model: how likely each block of a page is part of its article."""

from __future__ import annotations

from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from copydesk.transforms.boosted_trees import Forest

#: The file of the package that holds the trees; `python -m training.line_model` writes it.
FILE = "line_model.npz"
#: Each pass is the mean of this many forests (`training.line_model.MEMBERS`).
MEMBERS = 4


@cache
def forests() -> tuple[Forest, Forest, Forest]:
    """First pass, second pass, and third pass with another extractor's opinion; each the mean of several forests."""
    from copydesk.transforms.boosted_trees import Forest  # numba takes half a second to import

    arrays = stored()
    return Forest.of(arrays, "first"), Forest.of(arrays, "second"), Forest.of(arrays, "third")


def content() -> bytes:
    """The file as it ships."""
    return (
        resources.files("copydesk.transforms.extract").joinpath("data").joinpath(FILE).read_bytes()
    )


def stored() -> dict[str, npt.NDArray[Any]]:
    """The arrays of the file."""
    with np.load(BytesIO(content()), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def feature_names() -> list[str]:
    """The columns the stored trees were trained on, for the test that compares them with `features.build`."""
    return [str(name) for name in stored()["names"]]


def probe() -> npt.NDArray[np.float32]:
    """What `features.build` gave, at training, for a page written for the purpose."""
    return np.asarray(stored()["probe"], dtype=np.float32)


def about() -> str:
    """Where the model comes from, as JSON: script, seed, versions, and the gold by count and fingerprint."""
    return str(stored()["about"])
