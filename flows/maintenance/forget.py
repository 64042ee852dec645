"""Delete documents permanently from everything that is stored.

Every kept snapshot that has one of them is rewritten without it, under a new id. The forget run
itself adds one more snapshot, which has the tombstones. In one step that snapshot becomes current,
and then the old files are deleted. If the run is killed before that step, nothing is forgotten. If
it is killed after it, everything is forgotten, and the next writer first deletes the files that are
left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.maintenance.deletion.cluster_repair import Reelection
from copydesk.flows.maintenance.deletion.deletion_plan import deletion_plan
from copydesk.flows.maintenance.forget_receipt import (
    new_receipt,
    remove_from_reports,
    write_receipt,
)
from copydesk.flows.maintenance.forget_request import Request, SelectedDocument, Selection, select
from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.pipeline import refetched
from copydesk.flows.warehouse.change import Ancestry, Change
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse

# A function that deletes documents from the index of a snapshot. Its arguments are the snapshot,
# the ids and a staging folder. It returns the new index files by name, and the names of the
# snapshot's index files that are still valid.
IndexWithout = Callable[[Snapshot, Collection[str], Path], tuple[Mapping[str, Path], Sequence[str]]]


def forget(
    warehouse: Warehouse,
    request: Request,
    *,
    reelection_rules: Reelection,
    index_without: IndexWithout | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Forget the documents of the request, and return the receipt. Needs the warehouse's lock.

    Raises NothingToForget if no kept snapshot has such a document.
    """
    now = now or datetime.now(UTC)
    warehouse.sweep()
    line = _snapshots_oldest_first(warehouse)
    selection = select(line, request)
    run = maintenance_row("forget", line[-1], now=now)
    receipt = new_receipt(run, request, selection)
    rewritten = _rewrite(
        warehouse,
        line,
        run,
        selection,
        reelection_rules=reelection_rules,
        index_without=index_without,
    )
    receipt |= {
        "rewritten": rewritten.ids,
        "replaced": rewritten.replaced,
        "stories_renamed": rewritten.stories_renamed,
    }
    name = write_receipt(warehouse.root, receipt)
    warehouse.switch(_build_head(warehouse, rewritten.newest, run, selection.documents, name))
    refetched.delete_unpublished(warehouse.root)
    receipt["reports_removed"] = remove_from_reports(warehouse.root, selection.documents)
    write_receipt(warehouse.root, receipt)
    warehouse.sweep()
    return receipt


def documents_to_forget(warehouse: Warehouse, request: Request) -> list[dict[str, Any]]:
    """The documents that `forget` would delete, newest first.

    Each has its doc_id, date, outlet, title and more. Raises NothingToForget as `forget` does. An
    empty list means that only rows of `rejects` would be deleted.
    """
    selection = select(_snapshots_oldest_first(warehouse), request)
    return sorted(
        (document.row for document in selection.documents.values()),
        key=lambda row: (str(row["published_date"] or ""), row["doc_id"]),
        reverse=True,
    )


def _snapshots_oldest_first(warehouse: Warehouse) -> list[Snapshot]:
    """The kept snapshots. Raises UnknownSnapshot if nothing has been published."""
    warehouse.snapshot("current")
    return warehouse.snapshots()[::-1]


@dataclass(slots=True)
class _Rewritten:
    """The rewritten snapshots: the newest one, new ids by old ones, and replaced documents."""

    newest: Snapshot
    ids: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    stories_renamed: dict[str, str] = field(default_factory=dict)


