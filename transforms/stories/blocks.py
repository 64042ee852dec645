"""One ingest, block by block: a day of dated documents at a time, then the undated ones.

Days make one big ingest and many daily ones agree, and bound the work by the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.stories.comparing import UNDATED, UNIT, Comparison, Edges, compare
from copydesk.transforms.stories.linking import average_link
from copydesk.transforms.stories.options import Options
from copydesk.transforms.stories.weighing import Vectors

HOUR = 3_600_000_000  # of the microseconds in which times are counted
MAX_BLOCK = 20_000  # documents; as many as the undated window holds
NO_STORY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Published documents of the window, then the new ones; both in canonical order.

    Canonical is: dated ones by time, then undated ones; within that, by id.
    """

    vectors: Vectors
    published: NDArray[np.int64]
    """Microseconds since 1970; UNDATED for none."""
    arrival: NDArray[np.int64]
    """Place in the order of arrival, over all ingests."""
    stories: NDArray[np.int32]
    """Number of the story each published document stands in, the oldest story first; NO_STORY for new ones
    (a new one that takes the place of a published document starts in its story)."""
    n_published: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """The stories after the new documents came in."""

    stories: NDArray[np.int32]
    """Number of each document's story; new stories are numbered on, in the order they were opened."""
    similarity: NDArray[np.float32]
    """Highest similarity of each document to another one when its story was chosen."""
    merged: dict[int, int]
    """Story to the older story that took it over, in the end."""
    openers: tuple[int, ...]
    """Document that opened each new story, in the order of their numbers."""


