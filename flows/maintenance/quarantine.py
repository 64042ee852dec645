"""List and release quarantined documents, which did not fit the profile of their outlet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.maintenance.deletion.cluster_repair import VERSION_WITHDRAWN
from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.pipeline import known_inputs
from copydesk.flows.pipeline.context import Context
from copydesk.flows.pipeline.known_versions import through_quarantine, to_the_newest
from copydesk.flows.pipeline.results import Arrivals, Results
from copydesk.flows.pipeline.run import deduplicate, group, publish
from copydesk.flows.pipeline.staging.shard_files import StagedRows
from copydesk.flows.recipe import from_toml
from copydesk.flows.support import arrow_file
from copydesk.flows.support.progress_record import Progress
from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.schemas import document_columns

# Columns that the deduplicate and stories steps fill in again.
_FILLED_AGAIN = tuple(
    field.name for field in (*document_columns.GROUPS, *document_columns.QUARANTINE)
)


def quarantined_groups(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Quarantined documents by outlet and reason, with the oldest run and the ids."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in snapshot.table(
        "quarantined", ["doc_id", "outlet_id", "reason", "run_id", "title"]
    ).to_pylist():
        groups[row["outlet_id"] or "", row["reason"]].append(row)
    return [
        {
            "outlet_id": outlet,
            "reason": reason,
            "n_documents": len(rows),
            "since_run": min(row["run_id"] for row in rows),
            "doc_ids": sorted(row["doc_id"] for row in rows),
        }
        for (outlet, reason), rows in sorted(groups.items())
    ]


@dataclass(frozen=True, slots=True)
class Released:
    """The number of released documents, and the snapshot that has them."""

    n_documents: int
    snapshot: Snapshot


def release(
    warehouse: Warehouse,
    *,
    outlet: str | None = None,
    doc_ids: Sequence[str] = (),
    wait_seconds: float = 0.0,
    progress: Progress | None = None,
) -> Released | None:
    """Release documents: find their copies and stories, and publish them as a run.

    Without `outlet` and `doc_ids`, every quarantined document is released. An older version of a
    forgotten document must be named by its id. The texts are not cleaned again. Copies and stories
    are found with the recipe of the last run. Returns None if no such document is quarantined.
    """
    with warehouse.lock(wait_seconds=wait_seconds):
        snapshot = warehouse.snapshot("current")
        where = pc.scalar(True)
        if outlet is not None:
            where = where & (pc.field("outlet_id") == outlet)
        if not doc_ids:
            where = where & (pc.field("reason") != VERSION_WITHDRAWN)
        else:
            where = where & pc.field("doc_id").isin(pa.array(sorted(doc_ids), pa.string()))
        rows = snapshot.table("quarantined", None, where)
        if not rows.num_rows:
            return None
        row = maintenance_row("release", snapshot)
        context = Context(
            inputs=(),
            sifted=known_inputs.unknown(()),
            kind="release",
            parent=snapshot,
            warehouse=warehouse,
            recipe=from_toml(row["recipe"]),
            progress=progress,
            run_id=row["run_id"],
            started_at=row["started_at"],
        )
        released = rows["doc_id"].to_pylist()
        arrivals = Arrivals(
            shards=(_staged(rows, context),),
            superseded=_superseded(rows, snapshot),
            n_new=rows.num_rows,
        )
        copies = deduplicate(context, arrivals)
        stories = group(context, arrivals, copies)
        results = Results(arrivals=arrivals, copies=copies, stories=stories)
        published = publish(context, results, {"quarantined": released})
        warehouse.discard_staging(context.run_id)
        return Released(len(released), published.snapshot)


def _superseded(rows: pa.Table, snapshot: Snapshot) -> dict[str, str]:
    """Map each version that a released one revises, or that revises a released one, to the newest."""
    released = rows.select(["doc_id", "supersedes"]).to_pylist()
    of_released = pc.field("supersedes").isin(rows["doc_id"].combine_chunks())
    later = [
        row
        for table in ("articles", "duplicates")
        for row in snapshot.table(table, ["doc_id", "supersedes"], of_released).to_pylist()
    ]
    links = {row["supersedes"]: row["doc_id"] for row in (*released, *later) if row["supersedes"]}
    return through_quarantine(to_the_newest(links), snapshot)


def _staged(rows: pa.Table, context: Context) -> StagedRows:
    """The rows as a shard of new documents of this run."""
    rows = rows.drop_columns(list(_FILLED_AGAIN)).sort_by("doc_id")
    column = rows.schema.get_field_index("run_id")
    rows = rows.set_column(
        column, rows.schema.field("run_id"), pa.array([context.run_id] * rows.num_rows, pa.string())
    )
    return StagedRows(0, arrow_file.write(rows, context.folder("reconcile") / "released.arrow"))
