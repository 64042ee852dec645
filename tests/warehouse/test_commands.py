"""The warehouse commands: what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from copydesk.flows.cli import main
from copydesk.flows.warehouse import Change, Warehouse
from copydesk.flows.warehouse.diff import compare
from tests.warehouse import rows


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse of two snapshots.

    The first has five articles and two rejects. The second has one more article, changes one, and
    drops one as a copy.
    """
    made = Warehouse.open(tmp_path_factory.mktemp("untouched") / "wh", create=True)
    rejects = [
        rows.row(
            "rejects", source_uri="in/a\x1b[31m.txt", reason="empty", step="read", detail="0 bytes"
        ),
        rows.row(
            "rejects", source_uri="in/w.warc", record_number=4, reason="binary", step="decode"
        ),
    ]
    made.publish(
        Change(
            parent=None,
            run=rows.run("one", n_articles=5, n_rejected=2),
            inserts={
                "articles": [rows.table("articles", [rows.article(n) for n in range(5)])],
                "removed": [rows.table("removed", [rows.cut(n) for n in range(6)])],
                "stories": [rows.table("stories", [rows.story(n) for n in range(5)])],
                "rejects": [rows.table("rejects", rejects)],
            },
        )
    )
    dropped = rows.article(
        4,
        table="duplicates",
        kept_doc_id=rows.doc_id(0),
        relation="near",
        keep_reason="earliest",
        story_id=None,
    )
    made.publish(
        Change(
            parent=made.current_id(),
            run=rows.run("two", n_articles=1, n_moved=1),
            inserts={
                "articles": [rows.table("articles", [rows.article(5)])],
                "stories": [rows.table("stories", [rows.story(5)])],
                "duplicates": [rows.table("duplicates", [dropped])],
            },
            updates={"articles": pa.table({"doc_id": [rows.doc_id(0)], "cluster_size": [2]})},
            deletes={"articles": [rows.doc_id(4)], "stories": [rows.doc_id(4)]},
        )
    )
    return made


@pytest.fixture
def warehouse(untouched: Warehouse, tmp_path: Path) -> Warehouse:
    return rows.copied(untouched, tmp_path / "wh")


