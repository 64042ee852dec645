"""Arrays too long for memory, computed block by block while an index file is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 17  # entries: 1 MB


class Chained:
    """Several arrays, read one after another as if they were one."""

    def __init__(self, parts: Sequence[Blocks]) -> None:
        self._parts = parts
        self.dtype: np.dtype[Any] = parts[0].dtype if parts else np.dtype(np.uint64)
        self.shape = (sum(len(part) for part in parts),)
        self.nbytes = self.shape[0] * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def blocks(self) -> Iterator[NDArray[Any]]:
        """The content in order."""
        for part in self._parts:
            yield from blocks(part)


class Merged:
    """Several sorted arrays merged into one.

    >>> [block.tolist() for block in Merged([np.array([1, 4], np.uint64), np.array([2], np.uint64)]).blocks()]
    [[1, 2, 4]]
    """

    def __init__(self, parts: Sequence[NDArray[np.uint64]]) -> None:
        self._parts = [part for part in parts if len(part)]
        self.dtype = np.dtype(np.uint64)
        self.shape = (sum(len(part) for part in self._parts),)
        self.nbytes = self.shape[0] * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def blocks(self) -> Iterator[NDArray[np.uint64]]:
        """The content in order. Each block is the part between two entries of the longest array."""
        if not self._parts:
            return
        pivots = max(self._parts, key=len)[_BLOCK::_BLOCK]
        cuts = [[0, *np.searchsorted(part, pivots).tolist(), len(part)] for part in self._parts]
        for ends in zip(*(pairwise(cut) for cut in cuts), strict=True):
            yield np.sort(
                np.concatenate(
                    [part[first:end] for part, (first, end) in zip(self._parts, ends, strict=True)]
                )
            )


Blocks = NDArray[Any] | Chained | Merged


def blocks(values: Blocks) -> Iterator[NDArray[Any]]:
    """The content of an array in order, in blocks of bounded size."""
    if isinstance(values, Chained | Merged):
        yield from values.blocks()
        return
    for first in range(0, len(values), 1 << 18):  # A memory map is not read as a whole.
        yield values[first : first + (1 << 18)]
