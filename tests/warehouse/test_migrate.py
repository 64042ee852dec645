"""Declared steps bring older tables to this version's schema, whole and in one switch."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.flows.maintenance.migrate import STEPS, Step, is_due, migrate
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import Change, Warehouse
from copydesk.flows.warehouse.checks.verify import faults
from copydesk.flows.warehouse.errors import SchemaMismatch
from copydesk.flows.warehouse.manifest import FileEntry
from copydesk.schemas.tables import SCHEMA_VERSION
from tests.warehouse import rows

STORED = sorted((Path(__file__).parent / "data").glob("schema-*"))


def make_older(warehouse: Warehouse) -> None:
    """Turn the current snapshot into one of a version 0.

    In that version `title` was called `headline`, and there was no `n_chars`.
    """
    current = warehouse.current()
    assert current is not None
    (path,) = current.files("articles")
    table = pq.read_table(path)
    table = table.rename_columns(
        ["headline" if name == "title" else name for name in table.column_names]
    ).drop_columns(["n_chars"])
    pq.write_table(table, path)
    entry = FileEntry(path.name, atomic_write.sha256(path), table.num_rows, path.stat().st_size)
    old = dataclasses.replace(
        current.manifest,
        schema_version=0,
        schema_sha256="of version 0",
        tables={**current.manifest.tables, "articles": (entry,)},
    )
    (warehouse.root / "manifests" / f"{current.id}.json").write_text(old.to_json())


def to_version_1(table: pa.Table) -> pa.Table:
    lengths = pa.array([len(text) for text in table["text"].to_pylist()], pa.int32())
    return table.rename_columns(
        ["title" if name == "headline" else name for name in table.column_names]
    ).append_column("n_chars", lengths)


@pytest.fixture
def older(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse.open(tmp_path / "wh", create=True)
    staged = warehouse.staging("index") / "a.idx"
    staged.write_text("signatures")
    warehouse.publish(
        Change(
            parent=None,
            run=rows.run("one", n_articles=1),
            index_files={"a.idx": staged},
            inserts={
                "articles": [rows.table("articles", [rows.article(1, title="Rain ends")])],
                "removed": [rows.table("removed", [rows.cut(1)])],
                "stories": [rows.table("stories", [rows.story(1)])],
            },
        )
    )
    make_older(warehouse)
    return warehouse


def test_a_declared_step_rewrites_an_older_snapshot(older: Warehouse) -> None:
    with older.lock():
        made = migrate(
            older,
            steps={
                **STEPS,
                0: Step("headline became title; n_chars is new", {"articles": to_version_1}),
            },
        )
    assert made is not None
    assert made.manifest.schema_version == SCHEMA_VERSION
    (row,) = made.table("articles", ["title", "n_chars"]).to_pylist()
    assert row == {"title": "Rain ends", "n_chars": len(rows.text_of(1))}
    assert made.table("runs")["kind"].to_pylist() == ["ingest", "migrate"]
    assert list(made.index_files()) == ["a.idx"]
    assert not [fault for fault in faults(older) if "000001" not in fault.where]


def test_an_older_snapshot_cannot_be_added_to_until_it_is_migrated(older: Warehouse) -> None:
    with pytest.raises(SchemaMismatch, match="copydesk migrate"):
        older.publish(Change(parent=older.current_id(), run=rows.run("two")))


def test_a_version_without_a_step_is_refused(older: Warehouse) -> None:
    with pytest.raises(SchemaMismatch, match="there is no migration from"):
        migrate(older, steps={})


def test_nothing_is_done_if_nothing_is_due(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "wh", create=True)
    warehouse.publish(Change(parent=None, run=rows.run("one")))
    assert migrate(warehouse) is None


def test_every_version_but_this_one_has_a_step() -> None:
    assert set(STEPS) == set(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("stored", STORED, ids=lambda path: path.name)
def test_a_stored_warehouse_of_every_released_version_is_read_and_migrated(
    stored: Path, tmp_path: Path
) -> None:
    shutil.copytree(stored, tmp_path / "wh", symlinks=True)
    warehouse = Warehouse.open(tmp_path / "wh", create=True)
    with warehouse.lock():
        migrate(warehouse)
    current = warehouse.current()
    assert current is not None
    assert not is_due(current)
    assert current.rows("articles") == 3
    assert current.rows("duplicates") == 1
    assert [fault for fault in faults(warehouse) if fault.kind != "missing"] == []
