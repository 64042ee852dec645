"""Review learned template lines. A decision about lines is published as a maintenance run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any

import pyarrow as pa

from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from copydesk.schemas.tables import TEMPLATES


def short_id(outlet_id: str, line: str) -> str:
    """A short name for a line of an outlet, for the command line.

    >>> short_id("example.org", "Follow us on the radio")
    '44675dde'
    """
    return sha256(f"{outlet_id}\n{line}".encode()).hexdigest()[:8]


def template_lines(
    snapshot: Snapshot, *, outlet: str | None = None, status: str | None = None
) -> list[dict[str, Any]]:
    """Template lines with their short id, the most frequent first."""
    rows = [
        {"id": short_id(row["outlet_id"], row["line"]), **row}
        for row in snapshot.table("templates").to_pylist()
        if outlet in (None, row["outlet_id"]) and status in (None, row["status"])
    ]
    return sorted(rows, key=lambda row: (row["outlet_id"], -row["n_documents"], row["line"]))


def decide(warehouse: Warehouse, ids: Collection[str], status: str) -> Snapshot:
    """Give the lines a new status, `approved` or `rejected`, and publish them.

    Raises KeyError for an unknown id.
    """
    with warehouse.lock():
        snapshot = warehouse.snapshot("current")
        rows = snapshot.table("templates").to_pylist()
        chosen = [row for row in rows if short_id(row["outlet_id"], row["line"]) in ids]
        unknown = set(ids) - {short_id(row["outlet_id"], row["line"]) for row in chosen}
        if unknown:
            raise KeyError(min(unknown))
        version = max(row["version"] for row in rows) + 1
        run = maintenance_row("templates", snapshot)
        return warehouse.publish(
            Change(
                parent=snapshot.id,
                run=run,
                inserts={
                    "templates": [
                        _table([{**row, "status": status, "version": version} for row in chosen])
                    ]
                },
                deletes={"templates": _table(chosen).select(["outlet_id", "line"])},
            )
        )


def _table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=TEMPLATES)
