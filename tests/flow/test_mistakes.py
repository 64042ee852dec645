"""What people mistype: each mistake gives a message that says what is wrong and what would be right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from copydesk.flows.cli import main
from copydesk.flows.pipeline import run
from copydesk.flows.recipe import RecipeError, from_toml
from copydesk.flows.support import progress
from copydesk.flows.warehouse import Warehouse

FERRY = (
    "The ferry left the harbour at noon on Monday, and the crew said that the sea was calm.\n" * 4
)
ROOF = "The roof of the school was mended by the council, and lessons began again on Tuesday.\n" * 4


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes")
    inputs = folder / "in"
    inputs.mkdir()
    lines = [
        {"url": "https://www.harbour.example/ferry", "title": "Ferry leaves", "text": FERRY},
        {"url": "https://www.valley.example/ferry", "title": "Ferry leaves", "text": FERRY},
    ]
    (inputs / "in.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines) + "{broken\n"
    )
    (inputs / "roof.txt").write_text(f"Roof mended\n\n{ROOF}")
    run.run([str(inputs)], warehouse=folder / "wh", workers=1)
    return folder / "wh"


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)), prog_name="copydesk")


def test_clean_does_not_take_a_table_of_documents_for_one_text(tmp_path: Path) -> None:
    table = tmp_path / "reports.csv"
    table.write_text(f"title,body\nFerry leaves,{FERRY.strip().splitlines()[0]!r}\n")
    refused = call("clean", table)
    assert refused.exit_code == 2
    assert f"{table} is not one page or text; `copydesk ingest {table}` reads it" in refused.output
    assert call("clean", "--as", "text", table).exit_code == 0


def test_init_writes_no_recipe_if_nothing_in_the_sample_can_be_read(tmp_path: Path) -> None:
    damaged, recipe = tmp_path / "dump.parquet", tmp_path / "recipe.toml"
    damaged.write_bytes(b"\x93\xb5" * 600)
    result = call("init", damaged, "--output", recipe)
    assert result.exit_code == 1
    assert "could be read (corrupt 1); nothing was written" in result.output
    assert not recipe.exists()


def test_query_says_that_the_folder_of_its_answer_does_not_exist(
    warehouse: Path, tmp_path: Path
) -> None:
    answer = tmp_path / "nowhere" / "answer.parquet"
    result = call("query", "SELECT 1", "--to", answer, "--warehouse", warehouse)
    assert result.exit_code == 2
    assert f"the folder {answer.parent} of --to {answer} does not exist" in result.output


def test_query_explains_how_to_read_a_question_from_a_file(warehouse: Path) -> None:
    result = call("query", "question.sql", "--warehouse", warehouse)
    assert result.exit_code == 2
    assert "`copydesk query - < question.sql` reads it" in result.output


def test_explain_finds_a_document_as_show_does(warehouse: Path) -> None:
    for name in ("https://www.harbour.example/ferry", "roof.txt"):
        result = call("explain", name, "--warehouse", warehouse)
        assert result.exit_code == 0, result.output
    assert "is kept and has no copy." in result.output


def test_explain_does_not_compare_a_document_with_itself(warehouse: Path) -> None:
    result = call("explain", "roof.txt", "roof.txt", "--warehouse", warehouse)
    assert result.exit_code == 2
    assert "both arguments name document" in result.output


@pytest.mark.parametrize("command", ["rejects", "replay"])
def test_an_unknown_reason_is_answered_with_those_that_occur(command: str, warehouse: Path) -> None:
    result = call(command, "--reason", "broken", "--warehouse", warehouse)
    assert (
        "No document was rejected as 'broken'. The reasons in this warehouse are bad_json."
        in result.output
    )


def test_an_unknown_rule_is_answered_with_similar_names_and_not_with_all() -> None:
    message = call("rules", "--rule", "credit_photo").output
    assert "Similar: " in message
    assert "photo_credit" in message
    assert len(message) < 500


def test_a_dry_run_states_the_reasons_of_rejects_because_no_table_has_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": ROOF}) + "\n{broken\n{broken too\n")
    result = call(
        "ingest",
        "--dry-run",
        tmp_path / "in.jsonl",
        "--warehouse",
        tmp_path / "wh",
        "--workers",
        "1",
    )
    assert result.exit_code == 0, result.output
    assert "2  rejected: bad_json 2" in result.output
    assert "copydesk rejects" not in result.output


def test_an_export_of_days_that_end_before_they_begin_is_wrong_usage(
    warehouse: Path, tmp_path: Path
) -> None:
    days = ("--since", "2026-05-01", "--until", "2026-01-01")
    result = call("export", "--to", tmp_path / "c.jsonl", *days, "--warehouse", warehouse)
    assert result.exit_code == 2
    assert "--since is after --until" in result.output


def test_an_export_in_a_language_that_no_article_has_names_those_that_occur(
    warehouse: Path, tmp_path: Path
) -> None:
    target = tmp_path / "c.jsonl"
    result = call("export", "--to", target, "--language", "english", "--warehouse", warehouse)
    assert "no article has the language 'english'; the articles have en" in result.output


def test_evaluate_names_the_file_that_it_cannot_read(tmp_path: Path) -> None:
    for name in ("pages.jsonl", "pages.jsonl.gz"):
        gold = tmp_path / name
        gold.write_bytes(b"\x93\xb5" * 600)
        result = call("evaluate", gold)
        assert result.exit_code == 1
        assert f"{gold} cannot be read" in result.output


def test_forget_asks_for_the_whole_id_and_deletes_nothing_for_a_part(warehouse: Path) -> None:
    doc_id = (
        Warehouse.open(warehouse).snapshot("current").table("articles", ["doc_id"])[0][0].as_py()
    )
    result = call("forget", "--doc", doc_id[:8], "--yes", "--warehouse", warehouse)
    assert result.exit_code == 1
    assert (
        f"--doc needs the whole doc_id, which `copydesk show {doc_id[:8]}` prints" in result.output
    )


def test_a_file_error_names_the_path_and_has_no_number(warehouse: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a file, not a folder")
    result = call("export", "--to", tmp_path / "a.txt" / "c.jsonl", "--warehouse", warehouse)
    assert result.exit_code == 1
    assert f"{tmp_path / 'a.txt'}" in result.output
    assert "Errno" not in result.output


def test_one_document_is_not_counted_in_the_plural() -> None:
    said: list[str] = []
    progress.Lines(said.append).step("reconcile", 1)
    assert said == ["reconcile (1 document)"]


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("[run]\nshard_documents = 0", "[run] shard_documents is 0; it must be at least 1"),
        ("[run]\nshard_bytes = -1", "[run] shard_bytes is -1; it must be at least 1"),
        (
            "[stories]\nthreshold = 3",
            "[stories] threshold is 3.0; it must be above 0 and at most 1",
        ),
        ("[extract]\nmax_depth = 0", "[extract] max_depth is 0; it must be at least 1"),
        ("[limits]\nseconds = 0", "[limits] seconds is 0; it must be at least 1"),
        ("[dedup]\nngram = 99", "[dedup] ngram is 99; it must be from 1 to 16"),
        ("[dedup]\nwindow_hours = -1", "[dedup] window_hours is -1.0; it must not be negative"),
        ("[drift]\nratio = 1", "[drift] ratio is 1.0; it must be above 1"),
        ("[drift]\nmin_documents = 0", "[drift] min_documents is 0; it must be at least 1"),
        (
            "[templates]\nactive_share = 10",
            "[templates] active_share is 10.0; it must be from 0 to 1",
        ),
        ("[templates]\nmax_line = 0", "[templates] max_line is 0; it must be at least 1"),
        (
            "[warehouse]\ngrace_hours = -1",
            "[warehouse] grace_hours is -1.0; it must not be negative",
        ),
    ],
)
def test_a_recipe_value_out_of_range_names_section_key_and_range(recipe: str, message: str) -> None:
    with pytest.raises(RecipeError) as refused:
        from_toml(recipe)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "words",
    [
        ["query", "SELECT title, text FROM documents"],
        ["ingest", "--direct", "--workers", "1", "new.txt"],
    ],
    ids=["query", "ingest"],
)
def test_a_damaged_file_of_the_warehouse_is_a_sentence_that_names_verify(
    warehouse: Path, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.txt").write_text(ROOF)
    damaged = tmp_path / "wh"
    shutil.copytree(warehouse, damaged, symlinks=True)
    for file in (damaged / "current").resolve().glob("articles/*.parquet"):
        whole = file.read_bytes()
        file.chmod(0o644)
        file.write_bytes(b"PAR1" + b"\xff" * (len(whole) - 12) + whole[-8:])
    refused = call(*words, "--warehouse", damaged)
    assert refused.exit_code == 1, refused.output
    assert isinstance(refused.exception, SystemExit)
    assert "run `copydesk verify` to see what is damaged" in refused.output
