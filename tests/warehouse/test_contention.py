"""A second writer, a lock that was left behind, and a disk that refuses.

Each gives one clear sentence, and nothing is lost.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import Change, Warehouse, lock, table_file
from copydesk.flows.warehouse.errors import Locked, WriteFailed
from tests.warehouse import rows

ROOT = Path(__file__).resolve().parents[2]
#: A fork is as much another process as a new interpreter, which would take a second of imports.
_FORK = multiprocessing.get_context("fork")


def _hold(path: Path, seconds: float, told: Connection) -> None:
    with lock.exclusive(path):
        told.send("held")
        time.sleep(seconds)


@contextmanager
def another_writer(warehouse: Warehouse, seconds: float) -> Iterator[ForkProcess]:
    """Run a process that holds the lock of the warehouse for some seconds."""
    here, told = _FORK.Pipe()
    holder = _FORK.Process(target=_hold, args=(warehouse.root / "lock", seconds, told))
    holder.start()
    told.close()
    try:
        assert here.recv() == "held"
        yield holder
    finally:
        holder.kill()
        holder.join()
        here.close()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.open(tmp_path / "wh", create=True)


def change(warehouse: Warehouse, run_id: str, n: int = 30) -> Change:
    base = warehouse.current()
    numbers = range(1000 * len(warehouse.snapshots()), 1000 * len(warehouse.snapshots()) + n)
    return Change(
        parent=base.id if base else None,
        run=rows.run(run_id, n_articles=n),
        inserts={
            "articles": [rows.table("articles", [rows.article(number) for number in numbers])]
        },
    )


def test_a_second_writer_gets_the_name_and_start_time_of_the_first(warehouse: Warehouse) -> None:
    with (
        another_writer(warehouse, 30) as holder,
        pytest.raises(Locked) as refused,
        warehouse.lock(),
    ):
        pass
    assert f"pid {holder.pid}" in str(refused.value)
    assert "since 20" in str(refused.value)


def test_a_second_writer_may_wait(warehouse: Warehouse) -> None:
    with another_writer(warehouse, 0.5):
        start = time.monotonic()
        with warehouse.lock(wait_seconds=20):
            assert time.monotonic() - start > 0.1


@pytest.mark.parametrize(
    "words",
    [
        ["ingest", "--direct", "INPUT"],
        ["replay"],
        ["forget", "--doc", "0", "--yes"],
        ["rollback", "1"],
    ],
)
def test_every_command_that_writes_names_the_other_writer_and_waits_with_wait(
    words: list[str], warehouse: Warehouse, tmp_path: Path
) -> None:
    (tmp_path / "INPUT").mkdir()
    (tmp_path / "INPUT" / "empty.txt").touch()
    warehouse.publish(change(warehouse, "one"))
    command = [*words, "--warehouse", str(warehouse.root)]
    command = [str(tmp_path / word) if word == "INPUT" else word for word in command]
    with another_writer(warehouse, 30) as holder:
        refused = CliRunner().invoke(main, command)
        assert refused.exit_code == 1
        assert f"pid {holder.pid}" in refused.output
        assert "since 20" in refused.output
    with another_writer(warehouse, 0.3):
        waited = CliRunner().invoke(main, [*command, "--wait", "20"])
        assert "another process" not in waited.output


def test_the_lock_of_a_killed_writer_stops_nobody(warehouse: Warehouse) -> None:
    with another_writer(warehouse, 30) as holder:
        holder.kill()
        holder.join()
        with warehouse.lock():
            assert str(os.getpid()) in (warehouse.root / "lock").read_text()


def test_a_worker_forked_under_the_lock_does_not_hold_it(warehouse: Warehouse) -> None:
    with warehouse.lock():
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
    try:
        with warehouse.lock(wait_seconds=5):  # the child gives up the lock as soon as it runs
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_two_publishes_in_a_row_take_the_lock_twice(warehouse: Warehouse) -> None:
    for run_id in ("one", "two"):
        with warehouse.lock():
            warehouse.publish(change(warehouse, run_id))
    assert len(warehouse.snapshots()) == 2


@pytest.fixture
def small_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End files of this process at 80 kB, as on a full disk.

    The signal is ignored, which Python does not do by itself.
    """
    # The stored bytecode of a module that is imported now would be cut short.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_file_that_cannot_be_written_whole_publishes_nothing(
    warehouse: Warehouse, small_disk: None
) -> None:
    first = warehouse.publish(change(warehouse, "small"))
    with pytest.raises(WriteFailed, match=r"disk is full.*is still current"):
        warehouse.publish(change(warehouse, "big", n=4000))
    assert warehouse.current_id() == first.id
    assert not list((warehouse.root / "staging").rglob("*.parquet"))


@pytest.mark.parametrize("step", ["write", "sync", "link_or_copy", "write_text", "point"])
def test_a_full_disk_at_any_step_publishes_nothing_and_the_next_run_is_whole(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = warehouse.publish(change(warehouse, "one"))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "file")

    with monkeypatch.context() as patched:
        patched.setattr(table_file if step == "write" else atomic_write, step, full)
        with pytest.raises(WriteFailed, match="disk is full"):
            warehouse.publish(change(warehouse, "two"))
    assert warehouse.current_id() == first.id
    warehouse.sweep()
    second = warehouse.publish(change(warehouse, "two"))
    assert second.rows("articles") == 60


def test_a_folder_one_may_not_write_to_is_named(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from copydesk.flows.warehouse import Warehouse, WarehouseError\n"
        "if os.getuid() == 0: os.setuid(65534)\n"  # root may write anywhere
        "try:\n    Warehouse.open(sys.argv[1], create=True)\nexcept WarehouseError as error:\n    print(error)\n"
    )
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for folder in (tmp_path, *list(tmp_path.parents)[:-2]):
        if folder.stat().st_uid == os.getuid():
            folder.chmod(folder.stat().st_mode | 0o055)
    found = subprocess.run(
        [sys.executable, "-c", script, str(closed / "wh")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Permission denied" in found.stdout
    assert "closed" in found.stdout


def test_a_published_warehouse_on_a_read_only_disk_can_be_read(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.publish(change(warehouse, "one"))

    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(WriteFailed, match="Read-only file system"), warehouse.lock():
        pass
    current = Warehouse.open(warehouse.root).current()
    assert current is not None
    assert current.table("articles").num_rows == 30
