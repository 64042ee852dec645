"""Compares the lines of a text with those around them: one row of numbers for each line.

`columns` and the parts that it calls are compiled together (`numba_cache.part`), because numpy
would make some three hundred small arrays for each text. Each part writes its columns from number
`at` on and returns the number of the next one. A part reads `TextLines`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines.line import BOILERPLATE
from copydesk.transforms.clean.lines.line_properties import N_SHAPES, NEUTRAL, LineProperties
from copydesk.transforms.clean.lines.word_bag import WordBag
from copydesk.transforms.numba_cache import part

# Words of a line that is prose if it ends like a sentence. Captions and teasers are mostly shorter.
PROSE_WORDS = 18
FAR = 30  # Lines. A greater distance makes no difference.
FAR_RULE = 50  # Lines. The same for the distance to lines that rules match.
OUTSIDE = -1.0  # The value if a text has no such line or block.
N_CATEGORIES = len(BOILERPLATE)
N_COLUMNS = 135
_WINDOWS = ((-4, 0), (1, 5), (-12, 0), (1, 13))  # Lines around a line, from first to before end.
Column = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


class TextLines(NamedTuple):
    """The lines of a text, a column for each property."""

    size: Rows  # Words of each line.
    log: Column  # Logarithm of the words plus one.
    sentence: Column  # 1 if the line ends like a sentence.
    taken: Column  # 1 if a rule matches.
    prose: Column  # 1 if the line is long and a sentence, and no rule matches it.
    score: Column  # Score of the words.
    odds: Column  # Log odds of the rule.
    blank: Rows  # Blank lines above the line, a few at most.
    boilerplate: Rows  # Number of the rule's category, or -1.


def columns(
    own: LineProperties, taken: Column, odds: Column, blank: Rows, boilerplate: Rows
) -> Matrix:
    """Return the columns of the lines of a text: a row of `N_COLUMNS` for each line."""
    n = len(own.size)
    prose, log = np.zeros(n), np.empty(n)
    for i in range(n):
        log[i] = math.log1p(own.size[i])
        is_long_sentence = own.size[i] >= PROSE_WORDS and own.shape[i, 2] > 0
        prose[i] = 1.0 if is_long_sentence and taken[i] == 0 else 0.0
    sentence, score = own.shape[:, 2].copy(), own.scores[:, 0].copy()
    text = TextLines(own.size, log, sentence, taken, prose, score, odds, blank, boilerplate)
    rows = np.empty((n, N_COLUMNS), np.float32)
    words = word_columns(text, own.words)
    at = own_columns(rows, text, own, words)
    at = place_columns(rows, at, text)
    at = runs_columns(rows, at, text)
    for i in range(n):
        for k in range(3):
            rows[i, at + k] = words[i, k + 1]
    at = surroundings_columns(rows, at + 3, text)
    at = lists_columns(rows, at, text, own)
    at = blocks_columns(rows, at, text)
    at = topic_columns(rows, at, text, own, words)
    at = rises_columns(rows, at, text)
    at = ruled_columns(rows, at, text)
    dates_columns(rows, at, own.dated)
    return rows


@part
def word_columns(text: TextLines, bag: WordBag) -> Column:
    """Return six numbers for each line.

    For words of five letters or more: the shares that other lines of prose have, that other lines
    have, and that the first two lines of prose have, and their number. For all words: the share
    that no other line has, and the mean share of prose among the lines with each word.
    """
    n, n_words = len(text.size), len(bag.n_letters)
    lines_with, in_prose = np.zeros(n_words), np.zeros(n_words)
    in_lead = np.zeros(n_words, np.bool_)
    lead = np.flatnonzero(text.prose)[:2]
    end_of_lead = lead[-1] + 1 if len(lead) else 0
    for e in range(len(bag.at)):
        word, row = bag.at[e], bag.row[e]
        lines_with[word] += 1
        in_prose[word] += text.prose[row]
        if row < end_of_lead and text.prose[row]:
            in_lead[word] = True
    found, n_longer = np.zeros((n, 6)), np.zeros(n)
    for e in range(len(bag.at)):
        word, row = bag.at[e], bag.row[e]
        if bag.n_letters[word] > 4:
            n_longer[row] += 1
            found[row, 0] += in_prose[word] > text.prose[row]
            found[row, 1] += lines_with[word] > 1
            found[row, 2] += in_lead[word]
        found[row, 4] += lines_with[word] == 1
        found[row, 5] += in_prose[word] / lines_with[word]
    for i in range(n):
        found[i, 3] = n_longer[i]
        for k in range(6):
            if k != 3:
                found[i, k] /= max(1, n_longer[i] if k < 3 else bag.size[i])
    return found


@part
def own_columns(rows: Matrix, text: TextLines, own: LineProperties, words: Column) -> int:
    """Write shape and scores of the line, the share of its words in other prose, and its repeats.

    Columns of the whole text follow: the logarithm of the number of lines, the share of words in
    prose, the logarithm of the number of words, and the share of lines that rules match.
    """
    n = len(text.size)
    total, n_taken, n_prose = 0, 0.0, 0.0
    for i in range(n):
        total += text.size[i]
        n_taken += text.taken[i]
        n_prose += text.size[i] * text.prose[i]
    for i in range(n):
        for k in range(N_SHAPES):
            rows[i, k] = own.shape[i, k]
        rows[i, N_SHAPES] = own.scores[i, 0]
        rows[i, N_SHAPES + 1] = own.scores[i, 1]
        rows[i, N_SHAPES + 2] = words[i, 0]
        rows[i, N_SHAPES + 3] = min(4.0, own.often[i])
        rows[i, N_SHAPES + 4] = math.log1p(n)
        rows[i, N_SHAPES + 5] = n_prose / max(1, total)
        rows[i, N_SHAPES + 6] = math.log1p(total)
        rows[i, N_SHAPES + 7] = n_taken / n
    return N_SHAPES + 8


@part
def place_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Write the shares of the prose above and below, the lines to the nearest prose and to the
    nearest line that a rule matches on both sides, the words since that line, and the position in
    the text.
    """
    n = len(text.size)
    prose = 0.0
    for i in range(n):
        prose += text.size[i] * text.prose[i]
    prose = prose if prose else 1.0
    for side in range(2):
        above, last_prose, last_taken, words_since = 0.0, -FAR, -FAR, 0
        for step in range(n):
            i = step if side == 0 else n - 1 - step
            rows[i, at + side] = above / prose
            rows[i, at + 2 + side] = min(FAR, step - last_prose)
            rows[i, at + 4 + side] = min(FAR, step - last_taken)
            if side == 0:
                rows[i, at + 6] = math.log1p(words_since)
                rows[i, at + 7] = i / n
            above += text.size[i] * text.prose[i]
            words_since += text.size[i]
            if text.prose[i]:
                last_prose = step
            if text.taken[i]:
                last_taken, words_since = step, 0
    return at + 8


