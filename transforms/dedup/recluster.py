"""Clusters again from stored pairs, with the result of one ingest of all documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.transforms.dedup import in_memory_search, keep_policy, leader_clustering, verification
from copydesk.transforms.dedup.clustering import Clustering
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.verification import Pairs


@dataclass(frozen=True, slots=True)
class Reclustered:
    """The new DUPLICATES of every copy and SIZES of every kept document with copies.

    It also holds PAIRS of dropped documents whose pair was not stored.
    """

    duplicates: pa.Table
    sizes: pa.Table
    pairs: pa.Table


def recluster(
    facts: pa.Table,
    pairs: pa.Table,
    options: Options,
    *,
    pinned: pa.Array | None = None,
    superseded: Mapping[str, str] | None = None,
    settled: pa.Array | None = None,
) -> Reclustered:
    """Decide about all documents again without reading texts or hashing.

    `facts` holds every document, kept or copy (columns of `keep_policy.FACTS`), and `pairs` holds
    the stored pairs. Both may be in any order. `pinned` documents (revisions) leave only for a
    document with the same words. The keys
    of `superseded` stay copies of the newer version that it names. `settled` are the ids that are
    kept now. They stay if documents tie in everything else.
    """
    facts = keep_policy.facts_of(facts)
    facts = facts.take(pa.array(keep_policy.order_in_time(facts)))
    n = facts.num_rows
    rows = _rows_of(pairs, facts["doc_id"].combine_chunks())
    is_pinned = np.zeros(n, np.bool_)
    if pinned is not None:
        is_pinned = np.asarray(pc.is_in(facts["doc_id"], value_set=pinned)).astype(np.bool_)
    replaced = _rows_by_id(facts["doc_id"].to_pylist(), superseded or {})
    is_older = np.zeros(n, np.bool_)
    is_older[list(replaced)] = True
    times = in_memory_search.as_times(facts["published_at"], n)
    first = _first_with_same_shingles(rows, is_older, times, n, options)
    n_words = np.asarray(pc.fill_null(facts["n_words"], 0)).astype(np.int32)
    between = replace(rows, a=first[rows.a], b=first[rows.b])
    clustering = Clustering(
        facts,
        between.take(between.a != between.b),
        first,
        n_words=n_words,
        position=np.arange(n),
        options=options,
        settled=None
        if settled is None
        else np.asarray(pc.is_in(facts["doc_id"], value_set=settled)).astype(np.bool_),
    )
    nobody = np.zeros(n, np.bool_)
    kept = clustering.kept(is_pinned, nobody, replaced)
    clustering.add_duplicates(kept, _no_text)
    changed = np.flatnonzero(kept != np.arange(n))
    known = {*zip(pairs["doc_a"].to_pylist(), pairs["doc_b"].to_pylist(), strict=True)}
    table = clustering.pairs_table()
    is_new = [
        pair not in known
        for pair in zip(table["doc_a"].to_pylist(), table["doc_b"].to_pylist(), strict=True)
    ]
    return Reclustered(
        clustering.duplicate_rows(kept, changed),
        clustering.sizes(kept, lambda ids: []),
        table.filter(pa.array(is_new, pa.bool_())),
    )


def _rows_by_id(ids: Sequence[str], superseded: Mapping[str, str]) -> dict[int, int]:
    if not superseded:
        return {}
    rows = {doc_id: row for row, doc_id in enumerate(ids)}
    there = ((old, new) for old, new in superseded.items() if old in rows and new in rows)
    return {rows[old]: rows[new] for old, new in there}


def _rows_of(pairs: pa.Table, ids: pa.StringArray) -> Pairs:
    """Return the stored pairs by row. Pairs with a deleted document are left out."""
    a, b = (pc.index_in(pairs[name].combine_chunks(), value_set=ids) for name in ("doc_a", "doc_b"))
    there = pc.and_(a.is_valid(), b.is_valid())
    pairs, a, b = pairs.filter(there), a.filter(there), b.filter(there)

    def numbers(name: str, field: str) -> NDArray[Any]:
        # A pair of an earlier schema version has no score, so only its similarities decide.
        missing = 1 if field in ("a_may_go", "b_may_go") else 0
        return np.asarray(pc.fill_null(pairs[name], missing)).astype(verification.KINDS[field])

    return Pairs(
        a=np.asarray(a).astype(np.int64),
        b=np.asarray(b).astype(np.int64),
        **{field: numbers(name, field) for name, field in verification.COLUMNS.items()},
    )


def _first_with_same_shingles(
    pairs: Pairs, is_older: NDArray[np.bool_], times: NDArray[np.int64], n: int, options: Options
) -> NDArray[np.int64]:
    """Return for every row the first row with the same shingles inside the window.

    A Jaccard similarity of 1 shows that the shingles are the same.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    same = np.flatnonzero(pairs.jaccard == 1)
    links = coo_array((np.ones(len(same)), (pairs.a[same], pairs.b[same])), shape=(n, n))
    _, group = connected_components(links, directed=False)
    numbered = np.where(is_older, 0, group + 1).astype(np.uint64)  # 0 equals nothing
    return leader_clustering.first_with_same_words(
        numbered, np.zeros(n, np.int32), times, np.arange(n), options
    )


def _no_text(lacking: list[tuple[int, int]]) -> Pairs:
    raise AssertionError(f"rows {lacking[0]} are duplicates without a recorded pair")
