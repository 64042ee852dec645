"""The fold as the cluster cuts it, its tasks called in this process: the same rows as the fold of one machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.flows import folding
from copydesk.flows.cluster import folding as cluster
from copydesk.flows.cluster.plan import Plan
from copydesk.flows.copies import Copies
from copydesk.flows.index import Index
from copydesk.transforms.dedup import Options
from tests.dask.corpus import in_parts, trying
from tests.dedup.shelf import Shelf

FOUND = ("pairs", "folds", "moved", "refolded", "sizes", "index_files")


class Here:
    """A cluster of this process: every task runs when its result is asked for, twice, as after a lost worker."""

    n_threads = 3

    def in_order(self, name: str, function: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        for call in calls:
            first = function(*call)
            assert function(*call) == first, name
            yield first

    def everywhere(self, function: Callable[..., Any], *arguments: object) -> None:
        function(*arguments)


class ClusterShelf(Shelf):
    """A shelf that folds as the cluster does; documents come in shards of uneven sizes."""

    def ingest(self, table: pa.Table, *, exempt: Collection[str] = ()) -> Copies:  # type: ignore[override]
        shards = []
        for number, part in enumerate(in_parts(table, (1, 90, 300))):
            shards.append(self.folder / f"{self.runs}-{number}.parquet")
            self.folder.mkdir(exist_ok=True)
            pq.write_table(part, shards[-1])
        self.snapshot = None

        def find_copies(_: object, *, index: Index | None, published: Any, options: Options, staging: Path, exempt: Collection[str]) -> Copies:
            return cluster.find_copies(
                shards, index=index, published=published, options=options, staging=staging, exempt=exempt, submit=Here(),  # type: ignore[arg-type]
                on_progress=lambda n: None,
            )

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.dedup.shelf.find_copies", find_copies)
            patch.setattr(Plan, "snapshot", self)
            return super().ingest(table, exempt=exempt)


def both(folder: Path, table: pa.Table, *, n_first: int, exempt: Collection[str] = (), **options: Any) -> Iterator[tuple[Copies, Copies]]:
    """What each finds in the first rows, then in the rest with those published."""
    one, many = Shelf(folder / "one", Options(**options)), ClusterShelf(folder / "many", Options(**options))
    for part in in_parts(table, (n_first,)):
        yield one.ingest(part, exempt=exempt), many.ingest(part, exempt=exempt)


@pytest.mark.parametrize(("slab", "seed"), [(64, 1), (250, 2), (10_000, 3)])
def test_the_cluster_finds_what_one_machine_finds_however_large_a_slab_is(slab: int, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SLAB", slab)
    for one, many in both(tmp_path, trying(seed), n_first=400):
        assert one.pairs.num_rows > 500
        for name in FOUND:
            assert getattr(one, name) == getattr(many, name), name


def test_revisions_are_kept_on_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SLAB", 100)
    table = trying(4)
    spared = table["doc_id"].to_pylist()[::7]
    for one, many in both(tmp_path, table, n_first=500, exempt=spared):
        assert not set(many.folds["doc_id"].to_pylist()) & set(spared)
        for name in FOUND:
            assert getattr(one, name) == getattr(many, name), name


def test_a_new_document_that_the_policy_prefers_takes_a_published_cluster_over_on_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "SLAB", 150)
    n_moved = 0
    for one, many in both(tmp_path, trying(5), n_first=350, keep="longest", window_hours=24.0, undated_window=40):
        n_moved += one.moved.num_rows
        for name in FOUND:
            assert getattr(one, name) == getattr(many, name), name
    assert n_moved


def test_a_run_without_new_documents_folds_nothing(tmp_path: Path) -> None:
    copies = cluster.find_copies(
        [], index=None, published=None, options=Options(), staging=tmp_path, exempt=(), submit=Here(), on_progress=lambda n: None,  # type: ignore[arg-type]
    )
    assert (copies.pairs.num_rows, copies.index_files) == (0, ())
