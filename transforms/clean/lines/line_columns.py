"""Columns of numbers that compare the lines of a text with those around them, one row a line.

`columns` and the parts that it calls are compiled together (`numba_cache.part`), because numpy would
make some three hundred small arrays for each text. Each part writes its columns from number `at` on and returns
the number of the next one. A part reads `TextLines`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines.line import RESIDUE
from copydesk.transforms.clean.lines.line_facts import N_SHAPES, NEUTRAL, LineFacts
from copydesk.transforms.clean.lines.word_bag import WordBag
from copydesk.transforms.numba_cache import part

PROSE_WORDS = 18  # a line this long that ends like a sentence is prose; captions and teasers are mostly shorter
FAR = 30  # lines: nothing farther says more
FAR_RULE = 50  # lines, the same of lines that rules took
OUTSIDE = -1.0  # the value where a text has no such line or block
N_RESIDUE = len(RESIDUE)
N_COLUMNS = 135
_WINDOWS = ((-4, 0), (1, 5), (-12, 0), (1, 13))  # lines around a line, from and to before
Column = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


class TextLines(NamedTuple):
    """The lines of a text, a column each."""

    size: Rows  # words
    log: Column  # of one more than the words
    sentence: Column  # 1 where the line ends like one
    taken: Column  # 1 where a rule matches
    prose: Column  # 1 where it is long, a sentence, and no rule's
    score: Column  # of its words
    odds: Column  # of its rule
    blank: Rows  # blank lines above it, a few at most
    boilerplate: Rows  # number of its category, -1 where it has none


def columns(
    facts: LineFacts, taken: Column, odds: Column, blank: Rows, boilerplate: Rows
) -> Matrix:
    """The columns of the lines of a text: a row of `N_COLUMNS` a line."""
    n = len(facts.size)
    prose, log = np.zeros(n), np.empty(n)
    for i in range(n):
        log[i] = math.log1p(facts.size[i])
        is_long_sentence = facts.size[i] >= PROSE_WORDS and facts.shape[i, 2] > 0
        prose[i] = 1.0 if is_long_sentence and taken[i] == 0 else 0.0
    text = TextLines(
        facts.size,
        log,
        facts.shape[:, 2].copy(),
        taken,
        prose,
        facts.scores[:, 0].copy(),
        odds,
        blank,
        boilerplate,
    )
    rows = np.empty((n, N_COLUMNS), np.float32)
    words = word_columns(text, facts.words)
    at = own_columns(rows, text, facts, words)
    at = place_columns(rows, at, text)
    at = runs_columns(rows, at, text)
    for k in range(1, 4):
        rows[:, at] = words[:, k]
        at += 1
    at = surroundings_columns(rows, at, text)
    at = lists_columns(rows, at, text, facts)
    at = blocks_columns(rows, at, text)
    at = topics_columns(rows, at, text, facts, words)
    at = rises_columns(rows, at, text)
    at = ruled_columns(rows, at, text)
    dates_columns(rows, at, facts.dated)
    return rows


@part
def word_columns(text: TextLines, bag: WordBag) -> Column:
    """Six numbers a line, of its words of five letters or more: the share that other lines of prose have, the share that
    other lines have, the share that the first two of prose have, their number; of all its words: the share that no
    other line has, the mean share of the lines with the word that are prose.
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
def own_columns(rows: Matrix, text: TextLines, facts: LineFacts, words: Column) -> int:
    """The line's shape and scores, the share of its words that other prose has, lines that read the same; of the text: the logarithm of the
    number of lines, the share of words that are prose, the logarithm of the number of words, the share of lines that rules took.
    """
    n = len(text.size)
    total, n_taken, n_prose = 0, 0.0, 0.0
    for i in range(n):
        total += text.size[i]
        n_taken += text.taken[i]
        n_prose += text.size[i] * text.prose[i]
    for i in range(n):
        for k in range(N_SHAPES):
            rows[i, k] = facts.shape[i, k]
        rows[i, N_SHAPES] = facts.scores[i, 0]
        rows[i, N_SHAPES + 1] = facts.scores[i, 1]
        rows[i, N_SHAPES + 2] = words[i, 0]
        rows[i, N_SHAPES + 3] = min(4.0, facts.often[i])
        rows[i, N_SHAPES + 4] = math.log1p(n)
        rows[i, N_SHAPES + 5] = n_prose / max(1, total)
        rows[i, N_SHAPES + 6] = math.log1p(total)
        rows[i, N_SHAPES + 7] = n_taken / n
    return N_SHAPES + 8