@part
def group_mean(values: npt.NDArray[Any], start: int, end: int) -> float:
    """Return the mean over the lines from `start` up to `end`, which is not included."""
    total = 0.0
    for i in range(start, end):
        total += values[i]
    return total / (end - start)


@part
def runs_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Write number, share that rules match, mean score and words of the lines up to the next prose
    on both sides, and the position of the line among them.
    """
    n, start = len(text.size), 0
    while start < n:
        end = start + 1
        while end < n and not (text.prose[end] or text.prose[end - 1]):
            end += 1
        length, is_prose = end - start, text.prose[start] > 0
        taken, score = group_mean(text.taken, start, end), group_mean(text.score, start, end)
        words = group_mean(text.size, start, end)
        for i in range(start, end):
            for k in range(6):
                rows[i, at + k] = 0.0
            if not is_prose:
                rows[i, at] = math.log1p(length)
                rows[i, at + 1] = taken
                rows[i, at + 2] = score
                rows[i, at + 3] = words
                rows[i, at + 4] = min(FAR, i - start) if start > 0 else OUTSIDE
                rows[i, at + 5] = min(FAR, end - 1 - i) if end < n else OUTSIDE
        start = end
    return at + 6


@part
def sums_to(values: Column) -> Column:
    """Return the sums of the values before each position, and of all values."""
    found = np.zeros(len(values) + 1)
    for i in range(len(values)):
        found[i + 1] = found[i] + values[i]
    return found


@part
def surroundings_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Write means over the lines around, and the properties of the two lines before and after."""
    n = len(text.size)
    for low, high in _WINDOWS:
        for values in (text.taken, text.prose, text.score, text.log):
            sums = sums_to(values)
            for i in range(n):
                first, last = max(0, i + low), min(n, i + high)
                rows[i, at] = (
                    (sums[last] - sums[first]) / (last - first) if last > first else OUTSIDE
                )
            at += 1
    for distance in (-1, 1, -2, 2):
        for k in range(4 if distance in (-1, 1) else 2):
            for i in range(n):
                other = i + distance
                if other < 0 or other >= n:
                    rows[i, at] = OUTSIDE if k else NEUTRAL
                elif k == 0:
                    rows[i, at] = text.score[other]
                elif k == 1:
                    rows[i, at] = text.log[other]
                elif k == 2:
                    rows[i, at] = text.sentence[other]
                else:
                    rows[i, at] = text.taken[other]
            at += 1
    return at


