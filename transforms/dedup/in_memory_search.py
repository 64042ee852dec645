"""`find_duplicates` step by step; apart from it because numba takes half a second to import."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates, leader_clustering, verification
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.duplicates_in_memory import Duplicates, relation_names
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.verification import Pairs


def find(texts: Any, published_at: Any, options: Options) -> Duplicates:
    """See `find_duplicates`."""
    column = sketching.as_texts(texts)
    times = as_times(published_at, len(column))
    sketches = sketching.sketch(column, options)
    # Of equally old texts the words decide, not the row: a shuffled input gives the same clusters.
    order = np.lexsort((np.arange(len(column)), sketches.sequence, times))
    first = leader_clustering.first_of_equals(
        sketches.sequence, sketches.n_words, times, order, options
    )
    unique = order[first[order] == order]  # one row of each word sequence, in order of time
    position = leader_clustering.places(order)
    pairs = pairs_of(column, sketches, times, unique, position, options)
    inside = verification.is_inside(
        times[pairs.a], times[pairs.b], position[pairs.a] - position[pairs.b], options
    )
    same = same_text(pairs, sketches.sequence, column)
    folding = pairs.take(
        verification.folds(pairs, verification.relations(pairs, inside, same, options), options)
    )
    priority = (
        order
        if options.keep == "earliest"
        else np.lexsort((leader_clustering.places(order), -sketches.n_words))
    )
    kept, chosen = leader_clustering.leaders(folding, priority)
    repeats = order[first[order] != order]
    # A row of words met before goes where the first of them goes, with the same similarities.
    equal = verification.equal(
        repeats, first[repeats], sketches.n_words
    )  # a star: n equal texts give n - 1 pairs
    passed_on = repeats[kept[first[repeats]] != first[repeats]]
    kept[repeats] = kept[first[repeats]]
    source = folding.take(chosen[first[passed_on]])
    copied = source.between(
        passed_on, kept[passed_on], source.a == first[passed_on], leader_clustering.places(order)
    )
    pairs = verification.concatenate(pairs, equal, copied)
    inside = verification.is_inside(
        times[pairs.a], times[pairs.b], position[pairs.a] - position[pairs.b], options
    )
    relation = verification.relations(
        pairs, inside, same_text(pairs, sketches.sequence, column), options
    )
    return Duplicates(
        pairs_table(pairs, relation),
        pa.table({"row": pa.array(np.arange(len(column))), "cluster": kept}),
    )


def as_times(published_at: Any, n: int) -> NDArray[np.int64]:
    """Microseconds since 1970, UNDATED for none."""
    if published_at is None:
        return np.full(n, candidates.UNDATED)
    column = (
        published_at
        if isinstance(published_at, pa.Array | pa.ChunkedArray)
        else pa.array(published_at, from_pandas=True)
    )
    if len(column) != n:
        raise ValueError(f"published_at has {len(column)} values for {n} texts")
    if pa.types.is_null(column.type):
        return np.full(n, candidates.UNDATED)
    zone = column.type.tz if pa.types.is_timestamp(column.type) else None
    column = column.cast(pa.timestamp("us", tz=zone)).cast(pa.int64())
    return np.asarray(pc.fill_null(column, int(candidates.UNDATED)))


def pairs_of(
    column: pa.LargeStringArray,
    sketches: sketching.Sketches,
    times: NDArray[np.int64],
    unique: NDArray[np.int64],
    position: NDArray[np.int64],
    options: Options,
) -> Pairs:
    """Measured pairs above the floor among the chosen rows, which stand in order of time."""
    is_whole = len(unique) == len(sketches) and bool((unique == np.arange(len(unique))).all())
    chosen = sketches if is_whole else sketches.take(unique)
    a, b, estimated = verification.candidates(chosen, times[unique], options)
    pairs = verification.measure(
        unique[a],
        unique[b],
        estimated,
        lambda rows: sketching.words_of(column, rows, sketches.n_words[rows]),
        ngram=options.ngram,
    )
    inside = verification.is_inside(
        times[pairs.a], times[pairs.b], position[pairs.a] - position[pairs.b], options
    )
    return pairs.take(verification.above_floor(pairs, inside, options))


def same_text(
    pairs: Pairs, sequence: NDArray[np.uint64], column: pa.LargeStringArray
) -> NDArray[np.bool_]:
    """Are both texts of a pair the same to the last character?"""
    same = sequence[pairs.a] == sequence[pairs.b]
    which = np.flatnonzero(same)
    if len(which):
        a, b = column.take(pa.array(pairs.a[which])), column.take(pa.array(pairs.b[which]))
        same[which] = pc.equal(a, b).to_numpy(zero_copy_only=False)
    return np.asarray(same)


def pairs_table(pairs: Pairs, relation: NDArray[np.int8]) -> pa.Table:
    """The pairs as a table of rows."""
    return pa.table(
        {
            "row_a": pairs.a,
            "row_b": pairs.b,
            "relation": relation_names(relation),
            "jaccard_estimated": pairs.estimated,
            "jaccard": pairs.jaccard,
            "containment_in_kept": pairs.a_in_b,
            "containment_of_kept": pairs.b_in_a,
            "longest_shared_words": pairs.longest,
        }
    )
