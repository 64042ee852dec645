"""Numbers that say how a line of plain text is placed: by itself, in its text, among its neighbours.

A plain text has no tree. What is left is the length and shape of a line, its words, the blank lines
that set it apart, whether its words are those of the article's prose, and the lines around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.clean.lines.line import RESIDUE, Line
from copydesk.transforms.clean.lines.line_facts import NEUTRAL, WordWeights, line_facts
from copydesk.transforms.clean.lines.word_bag import WordBag

MOST_BLANK = 3  # blank lines in a row; more say no more
_RESIDUE_AT = {name: number for number, name in enumerate(RESIDUE)}


class Features(NamedTuple):
    """What is known of each line of a text."""

    rows: npt.NDArray[
        np.float32
    ]  # its own shape, words and rule, its place, its neighbours, its block, its topics
    n_words: npt.NDArray[np.int64]
    words: WordBag  # those of four letters or more, folded
    names: WordBag  # words with a capital, but for the first of the line


def features(lines: Sequence[Line], weights: WordWeights, rates: Mapping[str, float]) -> Features:
    """What can be said of the lines of a text; `weights` are of words, `rates` log odds of rules (see `line_model.Model`)."""
    facts = line_facts(lines, weights)
    rows = _columns()(
        facts,
        np.array([1.0 if line.category else 0.0 for line in lines]),
        np.array([rates.get(line.rule, NEUTRAL) for line in lines]),
        np.minimum(MOST_BLANK, [line.blank_above for line in lines]),
        np.array([_RESIDUE_AT.get(line.category, -1) for line in lines]),
    )
    return Features(rows, facts.size, facts.words, facts.names)


@cache
def _columns() -> Any:
    """The loop over the lines, compiled where it may be."""
    from copydesk.transforms.clean.lines.line_columns import columns  # imports numba

    if numba_cache.uses_plain_loops():
        return columns
    return numba_cache.compiled(columns, boundscheck=False)
