"""Numbers that say how a line of plain text stands: by itself, in its text, among its neighbours.

A plain text has no tree. What is left is the length and shape of a line, its words, the blank lines
that set it apart, whether its words are those of the article's prose, and the lines around it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

PROSE_WORDS = 18  # a line this long that ends like a sentence is prose; captions and teasers are mostly shorter
END_WORDS = (
    12  # a sentence this long is the article's own: its start, its end, what is surely of it
)
LONGEST = 60  # words: longer lines are prose whatever their words, which are not scored
NEUTRAL = 0.0
FAR = 30  # lines: nothing farther says more
MOST_BLANK = 3  # blank lines in a row; more say no more
FAR_RULE = 50  # lines, the same of lines that rules took
OUTSIDE = -1.0  # stands where a text has no such line or block
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
DATED_WORDS = 14  # a longer line with a date or an hour in it is no time stamp

WORD = re.compile(r"\w+")
END = re.compile(r"[.!?…。][\"'”’»)\] ]{0,3}$")
_BULLETS = frozenset("•*·-–—●▪■◦○+►▶>")
_DATED = re.compile(
    r"\b(?:ago|\d{1,2}:\d\d|(?:19|20)\d\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|hours?|mins?|minutes|days?|stunden|uhr|heures?|horas?)\b",
)
_DIGIT = re.compile(r"\d")
_QUOTES = frozenset("\"'“‘«„")
_HEAD = 400  # characters of a line in which names and digits are looked for


Column = npt.NDArray[np.float64]
Columns = list[npt.NDArray[Any]]  # one number a line each
Rows = npt.NDArray[np.int64]


class Line(NamedTuple):
    """A line that is not blank: its text and folded text, category and name of the rule that matches it, if one does, and blank lines above."""

    text: str
    low: str
    category: str
    rule: str = ""
    blank_above: int = 0


class Bag:
    """Which words the lines of a text have, each word of a line once: `at` numbers the word, `row` its line.

    In the order of the text: sums in the order of a set would differ in their last bit from process to process.
    """

    def __init__(self, words: Sequence[Iterable[str]]) -> None:
        number: dict[str, int] = {}
        lists = [
            [number.setdefault(word, len(number)) for word in dict.fromkeys(own)] for own in words
        ]
        self.size = np.array([len(own) for own in lists], dtype=np.int64)
        self.row = np.repeat(np.arange(len(lists)), self.size)
        self.at = np.array([k for own in lists for k in own], dtype=np.int64)
        self.n_letters = np.array([len(word) for word in number], dtype=np.int64)

    def count(self, weights: Column | None = None) -> npt.NDArray[Any]:
        """For each entry, the sum of `weights` (one for each line) over the lines that have its word; without them, their number."""
        return np.bincount(self.at, None if weights is None else weights[self.row], minlength=1)[
            self.at
        ]

    def mean(
        self, values: npt.NDArray[np.generic], among: npt.NDArray[np.bool_] | None = None
    ) -> Column:
        """Per line, the mean of the values of its entries, or of some of them; 0 where it has none."""
        row, values = (self.row, values) if among is None else (self.row[among], values[among])
        n = len(self.size)
        return np.bincount(row, values, minlength=n) / np.maximum(1, np.bincount(row, minlength=n))


class Features(NamedTuple):
    """What is known of each line of a text."""

    rows: npt.NDArray[
        np.float32
    ]  # its own shape, words and rule, its place, its neighbours, its block, its topics
    n_words: Rows
    words: Bag  # those of four letters or more, folded
    names: Bag  # words with a capital, but for the first of the line


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of a text, a column each."""

    lines: Sequence[Line]
    size: Rows  # words
    sentence: Column  # 1 where the line ends like one
    taken: Column  # 1 where a rule matches
    prose: Column  # 1 where it is long, a sentence, and no rule's
    score: Column  # of its words
    odds: Column  # of its rule

    @property
    def at(self) -> Rows:
        return np.arange(len(self.lines))

    def reversed(self) -> _Text:
        """The same from the last line to the first."""
        return _Text(
            self.lines[::-1],
            self.size[::-1],
            self.sentence[::-1],
            self.taken[::-1],
            self.prose[::-1],
            self.score[::-1],
            self.odds[::-1],
        )


