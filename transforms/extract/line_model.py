"""The trained model: how likely each block of a page is part of its article."""

from __future__ import annotations

from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from copydesk.transforms.trees import Forest

#: The file of the package that holds the trees; `python -m training.line_model` writes it.
FILE = "line_model.npz"


@cache
def forests() -> tuple[Forest, Forest, Forest]:
    """First look, second look, and second look with another extractor's opinion."""
    from copydesk.transforms.trees import Forest  # numba takes half a second to import

    content = resources.files("copydesk.transforms.extract").joinpath("data").joinpath(FILE).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return Forest.of(arrays, "first"), Forest.of(arrays, "second"), Forest.of(arrays, "third")


def feature_names() -> list[str]:
    """The columns the stored trees were trained on, for the test that compares them with `features.build`."""
    content = resources.files("copydesk.transforms.extract").joinpath("data").joinpath(FILE).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return [str(name) for name in arrays["names"]]
