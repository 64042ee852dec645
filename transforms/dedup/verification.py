"""Candidates measured exactly, and what to call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates as joining
from copydesk.transforms.dedup import similarity_kernel
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.options import RELATIONS, Options
from copydesk.transforms.dedup.sketches import Sketches

EXACT, NEAR, EXCERPT, OVERLAP, TEMPLATE = range(len(RELATIONS))
LEAST_SHARED = (
    8  # shingles: a shared phrase of ten words alone makes no pair, unless it is half of both
)
PAIRS_AT_ONCE = (
    4_096  # bounds what is held while comparing: 8,000 texts of 3 kB, 8 kB of hashes each
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of rows; `a` is the later document. Shares are float32, as they are stored."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    estimated: NDArray[np.float32]
    jaccard: NDArray[np.float32]
    a_in_b: NDArray[np.float32]
    """Share of a's shingles found in b."""
    b_in_a: NDArray[np.float32]
    longest: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.a)

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Pairs:
        """Chosen pairs."""
        return Pairs(*(getattr(self, f.name)[which] for f in fields(self)))

    def between(
        self,
        one: NDArray[np.int64],
        other: NDArray[np.int64],
        one_is_a: NDArray[np.bool_],
        place: NDArray[np.int64],
    ) -> Pairs:
        """The same similarities for other rows: `one` has the words of side a where `one_is_a`, `other` of the other."""
        one_in_other = np.where(one_is_a, self.a_in_b, self.b_in_a)
        other_in_one = np.where(one_is_a, self.b_in_a, self.a_in_b)
        later = place[one] > place[other]
        return Pairs(
            np.where(later, one, other),
            np.where(later, other, one),
            self.estimated,
            self.jaccard,
            np.where(later, one_in_other, other_in_one),
            np.where(later, other_in_one, one_in_other),
            self.longest,
        )

    def oriented(self, place: NDArray[np.int64]) -> Pairs:
        """The same pairs with the later document as `a`, each once, in order of (a, b)."""
        swap = place[self.a] < place[self.b]
        turned = Pairs(
            np.where(swap, self.b, self.a),
            np.where(swap, self.a, self.b),
            self.estimated,
            self.jaccard,
            np.where(swap, self.b_in_a, self.a_in_b),
            np.where(swap, self.a_in_b, self.b_in_a),
            self.longest,
        )
        order = np.lexsort((turned.b, turned.a))
        turned = turned.take(order)
        is_new = np.ones(len(turned), np.bool_)
        is_new[1:] = (np.diff(turned.a) != 0) | (np.diff(turned.b) != 0)
        return turned.take(is_new)

    def find(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        """The pair of each two rows, whichever is `a`; -1 where there is none. Pairs stand in order of (a, b)."""
        packed = (self.a << np.int64(32)) | self.b
        found = np.full(len(one), -1)
        for a, b in ((one, other), (other, one)):
            wanted = (a << np.int64(32)) | b
            at = np.minimum(np.searchsorted(packed, wanted), max(0, len(packed) - 1))
            if len(packed):
                found = np.where(packed[at] == wanted, at, found)
        return found

    @property
    def containment(self) -> NDArray[np.float32]:
        """The higher of both."""
        return np.maximum(self.a_in_b, self.b_in_a)


NONE = Pairs(
    np.empty(0, np.int64),
    np.empty(0, np.int64),
    np.empty(0, np.float32),
    np.empty(0, np.float32),
    np.empty(0, np.float32),
    np.empty(0, np.float32),
    np.empty(0, np.int32),
)


def equal(one: NDArray[np.int64], other: NDArray[np.int64], n_words: NDArray[np.int32]) -> Pairs:
    """Pairs of documents with the same words."""
    ones = np.ones(len(one), np.float32)
    return Pairs(one, other, ones, ones, ones, ones, n_words[one])


def concatenate(*parts: Pairs) -> Pairs:
    """All pairs of the parts, in order of (a, b)."""
    merged = Pairs(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pairs)))
    return merged.take(np.lexsort((merged.b, merged.a)))


