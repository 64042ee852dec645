"""Sets of 64-bit hashes in an array, for kernels.

They use open addressing with at most a quarter of the slots taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from copydesk.transforms.intrinsics import kernel_part

# The hash 0 marks an empty slot; a hash of 0 is stored as 1.


@kernel_part
def n_slots(n: Any) -> Any:
    """Return the slots of a set of n hashes, a power of two.

    Few slots are taken, so most searches end at once.
    """
    size = 8
    while size < 4 * n:
        size *= 2
    return size


@kernel_part
def _slot_of(slots: Any, h: Any, mask: Any) -> Any:
    """Return the slot that has the hash, or the empty one where it belongs."""
    slot = h & mask
    while slots[slot] != 0 and slots[slot] != h:
        slot = (slot + np.uint64(1)) & mask
    return slot


@kernel_part
def insert(slots: Any, h: Any, mask: Any) -> Any:
    """Add a hash to the set and return whether it is new.

    `mask` is the number of slots less 1.
    """
    h = max(h, np.uint64(1))
    slot = _slot_of(slots, h, mask)
    is_new = slots[slot] == 0
    slots[slot] = h
    return is_new


@kernel_part
def holds(slots: Any, h: Any, mask: Any) -> Any:
    """Return whether the set has a hash.

    `mask` is the number of slots less 1.
    """
    h = max(h, np.uint64(1))
    return slots[_slot_of(slots, h, mask)] != 0
