"""One ingest, block by block: a day of dated documents at a time, then the undated ones.

Days make one big ingest and many daily ones agree, and bound the work by the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.stories.average_link import average_link
from copydesk.transforms.stories.cosine import UNDATED, UNIT, Comparison, Edges, compare
from copydesk.transforms.stories.options import Options
from copydesk.transforms.stories.tfidf import Vectors

HOUR = 3_600_000_000  # of the microseconds in which times are counted
MAX_BLOCK = 20_000  # documents; as many as the undated window holds
NO_STORY = -1
ELSEWHERE = -1


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
    openers: NDArray[np.int64]
    """Document that opened each of these stories; ELSEWHERE where it is not at hand."""
    is_whole: NDArray[np.bool_]
    """Of each of these stories: are all its documents at hand? Only then can they be put together anew."""
    n_published: int
    compared: Edges | None = None
    """Edges among the published documents where they are known; None compares those again."""
    twins: NDArray[np.int32] | None = None
    """The document each published one follows, itself where it follows none; with `compared`."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The stories after the new documents came in."""

    stories: NDArray[np.int32]
    """Number of each document's story; new stories are numbered on, in the order they were opened."""
    similarity: NDArray[np.float32]
    """Highest similarity of each document to another one when it came in."""
    merged: dict[int, int]
    """Story to the story that took it over, in the end."""
    openers: tuple[int, ...]
    """Document that opened each new story, in the order of their numbers."""
    edges: Edges
    """Edges found, and those that were known."""
    twins: NDArray[np.int32]
    """The document each one follows; itself where it follows none."""


