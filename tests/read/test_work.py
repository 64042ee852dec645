"""Workers that hang, crash, use too much memory or are killed, and the shards that they had."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

import pytest

from copydesk.flows.engines import worker_pool
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.read import Fields, InputFile, Limits, Record, Reject, shards, spool
from copydesk.flows.read.shards import Shard
from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.sandbox import Process

LIMITS = Limits(seconds=1, memory_bytes=300 * 2**20)


def cut(texts: list[str], folder: Path, documents: int = 4) -> list[Shard]:
    items: Iterator[Record | Reject] = (
        Record("a.jsonl", number, text.encode(), "text") for number, text in enumerate(texts)
    )
    return list(shards.write(items, folder, documents=documents, n_bytes=2**20))


def shouted(
    texts: list[str], folder: Path, *, workers: int = 1, limits: Limits = LIMITS, **options: Any
) -> tuple[list[str], list[list[Any]]]:
    """Return what `tasks.shout` makes of the texts: those that came out, and the rejects."""
    results = [
        result
        for _, result in worker_pool.run_shards(
            cut(texts, folder / "shards"),
            ShardTask("tests.read.tasks:shout", {"folder": str(folder)}, limits),
            workers=workers,
            **options,
        )
    ]
    return [text for result in results for _, text in result["texts"]], [
        row for result in results for row in result["rejects"]
    ]


@pytest.fixture(params=["forked", "spawned"])
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How workers start: as forks of this process, or as new interpreters."""
    if request.param == "spawned":
        monkeypatch.setattr(sandbox, "_forks", sandbox._Forks())
    return str(request.param)


@pytest.mark.usefixtures("start")
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("spin", "timeout"),
        ("segfault", "crashed"),
        ("die", "crashed"),
        ("eat", "memory"),
        ("raise", "crashed"),
    ],
)
def test_a_document_that_ends_its_worker_becomes_a_reject_and_its_neighbours_come_out(
    bad: str, reason: str, tmp_path: Path
) -> None:
    # A slow machine needs more than a second of CPU for the pages of 300 MB.
    limits = replace(LIMITS, seconds=20) if reason == "memory" else LIMITS
    texts, rejects = shouted(["one", "two", bad, "three", "four"], tmp_path, limits=limits)
    assert texts == ["ONE", "TWO", "THREE", "FOUR"]
    assert rejects == [["a.jsonl", 2, "extract", reason]]


def test_a_document_that_waits_for_ever_is_stopped_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.flows.support.processes.sandbox._WALL", 2)
    assert shouted(["one", "sleep", "two"], tmp_path) == (
        ["ONE", "TWO"],
        [["a.jsonl", 1, "extract", "timeout"]],
    )


def test_a_worker_killed_once_from_outside_costs_no_document(tmp_path: Path) -> None:
    assert shouted(["one", "die-once", "two"], tmp_path) == (["ONE", "DIE-ONCE", "TWO"], [])


def test_workers_started_early_are_ready_before_the_first_shard_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_TEST_READY", str(tmp_path))

    def read() -> Iterator[Shard]:
        until = time.monotonic() + 60
        while len(list(tmp_path.glob("ready-*"))) < 2:
            assert time.monotonic() < until, "no worker was ready in time"
            time.sleep(0.01)
        yield from cut(["one"], tmp_path / "shards")

    done = worker_pool.run_shards(
        read(), ShardTask("tests.read.tasks:shout", {}, LIMITS), workers=2, early=5
    )
    assert [result["texts"] for _, result in done] == [[[0, "ONE"]]]


def test_a_worker_that_fails_while_it_gets_ready_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_TEST_UNREADY", "yes")
    with pytest.raises(
        worker_pool.TaskError, match=r"RuntimeError in tasks\.py:\d+ \(warm_up\): no such model"
    ):
        shouted(["one"], tmp_path, early=1)


