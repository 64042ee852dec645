"""Copies found on a cluster: `flows.pipeline.copy_search` with its slabs compared by the workers.

The client holds what the single machine holds, facts and pairs, but no text and no sketch. It finds the
components of the pairs; who is kept in each, and the rows that follow, the workers decide by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.flows.engines.dask import component_decisions, slab_comparison, worker_tasks
from copydesk.flows.engines.dask import signed_shards as signed
from copydesk.flows.engines.dask.plan import Plan
from copydesk.flows.engines.dask.signed_shards import SignedTexts
from copydesk.flows.engines.dask.transfer import SHARED, Place
from copydesk.flows.index import Index, index_files
from copydesk.flows.pipeline import copy_search
from copydesk.flows.pipeline.deduplicate import FACTS, Copies, PublishedSnapshot
from copydesk.flows.warehouse import Snapshot
from copydesk.transforms.dedup import candidates, keep_policy, leader_clustering, verification
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.verification import Pairs

if TYPE_CHECKING:
    from copydesk.flows.engines.dask.bounded_calls import Submitter

PART_BYTES = (
    64 << 20
)  # of far keys in a part, at most: what a task keeps touching while it walks over all slabs
MOST_PARTS = 1024


def find_copies(
    shards: Sequence[Path],
    *,
    index: Index | None,
    published: PublishedSnapshot | None,
    options: Options,
    staging: Path,
    exempt: Collection[str],
    submit: Submitter,
    on_progress: Callable[[int], None],
    place: Place = SHARED,
) -> Copies:
    """See `copies.find_copies`; shards are Parquet files, and the place says how the workers get at them."""
    calls = ((place.away, place.sent(path), options, place.name(staging)) for path in shards)
    written = list(submit.in_order("copydesk-sign", worker_tasks.sign, calls))
    with ClusterFolding(
        index=index,
        published=published,
        options=options,
        staging=staging,
        signed_shards=written,
        submit=submit,
        on_progress=on_progress,
        place=place,
    ) as folding_:
        for path in shards:
            folding_.read(_facts(path))
        return folding_.finish(frozenset(exempt))


def _facts(path: Path) -> pa.Table:
    there = set(pq.read_schema(path).names)
    return pq.read_table(path, columns=[name for name in FACTS if name in there])


class ClusterFolding(copy_search.Folding):
    """See `folding.Folding`; `signed_shards` are what `comparing.sign` gave, in the order in which they are read."""

    def __init__(
        self,
        *,
        index: Index | None,
        published: PublishedSnapshot | None,
        options: Options,
        staging: Path,
        signed_shards: Sequence[tuple[str, str, int]],
        submit: Submitter,
        on_progress: Callable[[int], None],
        place: Place,
    ) -> None:
        self._names = tuple(name for name, _, _ in signed_shards)
        self._words = tuple(name for _, name, _ in signed_shards)
        self._counts = tuple(n for _, _, n in signed_shards)
        self._texts = SignedTexts(place, self._names, self._counts)
        super().__init__(
            index=index, published=published, options=options, staging=staging, texts=self._texts
        )
        self._submit, self._on_progress = submit, on_progress
        self._place = place
        self._snapshot = None if published is None else published.snapshot
        self._plan = ""
        self._written: list[Path] = []  # files of the comparison, of no use after it

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._submit.everywhere(worker_tasks.forget)
        for path in self._written:
            path.unlink(missing_ok=True)

    def read(self, batch: pa.Table) -> None:
        """Put the facts of the next documents aside; their texts stay in the signed shards."""
        if batch.num_rows:
            self._batches.append(keep_policy.facts_of(batch))

    def _compare(self) -> Pairs:
        if not self.n:
            return verification.NONE
        self._know_words()
        slabs = tuple(
            (low, min(low + copy_search.SLAB, self.n)) for low in range(0, self.n, copy_search.SLAB)
        )
        plan = Plan(
            options=self.options,
            folder=self._place.name(self.staging),
            signed=self._names,
            counts=self._counts,
            rows=self._write_rows(),
            slabs=slabs,
            n_published=self.n_published,
            published=_address(self._snapshot),
            place=self._place,
        )
        name = plan.save()
        sketches, queries, extents = [], [], []
        for (low, high), (slab, far) in zip(
            slabs,
            self._submit.in_order("copydesk-gather", worker_tasks.gather, self._calls(name, slabs)),
            strict=True,
        ):
            sketches.append(slab)
            queries.append(far)
            extents.append(self.index.extents)
            self._add(signed.sketches_of(signed.opened(self._noted(slab))), np.arange(low, high))
            self._on_progress(low)
        index, published = self._sent_index()
        plan = replace(
            plan,
            sketches=tuple(sketches),
            queries=tuple(queries),
            extents=tuple(extents),
            index=index,
            published_index=published,
        )
        name = plan.save()
        n_parts = self._n_parts()
        parts = ((self._place.away, name, part, n_parts) for part in range(n_parts))
        partitions = tuple(self._submit.in_order("copydesk-look-up", worker_tasks.look_up, parts))
        self._written += map(self._place.path, (*queries, *partitions))
        name = self._plan = plan.save(partitions=partitions)
        found = []
        for (_, high), pairs in zip(
            slabs,
            self._submit.in_order(
                "copydesk-compare", worker_tasks.compare, self._calls(name, slabs)
            ),
            strict=True,
        ):
            found.append(self._noted(pairs))
            self._on_progress(high)
        return self._rows_of_pairs(slab_comparison.read_pairs(found))

    def _decide(self, first: NDArray[np.int64], spared: NDArray[np.bool_]) -> Copies:
        rows = component_decisions.Rows(
            self.facts,
            self._read_as,
            first,
            spared,
            self.n_words,
            self.position,
            self._kept_id,
            self._row_of,
        )
        component = component_decisions.components(rows, self.pairs)
        if not (component >= 0).any():  # nothing resembles anything
            return super()._decide(first, spared)
        part = component_decisions.parts(component, self.pairs, self._submit.n_threads)
        names = self._written_parts(
            component_decisions.write(self._place, self.staging, rows, self.pairs, part)
        )
        calls = ((self._place.away, self._plan, name) for name in names)
        done = list(self._submit.in_order("copydesk-decide", worker_tasks.decide, calls))
        return Copies(
            **component_decisions.decided(self._place, done),
            new_index_files=tuple(self._staged[name] for name in sorted(self._staged)),
            index_files=self.index.names,
        )

    def _written_parts(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            self._written += component_decisions.files_of(self._place, name)
            yield name

    def _noted(self, name: str) -> Path:
        """A file that a worker wrote."""
        self._written.append(self._place.fetched(name))
        return self._written[-1]

    def _sent_index(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the index, apart for files that the workers have from the published snapshot."""
        paths = [file.path for file in (*self.index.docs, *self.index.runs)]
        mine = [path for path in paths if path.name in self._staged or not self._place.is_carried]
        return tuple(map(self._place.sent, mine)), tuple(
            path.name for path in paths if path not in mine
        )

    def _know_words(self) -> None:
        """Number and hash of every document's words, and the first row with the same."""
        words = [signed.opened(self._noted(name)) for name in self._words]
        n_words, sequence = (
            np.concatenate([file.array(name) for file in words])[self._read_as]
            for name in signed.WORDS
        )
        self.n_words[:] = n_words
        # A spared document stands for itself alone; others with its words are compared with it.
        self._sequence[:] = np.where(self._spared, np.uint64(0), sequence)
        self._first[:] = leader_clustering.first_of_equals(
            self._sequence, self.n_words, self.times, np.arange(self.n), self.options
        )

    def _write_rows(self) -> str:
        arrays = {
            "order": self._read_as,
            "time": self.times,
            "n_words": self.n_words,
            "first": self._first,
        }
        return self._place.sent(
            index_files.write(self.staging, "rows", {"count": self.n}, arrays).path
        )

    def _calls(self, plan: str, slabs: Sequence[tuple[int, int]]) -> list[tuple[Place, str, int]]:
        return [(self._place.away, plan, number) for number in range(len(slabs))]

    def _n_parts(self) -> int:
        """A power of two: parts for every thread, none too large for its memory."""
        n_bytes = 8 * candidates.SMALLEST * self.index.n_documents
        least = max(self._submit.n_threads, -(-n_bytes // PART_BYTES))
        return int(min(MOST_PARTS, 1 << (least - 1).bit_length()))

    def _rows_of_pairs(self, parts: Sequence[Pairs]) -> Pairs:
        """The pairs with rows in place of numbers; published documents are fetched as they are met."""
        pairs = []
        for part in parts:
            others = part.b - self.n_published
            if (others < 0).any():
                others = self._rows_of_published(part.b, others)
            there: NDArray[np.bool_] = others >= 0
            pairs.append(
                Pairs(
                    part.a, others, *(getattr(part, name) for name in slab_comparison.PAIRS[2:])
                ).take(there)
            )
        return verification.concatenate(*pairs)


def _address(snapshot: Snapshot | None) -> tuple[str, str] | None:
    """Where a worker finds a snapshot."""
    if snapshot is None:
        return None
    origin = getattr(snapshot, "origin", None)
    return (str(snapshot.root) if origin is None else str(origin.uri), snapshot.id)
