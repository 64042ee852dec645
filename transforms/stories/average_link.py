"""Average-link clustering of a sparse similarity graph, starting from existing groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories.cosine import UNIT, Edges


def average_link(
    groups: NDArray[np.int32], edges: Edges, *, sizes: NDArray[np.int64], threshold: float
) -> NDArray[np.int32]:
    """Merge groups while the mean similarity over all pairs between two of them is at the threshold.

    `groups` holds, for each document, the index of the first document of its group. `sizes` holds
    the number of documents of each group at that index. A pair without an edge has similarity 0.
    The result has the form of `groups`. Nearest-neighbour chains (Benzécri 1982) build the same tree
    as merging the closest pair each time, and need no priority queue. Ties go to the group with the
    lower index.

    >>> edges = Edges(*(np.array(column, np.int32) for column in ([0, 1, 0], [1, 2, 3], [40_000, 30_000, 2_000])))
    >>> alone = np.arange(4, dtype=np.int32)
    >>> average_link(alone, edges, sizes=np.ones(4, np.int64), threshold=0.2).tolist()
    [0, 0, 0, 3]
    """
    neighbours = _neighbours(groups, edges.earlier, edges.later, edges.similarity)
    parents = _chains(*neighbours, sizes.astype(np.int64), threshold * UNIT)
    return parents[groups]


@compiled
def _neighbours(
    groups: NDArray[np.int32],
    earlier: NDArray[np.int32],
    later: NDArray[np.int32],
    similarity: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return the groups that each group has edges to, and the similarity of each edge.

    Those of group `g` are `starts[g]:starts[g + 1]`. A group is there once for each edge.
    """
    starts = np.zeros(len(groups) + 1, np.int64)
    for k in range(len(earlier)):
        a, b = groups[earlier[k]], groups[later[k]]
        if a != b:
            starts[a + 1] += 1
            starts[b + 1] += 1
    for g in range(len(groups)):
        starts[g + 1] += starts[g]
    filled = starts[:-1].copy()
    neighbours = np.empty(starts[-1], np.int32)
    similarities = np.empty(starts[-1], np.int64)
    for k in range(len(earlier)):
        a, b = groups[earlier[k]], groups[later[k]]
        if a != b:
            neighbours[filled[a]], similarities[filled[a]] = b, similarity[k]
            neighbours[filled[b]], similarities[filled[b]] = a, similarity[k]
            filled[a] += 1
            filled[b] += 1
    return starts, neighbours, similarities


@compiled
def _chains(
    starts: NDArray[np.int64],
    neighbours: NDArray[np.int32],
    sums: NDArray[np.int64],
    sizes: NDArray[np.int64],
    threshold: float,
) -> NDArray[np.int32]:
    """Return the group of each group after all merges, as the lowest index in it.

    A chain goes from a group to its nearest neighbour, from there to its nearest neighbour, and so
    on, until the last two groups of the chain are nearest to each other. These two are merged.

    The neighbours of a group `g` are `pool[begins[g]:ends[g]]`, with the sums of their similarities
    in `pool_sums`. A neighbour may be there several times, until `_compact` adds these up. A merged group gets a new range at the end of the pool. If there is no room for
    it, the ranges that are still in use are copied to a new pool.
    """
    n = len(starts) - 1
    parents = np.arange(n).astype(np.int32)
    sizes = sizes.copy()
    begins, ends = starts[:-1].copy(), starts[1:].copy()
    top = len(neighbours)  # the end of the used part of the pool
    room = 2 * top + 16
    pool, pool_sums = np.empty(room, np.int32), np.empty(room, np.int64)
    for k in range(top):
        pool[k], pool_sums[k] = neighbours[k], sums[k]
    total = np.zeros(n, np.int64)
    seen = np.empty(n, np.int32)
    chain = np.empty(n + 1, np.int32)
    for start in range(n):
        if parents[start] != start or ends[start] == begins[start]:
            continue
        chain[0] = start
        length = 1
        while length > 0:
            last = chain[length - 1]
            previous = chain[length - 2] if length > 1 else np.int32(-1)
            begin = begins[last]
            ends[last] = _compact(pool, pool_sums, begin, ends[last], last, parents, total, seen)
            end = ends[last]
            nearest = _nearest(pool, pool_sums, begin, end, sizes, last, previous, threshold)
            if nearest < 0:
                length -= 1
            elif nearest != previous:
                chain[length] = nearest
                length += 1
            else:
                kept, merged = min(last, nearest), max(last, nearest)
                need = ends[kept] - begins[kept] + ends[merged] - begins[merged]
                if top + need > room:
                    pool, pool_sums, top = _packed(pool, pool_sums, begins, ends, parents, need)
                    room = len(pool)
                at = top
                for group in (kept, merged):
                    for k in range(begins[group], ends[group]):
                        pool[at], pool_sums[at] = pool[k], pool_sums[k]
                        at += 1
                begins[kept], ends[kept], top = top, at, at
                sizes[kept] += sizes[merged]
                parents[merged] = kept
                length -= 2
                if length == 0 and parents[start] == start:
                    chain[0] = start
                    length = 1
    for i in range(n):
        parents[i] = _root(parents, np.int32(i))
    return parents


