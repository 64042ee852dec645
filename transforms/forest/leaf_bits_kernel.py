"""The compiled loop over the tests of a forest. `leaf_bits` explains the method."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types

from copydesk.transforms.intrinsics import compiled, intrinsic, trailing_zeros

# Rows that are tested together. For a hundred rows sixteen take 12 % less time than eight, and
# thirty-two are no faster (measured with registers of 256 bits).
_LANES = 16
_WORD = 8  # Bytes of a lane's word.
_EVERY = np.uint64(0xFFFFFFFFFFFFFFFF)


def _lanes(builder: Any, address: Any, element: Any, bytes_each: int) -> tuple[Any, Any]:
    """Return the pointer to the numbers of all lanes at an address, and the numbers."""
    pointer = builder.inttoptr(address, ir.PointerType(ir.VectorType(element, _LANES)))
    return pointer, builder.load(pointer, align=bytes_each)


def _passed(builder: Any, values_at: Any, limit: Any) -> Any:
    """Return a bit for each lane whose value is at most the limit.

    A missing value is not.
    """
    _, values = _lanes(builder, values_at, ir.FloatType(), 4)
    limits = ir.Constant(values.type, ir.Undefined)
    for lane in range(_LANES):
        limits = builder.insert_element(limits, limit, ir.Constant(ir.IntType(32), lane))
    return builder.fcmp_ordered("<=", values, limits)


@intrinsic
def every_lane_passes(typingctx: Any, values_at: Any, limit: Any = None) -> Any:
    """Tell whether the values of all lanes at an address are at most the limit."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bits = builder.bitcast(_passed(builder, *args), ir.IntType(_LANES))
        return builder.icmp_unsigned("==", bits, ir.Constant(ir.IntType(_LANES), -1))

    return types.boolean(types.int64, types.float32), codegen


@intrinsic
def rule_out(typingctx: Any, left_at: Any, mask: Any, values_at: Any, limit: Any = None) -> Any:
    """Keep only the leaves of the mask in the lanes whose value is over the limit."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left_address, mask_value, values_address, limit_value = args
        word = ir.IntType(64)
        pointer, left = _lanes(builder, left_address, word, _WORD)
        masks = ir.Constant(left.type, ir.Undefined)
        for lane in range(_LANES):
            masks = builder.insert_element(masks, mask_value, ir.Constant(ir.IntType(32), lane))
        passed = _passed(builder, values_address, limit_value)
        kept = builder.select(passed, left, builder.and_(left, masks))
        builder.store(kept, pointer, align=_WORD)
        return ir.Constant(ir.IntType(8).as_pointer(), None)

    return types.void(types.int64, types.uint64, types.int64, types.float32), codegen


@compiled
def sums(
    rows: npt.NDArray[np.float32],
    columns: npt.NDArray[np.uint32],
    first_limits: npt.NDArray[np.uint32],
    limits: npt.NDArray[np.float32],
    first_tests: npt.NDArray[np.uint32],
    trees: npt.NDArray[np.uint32],
    masks: npt.NDArray[np.uint64],
    first_leaves: npt.NDArray[np.uint32],
    leaf: npt.NDArray[np.float32],
) -> npt.NDArray[np.float64]:
    """Return for each row the sum of its leaves in the order of the trees.

    The tests are those of `LeafBits`.
    """
    n, n_trees = rows.shape[0], first_leaves.shape[0]
    found = np.zeros(n, np.float64)
    words = np.empty((n_trees + 1) * _LANES, np.uint64)
    # Start at a multiple of 64 bytes, because a register that crosses two lines of the cache is
    # slow.
    first_word = (-np.int64(words.ctypes.data) // _WORD) % _LANES
    left = words[first_word : first_word + n_trees * _LANES]
    values = np.empty(_LANES, np.float32)
    left_at, values_at = np.int64(left.ctypes.data), np.int64(values.ctypes.data)
    for start in range(0, n, _LANES):
        left[:] = _EVERY
        for c in range(columns.shape[0]):
            for k in range(_LANES):
                values[k] = rows[min(start + k, n - 1), columns[c]]
            for at in range(first_limits[c], first_limits[c + 1]):
                limit = limits[at]
                if every_lane_passes(values_at, limit):
                    break
                for test in range(first_tests[at], first_tests[at + 1]):
                    rule_out(left_at + _LANES * _WORD * trees[test], masks[test], values_at, limit)
        for tree in range(n_trees):
            first = np.int64(first_leaves[tree])
            for k in range(min(_LANES, n - start)):
                found[start + k] += leaf[first + np.int64(trailing_zeros(left[tree * _LANES + k]))]
    return found
