"""Near-duplicates among texts in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from copydesk.transforms.argument_checks import check_texts, check_times
from copydesk.transforms.dedup.options import RELATIONS, Options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found among the texts, by row number."""

    pairs: pa.Table
    """row_a (the later), row_b, relation, jaccard_estimated, jaccard, containment_in_kept (share of a's
    shingles in b), containment_of_kept (of b's in a), longest_shared_words; in order of rows."""
    clusters: pa.Table
    """row, cluster: the row of the copy that is kept. Every row is there, in order."""


def find_duplicates(
    texts: Sequence[str | None] | pa.Array | pa.ChunkedArray,
    *,
    published_at: Sequence[datetime | None] | pa.Array | pa.ChunkedArray | None = None,
    options: Options | None = None,
    **settings: Any,
) -> Duplicates:
    """Copies among texts: exact, edited, cut or quoted, and the one of each to keep.

    Documents are ordered by `published_at`, undated ones last, equally old ones by a hash of their
    words and only the same words by row, so that the order of the rows does not matter; without
    `published_at` all are undated. `settings` are fields of `Options`, such as window_hours=24.
    Empty texts and None are copies of nothing. Raises TypeError for anything but several texts and
    times, and ValueError where their numbers differ.

    >>> story = "The council voted on Monday to close the old bridge over the river for two years of repairs."
    >>> texts = [story, "Rain is expected in the north.", story.upper(), story + " Boats may pass."]
    >>> found = find_duplicates(texts, published_at=[datetime(2026, 1, day) for day in (1, 2, 3, 4)])
    >>> found.clusters.column("cluster").to_pylist()
    [0, 1, 0, 0]
    >>> found.pairs.column("relation").to_pylist()
    ['near', 'near']
    """
    from copydesk.transforms.dedup import in_memory_search

    check_texts(texts, name="texts")
    check_times(published_at)
    if options is not None and settings:
        raise TypeError("give options or single settings, not both")
    chosen = options or Options(**settings)
    if chosen.keep not in ("earliest", "longest"):
        raise ValueError(f"keep is {chosen.keep!r}; texts alone allow earliest or longest")
    return in_memory_search.find(texts, published_at, chosen)


def relation_names(codes: NDArray[np.int8]) -> pa.Array:
    """Relation codes as their names."""
    names = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(RELATIONS))
    return names.cast(pa.string())
