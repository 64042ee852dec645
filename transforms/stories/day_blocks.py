"""Incremental story clustering: one UTC day of documents after the other, then the undated ones.

Working by days has two effects. One large ingest gives the same stories as many daily ones, and the
work for each day is bounded by the time window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.stories.average_link import average_link
from copydesk.transforms.stories.cosine import UNDATED, UNIT, Comparison, Edges, compare
from copydesk.transforms.stories.options import Options
from copydesk.transforms.stories.tfidf import Vectors

HOUR = 3_600_000_000  # In microseconds, the unit of all times here.
MAX_BLOCK = 20_000  # Documents. The same as the default size of the undated window.
NO_STORY = -1
_EDGES_IN_PART = 1 << 14  # Known edges that are searched together; arbitrary.
OUTSIDE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The published documents of the window followed by the new ones, each in canonical order.

    Canonical order: dated documents by time, then undated ones; ties by id.
    """

    vectors: Vectors
    published: NDArray[np.int64]
    """Microseconds since 1970; UNDATED where there is no time."""
    arrival: NDArray[np.int64]
    """Position in the order of arrival over all ingests."""
    stories: NDArray[np.int32]
    """Story number of each published document, the oldest story being 0; NO_STORY for a new one.

    A new document that replaces a published one starts in the story of that document.
    """
    roots: NDArray[np.int64]
    """Index of the first document (the root) of each story; OUTSIDE when it is not among these."""
    is_whole: NDArray[np.bool_]
    """Whether all documents of each story are among these; only such a story is clustered again."""
    n_published: int
    known_edges: Edges | None = None
    """Known edges among the published documents; None means that they are compared again."""
    originals: NDArray[np.int32] | None = None
    """The near-identical document each published one follows, or itself; given with `known_edges`."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The stories of all documents after the new ones were added."""

    stories: NDArray[np.int32]
    """Story number of each document; new stories continue the numbering in order of creation."""
    similarity: NDArray[np.float32]
    """The highest similarity of each document to another one at the time it was added."""
    merged: dict[int, int]
    """Maps a story that was merged away to the story it ended in."""
    roots: tuple[int, ...]
    """Index of the root document of each new story, in the order of the story numbers."""
    edges: Edges
    """All edges, known and new."""
    originals: NDArray[np.int32]
    """The near-identical document each document follows, or itself."""


