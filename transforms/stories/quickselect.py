"""The k-th smallest of a few hundred numbers, for compiled loops.

`np.partition` gives the same number. numba compiles it with sorting, `np.unique` and checks of its
arguments, which takes 8 seconds at the first run; this takes a quarter of a second.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled


@compiled
def kth_smallest(values: NDArray[Any], k: int) -> Any:
    """Return the number that is at index `k` once `values` is sorted. None of them may be NaN.

    This is Hoare's algorithm FIND: C. A. R. Hoare, Communications of the ACM 4(7), 1961, with the
    middle element as pivot.

    >>> import numpy as np
    >>> kth_smallest(np.array([30, 10, 20, 10], np.int32), 2)
    20
    """
    rest = values.copy()
    first, last = 0, len(rest) - 1
    while first < last:
        pivot = rest[(first + last) // 2]
        low, high = first, last
        while low <= high:
            while rest[low] < pivot:
                low += 1
            while rest[high] > pivot:
                high -= 1
            if low <= high:
                rest[low], rest[high] = rest[high], rest[low]
                low += 1
                high -= 1
        # All up to `high` are at most the pivot, and all from `low` on are at least the pivot.
        if k <= high:
            last = high
        elif k >= low:
            first = low
        else:
            break
    return rest[k]
