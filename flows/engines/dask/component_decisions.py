"""The decisions on the workers: components of what is linked, some at a time, each decided as a fold of its own.

Whether a document is kept depends on the documents that its pairs lead to, on those with its words and
on the published cluster of a copy, and on theirs: on its component and nothing else. The components
only say which rows go together; inside, leaders are chosen by `folding.Folding`, in its order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.ipc
from numpy.typing import NDArray

from copydesk.flows.engines.dask import plan as plans
from copydesk.flows.engines.dask.plan import Plan
from copydesk.flows.engines.dask.slab_comparison import PAIRS
from copydesk.flows.engines.dask.transfer import Place
from copydesk.flows.pipeline import copy_search
from copydesk.flows.pipeline.deduplicate import Copies
from copydesk.flows.support.atomic_write import drafted
from copydesk.transforms.dedup import in_memory_search, keep_policy, sketches
from copydesk.transforms.dedup.verification import Pairs

TABLES = ("pairs", "folds", "moved", "refolded", "sizes")  # of Copies, all keyed by document
MOST = 100_000  # rows and pairs decided at once, but for a larger component: some 50 MB
LEAST = 2_000  # rows and pairs that are worth a task of their own; arbitrary


class Rows(NamedTuple):
    """What is known of the rows of a fold; see `folding.Folding`."""

    facts: pa.Table
    read_as: NDArray[np.int64]
    first: NDArray[np.int64]
    spared: NDArray[np.bool_]
    n_words: NDArray[np.int32]
    position: NDArray[np.int64]
    kept_id: Mapping[int, str]
    row_of: Mapping[str, int]


def components(rows: Rows, pairs: Pairs) -> NDArray[np.int64]:
    """The number of each row's component; -1 for a row that is linked to no other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    clusters = [
        (row, rows.row_of[kept]) for row, kept in rows.kept_id.items() if kept in rows.row_of
    ]
    linked = np.array(clusters, np.int64).reshape(-1, 2)
    n, new = rows.facts.num_rows, np.arange(len(rows.first))
    one, other = (
        np.concatenate([pairs.a, new, linked[:, 0]]),
        np.concatenate([pairs.b, rows.first, linked[:, 1]]),
    )
    _, label = connected_components(
        coo_array((np.ones(len(one), np.bool_), (one, other)), shape=(n, n)), directed=False
    )
    return np.where(np.bincount(label, minlength=1)[label] > 1, label, -1).astype(np.int64)


