"""Find the indexed documents that are worth comparing with new ones.

A query looks up the keys of each new document in the posting lists. Within the time window, a few
shared keys make an indexed document a candidate; outside of it, more are needed. The signatures
must also be similar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index import posting_search
from copydesk.flows.index.day_sections import DAY_US, UNDATED_DAY, days_of, stored_sections
from copydesk.flows.index.document_files import DocumentFiles
from copydesk.flows.index.index_files import IndexFile
from copydesk.flows.support.in_threads import in_threads
from copydesk.transforms.dedup import candidates, verification
from copydesk.transforms.dedup.candidates import UNDATED
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.sketches import KEYS_MOST, Sketches

# New documents at a time, in each thread; popular passages give each thousands of shared keys.
_ROWS_AT_ONCE = 1_250
_PAIRS_AT_ONCE = 16_384  # pairs whose signatures are compared at once: 16 MB


@dataclass(frozen=True, slots=True)
class IndexedCandidates:
    """Pairs of a new row and the number of an indexed document, with the estimated Jaccard index."""

    rows: NDArray[np.int64]
    numbers: NDArray[np.int64]
    estimated: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NewDocuments:
    """Documents to find copies of.

    `rows` are their row numbers in `sketches` and `times`, in ascending order.
    """

    sketches: Sketches
    times: NDArray[np.int64]  # microseconds since 1970, or UNDATED
    rows: NDArray[np.int64]


class CandidateQuery:
    """The posting lists and documents of an index, ready to be queried."""

    def __init__(
        self, documents: DocumentFiles, segments: Sequence[IndexFile], options: Options
    ) -> None:
        self._documents = documents
        self._segments = segments
        self._options = options
        self._sections = [stored_sections(segment) for segment in segments]

    def find(self, new: NewDocuments, *, threads: int = 1) -> IndexedCandidates:
        """Indexed documents that may be copies of the new ones, sorted by row and number."""
        parts = [
            new.rows[first : first + _ROWS_AT_ONCE]
            for first in range(0, len(new.rows) or 1, _ROWS_AT_ONCE)
        ]
        found = in_threads(lambda rows: self._find(new, rows), parts, threads=threads)
        return IndexedCandidates(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def _find(self, new: NewDocuments, rows: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        """Row, number and estimate of each candidate of some of the rows."""
        inside, outside = self._inside_window(new, rows), self._outside_window(new, rows)
        row, number, estimated = (
            np.concatenate(part) for part in zip(inside, outside, strict=True)
        )
        # If a row has very many candidates, only the most similar ones are kept. Among equals, those
        # that were indexed first are kept.
        order = np.lexsort((number, -estimated, row))
        sorted_rows = row[order]
        rank = np.arange(len(order)) - np.searchsorted(sorted_rows, sorted_rows)
        order = order[rank < candidates.MOST_CANDIDATES]
        order = order[np.lexsort((number[order], row[order]))]
        return row[order], number[order], estimated[order]

    def _inside_window(
        self, new: NewDocuments, rows: NDArray[np.int64]
    ) -> tuple[NDArray[Any], ...]:
        packed = []
        for day, asking in self._rows_by_day(new.times, rows).items():
            query = posting_search.queries(
                new.sketches.keys, new.sketches.n_keys, asking, KEYS_MOST
            )
            for segment, sections in zip(self._segments, self._sections, strict=True):
                if day in sections:
                    packed.append(_hits(segment, sections[day], query))
        least = np.minimum(candidates.NEAR_SHARED, np.maximum(1, new.sketches.n_keys // 4))
        row, number = posting_search.frequent(_concatenated(packed), least)
        is_inside = self._is_inside_window(new, row, number)
        return self._agreeing(
            new.sketches, row[is_inside], number[is_inside], candidates.NEAR_AGREE
        )

    def _outside_window(
        self, new: NewDocuments, rows: NDArray[np.int64]
    ) -> tuple[NDArray[Any], ...]:
        query = posting_search.queries(
            new.sketches.keys, new.sketches.n_keys, rows, candidates.SMALLEST
        )
        packed = [_hits(segment, segment.array("far"), query) for segment in self._segments]
        n_keys = np.minimum(new.sketches.n_keys, candidates.SMALLEST)
        least = np.minimum(candidates.FAR_SHARED, np.maximum(1, n_keys // 2))
        row, number = posting_search.frequent(_concatenated(packed), least)
        is_outside = ~self._is_inside_window(new, row, number)
        return self._agreeing(
            new.sketches, row[is_outside], number[is_outside], candidates.FAR_AGREE
        )

    def _is_inside_window(
        self, new: NewDocuments, row: NDArray[np.int64], number: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which pairs are close enough in time, or in order of arrival if one of them has no date."""
        indexed_times = self._documents.column("time", number)
        distance = np.searchsorted(new.rows, row) + self._documents.n_documents - number
        return verification.is_inside(new.times[row], indexed_times, distance, self._options)

    def _agreeing(
        self, sketches: Sketches, row: NDArray[np.int64], number: NDArray[np.int64], least: float
    ) -> tuple[NDArray[Any], ...]:
        """The pairs whose signatures agree in a share of at least `least`, with the estimate."""
        estimated = np.empty(len(row), np.float32)
        for first in range(0, len(row), _PAIRS_AT_ONCE):
            part = slice(first, first + _PAIRS_AT_ONCE)
            indexed = self._documents.column("signature", number[part])
            same = posting_search.n_agreeing(sketches.signatures, row[part], indexed)
            estimated[part] = (same / np.float32(self._options.num_perm)).astype(np.float32)
        chosen = (estimated >= least) & verification.promising(
            estimated,
            sketches.n_words[row],
            self._documents.column("n_words", number),
            self._options,
        )
        return row[chosen], number[chosen], estimated[chosen]

    def _rows_by_day(
        self, times: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> dict[int, NDArray[np.int64]]:
        """For every indexed day, the rows whose time window includes a part of it."""
        dated = rows[times[rows] != UNDATED]
        undated = rows[times[rows] == UNDATED]
        first_day = (times[dated] - self._options.window_us) // DAY_US
        last_day = (times[dated] + self._options.window_us) // DAY_US
        low, high = int(first_day.min(initial=1 << 40)), int(last_day.max(initial=-(1 << 40)))
        recent_days = self._recent_days() if len(undated) else set()
        by_day = {}
        for day in sorted({day for sections in self._sections for day in sections}):
            if day == UNDATED_DAY:
                chosen = rows
            elif low <= day <= high:
                chosen = dated[(first_day <= day) & (day <= last_day)]
                chosen = np.concatenate([chosen, undated]) if day in recent_days else chosen
            elif day in recent_days:
                chosen = undated
            else:
                continue
            if len(chosen):
                by_day[day] = chosen
        return by_day

    def _recent_days(self) -> set[int]:
        """The days of the last indexed documents. Undated documents are compared with these."""
        n = self._documents.n_documents
        last = np.arange(max(0, n - self._options.undated_window), n)
        return set(np.unique(days_of(self._documents.column("time", last))).tolist())


def _hits(
    segment: IndexFile, postings: NDArray[np.uint64], query: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Packed pairs (row, document number) that share a key, once for each shared key."""
    last = segment.first + segment.count - 1
    ranges = posting_search.ranges(postings, query, segment.first, last)
    found: NDArray[np.uint64] = posting_search.hits(postings, query, *ranges)
    return found


def _concatenated(packed: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    return np.concatenate(packed) if packed else np.empty(0, np.uint64)
