"""The comparison of new documents on the workers: the slabs of `flows.pipeline.copy_search`, each a task.

What a slab finds depends on the slab, on the index before it and on nothing else: popular keys are
capped within the slab and within each run of that index. So the tasks are cut along the slabs and
look into the finished index as it stood then, and every cap chooses the same documents here as there.
Keys that are looked up within the window lie together by day, so a slab reads them where they are.
Keys that are looked up beyond it lie anywhere in the index: those are shuffled by their top bits, and
a task holds one part of the index under one part of the keys of all slabs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.flows.engines.dask import plan as plans
from copydesk.flows.engines.dask import signed_shards
from copydesk.flows.engines.dask.plan import Plan
from copydesk.flows.engines.dask.transfer import Place
from copydesk.flows.index import index_files, posting_search
from copydesk.flows.pipeline import deduplicate
from copydesk.transforms.dedup import candidates, in_memory_search, keep_policy, verification
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.verification import Pairs

PAIRS = ("a", "b", "estimated", "jaccard", "a_in_b", "b_in_a", "longest")


def sign(place: Place, name: str, options: Options, folder: str) -> tuple[str, str, int]:
    """The signed shard of a placed one, and what the machine of the run needs of it: number and hash of the words."""
    batches = deduplicate.read_shards([place.fetched(name)])
    texts = sketching.as_texts(
        pa.chunked_array([batch["text"].combine_chunks() for batch in batches])
    )
    file = signed_shards.write(texts, options, place.path(folder))
    words = index_files.write(
        place.path(folder),
        "words",
        {"count": len(texts)},
        {name: file.array(name) for name in signed_shards.WORDS},
    )
    return place.sent(file.path), place.sent(words.path), len(texts)


def gather(place: Place, name: str, number: int) -> tuple[str, str]:
    """The sketches of a slab, and its far queries by the first row of each word sequence."""
    plan = plans.load(place, name)
    low, high = plan.slabs[number]
    sketches = plan.texts.sketches(plan.row_file.array("order")[low:high])
    asked = posting_search.queries(
        sketches.keys, sketches.n_keys, _asking(plan, low, high), candidates.SMALLEST
    )
    written = [
        index_files.write(
            plan.at(), "slab", {"count": high - low}, signed_shards.arrays_of(sketches)
        ),
        index_files.write(plan.at(), "far", {"slab": number}, {"far": asked}),
    ]
    return place.sent(written[0].path), place.sent(written[1].path)


def look_up(place: Place, name: str, part: int, n_parts: int) -> str:
    """What the far queries of every slab find in the index before it, under the part-th of so many equal parts of the keys.

    A pair that shares several keys of the part stands once, with their number.
    """
    plan = plans.load(place, name)
    bits = n_parts.bit_length() - 1
    packed, shared, ends = [], [], [0]
    for number, path in enumerate(place.all_fetched(plan.queries)):
        asked = signed_shards.opened(path).array("far")
        chosen = np.array(asked[_place(asked, part, bits) : _place(asked, part + 1, bits)])
        row, document, n = posting_search.count(plan.index_before(number).far_hits(chosen))
        packed.append(
            (row.astype(np.uint64) << np.uint64(candidates.DOCUMENT_BITS))
            | document.astype(np.uint64)
        )
        shared.append(n.astype(np.uint8))
        ends.append(ends[-1] + len(row))
    arrays = {
        "packed": np.concatenate(packed),
        "shared": np.concatenate(shared),
        "ends": np.array(ends),
    }
    return place.sent(index_files.write(plan.at(), "part", {"part": part}, arrays).path)


def _place(asked: NDArray[np.uint64], part: int, bits: int) -> int:
    """Where the part of the keys begins that has these top bits."""
    return (
        len(asked) if part >> bits else int(np.searchsorted(asked, np.uint64(part << (64 - bits))))
    )


def compare(place: Place, name: str, number: int) -> str:
    """Measured pairs of a slab above the floor; `b` is a document's number in the index."""
    plan = plans.load(place, name)
    low, high = plan.slabs[number]
    rows, options = np.arange(low, high), plan.options
    file = plan.row_file
    times, first = np.array(file.array("time")[low:high]), file.array("first")
    sketches = signed_shards.sketches_of(plan.slab(number)).take(np.arange(high - low))
    local = _asking(plan, low, high)
    chosen = sketches if len(local) == len(rows) else sketches.take(local)
    one, other, estimated = verification.candidates(chosen, times[local], options)
    among: Any = rows[local][one], rows[local][other] + plan.n_published, estimated
    found = plan.index_before(number).find(sketches, times, local, _far(plan, number))
    row = found.numbers - plan.n_published
    # Of equal words in this run only the first is compared, as within a slab.
    there = (row < 0) | (np.asarray(first[np.maximum(row, 0)]) == row)
    before: Any = found.rows[there] + low, found.numbers[there], found.estimated[there]
    a, b, guessed = (
        np.concatenate([of_slab, of_index]) for of_slab, of_index in zip(among, before, strict=True)
    )
    pairs = _measured(plan, a, b, guessed)
    return place.sent(
        index_files.write(
            plan.at(), "pairs", {"slab": number}, {name: getattr(pairs, name) for name in PAIRS}
        ).path
    )


