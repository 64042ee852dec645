"""A killed ingest, run again, ends as an undisturbed one: every table, with run ids and times fixed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.flows.warehouse.verify import faults
from tests.warehouse.rows import text_of

ROOT = Path(__file__).resolve().parents[2]
# `make test` kills once; `make test-crash` sets COPYDESK_KILLS=200.
KILLS = int(os.environ.get("COPYDESK_KILLS", "1"))
_INGEST = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from copydesk.flows import pipeline
from copydesk.flows.recipe import from_toml
moment = datetime(2026, 11, 2, 12, tzinfo=UTC)
recipe = from_toml("[run]\\nshard_documents = 5\\n")
pipeline.run([sys.argv[1]], warehouse=Path(sys.argv[2]), recipe=recipe, workers=1, run_id="fixed", clock=lambda: moment, wait_seconds=60)
"""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    for number in range(20):
        (folder / f"{number}.txt").write_text(f"Headline of text {number}\n{text_of(number % 17)}\nShare this story\n", encoding="utf-8")
    (folder / "empty.txt").touch()
    return folder


def ingest(inputs: Path, warehouse: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _INGEST, str(inputs), str(warehouse)]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def finished(process: subprocess.Popen[bytes]) -> None:
    assert process.wait(timeout=300) == 0


def tables(snapshot: Snapshot) -> dict[str, list[dict[str, object]]]:
    return {name: snapshot.table(name).to_pylist() for name in snapshot.tables if name != "runs"}


def test_a_killed_ingest_run_again_gives_the_tables_of_an_undisturbed_one(inputs: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    finished(ingest(inputs, tmp_path / "undisturbed"))
    whole = time.monotonic() - start
    expected = tables(Warehouse.open(tmp_path / "undisturbed").snapshot("current"))
    chance = random.Random(8)
    killed = 0
    for attempt in range(4 * KILLS):
        if killed >= KILLS:
            break
        root = tmp_path / f"wh-{attempt}"
        # Killed once in its first run, and perhaps once more while it takes that up.
        for _ in range(2):
            process = ingest(inputs, root)
            time.sleep(chance.uniform(0.1, 0.95) * whole)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)  # the process alone: its workers are to end by themselves
                killed += 1
            process.wait()
        finished(ingest(inputs, root))
        warehouse = Warehouse.open(root)
        with warehouse.lock(wait_seconds=60):
            warehouse.sweep()
        assert tables(warehouse.snapshot("current")) == expected
        assert list(faults(warehouse)) == []
    assert killed >= KILLS
