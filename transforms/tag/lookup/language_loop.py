"""The compiled loop that computes the language probabilities of a text.

`shares` and the parts that it calls are compiled together (`numba_cache.part`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms.numba_cache import part
from copydesk.transforms.tag.lookup.language_model import (
    FEATURE,
    FIRST,
    N_CHILDREN,
    SUFFIX,
    Tables,
)

_LINE = 64  # Weights in a cache line.

Numbers = npt.NDArray[np.int32]


def shares(
    found: npt.NDArray[np.float64], text: npt.NDArray[np.uint8], arrays: tuple[Any, ...]
) -> tuple[int, float, int]:
    """Write the probability of each language. Return the likeliest one, its probability, a number.

    `found` is all zero before. `arrays` are the tables: numba asks Python about the class of a named
    tuple at each call. The last number has no meaning.
    """
    tables = Tables(*arrays)
    seen = np.empty(text.shape[0], np.int32)
    n = find_features(seen, text, tables)
    touched = request(seen, n, tables.weights)
    counts = np.empty(n, np.int32)
    n = count(seen, counts)
    sums = tables.priors.copy()
    for i in range(n):
        weight = np.float32(np.float32(math.log1p(counts[i])) * tables.step[0])
        row = tables.weights[seen[i]]
        for c in range(sums.shape[0]):
            sums[c] += weight * np.float32(row[c])
    most, scale = sums[0], 1.0 / math.sqrt(max(1, text.shape[0]))
    for c in range(sums.shape[0]):
        most = max(most, sums[c])
    total = 0.0
    for c in range(sums.shape[0]):
        share = math.exp(np.float64(sums[c] - most) * scale)
        found[tables.same[c]] += share
        total += share
    best = 0
    for c in range(sums.shape[0]):
        found[c] /= total
        if found[c] > found[best]:
            best = c
    return best, found[best], touched


@part
def find_features(seen: Numbers, text: npt.NDArray[np.uint8], tables: Tables) -> int:
    """Write the features that end in a text, in order, and return their number.

    At each byte the feature is that of the longest run of the tree that ends there.
    """
    nodes, labels, pairs = tables.nodes, tables.labels, tables.pairs
    n_short = 1 + nodes[0, N_CHILDREN]  # Nodes of no byte and of one.
    n, node, before = 0, 0, 255  # No text in UTF-8, and so no run, has this byte.
    for at in range(text.shape[0]):
        byte = text[at]
        while node >= n_short:
            child = nodes[node, FIRST]
            end = child + nodes[node, N_CHILDREN]
            while child < end and labels[child] < byte:
                child += 1
            if child < end and labels[child] == byte:
                node = child
                break
            node = nodes[node, SUFFIX]
        else:
            node = pairs[before, byte]
        before = byte
        seen[n] = nodes[node, FEATURE]
        n += int(seen[n] >= 0)
    return n


@part
def request(seen: Numbers, n: int, weights: npt.NDArray[np.uint8]) -> int:
    """Read a weight of each cache line that is needed, and return a number without meaning.

    The weights do not fit into a cache. A processor asks memory for many rows at once only if it
    does not wait for a branch that depends on one of them, so this loop has none.
    """
    touched = np.uint8(0)
    for i in range(n):
        for c in range(0, weights.shape[1], _LINE):
            touched ^= weights[seen[i], c]
        touched ^= weights[seen[i], weights.shape[1] - 1]
    return int(touched)


@part
def count(seen: Numbers, counts: Numbers) -> int:
    """Move the different features to the front, in the order in which they come, and count them.

    There are as many features as `counts` has places. Returns the number of different ones.
    """
    n_slots = 64
    while n_slots < 2 * counts.shape[0]:
        n_slots *= 2
    slots = np.full(n_slots, -1, np.int32)  # A hash table of places in `seen`.
    n = 0
    for i in range(counts.shape[0]):
        at = seen[i] & (n_slots - 1)
        while slots[at] >= 0 and seen[slots[at]] != seen[i]:
            at = (at + 1) & (n_slots - 1)
        if slots[at] < 0:
            slots[at] = n
            seen[n] = seen[i]
            counts[n] = 0
            n += 1
        counts[slots[at]] += 1
    return n
