"""`verify` names every fault, and finds none in a sound warehouse."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from copydesk.flows.warehouse.checks.verify import faults
from tests.warehouse import rows


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    made = Warehouse.open(tmp_path_factory.mktemp("untouched") / "wh", create=True)
    add(made, "one", range(6))
    add(made, "two", range(6, 8))
    return made


@pytest.fixture
def warehouse(untouched: Warehouse, tmp_path: Path) -> Warehouse:
    return rows.copied(untouched, tmp_path / "wh")


def add(warehouse: Warehouse, run_id: str, numbers: range, **change: object) -> Snapshot:
    base = warehouse.current()
    inserts = {
        "articles": [rows.table("articles", [rows.article(n) for n in numbers])],
        "removed": [rows.table("removed", [rows.cut(n) for n in numbers])],
        "stories": [rows.table("stories", [rows.story(n) for n in numbers])],
        **change.pop("inserts", {}),  # type: ignore[dict-item]
    }
    return warehouse.publish(
        Change(
            parent=base.id if base else None,
            run=rows.run(run_id, n_articles=len(numbers)),
            inserts=inserts,
            **change,  # type: ignore[arg-type]
        )
    )


def kinds(warehouse: Warehouse) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in faults(warehouse)]


def current_file(warehouse: Warehouse, table: str) -> Path:
    current = warehouse.current()
    assert current is not None
    return current.files(table)[0]


def test_a_whole_warehouse_has_no_fault(warehouse: Warehouse) -> None:
    (warehouse.root / ".gitignore").write_text("*\n")
    assert kinds(warehouse) == []


def test_an_empty_warehouse_has_no_fault(tmp_path: Path) -> None:
    assert kinds(Warehouse.open(tmp_path / "new", create=True)) == []


def test_a_flipped_bit_is_found_and_its_file_named(warehouse: Warehouse) -> None:
    path = current_file(warehouse, "articles")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert ("changed", str(path.relative_to(warehouse.root))) in kinds(warehouse)
    assert {kind for kind, _ in kinds(warehouse)} == {"changed"}


def test_a_missing_file_is_named(warehouse: Warehouse) -> None:
    path = current_file(warehouse, "removed")
    path.unlink()
    assert kinds(warehouse) == [("missing", str(path.relative_to(warehouse.root)))]


@pytest.mark.parametrize(
    "place",
    [
        "notes.txt",
        "index/stray",
        "manifests/x.json",
        "receipts/r.json",
        "snapshots/{id}/articles/a.csv",
        "snapshots/{id}/extra",
    ],
)
def test_a_foreign_file_is_named_wherever_it_lies(warehouse: Warehouse, place: str) -> None:
    where = place.format(id=warehouse.current_id())
    (warehouse.root / where).touch()
    assert kinds(warehouse) == [("foreign", where)]


def test_a_changed_manifest_is_found(warehouse: Warehouse) -> None:
    path = warehouse.root / "manifests" / f"{warehouse.current_id()}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "recipe_sha256": "other"}))
    assert kinds(warehouse) == [("changed", f"manifests/{path.name}")]


def test_a_manifest_that_cannot_be_read_is_named(warehouse: Warehouse) -> None:
    (warehouse.root / "manifests" / f"{warehouse.current_id()}.json").write_text("{")
    assert kinds(warehouse)[0] == ("manifest", "manifests")


def test_a_lagging_pointer_is_found(warehouse: Warehouse) -> None:
    (warehouse.root / "LATEST").write_text("000001-000000000000\n")
    assert kinds(warehouse) == [("pointer", "LATEST")]


def test_an_index_file_with_other_bytes_is_found(warehouse: Warehouse) -> None:
    staged = warehouse.staging("prepare") / "a.idx"
    staged.write_text("signatures")
    add(warehouse, "three", range(8, 9), index_files={"a.idx": staged})
    (warehouse.root / "index" / "a.idx").write_text("Signatures")
    assert kinds(warehouse) == [("changed", "index/a.idx")]


def test_keys_that_do_not_fit_their_table_are_found(warehouse: Warehouse) -> None:
    path = next((warehouse.root / "keys" / "articles").iterdir())
    path.write_bytes(b"no array")
    assert [kind for kind, where in kinds(warehouse)] == ["changed"]


def test_a_text_that_its_ledger_does_not_rebuild_is_found(warehouse: Warehouse) -> None:
    wrong = {**rows.cut(20), "text": "\nShare this stony\n"}
    add(
        warehouse,
        "three",
        range(20, 20),
        inserts={
            "articles": [rows.table("articles", [rows.article(20, story_id=None)])],
            "removed": [rows.table("removed", [wrong])],
        },
    )
    assert kinds(warehouse) == [("text", rows.doc_id(20))]


def test_a_ledger_row_of_an_unknown_document_is_found(warehouse: Warehouse) -> None:
    add(
        warehouse,
        "three",
        range(20, 20),
        inserts={"removed": [rows.table("removed", [rows.cut(99)])]},
    )
    assert kinds(warehouse) == [("orphan", rows.doc_id(99))]


def test_a_copy_without_a_kept_document_and_a_wrong_cluster_size_are_found(
    warehouse: Warehouse,
) -> None:
    lost = rows.article(
        21, table="duplicates", kept_doc_id=rows.doc_id(77), relation="near", text="a"
    )
    mine = rows.article(
        22, table="duplicates", kept_doc_id=rows.doc_id(1), relation="near", text="b"
    )
    cuts = [{**rows.cut(n, text=text)} for n, text in ((21, "a"), (22, "b"))]
    add(
        warehouse,
        "three",
        range(20, 20),
        inserts={
            "duplicates": [rows.table("duplicates", [lost, mine])],
            "removed": [rows.table("removed", cuts)],
        },
    )
    assert kinds(warehouse) == [("cluster", rows.doc_id(21)), ("cluster", rows.doc_id(1))]


def test_a_story_that_miscounts_its_articles_is_found(warehouse: Warehouse) -> None:
    add(
        warehouse,
        "three",
        range(20, 20),
        updates={"stories": pa.table({"story_id": [rows.doc_id(1)], "n_articles": [3]})},
    )
    assert kinds(warehouse) == [("story", rows.doc_id(1))]


def test_a_forgotten_document_that_is_still_there_is_found(warehouse: Warehouse) -> None:
    stone = rows.row("tombstones", doc_id=rows.doc_id(7), scope="doc")
    (warehouse.root / "reports").mkdir(exist_ok=True)
    (warehouse.root / "reports" / "page.html").write_text(f"<p>{rows.doc_id(7)}")
    add(
        warehouse,
        "three",
        range(20, 20),
        inserts={"tombstones": [rows.table("tombstones", [stone])]},
    )
    found = kinds(warehouse)
    assert ("remains", rows.doc_id(7)) in found
    assert ("remains", "reports/page.html") in found


def test_quick_reads_no_rows_and_still_finds_files(warehouse: Warehouse) -> None:
    add(
        warehouse,
        "three",
        range(20, 20),
        inserts={"removed": [rows.table("removed", [rows.cut(99)])]},
    )
    assert list(faults(warehouse, quick=True)) == []
    current_file(warehouse, "articles").unlink()
    assert [fault.kind for fault in faults(warehouse, quick=True)] == ["missing"]


def test_a_file_of_another_schema_is_found_even_with_the_right_hash(warehouse: Warehouse) -> None:
    current = warehouse.current()
    assert current is not None
    path = current.files("runs")[0]
    pq.write_table(pq.read_table(path).drop_columns(["versions"]), path)
    assert kinds(warehouse)[0][0] == "changed"


def test_a_story_that_miscounts_its_outlets_is_found(warehouse: Warehouse) -> None:
    update = pa.table({"story_id": [rows.doc_id(1)], "n_outlets": [9]})
    add(warehouse, "three", range(20, 20), updates={"stories": update})
    (found,) = faults(warehouse)
    assert found.kind == "story"
    assert "should have 9 outlets, but it has 1" in found.sentence