@part
def place_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Shares of the prose above and below, lines to the nearest prose and to the nearest line a rule took on both sides, words since that one, place."""
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
    """The mean over the lines from `start` to before `end`."""
    total = 0.0
    for i in range(start, end):
        total += values[i]
    return total / (end - start)


@part
def runs_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Per line, of the lines around it up to the next prose: how many, the share rules took, mean score, words a line, and its place among them."""
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
    """The sums of the values before each place, and of all."""
    found = np.zeros(len(values) + 1)
    for i in range(len(values)):
        found[i + 1] = found[i] + values[i]
    return found


@part
def surroundings_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Means over the lines around, and what the two lines before and after are like."""
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
def lists_columns(rows: Matrix, at: int, text: TextLines, facts: LineFacts) -> int:
    """Per line, of the lines in a row that are indented and marked like it: how many, words a line, share of sentences, mean score,
    its place, how much longer it is than they, whether a colon announces them; then the odds of its rule, and their mean over the row.
    """
    n, start = len(text.size), 0
    while start < n:
        end = start + 1
        while (
            end < n
            and facts.indent[end] == facts.indent[start]
            and facts.bullet[end] == facts.bullet[start]
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
            rows[i, at + 6] = facts.shape[start - 1, 3] if start else 0.0
            rows[i, at + 7] = text.odds[i]
            rows[i, at + 8] = odds
        start = end
    return at + 9


@part
def blocks_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Per line: blank lines above and below it; of its block (lines with no blank one between), the block above and the one below
    how many lines, words a line, shares of sentences and of lines that rules took; its place in the block; of the text, the share of
    lines below a blank one, and on how many sides prose has one.
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
def topics_columns(rows: Matrix, at: int, text: TextLines, facts: LineFacts, words: Column) -> int:
    """Per line: how often its names are in the text's prose, and how many names it has; of its words the share that no
    other line has, and the mean share of the lines with the word that are prose; its share of digits.
    """
    names = facts.names
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
        rows[i, at + 4] = facts.digits[i]
    return at + 5


@part
def rises_columns(rows: Matrix, at: int, text: TextLines) -> int:
    """Per line: the variance of the logarithm of length over nine lines, the share of prose lines above, their number in the text,
    and by how much the line is longer than the one above.
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
    """Per line: how far above it is the next line that a rule took, for each category of boilerplate, and how far below; of the nearest
    such line of any category above, and below, the log odds of its rule and the number of prose lines between.
    """
    n = len(text.size)
    for side in range(2):
        last = np.full(N_RESIDUE, -FAR_RULE)
        odds, between = NEUTRAL, float(FAR_RULE)  # as where there is no such line
        for step in range(n):
            i = step if side == 0 else n - 1 - step
            for k in range(N_RESIDUE):
                rows[i, at + side * N_RESIDUE + k] = min(FAR_RULE, step - last[k])
            rows[i, at + 2 * N_RESIDUE + 2 * side] = odds
            rows[i, at + 2 * N_RESIDUE + 2 * side + 1] = min(float(FAR_RULE), between)
            between += text.prose[i]
            if text.taken[i]:
                odds, between = text.odds[i], 0.0
            if text.boilerplate[i] >= 0:
                last[text.boilerplate[i]] = step
    return at + 2 * N_RESIDUE + 4


@part
def dates_columns(rows: Matrix, at: int, dated: Column) -> int:
    """Per line: whether it is short and has a date or an hour, whether the lines before and after do, and how many within six lines do."""
    n, sums = len(dated), sums_to(dated)
    for i in range(n):
        rows[i, at] = dated[i]
        rows[i, at + 1] = dated[i - 1] if i else 0.0
        rows[i, at + 2] = dated[i + 1] if i + 1 < n else 0.0
        rows[i, at + 3] = sums[min(n, i + 7)] - sums[max(0, i - 6)]
    return at + 4