def block_bounds(published: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each block: one UTC day or undated, and at most MAX_BLOCK documents.

    >>> list(block_bounds(np.array([0, 5, 30 * HOUR, UNDATED, UNDATED])))
    [(0, 2), (2, 3), (3, 5)]
    """
    days = np.where(published == UNDATED, UNDATED, published // (24 * HOUR))
    edges = np.flatnonzero(np.diff(days)) + 1
    bounds = [0, *edges.tolist(), len(days)]
    for begin, end in pairwise(bounds):
        for first in range(begin, end, MAX_BLOCK):
            yield first, min(first + MAX_BLOCK, end)


def group_blocks(
    documents: Documents,
    options: Options,
    *,
    ahead: Callable[[Iterator[Block]], Iterable[Block]] = iter,
) -> Grouping:
    """Add the new documents and return the stories of all documents.

    Each block clusters all documents of its window again, so that the order of arrival matters
    little. A story with documents outside the window can only grow. A story follows its root
    document, or the majority of its documents when the root is outside the window. When several
    stories end in one cluster, the oldest one absorbs the others.

    `ahead` may make the next block, in another thread, while this one is clustered. It must yield
    the blocks as they come.
    """
    blocks = _Blocks(documents, options)
    state = _State(blocks)
    for block in ahead(blocks.compared()):
        state.add(block)
    return state.result()


@dataclass(frozen=True, slots=True)
class Block:
    """The documents of a window, the last of which are the block, and what comparing them found."""

    rows: NDArray[np.int64]
    n_before: int
    comparison: Comparison


class _Blocks:
    """The blocks, each compared with the documents of its window. They do not depend on stories."""

    def __init__(self, documents: Documents, options: Options) -> None:
        self.documents, self.options = documents, options
        self.window = round(options.window_hours * HOUR)
        n, n_published = len(documents.published), documents.n_published
        self.similarity = np.zeros(n, np.float32)
        self.originals = np.arange(n, dtype=np.int32)
        if documents.known_edges is not None and documents.originals is not None:
            self.known = documents.known_edges
            self.originals[:n_published] = documents.originals
        else:
            comparison = self._compare(np.arange(n_published), 0)
            self.originals[:n_published] = comparison.originals
            self.known = comparison.edges

    def compared(self) -> Iterator[Block]:
        """Compare one block after the other."""
        n_published = self.documents.n_published
        for begin, stop in block_bounds(self.documents.published[n_published:]):
            first, end = n_published + begin, n_published + stop
            before = self._rows_in_window(first, end)
            rows = np.concatenate([before, np.arange(first, end)])
            found = self._compare(rows, len(before))
            self.originals[first:end] = rows[found.originals[len(before) :]]
            self.similarity[first:end] = (found.best[len(before) :] / UNIT).astype(np.float32)
            yield Block(rows, len(before), found)

    def _compare(self, rows: NDArray[np.int64], first: int) -> Comparison:
        documents = self.documents
        return compare(
            documents.vectors.take(rows),
            published=documents.published[rows],
            arrival=documents.arrival[rows],
            first=first,
            window=self.window,
            undated_window=self.options.undated_window,
        )

    def _rows_in_window(self, first: int, end: int) -> NDArray[np.int64]:
        """Return the rows before the block that at least one document of the block is compared with."""
        published, arrival = self.documents.published[:first], self.documents.arrival[:first]
        is_recent = arrival >= self.documents.arrival[first] - self.options.undated_window
        times = self.documents.published[first:end]
        if times[0] == UNDATED:
            reach = is_recent
        else:
            is_near = (published >= times[0] - self.window) & (published <= times[-1] + self.window)
            reach = np.where(published == UNDATED, is_recent, is_near)
        return np.flatnonzero(reach & (self.originals[:first] == np.arange(first)))


class _State:
    """The stories between two blocks."""

    def __init__(self, blocks: _Blocks) -> None:
        documents = blocks.documents
        self.documents, self.options = documents, blocks.options
        self.originals, self.similarity = blocks.originals, blocks.similarity
        self.stories = documents.stories.copy()
        # The near-identical documents that follow another one into its story.
        self.followers = _followers(self.originals, 0, documents.n_published)
        self.merged: dict[int, int] = {}
        self.roots: list[int] = documents.roots.tolist()
        self.n_known_stories = len(self.roots)
        self.story_of_root = {row: story for story, row in enumerate(self.roots) if row != OUTSIDE}
        self.all_edges = [blocks.known]
        # The edges so far, in parts by their later documents, and the range of these in each part.
        self.edge_parts: list[Edges] = []
        self.edge_ranges: list[tuple[int, int]] = []
        self._add_known_edges(blocks.known)

    def add(self, block: Block) -> None:
        """Add the documents of one block."""
        rows, n_before, originals = block.rows, block.n_before, block.comparison.originals
        first, end = int(rows[n_before]), int(rows[-1]) + 1
        followers = _followers(self.originals, first, end)
        self.followers = np.concatenate([self.followers, followers])
        edges = self._edges_among(rows, n_before, block.comparison.edges)
        groups = self._initial_groups(rows, end)
        is_counted = self.originals[rows] == rows
        sizes = np.bincount(groups[is_counted], minlength=len(rows))
        linked = average_link(
            groups, edges, sizes=np.maximum(sizes, 1), threshold=self.options.threshold
        )
        # A near-identical document joins the story of its original.
        position = np.arange(len(rows), dtype=np.int32)
        position[n_before:] = originals[n_before:]
        self._assign_numbers(rows, linked[position])
        self.stories[self.followers] = self.stories[self.originals[self.followers]]

    def result(self) -> Grouping:
        """Return the stories, with each chain of mergers resolved to its last story."""
        merged = {story: self._survivor(story) for story in sorted(self.merged)}
        names = np.arange(len(self.roots), dtype=np.int32)
        for story, into in merged.items():
            names[story] = into
        stories = names[self.stories] if len(names) else self.stories
        return Grouping(
            stories,
            self.similarity,
            merged,
            tuple(self.roots[self.n_known_stories :]),
            _all(self.all_edges),
            self.originals,
        )

    def _initial_groups(self, rows: NDArray[np.int64], end: int) -> NDArray[np.int32]:
        """Return the initial group of each row: itself, or its story when that story is not whole here."""
        n = len(self.roots)
        # The first count is of documents without a story.
        all_documents = np.bincount(self.stories[:end] - NO_STORY, minlength=n + 1)[1:]
        followers = np.bincount(self.stories[self.followers] - NO_STORY, minlength=n + 1)[1:]
        everywhere = all_documents - followers
        here = self.stories[rows]
        known = np.flatnonzero(here != NO_STORY)
        reaches_on = np.bincount(here[known], minlength=n) < everywhere
        reaches_on[: self.n_known_stories] |= ~self.documents.is_whole
        fixed = known[reaches_on[here[known]]]
        groups = np.arange(len(rows), dtype=np.int32)
        _, firsts, inverse = np.unique(here[fixed], return_index=True, return_inverse=True)
        groups[fixed] = fixed[firsts[inverse]]
        return groups

    def _add_known_edges(self, known: Edges) -> None:
        order = np.argsort(known.later, kind="stable")
        for first in range(0, len(order), _EDGES_IN_PART):
            chosen = order[first : first + _EDGES_IN_PART]
            self.edge_parts.append(known.take(chosen))
            last = int(known.later[chosen[-1]])
            self.edge_ranges.append((int(known.later[chosen[0]]), last + 1))

    def _edges_among(self, rows: NDArray[np.int64], n_before: int, new: Edges) -> Edges:
        """Return the edges among `rows` by index into it; the first `n_before` rows are known."""
        ranges = np.array(self.edge_ranges, np.int64).reshape(-1, 2)
        bounds = np.searchsorted(rows, ranges)
        near = _all([self.edge_parts[n] for n in np.flatnonzero(bounds[:, 0] < bounds[:, 1])])
        position = np.full(len(self.documents.published), -1, np.int32)
        position[rows] = np.arange(len(rows), dtype=np.int32)
        earlier, later = position[near.earlier], position[near.later]
        is_here = (earlier >= 0) & (later >= 0)
        here = Edges(earlier[is_here], later[is_here], near.similarity[is_here])
        rows32 = rows.astype(np.int32)
        added = Edges(rows32[new.earlier], rows32[new.later], new.similarity)
        self.all_edges.append(added)
        self.edge_parts.append(added)
        self.edge_ranges.append((int(rows[n_before]), int(rows[-1]) + 1))
        return _all([here, new])

    def _assign_numbers(self, rows: NDArray[np.int64], linked: NDArray[np.int32]) -> None:
        """Give each group the number of the oldest story assigned to it, or create a new story."""
        stories, groups = self._groups_of_stories(rows, linked)
        named, oldest, which = np.unique(groups, return_index=True, return_inverse=True)
        whole = np.full(len(rows), NO_STORY, np.int32)
        whole[named] = stories[oldest]
        into = stories[oldest][which]
        self.merged |= zip(
            stories[into != stories].tolist(), into[into != stories].tolist(), strict=True
        )
        is_group = np.zeros(len(rows), np.bool_)
        is_group[linked] = True
        for position in np.flatnonzero(is_group & (whole == NO_STORY)).tolist():
            whole[position] = self._create(int(rows[position]))
        absorbed = [story for story in stories.tolist() if story in self.merged]
        if absorbed:  # also for documents outside this window
            new_names = np.arange(len(self.roots), dtype=np.int32)
            for story in absorbed:
                new_names[story] = self.merged[story]
            known = self.stories != NO_STORY
            self.stories[known] = new_names[self.stories[known]]
        self.stories[rows] = whole[linked]

    def _groups_of_stories(
        self, rows: NDArray[np.int64], linked: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the stories of `rows`, by age, and for each the group that continues it.

        That is the group of its root, or else the group of most of its documents.
        """
        here = self.stories[rows]
        known = here != NO_STORY
        width = len(rows) + 1
        pairs, counts = np.unique(
            here[known].astype(np.int64) * width + linked[known], return_counts=True
        )
        # The first pair of each story is the one with the most documents, or of those the first.
        pairs = pairs[np.lexsort((pairs, -counts, pairs // width))]
        stories, groups = np.divmod(pairs, width)
        is_first = np.diff(stories, prepend=-1) != 0
        stories, groups = stories[is_first], groups[is_first]
        roots = np.array([self.roots[story] for story in stories.tolist()], np.int64)
        at = np.minimum(np.searchsorted(rows, roots), len(rows) - 1)
        groups = np.where(rows[at] == roots, linked[at], groups)
        return stories.astype(np.int32), groups

    def _create(self, row: int) -> int:
        """Create the story rooted at this document, or restore the one it was the root of before."""
        if row in self.story_of_root and self.story_of_root[row] in self.merged:
            story = self.story_of_root[row]
            del self.merged[story]
            return story
        self.story_of_root[row] = len(self.roots)
        self.roots.append(row)
        return self.story_of_root[row]

    def _survivor(self, story: int) -> int:
        while story in self.merged:
            story = self.merged[story]
        return story


def _followers(originals: NDArray[np.int32], first: int, end: int) -> NDArray[np.int64]:
    """The documents from `first` to `end` - 1 that follow a near-identical one."""
    return first + np.flatnonzero(originals[first:end] != np.arange(first, end))


def _all(parts: list[Edges]) -> Edges:
    none = np.zeros(0, np.int32)
    return Edges(
        np.concatenate([none, *(part.earlier for part in parts)]),
        np.concatenate([none, *(part.later for part in parts)]),
        np.concatenate([none, *(part.similarity for part in parts)]),
    )
