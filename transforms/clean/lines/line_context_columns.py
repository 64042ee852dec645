"""Columns of first-pass results: of the lines around a line, and of the lines with the same words.

`context_rows` and the parts that it calls are compiled together (`numba_cache.part`).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines.line import END_WORDS
from copydesk.transforms.clean.lines.word_bag import WordBag
from copydesk.transforms.numba_cache import part

FARTHEST = 99
SUREST = 6.0  # Log odds. Surer ones count as this.
OUTSIDE = -9.0  # Log odds of lines outside the text.
N_AROUND, N_SHARED_WORDS = 31, 3
_REACHES = (3, 8, 20)  # Lines on either side.
_LONG_LINE, _LONG_TURN = 80, 50  # Words, and lines. More make no difference.

Column = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


def context_rows(
    odds: npt.NDArray[np.float32], n_words: Rows, words: WordBag, names: WordBag
) -> Matrix:
    """Return the `neighbour_columns`, then the `shared_word_columns` of the words and of the names."""
    n = len(odds)
    rows = np.empty((n, N_AROUND + 2 * N_SHARED_WORDS), np.float32)
    own, good = np.empty(n), np.empty(n)
    for i in range(n):
        own[i] = min(SUREST, max(-SUREST, float(odds[i])))
        good[i] = 1 / (1 + math.exp(own[i]))
    neighbour_columns(rows, own, good, n_words)
    shared_word_columns(rows, N_AROUND, good, words)
    shared_word_columns(rows, N_AROUND + N_SHARED_WORDS, good, names)
    return rows


@part
def shared_word_columns(rows: Matrix, at: int, good: Column, words: WordBag) -> None:
    """Write three columns about the other lines with the words of a line, from number `at` on.

    Each is a mean over the words: the share of the other lines with the word that are the
    article's, and the logarithms of the numbers of lines with it that are the article's and that
    are not.
    """
    n = len(good)
    lines_with, of_article = np.zeros(len(words.n_letters)), np.zeros(len(words.n_letters))
    for e in range(len(words.at)):
        lines_with[words.at[e]] += 1
        of_article[words.at[e]] += good[words.row[e]]
    sums = np.zeros((n, N_SHARED_WORDS))
    for e in range(len(words.at)):
        word, row = words.at[e], words.row[e]
        others = lines_with[word] - 1
        article = max(0.0, of_article[word] - good[row])
        sums[row, 0] += article / (others + 0.5)
        sums[row, 1] += math.log1p(article)
        sums[row, 2] += math.log1p(max(0.0, others - article))
    for i in range(n):
        for k in range(N_SHARED_WORDS):
            rows[i, at + k] = sums[i, k] / max(1, words.size[i])


@part
def neighbour_columns(rows: Matrix, own: Column, good: Column, n_words: Rows) -> None:
    """Write the first `N_AROUND` columns, from the first-pass results of the lines around a line.

    They are about the line, its neighbours, its run, and the text. `own` are the log odds of the
    lines, and `good` the probabilities that they are the article's. *Solid* lines are surely the
    article's.
    """
    n = len(own)
    # `mass` is the expected number of words of the article.
    sums, mass = np.zeros(n + 1), np.zeros(n + 1)
    n_solid, total_good = 0, 0.0
    solid = np.zeros(n, np.bool_)
    for i in range(n):
        sums[i + 1] = sums[i] + own[i]
        mass[i + 1] = mass[i] + good[i] * min(n_words[i], _LONG_LINE)
        solid[i] = own[i] < -3 and n_words[i] >= END_WORDS
        n_solid += solid[i]
        total_good += good[i]
    total = mass[n] + 1e-6
    ordered = np.sort(own)
    low, middle, high = quantile(ordered, 0.1), quantile(ordered, 0.5), quantile(ordered, 0.9)
    for i in range(n):
        at = 0
        for distance in (-3, -2, -1, 1, 2, 3):
            other = i + distance
            rows[i, at] = own[other] if 0 <= other < n else OUTSIDE
            at += 1
        for reach in _REACHES:
            first, last = max(0, i - reach), min(n, i + reach + 1)
            rows[i, at] = (sums[last] - sums[first] - own[i]) / max(1, last - first - 1)
            rows[i, at + 1] = (sums[i] - sums[first]) / max(1, i - first)
            rows[i, at + 2] = (sums[last] - sums[i + 1]) / max(1, last - i - 1)
            at += 3
        rows[i, at] = mass[i] / total
        rows[i, at + 1] = (total - mass[i + 1]) / total
        at += 8  # Two columns of the nearest solid lines and four of the run follow.
        rows[i, at] = low
        rows[i, at + 1] = middle
        rows[i, at + 2] = high
        rows[i, at + 3] = total_good / n
        rows[i, at + 4] = math.log1p(total)
        rows[i, at + 5] = n_solid / n
        rows[i, at + 7] = own[i]
    solid_columns(rows, 17, own, solid)
    turn_column(rows, 29, own)


@part
def quantile(ordered: Column, share: float) -> float:
    """Return the quantile of ordered numbers, linear between two of them."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    part_above = place - below
    step = ordered[above] - ordered[below]
    if part_above >= 0.5:
        return float(ordered[above] - step * (1 - part_above))
    return float(ordered[below] + step * part_above)


@part
def solid_columns(rows: Matrix, at: int, own: Column, solid: npt.NDArray[np.bool_]) -> None:
    """Write the columns about the run between the nearest solid lines.

    These are the lines to the nearest solid one above and below, and the mean, number, highest and
    lowest odds of the other lines between the two.
    """
    n = len(own)
    last = -1
    for i in range(n):
        if solid[i]:
            last = i
        rows[i, at] = min(i - last, FARTHEST) if last >= 0 else FARTHEST
    last = -1
    for i in range(n - 1, -1, -1):
        if solid[i]:
            last = i
        rows[i, at + 1] = min(last - i, FARTHEST) if last >= 0 else FARTHEST
    start = 0
    while start < n:  # A run begins with a solid line, except the first run.
        end = start + 1
        while end < n and not solid[end]:
            end += 1
        size, total, most, least = 0, 0.0, OUTSIDE, -OUTSIDE
        for i in range(start, end):
            if not solid[i]:
                size += 1
                total += own[i]
                most, least = max(most, own[i]), min(least, own[i])
        for i in range(start, end):
            rows[i, at + 2] = total / max(1, size)
            rows[i, at + 3] = size
            rows[i, at + 4] = most
            rows[i, at + 5] = least
        start = end


@part
def turn_column(rows: Matrix, at: int, own: Column) -> None:
    """Write how many lines in a row the first pass judged in the same way as this one.

    The number is negative if it judged them to be the article's.
    """
    n, start = len(own), 0
    while start < n:
        end = start + 1
        while end < n and (own[end] > 0) == (own[start] > 0):
            end += 1
        for i in range(start, end):
            rows[i, at] = min(end - start, _LONG_TURN) * (1 if own[start] > 0 else -1)
        start = end
