"""Runs on a real cluster on this machine, and what they are compared with."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from copydesk.flows.pipeline import run
from copydesk.flows.pipeline.copies import copy_search
from copydesk.flows.recipe import from_toml
from copydesk.flows.warehouse import Snapshot, Warehouse
from tests.dask.corpus import in_parts, trying
from tests.dedup.newsroom import Newsroom

# It is imported only in the process that runs these tests, because that takes a second.
if not find_spec("distributed"):
    pytest.skip(
        "the engine dask is an extra: pip install 'copydesk[dask]'", allow_module_level=True
    )
psutil = pytest.importorskip("psutil", reason="comes with distributed")

ROOT = Path(__file__).parents[2]
# This path leads to another folder in every process, as ~/.cache does on every machine.
CACHE = Path("/proc/self/cwd/cache")
RECIPE = "[run]\nshard_documents = 60\n"
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass
class Cluster:
    """A scheduler and two workers, each started as a user would start them."""

    address: str

    def pids(self) -> list[int]:
        """Return the process ids of the workers, not those of the nannies that restart them."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return sorted(client.run(os.getpid).values())


@contextmanager
def started(
    folder: Path, workers: Sequence[tuple[Path, Mapping[str, str]]], *, options: Sequence[str]
) -> Iterator[Cluster]:
    """Start a scheduler, and workers in these folders.

    The variables are added to the environment of the workers.
    """
    told = folder / "scheduler.json"
    shared = ["--scheduler-file", str(told), "--no-dashboard", "--host", "127.0.0.1"]
    commands: list[tuple[list[str], Path, Mapping[str, str]]] = [
        (["scheduler", *shared, "--port", "0"], folder, {})
    ]
    commands += [
        (["worker", *shared, "--local-directory", str(at), *options], at, environ)
        for at, environ in workers
    ]
    with ExitStack() as stack:
        log = stack.enter_context(open(folder / "log", "wb"))
        running = []
        for (kind, *arguments), at, environ in commands:
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments],
                cwd=at,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            )
            running.append(process)
            stack.callback(process.wait, timeout=60)
            stack.callback(process.terminate)
        while not told.exists() or not told.stat().st_size:
            assert all(process.poll() is None for process in running), (folder / "log").read_text()
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield Cluster(address)


def written(folder: Path) -> list[Path]:
    """Write two deliveries: articles with copies among them, then more copies of these."""
    room = Newsroom(5, stories=60, singles=60).table()
    rows = [
        row
        for table in (trying(6).slice(0, 300), room)
        for row in table.select(["doc_id", "text", "published_at"]).to_pylist()
    ]
    random.Random(1).shuffle(rows)
    paths = []
    for part in in_parts(pylist(rows), (400,)):
        paths.append(folder / f"{len(paths)}.jsonl")
        paths[-1].write_text(
            "".join(json.dumps(row, default=str) + "\n" for row in part.to_pylist()),
            encoding="utf-8",
        )
    return paths


def pylist(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "url": [
                f"https://outlet{number % 9}.example/{row['doc_id']}"
                for number, row in enumerate(rows)
            ],
            "text": [row["text"] for row in rows],
            "published_at": [
                row["published_at"] and row["published_at"].isoformat() for row in rows
            ],
            "fetched_at": [NOW.isoformat()] * len(rows),
        }
    )


def deliver(path: Path, warehouse: Path | str, **options: Any) -> None:
    """Ingest with only a few documents per slab, so that there are several slabs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copy_search, "SLAB", 100)
        run.run(
            [str(path)], warehouse=warehouse, recipe=from_toml(RECIPE), clock=lambda: NOW, **options
        )


def current(warehouse: Path | str) -> Snapshot:
    found = Warehouse.open(warehouse).current()
    assert found is not None
    return found


def rows(snapshot: Snapshot, table: str) -> list[str]:
    """Return the rows in a fixed order.

    The files of a month are ordered by a hash that depends on the name of the run.
    """
    return sorted(repr({**row, "run_id": None}) for row in snapshot.table(table).to_pylist())


def assert_same(one: Path, other: Path | str) -> None:
    """Compare the rows, without the name of the run."""
    mine, theirs = current(one), current(other)
    assert mine.rows("duplicates") > 100
    for table in set(mine.tables) - {"runs"}:
        assert rows(mine, table) == rows(theirs, table), table
    assert set(mine.index_files()) == set(theirs.index_files())


class Killing(run.Silent):
    """Keep the lines of progress, and kill a worker once in the middle of the cleaning step."""

    def __init__(self, address: str | None = None, *, kills: bool = True) -> None:
        self.notes: list[str] = []
        self.killed: list[str] = []
        self.listening: set[str] = set()
        self.name = ""
        self._address, self._kills = address, kills
        # The cluster of other tests.
        self._before = set(psutil.Process().children(recursive=True))

    def note(self, text: str) -> None:
        self.notes.append(text)
        here = psutil.Process()
        started = set(here.children(recursive=True)) - self._before
        self.listening |= {
            connection.laddr.ip
            for process in (here, *started)
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }

    def step(self, name: str, total: int | None) -> None:
        self.name = name

    def expect(self, n: int) -> None:
        pass

    def advance(self, n: int) -> None:
        if self.name == "clean":
            self.kill(self.name)

    def kill(self, step: str) -> None:
        if self._kills and step not in self.killed:
            self.killed.append(step)
            address = self._address or re.findall("tcp://[0-9.:]+", self.notes[0])[0]
            os.kill(Cluster(address).pids()[0], signal.SIGKILL)
