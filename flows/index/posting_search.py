"""Search sorted postings on disk for keys."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates
from copydesk.transforms.dedup.candidates import CAP, DOCUMENT_BITS
from copydesk.transforms.intrinsics import compiled

_BITS = np.uint64(DOCUMENT_BITS)
_DOCUMENT = np.uint64((1 << DOCUMENT_BITS) - 1)


def queries(
    keys: NDArray[np.uint64], n_keys: NDArray[np.int32], rows: NDArray[np.int64], most: int
) -> NDArray[np.uint64]:
    """Sorted keys of the rows to query. A search then reads the file once, from start to end."""
    return candidates.sorted_postings(keys[rows], n_keys[rows], rows, most)


@compiled
def ranges(section: Any, query: Any, first: Any, last: Any) -> Any:
    """Start and end of each key's postings, among documents first..last.

    The query must be sorted, so that each search begins where the one before it ended.
    """
    low = np.empty(query.size, np.int64)
    high = np.empty(query.size, np.int64)
    begin = np.int64(0)
    for q in range(query.size):
        key = query[q] >> _BITS
        if q > 0 and key == query[q - 1] >> _BITS:
            low[q] = low[q - 1]
            high[q] = high[q - 1]
        else:
            begin = _first_from(section, (key << _BITS) | np.uint64(first), begin)
            low[q] = begin
            high[q] = _end_of(section, begin, (key << _BITS) | np.uint64(last))
    return low, high


@compiled
def _first_from(section: Any, posting: Any, begin: Any) -> Any:
    """The position of the first posting, from `begin` on, that is not below this one.

    Keys are hashes, so they are uniform, and the distance from `begin` can be estimated from the
    difference of the values. The position is searched by bisection near the estimated one, or
    everywhere if it is not there.
    """
    n = np.int64(section.size)
    if begin >= n or section[begin] >= posting:
        return begin
    distance = np.float64(posting - section[begin]) / 18446744073709551616.0 * n
    spread = 1 + np.int64(4 * np.sqrt(distance))
    guess = begin + np.int64(distance)
    low = max(begin, guess - spread)
    high = min(n, guess + spread)
    if low > begin and section[low - 1] >= posting:
        low = begin
    if high < n and section[high] < posting:
        high = n
    while low < high:
        middle = (low + high) // 2
        if section[middle] < posting:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _end_of(section: Any, begin: Any, last: Any) -> Any:
    """The position after the last posting, from `begin` on, that is not above `last`."""
    n = np.int64(section.size)
    end = begin
    while end < n and section[end] <= last:
        end += 1
        if end - begin == 4 * CAP:  # The key is very frequent, so the end is found by bisection.
            top = n
            while end < top:
                middle = (end + top) // 2
                if section[middle] <= last:
                    end = middle + 1
                else:
                    top = middle
    return end


@compiled
def hits(section: Any, query: Any, low: Any, high: Any) -> Any:
    """Packed pairs (row, document).

    If a key is very frequent, only documents from both ends of its postings are used.
    """
    total = np.int64(0)
    for q in range(query.size):
        total += min(high[q] - low[q], 2 * CAP)
    out = np.empty(total, np.uint64)
    at = 0
    for q in range(query.size):
        row = (query[q] & _DOCUMENT) << _BITS
        few = high[q] - low[q] <= 2 * CAP
        middle = high[q] if few else low[q] + CAP
        for e in range(low[q], middle):
            out[at] = row | (section[e] & _DOCUMENT)
            at += 1
        if not few:
            for e in range(high[q] - CAP, high[q]):
                out[at] = row | (section[e] & _DOCUMENT)
                at += 1
    return out


def frequent(
    found: NDArray[np.uint64], least: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row and the document of each pair that is there often enough, in order.

    `least` says for each row how many keys must be shared.
    """
    packed = _frequent(np.sort(found), least)
    return (packed >> _BITS).astype(np.int64), (packed & _DOCUMENT).astype(np.int64)


@compiled
def _frequent(found: Any, least: Any) -> Any:
    out = np.empty(found.size, np.uint64)
    n = 0
    at = 0
    while at < found.size:
        pair = found[at]
        end = at + 1
        while end < found.size and found[end] == pair:
            end += 1
        if end - at >= least[np.int64(pair >> _BITS)]:
            out[n] = pair
            n += 1
        at = end
    return out[:n].copy()


@compiled
def n_agreeing(own: Any, rows: Any, indexed: Any) -> Any:
    """How many values of the signature of a row and of an indexed document agree, for each pair.

    `own` has the signatures of all rows, and `indexed` that of the document of each pair.
    """
    out = np.zeros(rows.size, np.int32)
    for pair in range(rows.size):
        row = rows[pair]
        agree = np.int32(0)
        for k in range(own.shape[1]):
            agree += np.int32(own[row, k] == indexed[pair, k])
        out[pair] = agree
    return out
