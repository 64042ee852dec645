"""Gradient-boosted trees as flat arrays, read from the package.

`forest.leaf_bits` explains how they are evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.forest.leaf_bits import LeafBits, leaf_bits

Column = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]
_ROWS = 128  # Rows whose trees numpy walks together. 330 trees make a table of some 300 kB.


@dataclass(frozen=True, slots=True)
class Forest:
    """A sum of trees.

    Node `i` tests `feature[i] <= threshold[i]`. A negative child is the leaf `~child`.
    """

    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    leaf: npt.NDArray[np.float32]
    #: The tests of a range of trees, made when they are first needed.
    _tests: dict[tuple[int, int], LeafBits] = field(default_factory=dict, init=False, repr=False)

    def sums(self, rows: Matrix) -> Column:
        """Return the log odds of each row: the sum of its leaves."""
        return self._sums(rows, 0, len(self.roots))

    def _sums(self, rows: Matrix, first: int, last: int) -> Column:
        """Return the sums of the trees from number `first` to before `last`."""
        roots = self.roots[first:last]
        if numba_cache.uses_plain_loops():
            return self.sums_in_numpy(rows, roots)
        tests = self._tests.get((first, last))
        if tests is None:
            tests = leaf_bits(roots, self.feature, self.threshold, self.left, self.right, self.leaf)
            self._tests[first, last] = tests
        return np.asarray(_kernel()(np.ascontiguousarray(rows), *tests))

    def sums_in_numpy(self, rows: Matrix, roots: npt.NDArray[np.int32]) -> Column:
        """Compute the sums without a compiler: all trees one level at a time, added in their order."""
        sums = np.zeros(rows.shape[0], dtype=np.float64)
        for start in range(0, rows.shape[0], _ROWS):
            part = rows[start : start + _ROWS]
            node = np.tile(roots, (len(part), 1))
            row = np.broadcast_to(np.arange(len(part))[:, None], node.shape)
            while (inner := node >= 0).any():
                at = node[inner]
                goes_left = part[row[inner], self.feature[at]] <= self.threshold[at]
                node[inner] = np.where(goes_left, self.left[at], self.right[at])
            for tree in self.leaf[~node].astype(np.float64).T:
                sums[start : start + _ROWS] += tree
        return sums

    def sums_by_parts(self, rows: Matrix, *, parts: int, enough: float) -> Column:
        """Return the sums of a mean of `parts` forests, leaving out work for clear rows.

        A row for which the first forest gives less than `enough` is not given to the other forests.
        It gets the log odds of the first forest alone.
        """
        cut = len(self.roots) // parts
        sums = self._sums(rows, 0, cut)
        unsure = np.flatnonzero(sums * parts >= enough)
        more = sums[unsure] + self._sums(rows[unsure], cut, len(self.roots))
        sums *= parts
        sums[unsure] = more
        return sums

    def probabilities(self, rows: Matrix) -> Column:
        """Return the probability of each row: the logistic function of its log odds."""
        return self.likelihood(self.sums(rows))

    @staticmethod
    def likelihood(log_odds: Column) -> Column:
        """Apply the logistic function."""
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]], name: str) -> Forest:
        """Rebuild the forest that `arrays(name)` stored."""
        features = arrays[f"{name}_features"].astype(np.int16)
        roots, feature, left, right = _grown(features)
        return cls(
            roots,
            feature,
            arrays[f"{name}_thresholds"].astype(np.float32),
            left,
            right,
            arrays[f"{name}_leaves"].astype(np.float32),
        )

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays to store.

        Nodes come tree by tree, parents before children. A leaf has feature -1.
        """
        features: list[int] = []
        nodes: list[int] = []
        leaves: list[int] = []
        for root in self.roots.tolist():
            stack = [root]
            while stack:
                node = stack.pop()
                if node < 0:
                    features.append(-1)
                    leaves.append(~node)
                else:
                    features.append(int(self.feature[node]))
                    nodes.append(node)
                    stack += [int(self.right[node]), int(self.left[node])]
        values = self.leaf[leaves]
        halves = values.astype(np.float16)
        return {
            f"{name}_features": np.array(features, np.int16),
            f"{name}_thresholds": self.threshold[nodes],
            f"{name}_leaves": halves if (halves == values).all() else values,
        }

    @classmethod
    def from_lightgbm(cls, trees: list[dict[str, Any]]) -> Forest:
        """Build a forest from LightGBM's `Booster.dump_model()["tree_info"]`, for training scripts."""
        roots: list[int] = []
        nodes: list[tuple[int, float, int, int]] = []
        leaves: list[float] = []

        def add(node: dict[str, Any]) -> int:
            if "split_feature" not in node:
                leaves.append(float(node["leaf_value"]))
                return ~(len(leaves) - 1)
            here = len(nodes)
            nodes.append((0, 0.0, 0, 0))
            left, right = add(node["left_child"]), add(node["right_child"])
            nodes[here] = (int(node["split_feature"]), float(node["threshold"]), left, right)
            return here

        for tree in trees:
            roots.append(add(tree["tree_structure"]))
        feature, threshold, left, right = zip(*nodes, strict=True)
        exact = np.array(threshold, dtype=np.float64)
        rounded = exact.astype(np.float32)
        # Rounded down, so that a float32 row is on the same side as in training.
        rounded = np.where(
            rounded > exact, np.nextafter(rounded, np.float32(-np.inf)), rounded
        ).astype(np.float32)
        return cls(
            np.array(roots, np.int32),
            np.array(feature, np.int16),
            rounded,
            np.array(left, np.int32),
            np.array(right, np.int32),
            np.array(leaves, np.float32),
        )

    @classmethod
    def mean(cls, forests: Sequence[Forest]) -> Forest:
        """Average several forests into one. Its leaves have half precision, as they are stored."""
        nodes = np.cumsum([0, *(len(f.feature) for f in forests)])
        leaves = np.cumsum([0, *(len(f.leaf) for f in forests)])

        def joined(column: str) -> npt.NDArray[np.int32]:
            parts = [getattr(f, column) for f in forests]
            return np.concatenate(
                [
                    np.where(p >= 0, p + n, p - m)
                    for p, n, m in zip(parts, nodes, leaves, strict=False)
                ]
            ).astype(np.int32)

        return cls(
            joined("roots"),
            np.concatenate([f.feature for f in forests]),
            np.concatenate([f.threshold for f in forests]),
            joined("left"),
            joined("right"),
            (np.concatenate([f.leaf for f in forests]) / len(forests))
            .astype(np.float16)
            .astype(np.float32),
        )


