"""Candidate pairs: documents that share keys and whose signatures agree in part.

A key is a sampled shingle hash. A key and its document share one 64-bit posting: 36 bits of the
shingle's hash and 28 bits of the document's number. Inside the time window two shared keys make a
candidate. Beyond the window, three of the eight smallest keys must be shared. The signatures of
both documents must also agree. Whether two documents are candidates depends on these two alone. The
exception is a key that very many documents share: only some of those documents are compared.
"""

# ruff: noqa: PLR0915 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled, kernel_part

# An index holds up to 268 million documents. The 36 bits of two keys are equal by chance once in
# 10**10.
DOCUMENT_BITS = 28
SMALLEST = 8  # Keys of a document that are searched beyond the window.
NEAR_SHARED, FAR_SHARED = 2, 3
CAP = 64  # Documents that are read from each end of the list of a popular key.
# Share of the signature that must agree: 4 of 128. At a Jaccard similarity of .1, 13 +- 3.4 values
# agree.
NEAR_AGREE = 0.03
FAR_AGREE = 0.25  # At a Jaccard similarity of .3, 38 +- 5.2 of 128 values agree.
UNDATED = np.iinfo(np.int64).max  # The time of a document without a date, which sorts last.
MOST_CANDIDATES = 64  # Candidates of one document. Those that share the most keys are chosen.

_DOCUMENT = np.uint64((1 << DOCUMENT_BITS) - 1)


def sorted_postings(
    keys: NDArray[np.uint64], n_keys: NDArray[np.int32], numbers: NDArray[np.int64], most: int
) -> NDArray[np.uint64]:
    """Return the postings of the `most` smallest keys of each document, sorted by key.

    A posting is a key and the number of a document that has it.
    """
    return np.sort(unsorted_postings(keys, n_keys, numbers.astype(np.uint64), most))


@compiled
def unsorted_postings(keys: Any, n_keys: Any, numbers: Any, most: Any) -> Any:
    """Return the postings of the smallest keys of each document, document by document."""
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
def shared_postings(postings: Any, n_documents: Any) -> Any:
    """Return for every document the postings of those of its keys that earlier documents have.

    `postings` are sorted. The result is a pair: the start of each document's rows, and rows of
    (position of the posting, position of the first posting of its key).
    """
    starts = np.zeros(n_documents + 1, np.int64)
    begin: Any = 0
    for at in range(postings.size):
        if (postings[at] >> np.uint64(DOCUMENT_BITS)) != (
            postings[begin] >> np.uint64(DOCUMENT_BITS)
        ):
            begin = at
        if at > begin:
            starts[np.int64(postings[at] & _DOCUMENT) + 1] += 1
    for row in range(n_documents):
        starts[row + 1] += starts[row]
    rows = np.empty((starts[n_documents], 2), np.int64)
    filled = starts[:-1].copy()
    begin = 0
    for at in range(postings.size):
        if (postings[at] >> np.uint64(DOCUMENT_BITS)) != (
            postings[begin] >> np.uint64(DOCUMENT_BITS)
        ):
            begin = at
        if at > begin:
            row = int(postings[at] & _DOCUMENT)
            rows[filled[row], 0] = at
            rows[filled[row], 1] = begin
            filled[row] += 1
    return starts, rows


@kernel_part
def agreeing(signatures: Any, a: Any, b: Any) -> Any:
    """Return the number of values that two signatures have in common."""
    total = np.int64(0)
    for k in range(signatures.shape[1]):
        total += np.int64(signatures[a, k] == signatures[b, k])
    return total


@kernel_part
def window_start(times: Any, row: Any, window: Any, undated_window: Any) -> Any:
    """Return the first document in the order that is inside the window of `row`."""
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
    near_starts: Any,
    near_shared: Any,
    far: Any,
    far_starts: Any,
    far_shared: Any,
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
    """Find the candidates of documents first..last-1 among the documents before them.

    Documents are numbered in order of time. Returns (pairs, next document). Stops early if the
    output could overflow.
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
            postings = near if side == 0 else far
            starts = near_starts if side == 0 else far_starts
            rows = near_shared if side == 0 else far_shared
            n_touched = 0
            for w in range(starts[row], starts[row + 1]):
                at = rows[w, 0]
                low = rows[w, 1]
                high = at
                # Postings of a key are in order of time. This finds where the window begins among
                # them.
                a = low
                b = at
                while a < b:
                    middle = (a + b) // 2
                    if np.int64(postings[middle] & _DOCUMENT) >= start:
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
                    other = np.int64(postings[e] & _DOCUMENT)
                    if shared[other] == 0:
                        touched[n_touched] = other
                        n_touched += 1
                    shared[other] += 1
                if high - low > 2 * CAP:
                    for e in range(high - CAP, high):
                        other = np.int64(postings[e] & _DOCUMENT)
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
                # Leave out the pair with the fewest agreeing values. Among equals leave out the
                # later document.
                worst = 0
                for f in range(1, n_found):
                    if found[f, 1] < found[worst, 1] or (
                        found[f, 1] == found[worst, 1] and found[f, 0] > found[worst, 0]
                    ):
                        worst = f
                n_found -= 1
                for k in range(found.shape[1]):
                    found[worst, k] = found[n_found, k]
            for f in range(n_found):
                out_a[n_out] = row
                out_b[n_out] = found[f, 0]
                out_agree[n_out] = found[f, 1]
                n_out += 1
    return n_out, last
