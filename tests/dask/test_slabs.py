"""The fold as the cluster cuts it, its tasks called in this process: the same rows as the fold of one machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from copydesk.flows.engines.dask import component_decisions, signed_shards
from copydesk.flows.engines.dask import distributed_copies as cluster
from copydesk.flows.engines.dask.plan import Plan
from copydesk.flows.index import Index, IndexRefused, index_files
from copydesk.flows.pipeline import copy_search
from copydesk.flows.pipeline.deduplicate import Copies
from copydesk.transforms.dedup import Options, keep_policy
from copydesk.transforms.dedup.verification import Pairs
from tests.dask.corpus import in_parts, trying
from tests.dedup.shelf import Shelf

RAN: Counter[str] = Counter()
FOUND = ("pairs", "folds", "moved", "refolded", "sizes", "index_files")


class Here:
    """A cluster of this process: every task runs when its result is asked for, twice, as after a lost worker."""

    n_threads = 3

    def in_order(
        self, name: str, function: Callable[..., Any], calls: Iterable[tuple[Any, ...]]
    ) -> Iterator[Any]:
        for call in calls:
            first = function(*call)
            RAN[name] += 1
            assert function(*call) == first, name
            yield first

    def everywhere(self, function: Callable[..., Any], *arguments: object) -> None:
        function(*arguments)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few components in each part, of so few documents."""
    monkeypatch.setattr(component_decisions, "LEAST", 5)
    monkeypatch.setattr(component_decisions, "MOST", 60)
    RAN.clear()


class ClusterShelf(Shelf):
    """A shelf that folds as the cluster does; documents come in shards of uneven sizes."""

    def ingest(self, table: pa.Table, *, exempt: Collection[str] = ()) -> Copies:  # type: ignore[override]
        shards = []
        for number, part in enumerate(in_parts(table, (1, 90, 300))):
            shards.append(self.folder / f"{self.runs}-{number}.parquet")
            self.folder.mkdir(exist_ok=True)
            pq.write_table(part, shards[-1])
        self.snapshot = None

        def find_copies(
            _: object,
            *,
            index: Index | None,
            published: Any,
            options: Options,
            staging: Path,
            exempt: Collection[str],
        ) -> Copies:
            return cluster.find_copies(
                shards,
                index=index,
                published=published,
                options=options,
                staging=staging,
                exempt=exempt,
                submit=Here(),  # type: ignore[arg-type]
                on_progress=lambda n: None,
            )

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.dedup.shelf.find_copies", find_copies)
            patch.setattr(Plan, "snapshot", self)
            return super().ingest(table, exempt=exempt)


def both(
    folder: Path, table: pa.Table, *, n_first: int, exempt: Collection[str] = (), **options: Any
) -> Iterator[tuple[Copies, Copies]]:
    """What each finds in the first rows, then in the rest with those published."""
    one, many = (
        Shelf(folder / "one", Options(**options)),
        ClusterShelf(folder / "many", Options(**options)),
    )
    for part in in_parts(table, (n_first,)):
        yield one.ingest(part, exempt=exempt), many.ingest(part, exempt=exempt)


@pytest.mark.parametrize(("slab", "seed"), [(64, 1), (250, 2), (10_000, 3)])
def test_the_cluster_finds_what_one_machine_finds_however_large_a_slab_is(
    slab: int, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_search, "SLAB", slab)
    for one, many in both(tmp_path, trying(seed), n_first=400):
        assert one.pairs.num_rows > 500
        for name in FOUND:
            assert getattr(one, name) == getattr(many, name), name
    assert RAN["copydesk-decide"] > 10


def test_revisions_are_kept_on_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_search, "SLAB", 100)
    table = trying(4)
    spared = table["doc_id"].to_pylist()[::7]
    for one, many in both(tmp_path, table, n_first=500, exempt=spared):
        assert not set(many.folds["doc_id"].to_pylist()) & set(spared)
        for name in FOUND:
            assert getattr(one, name) == getattr(many, name), name


def test_a_new_document_that_the_policy_prefers_takes_a_published_cluster_over_on_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_search, "SLAB", 150)
    n_moved = 0
    for one, many in both(
        tmp_path, trying(5), n_first=350, keep="longest", window_hours=24.0, undated_window=40
    ):
        n_moved += one.moved.num_rows
        for name in FOUND:
            assert getattr(one, name) == getattr(many, name), name
    assert n_moved


def test_a_run_without_new_documents_folds_nothing(tmp_path: Path) -> None:
    copies = cluster.find_copies(
        [],
        index=None,
        published=None,
        options=Options(),
        staging=tmp_path,
        exempt=(),
        submit=Here(),
        on_progress=lambda n: None,  # type: ignore[arg-type]
    )
    assert (copies.pairs.num_rows, copies.index_files) == (0, ())


def test_a_staged_file_of_anything_but_numbers_is_refused(tmp_path: Path) -> None:
    file = index_files.write(tmp_path, "slab", {"count": 2}, {"far": np.array([1, 2], np.uint64)})
    file.path.write_bytes(file.path.read_bytes().replace(b'"type": "<u8"', b'"type": "|O" '))
    with pytest.raises(IndexRefused, match="does not hold numbers"):
        signed_shards.opened(file.path)


def test_a_part_holds_whole_components_and_no_row_that_is_linked_to_none() -> None:
    n = 10
    links = np.array([[1, 0], [5, 1], [4, 3]])
    pairs = Pairs(*links.T, *(np.ones(3, np.float32) for _ in range(4)), np.ones(3, np.int32))
    first = np.array(
        [0, 1, 2, 3, 4, 5, 6, 2]
    )  # row 7 has the words of row 2; row 8 is published, as a copy of row 6, and row 9 alone
    rows = component_decisions.Rows(
        keep_policy.facts_of(pa.table({"doc_id": list("abcdefghij")})),
        np.arange(8),
        first,
        np.zeros(8, np.bool_),
        np.ones(n, np.int32),
        np.arange(n),
        {8: "g"},
        {"g": 6},
    )
    component = component_decisions.components(rows, pairs)
    assert _groups(component) == [[0, 1, 5], [2, 7], [3, 4], [6, 8], [9]]
    assert component[9] == -1
    assert _groups(component_decisions.parts(component, pairs, 1)) == [[*range(9)], [9]]
    for n_threads in (2, 3, 9):
        part = component_decisions.parts(component, pairs, n_threads)
        assert part[9] == -1
        assert len({*zip(component.tolist(), part.tolist(), strict=True)}) == len(
            {*component.tolist()}
        )


def _groups(numbers: NDArray[np.int64]) -> list[list[int]]:
    return sorted(np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers))
