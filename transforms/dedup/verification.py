"""Measures candidate pairs exactly and names their relation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates as joining
from copydesk.transforms.dedup import similarity_kernel
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.decision import drop_model, evidence, weighted_words
from copydesk.transforms.dedup.options import RELATIONS, Options
from copydesk.transforms.dedup.sketches import Sketches

EXACT, NEAR, EXCERPT, OVERLAP, TEMPLATE = range(len(RELATIONS))
# Shingles that two texts share, at least. A shared phrase of ten words is not a pair unless it is
# half of both texts.
LEAST_SHARED = 8
# This bounds the memory of a comparison: 4,000 texts of 3 kB, with 8 kB of hashes each.
PAIRS_AT_ONCE = 2_048


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of rows, where `a` is the later document. Shares are float32, as they are stored."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    estimated: NDArray[np.float32]
    jaccard: NDArray[np.float32]
    a_in_b: NDArray[np.float32]
    """Share of a's shingles that b has."""
    b_in_a: NDArray[np.float32]
    longest: NDArray[np.int32]
    a_distinctive_in_b: NDArray[np.float32]
    """Share of a's wording, weighted by rarity, that b has."""
    b_distinctive_in_a: NDArray[np.float32]
    a_facts_not_in_b: NDArray[np.int32]
    """Rare words, names and numbers of a that b lacks."""
    b_facts_not_in_a: NDArray[np.int32]
    a_may_go: NDArray[np.float32]
    """Score that b says what a says (see `drop_model`)."""
    b_may_go: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.a)

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Pairs:
        """Return the chosen pairs."""
        return Pairs(*(getattr(self, f.name)[which] for f in fields(self)))

    def between(
        self,
        one: NDArray[np.int64],
        other: NDArray[np.int64],
        one_is_a: NDArray[np.bool_],
        place: NDArray[np.int64],
    ) -> Pairs:
        """Return the same similarities for other rows.

        `one` has the words of side a where `one_is_a` is true, and `other` has the words of the
        other side.
        """
        later = place[one] > place[other]
        swapped = self._swapped(one_is_a != later)
        return replace(swapped, a=np.where(later, one, other), b=np.where(later, other, one))

    def _swapped(self, swap: NDArray[np.bool_]) -> Pairs:
        """Return the pairs with both sides exchanged where `swap` is true."""
        columns = {}
        for a, b in SIDES:
            one, other = getattr(self, a), getattr(self, b)
            columns[a], columns[b] = np.where(swap, other, one), np.where(swap, one, other)
        return replace(self, **columns)

    def oriented(self, place: NDArray[np.int64]) -> Pairs:
        """Return the same pairs with the later document as `a`, each once, in order of (a, b)."""
        turned = self._swapped(place[self.a] < place[self.b])
        order = np.lexsort((turned.b, turned.a))
        turned = turned.take(order)
        is_new = np.ones(len(turned), np.bool_)
        is_new[1:] = (np.diff(turned.a) != 0) | (np.diff(turned.b) != 0)
        return turned.take(is_new)

    def find(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the pair of each two rows, either of which may be `a`, or -1 if there is none.

        The pairs must be in order of (a, b).
        """
        packed = (self.a << np.int64(32)) | self.b
        found = np.full(len(one), -1)
        for a, b in ((one, other), (other, one)):
            wanted = (a << np.int64(32)) | b
            at = np.minimum(np.searchsorted(packed, wanted), max(0, len(packed) - 1))
            if len(packed):
                found = np.where(packed[at] == wanted, at, found)
        return found

    def seen_from(self, rows: NDArray[np.int64]) -> Pairs:
        """Return the pairs with the given row of each as side a."""
        return self._swapped(self.a != rows)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the similarity columns of the tables `pairs` and `duplicates` (see `COLUMNS`)."""
        return {name: getattr(self, field) for name, field in COLUMNS.items()}

    @property
    def containment(self) -> NDArray[np.float32]:
        """The higher containment of the two sides."""
        return np.maximum(self.a_in_b, self.b_in_a)


SIDES = (
    ("a", "b"),
    ("a_in_b", "b_in_a"),
    ("a_distinctive_in_b", "b_distinctive_in_a"),
    ("a_facts_not_in_b", "b_facts_not_in_a"),
    ("a_may_go", "b_may_go"),
)
"""Columns of `Pairs` that belong to side a and to side b."""
EVIDENCE = [name for both_sides in SIDES[2:] for name in both_sides]
"""Columns that `with_evidence` fills."""
COLUMNS = {
    "jaccard_estimated": "estimated",
    "jaccard": "jaccard",
    "containment_in_kept": "a_in_b",
    "containment_of_kept": "b_in_a",
    "longest_shared_words": "longest",
    "distinctive_in_kept": "a_distinctive_in_b",
    "distinctive_of_kept": "b_distinctive_in_a",
    "facts_missing_in_kept": "a_facts_not_in_b",
    "facts_missing_of_kept": "b_facts_not_in_a",
    "may_go": "a_may_go",
    "kept_may_go": "b_may_go",
}
"""Columns of the tables `pairs` and `duplicates`, and the field of `Pairs` for each."""
_KINDS = {
    "a": np.int64,
    "b": np.int64,
    "longest": np.int32,
    "a_facts_not_in_b": np.int32,
    "b_facts_not_in_a": np.int32,
}
KINDS = {name: _KINDS.get(name, np.float32) for name in (field.name for field in fields(Pairs))}


def _zeros(n: int) -> dict[str, NDArray[Any]]:
    return {name: np.zeros(n, KINDS[name]) for name in EVIDENCE}


NONE = Pairs(**{name: np.empty(0, kind) for name, kind in KINDS.items()})


def equal(one: NDArray[np.int64], other: NDArray[np.int64], n_words: NDArray[np.int32]) -> Pairs:
    """Return pairs of documents with the same words."""
    ones, zeros = np.ones(len(one), np.float32), np.zeros(len(one), np.int32)
    return Pairs(
        a=one,
        b=other,
        estimated=ones,
        jaccard=ones,
        a_in_b=ones,
        b_in_a=ones,
        longest=n_words[one],
        a_distinctive_in_b=ones,
        b_distinctive_in_a=ones,
        a_facts_not_in_b=zeros,
        b_facts_not_in_a=zeros,
        a_may_go=ones,
        b_may_go=ones,
    )


def concatenate(*parts: Pairs) -> Pairs:
    """Return all pairs of the parts, in order of (a, b)."""
    merged = Pairs(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pairs)))
    return merged.take(np.lexsort((merged.b, merged.a)))