def features(
    lines: Sequence[Line], weights: Mapping[str, float], rates: Mapping[str, float]
) -> Features:
    """What can be said of the lines of a text; `weights` are of words, `rates` log odds of rules (see `lines.Model`)."""
    n = len(lines)
    words = [WORD.findall(line.low) for line in lines]
    size = np.array([len(own) for own in words], dtype=np.int64)
    sentence = np.array(
        [END.search(line.text[-8:]) is not None for line in lines], dtype=np.float64
    )
    taken = np.array([1.0 if line.category else 0.0 for line in lines])
    prose = ((size >= PROSE_WORDS) & (sentence > 0) & (taken == 0)).astype(np.float64)
    scores = np.array(
        [_scores(own, weights) if len(own) <= LONGEST else (NEUTRAL, NEUTRAL) for own in words]
    )
    odds = np.array([rates.get(line.rule, NEUTRAL) for line in lines])
    text = _Text(lines, size, sentence, taken, prose, scores[:, 0], odds)
    bag = Bag([[word for word in own if len(word) > 3] for own in words])
    names = Bag([_names(line.text) for line in lines])
    bare = [line.low.strip() for line in lines]
    often = Counter(bare)
    in_prose = bag.count(prose)
    longer = bag.n_letters[bag.at] > 4
    shape = np.array(
        [
            _shape(line.text, k, s)
            for line, k, s in zip(lines, size.tolist(), sentence.tolist(), strict=True)
        ]
    )
    columns = [
        *shape.T,
        scores[:, 0],
        scores[:, 1],
        bag.mean(in_prose > prose[bag.row], longer),
        np.array([min(4.0, often[own]) for own in bare]),
        *(
            np.full(n, value)
            for value in (
                math.log1p(n),
                size @ prose / (size.sum() or 1),
                math.log1p(size.sum()),
                taken.mean(),
            )
        ),
        *_place(text),
        *_runs(text),
        *_opening(text, bag, longer),
        *_surroundings(text),
        *_lists(text),
        *_blocks(text),
        *_topics(text, bag, names, in_prose),
        *_rises(text),
        *_ruled(text),
        *_dated(text),
    ]
    rows = np.empty((n, len(columns)), np.float32)
    for number, column in enumerate(columns):
        rows[:, number] = column
    return Features(rows, size, bag, names)


def _names(text: str) -> list[str]:
    return [w for w in WORD.findall(text[:_HEAD])[1:] if len(w) > 2 and w[0].isupper()]


def _shape(text: str, n_words: int, sentence: float) -> tuple[float, ...]:
    """Length, ending, capitals, digits and marks of one line by itself."""
    stripped = text.strip()
    first, m = stripped[0], n_words or 1
    parts = stripped[:_HEAD].split()
    capitals = sum([p[0].isupper() for p in parts]) / (len(parts) or 1)
    return (
        math.log1p(len(stripped)),
        math.log1p(n_words),
        sentence,
        float(stripped[-1] == ":"),
        float("?" in stripped),
        float(first in _BULLETS),
        float(first.isdigit()),
        float(first.islower()),
        float(first in _QUOTES),
        capitals,
        len(stripped) / m,
        float("@" in stripped or "http" in stripped),
        float("(" in stripped),
        min(4, stripped.count(",")) / m,
        min(4, stripped.count(".")),
        min(6, len(text) - len(text.lstrip())) / 6.0,
        float(stripped.isupper()),
    )


def _scores(words: Sequence[str], weights: Mapping[str, float]) -> tuple[float, float]:
    """The sum of the weights of the words over the root of their number, and the weight of the line's two first words."""
    if not words:
        return NEUTRAL, NEUTRAL
    found = [weights[w] for w in dict.fromkeys(words) if w in weights]
    return sum(found) / math.sqrt(len(words)), weights.get("^" + words[0], NEUTRAL) + weights.get(
        "^" + " ".join(words[:2]), NEUTRAL
    )


def _last(marked: npt.NDArray[np.generic]) -> Rows:
    """Per line, the last marked line above it; -1 where there is none."""
    at = np.where(marked, np.arange(len(marked)), -1)
    return np.concatenate([[-1], np.maximum.accumulate(at)[:-1]])


def _distance(marked: npt.NDArray[np.generic], most: int) -> Rows:
    """Per line, how many lines above it the last marked one stands, `most` at most and where there is none."""
    last = _last(marked)
    return np.where(last >= 0, np.minimum(most, np.arange(len(last)) - last), most)


def _looking_up(text: _Text) -> tuple[Column, Rows, Rows, Rows]:
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


def _place(text: _Text) -> Columns:
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
        text.at / len(text.lines),
    ]


class _Groups:
    """Runs of lines that go together: each begins where `starts` says."""

    def __init__(self, starts: Rows, n: int) -> None:
        self.starts, self.lengths = starts, np.diff(starts, append=n)
        self.of = np.repeat(np.arange(len(starts)), self.lengths)  # the group of each line

    def mean(self, values: npt.NDArray[np.generic]) -> Column:
        """For each group, the mean over its lines."""
        return np.add.reduceat(values.astype(np.float64), self.starts) / self.lengths