@compiled
def _nearest(
    pool: NDArray[np.int32],
    pool_sums: NDArray[np.int64],
    begin: int,
    end: int,
    sizes: NDArray[np.int64],
    own: int,
    previous: np.int32,
    threshold: float,
) -> np.int32:
    """Return the neighbour with the highest mean similarity, or -1 if none is at the threshold.

    Of equal ones, it is the previous group of the chain, so that the chain ends, or else the group
    with the lowest index.
    """
    nearest, closeness = np.int32(-1), threshold
    for k in range(begin, end):
        other = pool[k]
        mean = pool_sums[k] / (np.float64(sizes[own]) * np.float64(sizes[other]))
        is_first = nearest < 0 or other == previous or (other < nearest and nearest != previous)
        if mean > closeness or (mean == closeness and is_first):
            nearest, closeness = other, mean
    return nearest


@compiled
def _root(parents: NDArray[np.int32], i: np.int32) -> np.int32:
    """Return the group into which `i` was merged, and shorten the way to it."""
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


@compiled
def _compact(
    pool: NDArray[np.int32],
    pool_sums: NDArray[np.int64],
    begin: int,
    end: int,
    own: int,
    parents: NDArray[np.int32],
    total: NDArray[np.int64],
    seen: NDArray[np.int32],
) -> int:
    """Replace merged neighbours by their groups, each group once; return the new end of the range.

    `total` is all zeros before and after the call. `seen` is working memory.
    """
    n_seen = 0
    for k in range(begin, end):
        group = _root(parents, pool[k])
        if group == own:
            continue
        if total[group] == 0:
            seen[n_seen] = group
            n_seen += 1
        total[group] += pool_sums[k]
    for k in range(n_seen):
        pool[begin + k], pool_sums[begin + k] = seen[k], total[seen[k]]
        total[seen[k]] = 0
    return begin + n_seen


@compiled
def _packed(
    pool: NDArray[np.int32],
    pool_sums: NDArray[np.int64],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    parents: NDArray[np.int32],
    need: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
    """Copy the ranges in use to a new pool, and move `begins` and `ends` there.

    Return the pool, its sums, and the end of its used part. It has room for `need` more.
    """
    live = 0
    for i in range(len(begins)):
        if parents[i] == i:
            live += ends[i] - begins[i]
    room = 2 * (live + need) + 16
    new, new_sums = np.empty(room, np.int32), np.empty(room, np.int64)
    top = 0
    for i in range(len(begins)):
        if parents[i] == i:
            begin = top
            for k in range(begins[i], ends[i]):
                new[top], new_sums[top] = pool[k], pool_sums[k]
                top += 1
            begins[i], ends[i] = begin, top
    return new, new_sums, top
