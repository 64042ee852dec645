"""Numbers that say how a line of plain text is placed: by itself, in its text, among its neighbours.

A plain text has no tree. What is left is the length and shape of a line, its words, the blank lines
that set it apart, whether its words are those of the article's prose, and the lines around it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.lines import line_columns
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.lines.line_columns import Rows
from copydesk.transforms.clean.lines.line_facts import WordWeights
from copydesk.transforms.clean.lines.word_bag import WordBag


class Features(NamedTuple):
    """What is known of each line of a text."""

    rows: npt.NDArray[
        np.float32
    ]  # its own shape, words and rule, its place, its neighbours, its block, its topics
    n_words: Rows
    words: WordBag  # those of four letters or more, folded
    names: WordBag  # words with a capital, but for the first of the line


def features(lines: Sequence[Line], weights: WordWeights, rates: Mapping[str, float]) -> Features:
    """What can be said of the lines of a text; `weights` are of words, `rates` log odds of rules (see `line_model.Model`)."""
    text = line_columns.text_lines(lines, weights, rates)
    facts, n, size, prose = text.facts, len(lines), text.size, text.prose
    bag = facts.words
    in_prose = bag.sums(prose)
    longer = bag.n_letters[bag.at] > 4
    of_text = (
        math.log1p(n),
        size @ prose / (size.sum() or 1),
        math.log1p(size.sum()),
        text.taken.mean(),
    )
    columns = [
        *facts.shape.T,
        *facts.scores.T,
        bag.mean(in_prose > prose[bag.row], longer),
        np.minimum(4.0, facts.often),
        *(np.full(n, value) for value in of_text),
        *line_columns.place_columns(text),
        *line_columns.runs_columns(text),
        *line_columns.opening_columns(text, longer),
        *line_columns.surroundings_columns(text),
        *line_columns.lists_columns(text),
        *line_columns.blocks_columns(text),
        *line_columns.topics_columns(text, in_prose),
        *line_columns.rises_columns(text),
        *line_columns.ruled_columns(text),
        *line_columns.dates_columns(text),
    ]
    rows = np.empty((n, len(columns)), np.float32)
    for number, column in enumerate(columns):
        rows[:, number] = column
    return Features(rows, size, bag, facts.names)
