"""The compiled walk that finds the features of lines for the wording model (`wording_model`).

The features are the pieces of two to five letters inside the words, the words and the pairs of
words. Each is hashed to a row of the table of weights. The walk is one function, because a kernel
is cached by its own source.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def walk(
    codes: npt.NDArray[np.uint32], starts: Ints, weights: npt.NDArray[np.int8], step: float
) -> tuple[npt.NDArray[np.int32], Ints, npt.NDArray[np.float64]]:
    """Return the rows of the features of lines `codes[starts[i]:starts[i + 1]]`, and their beginnings.

    Each line begins and ends with a space. `weights` is the table in steps of `step`, with a power
    of two of rows. The third array has the sum of the weights of each line, divided by the root of
    their number.
    """
    space, first_letter, longest = 32, 97, 5
    prime, basis = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)
    mask, half = np.uint64(len(weights) - 1), np.uint64(32)
    word_basis, opens = basis ^ np.uint64(7), np.uint64(1)
    n = len(starts) - 1
    found, begins = np.empty(6 * len(codes), np.int32), np.empty(n + 1, np.int64)
    evidence = np.empty(n, np.float64)
    at = 0
    for row in range(n):
        begins[row] = at
        start, end = starts[row], starts[row + 1]
        # Pieces of words. A space marks the beginning and the end of a word.
        for i in range(start, end - 1):
            h = basis
            for k in range(i, min(i + longest, end)):
                c = codes[k]
                if c < first_letter and c != space:
                    break
                h = (h ^ np.uint64(c)) * prime
                if k > i:
                    found[at] = np.int32((h ^ (h >> half)) & mask)
                    at += 1
                    if c == space:
                        break
        # Words and pairs of words. The first word of a line is a feature of its own.
        before, is_first, i = np.uint64(0), True, start
        while i < end:
            if codes[i] < first_letter:
                i += 1
                continue
            h = word_basis
            while i < end and codes[i] >= first_letter:
                h = (h ^ np.uint64(codes[i])) * prime
                i += 1
            h = (h ^ opens) * prime if is_first else h * prime
            found[at] = np.int32((h ^ (h >> half)) & mask)
            at += 1
            if not is_first:
                pair = (before ^ h) * prime
                found[at] = np.int32((pair ^ (pair >> half)) & mask)
                at += 1
            before = h * prime
            is_first = False
        total = 0
        for k in range(begins[row], at):
            total += weights[found[k]]
        evidence[row] = total * step / math.sqrt(max(1, at - begins[row]))
    begins[n] = at
    return found[:at].copy(), begins, evidence
