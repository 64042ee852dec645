"""Migrate the tables of an earlier schema version to this one, in declared steps.

A snapshot has one schema version. So a migration rewrites every file once and publishes the result
as a new snapshot. The previous snapshot can still be read with the version that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.change import Ancestry, Change
from copydesk.flows.warehouse.errors import SchemaMismatch
from copydesk.flows.warehouse.schema import fingerprint, tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse
from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged
from copydesk.schemas.tables import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Step:
    """The changes of each table from one schema version to the next.

    A function takes a table of the old version and returns one of the new version. A table without
    a function keeps its columns. New columns need no function: a nullable column is null, and a
    list column is empty.
    """

    sentence: str
    tables: Mapping[str, Callable[[pa.Table], pa.Table]] = field(default_factory=dict)


# The step from each version to the next. Every new column of version 2 is nullable.
STEPS: Mapping[int, Step] = {
    1: Step(
        "duplicates and pairs say what each document holds that the other lacks; "
        "articles carry the first publication of their copy cluster, their description, keywords, picture, "
        "type, access, licence and reservation from mining, and the fields kept from the input"
    ),
}


def is_due(snapshot: Snapshot) -> bool:
    """Whether the tables of a snapshot differ from those of this version."""
    return snapshot.manifest.schema_sha256 != fingerprint(tables_now())


def migrate(
    warehouse: Warehouse, *, steps: Mapping[int, Step] = STEPS, now: datetime | None = None
) -> Snapshot | None:
    """Publish the current snapshot in the schema of this version. Needs the lock.

    Returns None if it already has this schema. Raises SchemaMismatch if no step starts at its
    version.
    """
    current = warehouse.snapshot("current")
    if not is_due(current):
        return None
    version = current.manifest.schema_version
    missing = [number for number in range(version, SCHEMA_VERSION) if number not in steps]
    if missing or version == SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the tables of {warehouse.address} have schema version {version}, but there is no migration from "
            f"version {missing[0] if missing else version}, which was never released; ingest the sources again"
        )
    taken = [steps[number] for number in range(version, SCHEMA_VERSION)]
    run = maintenance_row("migrate", current, now=now)
    staging = warehouse.staging(run["run_id"]) / "migrated"
    inserts: dict[str, list[Staged]] = {}
    for table in tables_now():
        inserts[table] = [
            _migrated(path, table, taken, staging)
            for path in (current.files(table) if table in current.tables else ())
        ]
    change = Change(
        parent=current.id,
        run=run,
        inserts=inserts,
        refetched=current.refetched(),
        extras={"migrated_from": version, "steps": [step.sentence for step in taken]},
    )
    ancestry = Ancestry(
        current.id,
        current.manifest.sequence + 1,
        receipts=current.manifest.receipts,
        index=current.manifest.index,
    )
    built = warehouse.build(None, change, ancestry=ancestry)
    warehouse.switch(built)
    warehouse.discard_staging(run["run_id"])
    return built


def _migrated(path: Path, name: str, steps: list[Step], staging: Path) -> Path:
    table = table_file.read(path)
    for step in steps:
        table = step.tables.get(name, _as_is)(table)
    known = [column for column in table.column_names if column in tables_now()[name].names]
    target = staging / name / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.select(known), target, compression="zstd")
    return target


def _as_is(table: pa.Table) -> pa.Table:
    return table
