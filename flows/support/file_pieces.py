"""Read many pieces of a file into one array, without mapping the file into memory.

The pages of a memory map count as memory of the process, and so do the pages around them that the
kernel maps at the same time. For 2,000 texts of 3 kB that are spread over a file, these are 100 MB.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_pieces(
    file: int,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    into: NDArray[Any],
    positions: NDArray[np.int64],
) -> None:
    """Read pieces of an open file into a contiguous array, each to its own position.

    `file` is the handle. `starts` and `lengths` say where the pieces are in the file, `positions`
    where they go in the array, all in bytes. Pieces that are neighbours in both are read by one
    call. Raises OSError, and EOFError if a piece is not in the file.
    """
    if not lengths.any():
        return
    is_next = starts[1:] == starts[:-1] + lengths[:-1]
    is_next &= positions[1:] == positions[:-1] + lengths[:-1]
    firsts = np.concatenate([[0], np.flatnonzero(~is_next) + 1])
    sizes = np.add.reduceat(lengths, firsts)
    target = into.data.cast("B")
    for start, size, position in zip(
        starts[firsts].tolist(), sizes.tolist(), positions[firsts].tolist(), strict=True
    ):
        _read(file, start, target[position : position + size])


def _read(file: int, start: int, into: memoryview) -> None:
    """Fill a buffer from a file. The system may return less than one call asks for."""
    n_read = 0
    while n_read < len(into):
        n_new = os.preadv(file, [into[n_read:]], start + n_read)
        if not n_new:
            raise EOFError(f"the file ends at byte {start + n_read}, before the end of a piece")
        n_read += n_new
