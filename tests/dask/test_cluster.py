"""A real cluster on loopback: the same rows as one machine, whatever happens to its workers."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from copydesk.flows import engines, folding, pipeline, work
from copydesk.flows.cli import main
from copydesk.flows.read import Limits
from copydesk.flows.recipe import from_toml
from copydesk.flows.warehouse import Snapshot, Warehouse
from tests.dask.corpus import in_parts, trying
from tests.dedup.newsroom import Newsroom

distributed = pytest.importorskip("distributed", reason="the engine dask is an extra: pip install 'copydesk[dask]'")
psutil = pytest.importorskip("psutil", reason="comes with distributed")

ROOT = Path(__file__).parents[2]
RECIPE = "[run]\nshard_documents = 60\n"
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass
class Cluster:
    """A scheduler and two workers, each started as a person would."""

    address: str

    def pids(self) -> list[int]:
        """Of the workers themselves, not of the nannies that start them anew."""
        with distributed.Client(self.address, set_as_default=False) as client:
            return sorted(client.run(os.getpid).values())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    told = folder / "scheduler.json"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    shared = ["--scheduler-file", str(told), "--no-dashboard", "--host", "127.0.0.1"]
    commands = (
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *shared, "--port", "0"],
        [sys.executable, "-m", "distributed.cli.dask_worker", *shared, "--nworkers", "2", "--nthreads", "1", "--local-directory", str(folder)],
    )
    with open(folder / "log", "wb") as log:
        started = [subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log) for command in commands]
    try:
        while not told.exists() or not told.stat().st_size:
            assert all(process.poll() is None for process in started), (folder / "log").read_text()
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield Cluster(address)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=60)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two deliveries: articles with copies among them, then more copies of those."""
    folder = tmp_path_factory.mktemp("inputs")
    room = Newsroom(5, stories=60, singles=60).table()
    rows = [row for table in (trying(6).slice(0, 300), room) for row in table.select(["doc_id", "text", "published_at"]).to_pylist()]
    random.Random(1).shuffle(rows)
    paths = []
    for part in in_parts(pylist(rows), (400,)):
        paths.append(folder / f"{len(paths)}.jsonl")
        paths[-1].write_text("".join(json.dumps(row, default=str) + "\n" for row in part.to_pylist()), encoding="utf-8")
    return paths