def _rewrite(
    warehouse: Warehouse,
    line: Sequence[Snapshot],
    run: Mapping[str, Any],
    selection: Selection,
    *,
    reelection_rules: Reelection,
    index_without: IndexWithout | None,
) -> _Rewritten:
    """Write each kept snapshot again, starting with the first that has one of the documents."""
    ids = set(selection.documents)
    parent = line[0].manifest.parent
    rewritten = _Rewritten(newest=line[0])
    for snapshot in line:
        is_first = not rewritten.ids
        if is_first and not _holds_any(snapshot, selection):
            parent, rewritten.newest = snapshot.id, snapshot
            continue
        plan = deletion_plan(snapshot, ids, reelection_rules)
        staged = warehouse.staging(run["run_id"]) / f"index-{snapshot.id}"
        staged.mkdir(parents=True)
        new_index, kept_index = (
            index_without(snapshot, ids, staged) if index_without is not None else ({}, None)
        )
        change = Change(
            parent=snapshot.id,
            run=run,
            inserts=plan.inserts,
            updates=plan.updates,
            deletes={**plan.deletes, "rejects": selection.rejects},
            index_files=new_index,
            index_keep=kept_index,
            inputs=_inputs_without(snapshot, selection.documents),
            refetched=_refetched_without(snapshot, ids),
        )
        ancestry = Ancestry(parent, snapshot.manifest.sequence, rewrites=snapshot.manifest)
        rewritten.newest = warehouse.build(snapshot, change, ancestry=ancestry)
        rewritten.ids[snapshot.id] = rewritten.newest.id
        rewritten.replaced.update(plan.replaced)
        rewritten.stories_renamed.update(plan.renamed)
        parent = rewritten.newest.id
    return rewritten


def _holds_any(snapshot: Snapshot, selection: Selection) -> bool:
    """Whether the snapshot has one of the selected documents or rejects."""
    if any(snapshot.id in document.tables for document in selection.documents.values()):
        return True
    if not selection.rejects.num_rows:
        return False
    wanted = {tuple(row.values()) for row in selection.rejects.to_pylist()}
    stored = snapshot.table("rejects", selection.rejects.column_names).to_pylist()
    return any(tuple(row.values()) in wanted for row in stored)


def _inputs_without(
    snapshot: Snapshot, documents: Mapping[str, SelectedDocument]
) -> pa.Table | None:
    """The record of inputs, without files whose only document is forgotten.

    Returns None if nothing changes.
    """
    if snapshot.manifest.inputs is None:
        return None
    files = {
        str(document.row["source_uri"])
        for document in documents.values()
        if document.row["record_number"] is None
    }
    inputs = snapshot.inputs()
    is_gone = pc.is_in(inputs["source_uri"], value_set=pa.array(sorted(files), pa.string()))
    kept = inputs.filter(pc.invert(is_gone))
    return None if kept.num_rows == inputs.num_rows else kept


def _refetched_without(snapshot: Snapshot, ids: Collection[str]) -> pa.Table | None:
    """The record of documents fetched again, without the forgotten ones. None if nothing changes."""
    record = snapshot.refetched()
    is_gone = pc.is_in(record["doc_id"], value_set=pa.array(sorted(ids), pa.string()))
    kept = record.filter(pc.invert(is_gone))
    return None if kept.num_rows == record.num_rows else kept


def _build_head(
    warehouse: Warehouse,
    newest: Snapshot,
    run: Mapping[str, Any],
    documents: Mapping[str, SelectedDocument],
    receipt_name: str,
) -> Snapshot:
    """The snapshot of the forget run itself: tombstones, its `runs` row, and the receipt's name."""
    receipt_id = run["run_id"]
    tombstones = pa.Table.from_pylist(
        [
            {
                "doc_id": identifier,
                "url_sha256": document.url_sha256,
                "scope": document.scope,
                "receipt_id": receipt_id,
                "forgotten_at": run["finished_at"],
            }
            for identifier, document in sorted(documents.items())
        ]
    )
    change = Change(
        parent=newest.id,
        run=run,
        inserts={"tombstones": [tombstones]} if documents else {},
        extras={"receipt_id": receipt_id},
    )
    ancestry = Ancestry(newest.id, newest.manifest.sequence + 1, receipts=(receipt_name,))
    return warehouse.build(newest, change, ancestry=ancestry)
