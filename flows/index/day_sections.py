"""Posting lists by day: a segment holds one sorted list for each day of publication."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index.index_files import IndexFile
from copydesk.transforms.dedup import candidates
from copydesk.transforms.dedup.candidates import UNDATED
from copydesk.transforms.dedup.sketches import KEYS_MOST, Sketches

DAY_US = 86_400_000_000
UNDATED_DAY = 1 << 30


def days_of(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since 1970 for times in microseconds, and UNDATED_DAY for documents without a time.

    >>> days_of(np.array([2 * DAY_US + 5, UNDATED])).tolist()
    [2, 1073741824]
    """
    return np.where(times == UNDATED, UNDATED_DAY, times // DAY_US)


def new_sections(
    sketches: Sketches,
    times: NDArray[np.int64],
    rows: NDArray[np.int64],
    numbers: NDArray[np.int64],
) -> dict[int, NDArray[np.uint64]]:
    """The posting lists by day of some rows, whose document numbers are `numbers`."""
    days = days_of(times[rows])
    sections = {}
    for day in np.unique(days):
        chosen = days == day
        sections[int(day)] = candidates.sorted_postings(
            sketches.keys[rows[chosen]],
            sketches.n_keys[rows[chosen]],
            numbers[chosen],
            KEYS_MOST,
        )
    return sections


def stored_sections(segment: IndexFile) -> dict[int, NDArray[np.uint64]]:
    """The posting lists of a segment by day, mapped from disk."""
    postings, days = segment.array("near"), np.array(segment.array("days"))
    ends = np.cumsum(days[:, 1])
    return {int(day): postings[end - n : end] for (day, n), end in zip(days, ends, strict=True)}
