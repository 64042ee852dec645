"""The search of `find_copies`. It is a separate module, because numba takes 0.5 s to import."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.index import Index
from copydesk.flows.pipeline.copies import orphaned_copies
from copydesk.flows.pipeline.deduplicate import Copies, PublishedRows
from copydesk.flows.pipeline.staging.workplace import Workplace
from copydesk.flows.support.in_threads import in_threads
from copydesk.flows.support.text_spill import SpilledTexts, Texts
from copydesk.transforms.dedup import (
    candidates,
    in_memory_search,
    keep_policy,
    leader_clustering,
    verification,
)
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.clustering import Clustering
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.sketches import Sketches
from copydesk.transforms.dedup.verification import Pairs

SLAB = 10_000  # documents compared at once; their signatures and keys take 9 MB, and comparing them 250 MB
SIGNED_AT_ONCE = 2_000  # texts that a thread reads back at once: 6 MB
_FEWEST_PAIRS = 500  # for a part of their own, since two parts read some texts twice; arbitrary
_PARTS = 4  # for each thread, so that none waits long for the others; arbitrary

_Candidates: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
"""Pairs of rows to measure, and the estimated similarity of each."""


class CopySearch:
    """The search for the copies of one run. Call `read` with every batch, and then `finish`.

    Rows 0 to n-1 are the new documents in order of time. Published documents that are fetched for
    comparison get the rows after them, in the order in which they were fetched. New documents are
    signed and compared in slabs. Each slab is compared with itself and with the index of everything
    before it, so the size of a slab bounds the memory. At the end, all pairs together decide which
    documents are kept. Texts are signed and compared in the threads of the place.
    """

    def __init__(
        self,
        *,
        index: Index | None,
        published: PublishedRows | None,
        options: Options,
        place: Workplace,
        texts: Texts | None = None,
    ) -> None:
        self.published, self.options = published, options
        self.staging, self._threads = place
        self.index = index or Index((), options)
        self.n_published = self.index.n_documents
        self._staged: dict[str, Path] = {}
        self._spill = texts or SpilledTexts(self.staging)
        self._batches: list[pa.Table] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spill.remove()

    def read(self, batch: pa.Table) -> None:
        """Buffer the next documents."""
        if batch.num_rows:
            self._spill.append(sketching.as_texts(batch["text"]))
            facts = keep_policy.facts_of(batch)
            # The columns are copied, because otherwise they keep the buffer that also has the texts.
            self._batches.append(facts.take(pa.array(np.arange(facts.num_rows))))

    def finish(self, pinned: frozenset[str], superseded: Mapping[str, str] | None = None) -> Copies:
        """Compare the documents, cluster them, choose which to keep, and write the index files.

        Documents in `pinned` leave only for one with the same words. `superseded` maps an older
        version to the newer version that replaces it.
        """
        self._superseded = dict(superseded or {})
        self._spill.close_writing()
        facts = pa.concat_tables(
            [keep_policy.FACTS.empty_table(), *self._batches]
        ).unify_dictionaries()
        self._batches.clear()
        self._read_as = keep_policy.order_in_time(facts)
        self.n = facts.num_rows
        self.facts = facts.take(pa.array(self._read_as))
        del facts  # Otherwise it would be in memory twice until the last decision.
        self.times = in_memory_search.as_times(self.facts["published_at"], self.n)
        self.n_words = np.zeros(self.n, np.int32)
        # Published documents come before the new ones, at negative positions.
        self.position = np.arange(self.n)
        self._sequence = np.zeros(self.n, np.uint64)
        self._old_texts: pa.LargeStringArray = pa.array([], pa.large_string())
        self._row_of: dict[str, int] = {}
        self._kept_id: dict[int, str] = {}  # of the published duplicates among the rows
        self._is_pinned, self._is_older = map(self._are, (pinned, self._superseded))
        self._first = np.arange(self.n)
        self.pairs = self._compare()
        self._follow_copies()
        own = set(self.facts["doc_id"].to_pylist()) if self._superseded else set()
        self._fetch([name for pair in self._superseded.items() for name in pair if name not in own])
        older = [row for name, row in self._row_of.items() if name in self._superseded]
        self._fetch([self._kept_id[row] for row in older if row in self._kept_id])
        return self._decide()

    def _are(self, ids: Iterable[str]) -> NDArray[np.bool_]:
        found = pc.is_in(self.facts["doc_id"], pa.array(sorted(ids), pa.string()))
        return np.asarray(found).astype(np.bool_)

    # Comparison

    def _compare(self) -> Pairs:
        """All pairs above the floor: of new documents, and of new with published ones."""
        parts = [self._slab(low, min(low + SLAB, self.n)) for low in range(0, self.n, SLAB)]
        return verification.concatenate(*parts) if parts else verification.NONE

    def _slab(self, low: int, high: int) -> Pairs:
        """Sign and index some rows. Return their pairs with each other and with all earlier rows."""
        sketches = self._sketches(low, high)
        self._find_equals(low, high)
        rows = np.arange(low, high)
        firsts = rows[self._first[low:high] == rows]  # Of rows with the same words, only the first.
        among = self._pairs_among(firsts, sketches.take(firsts - low))
        before = self._pairs_with_indexed(firsts, sketches, low)
        # Measured together, because many texts are in pairs of both kinds.
        pairs = self._measured(among, before)
        self._add(sketches, rows)
        return pairs

    def _sketches(self, low: int, high: int) -> Sketches:
        """Sign some rows, and note their lengths and the hashes of their words."""
        pieces = np.split(np.arange(low, high), range(SIGNED_AT_ONCE, high - low, SIGNED_AT_ONCE))
        sketches = sketching.joined(list(in_threads(self._signed, pieces, threads=self._threads)))
        self.n_words[low:high] = sketches.n_words
        # An older version does not represent others with its words. These are compared with it.
        is_older = self._is_older[low:high]
        self._sequence[low:high] = np.where(is_older, np.uint64(0), sketches.sequence)
        return sketches

    def _signed(self, rows: NDArray[np.int64]) -> Sketches:
        return sketching.sketch(self._spill.take(self._read_as[rows]), self.options)

    def _pairs_among(self, rows: NDArray[np.int64], sketches: Sketches) -> _Candidates:
        """Return the pairs of these rows with each other. `sketches` are theirs, in order."""
        a, b, estimated = verification.candidates(sketches, self.times[rows], self.options)
        return rows[a], rows[b], estimated

    def _pairs_with_indexed(
        self, rows: NDArray[np.int64], sketches: Sketches, low: int
    ) -> _Candidates:
        """Return the pairs of these rows with indexed documents: published ones and earlier rows.

        `sketches` are those of the whole slab, whose first row is `low`. The look-up counts the rows
        of the slab from 0.
        """
        times = self.times[low : low + len(sketches)]
        found = self.index.find(sketches, times, rows - low, threads=self._threads)
        indexed = self._rows_of_indexed(found.numbers)
        compared = indexed >= 0
        return found.rows[compared] + low, indexed[compared], found.estimated[compared]

    def _rows_of_indexed(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of documents of the index, or -1 for those that are not compared.

        The index numbers documents in the order in which they were added: first the published ones,
        then the rows of this run. Documents that the snapshot no longer has are not compared. Of the
        rows of this run that have the same words, only the first is compared.
        """
        rows = numbers - self.n_published
        is_published = rows < 0
        own = rows[~is_published]
        rows[~is_published] = np.where(self._first[own] == own, own, -1)
        if is_published.any():
            rows[is_published] = self._rows_of_published(numbers[is_published])
        return rows

    def _find_equals(self, low: int, high: int) -> None:
        """Record for each row of a slab the first row with the same words that is within the window."""
        earlier = self._first[:low] == np.arange(low)
        if self.times[high - 1] != candidates.UNDATED:
            # All documents of the slab are dated, so it is in order of time.
            earlier &= self.times[:low] >= self.times[low] - self.options.window_us
        rows = np.concatenate([np.flatnonzero(earlier), np.arange(low, high)])
        first = leader_clustering.first_with_same_words(
            self._sequence[rows],
            self.n_words[rows],
            self.times[rows],
            np.arange(len(rows)),
            self.options,
        )
        self._first[low:high] = rows[first[len(rows) - (high - low) :]]

    def _rows_of_published(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Fetch published documents by their numbers in the index. Return their rows, or -1."""
        ids = self.index.doc_ids(numbers)
        self._fetch(ids)
        rows = np.array([self._row_of.get(doc_id, -1) for doc_id in ids], np.int64)
        is_there = rows >= 0
        self.position[rows[is_there]] = numbers[is_there] - self.n_published
        return rows

    def _add(self, sketches: Sketches, rows: NDArray[np.int64]) -> None:
        """Add the rows to the index, and delete staged files that were merged into others."""
        ids = self.facts["doc_id"].slice(rows[0], len(rows)).to_pylist()
        paths = {f.name: f.path for f in (*self.index.docs, *self.index.segments)}
        written = self.index.add(
            ids, sketches, self.times[rows], np.arange(len(rows)), self.staging
        )
        self._staged |= {path.name: path for path in written.new}
        paths |= self._staged
        self.index = Index([paths[name] for name in written.names], self.options)
        for name in self._staged.keys() - set(written.names):
            self._staged.pop(name).unlink()

    def _measured(self, *found: _Candidates) -> Pairs:
        """Measure these pairs, in several parts for each thread, and keep those above the floor."""
        a, b = (np.concatenate([pairs[side] for pairs in found]) for side in (0, 1))
        estimated = np.concatenate([pairs[2] for pairs in found])
        n_parts = max(1, min(_PARTS * self._threads, len(a) // _FEWEST_PAIRS))
        parts = np.array_split(verification.grouped(a, b), n_parts)
        return verification.concatenate(
            *in_threads(
                lambda part: self._measured_part(a[part], b[part], estimated[part]),
                parts,
                threads=self._threads,
            )
        )

    def _measured_part(
        self, a: NDArray[np.int64], b: NDArray[np.int64], estimated: NDArray[np.float32]
    ) -> Pairs:
        pairs = verification.measure(a, b, estimated, self._words_of, ngram=self.options.ngram)
        return self._with_evidence(self._above_floor(pairs))

    def _above_floor(self, pairs: Pairs) -> Pairs:
        apart = self.position[pairs.a] - self.position[pairs.b]
        inside = verification.is_inside(
            self.times[pairs.a], self.times[pairs.b], apart, self.options
        )
        return pairs.take(verification.above_floor(pairs, inside, self.options))

    def _with_evidence(self, pairs: Pairs) -> Pairs:
        return verification.with_evidence(pairs, self._texts_of, self.times)

    def _texts_of(self, rows: NDArray[np.int64]) -> pa.LargeStringArray:
        """Texts of ascending rows, new and published."""
        new, old = rows[rows < self.n], rows[rows >= self.n] - self.n
        spilled = self._spill.take(self._read_as[new])
        return (
            pa.concat_arrays([spilled, self._old_texts.take(pa.array(old))])
            if len(old)
            else spilled
        )

    def _words_of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        return sketching.words_of(self._texts_of(rows), np.arange(len(rows)), self.n_words[rows])

    def _follow_copies(self) -> None:
        """If a document resembles a published duplicate, also compare it with the one kept for that."""
        if not self._kept_id:
            return
        known = set(zip(self.pairs.a.tolist(), self.pairs.b.tolist(), strict=True))
        hops = {(a, self._kept_id[b]) for a, b in known if b in self._kept_id}
        self._fetch([kept for _, kept in hops])
        more = {(a, self._row_of[kept]) for a, kept in hops if kept in self._row_of} - known
        self.pairs = verification.concatenate(
            self.pairs, self._above_floor(self._compared(sorted(more)))
        )

    def _fetch(self, ids: Sequence[str]) -> None:
        """Fetch published documents that have no row yet."""
        wanted = sorted(set(ids) - self._row_of.keys())
        if not wanted or self.published is None:
            return
        table = self.published.documents(wanted).sort_by("doc_id")
        at = self.facts.num_rows
        ids, kept = (table[name].to_pylist() for name in ("doc_id", "kept_doc_id"))
        self._row_of |= {doc_id: row for row, doc_id in enumerate(ids, at)}
        self._kept_id |= {row: doc_id for row, doc_id in enumerate(kept, at) if doc_id}
        texts = sketching.as_texts(table["text"])
        facts = keep_policy.facts_of(table)
        self.facts = pa.concat_tables([self.facts, facts])
        self._old_texts = pa.concat_arrays([self._old_texts, texts])
        self.times = np.concatenate(
            [self.times, in_memory_search.as_times(facts["published_at"], facts.num_rows)]
        )
        self.n_words = np.concatenate([self.n_words, sketching.sketch(texts, self.options).n_words])
        self.position = np.concatenate([self.position, np.zeros(facts.num_rows, np.int64)])

    def _compared(self, which: list[tuple[int, int]]) -> Pairs:
        """Measure all these pairs of rows. The estimates come from new signatures."""
        a = np.array([x for x, _ in which], np.int64)
        b = np.array([y for _, y in which], np.int64)
        rows, local = np.unique(np.concatenate([a, b]), return_inverse=True)
        signed = sketching.sketch(self._texts_of(rows), self.options).signatures
        estimated = (
            (signed[local[: len(a)]] == signed[local[len(a) :]]).mean(axis=1).astype(np.float32)
        )
        pairs = verification.measure(
            a, b, estimated, self._words_of, ngram=self.options.ngram, least=0
        )
        return self._with_evidence(pairs)

    # Decisions

    def _decide(self) -> Copies:
        replaced = self._replaced()
        clustering, kept = self._clustered(replaced)
        moved = orphaned_copies.moved(kept, self.n, self.facts["doc_id"])
        orphans = self._orphans(moved)
        if orphans:
            pairs = self._compared(orphaned_copies.pairs_to_compare(orphans, moved))
            self.pairs = verification.concatenate(self.pairs, self._above_floor(pairs))
            clustering, kept = self._clustered(replaced, orphans)
            moved = orphaned_copies.moved(kept, self.n, self.facts["doc_id"])
        if moved and self.published is not None:
            members = self.published.members(list(moved))
            self._fetch(members["doc_id"].to_pylist())
            clustering = self._clustering()
            n_rows = self.facts.num_rows
            kept = orphaned_copies.follow(kept, n_rows, self._kept_id, moved, orphans)
            older = orphaned_copies.older_versions(members, self._row_of)
            clustering.replaced = replaced | {row: int(kept[row]) for row in older}
        clustering.add_duplicates(kept, self._compared)
        return self._copies(clustering, kept, orphans)

    def _clustered(
        self, replaced: Mapping[int, int], orphans: Collection[int] = ()
    ) -> tuple[Clustering, NDArray[np.int64]]:
        clustering = self._clustering()
        total = self.facts.num_rows
        pinned = np.concatenate([self._is_pinned, np.zeros(total - self.n, np.bool_)])
        is_copy = np.isin(np.arange(total), list(self._kept_id.keys() - set(orphans)))
        clustering.is_settled[list(orphans)] = False
        return clustering, clustering.kept(pinned, is_copy, replaced)

    def _orphans(self, moved: Mapping[str, int]) -> dict[int, str]:
        """The published copies of documents that a newer version replaces, by row."""
        replaced = sorted(moved.keys() & self._superseded.keys())
        if not replaced or self.published is None:
            return {}
        members = self.published.members(replaced)
        self._fetch(members["doc_id"].to_pylist())
        return orphaned_copies.orphans(members, self._row_of, replaced)

    def _replaced(self) -> dict[int, int]:
        """Map the row of each older version to that of the newest, or of the document kept for it."""
        if not self._superseded:
            return {}
        rows = {name: row for row, name in enumerate(self.facts["doc_id"].to_pylist())}
        found = {
            rows[old]: rows[new]
            for old, new in self._superseded.items()
            if old in rows and new in rows
        }
        return {old: rows.get(self._kept_id.get(new, ""), new) for old, new in found.items()}

    def _clustering(self) -> Clustering:
        return Clustering(
            self.facts,
            self.pairs,
            self._first,
            n_words=self.n_words,
            position=self.position,
            options=self.options,
            n_new=self.n,
        )

    def _copies(
        self, clustering: Clustering, kept: NDArray[np.int64], orphans: Collection[int]
    ) -> Copies:
        rows = np.arange(len(kept))
        ids = self.facts["doc_id"]
        changed = rows[kept != rows]
        was_copy = np.isin(changed, list(self._kept_id))
        return Copies(
            pairs=clustering.pairs_table(),
            duplicates=clustering.duplicate_rows(kept, changed[changed < self.n]),
            displaced=clustering.duplicate_rows(kept, changed[(changed >= self.n) & ~was_copy]),
            reassigned=clustering.duplicate_rows(kept, changed[was_copy]),
            restored=tuple(sorted(ids[row].as_py() for row in orphans if kept[row] == row)),
            sizes=clustering.sizes(
                kept,
                lambda ids: orphaned_copies.staying(self.published, ids, kept, self._row_of),
                left=orphaned_copies.left_behind(kept, self._kept_id, self._row_of),
            ),
            new_index_files=tuple(self._staged[name] for name in sorted(self._staged)),
            index_files=self.index.names,
        )