def cut(published: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First and end of each block of documents in canonical order: one UTC day, or undated, and at most MAX_BLOCK.

    >>> list(cut(np.array([0, 5, 30 * HOUR, UNDATED, UNDATED])))
    [(0, 2), (2, 3), (3, 5)]
    """
    days = np.where(published == UNDATED, UNDATED, published // (24 * HOUR))
    edges = np.flatnonzero(np.diff(days)) + 1
    bounds = [0, *edges.tolist(), len(days)]
    for begin, end in pairwise(bounds):
        for first in range(begin, end, MAX_BLOCK):
            yield first, min(first + MAX_BLOCK, end)


def grouped(documents: Documents, options: Options) -> Grouping:
    """Stories of all documents once the new ones are in.

    The documents of the window are put together anew with each block, so that it matters little in
    which order they arrived; a story that reaches beyond the window only grows. A story goes where
    the document that opened it goes, or else most of its documents; where several meet, the oldest
    takes the others over.
    """
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
        self.twins = np.arange(n, dtype=np.int32)
        self.merged: dict[int, int] = {}
        self.openers: list[int] = documents.openers.tolist()
        self.n_standing = len(self.openers)
        self.opened = {row: story for story, row in enumerate(self.openers) if row != ELSEWHERE}
        if documents.compared is not None and documents.twins is not None:
            self.edges = documents.compared
            self.twins[:n_published] = documents.twins
        else:
            found = self._compared(np.arange(n_published), 0)
            self.twins[:n_published] = found.twins
            self.edges = found.edges
        self.found = [self.edges]

    def add(self, first: int, end: int) -> None:
        """Let the documents of a block in."""
        before = self._within_reach(first, end)
        rows = np.concatenate([before, np.arange(first, end)])
        found = self._compared(rows, len(before))
        self.twins[first:end] = rows[found.twins[len(before) :]]
        self.similarity[first:end] = (found.best[len(before) :] / UNIT).astype(np.float32)
        edges = self._remember(rows, found.edges)
        groups = self._standing(rows, end)
        is_counted = self.twins[rows] == rows
        sizes = np.bincount(groups[is_counted], minlength=len(rows))
        linked = average_link(
            groups, edges, sizes=np.maximum(sizes, 1), threshold=self.options.threshold
        )
        # A document that follows a twin goes where the twin goes.
        place = np.arange(len(rows), dtype=np.int32)
        place[len(before) :] = found.twins[len(before) :]
        self._name(rows, linked[place])
        self.stories[:end] = self.stories[self.twins[:end]]

    def result(self) -> Grouping:
        """The stories, with mergers followed to their end."""
        merged = {story: self._survivor(story) for story in sorted(self.merged)}
        names = np.arange(len(self.openers), dtype=np.int32)
        for story, into in merged.items():
            names[story] = into
        stories = names[self.stories] if len(names) else self.stories
        return Grouping(
            stories,
            self.similarity,
            merged,
            tuple(self.openers[self.n_standing :]),
            _all(self.found),
            self.twins,
        )

    def _compared(self, rows: NDArray[np.int64], first: int) -> Comparison:
        documents = self.documents
        return compare(
            documents.vectors.take(rows),
            published=documents.published[rows],
            arrival=documents.arrival[rows],
            first=first,
            window=self.window,
            undated_window=self.options.undated_window,
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
        return np.flatnonzero(reach & (self.twins[:first] == np.arange(first)))

    def _standing(self, rows: NDArray[np.int64], end: int) -> NDArray[np.int32]:
        """The group of each row before anything is linked, by place of its first document: its own, or a story that reaches further."""
        n = len(self.openers)
        leads = np.flatnonzero(
            (self.twins[:end] == np.arange(end)) & (self.stories[:end] != NO_STORY)
        )
        everywhere = np.bincount(self.stories[leads], minlength=n)
        here = self.stories[rows]
        known = np.flatnonzero(here != NO_STORY)
        reaches_on = np.bincount(here[known], minlength=n) < everywhere
        reaches_on[: self.n_standing] |= ~self.documents.is_whole
        fixed = known[reaches_on[here[known]]]
        groups = np.arange(len(rows), dtype=np.int32)
        _, firsts, inverse = np.unique(here[fixed], return_index=True, return_inverse=True)
        groups[fixed] = fixed[firsts[inverse]]
        return groups

    def _remember(self, rows: NDArray[np.int64], new: Edges) -> Edges:
        """Edges among these rows, by place in `rows`; those that no later block can need are forgotten."""
        published, arrival = self.documents.published, self.documents.arrival
        oldest = arrival[rows[-1]] - self.options.undated_window
        at = published[rows[-1]]
        ends = self.edges.earlier, self.edges.later
        is_needed = np.ones(len(ends[0]), bool)
        for end in ends:
            is_near = (
                published[end] >= at - self.window if at != UNDATED else np.zeros(len(end), bool)
            )
            is_needed &= (arrival[end] >= oldest) | is_near
        place = np.full(len(published), -1, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        is_here = (place[ends[0]] >= 0) & (place[ends[1]] >= 0)
        kept = Edges(
            *(np.asarray(column)[is_needed | is_here] for column in (*ends, self.edges.similarity))
        )
        here = Edges(
            place[ends[0][is_here]], place[ends[1][is_here]], self.edges.similarity[is_here]
        )
        rows32 = rows.astype(np.int32)
        self.found.append(Edges(rows32[new.earlier], rows32[new.later], new.similarity))
        self.edges = _all([kept, self.found[-1]])
        return _all([here, new])

    def _name(self, rows: NDArray[np.int64], linked: NDArray[np.int32]) -> None:
        """Each group takes the number of the oldest story that goes there; where none does, a story opens."""
        goes = self._claims(rows, linked)
        names: dict[int, int] = {}
        for story in sorted(goes):  # by age
            into = names.setdefault(goes[story], story)
            if into != story:
                self.merged[story] = into
        for place in np.unique(linked).tolist():
            if place not in names:
                names[place] = self._open(int(rows[place]))
        taken = [story for story in goes if story in self.merged]
        if taken:  # also for documents that are not at hand now
            new_names = np.arange(len(self.openers), dtype=np.int32)
            for story in taken:
                new_names[story] = self.merged[story]
            known = self.stories != NO_STORY
            self.stories[known] = new_names[self.stories[known]]
        whole = np.zeros(len(rows), np.int32)
        whole[list(names)] = list(names.values())
        self.stories[rows] = whole[linked]

    def _claims(self, rows: NDArray[np.int64], linked: NDArray[np.int32]) -> dict[int, int]:
        """Story to the group it goes to: where its opener is, or else most of its documents, the first group of several."""
        here = self.stories[rows]
        known = here != NO_STORY
        width = len(rows) + 1
        pairs, counts = np.unique(
            here[known].astype(np.int64) * width + linked[known], return_counts=True
        )
        goes: dict[int, int] = {}
        most: dict[int, int] = {}
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            story, group = divmod(pair, width)
            if count > most.get(story, 0):
                goes[story], most[story] = group, count
        place = {row: place for place, row in enumerate(rows.tolist())}
        for story in goes:
            opener = self.openers[story]
            if opener in place:
                goes[story] = int(linked[place[opener]])
        return goes

    def _open(self, row: int) -> int:
        """The number of the story a document opens; one it had opened before opens again."""
        if row in self.opened and self.opened[row] in self.merged:
            story = self.opened[row]
            del self.merged[story]
            return story
        self.opened[row] = len(self.openers)
        self.openers.append(row)
        return self.opened[row]

    def _survivor(self, story: int) -> int:
        while story in self.merged:
            story = self.merged[story]
        return story


def _all(parts: list[Edges]) -> Edges:
    return Edges(
        np.concatenate([part.earlier for part in parts]),
        np.concatenate([part.later for part in parts]),
        np.concatenate([part.similarity for part in parts]),
    )
