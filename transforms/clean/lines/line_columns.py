"""Columns of numbers that compare the lines of a text with those around them, one number a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.lines.line_facts import NEUTRAL, LineFacts, WordWeights, line_facts

PROSE_WORDS = 18  # a line this long that ends like a sentence is prose; captions and teasers are mostly shorter
FAR = 30  # lines: nothing farther says more
MOST_BLANK = 3  # blank lines in a row; more say no more
FAR_RULE = 50  # lines, the same of lines that rules took
OUTSIDE = -1.0  # the value where a text has no such line or block
_OUTSIDE_NEAR = (
    (NEUTRAL,),
    (OUTSIDE,),
    (OUTSIDE,),
    (OUTSIDE,),
)  # score, length, sentence and rule of no line
RESIDUE = (
    "share",
    "related",
    "photo",
    "newsletter",
    "notices",
    "author",
    "ads",
    "copyright",
    "counters",
    "comments",
    "tags",
)  # categories of rules
_RESIDUE_AT = {name: number for number, name in enumerate(RESIDUE)}
Column = npt.NDArray[np.float64]
Columns = list[npt.NDArray[Any]]  # one number a line each
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TextLines:
    """The lines of a text, a column each."""

    facts: LineFacts
    size: Rows  # words
    sentence: Column  # 1 where the line ends like one
    taken: Column  # 1 where a rule matches
    prose: Column  # 1 where it is long, a sentence, and no rule's
    score: Column  # of its words
    odds: Column  # of its rule
    blank: Rows  # blank lines above it, `MOST_BLANK` at most
    residue: Rows  # number of its category in `RESIDUE`, -1 where it has none of them

    @property
    def at(self) -> Rows:
        """The numbers of the lines."""
        return np.arange(len(self.size))

    def reversed(self) -> TextLines:
        """The same from the last line to the first, but for the facts."""
        return replace(
            self,
            **{name: getattr(self, name)[::-1] for name in _REVERSED},
        )


_REVERSED = ("size", "sentence", "taken", "prose", "score", "odds", "blank", "residue")


def text_lines(
    lines: Sequence[Line], weights: WordWeights, rates: Mapping[str, float]
) -> TextLines:
    """The columns of some lines; `weights` are of words, `rates` log odds of rules."""
    facts = line_facts(lines, weights)
    sentence = facts.shape[:, 2]
    taken = np.array([1.0 if line.category else 0.0 for line in lines])
    prose = ((facts.size >= PROSE_WORDS) & (sentence > 0) & (taken == 0)).astype(np.float64)
    return TextLines(
        facts,
        facts.size,
        sentence,
        taken,
        prose,
        facts.scores[:, 0],
        np.array([rates.get(line.rule, NEUTRAL) for line in lines]),
        np.minimum(MOST_BLANK, [line.blank_above for line in lines]),
        np.array([_RESIDUE_AT.get(line.category, -1) for line in lines]),
    )


def _last(marked: npt.NDArray[np.generic]) -> Rows:
    """Per line, the last marked line above it; -1 where there is none."""
    at = np.where(marked, np.arange(len(marked)), -1)
    return np.concatenate([[-1], np.maximum.accumulate(at)[:-1]])


def _distance(marked: npt.NDArray[np.generic], most: int) -> Rows:
    """Per line, how many lines above it the last marked one is; `most` where it is farther or there is none."""
    last = _last(marked)
    return np.where(last >= 0, np.minimum(most, np.arange(len(last)) - last), most)


def _looking_up(text: TextLines) -> tuple[Column, Rows, Rows, Rows]:
    """Per line: prose words above it, lines since prose, lines and words since a line that a rule took."""
    words = np.cumsum(text.size)
    last = _last(text.taken)
    since = words - text.size - np.where(last >= 0, words[last], 0)
    return (
        np.cumsum(text.size * text.prose) - text.size * text.prose,
        _distance(text.prose, FAR),
        _distance(text.taken, FAR),
        since,
    )


def place_columns(text: TextLines) -> Columns:
    """Shares of the prose above and below, lines to the nearest prose and to the nearest line a rule took on both sides, words since that one, place."""
    above, since_prose, since_taken, words_since = _looking_up(text)
    below, until_prose, until_taken, _ = (column[::-1] for column in _looking_up(text.reversed()))
    prose = text.size @ text.prose or 1.0
    return [
        above / prose,
        below / prose,
        since_prose,
        until_prose,
        since_taken,
        until_taken,
        np.log1p(words_since),
        text.at / len(text.size),
    ]


class _Groups:
    """Runs of lines that go together: each begins where `starts` says."""

    def __init__(self, starts: Rows, n: int) -> None:
        self.starts, self.lengths = starts, np.diff(starts, append=n)
        self.of = np.repeat(np.arange(len(starts)), self.lengths)  # the group of each line

    def mean(self, values: npt.NDArray[np.generic]) -> Column:
        """For each group, the mean over its lines."""
        return np.add.reduceat(values.astype(np.float64), self.starts) / self.lengths


def runs_columns(text: TextLines) -> Columns:
    """Per line, of the lines around it up to the next prose: how many, the share rules took, mean score, words a line, and its place among them."""
    n, is_prose = len(text.size), text.prose > 0
    begins = is_prose.copy()
    begins[0], begins[1:] = True, is_prose[1:] | is_prose[:-1]
    runs = _Groups(np.flatnonzero(begins), n)
    columns = [
        column[runs.of]
        for column in (
            np.log1p(runs.lengths),
            runs.mean(text.taken),
            runs.mean(text.score),
            runs.mean(text.size),
        )
    ]
    start = runs.starts[runs.of]
    end = start + runs.lengths[runs.of]
    columns += [
        np.where(start > 0, np.minimum(FAR, text.at - start), OUTSIDE),
        np.where(end < n, np.minimum(FAR, end - 1 - text.at), OUTSIDE),
    ]
    return [np.where(is_prose, 0.0, column) for column in columns]


def opening_columns(text: TextLines, longer: npt.NDArray[np.bool_]) -> Columns:
    """Per line, of its words of five letters or more: the share that other lines have, the share that the first two of prose have, their number."""
    bag = text.facts.words
    lead = np.zeros(len(bag.n_letters), np.bool_)
    lead[bag.at[np.isin(bag.row, np.flatnonzero(text.prose)[:2])]] = True
    return [
        bag.mean(bag.sums() > 1, longer),
        bag.mean(lead[bag.at], longer),
        np.bincount(bag.row[longer], minlength=len(text.size)),
    ]


def surroundings_columns(text: TextLines) -> Columns:
    """Means over the lines around, and what the two lines before and after are like."""
    log, n = np.log1p(text.size), len(text.size)
    columns = np.array((text.taken, text.prose, text.score, log))
    found = [
        column
        for low, high in ((-4, 0), (1, 5), (-12, 0), (1, 13))
        for column in _means(columns, text.at, low, high)
    ]
    near = np.empty((4, n + 4))  # with two lines outside at either end
    near[:, :2] = near[:, -2:] = _OUTSIDE_NEAR
    near[:, 2:-2] = (text.score, log, text.sentence, text.taken)
    return [*found, *near[:, 1:-3], *near[:, 3:-1], *near[:2, :-4], *near[:2, 4:]]


def lists_columns(text: TextLines) -> Columns:
    """Per line, of the lines in a row that are indented and marked like it: how many, words a line, share of sentences, mean score,
    its place, how much longer it is than they, whether a colon announces them; then the odds of its rule, and their mean over the row.
    """
    facts, n = text.facts, len(text.size)
    begins = np.ones(n, np.bool_)
    begins[1:] = (facts.indent[1:] != facts.indent[:-1]) | (facts.bullet[1:] != facts.bullet[:-1])
    lists = _Groups(np.flatnonzero(begins), n)
    colon = np.append(0.0, facts.shape[:-1, 3])  # whether the line above ends in one
    announced = colon[lists.starts]
    words = lists.mean(text.size)
    whole = [
        column[lists.of]
        for column in (
            np.log1p(lists.lengths),
            words,
            lists.mean(text.sentence),
            lists.mean(text.score),
        )
    ]
    place = (text.at - lists.starts[lists.of]) / lists.lengths[lists.of]
    return [
        *whole,
        place,
        text.size - words[lists.of],
        announced[lists.of],
        text.odds,
        lists.mean(text.odds)[lists.of],
    ]


def _means(columns: npt.NDArray[np.float64], at: Rows, low: int, high: int) -> Column:
    """The mean of each column over the lines from `at + low` to `at + high`, or `OUTSIDE`."""
    n = columns.shape[1]
    sums = np.zeros((columns.shape[0], n + 1))
    np.cumsum(columns, axis=1, out=sums[:, 1:])
    first, last = np.maximum(0, at + low), np.minimum(n, at + high)
    n_lines = last - first
    return np.where(
        n_lines > 0,
        (sums[:, np.maximum(first, last)] - sums[:, np.minimum(first, n)]) / np.maximum(1, n_lines),
        OUTSIDE,
    )


def blocks_columns(text: TextLines) -> Columns:
    """Per line: blank lines above and below it; of its block (lines with no blank one between), the block above and the one below
    how many lines, words a line, shares of sentences and of lines that rules took; its place in the block; of the text, the share of
    lines below a blank one, and on how many sides prose has one.
    """
    n = len(text.size)
    blank = text.blank
    below = np.append(blank[1:], 0)
    blocks = _Groups(np.append(0, np.flatnonzero(blank[1:]) + 1), n)
    facts = np.full(
        (4, len(blocks.starts) + 2), OUTSIDE
    )  # with one that is none before the first and after the last
    facts[:, 1:-1] = (
        np.log1p(blocks.lengths),
        blocks.mean(text.size),
        blocks.mean(text.sentence),
        blocks.mean(text.taken),
    )
    sides = ((blank > 0) + (below > 0).astype(np.int64))[text.prose > 0]
    return [
        blank,
        below,
        *facts[:, blocks.of + 1],
        *facts[:, blocks.of],
        *facts[:, blocks.of + 2],
        text.at - blocks.starts[blocks.of],
        np.full(n, (len(blocks.starts) - 1) / n),
        np.full(n, sides.mean() if len(sides) else OUTSIDE),
    ]


def topics_columns(text: TextLines, in_prose: Column) -> Columns:
    """Per line: how often its names are in the text's prose, and how many names it has; of its words the share that no
    other line has, and the mean share of the lines with the word that are prose; its share of digits.
    """
    bag, names = text.facts.words, text.facts.names
    lines_with = bag.sums()
    return [
        names.mean(names.sums(text.prose) > text.prose[names.row]),
        names.size,
        bag.mean(lines_with == 1),
        bag.mean(in_prose / lines_with),
        text.facts.digits,
    ]


def rises_columns(text: TextLines) -> Columns:
    """Per line: the variance of the logarithm of length over nine lines, the share of prose lines above, their number in the text,
    and by how much the line is longer than the one above.
    """
    n, log = len(text.size), np.log1p(text.size)
    low, high = np.maximum(0, text.at - 4), np.minimum(n, text.at + 5)
    sums, squares = (np.concatenate([[0.0], np.cumsum(values)]) for values in (log, log * log))
    mean = (sums[high] - sums[low]) / (high - low)
    total = text.prose.sum()
    return [
        (squares[high] - squares[low]) / (high - low) - mean * mean,
        (np.cumsum(text.prose) - text.prose) / max(1.0, total),
        np.full(n, total),
        np.diff(log, prepend=0.0),
    ]


def ruled_columns(text: TextLines) -> Columns:
    """Per line: how far above it is the next line that a rule took, for each category of `RESIDUE`, and how far below; of the nearest
    such line of any category above, and below, the log odds of its rule and the number of prose lines between.
    """
    above, below = _rules_above(text), [column[::-1] for column in _rules_above(text.reversed())]
    n = len(RESIDUE)
    return [*above[:n], *below[:n], *above[n:], *below[n:]]


def _rules_above(text: TextLines) -> Columns:
    n = len(text.size)
    which = text.residue
    last = np.full(
        (len(RESIDUE), n + 1), -FAR_RULE
    )  # of each category, the last line above that a rule of it took
    taken = np.flatnonzero(which >= 0)
    last[which[taken], taken + 1] = taken
    away = np.minimum(FAR_RULE, text.at - np.maximum.accumulate(last, axis=1)[:, :n])
    nearest = _last(text.taken)
    prose = np.cumsum(text.prose)
    between = np.where(
        nearest >= 0, np.minimum(FAR_RULE, prose - text.prose - prose[nearest]), FAR_RULE
    )
    return [*away, np.where(nearest >= 0, text.odds[nearest], NEUTRAL), between]


def dates_columns(text: TextLines) -> Columns:
    """Per line: whether it is short and has a date or an hour, whether the lines before and after do, and how many within six lines do."""
    n = len(text.size)
    dated = text.facts.dated
    sums = np.concatenate([[0.0], np.cumsum(dated)])
    return [
        dated,
        np.append(0.0, dated[:-1]),
        np.append(dated[1:], 0.0),
        sums[np.minimum(n, text.at + 7)] - sums[np.maximum(0, text.at - 6)],
    ]
