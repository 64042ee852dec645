"""A power cut while a warehouse changes leaves the old state or the new one, whole.

The file system does not write in the order of the calls.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from copydesk.flows.maintenance.forget import forget
from copydesk.flows.maintenance.forget_request import Request
from copydesk.flows.maintenance.maintenance_run import rollback
from copydesk.flows.maintenance.reelection import CopyRules
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import Options, Warehouse
from copydesk.flows.warehouse.checks import verify
from tests.hostile.reordering import Recording, Tree, crashes, lay_out
from tests.warehouse import crash_worker, rows

# `make test` checks some of the states. `make test-crash` checks all, up to 1,700 for a change.
MOST = 100 if int(os.environ.get("COPYDESK_KILLS", "5")) < 200 else 10**6
KEEPS = {"all": Options(), "one": Options(keep_snapshots=1, grace_hours=0)}
CHANGES: dict[str, tuple[str, Callable[[Warehouse], object]]] = {
    "publish": ("all", lambda warehouse: warehouse.publish(crash_worker._change(warehouse, 2))),
    "publish and prune": (
        "one",
        lambda warehouse: warehouse.publish(crash_worker._change(warehouse, 2)),
    ),
    "rollback": ("all", lambda warehouse: rollback(warehouse, warehouse.snapshots()[-1].id)),
    "forget": (
        "all",
        lambda warehouse: forget(
            warehouse, Request(docs=(rows.doc_id(3),)), reelection_rules=CopyRules()
        ),
    ),
}


def recorded(root: Path, change: str) -> tuple[Recording, str, str]:
    """Record what a change of a warehouse with two snapshots does to the disk.

    Also return the current snapshot before and after the change.
    """
    keep, work = CHANGES[change]
    warehouse = Warehouse.open(root, create=True, options=KEEPS[keep])
    for step in range(2):
        warehouse.publish(crash_worker._change(warehouse, step))
    warehouse.sweep()
    before = str(warehouse.current_id())
    with Recording(root) as recording:
        work(warehouse)
        recording.mark("done")
    return recording, before, str(warehouse.current_id())


def faults(root: Path) -> list[str]:
    """Return the files of the kept snapshots that are missing or differ from their manifest."""
    found = []
    for snapshot in Warehouse.open(root, create=True).snapshots():
        named = [
            (f"snapshots/{snapshot.id}/{table}", entry)
            for table, entries in snapshot.manifest.tables.items()
            for entry in entries
        ]
        named += [("index", entry) for entry in snapshot.manifest.index]
        named += [("manifests", snapshot.manifest.inputs)] if snapshot.manifest.inputs else []
        for folder, entry in named:
            path = root / folder / entry.name
            if not path.is_file() or sha256(path.read_bytes()).hexdigest() != entry.sha256:
                found.append(f"{folder}/{entry.name}")
        found += [
            name for name in snapshot.manifest.receipts if not (root / "receipts" / name).is_file()
        ]
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_a_power_cut_leaves_the_old_snapshot_or_the_new_one_whole(
    change: str, tmp_path: Path
) -> None:
    recording, before, after = recorded(tmp_path / "wh", change)
    seen: dict[str, Tree] = {}
    states = list(crashes(recording, aside="staging"))
    for number in sorted(random.Random(change).sample(range(len(states)), min(MOST, len(states)))):
        done, tree = states[number]
        root = tmp_path / "crashed"
        lay_out(tree, root)
        current = Warehouse.open(root, create=True).current_id()
        assert current in ({after} if done else {before, after})
        assert faults(root) == [], f"state {number} of {len(states)}, {current} current"
        seen[str(current)] = tree
        shutil.rmtree(root)
    assert set(seen) == {before, after}


@pytest.mark.parametrize("point", ["current", "manifests"])
def test_after_a_power_cut_the_next_run_goes_through(point: str, tmp_path: Path) -> None:
    recording, before, _ = recorded(tmp_path / "wh", "publish")
    states = [
        tree
        for done, tree in crashes(recording, aside="staging")
        if not done and tree["current"] == f"snapshots/{before}"
    ]
    root = tmp_path / "crashed"
    lay_out(
        max(states, key=len)
        if point == "current"
        else max(states, key=lambda tree: sum(name.startswith("manifests/") for name in tree)),
        root,
    )
    warehouse = Warehouse.open(root, create=True)
    warehouse.sweep()
    warehouse.publish(crash_worker._change(warehouse, 2))
    assert faults(root) == []
    assert not [fault for fault in verify.faults(warehouse, quick=True) if fault.kind != "pointer"]


def test_the_simulated_disk_finds_a_switch_without_fsync(tmp_path: Path) -> None:
    root = tmp_path / "wh"
    root.mkdir()
    (root / "old").write_text("old", encoding="utf-8")
    with Recording(root) as recording:
        (root / "new").write_text("new", encoding="utf-8")
        os.replace(root / "new", root / "old")
        recording.mark("done")
    left = {tree.get("old") for done, tree in crashes(recording, aside="") if done}
    assert left == {b"old", b"new", b"", b"n"}


def test_the_simulated_disk_keeps_what_is_written_whole(tmp_path: Path) -> None:
    root = tmp_path / "wh"
    root.mkdir()
    (root / "a").write_text("old\n", encoding="utf-8")
    with Recording(root) as recording:
        atomic_write.write_text(root / "a", "new\n")
        recording.mark("done")
    assert {tree["a"] for done, tree in crashes(recording, aside="") if done} == {b"new\n"}
    assert {tree["a"] for done, tree in crashes(recording, aside="") if not done} == {
        b"old\n",
        b"new\n",
    }


@pytest.mark.parametrize("kind", ["link", "folder", "file"])
def test_the_simulated_disk_knows_a_file_whose_inode_number_was_used_before(
    kind: str, tmp_path: Path
) -> None:
    root = tmp_path / "wh"
    root.mkdir()
    with Recording(root) as recording:
        for number in range(20):
            old = root / f"old{number}"
            if kind == "link":
                os.symlink("target", old)
                os.unlink(old)
            elif kind == "folder":
                os.mkdir(old)
                os.rmdir(old)
            else:
                old.touch()
                os.unlink(old)
            atomic_write.write_text(root / f"new{number}", "whole\n")
        recording.mark("done")
    [left] = [dict(tree) for done, tree in crashes(recording, aside="") if done]
    assert left == {f"new{number}": b"whole\n" for number in range(20)}
