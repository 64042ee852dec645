"""The state of a warehouse for `copydesk status`, from manifests and folders. No text is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from copydesk.flows import read
from copydesk.flows.pipeline import known_inputs
from copydesk.flows.support import progress_record
from copydesk.flows.warehouse import Snapshot, Warehouse, lock
from copydesk.flows.warehouse.change import COUNTS

_RUN = (
    "run_id",
    "kind",
    "started_at",
    "finished_at",
    *COUNTS,
    "recipe_sha256",
)


def status(warehouse: Warehouse, *, inputs: Sequence[str] = (), n_runs: int = 5) -> dict[str, Any]:
    """Snapshot, last runs, sizes, and new files in the inputs (default: those of the last run)."""
    snapshot = warehouse.current()
    if snapshot is None:
        return {
            "warehouse": warehouse.address,
            "snapshot": None,
            "runs": [],
            **_unfinished(warehouse.root),
        }
    runs = sorted(
        snapshot.table("runs", _RUN).to_pylist(),
        key=lambda row: (row["finished_at"], row["run_id"]),
        reverse=True,
    )
    return {
        "warehouse": warehouse.address,
        "snapshot": snapshot.id,
        "published_at": snapshot.manifest.finished_at,
        "rows": dict(snapshot.counts),
        "bytes": sum(entry.bytes for files in snapshot.manifest.tables.values() for entry in files),
        "index_bytes": sum(entry.bytes for entry in snapshot.manifest.index),
        "runs": runs[:n_runs],
        **_unfinished(warehouse.root),
        "next": _next(
            warehouse, snapshot, inputs or _last_inputs(warehouse, [row["run_id"] for row in runs])
        ),
    }


def _unfinished(root: Path) -> dict[str, Any]:
    """The run in progress, and interrupted runs. A run with the same inputs continues those."""
    staged = sorted(path.parent for path in (root / "staging").glob("*/run.json"))
    writer = lock.holder(root / "lock")
    if writer is None:
        return {"running": None, "interrupted": [folder.name for folder in staged]}
    started = [
        (folder, progress) for folder in staged if (progress := progress_record.read(folder))
    ]
    folder, progress = max(started, key=_written_at, default=(None, None))
    running = {
        **writer,
        "run_id": folder.name if folder else None,
        **(progress or {"step": None, "done": None, "total": None}),
    }
    return {"running": running, "interrupted": [f.name for f in staged if f != folder]}


def _written_at(started: tuple[Path, dict[str, Any]]) -> float:
    try:
        return (started[0] / progress_record.NAME).stat().st_mtime
    except OSError:  # The run has ended in the meantime.
        return 0.0


def _last_inputs(warehouse: Warehouse, run_ids: Sequence[str]) -> tuple[str, ...]:
    """The inputs of the newest run that left a record."""
    for run_id in run_ids:
        try:
            found = json.loads(warehouse.record(run_id).read_text(encoding="utf-8"))
        except (OSError, ValueError):  # The run left no record, or its record was deleted.
            continue
        if found.get("inputs"):
            return tuple(found["inputs"])
    return ()


def _next(
    warehouse: Warehouse, snapshot: Snapshot, inputs: Sequence[str]
) -> Mapping[str, Any] | None:
    """The files in the inputs that a run would read, by name and size. None without inputs."""
    inputs = [name for name in inputs if not read.is_standard_input(name)]
    if not inputs:
        return None
    try:
        found = [file for file in read.find(inputs) if isinstance(file, read.InputFile)]
    except read.InputError as error:
        return {"inputs": list(inputs), "fault": str(error)}
    record = known_inputs.record_of(warehouse.root, snapshot)
    seen = set(
        zip(*(record[name].to_pylist() for name in ("source_uri", "size_bytes")), strict=True)
    )
    new = [file for file in found if (file.source_uri, _size(file)) not in seen]
    return {
        "inputs": list(inputs),
        "n_files": len(found),
        "n_new_files": len(new),
        "new_bytes": sum(_size(file) or 0 for file in new),
        "examples": [file.source_uri for file in new[:5]],
    }


def _size(file: read.InputFile) -> int | None:
    try:
        return file.size_bytes
    except OSError:  # The file was deleted after it was listed. A run would report that.
        return None
