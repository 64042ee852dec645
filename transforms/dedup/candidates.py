"""Which documents to compare: those that share keys, near in time or over their smallest keys beyond.

A key and its document share one 64-bit entry: 36 bits of the shingle's hash, 28 of the number.
Inside the window two shared keys make a candidate; beyond it, three of the eight smallest. Both also
need agreeing signatures. Whether two documents are candidates depends on these two alone, except
where very many documents share a key: then only some of them are looked at.
"""

# ruff: noqa: PLR0915 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled, kernel_part

DOCUMENT_BITS = (
    28  # 268 million documents to an index; 36 bits of key meet by chance once in 10**10
)
SMALLEST = 8  # keys that are looked up beyond the window
NEAR_SHARED, FAR_SHARED = 2, 3
CAP = 64  # documents looked at from each end of a popular key
NEAR_AGREE = 0.03  # of the signature, at least: 4 of 128; Jaccard .1 agrees in 13 +- 3.4
FAR_AGREE = 0.25  # at Jaccard .3, 38 +- 5.2 of 128
UNDATED = np.iinfo(np.int64).max  # time of a document without a date: it sorts last
MOST_CANDIDATES = 64  # of one document, those that share most keys

_DOCUMENT = np.uint64((1 << DOCUMENT_BITS) - 1)


def entries(
    keys: NDArray[np.uint64], n_keys: NDArray[np.int32], numbers: NDArray[np.int64], most: int
) -> NDArray[np.uint64]:
    """Sorted entries of the `most` smallest keys of each document."""
    return np.sort(unsorted_entries(keys, n_keys, numbers.astype(np.uint64), most))


@compiled
def unsorted_entries(keys: Any, n_keys: Any, numbers: Any, most: Any) -> Any:
    """Entries of the smallest keys of each document, document by document."""
    total = 0
    for row in range(n_keys.size):
        total += min(most, n_keys[row])
    out = np.empty(total, np.uint64)
    at = 0
    for row in range(n_keys.size):
        for k in range(min(most, n_keys[row])):
            out[at] = (keys[row, k] << np.uint64(DOCUMENT_BITS)) | numbers[row]
            at += 1
    return out


@compiled
def places(sorted_entries: Any, n_documents: Any) -> Any:
    """For every document the entries of its keys that others share: (start of each, entry, bucket start)."""
    count = np.zeros(n_documents + 1, np.int64)
    begin: Any = 0
    for at in range(sorted_entries.size):
        if (sorted_entries[at] >> np.uint64(DOCUMENT_BITS)) != (
            sorted_entries[begin] >> np.uint64(DOCUMENT_BITS)
        ):
            begin = at
        if at > begin:
            count[np.int64(sorted_entries[at] & _DOCUMENT) + 1] += 1
    for row in range(n_documents):
        count[row + 1] += count[row]
    where = np.empty((count[n_documents], 2), np.int64)
    filled = count[:-1].copy()
    begin = 0
    for at in range(sorted_entries.size):
        if (sorted_entries[at] >> np.uint64(DOCUMENT_BITS)) != (
            sorted_entries[begin] >> np.uint64(DOCUMENT_BITS)
        ):
            begin = at
        if at > begin:
            row = int(sorted_entries[at] & _DOCUMENT)
            where[filled[row], 0] = at
            where[filled[row], 1] = begin
            filled[row] += 1
    return count, where


@kernel_part
def agreeing(signatures: Any, a: Any, b: Any) -> Any:
    """Values two signatures have in common."""
    total = np.int64(0)
    for k in range(signatures.shape[1]):
        total += np.int64(signatures[a, k] == signatures[b, k])
    return total


@kernel_part
def window_start(times: Any, row: Any, window: Any, undated_window: Any) -> Any:
    """First document of the order that is inside the window of `row`."""
    if times[row] == UNDATED:
        return max(np.int64(0), row - undated_window)
    low = np.int64(0)
    high = np.int64(row)
    while low < high:
        middle = (low + high) // 2
        if times[row] - times[middle] <= window:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def join(
    near: Any,
    near_count: Any,
    near_where: Any,
    far: Any,
    far_count: Any,
    far_where: Any,
    times: Any,
    n_keys: Any,
    signatures: Any,
    window: Any,
    undated_window: Any,
    first: Any,
    last: Any,
    out_a: Any,
    out_b: Any,
    out_agree: Any,
) -> Any:
    """Candidates of documents first..last-1 among those before them; returns (pairs, next document).

    Documents are numbered in order of time. Stops early where the output could run over.
    """
    n_perm = signatures.shape[1]
    shared = np.zeros(times.size, np.int32)
    touched = np.empty(times.size, np.int64)
    n_out = 0
    found = np.empty((4096, 3), np.int64)
    for row in range(first, last):
        if n_out + 2 * MOST_CANDIDATES > out_a.size:
            return n_out, row
        start = window_start(times, row, window, undated_window)
        for side in range(2):
            sorted_entries = near if side == 0 else far
            count = near_count if side == 0 else far_count
            where = near_where if side == 0 else far_where
            n_touched = 0
            for w in range(count[row], count[row + 1]):
                at = where[w, 0]
                low = where[w, 1]
                high = at
                # Entries of a key are in order of time: find where the window begins among them.
                a = low
                b = at
                while a < b:
                    middle = (a + b) // 2
                    if np.int64(sorted_entries[middle] & _DOCUMENT) >= start:
                        b = middle
                    else:
                        a = middle + 1
                if side == 0:
                    low = a
                else:
                    high = a
                for e in range(low, high):
                    if e == low + CAP and high - low > 2 * CAP:
                        break
                    other = np.int64(sorted_entries[e] & _DOCUMENT)
                    if shared[other] == 0:
                        touched[n_touched] = other
                        n_touched += 1
                    shared[other] += 1
                if high - low > 2 * CAP:
                    for e in range(high - CAP, high):
                        other = np.int64(sorted_entries[e] & _DOCUMENT)
                        if shared[other] == 0:
                            touched[n_touched] = other
                            n_touched += 1
                        shared[other] += 1
            n_found = 0
            for t in range(n_touched):
                other = touched[t]
                n_shared = np.int64(shared[other])
                shared[other] = 0
                fewest: Any = min(n_keys[row], n_keys[other])
                if side == 0:
                    need: Any = min(NEAR_SHARED, max(1, fewest // 4))
                    need_agree = NEAR_AGREE * n_perm
                else:
                    need = min(FAR_SHARED, max(1, fewest // 2))
                    need_agree = FAR_AGREE * n_perm
                if n_shared < need:
                    continue
                agree = agreeing(signatures, row, other)
                if agree >= need_agree and n_found < found.shape[0]:
                    found[n_found, 0] = other
                    found[n_found, 1] = agree
                    found[n_found, 2] = n_shared
                    n_found += 1
            while n_found > MOST_CANDIDATES:
                # Leave out the pair with the fewest agreeing values; of equals the later document.
                worst = 0
                for f in range(1, n_found):
                    if found[f, 1] < found[worst, 1] or (
                        found[f, 1] == found[worst, 1] and found[f, 0] > found[worst, 0]
                    ):
                        worst = f
                n_found -= 1
                found[worst, :] = found[n_found, :]
            for f in range(n_found):
                out_a[n_out] = row
                out_b[n_out] = found[f, 0]
                out_agree[n_out] = found[f, 1]
                n_out += 1
    return n_out, last