def pylist(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    return pa.table({
        "url": [f"https://outlet{number % 9}.example/{row['doc_id']}" for number, row in enumerate(rows)],
        "text": [row["text"] for row in rows],
        "published_at": [row["published_at"] and row["published_at"].isoformat() for row in rows],
        "fetched_at": [NOW.isoformat()] * len(rows),
    })


def deliver(path: Path, warehouse: Path, **options: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "SLAB", 100)  # several, of so few documents
        pipeline.run([str(path)], warehouse=warehouse, recipe=from_toml(RECIPE), workers=2, clock=lambda: NOW, **options)


@pytest.fixture(scope="module")
def alone(inputs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The warehouse as one machine makes it, after each delivery."""
    folder = tmp_path_factory.mktemp("alone")
    deliver(inputs[0], folder / "0")
    shutil.copytree(folder / "0", folder / "1", symlinks=True)
    deliver(inputs[1], folder / "1")
    return [folder / "0", folder / "1"]


@pytest.fixture(scope="module")
def killing() -> Killing:
    return Killing()


@pytest.fixture(scope="module")
def spread(inputs: list[Path], killing: Killing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse as two Dask workers of this machine make it from the first delivery, of which one is killed, and one more."""
    warehouse = tmp_path_factory.mktemp("spread") / "w"
    deliver(inputs[0], warehouse, engine="dask", progress=killing)
    return warehouse


def current(warehouse: Path) -> Snapshot:
    found = Warehouse.open(warehouse).current()
    assert found is not None
    return found


def rows(snapshot: Snapshot, table: str) -> list[str]:
    """In an order of their own: the files of a month stand by a hash that the name of the run is part of."""
    return sorted(repr({**row, "run_id": None}) for row in snapshot.table(table).to_pylist())


def assert_same(one: Path, other: Path) -> None:
    """Row for row, but for the name of the run."""
    mine, theirs = current(one), current(other)
    assert mine.rows("duplicates") > 100
    for table in set(mine.tables) - {"runs"}:
        assert rows(mine, table) == rows(theirs, table), table
    assert set(mine.index_files()) == set(theirs.index_files())


class Killing(pipeline.Silent):
    """Keeps what a person would read, and kills a worker once in the editing and once in the folding, in their middle."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.killed: list[str] = []
        self.listening: set[str] = set()
        self.name = ""

    def note(self, text: str) -> None:
        self.notes.append(text)
        here = psutil.Process()
        self.listening |= {
            connection.laddr.ip
            for process in (here, *here.children(recursive=True))
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }

    def stage(self, name: str, total: int | None) -> None:
        self.name = name

    def expect(self, n: int) -> None:
        pass

    def advance(self, n: int) -> None:
        if self.name in ("edit", "fold") and self.name not in self.killed:
            self.killed.append(self.name)
            address = re.findall("tcp://[0-9.:]+", self.notes[0])[0]
            os.kill(Cluster(address).pids()[0], signal.SIGKILL)


def test_workers_of_this_machine_give_the_rows_of_one_machine_though_some_are_killed(spread: Path, alone: list[Path], killing: Killing) -> None:
    assert killing.killed == ["edit", "fold"]
    assert_same(alone[0], spread)


def test_workers_of_this_machine_listen_on_loopback_alone_and_the_dashboard_is_named(spread: Path, killing: Killing) -> None:
    assert killing.listening == {"127.0.0.1"}
    assert "2 worker threads" in killing.notes[0]
    assert "dashboard http://127.0.0.1:" in killing.notes[0]


def test_a_scheduler_that_is_there_folds_into_what_is_published_as_one_machine_does(
    cluster: Cluster, inputs: list[Path], alone: list[Path], spread: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "SLAB", 100)
    shutil.copytree(spread, tmp_path / "w", symlinks=True)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    result = CliRunner().invoke(main, [
        "ingest", "--direct", "--engine", "dask", "--scheduler", cluster.address, "--recipe", str(tmp_path / "recipe.toml"),
        "--warehouse", str(tmp_path / "w"), str(inputs[1]),
    ])
    assert result.exit_code == 0, result.output
    assert f"worker threads at {cluster.address}" in result.output
    assert_same(alone[1], tmp_path / "w")


def test_a_document_that_kills_its_process_harms_no_dask_worker(cluster: Cluster, tmp_path: Path) -> None:
    from tests.read.test_work import cut

    shards = cut(["one", "two", "segfault", "three", "spin", "four"], tmp_path / "shards")
    before = cluster.pids()
    limits = Limits(seconds=1, memory_bytes=300 * 2**20)
    with engines.opened("dask", workers=1, scheduler=cluster.address, note=print) as engine:
        results = list(engine.run_shards(
            shards, "tests.read.tasks:shout", {"folder": str(tmp_path)}, limits=limits, key="", on_progress=lambda n: None,
        ))
    assert [text for _, result in results for _, text in result["texts"]] == ["ONE", "TWO", "THREE", "FOUR"]
    assert sorted(row[3] for _, result in results for row in result["rejects"]) == ["crashed", "timeout"]
    assert cluster.pids() == before
    for _, result in results:
        with pytest.raises(ProcessLookupError):  # the process beside the worker ended with the stage
            os.kill(result["pid"], 0)


def test_a_fault_of_the_program_ends_the_run_with_its_own_error(cluster: Cluster, tmp_path: Path) -> None:
    from tests.read.test_work import cut

    with engines.opened("dask", workers=1, scheduler=cluster.address, note=print) as engine:
        running = engine.run_shards(
            cut(["one"], tmp_path), "tests.read.tasks:break_down", {}, limits=Limits(), key="", on_progress=lambda n: None,
        )
        with pytest.raises(work.TaskError, match="no such column"):
            list(running)


def test_workers_that_do_not_see_the_warehouse_are_named(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from copydesk.flows.cluster import tasks

    with engines.opened("dask", workers=1, scheduler=cluster.address, note=print) as engine:
        engine.prepare(tmp_path)
        monkeypatch.setattr(tasks, "sees", lambda path: False)
        with pytest.raises(engines.EngineError, match=r"does not see .* every worker"):
            engine.prepare(tmp_path)


def test_workers_with_another_version_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from copydesk.flows import provenance

    versions = provenance.versions()
    monkeypatch.setattr(provenance, "versions", lambda: {**versions, "numpy": "0.1"})
    with pytest.raises(engines.EngineError, match=r"has numpy .*, this machine 0\.1"), engines.opened(
        "dask", workers=1, scheduler=cluster.address, note=print,
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copydesk.flows.cluster.engine._CONNECT", 0.5)
    with pytest.raises(engines.EngineError, match="no Dask scheduler answers at tcp://127"), engines.opened(
        "dask", workers=1, scheduler="tcp://127.0.0.1:9", note=print,
    ):
        pass