def candidates(
    sketches: Sketches, times: NDArray[np.int64], options: Options
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Pairs (later, earlier, estimated Jaccard) worth comparing; documents stand in order of time."""
    n = len(sketches)
    numbers = np.arange(n, dtype=np.int64)
    near = joining.entries(sketches.keys, sketches.n_keys, numbers, sketching.KEYS_MOST)
    far = joining.entries(sketches.keys, sketches.n_keys, numbers, joining.SMALLEST)
    near_count, near_where = joining.places(near, n)
    far_count, far_where = joining.places(far, n)
    room = max(1 << 16, 4 * joining.MOST_CANDIDATES)
    later, earlier, agree = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    found, row = [], 0
    while row < n:
        count, row = joining.join(
            near,
            near_count,
            near_where,
            far,
            far_count,
            far_where,
            times,
            sketches.n_keys,
            sketches.signatures,
            options.window_us,
            options.undated_window,
            row,
            n,
            later,
            earlier,
            agree,
        )
        found.append((later[:count].copy(), earlier[:count].copy(), agree[:count].copy()))
    if not found:
        found = [(later[:0], earlier[:0], agree[:0])]
    a, b, matches = (np.concatenate([part[i] for part in found]) for i in range(3))
    estimated = (matches / np.float32(options.num_perm)).astype(np.float32)
    chosen = promising(estimated, sketches.n_words[a], sketches.n_words[b], options)
    a, b, estimated = a[chosen], b[chosen], estimated[chosen]
    order = np.lexsort((b, a))
    return a[order], b[order], estimated[order]


def promising(
    estimated: NDArray[np.float32],
    one: NDArray[np.int32],
    other: NDArray[np.int32],
    options: Options,
) -> NDArray[np.bool_]:
    """May a pair with this estimate, of texts of so many words, be above the floor?

    The estimate is given two standard errors; containment follows from it and the two lengths.
    """
    error = np.sqrt(np.maximum(estimated, 1 / options.num_perm) / options.num_perm)
    jaccard = np.minimum(1, estimated + 2 * error)
    shorter, longer = np.minimum(one, other), np.maximum(one, other)
    containment = jaccard / (1 + jaccard) * (1 + longer / np.maximum(1, shorter))
    return np.asarray(
        (jaccard >= options.pair_floor) | (containment >= options.pair_floor_containment)
    )


def measure(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    estimated: NDArray[np.float32],
    words_of: Callable[[NDArray[np.int64]], tuple[NDArray[np.uint64], NDArray[np.int64]]],
    *,
    ngram: int,
    least: int = LEAST_SHARED,
) -> Pairs:
    """Exact similarities of the pairs, block by block; `words_of` gives the word hashes of ascending rows
    and where each text begins among them.

    Pairs that share fewer than `least` shingles, and not half of both, are left out.
    """
    shared, in_a, in_b, longest = (np.zeros(len(a), np.int64) for _ in range(4))
    for first in range(0, len(a), PAIRS_AT_ONCE):
        part = slice(first, first + PAIRS_AT_ONCE)
        rows, local = np.unique(np.concatenate([a[part], b[part]]), return_inverse=True)
        words, offsets = words_of(rows)
        one, two = local[: len(local) // 2], local[len(local) // 2 :]
        out = similarity_kernel.compare(words, offsets, one, two, ngram)
        for i in np.flatnonzero(out[:, 3] < 0):
            x, y = one[i], two[i]
            out[i, 3] = similarity_kernel.longest_passage(
                words[offsets[x] : offsets[x + 1]], words[offsets[y] : offsets[y + 1]]
            )
        shared[part], in_a[part], in_b[part], longest[part] = out.T
    union = np.maximum(1, in_a + in_b - shared)
    pairs = Pairs(
        a,
        b,
        estimated,
        (shared / union).astype(np.float32),
        (shared / np.maximum(1, in_a)).astype(np.float32),
        (shared / np.maximum(1, in_b)).astype(np.float32),
        longest.astype(np.int32),
    )
    return pairs.take((shared >= least) | (pairs.jaccard >= 0.5))


def is_inside(
    a_times: NDArray[np.int64],
    b_times: NDArray[np.int64],
    apart: NDArray[np.int64],
    options: Options,
) -> NDArray[np.bool_]:
    """Are both of a pair inside the window?

    Where a side has no date, they are if at most `undated_window` documents lie between them in the
    order of time: `apart` is the distance of their positions in it.
    """
    undated = (a_times == joining.UNDATED) | (b_times == joining.UNDATED)
    close = (
        np.abs(np.where(undated, 0, a_times) - np.where(undated, 0, b_times)) <= options.window_us
    )
    return np.where(undated, np.abs(apart) <= options.undated_window, close)


def above_floor(pairs: Pairs, inside: NDArray[np.bool_], options: Options) -> NDArray[np.bool_]:
    """Is the pair one that is stored?"""
    low = (pairs.jaccard >= np.float32(options.pair_floor)) | (
        pairs.containment >= np.float32(options.pair_floor_containment)
    )
    return np.where(inside, low, pairs.jaccard >= np.float32(options.pair_floor_beyond))


def relations(
    pairs: Pairs, inside: NDArray[np.bool_], same_text: NDArray[np.bool_], options: Options
) -> NDArray[np.int8]:
    """The name of each pair.

    exact: the same text. template: alike, but too far apart in time for a copy. near: half of each
    or more stands in the other. excerpt: that holds of one of them. overlap: anything less.
    """
    both = np.minimum(pairs.a_in_b, pairs.b_in_a) >= np.float32(0.5)
    one = pairs.containment >= np.float32(0.5)
    named = np.where(both, NEAR, np.where(one, EXCERPT, OVERLAP))
    named = np.where(inside | (pairs.jaccard >= np.float32(options.jaccard_high)), named, TEMPLATE)
    return np.where(same_text, EXACT, named).astype(np.int8)


def folds(pairs: Pairs, relation: NDArray[np.int8], options: Options) -> NDArray[np.bool_]:
    """Does the pair fold one document into the other, under the recipe's thresholds and relations?"""
    alike = (pairs.jaccard >= np.float32(options.jaccard_low)) | (
        pairs.containment >= np.float32(options.containment_low)
    )
    allowed = np.isin(relation, [RELATIONS.index(name) for name in options.folds])
    return np.asarray(allowed & (alike | (relation == TEMPLATE)))
