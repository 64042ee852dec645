"""Pairs of documents in the window that were compared, with their similarity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.stories.cosine import Edges

_NO_EDGES = Edges(*(np.zeros(0, np.int32) for _ in range(3)))


class ComparedPairs:
    """Compared documents and their similar pairs, the input of average-link clustering."""

    def __init__(
        self,
        ids: Sequence[str] = (),
        edges: Edges = _NO_EDGES,
        originals: NDArray[np.int32] | None = None,
    ) -> None:
        self.ids = list(ids)
        self.positions = {doc: position for position, doc in enumerate(self.ids)}
        self.edges = edges
        self.originals = (
            np.arange(len(self.ids), dtype=np.int32) if originals is None else originals
        )

    def among(self, ids: Sequence[str]) -> tuple[Edges, NDArray[np.int32]] | None:
        """Edges and originals by position in `ids`; None if a document was never compared.

        The original of a document is the one that it nearly equals (see `cosine.Comparison`), or
        itself. It is itself in the result, too, if the original is not among `ids`.
        """
        positions = [self.positions.get(doc, -1) for doc in ids]
        if -1 in positions:
            return None
        at = np.full(len(self.ids), -1, np.int32)
        at[positions] = np.arange(len(ids), dtype=np.int32)
        own = np.arange(len(ids), dtype=np.int32)
        originals = at[self.originals[positions]] if len(ids) else own
        originals = np.where(originals < 0, own, originals)
        earlier, later = at[self.edges.earlier], at[self.edges.later]
        is_here = (earlier >= 0) & (later >= 0)
        return Edges(earlier[is_here], later[is_here], self.edges.similarity[is_here]), originals

    def add(
        self, ids: Sequence[str], edges: Edges, originals: NDArray[np.int32], *, n_known: int = 0
    ) -> None:
        """Add compared pairs, which replace earlier results for the same pairs.

        For the first `n_known` documents, `edges` includes all earlier pairs.
        """
        known = set(self.positions)
        self.ids += [doc for doc in ids if doc not in known]
        self.positions = {doc: position for position, doc in enumerate(self.ids)}
        at = np.array([self.positions[doc] for doc in ids], np.int32)
        self.originals = np.concatenate(
            [self.originals, np.arange(len(self.originals), len(self.ids), dtype=np.int32)]
        )
        self.originals[at] = at[originals]
        is_there = np.zeros(len(self.ids), np.bool_)
        is_there[at[:n_known]] = True
        rest = ~(is_there[self.edges.earlier] & is_there[self.edges.later])
        one = np.concatenate([at[edges.earlier], self.edges.earlier[rest]])
        other = np.concatenate([at[edges.later], self.edges.later[rest]])
        similarity = np.concatenate([edges.similarity, self.edges.similarity[rest]])
        # There may be tens of millions of pairs, so no array is copied, and none is wider than
        # necessary.
        low, high = np.minimum(one, other), np.maximum(one, other, out=other)
        del one
        pair = low.astype(np.int64)
        pair *= len(self.ids)
        pair += high
        order = np.argsort(pair, kind="stable")
        pair = pair[order]
        is_first = np.ones(len(pair), np.bool_)
        np.not_equal(pair[1:], pair[:-1], out=is_first[1:])
        del pair
        order = order[is_first]
        self.edges = Edges(low[order], high[order], similarity[order])

    def only(self, ids: Sequence[str]) -> ComparedPairs:
        """The pairs of these documents. Documents that were never compared are left out."""
        known = [doc for doc in ids if doc in self.positions]
        found = self.among(known)
        return ComparedPairs(known, *found) if found is not None else ComparedPairs()
