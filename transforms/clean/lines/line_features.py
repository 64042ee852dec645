"""Features of the lines of a plain text: of each line, of the text, and of the neighbouring lines.

A plain text has no tree. What remains is the length and shape of a line, its words, the blank lines
around it, whether its words are those of the article's prose, and the lines around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.clean.lines.line import BOILERPLATE, Line
from copydesk.transforms.clean.lines.line_properties import NEUTRAL, WordWeights, line_properties
from copydesk.transforms.clean.lines.word_bag import WordBag

MOST_BLANK = 3  # Blank lines in a row. More make no difference.
_NUMBER_OF_CATEGORY = {name: number for number, name in enumerate(BOILERPLATE)}


class Features(NamedTuple):
    """The features of the lines of a text."""

    rows: npt.NDArray[
        np.float32
    ]  # Its own shape, words and rule, its position, its neighbours, its block, its topics.
    n_words: npt.NDArray[np.int64]
    words: WordBag  # Words of four letters or more, folded.
    names: WordBag  # Words with a capital, except the first of the line.


def features(lines: Sequence[Line], weights: WordWeights, rates: Mapping[str, float]) -> Features:
    """Return the features of the lines of a text.

    `weights` are of words, `rates` are log odds of rules (see `line_model.Model`).
    """
    properties = line_properties(lines, weights)
    _, _, categories, rules, blank = zip(*lines, strict=True)
    rows = _columns()(
        properties,
        np.array(list(map(bool, categories)), np.float64),
        np.array([rates.get(rule, NEUTRAL) for rule in rules], np.float64),
        np.minimum(MOST_BLANK, np.array(blank, np.int64)),
        np.array([_NUMBER_OF_CATEGORY.get(category, -1) for category in categories], np.int64),
    )
    return Features(rows, properties.size, properties.words, properties.names)


@cache
def _columns() -> Any:
    """Return the loop over the lines, compiled if possible."""
    from copydesk.transforms.clean.lines.line_columns import columns  # imports numba

    if numba_cache.uses_plain_loops():
        return columns
    return numba_cache.compiled(columns, boundscheck=False)
