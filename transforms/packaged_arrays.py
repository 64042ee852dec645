"""Arrays that the package holds in `.npz` files: trained models and tables of characters."""

from __future__ import annotations

from importlib import resources
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


def read(package: str, *path: str) -> Arrays:
    """Return the arrays of a file by their names.

    `path` leads from the folder of `package` to the file. A file with pickled objects raises
    ValueError, so that no code of a model is ever run.

    >>> arrays = read("copydesk.transforms", "unicode_tables.npz")
    >>> arrays["classes"].ndim
    1
    """
    content = resources.files(package).joinpath(*path).read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
