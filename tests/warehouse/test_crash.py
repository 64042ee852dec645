"""A killed publish leaves the old snapshot or the new one.

Running again ends as if nothing had happened.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from copydesk.flows.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]
POINTS = [
    "written articles",
    "written runs",
    "tables written",
    "index in place",
    "snapshot in place",
    "manifest written",
    "before switch",
    "switched",
    "latest written",
    "pruning",
]
# `make test` takes a few seconds here. `make test-crash` sets COPYDESK_KILLS=200.
KILLS = int(os.environ.get("COPYDESK_KILLS", "5"))

Order = Callable[[Path, str, str], str]


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    command = [sys.executable, "-m", "tests.warehouse.crash_worker"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None

        def give(root: Path, how: str, count: str = "0") -> str:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(f"{root} {how.replace(' ', '_')} {count}\n")
            worker.stdin.flush()
            return worker.stdout.readline().strip()

        yield give
        worker.stdin.close()


@pytest.fixture(scope="module")
def undisturbed(order: Order, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("undisturbed") / "wh"
    assert order(root, "never", "0") == "done"
    return contents(root)


def contents(root: Path) -> dict[str, bytes]:
    """Return every file of a warehouse with its bytes.

    The lock is left out, because it names a process.
    """
    found = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != "lock"
    }
    return {**found, "current": os.readlink(root / "current").encode()}


def readable(root: Path) -> int:
    """Read the current snapshot whole; return its number of articles.

    The number is 0 before the first publish.
    """
    current = Warehouse.open(root).current() if (root / "manifests").is_dir() else None
    return (
        0
        if current is None
        else sum(current.table(table).num_rows for table in current.tables if table == "articles")
    )


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_step_leaves_a_whole_snapshot_and_the_next_run_the_same_bytes(
    point: str, order: Order, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    nth = "1" if point == "pruning" else "2"
    assert order(tmp_path / "wh", point, nth) == "killed"
    assert readable(tmp_path / "wh") in (0, 20, 38, 56)
    assert order(tmp_path / "wh", "never", "0") == "done"
    assert contents(tmp_path / "wh") == undisturbed


def test_kills_at_random_times_lose_and_leave_nothing(
    order: Order, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(6)
    start = time.monotonic()
    assert order(tmp_path / "timing", "never", "0") == "done"
    whole = time.monotonic() - start
    killed = round_ = 0
    while killed < KILLS:
        root = tmp_path / f"wh-{round_}"
        round_ += 1
        for _ in range(4):
            answer = order(root, "after", f"{chance.uniform(0, whole):.4f}")
            killed += answer == "killed"
            assert readable(root) in (0, 20, 38, 56)
            if answer == "done":
                break
        assert order(root, "never", "0") == "done"
        assert contents(root) == undisturbed
