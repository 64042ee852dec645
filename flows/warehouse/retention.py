"""Which superseded snapshots are kept, and the removal of files that no kept snapshot needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import manifest
from copydesk.flows.warehouse.layout import SNAPSHOT_ID
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.transforms.argument_checks import check_at_least


@dataclass(frozen=True, slots=True)
class Options:
    """How long a superseded snapshot is kept.

    A snapshot is deleted when it is not among the newest `keep_snapshots` and was superseded more
    than `grace_hours` ago.
    """

    keep_snapshots: int = 10
    """Number of newest snapshots that are always kept. With daily runs, a reader can use a snapshot for nine more days."""
    grace_hours: float = 24.0
    """Hours for which a superseded snapshot is kept in any case. A day is longer than a query or one pass of a training job."""

    def __post_init__(self) -> None:
        check_at_least(self, 1, "keep_snapshots")
        if self.grace_hours < 0:
            raise ValueError(f"grace_hours is {self.grace_hours}; it must not be negative")


DEFAULTS = Options()


def prune(
    root: Path, line: Sequence[Snapshot], options: Options, checkpoint: Callable[[str], None]
) -> list[str]:
    """Delete the snapshots that the options no longer keep, and return their ids.

    `line` are the kept snapshots, newest first.
    """
    removed = []
    for newer, older in reversed(list(pairwise(line))):
        age = time.time() - (root / "manifests" / f"{newer.id}.json").stat().st_mtime
        if line.index(older) < options.keep_snapshots or age < options.grace_hours * 3600:
            break
        # The manifest is deleted before its files. So after a power cut no manifest names absent
        # files.
        (root / "manifests" / f"{older.id}.json").unlink()
        atomic_write.sync(root / "manifests")
        checkpoint("pruning")
        atomic_write.remove_tree(older.path)
        removed.append(older.id)
    if removed:
        remove_unreferenced(root, line[: len(line) - len(removed)])
    return removed


def remove_unreferenced(root: Path, line: Sequence[Snapshot]) -> list[Path]:
    """Delete files that no snapshot of the line names, and return their paths."""
    referenced = manifest.referenced_names(kept.manifest for kept in line)
    unreferenced = [
        path
        for path in (root / "snapshots").iterdir()
        if path.name not in referenced["snapshots"] and SNAPSHOT_ID.fullmatch(path.name)
    ]
    for folder in ("manifests", "index", "keys", "receipts"):
        home = root / folder
        unreferenced += [
            path
            for path in home.rglob("*")
            if not path.is_dir() and str(path.relative_to(home)) not in referenced[folder]
        ]
    unreferenced += [path for path in root.glob(".*.new") if not path.is_dir()]
    for path in unreferenced:
        atomic_write.remove_tree(path)
    return unreferenced
