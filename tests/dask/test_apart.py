"""Machines without a shared folder give the rows of one machine.

The files of a run go through the store of the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from copydesk.flows.engines import base
from copydesk.flows.engines.dask import worker_tasks
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.read import Limits
from tests.dask.runs import CACHE, Cluster, Killing, assert_same, deliver
from tests.remote.conftest import objects

pytestmark = pytest.mark.skipif(
    not CACHE.parent.exists(),
    reason="needs /proc for a path that leads to another folder in each process",
)

BUCKET = "apart"
WAREHOUSE = f"s3://{BUCKET}/wh"


@dataclass
class Machines:
    """The cluster, the folders of its workers, and a client of the store."""

    cluster: Cluster
    folders: list[Path]
    store: Any

    def transferred(self) -> list[object]:
        """Return the files for the workers that are on the store or in their caches."""
        there = [
            path
            for folder in self.folders
            for path in (folder / "cache" / "transfers").rglob("*")
            if path.is_file()
        ]
        return [*objects(self.store, BUCKET, "wh/staging/"), *there]


@pytest.fixture(scope="module")
def machines(cluster: Cluster, folders: list[Path], s3: Any) -> Iterator[Machines]:
    """Return the cluster. This process is the machine of the run, with a cache of its own."""
    s3.create_bucket(Bucket=BUCKET)
    here, *others = folders
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_CACHE", str(CACHE))
        patch.chdir(here)
        yield Machines(cluster, others, s3)


@pytest.fixture(scope="module")
def watching(machines: Machines, inputs: list[Path]) -> Killing:
    """Return the progress of the first delivery, which nothing disturbed."""
    looking = Killing(machines.cluster.address, kills=False)
    deliver(
        inputs[0], WAREHOUSE, engine="dask", scheduler=machines.cluster.address, progress=looking
    )
    return looking


def test_workers_that_share_no_folder_give_the_rows_of_one_machine(
    watching: Killing, machines: Machines, alone: list[Path]
) -> None:
    assert "share no folder" in watching.notes[1]
    assert_same(alone[0], WAREHOUSE)
    assert not machines.transferred()


def test_workers_that_share_no_folder_do_so_even_if_one_is_killed(
    watching: Killing,
    machines: Machines,
    inputs: list[Path],
    alone: list[Path],
) -> None:
    killing = Killing(machines.cluster.address)
    deliver(
        inputs[1], WAREHOUSE, engine="dask", scheduler=machines.cluster.address, progress=killing
    )
    assert killing.killed == ["clean"]
    assert_same(alone[1], WAREHOUSE)
    assert not machines.transferred()


def test_a_shard_that_was_edited_before_a_run_was_killed_is_not_edited_again(
    machines: Machines,
) -> None:
    from tests.read.test_work import cut

    staging = CACHE / "staging" / "run"
    (staging / "edited").mkdir(parents=True)
    (staging / "head").write_text("Dear ")
    shards = cut(["ann", "bo", "cy"], staging / "read", documents=1)
    options = {"folder": staging / "edited", "head": staging / "head"}
    runs = []
    for n in (1, 3):
        with base.open_engine(
            "dask", workers=1, scheduler=machines.cluster.address, note=print
        ) as engine:
            engine.prepare(staging, WAREHOUSE)
            runs.append(
                [
                    result["pid"]
                    for _, result in engine.run_shards(
                        shards[:n],
                        ShardTask("tests.read.tasks:note_down", options, Limits(), "k"),
                        on_progress=lambda n: None,
                    )
                ]
            )
    assert [path.read_text() for path in sorted((staging / "edited").iterdir())] == [
        "Dear ANN",
        "Dear BO",
        "Dear CY",
    ]
    assert runs[0][0] == runs[1][0]
    assert not machines.transferred()


def test_a_worker_that_reaches_neither_the_folder_nor_the_store_is_named(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = CACHE / "staging" / "other"
    staging.mkdir(parents=True)
    monkeypatch.setattr(worker_tasks, "reaches", lambda transfer, name: "no credentials")
    with base.open_engine(
        "dask", workers=1, scheduler=machines.cluster.address, note=print
    ) as engine:
        with pytest.raises(
            base.EngineError,
            match=r"worker tcp.* shares no folder .* cannot reach the warehouse \(no credentials\)",
        ):
            engine.prepare(staging, WAREHOUSE)
        with pytest.raises(base.EngineError, match="cannot see the folder"):
            engine.prepare(staging)