def parts(component: NDArray[np.int64], pairs: Pairs, n_threads: int) -> NDArray[np.int64]:
    """The part to which each row goes, whole components to each; -1 for a row without a component."""
    among = component >= 0
    weight = np.bincount(component[among]) + np.bincount(
        component[pairs.a], minlength=int(component.max(initial=-1)) + 1
    )
    size = int(np.clip(-(-weight.sum() // n_threads), LEAST, MOST))
    part = (np.cumsum(weight) - weight) // size
    return np.where(among, part[np.maximum(component, 0)], -1)


def write(
    place: Place, folder: Path, rows: Rows, pairs: Pairs, part: NDArray[np.int64]
) -> Iterator[str]:
    """Files with the rows and the pairs of each part, one after the other; what their names begin with."""
    n, token = len(rows.first), token_hex(8)
    by_row, by_pair = np.argsort(part, kind="stable"), np.argsort(part[pairs.a], kind="stable")
    row_ends, pair_ends = part[by_row], part[pairs.a][by_pair]
    for number in np.unique(part[part >= 0]).tolist():
        which = by_row[slice(*np.searchsorted(row_ends, [number, number + 1]))]
        new = which[which < n]
        table = rows.facts.take(pa.array(which))
        for name, values in {
            "row": which,
            "words": rows.n_words[which],
            "position": rows.position[which],
            "read_as": _padded(rows.read_as[new], which),
            "first": _padded(rows.first[new], which),
            "spared": _padded(rows.spared[new], which),
        }.items():
            table = table.append_column(name, pa.array(values))
        table = table.append_column(
            "kept_doc_id", pa.array([rows.kept_id.get(row) for row in which.tolist()], pa.string())
        )
        chosen = pairs.take(by_pair[slice(*np.searchsorted(pair_ends, [number, number + 1]))])
        path = folder / f"decided-{token}-{number:06}"
        place.sent(_save(path.with_suffix(".rows"), table))
        place.sent(
            _save(
                path.with_suffix(".found"),
                pa.table({column: getattr(chosen, column) for column in PAIRS}),
            )
        )
        yield place.name(path)


def _padded(values: NDArray[np.generic], which: NDArray[np.int64]) -> NDArray[np.generic]:
    """Values of the new rows, which come first, and zeros for the published ones."""
    return np.concatenate([values, np.zeros(len(which) - len(values), values.dtype)])


def decide(place: Place, name: str, part: str) -> str:
    """Decide a part; its tables are written beside it."""
    plan = plans.load(place, name)
    rows, found = map(_read, place.all_fetched([f"{part}.rows", f"{part}.found"]))
    copies = _Part(plan, rows, found).decide()
    for table in TABLES:
        place.sent(_save(place.path(f"{part}.{table}"), getattr(copies, table)))
    return part


class _Part(copy_search.Folding):
    """The rows of some components, with their pairs: a fold that has been compared. It is not closed: the texts are those of all."""

    def __init__(self, plan: Plan, rows: pa.Table, pairs: pa.Table) -> None:
        super().__init__(
            index=None,
            published=plan.snapshot,
            options=plan.options,
            staging=plan.at(),
            texts=plan.texts,
        )
        numbers = rows["row"].to_numpy()
        self.n = int(np.searchsorted(numbers, sum(plan.counts)))
        self.facts = keep_policy.facts_of(rows)
        self.times = in_memory_search.as_times(self.facts["published_at"], self.facts.num_rows)
        self.n_words, self.position = rows["words"].to_numpy(), rows["position"].to_numpy()
        self._read_as = rows["read_as"].to_numpy()[: self.n]
        self._first = np.searchsorted(numbers, rows["first"].to_numpy()[: self.n])
        self._spared = np.asarray(rows["spared"])[: self.n]
        self._old_texts = pa.array([], pa.large_string())
        self._row_of = {
            doc_id: row
            for row, doc_id in enumerate(self.facts["doc_id"].to_pylist())
            if row >= self.n
        }
        self._kept_id = {
            row: kept
            for row, kept in enumerate(rows["kept_doc_id"].to_pylist())
            if kept is not None
        }
        a, b, *rest = (pairs[column].to_numpy() for column in PAIRS)
        self.pairs = Pairs(np.searchsorted(numbers, a), np.searchsorted(numbers, b), *rest)

    def decide(self) -> Copies:
        """Choose leaders, and the rows that follow."""
        return self._decide(self._first, self._spared)

    def _texts_of(self, rows: NDArray[np.int64]) -> pa.LargeStringArray:
        """See `folding.Folding`; texts of published documents, which few decisions need, are read when they are."""
        new, old = rows[rows < self.n], rows[rows >= self.n]
        texts = self._spill.take(self._read_as[new])
        if not len(old):
            return texts
        assert self.published is not None
        ids = self.facts["doc_id"].take(pa.array(old)).combine_chunks()
        found = self.published.documents(sorted(ids.to_pylist()))
        where = pa.compute.index_in(ids, value_set=found["doc_id"].combine_chunks())
        return pa.concat_arrays([texts, sketches.as_texts(found["text"].take(where))])


def decided(place: Place, parts: Sequence[str]) -> dict[str, pa.Table]:
    """The tables of all parts, each as one machine sorts it."""
    found = {
        table: pa.concat_tables(
            map(_read, place.all_fetched([f"{part}.{table}" for part in parts]))
        )
        for table in TABLES
    }
    return {
        name: table.sort_by(
            [
                (column, "ascending")
                for column in (("doc_a", "doc_b") if name == "pairs" else ("doc_id",))
            ]
        )
        for name, table in found.items()
    }


def files_of(place: Place, part: str) -> list[Path]:
    """Everything that was written about a part."""
    return [place.path(f"{part}.{kind}") for kind in ("rows", "found", *TABLES)]


def _save(path: Path, table: pa.Table) -> Path:
    with (
        drafted(path) as draft,
        pa.OSFile(str(draft), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)
    return path


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