def candidates(
    sketches: Sketches, times: NDArray[np.int64], options: Options
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return the pairs to compare as (later, earlier, estimated Jaccard).

    Documents are in order of time.
    """
    n = len(sketches)
    numbers = np.arange(n, dtype=np.int64)
    near = joining.sorted_postings(sketches.keys, sketches.n_keys, numbers, sketching.KEYS_MOST)
    far = joining.sorted_postings(sketches.keys, sketches.n_keys, numbers, joining.SMALLEST)
    near_starts, near_shared = joining.shared_postings(near, n)
    far_starts, far_shared = joining.shared_postings(far, n)
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
            near_starts,
            near_shared,
            far,
            far_starts,
            far_shared,
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
    """Tell whether a pair with this estimate and these numbers of words may be above the floor.

    The estimate may be wrong by two standard errors. Containment follows from it and the two
    lengths.
    """
    error = np.sqrt(np.maximum(estimated, 1 / options.num_perm) / options.num_perm)
    jaccard = np.minimum(1, estimated + 2 * error)
    shorter, longer = np.minimum(one, other), np.maximum(one, other)
    containment = jaccard / (1 + jaccard) * (1 + longer / np.maximum(1, shorter))
    return np.asarray(
        (jaccard >= options.pair_floor) | (containment >= options.pair_floor_containment)
    )


def grouped(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order in which pairs whose documents are linked by pairs are neighbours.

    If pairs are measured in this order, part by part, few texts belong to two parts and are read
    and split twice.

    >>> grouped(np.array([7, 8, 9]), np.array([1, 2, 7])).tolist()  # 1, 7 and 9 are linked
    [0, 2, 1]
    """
    rows, local = np.unique(np.concatenate([a, b]), return_inverse=True)
    one, other = local[: len(a)], local[len(a) :]
    group, before = np.arange(len(rows)), np.zeros(0, np.int64)
    while not np.array_equal(group, before):
        before, group = group, group.copy()
        least = np.minimum(before[one], before[other])
        np.minimum.at(group, one, least)
        np.minimum.at(group, other, least)
        group = group[group]
    return np.lexsort((b, a, group[one]))


def _parts(a: NDArray[np.int64], b: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the positions of the pairs that are measured at once."""
    # A single part needs no order.
    order = grouped(a, b) if len(a) > PAIRS_AT_ONCE else np.arange(len(a))
    for first in range(0, len(a), PAIRS_AT_ONCE):
        yield order[first : first + PAIRS_AT_ONCE]


def measure(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    estimated: NDArray[np.float32],
    words_of: Callable[[NDArray[np.int64]], tuple[NDArray[np.uint64], NDArray[np.int64]]],
    *,
    ngram: int,
    least: int = LEAST_SHARED,
) -> Pairs:
    """Return the exact similarities of the pairs, computed block by block.

    `words_of` gives the word hashes of ascending rows and the start of each text in them. Pairs
    that share fewer than `least` shingles and not half of both texts are left out. The columns
    about dropping are 0 until `with_evidence` fills them.
    """
    shared, in_a, in_b, longest = (np.zeros(len(a), np.int64) for _ in range(4))
    for part in _parts(a, b):
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
        a=a,
        b=b,
        estimated=estimated,
        jaccard=(shared / union).astype(np.float32),
        a_in_b=(shared / np.maximum(1, in_a)).astype(np.float32),
        b_in_a=(shared / np.maximum(1, in_b)).astype(np.float32),
        longest=longest.astype(np.int32),
        **_zeros(len(a)),
    )
    return pairs.take((shared >= least) | (pairs.jaccard >= 0.5))


def with_evidence(
    pairs: Pairs,
    texts_of: Callable[[NDArray[np.int64]], pa.LargeStringArray],
    times: NDArray[np.int64],
) -> Pairs:
    """Return the pairs with their scores and what each text says that the other lacks.

    `texts_of` gives the texts of ascending rows, and `times` the time of every row in microseconds.
    """
    columns = _zeros(len(pairs))
    for part in _parts(pairs.a, pairs.b):
        a, b = pairs.a[part], pairs.b[part]
        rows, local = np.unique(np.concatenate([a, b]), return_inverse=True)
        one, two = local[: len(a)], local[len(a) :]
        dated = (times[a] != joining.UNDATED) & (times[b] != joining.UNDATED)
        hours = np.where(dated, times[b] - times[a], 0) / 3.6e9
        words = weighted_words.split_words(texts_of(rows).to_pylist())
        directions = evidence.measure(words, one, two, hours)
        for (d, k), found in zip((("a", "b"), ("b", "a")), directions, strict=True):
            columns[f"{d}_distinctive_in_{k}"][part] = found[:, evidence.HELD]
            columns[f"{d}_facts_not_in_{k}"][part] = evidence.facts_missing(found)
            columns[f"{d}_may_go"][part] = drop_model.scores(found)
    return replace(pairs, **columns)


def is_inside(
    a_times: NDArray[np.int64],
    b_times: NDArray[np.int64],
    apart: NDArray[np.int64],
    options: Options,
) -> NDArray[np.bool_]:
    """Tell whether both documents of a pair are inside the window.

    If one has no date, they are inside if at most `undated_window` documents are between them in
    the order of time. `apart` is the distance of their positions in this order.
    """
    undated = (a_times == joining.UNDATED) | (b_times == joining.UNDATED)
    close = (
        np.abs(np.where(undated, 0, a_times) - np.where(undated, 0, b_times)) <= options.window_us
    )
    return np.where(undated, np.abs(apart) <= options.undated_window, close)


def above_floor(pairs: Pairs, inside: NDArray[np.bool_], options: Options) -> NDArray[np.bool_]:
    """Tell whether a pair is stored."""
    low = (pairs.jaccard >= np.float32(options.pair_floor)) | (
        pairs.containment >= np.float32(options.pair_floor_containment)
    )
    return np.where(inside, low, pairs.jaccard >= np.float32(options.pair_floor_beyond))


def relations(
    pairs: Pairs, inside: NDArray[np.bool_], same_text: NDArray[np.bool_], options: Options
) -> NDArray[np.int8]:
    """Return the name of each pair.

    exact     the texts are the same
    template  they are similar, but too far apart in time for a copy
    near      half of each text or more is in the other
    excerpt   half or more of only one text is in the other
    overlap   anything less
    """
    both = np.minimum(pairs.a_in_b, pairs.b_in_a) >= np.float32(0.5)
    one = pairs.containment >= np.float32(0.5)
    named = np.where(both, NEAR, np.where(one, EXCERPT, OVERLAP))
    named = np.where(inside | (pairs.jaccard >= np.float32(options.jaccard_high)), named, TEMPLATE)
    return np.where(same_text, EXACT, named).astype(np.int8)