@part
def lists_columns(rows: Matrix, at: int, text: TextLines, own: LineProperties) -> int:
    """Write columns about the list of a line: the lines in a row with the same indent and bullet.

    These are their number, words, share of sentences and mean score, the line's position and extra
    length, whether a colon announces the list, and the odds of the line's rule and of all rules.
    """
    n, start = len(text.size), 0
    while start < n:
        end = start + 1
        while (
            end < n
            and own.indent[end] == own.indent[start]
            and own.bullet[end] == own.bullet[start]
        ):
            end += 1
        words, sentences = group_mean(text.size, start, end), group_mean(text.sentence, start, end)
        score, odds = group_mean(text.score, start, end), group_mean(text.odds, start, end)
        for i in range(start, end):
            rows[i, at] = math.log1p(end - start)
            rows[i, at + 1] = words
            rows[i, at + 2] = sentences
            rows[i, at + 3] = score
            rows[i, at + 4] = (i - start) / (end - start)
            rows[i, at + 5] = text.size[i] - words
            rows[i, at + 6] = own.shape[start - 1, 3] if start else 0.0
            rows[i, at + 7] = text.odds[i]
            rows[i, at + 8] = odds
        start = end
    return at + 9


@part
def blocks_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Write columns about blocks, which are lines without a blank line between them.

    First the blank lines above and below the line. Then, for its block, the one above and the one
    below: the lines, the words in a line, the shares of sentences and of lines that rules match.
    Then the position in the block. Of the text: the share of lines below a blank line, and on how
    many sides prose has a blank line.
    """
    n, start, n_blocks = len(text.size), 0, 0
    n_prose, sides = 0, 0
    for i in range(n):
        below = text.blank[i + 1] if i + 1 < n else 0
        rows[i, at] = text.blank[i]
        rows[i, at + 1] = below
        if text.prose[i]:
            n_prose += 1
            sides += (text.blank[i] > 0) + (below > 0)
    above = (OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE)
    above_start = 0
    while start < n:
        end = start + 1
        while end < n and text.blank[end] == 0:
            end += 1
        own = (
            math.log1p(end - start),
            group_mean(text.size, start, end),
            group_mean(text.sentence, start, end),
            group_mean(text.taken, start, end),
        )
        for k in range(4):
            for i in range(above_start, start):
                rows[i, at + 10 + k] = own[k]
            for i in range(start, end):
                rows[i, at + 2 + k] = own[k]
                rows[i, at + 6 + k] = above[k]
                rows[i, at + 10 + k] = OUTSIDE
        for i in range(start, end):
            rows[i, at + 14] = i - start
        above, above_start, start = own, start, end
        n_blocks += 1
    for i in range(n):
        rows[i, at + 15] = (n_blocks - 1) / n
        rows[i, at + 16] = sides / n_prose if n_prose else OUTSIDE
    return at + 17


@part
def topic_columns(
    rows: Matrix, at: int, text: TextLines, own: LineProperties, words: Column
) -> int:
    """Write how often the line's names are in prose, its number of names, the share of its words
    that no other line has, the mean share of prose among the lines with each word, and the share of
    digits.
    """
    names = own.names
    in_prose, shared = np.zeros(len(names.n_letters)), np.zeros(len(text.size))
    for e in range(len(names.at)):
        in_prose[names.at[e]] += text.prose[names.row[e]]
    for e in range(len(names.at)):
        shared[names.row[e]] += in_prose[names.at[e]] > text.prose[names.row[e]]
    for i in range(len(text.size)):
        rows[i, at] = shared[i] / max(1, names.size[i])
        rows[i, at + 1] = names.size[i]
        rows[i, at + 2] = words[i, 4]
        rows[i, at + 3] = words[i, 5]
        rows[i, at + 4] = own.digits[i]
    return at + 5


@part
def rises_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Write the variance of log length over nine lines, the share of prose lines above, their
    number in the text, and how much longer the line is than the one above.
    """
    n = len(text.size)
    sums, squares, prose = sums_to(text.log), sums_to(text.log * text.log), sums_to(text.prose)
    for i in range(n):
        low, high = max(0, i - 4), min(n, i + 5)
        mean = (sums[high] - sums[low]) / (high - low)
        rows[i, at] = (squares[high] - squares[low]) / (high - low) - mean * mean
        rows[i, at + 1] = prose[i] / max(1.0, prose[n])
        rows[i, at + 2] = prose[n]
        rows[i, at + 3] = text.log[i] - (text.log[i - 1] if i else 0.0)
    return at + 4


