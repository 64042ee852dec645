"""The commands on a small warehouse whose documents try to control the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from copydesk.flows.cli import main
from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.maintenance.template_review import short_id
from copydesk.flows.pipeline import run
from copydesk.flows.report.outcome import report_run
from copydesk.flows.warehouse import Change, Warehouse
from copydesk.schemas.tables import TEMPLATES

BODY = "\n".join(
    f"The ferry left the harbour at {n} in the morning, and the crew said that the sea was calm."
    for n in range(4, 12)
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    documents = [
        {
            "url": "https://www.harbour.example/1",
            "title": "Ferry \x1b[31mleaves\x1b[0m \u202eelbon",
            "text": BODY + "\nShare on Facebook\x1b[2J",
        },
        {
            "url": "https://www.harbour.example/2",
            "title": "Rain",
            "text": "It rained in the valley all day long.\n" * 6 + "Leave a Comment",
        },
        {"url": "https://www.harbour.example/3", "text": ""},
    ]
    (folder / "in.jsonl").write_text("".join(json.dumps(d) + "\n" for d in documents))
    report_run(run.run([str(folder / "in.jsonl")], warehouse=folder / "wh"), folder / "wh")
    return folder / "wh"


def call(warehouse: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--warehouse", str(warehouse)], prog_name="copydesk")


def ids(warehouse: Path) -> dict[str, str]:
    current = Warehouse.open(warehouse).snapshot("current")
    rows = current.table("articles", ["url", "doc_id"]).to_pylist()
    return {row["url"][-1]: row["doc_id"] for row in rows}


def test_status_shows_runs_sizes_and_what_a_run_would_do(warehouse: Path) -> None:
    result = call(warehouse, "status")
    assert result.exit_code == 0
    assert "A run now  would find nothing new" in result.output
    state = json.loads(call(warehouse, "status", "--json").output)
    assert state["runs"][0]["n_articles"] == 2
    assert state["next"]["n_new_files"] == 0


def test_status_names_new_files(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "new \x1b[1mfile.txt").write_text("Something new.")
    result = call(warehouse, "status", str(tmp_path))
    assert "would read 1 new of 1 files: new \\x1b[1mfile.txt" in result.output


@pytest.mark.parametrize("name", ["doc_id", "beginning", "url"])
def test_show_finds_a_document_by_id_beginning_or_address(warehouse: Path, name: str) -> None:
    doc = ids(warehouse)["2"]
    words = {"doc_id": doc, "beginning": doc[:8], "url": "https://www.harbour.example/2"}[name]
    result = call(warehouse, "show", words)
    assert result.exit_code == 0, result.output
    assert "Leave a Comment]" in result.output


def test_show_escapes_what_would_control_the_terminal(warehouse: Path) -> None:
    result = CliRunner().invoke(
        main, ["show", ids(warehouse)["1"], "--warehouse", str(warehouse)], color=True
    )
    assert "\x1b[31mleaves" not in result.output
    assert "\x1b[2J" not in result.output
    assert "\u202e" not in result.output


def test_show_json_rebuilds_the_extracted_text(warehouse: Path) -> None:
    found = json.loads(call(warehouse, "show", ids(warehouse)["2"], "--json").output)
    assert found["extracted"].endswith("Leave a Comment")
    assert found["removed"][-1]["text"].strip() == "Leave a Comment"


def test_an_unknown_document_is_an_error_that_says_what_to_do(warehouse: Path) -> None:
    result = call(warehouse, "show", "nothing\x1b[31m")
    assert result.exit_code == 1
    assert "\x1b" not in result.output


def test_report_writes_the_page_again_and_says_where(warehouse: Path) -> None:
    result = call(warehouse, "report")
    path = Path(result.output.strip())
    assert path.parent == warehouse / "reports"
    assert "harbour.example" in path.read_text(encoding="utf-8")
    assert call(warehouse, "report", "../../etc/passwd").exit_code == 2


def test_quarantine_and_templates_say_so_when_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "It rained in Oslo all day, and the trams stood still until the evening."
    )
    run.run([str(tmp_path / "a.txt")], warehouse=tmp_path / "wh")
    assert "Nothing is quarantined." in call(tmp_path / "wh", "quarantine", "list").output
    assert "No template line has been learned." in call(tmp_path / "wh", "templates", "list").output


def test_a_reviewer_rejects_a_template_line_and_the_decision_is_a_run(warehouse: Path) -> None:
    store, line = Warehouse.open(warehouse), "Follow us on \x1b[5mthe radio"
    row = {
        "outlet_id": "harbour.example",
        "line": line,
        "n_documents": 40,
        "share": 0.8,
        "examples": [],
        "status": "active",
        "version": 1,
        "run_id": "r",
    }
    with store.lock():
        current = store.snapshot("current")
        inserted = pa.Table.from_pylist([row], schema=TEMPLATES)
        store.publish(
            Change(
                parent=current.id,
                run=maintenance_row("templates", current),
                inserts={"templates": [inserted]},
            )
        )
    listed = call(warehouse, "templates", "list")
    name = short_id("harbour.example", line)
    assert (
        f"{name}  active     harbour.example  40 documents (80 %)  Follow us on \\x1b[5mthe radio"
        in listed.output
    )
    assert call(warehouse, "templates", "reject", "00000000").exit_code == 1
    rejected = call(warehouse, "templates", "reject", name)
    assert rejected.exit_code == 0, rejected.output
    (exported,) = map(
        json.loads,
        call(warehouse, "templates", "export", "--status", "rejected").output.splitlines(),
    )
    assert (exported["line"], exported["status"], exported["version"]) == (line, "rejected", 2)


def test_a_dry_run_publishes_nothing_and_says_so(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text(
        "The council met on Tuesday and voted on the new harbour, which will cost more than planned."
    )
    before = Warehouse.open(warehouse).current_id()
    result = call(warehouse, "ingest", "--dry-run", "--workers", "1", str(tmp_path / "b.txt"))
    assert result.exit_code == 0, result.output
    assert "dry run: nothing was published" in result.output
    assert Warehouse.open(warehouse).current_id() == before


def test_ingest_direct_speaks_json_to_machines(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(
        "The library opened again on Friday after three months, and readers waited in the rain."
    )
    result = CliRunner().invoke(
        main,
        [
            "ingest",
            "--direct",
            "--json",
            "--workers",
            "1",
            str(tmp_path / "c.txt"),
            "--warehouse",
            str(warehouse),
        ],
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["n_read"], told["n_articles"]) == (1, 1)
    assert Path(told["report"]).is_file()


def test_a_wrong_recipe_is_wrong_usage_and_names_the_nearest_key(
    warehouse: Path, tmp_path: Path
) -> None:
    (tmp_path / "r.toml").write_text("[drift]\nquarantin = true\n")
    result = call(
        warehouse,
        "ingest",
        "--direct",
        "--recipe",
        str(tmp_path / "r.toml"),
        str(tmp_path / "r.toml"),
    )
    assert result.exit_code == 2
    assert "did you mean 'quarantine'" in result.output


def test_an_input_that_does_not_exist_is_wrong_usage(warehouse: Path, tmp_path: Path) -> None:
    result = call(warehouse, "ingest", "--direct", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "does not exist" in result.output
