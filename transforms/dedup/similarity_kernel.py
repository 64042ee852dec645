"""Compares two texts exactly by their words: shared shingles and the longest shared passage."""

# ruff: noqa: PLR0915 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.minhash_kernel import MIX_1, SUM, shingle_hashes, text_words
from copydesk.transforms.intrinsics import compiled, kernel_part

EMPTY = np.int64(-1)
SEEN_WORDS = 512  # 4 kB, or 32,768 bits, for the few hundred shingles of a story.


@compiled
def words_of(
    address: Any,
    starts: Any,
    ends: Any,
    is_normal: Any,
    table: Any,
    places: Any,
    found: Any,
    words: Any,
) -> Any:
    """Write the word hashes of text i to `words[places[i]:]`.

    Returns the texts that must be normalised first.
    """
    redo = np.empty(starts.size, np.int64)
    n_redo = 0
    for i in range(starts.size):
        n = text_words(
            address + starts[i], ends[i] - starts[i], table, is_normal, found.ctypes.data
        )
        if n < 0:
            redo[n_redo] = i
            n_redo += 1
            continue
        for k in range(n):
            words[places[i] + k] = found[k]
    return redo[:n_redo]


@kernel_part
def table_size(n: Any) -> Any:
    """Return the slots of a table for n shingles.

    At most a quarter of the slots is taken, so most shingles are found at once.
    """
    size = np.int64(8)
    while size < 4 * n:
        size *= 2
    return size


@compiled
def compare(words: Any, offsets: Any, first: Any, second: Any, ngram: Any) -> Any:
    """Compare each pair of texts.

    The result of a pair is the number of distinct shingles that both share, that the first has and
    that the second has, and the words of the longest passage (-1: unknown). Pairs with the same
    first text should be neighbours, because its hash table is then filled once. `heads` holds the
    first position of a shingle, and `after` the next position of the same shingle. `seen` has a bit
    for each hash, so that most missing shingles need no search.
    """
    n_texts = offsets.size - 1
    most = np.int64(1)
    for row in range(n_texts):
        most = max(most, offsets[row + 1] - offsets[row])
    hashes = np.empty(words.size, np.uint64)  # Shingle i of a text is at its offset + i.
    counts = np.empty(n_texts, np.int64)
    for row in range(n_texts):
        start = offsets[row]
        counts[row] = shingle_hashes(words[start:], offsets[row + 1] - start, ngram, hashes[start:])
    seen = np.empty(SEEN_WORDS, np.uint64)
    heads = np.empty(table_size(most), np.int32)
    after = np.empty(most, np.int32)
    mark = np.empty(most, np.int64)
    distinct = np.full(n_texts, EMPTY)
    out = np.zeros((first.size, 4), np.int64)
    filled = EMPTY
    base = np.int64(0)
    limit = np.uint64(0)
    for pair in range(first.size):
        for side in range(2):
            row = second[pair] if side == 0 else first[pair]
            if (side == 0 and distinct[row] < 0) or (side == 1 and row != filled):
                base = offsets[row]
                size = table_size(counts[row])
                limit = np.uint64(size - 1)
                heads[:size] = EMPTY
                seen[:] = np.uint64(0)
                n_distinct = np.int64(0)
                # Filled from the end, so that chains run forward from the first position.
                for at in range(counts[row] - 1, -1, -1):
                    h = hashes[base + at]
                    slot = h & limit
                    bit = np.uint64(1) << (h >> np.uint64(58))
                    word = (h >> np.uint64(32)) & np.uint64(SEEN_WORDS - 1)
                    is_new = seen[word] & bit == 0
                    seen[word] |= bit
                    while heads[slot] >= 0 and (is_new or hashes[base + heads[slot]] != h):
                        slot = (slot + np.uint64(1)) & limit
                    n_distinct += np.int64(heads[slot] < 0)
                    after[at] = heads[slot]
                    heads[slot] = at
                    mark[at] = EMPTY
                distinct[row] = n_distinct
                filled = row
        a = first[pair]
        b = second[pair]
        out[pair, 1] = distinct[a]
        out[pair, 2] = distinct[b]
        n_a = offsets[a + 1] - offsets[a]
        n_b = offsets[b + 1] - offsets[b]
        width = min(ngram, n_a)
        if n_a == 0 or n_b == 0 or width != min(ngram, n_b):
            continue
        other = offsets[b]
        shared = np.int64(0)
        best = np.int64(0)
        work = np.int64(0)
        budget = 64 * (n_a + n_b)
        for j in range(counts[b]):
            h = hashes[other + j]
            if (
                seen[(h >> np.uint64(32)) & np.uint64(SEEN_WORDS - 1)]
                & (np.uint64(1) << (h >> np.uint64(58)))
                == 0
            ):
                continue
            slot = h & limit
            while heads[slot] >= 0 and hashes[base + heads[slot]] != h:
                slot = (slot + np.uint64(1)) & limit
            i = np.int64(heads[slot])
            if i < 0:
                continue
            if mark[i] != pair:
                mark[i] = pair
                shared += 1
            # The longest passage begins at a shingle of both texts. It is measured from there,
            # unless it began earlier or cannot be longer than the longest so far.
            while i >= 0 and work <= budget and n_b - j > best:
                work += 1
                begins = i == 0 or j == 0 or words[base + i - 1] != words[other + j - 1]
                if begins and i + best < n_a and words[base + i + best] == words[other + j + best]:
                    length = np.int64(width)
                    while (
                        i + length < n_a
                        and j + length < n_b
                        and words[base + i + length] == words[other + j + length]
                    ):
                        length += 1
                    work += length
                    best = max(best, length)
                i = np.int64(after[i])
        out[pair, 0] = shared
        out[pair, 3] = best if work <= budget else EMPTY
    return out


def longest_passage(words: NDArray[np.uint64], other: NDArray[np.uint64]) -> int:
    """Return the words of the longest shared passage of texts that repeat themselves.

    A shared passage of n words contains one of n - 1 words, so its length is found by bisection in
    n log n. Passages are compared by a 64-bit hash of their words.

    >>> longest_passage(np.array([1, 1, 1, 2], np.uint64), np.array([3, 1, 1, 2, 1], np.uint64))
    3
    """
    sums, powers = _prefix_sums(words), _powers(max(len(words), len(other)))
    other_sums = _prefix_sums(other)

    def is_shared(length: int) -> bool:
        windows = sums[length:] - sums[:-length] * powers[length]
        others = other_sums[length:] - other_sums[:-length] * powers[length]
        return bool(np.isin(windows, others).any())

    low, high = 0, min(len(words), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_shared(middle) else (low, middle - 1)
    return low


@compiled
def _prefix_sums(words: Any) -> Any:
    sums = np.zeros(words.size + 1, np.uint64)
    for i in range(words.size):
        sums[i + 1] = sums[i] * SUM + words[i] * MIX_1
    return sums


@compiled
def _powers(n: Any) -> Any:
    powers = np.ones(n + 1, np.uint64)
    for i in range(n):
        powers[i + 1] = powers[i] * SUM
    return powers
