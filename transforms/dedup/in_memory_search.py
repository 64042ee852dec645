"""The steps of `find_duplicates`.

They are in a module of their own because numba takes half a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates, leader_clustering, verification
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.duplicates_in_memory import Duplicates, relation_names
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.verification import Pairs

if TYPE_CHECKING:
    from copydesk.transforms.dedup.clustering import Clustering


def find(texts: Any, published_at: Any, options: Options) -> Duplicates:
    """Find the duplicates of `find_duplicates`."""
    column = sketching.as_texts(texts)
    times = as_times(published_at, len(column))
    sketches = sketching.sketch(column, options)
    clustering = clustering_of(column, sketches, times, options)
    nothing = np.zeros(len(column), np.bool_)
    kept = clustering.kept(nothing, nothing)
    clustering.add_duplicates(
        kept, lambda lacking: compared(lacking, column, sketches, times, options)
    )
    found = clustering.pairs
    return Duplicates(
        pairs_table(found, clustering.relations(found)),
        pa.table({"row": pa.array(np.arange(len(column))), "cluster": kept}),
    )


def clustering_of(
    column: pa.LargeStringArray,
    sketches: sketching.Sketches,
    times: NDArray[np.int64],
    options: Options,
) -> Clustering:
    """Return the measured pairs of the texts, ready for a decision."""
    from copydesk.transforms.dedup.clustering import Clustering

    # Equally old texts are ordered by their words, not by their rows, so a shuffled input gives the
    # same clusters.
    order = np.lexsort((np.arange(len(column)), sketches.sequence, times))
    first = leader_clustering.first_with_same_words(
        sketches.sequence, sketches.n_words, times, order, options
    )
    unique = order[first[order] == order]  # One row of each word sequence, in order of time.
    position = leader_clustering.positions(order)
    return Clustering(
        _facts(column, sketches, times),
        pairs_of(column, sketches, times, unique, position, options),
        first,
        n_words=sketches.n_words,
        position=position,
        options=options,
    )


def _facts(
    column: pa.LargeStringArray, sketches: sketching.Sketches, times: NDArray[np.int64]
) -> pa.Table:
    """Return the columns that the clustering needs. The id orders equally old texts."""
    from copydesk.transforms.dedup import keep_policy

    dated = pa.array(times, mask=times == candidates.UNDATED).cast(pa.timestamp("us", tz="UTC"))
    place = leader_clustering.positions(np.lexsort((np.arange(len(sketches)), sketches.sequence)))
    # All ids have one length, so they sort as numbers.
    ids = pa.array(place + 10**12).cast(pa.string())
    facts = pa.table({"doc_id": ids, "published_at": dated, "n_words": sketches.n_words})
    filled = keep_policy.facts_of(facts)
    field = keep_policy.FACTS.field("content")
    content = pa.array(_contents(column, sketches.sequence), field.type)
    return filled.set_column(filled.schema.get_field_index("content"), field, content)


def _contents(column: pa.LargeStringArray, sequence: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a number for each text that is the same for equal texts.

    Only texts with equal words are compared.
    """
    numbers = np.arange(1, len(column) + 1, dtype=np.uint64)
    _, inverse, counts = np.unique(sequence, return_inverse=True, return_counts=True)
    first: dict[str, int] = {}
    for row in np.flatnonzero(counts[inverse] > 1).tolist():
        numbers[row] = first.setdefault(column[row].as_py(), row + 1)
    return numbers


def compared(
    which: list[tuple[int, int]],
    column: pa.LargeStringArray,
    sketches: sketching.Sketches,
    times: NDArray[np.int64],
    options: Options,
) -> Pairs:
    """Measure the given pairs of rows and leave none out."""
    a, b = (np.array([pair[side] for pair in which], np.int64) for side in (0, 1))
    estimated = (sketches.signatures[a] == sketches.signatures[b]).mean(axis=1).astype(np.float32)
    pairs = verification.measure(
        a,
        b,
        estimated,
        lambda rows: sketching.words_of(column, rows, sketches.n_words[rows]),
        ngram=options.ngram,
        least=0,
    )
    return verification.with_evidence(pairs, lambda rows: column.take(pa.array(rows)), times)


def as_times(published_at: Any, n: int) -> NDArray[np.int64]:
    """Return microseconds since 1970, and UNDATED for a missing time."""
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
    """Return the measured pairs above the floor among the chosen rows, which are in order of time."""
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
    pairs = pairs.take(verification.above_floor(pairs, inside, options))
    return verification.with_evidence(pairs, lambda rows: column.take(pa.array(rows)), times)


def pairs_table(pairs: Pairs, relation: NDArray[np.int8]) -> pa.Table:
    """Return the pairs as a table of rows."""
    return pa.table(
        {
            "row_a": pairs.a,
            "row_b": pairs.b,
            "relation": relation_names(relation),
            **pairs.columns(),
        }
    )