def _asking(plan: Plan, low: int, high: int) -> NDArray[np.int64]:
    """Places in the slab of the first row of each word sequence."""
    return np.flatnonzero(
        np.asarray(plan.row_file.array("first")[low:high]) == np.arange(low, high)
    )


def _far(plan: Plan, number: int) -> NDArray[np.uint64]:
    """What all parts found for the far queries of a slab, a pair once for each key."""
    found = []
    for path in plan.place.all_fetched(plan.partitions):
        part = signed_shards.opened(path)
        low, high = (int(end) for end in part.array("ends")[number : number + 2])
        found.append(
            np.repeat(
                np.asarray(part.array("packed")[low:high]),
                np.asarray(part.array("shared")[low:high]),
            )
        )
    return np.concatenate(found) if found else np.empty(0, np.uint64)


def _measured(
    plan: Plan, a: NDArray[np.int64], numbers: NDArray[np.int64], estimated: NDArray[np.float32]
) -> Pairs:
    """Exact similarities of rows with documents of the index, above the floor; those gone from the snapshot are left out."""
    file, n = plan.row_file, sum(plan.counts)
    b = numbers - plan.n_published
    published = _Published(plan, np.unique(numbers[b < 0]))
    b[b < 0] = published.rows_of(numbers[b < 0], n)
    there = b >= 0
    order, n_words, times = (file.array(name) for name in ("order", "n_words", "time"))

    def words_of(rows: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        new, old = rows[rows < n], rows[rows >= n] - n
        texts = pa.concat_arrays(
            [plan.texts.take(np.asarray(order[new])), published.texts.take(pa.array(old))]
        )
        counts = np.concatenate([np.asarray(n_words[new]), published.n_words[old]])
        return sketching.words_of(texts, np.arange(len(rows)), counts)

    pairs = verification.measure(
        a[there], b[there], estimated[there], words_of, ngram=plan.options.ngram
    )
    is_new, old = pairs.b < n, np.maximum(pairs.b - n, 0)
    new = np.where(is_new, pairs.b, 0)
    theirs = np.where(is_new, new + plan.n_published, published.numbers[old])
    inside = verification.is_inside(
        np.asarray(times[pairs.a]),
        np.where(is_new, times[new], published.times[old]),
        pairs.a + plan.n_published - theirs,
        plan.options,
    )
    above = verification.above_floor(pairs, inside, plan.options)
    return replace(pairs, b=theirs).take(above)


class _Published:
    """The published documents among those found; the arrays have a place too many, so that they are never empty."""

    def __init__(self, plan: Plan, numbers: NDArray[np.int64]) -> None:
        ids = plan.whole_index.doc_ids(numbers) if len(numbers) else []
        snapshot = plan.snapshot if ids else None
        table: Any = None if snapshot is None else snapshot.documents(sorted(ids)).sort_by("doc_id")
        row_of: dict[str, int] = {}
        self.texts: pa.LargeStringArray = pa.array([], pa.large_string())
        times, n_words = np.empty(0, np.int64), np.empty(0, np.int32)
        if table is not None:
            row_of = {doc_id: row for row, doc_id in enumerate(table["doc_id"].to_pylist())}
            self.texts = sketching.as_texts(table["text"])
            times = in_memory_search.as_times(
                keep_policy.facts_of(table)["published_at"], table.num_rows
            )
            n_words = sketching.sketch(self.texts, plan.options).n_words
        self._asked, self._rows = (
            numbers,
            np.array([row_of.get(doc_id, -1) for doc_id in ids], np.int64),
        )
        self.times, self.n_words = np.append(times, 0), np.append(n_words, np.int32(0))
        self.numbers = np.zeros(len(self.times), np.int64)
        self.numbers[self._rows[self._rows >= 0]] = numbers[self._rows >= 0]

    def rows_of(self, numbers: NDArray[np.int64], first: int) -> NDArray[np.int64]:
        """Rows of the documents, from `first` on; -1 for those that the snapshot no longer has."""
        if not len(numbers):
            return np.empty(0, np.int64)
        rows = self._rows[np.searchsorted(self._asked, numbers)]
        return np.where(rows < 0, -1, rows + first)


def read_pairs(paths: Sequence[Path]) -> list[Pairs]:
    """The pairs that `compare` wrote."""
    return [
        Pairs(*(np.array(file.array(name)) for name in PAIRS))
        for file in map(signed_shards.opened, paths)
    ]