def call(warehouse: Warehouse, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--warehouse", str(warehouse.root)])


def test_snapshots_lists_the_newest_first_and_marks_the_current_one(warehouse: Warehouse) -> None:
    lines = call(warehouse, "snapshots").output.splitlines()
    assert lines[1].startswith("*  000002-")
    assert lines[2].strip().startswith("000001-")
    listed = json.loads(call(warehouse, "snapshots", "--json").output)
    assert [snapshot["rows"]["articles"] for snapshot in listed] == [5, 5]


def test_snapshots_of_a_new_warehouse_says_what_to_do(tmp_path: Path) -> None:
    assert (
        "copydesk ingest" in call(Warehouse.open(tmp_path / "new", create=True), "snapshots").output
    )


def test_path_prints_a_folder_that_does_not_move_with_the_next_publish(
    warehouse: Warehouse,
) -> None:
    printed = Path(call(warehouse, "path", "articles").output.strip())
    assert printed == warehouse.root / "snapshots" / str(warehouse.current_id()) / "articles"
    assert call(warehouse, "path", "articels").exit_code == 2


def test_rollback_publishes_the_older_state_and_can_be_undone(warehouse: Warehouse) -> None:
    before = warehouse.snapshot("2")
    assert call(warehouse, "rollback", "1").exit_code == 0
    current = warehouse.snapshot("current")
    assert not any(
        not table.is_empty
        for name, table in compare(warehouse.snapshot("1"), current).tables.items()
        if name != "runs"
    )
    assert sorted(current.table("runs")["kind"].to_pylist()) == ["ingest", "ingest", "rollback"]
    assert call(warehouse, "rollback", before.id).exit_code == 0
    again = warehouse.snapshot("current")
    assert (
        again.table("articles").sort_by("doc_id").equals(before.table("articles").sort_by("doc_id"))
    )
    assert call(warehouse, "verify").exit_code == 0


def test_rollback_to_an_unknown_snapshot_fails_and_names_it(warehouse: Warehouse) -> None:
    result = call(warehouse, "rollback", "99")
    assert result.exit_code == 1
    assert "'99'" in result.output
    assert "is already the current one" in call(warehouse, "rollback", "current").output


def test_diff_counts_what_came_went_changed_and_moved(warehouse: Warehouse) -> None:
    difference = compare(warehouse.snapshot("1"), warehouse.snapshot("2"))
    assert difference.tables["articles"].added == (rows.doc_id(5),)
    assert difference.tables["articles"].removed == (rows.doc_id(4),)
    assert difference.tables["articles"].changed == {rows.doc_id(0): ("cluster_size",)}
    assert difference.moved == {rows.doc_id(4): ("articles", "duplicates")}
    assert difference.tables["removed"].is_empty
    output = call(warehouse, "diff", "1", "2").output
    assert "1 moved from articles to duplicates" in output
    assert "articles.cluster_size changed in 1" in output
    assert json.loads(call(warehouse, "diff", "1", "--json").output)["moved"] == {
        rows.doc_id(4): ["articles", "duplicates"]
    }


def test_diff_of_a_snapshot_with_itself_is_nothing(warehouse: Warehouse) -> None:
    assert "have the same content" in call(warehouse, "diff", "2", "2").output


def test_rejects_are_counted_by_reason_and_shown_without_control_characters(
    warehouse: Warehouse,
) -> None:
    output = call(warehouse, "rejects").output
    assert "1 x empty (read)" in output
    assert "in/a\\x1b[31m.txt: 0 bytes" in output
    assert "in/w.warc record 4" in output
    assert "\x1b" not in output
    assert [
        group["reason"]
        for group in json.loads(call(warehouse, "rejects", "--reason", "binary", "--json").output)
    ] == ["binary"]


def test_verify_exits_with_1_and_names_the_fault(warehouse: Warehouse) -> None:
    assert call(warehouse, "verify").output == "No fault in 2 snapshots.\n"
    (warehouse.root / "current" / "articles" / "notes.txt").touch()
    result = call(warehouse, "verify")
    assert result.exit_code == 1
    assert "foreign: articles/notes.txt" in result.output


def test_forget_needs_a_selection_and_asks_before_it_deletes(warehouse: Warehouse) -> None:
    assert call(warehouse, "forget").exit_code == 2
    assert (
        call(warehouse, "forget", "--doc", rows.doc_id(0), "--until", "2026-01-01").exit_code == 2
    )
    asked = call(warehouse, "forget", "--doc", rows.doc_id(0))
    assert asked.exit_code == 1
    assert "Forget 1 document? This cannot be undone." in asked.output
    assert rows.doc_id(0) in asked.output
    assert (
        "no kept snapshot has a document of nobody"
        in call(warehouse, "forget", "--doc", "nobody").output
    )
    assert warehouse.snapshot("current").locate([rows.doc_id(0)])
    result = call(warehouse, "forget", "--doc", rows.doc_id(0), "--yes")
    assert result.exit_code == 0
    assert f"{rows.doc_id(4)} takes the place of {rows.doc_id(0)}" in result.output
    assert call(warehouse, "verify").exit_code == 0


def test_export_says_what_it_wrote(warehouse: Warehouse, tmp_path: Path) -> None:
    result = call(
        warehouse, "export", "--to", str(tmp_path / "c.jsonl"), "--columns", "doc_id,text"
    )
    assert "5 articles" in result.output
    assert (tmp_path / "c.jsonl.card.md").exists()
    assert (
        call(
            warehouse, "export", "--to", str(tmp_path / "d.jsonl"), "--where", "languag = 'en'"
        ).exit_code
        == 1
    )


def test_migrate_has_nothing_to_do_on_a_warehouse_of_this_version(warehouse: Warehouse) -> None:
    assert "nothing to do" in call(warehouse, "migrate").output


@pytest.mark.parametrize(
    "words",
    [
        ["snapshots"],
        ["path"],
        ["verify"],
        ["rejects"],
        ["diff", "1"],
        ["rollback", "1"],
        ["export", "--to", "x.jsonl"],
    ],
)
def test_every_command_says_that_there_is_no_warehouse(words: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [*words, "--warehouse", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "copydesk ingest" in result.output
