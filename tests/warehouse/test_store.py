"""Publishing to a warehouse, and reading from it."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import EVERYTHING, Change, Options, Snapshot, Warehouse
from copydesk.flows.warehouse.errors import (
    InvalidChange,
    NotAWarehouse,
    Outdated,
    SchemaMismatch,
    UnknownSnapshot,
    WriteFailed,
)
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.schemas.tables import SCHEMA_VERSION
from copydesk.transforms.snapshot_schemas import TABLES
from tests.warehouse import rows

SEPTEMBER, OCTOBER = dt.date(2026, 9, 5), dt.date(2026, 10, 5)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.open(
        tmp_path / "wh", create=True, options=Options(keep_snapshots=3, grace_hours=0)
    )


def publish(
    warehouse: Warehouse,
    run_id: str,
    articles: list[dict[str, object]] | None = None,
    **change: object,
) -> Snapshot:
    base = warehouse.current()
    articles = articles or []
    inserts = {"articles": [rows.table("articles", articles)], **change.pop("inserts", {})}  # type: ignore[dict-item]
    with warehouse.lock():
        return warehouse.publish(
            Change(
                parent=base.id if base else None,
                run=rows.run(run_id, n_articles=len(articles)),
                inserts=inserts,
                **change,  # type: ignore[arg-type]
            )
        )


def test_a_new_folder_becomes_a_warehouse_without_a_snapshot(warehouse: Warehouse) -> None:
    assert warehouse.current() is None
    assert warehouse.snapshots() == []


def test_a_folder_with_other_files_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(NotAWarehouse, match=r"thesis\.docx"):
        Warehouse.open(tmp_path, create=True)


def test_an_absent_warehouse_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotAWarehouse, match="copydesk ingest INPUT --warehouse"):
        Warehouse.open(tmp_path / "none")


def test_a_folder_with_only_a_gitignore_becomes_a_warehouse(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n!.gitignore\n")
    assert Warehouse.open(tmp_path, create=True).current() is None


def test_a_warehouse_of_a_newer_schema_is_refused(warehouse: Warehouse) -> None:
    first = publish(warehouse, "one")
    path = warehouse.root / "manifests" / f"{first.id}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 999}))
    with pytest.raises(SchemaMismatch, match="999"):
        Warehouse.open(warehouse.root)


def test_published_rows_come_back_with_types_and_meanings(warehouse: Warehouse) -> None:
    snapshot = publish(warehouse, "one", [rows.article(1)])
    table = snapshot.table("articles")
    assert table.num_rows == 1
    assert table.schema.equals(TABLES["articles"])
    assert (
        pq.read_schema(snapshot.files("articles")[0])
        .field("text")
        .metadata[b"meaning"]
        .startswith(b"Clean text")
    )
    assert (
        pq.read_schema(snapshot.files("articles")[0]).metadata[b"copydesk.schema_version"]
        == str(SCHEMA_VERSION).encode()
    )


def test_every_table_is_readable_before_it_has_rows(warehouse: Warehouse) -> None:
    snapshot = publish(warehouse, "one")
    for name in TABLES:
        assert snapshot.table(name).num_rows == (1 if name == "runs" else 0)


def test_rows_are_in_files_of_their_month_and_the_ledger_in_that_of_its_document(
    warehouse: Warehouse,
) -> None:
    articles = [
        rows.article(1, date=SEPTEMBER),
        rows.article(2, date=OCTOBER),
        rows.article(3, date=None),
    ]
    snapshot = publish(
        warehouse,
        "one",
        articles,
        inserts={"removed": [rows.table("removed", [rows.cut(n) for n in (1, 2, 3)])]},
    )
    for table in ("articles", "removed"):
        assert [path.name.rsplit("-", 1)[0] for path in snapshot.files(table)] == [
            "2026-09",
            "2026-10",
            "undated",
        ]


def test_the_ledger_of_a_document_published_earlier_follows_it_too(warehouse: Warehouse) -> None:
    publish(warehouse, "one", [rows.article(1, date=SEPTEMBER)])
    snapshot = publish(
        warehouse, "two", inserts={"removed": [rows.table("removed", [rows.cut(1)])]}
    )
    assert snapshot.files("removed")[0].name.startswith("2026-09-")


def test_files_a_change_does_not_touch_are_the_same_files_on_disk(warehouse: Warehouse) -> None:
    first = publish(
        warehouse, "one", [rows.article(1, date=SEPTEMBER), rows.article(2, date=OCTOBER)]
    )
    second = publish(warehouse, "two", [rows.article(3, date=OCTOBER)])
    before = {path.stat().st_ino for path in first.files("articles")}
    assert [path.name[:7] for path in second.files("articles") if path.stat().st_ino in before] == [
        "2026-09"
    ]


def test_a_table_written_again_with_the_same_rows_takes_no_more_room(warehouse: Warehouse) -> None:
    articles = [rows.article(n) for n in range(5)]
    first = publish(warehouse, "one", articles)
    second = publish(
        warehouse,
        "two",
        inserts={"articles": [rows.table("articles", articles)]},
        deletes={"articles": EVERYTHING},
    )
    assert [path.stat().st_ino for path in second.files("articles")] == [
        path.stat().st_ino for path in first.files("articles")
    ]


def months_apart(n: int) -> list[dict[str, object]]:
    return [
        rows.article(number, date=dt.date(2020 + number % 6, 1 + number % 11, 5))
        for number in range(n)
    ]


def files_of(snapshot: Snapshot) -> dict[str, bytes]:
    return {
        f"{table}/{path.name}": path.read_bytes()
        for table in snapshot.tables
        for path in snapshot.files(table)
    }


def test_any_number_of_writers_gives_the_same_files(tmp_path: Path) -> None:
    found = []
    for writers in (1, 3):
        warehouse = replace(Warehouse.open(tmp_path / str(writers), create=True), writers=writers)
        found.append(files_of(publish(warehouse, "one", months_apart(200))))
    assert len([name for name in found[0] if name.startswith("articles/")]) == 66
    assert found[0] == found[1]


def test_rows_that_wait_on_disk_give_the_same_files_as_rows_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = files_of(
        publish(Warehouse.open(tmp_path / "held", create=True), "one", months_apart(200))
    )
    monkeypatch.setattr(output_limits, "FILE_BYTES", 1)
    monkeypatch.setattr(output_limits, "SPILL_BYTES", 1)
    articles = rows.table("articles", months_apart(200))
    parts = [articles.slice(first, 50) for first in range(0, 200, 50)]
    warehouse = replace(Warehouse.open(tmp_path / "spilled", create=True), writers=2)
    with warehouse.lock():
        spilled = warehouse.publish(
            Change(parent=None, run=rows.run("one", n_articles=200), inserts={"articles": parts})
        )
    assert files_of(spilled) == held
    assert not list(spilled.path.rglob(".*"))


def test_pieces_of_many_small_files_come_in_the_order_of_the_files(warehouse: Warehouse) -> None:
    snapshot = publish(warehouse, "one", months_apart(200))
    pieces = pa.Table.from_batches(snapshot.batches("articles", ["doc_id"]))
    assert pieces["doc_id"].to_pylist() == [
        doc_id
        for path in snapshot.files("articles")
        for doc_id in pq.read_table(path)["doc_id"].to_pylist()
    ]


def test_every_new_file_is_on_the_disk_before_the_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    sync = atomic_write.sync

    def noted(path: Path) -> None:
        synced.add(path.stat().st_ino)
        sync(path)

    def check(point: str) -> None:
        if point == "before switch":
            written = [
                path
                for part in ("snapshots", "keys", "manifests")
                for path in (tmp_path / "wh" / part).rglob("*.*")
            ]
            assert len(written) > 60
            assert {
                path.stat().st_ino for path in written if path.suffix in {".parquet", ".npy"}
            } <= synced

    monkeypatch.setattr(atomic_write, "sync", noted)
    publish(
        Warehouse.open(tmp_path / "wh", create=True, checkpoint=check), "one", months_apart(100)
    )


def test_files_are_copied_if_the_file_system_cannot_link(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(warehouse, "one", [rows.article(1, date=SEPTEMBER)])

    def refuse(source: object, target: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    second = publish(warehouse, "two", [rows.article(2, date=OCTOBER)])
    assert second.table("articles").num_rows == 2


def test_no_two_snapshots_share_a_file_name(warehouse: Warehouse) -> None:
    seen: set[str] = set()
    for number in range(4):
        snapshot = publish(warehouse, f"run-{number}", [rows.article(number)])
        names = {
            f"{table}/{path.name}" for table in snapshot.tables for path in snapshot.files(table)
        }
        assert not names & seen
        assert all(
            re.fullmatch(r"\w+/(\d{4}-\d\d|undated)-[0-9a-f]{22}\.parquet", name) for name in names
        )
        seen |= names


def test_small_files_of_a_month_are_merged_as_runs_add_to_it(warehouse: Warehouse) -> None:
    for number in range(20):
        snapshot = publish(warehouse, f"run-{number}", [rows.article(number)])
    assert snapshot.rows("articles") == 20
    assert len(snapshot.files("articles")) <= 5
    assert len(snapshot.files("runs")) <= 5


def test_a_month_larger_than_a_file_is_cut_by_date_and_sorted_by_outlet(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_limits, "FILE_ROWS", (10, 10))
    articles = [rows.article(n, date=dt.date(2026, 9, 1 + n % 30)) for n in range(40)]
    snapshot = publish(warehouse, "one", articles)
    dates = [
        pc.min_max(pq.read_table(path)["published_date"]).as_py()
        for path in snapshot.files("articles")
    ]
    spans = sorted((span["min"], span["max"]) for span in dates)
    assert len(spans) == 4
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for path in snapshot.files("articles"):
        outlets = pq.read_table(path)["outlet_id"].to_pylist()
        assert outlets == sorted(outlets)


def test_staged_files_over_many_months_give_what_one_table_gives(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    articles = [rows.article(n, date=dt.date(2026, 1 + n % 12, 3)) for n in range(60)]
    shards = []
    for start in (0, 30):
        shards.append(tmp_path / f"shard-{start}.parquet")
        pq.write_table(rows.table("articles", articles[start : start + 30]), shards[-1])
    staged = publish(warehouse, "same", inserts={"articles": shards})
    other = publish(
        Warehouse.open(tmp_path / "other", create=True),
        "same",
        inserts={"articles": [rows.table("articles", articles[::-1])]},
    )
    assert [path.name for path in staged.files("articles")] == [
        path.name for path in other.files("articles")
    ]
    assert staged.id == other.id


def test_deleted_and_updated_rows_are_gone_and_changed_and_nothing_else(
    warehouse: Warehouse,
) -> None:
    first = publish(warehouse, "one", [rows.article(n) for n in range(5)])
    sizes = pa.table({"doc_id": [rows.doc_id(1)], "cluster_size": [4]})
    second = publish(
        warehouse, "two", updates={"articles": sizes}, deletes={"articles": [rows.doc_id(2)]}
    )
    found = {
        row["doc_id"]: row["cluster_size"]
        for row in second.table("articles", ["doc_id", "cluster_size"]).to_pylist()
    }
    assert found == {rows.doc_id(0): 1, rows.doc_id(1): 4, rows.doc_id(3): 1, rows.doc_id(4): 1}
    assert first.table("articles").num_rows == 5


def test_a_pair_goes_with_either_of_its_documents(warehouse: Warehouse) -> None:
    pairs = [
        rows.row("pairs", doc_a=rows.doc_id(a), doc_b=rows.doc_id(b), relation="near")
        for a, b in ((1, 2), (3, 1), (4, 5))
    ]
    publish(warehouse, "one", inserts={"pairs": [rows.table("pairs", pairs)]})
    snapshot = publish(warehouse, "two", deletes={"pairs": [rows.doc_id(1)]})
    assert snapshot.table("pairs")["doc_a"].to_pylist() == [rows.doc_id(4)]


def test_rows_without_an_id_are_deleted_by_the_values_of_columns(warehouse: Warehouse) -> None:
    rejects = [
        rows.row("rejects", source_uri=uri, record_number=number, reason="empty")
        for uri, number in (("a", None), ("a", 1), ("b", None))
    ]
    publish(warehouse, "one", inserts={"rejects": [rows.table("rejects", rejects)]})
    gone = pa.table({"source_uri": ["a"], "record_number": pa.array([None], pa.int64())})
    snapshot = publish(warehouse, "two", deletes={"rejects": gone})
    assert snapshot.table("rejects", ["source_uri", "record_number"]).to_pylist() == [
        {"source_uri": "a", "record_number": 1},
        {"source_uri": "b", "record_number": None},
    ]


def test_a_whole_table_is_replaced(warehouse: Warehouse) -> None:
    def templates(line: str) -> list[pa.Table]:
        return [rows.table("templates", [rows.row("templates", line=line)])]

    publish(warehouse, "one", inserts={"templates": templates("Old line")})
    snapshot = publish(
        warehouse,
        "two",
        inserts={"templates": templates("New line")},
        deletes={"templates": EVERYTHING},
    )
    assert snapshot.table("templates")["line"].to_pylist() == ["New line"]


def test_a_row_moves_between_tables_by_a_delete_and_an_insert(warehouse: Warehouse) -> None:
    publish(warehouse, "one", [rows.article(1), rows.article(2)])
    dropped = rows.article(
        2, table="duplicates", kept_doc_id=rows.doc_id(1), relation="near", keep_reason="earliest"
    )
    snapshot = publish(
        warehouse,
        "two",
        inserts={"duplicates": [rows.table("duplicates", [dropped])]},
        deletes={"articles": [rows.doc_id(2)]},
    )
    assert {place.table for place in snapshot.locate([rows.doc_id(2)]).values()} == {"duplicates"}


@pytest.mark.parametrize("again", ["articles", "duplicates", "quarantined"])
def test_a_document_cannot_be_in_two_rows(warehouse: Warehouse, again: str) -> None:
    publish(warehouse, "one", [rows.article(1)])
    with pytest.raises(InvalidChange, match=rows.doc_id(1)):
        publish(
            warehouse, "two", inserts={again: [rows.table(again, [rows.article(1, table=again)])]}
        )
    with pytest.raises(InvalidChange, match=rows.doc_id(2)):
        publish(warehouse, "three", [rows.article(2), rows.article(2)])


def test_an_update_of_a_row_that_is_not_there_is_refused(warehouse: Warehouse) -> None:
    publish(warehouse, "one", [rows.article(1)])
    with pytest.raises(InvalidChange, match=r"for 1 rows, .* only 0 of them"):
        publish(
            warehouse,
            "two",
            updates={"articles": pa.table({"doc_id": [rows.doc_id(9)], "cluster_size": [1]})},
        )


def test_a_null_in_a_required_column_is_refused_by_name(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="source_uri"):
        publish(warehouse, "one", [rows.article(1, source_uri=None)])


def test_counts_that_do_not_balance_are_refused(warehouse: Warehouse) -> None:
    with (
        warehouse.lock(),
        pytest.raises(InvalidChange, match="read 5 documents but accounts for 1"),
    ):
        warehouse.publish(Change(parent=None, run={**rows.run("one", n_articles=1), "n_read": 5}))


def test_a_change_against_an_overtaken_snapshot_is_refused(warehouse: Warehouse) -> None:
    publish(warehouse, "one")
    with warehouse.lock(), pytest.raises(Outdated, match="run the command again"):
        warehouse.publish(Change(parent=None, run=rows.run("late")))


def test_a_document_is_found_and_known_by_its_id(warehouse: Warehouse) -> None:
    tombstone = rows.row("tombstones", doc_id=rows.doc_id(7), scope="doc")
    snapshot = publish(
        warehouse,
        "one",
        [rows.article(1, date=SEPTEMBER)],
        inserts={"tombstones": [rows.table("tombstones", [tombstone])]},
    )
    assert snapshot.locate([rows.doc_id(1), rows.doc_id(2)])[rows.doc_id(1)].month == "2026-09"
    assert snapshot.known([rows.doc_id(1), rows.doc_id(2), rows.doc_id(7)]) == {
        rows.doc_id(1),
        rows.doc_id(7),
    }
    assert snapshot.documents("articles", [rows.doc_id(1)], ["doc_id"])["doc_id"].to_pylist() == [
        rows.doc_id(1)
    ]
    assert snapshot.documents("articles", [rows.doc_id(2)], ["doc_id"]).num_rows == 0


def test_texts_of_documents_are_read_from_their_row_groups_alone(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from copydesk.flows.warehouse import table_file

    layout = replace(table_file.PARTITIONS["articles"], row_group=(3, 3))
    monkeypatch.setitem(table_file.PARTITIONS, "articles", layout)
    articles = [rows.article(n, date=SEPTEMBER if n % 2 else OCTOBER) for n in range(40)]
    snapshot = publish(warehouse, "one", articles)
    assert min(pq.ParquetFile(file).num_row_groups for file in snapshot.files("articles")) == 7
    for numbers in ([5], [2, 3, 38, 39], [77], [0, 77]):
        ids = [rows.doc_id(number) for number in numbers]
        found = snapshot.documents("articles", ids, ["text", "doc_id", "published_date"])
        by_filter = snapshot.table(
            "articles", ["text", "doc_id", "published_date"], pc.field("doc_id").isin(ids)
        )
        assert found.equals(by_filter)
        assert found.num_rows == len([number for number in numbers if number < 40])


def test_documents_are_found_without_the_files_of_keys(warehouse: Warehouse) -> None:
    snapshot = publish(warehouse, "one", [rows.article(1)])
    for path in (warehouse.root / "keys").rglob("*.npy"):
        path.unlink()
    assert list(snapshot.locate([rows.doc_id(1)])) == [rows.doc_id(1)]


def test_the_newest_snapshots_are_kept_and_older_ones_go(warehouse: Warehouse) -> None:
    made = [publish(warehouse, f"run-{number}", [rows.article(number)]).id for number in range(5)]
    assert [kept.id for kept in warehouse.snapshots()] == made[:1:-1]
    assert sorted(path.name for path in (warehouse.root / "snapshots").iterdir()) == made[2:]
    assert warehouse.snapshot("3").id == made[2]
    with pytest.raises(UnknownSnapshot, match="copydesk snapshots"):
        warehouse.snapshot(made[0])


def test_the_number_of_a_snapshot_names_it_even_if_it_begins_other_numbers(
    warehouse: Warehouse,
) -> None:
    first = publish(warehouse, "run-1", [rows.article(1)])
    assert first.id.startswith("000001-")
    manifests = warehouse.root / "manifests"
    for number in (10, 11):  # manifests of later snapshots; only their names matter here
        shutil.copy(manifests / f"{first.id}.json", manifests / f"{number:06d}-0123456789ab.json")
    assert warehouse.snapshot("1").id == first.id
    assert warehouse.snapshot("000001").id == first.id
    with pytest.raises(UnknownSnapshot, match="2 kept snapshots"):
        warehouse.snapshot("00001")


def test_an_old_snapshot_within_the_grace_stays(tmp_path: Path) -> None:
    warehouse = Warehouse.open(
        tmp_path, create=True, options=Options(keep_snapshots=1, grace_hours=1)
    )
    for number in range(4):
        publish(warehouse, f"run-{number}")
    assert len(warehouse.snapshots()) == 4


def test_index_files_switch_with_the_tables_and_go_with_the_last_snapshot_that_names_them(
    warehouse: Warehouse,
) -> None:
    def staged(name: str) -> dict[str, Path]:
        path = warehouse.staging("prepare") / name
        path.write_text(name)
        return {name: path}

    first = publish(warehouse, "one", index_files=staged("a.idx"))
    second = publish(warehouse, "two", index_files=staged("b.idx"))
    third = publish(warehouse, "three", index_files=staged("c.idx"), index_keep=["b.idx"])
    assert [list(s.index_files()) for s in (first, second, third)] == [
        ["a.idx"],
        ["a.idx", "b.idx"],
        ["b.idx", "c.idx"],
    ]
    for number in range(2):
        publish(warehouse, f"more-{number}")
    assert sorted(path.name for path in (warehouse.root / "index").iterdir()) == ["b.idx", "c.idx"]


def test_what_a_dead_run_left_is_swept_and_a_resumable_run_is_not(warehouse: Warehouse) -> None:
    current = publish(warehouse, "one", [rows.article(1)])
    (warehouse.staging("dead") / "shard").touch()
    (warehouse.staging("resumed") / "shard").touch()
    (warehouse.root / "snapshots" / "000009-aaaaaaaaaaaa").mkdir()
    (warehouse.root / "manifests" / "000009-aaaaaaaaaaaa.json").touch()
    (warehouse.root / "index" / "stray").touch()
    (warehouse.root / "LATEST").write_text("lagging")
    with warehouse.lock():
        warehouse.sweep(keep_staging=["resumed"])
    assert [path.name for path in (warehouse.root / "staging").iterdir()] == ["resumed"]
    assert [path.name for path in (warehouse.root / "snapshots").iterdir()] == [current.id]
    assert list((warehouse.root / "index").iterdir()) == []
    assert (warehouse.root / "LATEST").read_text() == f"{current.id}\n"


def test_the_inputs_of_a_run_are_recorded_in_the_folder_of_manifests(warehouse: Warehouse) -> None:
    inputs = pa.table(
        {"source_uri": ["seeds/b", "seeds/a"], "sha256": ["2", "1"], "size_bytes": [10, 20]}
    )
    snapshot = publish(warehouse, "one", inputs=inputs)
    assert snapshot.inputs()["source_uri"].to_pylist() == ["seeds/a", "seeds/b"]


def test_a_run_id_that_would_leave_the_staging_folder_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="run id"):
        warehouse.staging("../../etc")


def test_equal_changes_give_equal_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        warehouse = Warehouse.open(tmp_path / name, create=True)
        publish(warehouse, "one", [rows.article(n) for n in range(3)])
        made.append(publish(warehouse, "two", [rows.article(9)]))
    assert made[0].manifest == made[1].manifest


@pytest.mark.parametrize(
    "point",
    ["tables written", "index in place", "snapshot in place", "manifest written", "before switch"],
)
def test_a_publish_that_the_disk_refused_can_be_tried_again(point: str, tmp_path: Path) -> None:
    faults = [point]

    def refuse(step: str) -> None:
        if step in faults:
            faults.remove(step)
            raise OSError(errno.EIO, "the share is away")

    warehouse = Warehouse.open(tmp_path / "wh", create=True, checkpoint=refuse)
    staged = warehouse.staging("first") / "docs.ndx"
    staged.write_text("index")
    change = Change(
        parent=None,
        run=rows.run("first", n_articles=1),
        inserts={"articles": [rows.table("articles", [rows.article(1)])]},
        index_files={"docs.ndx": staged},
    )
    with warehouse.lock():
        with pytest.raises(WriteFailed, match="nothing is lost"):
            warehouse.publish(change)
        assert warehouse.current() is None
        published = warehouse.publish(change)
    assert published.rows("articles") == 1
    assert published.index_files()["docs.ndx"].read_text() == "index"


def test_a_warehouse_that_was_copied_without_links_publishes_again(warehouse: Warehouse) -> None:
    first = publish(warehouse, "r1", [rows.article(1)])
    (warehouse.root / "current").unlink()
    shutil.copytree(first.path, warehouse.root / "current")
    assert warehouse.current_id() == first.id
    second = publish(warehouse, "r2", [rows.article(2)])
    assert (warehouse.root / "current").readlink().name == second.id
