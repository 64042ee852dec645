"""Read rejected documents again from their source, after the cause of the rejection is fixed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk.flows import read
from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.pipeline import known_inputs
from copydesk.flows.pipeline.context import Context
from copydesk.flows.pipeline.results import Cleaned
from copydesk.flows.pipeline.run import finish, run_steps
from copydesk.flows.pipeline.summary import Summary
from copydesk.flows.read import sources
from copydesk.flows.recipe import Recipe, from_toml
from copydesk.flows.support import arrow_file
from copydesk.flows.warehouse import Warehouse, WarehouseError
from copydesk.schemas.tables import REJECTS

_KEY = ("source_uri", "record_number")


class SourcesMissing(WarehouseError):
    """The sources of the rejected documents cannot be found."""


def replay(
    warehouse: Warehouse,
    *,
    inputs: Sequence[str] = (),
    reason: str | None = None,
    recipe: Recipe | None = None,
    workers: int = 1,
) -> Summary | None:
    """Ingest the sources of rejected documents again. Needs the lock.

    Returns None if no document was rejected, or none for this `reason`. A document that is accepted
    now loses its row in `rejects`. One that is rejected again keeps a row, with its present reason.
    The other documents of those sources are already known. The sources are looked up in the files or
    folders `inputs`, or else in the inputs of the runs that rejected the documents.

    Raises SourcesMissing if none of the sources can be found.
    """
    snapshot = warehouse.snapshot("current")
    refused = [
        row for row in snapshot.table("rejects").to_pylist() if reason in (None, row["reason"])
    ]
    if not refused:
        return None
    roots = list(inputs) or _recorded_inputs(warehouse.root, {row["run_id"] for row in refused})
    wanted = {row["source_uri"] for row in refused}
    files = [file for file in read.find(roots) if file.source_uri in wanted]
    lost = wanted - {file.source_uri for file in files}
    if not files:
        raise SourcesMissing(
            f"none of the {len(wanted)} sources of rejected documents is in {', '.join(roots)}; "
            "name the folders or files they came from: copydesk replay INPUT..."
        )
    row = maintenance_row("replay", snapshot)
    context = Context(
        inputs=roots,
        sifted=known_inputs.unknown(files),
        kind="replay",
        parent=snapshot,
        warehouse=warehouse,
        recipe=recipe or from_toml(row["recipe"]),
        workers=workers,
        run_id=row["run_id"],
        started_at=row["started_at"],
    )
    if lost:
        context.warn(
            f"{len(lost)} sources of rejected documents no longer exist, such as {min(lost)}"
        )
    results = run_steps(
        context, deletes=lambda cleaned: {"rejects": _resolved(refused, files, cleaned)}
    )
    return finish(context, results)


def _recorded_inputs(root: Path, run_ids: set[str]) -> list[str]:
    found: dict[str, None] = {}
    for run_id in sorted(run_ids):
        try:
            facts = json.loads((root / "reports" / f"{run_id}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # This run left no record, but another one may have.
            continue
        found |= dict.fromkeys(facts.get("inputs", ()))
    existing = [name for name in found if _exists(name)]
    if not existing:
        raise SourcesMissing(
            "there is no record of where the rejected documents came from; name the files or folders: copydesk replay INPUT..."
        )
    return existing


def _exists(name: str) -> bool:
    try:
        sources.check([name])
    except read.InputError:
        return False
    return True


def _resolved(
    refused: Sequence[dict[str, Any]],
    files: Sequence[read.InputFile | read.Reject],
    cleaned: Cleaned,
) -> pa.Table:
    """The rows of `rejects` to delete, which are those of documents that were read again.

    A row is kept if its document was rejected at the same step for the same reason.
    """
    again = {
        tuple(row[name] for name in (*_KEY, "step", "reason"))
        for shard in cleaned.shards
        for row in arrow_file.read(shard.rejects).to_pylist()
    }
    was_read = {file.source_uri for file in files}
    gone = [
        row
        for row in refused
        if row["source_uri"] in was_read
        and tuple(row[name] for name in (*_KEY, "step", "reason")) not in again
    ]
    columns = [*_KEY, "step", "reason", "run_id"]
    return pa.Table.from_pylist(
        [{name: row[name] for name in columns} for row in gone],
        schema=pa.schema([REJECTS.field(name) for name in columns]),
    )
