"""Runs without new documents: their row in `runs`, and the rollback to an older snapshot."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import copydesk
from copydesk.flows.warehouse.change import EVERYTHING, Ancestry, Change
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.last_run import last_run
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse


def maintenance_row(
    kind: str, base: Snapshot, *, now: datetime | None = None, **counts: int
) -> dict[str, Any]:
    """The `runs` row of a maintenance run on `base`.

    The recipe and the rules are those of the previous run.
    """
    now = now or datetime.now(UTC)
    before = last_run(base)
    return {
        "run_id": f"{now:%Y%m%dT%H%M%S}-{kind}-{secrets.token_hex(2)}",
        "kind": kind,
        "started_at": now,
        "finished_at": now,
        "recipe_sha256": before["recipe_sha256"],
        "recipe": before["recipe"],
        "rules_sha256": before["rules_sha256"],
        "versions": json.dumps(
            {**json.loads(before["versions"]), "copydesk": copydesk.__version__}
        ),
        **counts,
    }


def rollback(warehouse: Warehouse, identifier: str, *, now: datetime | None = None) -> Snapshot:
    """Publish the state of an older snapshot again, with the present runs and tombstones.

    The current snapshot is kept, so a rollback to it undoes this one. Raises
    WarehouseError if the snapshot is already the current one.
    """
    current = warehouse.snapshot("current")
    target = warehouse.snapshot(identifier)
    if target.id == current.id:
        raise WarehouseError(
            f"snapshot {current.id} is already the current one; `copydesk snapshots` lists the others"
        )
    # No kept snapshot has a forgotten document, so an older state cannot restore one. The
    # tombstones prevent later runs from ingesting it again.
    unchanged = ("runs", "tombstones")
    change = Change(
        parent=current.id,
        run=maintenance_row("rollback", current, now=now),
        inserts={table: current.files(table) for table in unchanged},
        deletes=dict.fromkeys(unchanged, EVERYTHING),
        extras={"rolled_back_to": target.id},
    )
    ancestry = Ancestry(
        current.id,
        current.manifest.sequence + 1,
        receipts=current.manifest.receipts[len(target.manifest.receipts) :],
    )
    return warehouse.publish(change, onto=target, ancestry=ancestry)