@part
def ruled_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Write the distances to the nearest lines above and below that rules of each category match.

    For the nearest of any category: the log odds of its rule and the number of prose lines between.
    """
    n = len(text.size)
    for side in range(2):
        last = np.full(N_CATEGORIES, -FAR_RULE)
        odds, between = NEUTRAL, float(FAR_RULE)  # The values if there is no such line.
        for step in range(n):
            i = step if side == 0 else n - 1 - step
            for k in range(N_CATEGORIES):
                rows[i, at + side * N_CATEGORIES + k] = min(FAR_RULE, step - last[k])
            rows[i, at + 2 * N_CATEGORIES + 2 * side] = odds
            rows[i, at + 2 * N_CATEGORIES + 2 * side + 1] = min(float(FAR_RULE), between)
            between += text.prose[i]
            if text.taken[i]:
                odds, between = text.odds[i], 0.0
            if text.boilerplate[i] >= 0:
                last[text.boilerplate[i]] = step
    return at + 2 * N_CATEGORIES + 4


@part
def dates_columns(rows: Matrix, at: int, dated: Column) -> int:
    """Write whether the line and the lines beside it are dated, and how many within six lines are."""
    n, sums = len(dated), sums_to(dated)
    for i in range(n):
        rows[i, at] = dated[i]
        rows[i, at + 1] = dated[i - 1] if i else 0.0
        rows[i, at + 2] = dated[i + 1] if i + 1 < n else 0.0
        rows[i, at + 3] = sums[min(n, i + 7)] - sums[max(0, i - 6)]
    return at + 4
