"""Makes clusters from measured pairs: which document is kept, which are its copies, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.schemas import document_columns, tables
from copydesk.schemas.column import column
from copydesk.transforms.dedup import in_memory_search, keep_policy, leader_clustering, verification
from copydesk.transforms.dedup.decision import drop_conditions
from copydesk.transforms.dedup.duplicates_in_memory import relation_names
from copydesk.transforms.dedup.indirect_edges import indirect_edges
from copydesk.transforms.dedup.options import RELATIONS, Options
from copydesk.transforms.dedup.verification import Pairs

DUPLICATES = pa.schema(
    [
        column("doc_id", pa.string(), "Document that is a copy.", required=True),
        *document_columns.DUPLICATION,
    ]
)
SIZES = pa.schema(
    [
        column("doc_id", pa.string(), "Kept document.", required=True),
        *(f for f in document_columns.GROUPS if f.name in document_columns.CLUSTER),
    ]
)


class Clustering:
    """Documents (rows of `facts`), their measured pairs, and the first row with the words of each."""

    def __init__(
        self,
        facts: pa.Table,
        pairs: Pairs,
        first: NDArray[np.int64],
        *,
        n_words: NDArray[np.int32],
        position: NDArray[np.int64],
        options: Options,
        n_new: int | None = None,
        settled: NDArray[np.bool_] | None = None,
    ) -> None:
        self.facts, self.n_words, self.position, self.options = facts, n_words, position, options
        self.n_new = facts.num_rows if n_new is None else n_new
        self.times = in_memory_search.as_times(facts["published_at"], facts.num_rows)
        self.place = leader_clustering.positions(keep_policy.order_in_time(facts))
        self.priority = keep_policy.priority(facts, options, n_new=self.n_new, settled=settled)
        self.content = np.asarray(pc.fill_null(facts["content"], 0))
        self.first = np.concatenate([first, np.arange(len(first), facts.num_rows)])
        self.pairs = pairs.oriented(self.place)
        self.replaced: dict[int, int] = {}
        self.is_pinned = np.zeros(facts.num_rows, np.bool_)
        """Rows that leave only for a document with the same words, because some of these are pinned."""
        self.is_settled = np.arange(facts.num_rows) >= self.n_new
        """Published rows, which only a clearly fuller document displaces."""

    def kept(
        self,
        pinned: NDArray[np.bool_],
        is_copy: NDArray[np.bool_],
        replaced: Mapping[int, int] | None = None,
    ) -> NDArray[np.int64]:
        """Return for every row the row that is kept for it.

        Rows from `n_new` on are published. Copies among them (`is_copy`) attract no other document.
        Pinned rows leave only for a document with the same words. `replaced` maps older versions to newer ones: an older version
        leaves for its newer one whatever it says, and nothing joins it.
        """
        rows = np.arange(self.facts.num_rows)
        self.replaced = dict(replaced or {})
        older = np.isin(rows, list(self.replaced))
        kept = self._kept(pinned, is_copy | older)
        for row, newer in self.replaced.items():
            kept[row] = kept[newer] if kept[newer] != row else newer
        return kept

    def _kept(self, pinned: NDArray[np.bool_], is_copy: NDArray[np.bool_]) -> NDArray[np.int64]:
        rows = np.arange(self.facts.num_rows)
        self.is_pinned[self.first[pinned]] = True
        usable = self.pairs.take(~is_copy[self.pairs.a] & ~is_copy[self.pairs.b])
        best = self._preferred_of_same_words()
        # Rows with equal words share one decision, made for the row that the policy prefers.
        order = np.lexsort((self.priority[best], self.first != rows))

        def leaders(edges: leader_clustering.Edges) -> NDArray[np.int64]:
            return leader_clustering.leaders(
                edges,
                order,
                pinned=is_copy | (self.first != rows),
                holds=self.is_settled[best],
                n_words=self.n_words,
                by_length=self.options.keep in ("fullest", "longest"),
            )

        relations = self.relations(usable)
        allowed = drop_conditions.may_drop(usable, relations, self.n_words, self.options)
        edges = self.edges(usable, allowed, relations)
        leader = leaders(edges)
        may_follow = drop_conditions.may_follow(usable, relations, self.n_words, self.options)
        more = indirect_edges(usable, may_follow, edges, leader, self.n_words)
        more = more.take(~self.is_pinned[more.dropped])
        if len(more):
            leader = leaders(edges.joined(more))
        kept = best[leader[self.first]]
        return np.where(is_copy | self._separate_equals(kept), rows, kept)

    def edges(
        self, pairs: Pairs, allowed: NDArray[np.bool_], relations: NDArray[np.int8]
    ) -> leader_clustering.Edges:
        """Return which documents of the pairs may leave for which.

        `allowed` is `may_drop` of each pair, and `relations` the code of its relation.
        """
        needed = [self.options.score_needed(relation) for relation in RELATIONS]
        least = np.array(needed, np.float32)[relations]
        same_words = (pairs.jaccard == 1) & (self.n_words[pairs.a] == self.n_words[pairs.b])
        a, b = (
            allowed
            & (goes >= least)
            & (same_words | ~self.is_pinned[rows])
            & drop_conditions.holds_flash(held, alone, self.n_words[rows], self.n_words[kept])
            for goes, held, alone, rows, kept in (
                (
                    pairs.a_may_go,
                    pairs.a_distinctive_in_b,
                    pairs.a_facts_not_in_b,
                    pairs.a,
                    pairs.b,
                ),
                (
                    pairs.b_may_go,
                    pairs.b_distinctive_in_a,
                    pairs.b_facts_not_in_a,
                    pairs.b,
                    pairs.a,
                ),
            )
        )
        return leader_clustering.Edges(
            np.concatenate([pairs.a[a], pairs.b[b]]),
            np.concatenate([pairs.b[a], pairs.a[b]]),
            np.concatenate([pairs.a_may_go[a], pairs.b_may_go[b]]).astype(np.float64),
            np.concatenate([pairs.a_in_b[a], pairs.b_in_a[b]]).astype(np.float64),
        )

    def relations(self, pairs: Pairs) -> NDArray[np.int8]:
        """Return the relation of each pair, as its code."""
        apart = self.position[pairs.a] - self.position[pairs.b]
        inside = verification.is_inside(
            self.times[pairs.a], self.times[pairs.b], apart, self.options
        )
        same = (self.content[pairs.a] == self.content[pairs.b]) & (self.content[pairs.a] != 0)
        return verification.relations(pairs, inside, same, self.options)

    def _preferred_of_same_words(self) -> NDArray[np.int64]:
        """Return for the first of each word sequence the row of it that the policy prefers."""
        best = np.arange(len(self.first))
        # The last value written is that of the preferred row.
        order = np.argsort(-self.priority, kind="stable")
        best[self.first[order]] = order
        return best

    def _separate_equals(self, kept: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Mark rows with equal words if the recipe's relations do not drop them."""
        which = np.flatnonzero((self.first == self.first[kept]) & (kept != np.arange(len(kept))))
        out = np.zeros(len(kept), np.bool_)
        equal = verification.equal(which, kept[which], self.n_words)
        out[which] = ~drop_conditions.may_drop(
            equal, self.relations(equal), self.n_words, self.options
        )
        return out

    def add_duplicates(
        self, kept: NDArray[np.int64], compared: Callable[[list[tuple[int, int]]], Pairs]
    ) -> None:
        """Make sure that every dropped row has its pair.

        The same is done for every row whose words occurred before, with the first row of these
        words.
        """
        rows = np.arange(len(kept))
        repeats = np.flatnonzero(self.first != rows)
        equal = verification.equal(repeats, self.first[repeats], self.n_words)
        folded = np.flatnonzero(kept != rows)
        same_words = self.first[folded] == self.first[kept[folded]]
        as_kept = verification.equal(folded[same_words], kept[folded][same_words], self.n_words)
        folded = folded[~same_words]
        one, other = self.first[folded], self.first[kept[folded]]
        missing = self.pairs.find(one, other) < 0
        if missing.any():  # These are members of a cluster whose kept document changed.
            lacking = sorted(set(zip(one[missing].tolist(), other[missing].tolist(), strict=True)))
            self.pairs = verification.concatenate(self.pairs, compared(lacking)).oriented(
                self.place
            )
        source = self.pairs.take(self.pairs.find(one, other))
        passed_on = source.between(folded, kept[folded], source.a == one, self.place)
        self.pairs = verification.concatenate(self.pairs, equal, as_kept, passed_on).oriented(
            self.place
        )

    def pairs_table(self) -> pa.Table:
        """Return PAIRS, sorted."""
        ids = self.facts["doc_id"].combine_chunks()
        table = pa.table(
            {
                "doc_a": ids.take(pa.array(self.pairs.a)),
                "doc_b": ids.take(pa.array(self.pairs.b)),
                "relation": relation_names(self.relations(self.pairs)),
                **self.pairs.columns(),
            }
        )
        return table.cast(tables.PAIRS).sort_by([("doc_a", "ascending"), ("doc_b", "ascending")])

    def duplicate_rows(self, kept: NDArray[np.int64], rows: NDArray[np.int64]) -> pa.Table:
        """Return DUPLICATES of the given rows, sorted, each with its pair."""
        parts = [
            self._duplicate_rows(kept, rows[first : first + _AT_ONCE])
            for first in range(0, len(rows), _AT_ONCE)
        ]
        return pa.concat_tables([DUPLICATES.empty_table(), *parts]).sort_by("doc_id")

    def _duplicate_rows(self, kept: NDArray[np.int64], rows: NDArray[np.int64]) -> pa.Table:
        target = kept[rows]
        pairs = self.pairs.take(self.pairs.find(rows, target))
        pairs = pairs.seen_from(rows)
        needed = np.unique(np.concatenate([rows, target]))
        facts = dict(zip(needed.tolist(), self.rows(needed), strict=True))
        table = pa.table(
            {
                "doc_id": pa.array([facts[r]["doc_id"] for r in rows.tolist()], pa.string()),
                "kept_doc_id": pa.array([facts[r]["doc_id"] for r in target.tolist()], pa.string()),
                "relation": relation_names(self.relations(pairs)),
                **pairs.columns(),
                "keep_reason": pa.array(
                    [
                        keep_policy.NEWER_VERSION
                        if r in self.replaced
                        else keep_policy.reason(
                            facts[k], facts[r], self.options, kept_was_published=k >= self.n_new
                        )
                        for r, k in zip(rows.tolist(), target.tolist(), strict=True)
                    ],
                    pa.string(),
                ),
            }
        )
        return table.cast(DUPLICATES)

    def rows(self, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Return the facts of the given rows."""
        # Names are turned into Python strings one by one if they are stored in a dictionary.
        facts = self.facts.take(pa.array(rows)).cast(_PLAIN_FACTS)
        found: list[dict[str, Any]] = facts.to_pylist()
        return found

    def sizes(
        self,
        kept: NDArray[np.int64],
        members_of: Callable[[list[str]], list[dict[str, Any]]],
        *,
        left: Sequence[int] = (),
    ) -> pa.Table:
        """Return SIZES, sorted, of new kept documents with copies and of published ones with more.

        `members_of` returns the published copies of kept documents, with their kept_doc_id. `left`
        are published kept documents that lose copies.
        """
        copies = np.flatnonzero(kept != np.arange(len(kept)))
        copies = copies[np.argsort(kept[copies], kind="stable")]
        leads = np.union1d(kept[copies], np.array(left, np.int64))
        firsts, ends = (np.searchsorted(kept[copies], leads, side) for side in ("left", "right"))
        earlier: dict[str, list[dict[str, Any]]] = {}
        for document in members_of(
            self.facts["doc_id"].take(pa.array(leads[leads >= self.n_new])).to_pylist()
        ):
            earlier.setdefault(document["kept_doc_id"], []).append(document)
        parts = [SIZES.empty_table()]
        for first in range(0, len(leads), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            needed = np.unique(
                np.concatenate([leads[part], copies[firsts[first] : ends[part][-1]]])
            )
            facts = dict(zip(needed.tolist(), self.rows(needed), strict=True))
            out = []
            for row, begin, end in zip(
                leads[part].tolist(), firsts[part].tolist(), ends[part].tolist(), strict=True
            ):
                found = {facts[r]["doc_id"]: facts[r] for r in (row, *copies[begin:end].tolist())}
                found |= {d["doc_id"]: d for d in earlier.get(facts[row]["doc_id"], ())}
                out.append((facts[row]["doc_id"], *keep_policy.counts(found.values())))
            parts.append(
                pa.table(dict(zip(SIZES.names, zip(*out, strict=True), strict=True)), schema=SIZES)
            )
        return pa.concat_tables(parts).sort_by("doc_id").combine_chunks()


_PLAIN_FACTS = pa.schema(
    [
        (field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in keep_policy.FACTS
    ]
)
_AT_ONCE = 5_000  # Documents that are Python objects at the same time: 5 MB.
