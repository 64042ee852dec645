"""Sets of 64-bit hashes in an array, for kernels: open addressing, at most a quarter of the slots taken."""

from __future__ import annotations

from typing import Any

import numpy as np

from copydesk.transforms.intrinsics import kernel_part

# The hash 0 marks an empty slot; a hash of 0 is stored as 1.


@kernel_part
def n_slots(n: Any) -> Any:
    """Slots of a set of n hashes, a power of two. With few of them taken, most searches end at once."""
    size = 8
    while size < 4 * n:
        size *= 2
    return size


@kernel_part
def insert(slots: Any, h: Any, mask: Any) -> Any:
    """Add a hash to the set and return whether it is new; `mask` is the number of slots less 1."""
    h = max(h, np.uint64(1))
    slot = h & mask
    while slots[slot] != 0:
        if slots[slot] == h:
            return False
        slot = (slot + np.uint64(1)) & mask
    slots[slot] = h
    return True


@kernel_part
def holds(slots: Any, h: Any, mask: Any) -> Any:
    """Return whether the set holds a hash; `mask` is the number of slots less 1."""
    h = max(h, np.uint64(1))
    slot = h & mask
    while slots[slot] != 0:
        if slots[slot] == h:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False
