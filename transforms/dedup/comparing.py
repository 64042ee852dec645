"""Exact comparison of two texts by their words: shingles shared and the longest passage both hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.machine import compiled, inlined
from copydesk.transforms.dedup.signing import MIX_1, SUM, text_words

EMPTY = np.int64(-1)


@compiled
def words_of(address, offsets, is_normal, classes, folded, rows, places, found, words):
    """Word hashes of text i to `words[places[rows[i]]:]`; returns the rows that must be normalised first."""
    redo = np.empty(rows.size, np.int64)
    n_redo = 0
    for at in range(rows.size):
        row = rows[at]
        n = text_words(address + offsets[at], offsets[at + 1] - offsets[at], classes, folded, is_normal, found.ctypes.data)
        if n < 0:
            redo[n_redo] = row
            n_redo += 1
            continue
        words[places[row] : places[row] + n] = found[:n]
    return redo[:n_redo]


@inlined
def width_of(n_words, ngram):
    return min(n_words, ngram)


@inlined
def plain_shingle(words, at, width):
    h = np.uint64(0)
    for j in range(width):
        h = (h + words[at + j]) * SUM
    return h


@inlined
def slot_of(h, shift):
    return np.int64((h * MIX_1) >> shift)


@inlined
def fill(words, n_words, ngram, heads, values, after, shift):
    """Hash table of a text's shingles: `heads` holds first positions, `after` the next equal one; distinct shingles."""
    heads[:] = EMPTY
    width = width_of(n_words, ngram)
    distinct = np.int64(0)
    if n_words == 0:
        return distinct
    limit = heads.size - 1
    # From the end, so that chains run forward from the first position.
    for at in range(n_words - width, -1, -1):
        h = plain_shingle(words, at, width)
        slot = slot_of(h, shift)
        while heads[slot] >= 0 and values[heads[slot]] != h:
            slot = (slot + 1) & limit
        distinct += np.int64(heads[slot] < 0)
        after[at] = heads[slot]
        values[at] = h
        heads[slot] = at
    return distinct


@inlined
def find(h, heads, values, shift):
    limit = heads.size - 1
    slot = slot_of(h, shift)
    while heads[slot] >= 0 and values[heads[slot]] != h:
        slot = (slot + 1) & limit
    return np.int64(heads[slot])


@inlined
def longest_shared(words, n_words, other, n_other, ngram, heads, values, after, shift):
    """Words of the longest passage of both texts, or -1 where trying them out takes too long.

    Every passage of `ngram` words or more begins at a shingle of both; it is measured from there
    unless it began earlier or cannot beat the longest so far.
    """
    width = width_of(n_words, ngram)
    if n_other == 0 or n_words == 0 or width != width_of(n_other, ngram):
        return np.int64(0)
    best = np.int64(0)
    work = np.int64(0)
    budget = 64 * (n_words + n_other)
    for j in range(n_other - width + 1):
        if n_other - j <= best:
            break
        i = find(plain_shingle(other, j, width), heads, values, shift)
        while i >= 0:
            work += 1
            begins = i == 0 or j == 0 or words[i - 1] != other[j - 1]
            if begins and i + best < n_words and words[i + best] == other[j + best]:
                length = width
                while i + length < n_words and j + length < n_other and words[i + length] == other[j + length]:
                    length += 1
                work += length
                best = max(best, length)
                if n_other - j <= best:
                    break
            i = np.int64(after[i])
        if work > budget:
            return np.int64(-1)
    return best


@inlined
def shared_shingles(other, n_other, n_words, ngram, heads, values, mark, stamp, shift):
    """Distinct shingles of the filled text that stand in the other one too."""
    width = width_of(n_other, ngram)
    if n_other == 0 or width != width_of(n_words, ngram):
        return np.int64(0)
    shared = np.int64(0)
    for at in range(n_other - width + 1):
        head = find(plain_shingle(other, at, width), heads, values, shift)
        if head >= 0 and mark[head] != stamp:
            mark[head] = stamp
            shared += 1
    return shared


@inlined
def table_size(n_words):
    size = np.int64(4)
    while size < 2 * n_words:
        size *= 2
    return size


@inlined
def table_shift(size):
    shift = np.uint64(64)
    while size > 1:
        size //= 2
        shift -= np.uint64(1)
    return shift


@compiled
def compare(words, offsets, first, second, ngram):
    """For each pair of texts: distinct shingles shared, of the first, of the second, longest passage (-1: unknown).

    Pairs with the same first text should stand together: its table is filled once.
    """
    most = np.int64(1)
    for row in range(offsets.size - 1):
        most = max(most, offsets[row + 1] - offsets[row])
    heads = np.empty(table_size(most), np.int32)
    values = np.empty(most, np.uint64)
    after = np.empty(most, np.int32)
    mark = np.empty(most, np.int64)
    distinct = np.full(offsets.size - 1, EMPTY)
    out = np.empty((first.size, 4), np.int64)
    filled = EMPTY
    for pair in range(first.size):
        for side in range(2):
            row = second[pair] if side == 0 else first[pair]
            text = words[offsets[row] : offsets[row + 1]]
            if (side == 0 and distinct[row] < 0) or (side == 1 and row != filled):
                size = table_size(text.size)
                distinct[row] = fill(text, text.size, ngram, heads[:size], values, after, table_shift(size))
                filled = row
                mark[: text.size] = EMPTY
        a = first[pair]
        b = second[pair]
        text = words[offsets[a] : offsets[a + 1]]
        other = words[offsets[b] : offsets[b + 1]]
        size = table_size(text.size)
        shift = table_shift(size)
        out[pair, 0] = shared_shingles(other, other.size, text.size, ngram, heads[:size], values, mark, pair, shift)
        out[pair, 1] = distinct[a]
        out[pair, 2] = distinct[b]
        out[pair, 3] = longest_shared(text, text.size, other, other.size, ngram, heads[:size], values, after, shift)
    return out


def longest_passage(words: NDArray[np.uint64], other: NDArray[np.uint64]) -> int:
    """Words of the longest passage of both, for texts that repeat themselves: by bisection, n log n.

    A passage of n words holds one of n - 1, so the length can be bisected; passages are compared by
    a 64-bit hash of their words.

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
def _prefix_sums(words):
    sums = np.zeros(words.size + 1, np.uint64)
    for i in range(words.size):
        sums[i + 1] = sums[i] * SUM + words[i] * MIX_1
    return sums


@compiled
def _powers(n):
    powers = np.ones(n + 1, np.uint64)
    for i in range(n):
        powers[i + 1] = powers[i] * SUM
    return powers