def _runs(text: _Text) -> Columns:
    """Per line, of the lines around it up to the next prose: how many, the share rules took, mean score, words a line, and its place among them."""
    n, is_prose = len(text.lines), text.prose > 0
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


def _opening(text: _Text, bag: Bag, longer: npt.NDArray[np.bool_]) -> Columns:
    """Per line, of its words of five letters or more: the share that other lines have, the share that the first two of prose have, their number."""
    lead = np.zeros(len(bag.n_letters), np.bool_)
    lead[bag.at[np.isin(bag.row, np.flatnonzero(text.prose)[:2])]] = True
    return [
        bag.mean(bag.count() > 1, longer),
        bag.mean(lead[bag.at], longer),
        np.bincount(bag.row[longer], minlength=len(text.lines)),
    ]


def _surroundings(text: _Text) -> Columns:
    """Means over the lines around, and what the two lines before and after are like."""
    log, n = np.log1p(text.size), len(text.lines)
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


def _lists(text: _Text) -> Columns:
    """Per line, of the lines in a row that are indented and marked like it: how many, words a line, share of sentences, mean score,
    its place, how much longer it is than they, whether a colon announces them; then the odds of its rule, and their mean over the row.
    """
    bare = [line.text.lstrip() for line in text.lines]
    marks = [
        (len(line.text) - len(own), own[0] if own[0] in _BULLETS else "")
        for line, own in zip(text.lines, bare, strict=True)
    ]
    lists = _Groups(
        np.array([i for i, mark in enumerate(marks) if i == 0 or mark != marks[i - 1]]), len(marks)
    )
    announced = np.array(
        [
            float(start > 0 and text.lines[start - 1].text.rstrip().endswith(":"))
            for start in lists.starts.tolist()
        ]
    )
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
    held = last - first
    return np.where(
        held > 0,
        (sums[:, np.maximum(first, last)] - sums[:, np.minimum(first, n)]) / np.maximum(1, held),
        OUTSIDE,
    )


def _blocks(text: _Text) -> Columns:
    """Per line: blank lines above and below it; of its block (lines with no blank one between), the block above and the one below
    how many lines, words a line, shares of sentences and of lines that rules took; its place in the block; of the text, the share of
    lines below a blank one, and on how many sides prose has one.
    """
    n = len(text.lines)
    blank = np.minimum(MOST_BLANK, [line.blank_above for line in text.lines])
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


def _topics(text: _Text, bag: Bag, names: Bag, in_prose: Column) -> Columns:
    """Per line: how often its names stand in the text's prose, and how many names it has; of its words the share that no
    other line has, and the mean share of the lines with the word that are prose; its share of digits.
    """
    heads = [line.text[:_HEAD] for line in text.lines]
    lines_with = bag.count()
    return [
        names.mean(names.count(text.prose) > text.prose[names.row]),
        names.size,
        bag.mean(lines_with == 1),
        bag.mean(in_prose / lines_with),
        np.array([len(_DIGIT.findall(head)) / len(head) for head in heads]),
    ]


def _rises(text: _Text) -> Columns:
    """Per line: the variance of the logarithm of length over nine lines, the share of prose lines above, their number in the text,
    and by how much the line is longer than the one above.
    """
    n, log = len(text.lines), np.log1p(text.size)
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


def _ruled(text: _Text) -> Columns:
    """Per line: how far above it is the next line that a rule took, for each category of `RESIDUE`, and how far below; of the nearest
    such line of any category above, and below, the log odds of its rule and the number of prose lines between.
    """
    above, below = _rules_above(text), [column[::-1] for column in _rules_above(text.reversed())]
    n = len(RESIDUE)
    return [*above[:n], *below[:n], *above[n:], *below[n:]]


def _rules_above(text: _Text) -> Columns:
    n = len(text.lines)
    which = np.array([_RESIDUE_AT.get(line.category, -1) for line in text.lines])
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


def _dated(text: _Text) -> Columns:
    """Per line: whether it is short and has a date or an hour, whether the lines before and after do, and how many within six lines do."""
    n = len(text.lines)
    dated = np.array(
        [
            float(k < DATED_WORDS and _DATED.search(line.low) is not None)
            for line, k in zip(text.lines, text.size.tolist(), strict=True)
        ]
    )
    sums = np.concatenate([[0.0], np.cumsum(dated)])
    return [
        dated,
        np.append(0.0, dated[:-1]),
        np.append(dated[1:], 0.0),
        sums[np.minimum(n, text.at + 7)] - sums[np.maximum(0, text.at - 6)],
    ]
