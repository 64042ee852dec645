"""A killed ingest that is run again ends as an undisturbed one, byte for byte.

It leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from copydesk.flows.warehouse import Warehouse
from copydesk.flows.warehouse.checks.verify import faults
from tests.warehouse.rows import text_of

ROOT = Path(__file__).resolve().parents[2]
# `make test` kills at the points below in a chain and a few times at random; `make test-crash` sets
# COPYDESK_KILLS=200 and kills at every point there is, and 200 times at random.
KILLS = int(os.environ.get("COPYDESK_KILLS", "2"))
IS_LONG = KILLS > 20
_OF_THE_PROCESS = {"steps", "warnings", "profiles", "anomalies"}
# Points of an ingest into a warehouse that has a snapshot; see `ingest_worker`.
CHAIN = [
    "start: open staging/*/run.json",
    "clean: open staging/*/clean/templates.json",
    "clean: rename staging/*/clean/read/*/result.json",
    "clean: over",
    "reconcile: rename staging/*/reconcile/*.new.arrow",
    "reconcile: over",
    "deduplicate: open staging/*/deduplicate/texts.spill",
    "deduplicate: rename staging/*/deduplicate/docs-*.ndx",
    "deduplicate: rename staging/*/deduplicate/keys-*.ndx",
    "deduplicate: remove staging/*/deduplicate/texts.spill",
    "deduplicate: over",
    "group: open staging/*/group/new-slots.bin",
    "group: rename staging/*/group/stories-window-*.arrow",
    "group: remove staging/*/group/new-weights.bin",
    "group: over",
    "publish: rename staging/*/publish/*.cuts.arrow",
    "publish: rename index/docs-*.ndx",
    "publish: rename current",
    "publish: over",
    "end: rmdir staging/*",
]
# Files that the reading and the editing process write while they work. Each process is stopped when
# its file appears.
APPEARS = [
    "staging/run/clean/read/cutting-*",
    "staging/run/clean/read/000000",
    "staging/run/clean/read/000003",
    "staging/run/clean/shards/.000000.rejects.*.new",
    "staging/run/clean/shards/.000001.removed.*.new",
    "staging/run/clean/shards/000001.counts.arrow",
    "staging/run/clean/shards/000002.articles.arrow",
]


@dataclass(frozen=True)
class Ingests:
    """The inputs of these tests, and the undisturbed warehouse before and after they are read."""

    inputs: Path
    before: Path  # one snapshot with eight documents
    after: Path
    order: Callable[..., str]

    def start(self, root: Path, *, at: Path | None = None) -> Path:
        """Make a warehouse to disturb: a copy of the one at `at`, or of `before`."""
        shutil.copytree(at or self.before, root, symlinks=True)
        return root

    def run(self, root: Path, **how: Any) -> str:
        """Run an ingest; return `killed` or `done`."""
        return self.order(inputs=str(self.inputs), root=str(root), run_id="run", **how)


@pytest.fixture(scope="module")
def ingests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingests]:
    folder = tmp_path_factory.mktemp("ingests")
    for name, numbers in (("first", range(8)), ("second", range(20))):
        (folder / name).mkdir()
        # The second ingest: eight known, three copies, nine new, one refused.
        for number in numbers:
            text = f"Headline of text {number}\n{text_of(number % 17)}\nShare this story\n"
            # With other line ends it is another file with the same document: read, and known.
            ends = "\r\n" if name == "second" else "\n"
            path = folder / name / f"{number}.txt"
            path.write_text(text, encoding="utf-8", newline=ends)
    (folder / "second" / "empty.txt").touch()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.warehouse.ingest_worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:

        def order(**order: Any) -> str:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps(order) + "\n")
            worker.stdin.flush()
            return worker.stdout.readline().strip()

        made = Ingests(folder / "second", folder / "before", folder / "after", order)
        assert order(inputs=str(folder / "first"), root=str(made.before), run_id="first") == "done"
        shutil.copytree(made.before, made.after, symlinks=True)
        assert made.run(made.after, record=str(folder / "points.json")) == "done"
        yield made
        assert worker.stdin is not None
        worker.stdin.close()


@pytest.fixture(scope="module")
def points(ingests: Ingests) -> list[str]:
    """Return every point that the undisturbed run passed, in order, with repetitions."""
    passed: list[str] = json.loads(
        (ingests.after.parent / "points.json").read_text(encoding="utf-8")
    )
    return passed


@pytest.fixture(scope="module")
def from_nothing(ingests: Ingests) -> dict[str, bytes]:
    root = ingests.after.parent / "from-nothing"
    assert ingests.run(root) == "done"
    return contents(root)


@pytest.fixture(scope="module")
def expected(ingests: Ingests) -> dict[str, bytes]:
    return contents(ingests.after)


def contents(root: Path) -> dict[str, bytes]:
    """Return every file of a warehouse with its bytes, including the staging folder.

    The lock is left out, because it names a process. So is what a run measured of itself, and what
    a run cannot know if it continues after its switch.
    """
    found = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != "lock"
    }
    for name in [name for name in found if name.startswith("reports/")]:
        record = json.loads(found[name])
        found[name] = json.dumps(
            {key: record[key] for key in record.keys() - _OF_THE_PROCESS}, sort_keys=True
        ).encode()
    return {**found, "current": os.readlink(root / "current").encode()}


def differences(root: Path, expected: dict[str, bytes]) -> list[str]:
    """Return the names of files that are missing, surplus or different.

    The list is empty if the warehouses are equal.
    """
    found = contents(root)
    return sorted(
        name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)
    )


def test_each_step_of_an_ingest_touches_files_and_the_chain_names_some_of_each(
    points: list[str],
) -> None:
    assert [point for point in CHAIN if point not in points] == []
    assert {point.split(":")[0] for point in points} == {
        "start",
        "clean",
        "reconcile",
        "deduplicate",
        "group",
        "publish",
        "end",
    }


def test_an_ingest_killed_at_one_step_after_the_other_ends_as_an_undisturbed_one(
    ingests: Ingests, expected: dict[str, bytes], tmp_path: Path
) -> None:
    root = ingests.start(tmp_path / "wh")
    for point in CHAIN:
        assert ingests.run(root, at=[point, 1]) == "killed", point
    assert ingests.run(root) == "done"
    assert differences(root, expected) == []
    assert list(faults(Warehouse.open(root))) == []


@pytest.mark.skipif(not IS_LONG, reason="make test-crash kills at every point")
def test_a_kill_at_any_point_is_made_good_by_the_next_run(
    ingests: Ingests, expected: dict[str, bytes], points: list[str], tmp_path: Path
) -> None:
    edited = ingests.start(tmp_path / "edited")
    assert ingests.run(edited, at=["clean: over", 1]) == "killed"
    passings: Counter[str] = Counter()
    for point in points:
        passings[point] += 1
        # A kill after the editing starts from its end, because a resumed run does not edit again.
        root = ingests.start(
            tmp_path / f"wh-{passings.total()}",
            at=None if point.startswith(("start", "clean")) else edited,
        )
        assert ingests.run(root, at=[point, passings[point]]) == "killed", point
        assert ingests.run(root) == "done", point
        assert differences(root, expected) == [], point
        shutil.rmtree(root)
    print(f"{passings.total()} points, {len(passings)} names")


@pytest.mark.parametrize("pattern", APPEARS if IS_LONG else APPEARS[-1:])
def test_a_kill_while_a_process_reads_or_edits_is_made_good_by_the_next_run(
    pattern: str, ingests: Ingests, expected: dict[str, bytes], tmp_path: Path
) -> None:
    root = ingests.start(tmp_path / "wh")
    # A file that exists only for a moment may be missed; then the run ends.
    ingests.run(root, appears=pattern)
    assert ingests.run(root) == "done"
    assert differences(root, expected) == []


def test_an_ingest_killed_at_random_times_ends_as_an_undisturbed_one(
    ingests: Ingests, expected: dict[str, bytes], from_nothing: dict[str, bytes], tmp_path: Path
) -> None:
    start = time.monotonic()
    assert ingests.run(tmp_path / "timing") == "done"
    whole = time.monotonic() - start
    chance = random.Random(8)
    killed = attempt = 0
    while killed < KILLS:
        attempt += 1
        assert attempt < 4 * KILLS
        is_empty = attempt % 2 == 0
        root = tmp_path / f"wh-{attempt}" if is_empty else ingests.start(tmp_path / f"wh-{attempt}")
        # The first run is killed, and perhaps twice more when it continues.
        for _ in range(3):
            killed += ingests.run(root, after=chance.uniform(0, whole)) == "killed"
        assert ingests.run(root) == "done", attempt
        assert differences(root, from_nothing if is_empty else expected) == [], attempt
        assert list(faults(Warehouse.open(root))) == []
        shutil.rmtree(root)
    print(f"{killed} kills in {attempt} warehouses")
