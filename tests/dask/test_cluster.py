"""A real cluster on loopback gives the rows of one machine, whatever happens to its workers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.engines import base, worker_pool
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.pipeline.copies import copy_search
from copydesk.flows.read import Limits
from tests.dask.runs import RECIPE, Cluster, Killing, assert_same, deliver


@pytest.fixture(scope="module")
def killing() -> Killing:
    return Killing()


@pytest.fixture(scope="module")
def spread(inputs: list[Path], killing: Killing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the warehouse that Dask workers on this machine make from the first delivery.

    There are two of them, and one is killed.
    """
    warehouse = tmp_path_factory.mktemp("spread") / "w"
    deliver(inputs[0], warehouse, engine="dask", workers=2, progress=killing)
    return warehouse


def test_workers_of_this_machine_give_the_rows_of_one_machine_even_if_some_are_killed(
    spread: Path, alone: list[Path], killing: Killing
) -> None:
    assert killing.killed == ["clean"]
    assert_same(alone[0], spread)


def test_workers_of_this_machine_listen_only_on_loopback_and_the_dashboard_is_named(
    spread: Path, killing: Killing
) -> None:
    assert killing.listening == {"127.0.0.1"}
    assert "2 worker threads" in killing.notes[0]
    assert "dashboard http://127.0.0.1:" in killing.notes[0]


def test_a_running_scheduler_adds_to_a_published_warehouse_as_one_machine_does(
    cluster: Cluster,
    inputs: list[Path],
    alone: list[Path],
    spread: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copy_search, "SLAB", 100)
    shutil.copytree(spread, tmp_path / "w", symlinks=True)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    result = CliRunner().invoke(
        main,
        [
            "ingest",
            "--direct",
            "--engine",
            "dask",
            "--scheduler",
            cluster.address,
            "--recipe",
            str(tmp_path / "recipe.toml"),
            "--warehouse",
            str(tmp_path / "w"),
            str(inputs[1]),
        ],
    )
    assert result.exit_code == 0, result.output
    assert f"worker threads at {cluster.address}" in result.output
    assert_same(alone[1], tmp_path / "w")


def test_a_document_that_kills_its_process_harms_no_dask_worker(
    cluster: Cluster, tmp_path: Path
) -> None:
    from tests.read.test_work import cut

    shards = cut(["one", "two", "segfault", "three", "spin", "four"], tmp_path / "shards")
    before = cluster.pids()
    limits = Limits(seconds=1, memory_bytes=300 * 2**20)
    with base.open_engine("dask", workers=1, scheduler=cluster.address, note=print) as engine:
        results = list(
            engine.run_shards(
                shards,
                ShardTask("tests.read.tasks:shout", {"folder": str(tmp_path)}, limits),
                on_progress=lambda n: None,
            )
        )
    assert [text for _, result in results for _, text in result["texts"]] == [
        "ONE",
        "TWO",
        "THREE",
        "FOUR",
    ]
    assert sorted(row[3] for _, result in results for row in result["rejects"]) == [
        "crashed",
        "timeout",
    ]
    assert cluster.pids() == before
    for _, result in results:
        # The process next to the worker ended with the stage.
        with pytest.raises(ProcessLookupError):
            os.kill(result["pid"], 0)


def test_a_fault_of_the_program_ends_the_run_with_its_own_error(
    cluster: Cluster, tmp_path: Path
) -> None:
    from tests.read.test_work import cut

    with base.open_engine("dask", workers=1, scheduler=cluster.address, note=print) as engine:
        running = engine.run_shards(
            cut(["one"], tmp_path),
            ShardTask("tests.read.tasks:break_down", {}, Limits()),
            on_progress=lambda n: None,
        )
        with pytest.raises(worker_pool.TaskError, match="no such column"):
            list(running)


def test_workers_that_do_not_see_the_warehouse_are_named(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from copydesk.flows.engines.dask import worker_tasks

    with base.open_engine("dask", workers=1, scheduler=cluster.address, note=print) as engine:
        engine.prepare(tmp_path)
        monkeypatch.setattr(worker_tasks, "sees", lambda path: False)
        with pytest.raises(base.EngineError, match=r"cannot see the folder .* every worker"):
            engine.prepare(tmp_path)


def test_workers_with_another_version_are_refused(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from copydesk.flows.support import versions as provenance

    versions = provenance.versions()
    monkeypatch.setattr(provenance, "versions", lambda: {**versions, "numpy": "0.1"})
    with (
        pytest.raises(base.EngineError, match=r"has numpy .*, but this machine has 0\.1"),
        base.open_engine(
            "dask",
            workers=1,
            scheduler=cluster.address,
            note=print,
        ),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copydesk.flows.engines.dask.cluster._CONNECT", 0.5)
    with (
        pytest.raises(base.EngineError, match="no Dask scheduler answers at tcp://127"),
        base.open_engine(
            "dask",
            workers=1,
            scheduler="tcp://127.0.0.1:9",
            note=print,
        ),
    ):
        pass