def test_results_are_the_same_and_in_order_for_any_number_of_workers(tmp_path: Path) -> None:
    texts = [f"text {i}" for i in range(9)] + ["spin", "raise"] + [f"more {i}" for i in range(9)]
    alone = shouted(texts, tmp_path / "1", workers=1)
    assert alone == shouted(texts, tmp_path / "3", workers=3)
    assert alone[0] == [text.upper() for text in texts if " " in text]


def test_a_full_disk_ends_the_run_and_no_document_is_blamed(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left on device"):
        list(
            worker_pool.run_shards(
                cut(["one"], tmp_path),
                ShardTask("tests.read.tasks:fill_disk", {}, LIMITS),
                workers=1,
            )
        )


def test_a_fault_of_the_program_is_named_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(worker_pool.TaskError, match=r"KeyError in tasks\.py:\d+ \(break_down\)"):
        list(
            worker_pool.run_shards(
                cut(["one"], tmp_path),
                ShardTask("tests.read.tasks:break_down", {}, LIMITS),
                workers=1,
            )
        )


def test_shards_that_are_done_stay_done_under_the_same_key(tmp_path: Path) -> None:
    def pids(key: str) -> set[int]:
        done = worker_pool.run_shards(
            cut_once, ShardTask("tests.read.tasks:shout", {}, LIMITS, key), workers=1
        )
        return {result["pid"] for _, result in done}

    cut_once = cut(["one", "two"], tmp_path)
    first = pids("recipe 1")
    assert pids("recipe 1") == first
    assert pids("recipe 2") != first


def test_progress_counts_documents_up_to_all_of_them(tmp_path: Path) -> None:
    seen: list[int] = []
    shouted(["one"] * 9, tmp_path, on_progress=seen.append)
    assert seen[-1] == 9
    assert seen == sorted(seen)


def test_the_workers_end_with_the_iterator(tmp_path: Path) -> None:
    running = worker_pool.run_shards(
        cut(["one"] * 9, tmp_path), ShardTask("tests.read.tasks:shout", {}, LIMITS), workers=2
    )
    _, result = next(running)
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(result["pid"], 0)


@pytest.mark.parametrize("how", ["", "allow_forks();"])
def test_the_workers_end_when_the_parent_is_killed(how: str, tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        f"from copydesk.flows.support.processes.sandbox import Process, allow_forks; {how}\n"
        "p = Process(seconds=9, memory_bytes=2**30); p.call('time:sleep'); print(p.pid, flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the worker was still alive five seconds after its parent")


def files_of(folder: Path, n: int) -> list[InputFile | Reject]:
    folder.mkdir(exist_ok=True)
    for i in range(n):
        (folder / f"{i:02d}.txt").write_text(f"text {i}", encoding="utf-8")
    return [InputFile(f"{i:02d}.txt", str(folder / f"{i:02d}.txt")) for i in range(n)]


def spooled(
    files: list[InputFile | Reject], folder: Path, limits: Limits = LIMITS
) -> Iterator[Shard]:
    return spool(files, folder, fields=Fields(), limits=limits, documents=3, n_bytes=2**20)


def test_spooling_continues_after_the_existing_shards(tmp_path: Path) -> None:
    files = files_of(tmp_path / "in", 40)
    interrupted = spooled(files, tmp_path / "out")
    first = next(interrupted)
    interrupted.close()
    written = os.stat(first.folder).st_mtime_ns
    all_shards = list(spooled(files, tmp_path / "out"))
    assert [record.source_uri for shard in all_shards for record in shard.records()] == [
        f"{i:02d}.txt" for i in range(40)
    ]
    assert os.stat(first.folder).st_mtime_ns == written


def test_spooling_other_files_starts_again(tmp_path: Path) -> None:
    list(spooled(files_of(tmp_path / "in", 7), tmp_path / "out"))
    (tmp_path / "in" / "00.txt").write_text("another text", encoding="utf-8")
    found = list(spooled(files_of(tmp_path / "in", 2), tmp_path / "out"))
    assert [record.body for shard in found for record in shard.records()] == [b"text 0", b"text 1"]


def test_a_reader_that_is_killed_once_continues_without_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[Process] = []

    class Noted(Process):
        def call(self, function: str, **arguments: object) -> None:
            readers.append(self)
            super().call(function, **arguments)

    monkeypatch.setattr(sandbox, "Process", Noted)
    found = spooled(files_of(tmp_path / "in", 50), tmp_path / "out")
    first = next(found)
    os.kill(readers[0].pid, signal.SIGKILL)
    assert len([record for shard in (first, *found) for record in shard.records()]) == 50
    assert len(readers) == 2


def page_file(path: Path, n: int) -> list[InputFile | Reject]:
    """Return a packed file of `n` documents of 20 kB, with equal lengths and different contents."""
    dice = random.Random(7)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": dice.randbytes(10_000).hex()}) + "\n" for _ in range(n))
    return [InputFile(path.name, str(path))]


def sizes_of(found: Iterable[Shard]) -> list[tuple[int, float]]:
    return [(shard.n_documents, round(shard.left_share, 3)) for shard in found]


def test_shards_get_smaller_towards_the_end_of_the_input_and_say_how_much_is_left(
    tmp_path: Path,
) -> None:
    files = page_file(tmp_path / "pages.jsonl.gz", 200)
    found = sizes_of(
        spool(
            files, tmp_path / "out", fields=Fields(), limits=LIMITS, documents=500, n_bytes=400_000
        )
    )
    sizes, left = [n for n, _ in found], [share for _, share in found]
    assert sum(sizes) == 200
    assert sizes[:5] == [20] * 5
    assert sizes[:-1] == sorted(sizes[:-1], reverse=True)
    assert all(n >= 5 for n in sizes[:-1]), "no shard is smaller than a quarter"
    assert sizes[-2] <= 6
    done = list(accumulate(sizes))
    assert all(abs(share - (1 - n / 200)) < 0.05 for n, share in zip(done, left, strict=True))
    assert left[-1] == 0


def test_documents_that_would_fill_one_shard_are_cut_into_several_for_several_workers(
    tmp_path: Path,
) -> None:
    files = page_file(tmp_path / "texts.jsonl.gz", 40)
    found = sizes_of(
        spool(files, tmp_path / "out", fields=Fields(), limits=LIMITS, documents=40, n_bytes=2**25)
    )
    assert [n for n, _ in found] == [10, 10, 10, 10]


@pytest.mark.parametrize(("kind", "is_packed"), [("page", True), ("text", False)])
def test_pages_are_packed_because_they_are_large_and_texts_are_not(
    tmp_path: Path, kind: Literal["page", "text"], is_packed: bool
) -> None:
    body = b"It rained all day. " * 5_000
    items = [Record("rain", 1, body, kind, "utf-8")]
    (shard,) = shards.write(items, tmp_path, documents=1, n_bytes=2**20)
    assert [record.body for record in shard.records()] == [body]
    assert (shard.files[0].stat().st_size < len(body) / 2) is is_packed


def test_the_cut_is_the_same_wherever_reading_was_interrupted(tmp_path: Path) -> None:
    files = [*page_file(tmp_path / "a.jsonl.gz", 60), *page_file(tmp_path / "b.jsonl.gz", 40)]

    def spooled(folder: Path) -> Iterator[Shard]:
        return spool(files, folder, fields=Fields(), limits=LIMITS, documents=500, n_bytes=200_000)

    whole = sizes_of(spooled(tmp_path / "whole"))
    for n in (1, 4, 8, 12):
        interrupted = spooled(tmp_path / f"after-{n}")
        for _ in range(n):
            next(interrupted)
        interrupted.close()
        assert sizes_of(spooled(tmp_path / f"after-{n}")) == whole


def test_a_worker_is_waited_for_if_more_than_1024_files_are_open(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < 2048:
        pytest.skip("this machine allows fewer than 2,048 open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    opened: list[int] = []
    try:
        while not opened or opened[-1] < 1100:
            opened.append(os.open(os.devnull, os.O_RDONLY))
        texts, rejects = shouted(["one", "two"], tmp_path)
    finally:
        for handle in opened:
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (texts, rejects) == (["ONE", "TWO"], [])
