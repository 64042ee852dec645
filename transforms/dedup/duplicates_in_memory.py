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
    """The near-duplicates among the texts, by row number."""

    pairs: pa.Table
    """row_a (the later text), row_b and the similarity columns of the table `pairs`, sorted by row.

    Columns named "in_kept" and `may_go` are about a if b is kept, the others about b if a is kept.
    """
    clusters: pa.Table
    """row, cluster: the row of the copy that is kept. It has every row, in order."""


def find_duplicates(
    texts: Sequence[str | None] | pa.Array | pa.ChunkedArray,
    *,
    published_at: Sequence[datetime | None] | pa.Array | pa.ChunkedArray | None = None,
    options: Options | None = None,
    **settings: Any,
) -> Duplicates:
    """Find texts that share wording, and the one that each text may be dropped for.

    A text is dropped only for one that says the same, and the fullest one is kept. Equally long
    texts are ordered by `published_at`, undated ones last. Equally old ones are ordered by a hash
    of their words, so the order of the rows does not matter. Without `published_at` all texts are
    undated.

    `settings` are fields of `Options`, such as window_hours=24. Empty texts and None are copies of
    nothing. Raises TypeError if the arguments are not sequences of texts and times, and ValueError
    if their lengths differ.

    >>> story = "The council voted on Monday to close the old bridge over the river for two years of repairs."
    >>> texts = [story, "Rain is expected in the north.", story.upper(), story + " Boats may pass."]
    >>> found = find_duplicates(texts, published_at=[datetime(2026, 1, day) for day in (1, 2, 3, 4)])
    >>> found.clusters.column("cluster").to_pylist()
    [3, 1, 3, 3]
    >>> found.pairs.column("relation").to_pylist()
    ['near', 'near', 'near']
    """
    from copydesk.transforms.dedup import in_memory_search

    check_texts(texts, name="texts")
    check_times(published_at)
    if options is not None and settings:
        raise TypeError("give options or single settings, not both")
    chosen = options or Options(**settings)
    if chosen.keep not in ("fullest", "earliest", "longest"):
        raise ValueError(f"keep is {chosen.keep!r}; texts alone allow fullest, earliest or longest")
    return in_memory_search.find(texts, published_at, chosen)


def relation_names(codes: NDArray[np.int8]) -> pa.Array:
    """Return the names of relation codes."""
    names = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(RELATIONS))
    return names.cast(pa.string())
