"""The evidence for dropping a document: what it says that the other text of a pair does not.

Every number of `FEATURES` describes *dropping d when k is kept*: how much of d's wording is in k,
and which rare words, names, numbers and sentences of d are missing from k.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.decision import comparison
from copydesk.transforms.dedup.decision.weighted_words import Words

MAX_HOURS = 72.0
FEATURES = (
    *comparison.COLUMNS,
    "longer_kept",
    "length",
    "shingles_of_kept",
    "words_of_kept",
    "rare_of_kept_missing_share",
    "names_of_kept_missing_share",
    "numbers_of_kept_missing_share",
    "conflicting_numbers",
    "lead_of_kept_covered",
    "facts_of_kept_missing_share",
    "unheard_of_kept",
    "facts_missing_in_new_of_kept",
    "facts_changed_of_kept",
    "hours_later",
)
"""Columns of the evidence, in order.

The columns up to `length` are about d given k, those named "of kept" about k given d.
`conflicting_numbers` is the smaller of both counts of missing numbers. It is high for two reports
whose figures differ.
"""
_OWN = {name: number for number, name in enumerate(comparison.COLUMNS)}
HELD, FACTS, NUMBERS = _OWN["words_in_kept"], _OWN["facts_missing"], _OWN["numbers_missing"]
# Columns about k given d, in the order in which FEATURES lists them before and after
# `conflicting_numbers`.
_OF_KEPT = [
    _OWN[name]
    for name in (
        "shingles_in_kept",
        "words_in_kept",
        "rare_missing_share",
        "names_missing_share",
        "numbers_missing_share",
    )
]
_OF_KEPT_LATER = [
    _OWN[name]
    for name in (
        "lead_covered",
        "facts_missing_share",
        "unheard",
        "facts_missing_in_new",
        "facts_changed",
    )
]

Evidence = NDArray[np.float32]


def measure(
    words: Words, a: NDArray[np.int64], b: NDArray[np.int64], hours: NDArray[np.float64]
) -> tuple[Evidence, Evidence]:
    """Return the evidence for dropping each text `a` when its `b` stays, and the reverse.

    `a` and `b` are numbers of texts of `words`. `hours` is how much later `b` was published, or 0
    if one of them has no time. Both results have the shape (pairs, FEATURES).
    """
    if not len(a):
        nothing = np.zeros((0, len(FEATURES)), np.float32)
        return nothing, nothing
    rows = comparison.compare(words, np.concatenate([a, b]), np.concatenate([b, a]))
    of_a, of_b = rows[: len(a)], rows[len(a) :]
    length = np.diff(words.starts).astype(np.float64)
    return (
        _in_direction(of_a, of_b, length[a], length[b], hours),
        _in_direction(of_b, of_a, length[b], length[a], -hours),
    )


def _in_direction(
    dropped: Evidence,
    kept: Evidence,
    dropped_length: NDArray[np.float64],
    kept_length: NDArray[np.float64],
    hours: NDArray[np.float64],
) -> Evidence:
    return np.column_stack(
        [
            dropped,
            np.log((kept_length + 1) / (dropped_length + 1)),
            np.log1p(dropped_length),
            kept[:, _OF_KEPT],
            np.minimum(dropped[:, NUMBERS], kept[:, NUMBERS]),
            kept[:, _OF_KEPT_LATER],
            np.clip(hours, -MAX_HOURS, MAX_HOURS),
        ]
    ).astype(np.float32)


def facts_missing(rows: Evidence) -> NDArray[np.int32]:
    """Return the number of rare words, names and numbers of d that k lacks, from rows of `measure`."""
    return np.rint(np.expm1(rows[:, FACTS])).astype(np.int32)
