"""Gradient-boosted trees as flat arrays: read from the package, walked by one compiled loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """The sum of many trees. Node `i` asks whether `feature[i] <= threshold[i]`; a negative child is leaf `~child`."""

    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    leaf: npt.NDArray[np.float32]

    def probabilities(self, rows: Matrix) -> Column:
        """For each row, the logistic of the sum of its leaves."""
        sums = _walk(np.ascontiguousarray(rows), self.roots, self.feature, self.threshold, self.left, self.right, self.leaf)
        return np.asarray(1.0 / (1.0 + np.exp(-sums)), dtype=np.float64)

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]], name: str) -> Forest:
        """The forest stored as `<name>_roots`, `<name>_feature`, ..."""
        return cls(*(arrays[f"{name}_{part}"] for part in ("roots", "feature", "threshold", "left", "right", "leaf")))

    @classmethod
    def from_lightgbm(cls, trees: list[dict[str, Any]]) -> Forest:
        """The forest of `Booster.dump_model()["tree_info"]`, for the training script."""
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
        # Rounded down, so that a float32 row falls on the same side as it did in training.
        rounded = np.where(rounded > exact, np.nextafter(rounded, np.float32(-np.inf)), rounded).astype(np.float32)
        return cls(
            np.array(roots, np.int32), np.array(feature, np.int16), rounded, np.array(left, np.int32),
            np.array(right, np.int32), np.array(leaves, np.float32),
        )  # fmt: skip

    @classmethod
    def mean(cls, one: Forest, other: Forest) -> Forest:
        """The forest whose sum is the mean of two sums."""

        def child(column: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
            return np.where(column >= 0, column + len(one.feature), column - len(one.leaf)).astype(np.int32)

        return cls(
            np.concatenate([one.roots, child(other.roots)]), np.concatenate([one.feature, other.feature]),
            np.concatenate([one.threshold, other.threshold]), np.concatenate([one.left, child(other.left)]),
            np.concatenate([one.right, child(other.right)]), (np.concatenate([one.leaf, other.leaf]) / 2).astype(np.float32),
        )  # fmt: skip

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays to store, as `of` reads them."""
        return {f"{name}_{part}": getattr(self, part) for part in ("roots", "feature", "threshold", "left", "right", "leaf")}


def _walk_loop(
    rows: Matrix,
    roots: npt.NDArray[np.int32],
    feature: npt.NDArray[np.int16],
    threshold: npt.NDArray[np.float32],
    left: npt.NDArray[np.int32],
    right: npt.NDArray[np.int32],
    leaf: npt.NDArray[np.float32],
) -> Column:
    sums = np.zeros(rows.shape[0], dtype=np.float64)
    for tree in range(roots.shape[0]):
        root = roots[tree]
        for row in range(rows.shape[0]):
            node = root
            while node >= 0:
                node = left[node] if rows[row, feature[node]] <= threshold[node] else right[node]
            sums[row] += leaf[~node]
    return sums


def _compiled(function: Callable[..., Column]) -> Callable[..., Column]:
    # numba keeps compiled code beside the module or in the user's cache, and raises where neither can be written.
    try:
        kernel: Callable[..., Column] = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        kernel = numba.njit(nogil=True)(function)
    return kernel


_walk = _compiled(_walk_loop)