def _growth(
    features: npt.NDArray[np.int16],
) -> tuple[
    npt.NDArray[np.int32], npt.NDArray[np.int16], npt.NDArray[np.int32], npt.NDArray[np.int32]
]:
    """Return roots, features and children of trees that are stored with nodes before children."""
    inner = 0
    for at in range(len(features)):
        inner += features[at] >= 0
    feature, left, right = (
        np.empty(inner, np.int16),
        np.zeros(inner, np.int32),
        np.zeros(inner, np.int32),
    )
    is_left_grown = np.zeros(inner, np.bool_)
    roots = np.empty(len(features) - 2 * inner, np.int32)
    open_nodes = np.empty(inner + 1, np.int32)
    n_open = n_nodes = n_leaves = n_trees = 0
    for at in range(len(features)):
        if features[at] >= 0:
            child = n_nodes
            feature[n_nodes] = features[at]
            n_nodes += 1
        else:
            child = ~n_leaves
            n_leaves += 1
        if n_open == 0:
            roots[n_trees] = child
            n_trees += 1
        else:
            above = open_nodes[n_open - 1]
            if is_left_grown[above]:
                right[above] = child
                n_open -= 1
            else:
                left[above] = child
                is_left_grown[above] = True
        if child >= 0:
            open_nodes[n_open] = child
            n_open += 1
    return roots, feature, left, right


def _growth_in_python(
    features: npt.NDArray[np.int16],
) -> tuple[
    npt.NDArray[np.int32], npt.NDArray[np.int16], npt.NDArray[np.int32], npt.NDArray[np.int32]
]:
    """Compute `_growth` without a compiler, over lists."""
    feature: list[int] = []
    left: list[int] = []
    right: list[int] = []
    roots: list[int] = []
    above: list[int] = []  # Nodes that wait for a child. ~node if the left child is known.
    n_leaves = 0
    for value in features.tolist():
        if value >= 0:
            child = len(feature)
            feature.append(value)
            left.append(0)
            right.append(0)
        else:
            child = ~n_leaves
            n_leaves += 1
        if not above:
            roots.append(child)
        elif above[-1] >= 0:
            left[above[-1]] = child
            above[-1] = ~above[-1]
        else:
            right[~above.pop()] = child
        if child >= 0:
            above.append(child)
    return (
        np.array(roots, np.int32),
        np.array(feature, np.int16),
        np.array(left, np.int32),
        np.array(right, np.int32),
    )


@cache
def _kernel() -> Any:
    from copydesk.transforms.forest.leaf_bits_kernel import (
        sums,
    )  # numba takes half a second to import

    return sums


_grown = numba_cache.either(_growth, _growth_in_python)
