"""A line judged again by what the first pass said about the other lines of its text.

`odds` are the first look's log odds that a line is residue.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines.line import END_WORDS
from copydesk.transforms.clean.lines.line_columns import Rows
from copydesk.transforms.clean.lines.line_features import Features
from copydesk.transforms.clean.lines.word_bag import WordBag

Odds = npt.NDArray[np.float32]

FARTHEST = 99
SUREST = 6.0  # log odds; surer ones count as this
OUTSIDE = -9.0  # log odds of lines outside of the text
# Log odds asked beyond the limit where all words of a text are residue, and in proportion below. Of texts that an extractor has already
# cut to the article more residue goes, of whole pages fewer good lines, and of both together as much (training/README.md).
CAUTION = 2.0


def context(odds: Odds, seen: Features) -> npt.NDArray[np.float32]:
    """One row of numbers per line, for the second forest beside the features: its surroundings, and the company of its words and names."""
    return np.concatenate(
        [around(odds, seen.n_words), company(odds, seen.words), company(odds, seen.names)], axis=1
    ).astype(np.float32)


def caution(odds: Odds, n_words: Rows) -> float:
    """What to take off the odds of every line: `CAUTION` times the share of the text's words that the first look holds for residue."""
    return (
        CAUTION * float(np.average(1 - _good(odds), weights=n_words)) if n_words.any() else CAUTION
    )


def _good(odds: Odds) -> npt.NDArray[np.float64]:
    return 1 / (1 + np.exp(np.clip(odds, -SUREST, SUREST).astype(np.float64)))


def company(odds: Odds, words: WordBag) -> npt.NDArray[np.float64]:
    """Per line, the mean over its words: share of the other lines with the word that are the article's, and the logarithms of the
    numbers of lines with it that are and that are not.
    """
    good = _good(odds)
    article = np.maximum(0, words.sums(good) - good[words.row])
    others = words.sums() - 1
    return np.column_stack(
        [
            words.mean(v)
            for v in (
                article / (others + 0.5),
                np.log1p(article),
                np.log1p(np.maximum(0, others - article)),
            )
        ]
    )


def around(odds: Odds, n_words: Rows) -> npt.NDArray[np.float64]:
    """One row of numbers per line: what the first look made of the line, of its neighbours, of its run, and of the text.

    *Solid* lines are surely the article's.
    """
    n, words = len(odds), n_words
    at, own = np.arange(n), np.clip(odds, -SUREST, SUREST).astype(np.float64)
    good = 1 / (1 + np.exp(own))
    padded = np.concatenate([np.full(3, OUTSIDE), own, np.full(3, OUTSIDE)])
    columns = [padded[3 + k : 3 + k + n] for k in (-3, -2, -1, 1, 2, 3)]
    sums = np.concatenate([[0.0], np.cumsum(own)])
    for reach in (3, 8, 20):
        low, high = np.maximum(0, at - reach), np.minimum(n, at + reach + 1)
        columns += [
            (sums[high] - sums[low] - own) / np.maximum(1, high - low - 1),
            (sums[at] - sums[low]) / np.maximum(1, at - low),
            (sums[high] - sums[at + 1]) / np.maximum(1, high - at - 1),
        ]
    mass = np.concatenate(
        [[0.0], np.cumsum(good * np.minimum(words, 80))]
    )  # words of the article, expected
    total = mass[-1] + 1e-6
    columns += [mass[at] / total, (total - mass[at + 1]) / total]
    solid = (own < -3) & (words >= END_WORDS)
    before = np.maximum.accumulate(np.where(solid, at, -1))
    after = np.minimum.accumulate(np.where(solid, at, n + FARTHEST)[::-1])[::-1]
    columns += [
        np.where(before >= 0, np.minimum(at - before, FARTHEST), FARTHEST),
        np.where(after < n, np.minimum(after - at, FARTHEST), FARTHEST),
    ]
    run = np.cumsum(solid)
    loose = ~solid
    size = np.bincount(run[loose], minlength=run[-1] + 1)
    most, least = np.full(run[-1] + 1, OUTSIDE), np.full(run[-1] + 1, -OUTSIDE)
    np.maximum.at(most, run[loose], own[loose])
    np.minimum.at(least, run[loose], own[loose])
    mean = np.bincount(run[loose], weights=own[loose], minlength=run[-1] + 1) / np.maximum(1, size)
    columns += [mean[run], size[run], most[run], least[run]]
    columns += [
        np.full(n, value)
        for value in (
            *np.quantile(own, (0.1, 0.5, 0.9)),
            good.mean(),
            math.log1p(total),
            solid.mean(),
        )
    ]
    turns = np.flatnonzero(np.diff(own > 0)) + 1
    lengths = np.diff(np.concatenate([[0], turns, [n]]))
    columns += [np.repeat(np.minimum(lengths, 50), lengths) * np.where(own > 0, 1, -1), own]
    return np.column_stack(columns)