def cut(published: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First and end of each block of documents in canonical order: one UTC day, or undated, and at most MAX_BLOCK.

    >>> list(cut(np.array([0, 5, 30 * HOUR, UNDATED, UNDATED])))
    [(0, 2), (2, 3), (3, 5)]
    """
    days = np.where(published == UNDATED, UNDATED, published // (24 * HOUR))
    edges = np.flatnonzero(np.diff(days)) + 1
    bounds = [0, *edges.tolist(), len(days)]
    for begin, end in zip(bounds[:-1], bounds[1:], strict=True):
        for first in range(begin, end, MAX_BLOCK):
            yield first, min(first + MAX_BLOCK, end)


def grouped(documents: Documents, options: Options) -> Grouping:
    """Stories of all documents once the new ones are in. Stories that stand only grow and merge."""
    state = _State(documents, options)
    for first, end in cut(documents.published[documents.n_published :]):
        state.add(documents.n_published + first, documents.n_published + end)
    return state.result()


class _State:
    """What is known between two blocks."""

    def __init__(self, documents: Documents, options: Options) -> None:
        self.documents, self.options = documents, options
        self.window = round(options.window_hours * HOUR)
        n, n_published = len(documents.published), documents.n_published
        self.stories = documents.stories.copy()
        self.similarity = np.zeros(n, np.float32)
        self.follows = np.zeros(n, bool)  # documents that follow a twin: they are not compared with again
        self.merged: dict[int, int] = {}
        self.n_standing = int(self.stories.max(initial=NO_STORY)) + 1
        self.openers: list[int] = []
        rows = np.arange(n_published)
        found = self._compared(rows, 0)
        self.follows[rows] = found.twins != rows
        self.edges = found.edges

    def add(self, first: int, end: int) -> None:
        """Let the documents of a block in."""
        before = self._within_reach(first, end)
        rows = np.concatenate([before, np.arange(first, end)])
        found = self._compared(rows, len(before))
        self.follows[rows[len(before) :]] = (found.twins != np.arange(len(rows)))[len(before) :]
        self.similarity[first:end] = (found.best[len(before) :] / UNIT).astype(np.float32)
        edges = self._remember(rows, found.edges)
        groups = _standing(self.stories[rows], found.twins)
        sizes = np.bincount(groups[~self.follows[rows]], minlength=len(rows))
        linked = average_link(groups, edges, sizes=np.maximum(sizes, 1), threshold=self.options.threshold)
        self._name(rows, linked)

    def result(self) -> Grouping:
        """The stories, with mergers followed to their end."""
        merged = {story: self._survivor(story) for story in sorted(self.merged)}
        names = np.arange(self.n_standing + len(self.openers), dtype=np.int32)
        for story, into in merged.items():
            names[story] = into
        return Grouping(names[self.stories] if len(names) else self.stories, self.similarity, merged, tuple(self.openers))

    def _compared(self, rows: NDArray[np.int64], first: int) -> Comparison:
        documents = self.documents
        return compare(
            documents.vectors.take(rows), published=documents.published[rows], arrival=documents.arrival[rows], first=first,
            window=self.window, undated_window=self.options.undated_window,
        )

    def _within_reach(self, first: int, end: int) -> NDArray[np.int64]:
        """Rows before the block that some document of it is compared with."""
        published, arrival = self.documents.published[:first], self.documents.arrival[:first]
        is_recent = arrival >= self.documents.arrival[first] - self.options.undated_window
        times = self.documents.published[first:end]
        if times[0] == UNDATED:
            reach = is_recent
        else:
            is_near = (published >= times[0] - self.window) & (published <= times[-1] + self.window)
            reach = np.where(published == UNDATED, is_recent, is_near)
        return np.flatnonzero(reach & ~self.follows[:first])

    def _remember(self, rows: NDArray[np.int64], new: Edges) -> Edges:
        """Edges among these rows, by place in `rows`; those that no later block can need are forgotten."""
        published, arrival = self.documents.published, self.documents.arrival
        oldest = arrival[rows[-1]] - self.options.undated_window
        at = published[rows[-1]]
        ends = self.edges.earlier, self.edges.later
        is_needed = np.ones(len(ends[0]), bool)
        for end in ends:
            is_dated_near = (published[end] >= at - self.window) if at != UNDATED else np.zeros(len(end), bool)
            is_needed &= (arrival[end] >= oldest) | is_dated_near
        place = np.full(len(published), -1, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        is_here = (place[ends[0]] >= 0) & (place[ends[1]] >= 0)
        kept = Edges(*(np.asarray(column)[is_needed | is_here] for column in (*ends, self.edges.similarity)))
        here = Edges(place[ends[0][is_here]], place[ends[1][is_here]], self.edges.similarity[is_here])
        rows32 = rows.astype(np.int32)
        self.edges = _both(kept, Edges(rows32[new.earlier], rows32[new.later], new.similarity))
        return _both(here, new)

    def _name(self, rows: NDArray[np.int64], linked: NDArray[np.int32]) -> None:
        """Each group takes the number of the oldest story in it, or the next number where it has none."""
        standing = self.stories[rows]
        oldest = np.full(len(rows), np.iinfo(np.int32).max, np.int32)
        has_story = standing != NO_STORY
        np.minimum.at(oldest, linked[has_story], standing[has_story])
        for place in np.unique(linked).tolist():
            if oldest[place] == np.iinfo(np.int32).max:
                oldest[place] = self.n_standing + len(self.openers)
                self.openers.append(int(rows[place]))
        named = oldest[linked]
        for story, into in {(int(a), int(b)) for a, b in zip(standing[has_story], named[has_story], strict=True) if a != b}:
            self.merged[story] = into
        self.stories[rows] = named

    def _survivor(self, story: int) -> int:
        while story in self.merged:
            story = self.merged[story]
        return story


def _standing(stories: NDArray[np.int32], twins: NDArray[np.int32]) -> NDArray[np.int32]:
    """The group of each document before anything is linked, by its first document: its story, its twin's, or its own."""
    groups = np.arange(len(stories), dtype=np.int32)
    known = np.flatnonzero(stories != NO_STORY)
    _, firsts, inverse = np.unique(stories[known], return_index=True, return_inverse=True)
    groups[known] = known[firsts[inverse]]
    # A twin stands before its follower and follows nobody itself.
    following = np.flatnonzero((twins != groups) & (stories == NO_STORY))
    groups[following] = groups[twins[following]]
    return groups


def _both(one: Edges, two: Edges) -> Edges:
    return Edges(
        np.concatenate([one.earlier, two.earlier]), np.concatenate([one.later, two.later]),
        np.concatenate([one.similarity, two.similarity]),
    )
