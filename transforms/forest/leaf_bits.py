"""Finds the leaf of each tree for a row, without walking down the trees.

A tree of at most 64 leaves is a word of bits, one for each leaf from left to right. A test of a
node that fails rules out the leaves to its left, and the lowest bit that remains after all tests is
the row's leaf (QuickScorer, Lucchese et al., SIGIR 2015). Tests are sorted by column and threshold,
so those of a column end at the first one that the row passes. Sixteen rows are tested together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MAX_LEAVES = 64  # Leaves of a tree: the bits of a word.


class LeafBits(NamedTuple):
    """The tests of a forest by column, and by threshold within a column."""

    columns: npt.NDArray[np.uint32]
    # The first limit of each column, and the number of limits.
    first_limits: npt.NDArray[np.uint32]
    limits: npt.NDArray[np.float32]  # Thresholds, ascending within a column.
    first_tests: npt.NDArray[np.uint32]  # The first test of each limit, and the number of tests.
    trees: npt.NDArray[np.uint32]  # The tree of each test.
    masks: npt.NDArray[np.uint64]  # The leaves that remain possible if the test fails.
    first_leaves: npt.NDArray[np.uint32]  # The first leaf of each tree.
    leaf: npt.NDArray[np.float32]


def leaf_bits(
    roots: npt.NDArray[np.int32],
    feature: npt.NDArray[np.int16],
    threshold: npt.NDArray[np.float32],
    left: npt.NDArray[np.int32],
    right: npt.NDArray[np.int32],
    leaf: npt.NDArray[np.float32],
) -> LeafBits:
    """Return the tests of the trees at `roots`, with the arrays of `boosted_trees.Forest`.

    The leaves of a tree must be numbered from left to right. Raises ValueError for a tree of more
    than 64 leaves.
    """
    first_leaves = _leftmost(roots, left)
    last_leaves = _leftmost(roots, right)
    if len(roots) and int((last_leaves - first_leaves).max()) >= MAX_LEAVES:
        raise ValueError(f"a tree has more than {MAX_LEAVES} leaves")
    nodes = np.arange(len(feature), dtype=np.int32)
    first, behind = _leftmost(nodes, left), _leftmost(right, left)
    trees = np.searchsorted(first_leaves, first, side="right") - 1
    inside = (trees >= 0) & (first <= last_leaves[trees])  # A part of a forest has fewer trees.
    nodes = nodes[inside][np.lexsort((threshold[inside], feature[inside]))]
    trees = trees[nodes]
    low = (first[nodes] - first_leaves[trees]).astype(np.uint64)
    n_ruled_out = (behind[nodes] - first[nodes]).astype(np.uint64)
    one = np.uint64(1)
    masks = ~(((one << n_ruled_out) - one) << low)
    limits = threshold[nodes]
    columns = feature[nodes]
    is_new_column = np.diff(columns, prepend=-1) != 0
    is_new = is_new_column.copy()
    is_new[1:] |= limits[1:] != limits[:-1]
    first_tests = np.flatnonzero(is_new)
    starts = np.flatnonzero(is_new_column[first_tests])
    return LeafBits(
        columns[is_new_column].astype(np.uint32),
        np.append(starts, len(first_tests)).astype(np.uint32),
        limits[first_tests],
        np.append(first_tests, len(nodes)).astype(np.uint32),
        trees.astype(np.uint32),
        masks,
        first_leaves.astype(np.uint32),
        leaf,
    )


def _leftmost(nodes: npt.NDArray[np.int32], child: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the leaf that each node leads to if the same child is always taken."""
    while (is_inner := nodes >= 0).any():
        nodes = np.where(is_inner, child[np.maximum(nodes, 0)], nodes)
    return ~nodes
