"""The queries of the page on media monitoring give the right answers on a known warehouse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from copydesk.flows.cli import main
from copydesk.flows.query import QueryError, column_meanings, connect, run
from copydesk.flows.warehouse import Snapshot
from tests.hand import known_warehouse as known

PAGE = Path(__file__).parents[2] / "docs" / "media-monitoring.md"
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "How many outlets carried an agency's text": [("Associated Press", "Ferry sails again", 4)],
    "The top stories of a day": [("Ferry sails again", 5, 5)],
    "Who published first": [
        ("wire.example", known.at(2, 6), 1),
        ("valley.example", known.at(3, 7), 2),
    ],
    "The share of wire copy by outlet": [
        ("south.example", 1, 1.0),
        ("wire.example", 1, 1.0),
        ("valley.example", 2, 0.5),
        ("north.example", 3, 0.33),
        ("harbour.example", 1, 0.0),
    ],
    "What changed after publication": [
        ("https://north.example/4", 2, ["title", "body"], "Port workers strike")
    ],
    "A term's weekly count": [(known.at(2, 0).date(), 2, 1)],
    "The articles of a story in order": [
        (known.at(2, 6), "wire.example", "Ferry sails again", True),
        (known.at(2, 7), "south.example", None, False),
        (known.at(2, 8), "valley.example", "Ferry back", False),
        (known.at(2, 9), "north.example", None, False),
        (known.at(2, 15), "harbour.example", "Passengers return", True),
    ],
}
QUESTIONS = dict(
    re.findall(r"^## (.+?)\n.*?^```sql\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return known.make(tmp_path_factory.mktemp("known") / "wh")


def ask(snapshot: Snapshot, *words: str) -> Result:
    return CliRunner().invoke(main, ["query", "--warehouse", str(snapshot.root), *words])


def test_every_question_of_the_page_has_a_known_answer() -> None:
    assert set(QUESTIONS) == set(ANSWERS)


@pytest.mark.parametrize("question", ANSWERS)
def test_a_question_of_the_page_is_answered_right(snapshot: Snapshot, question: str) -> None:
    answer = run(connect(snapshot), QUESTIONS[question]).fetchall()
    assert answer == ANSWERS[question]


def test_documents_hold_articles_and_copies_under_the_article_they_repeat(
    snapshot: Snapshot,
) -> None:
    sql = "SELECT count(*), count(DISTINCT kept_doc_id), sum(is_kept::INT) FROM documents"
    assert run(connect(snapshot), sql).fetchone() == (8, 5, 5)


def test_a_story_counts_the_outlets_of_its_copies(snapshot: Snapshot) -> None:
    sql = f"SELECT n_articles, n_documents, n_outlets FROM stories WHERE story_id = '{known.FERRY}'"
    assert run(connect(snapshot), sql).fetchone() == (2, 5, 5)


def test_every_column_of_every_view_has_a_sentence(snapshot: Snapshot) -> None:
    connection = connect(snapshot)
    for view, columns in column_meanings().items():
        found = [row[0] for row in run(connection, f"DESCRIBE {view}").fetchall()]
        assert sorted(found) == sorted(columns)
        if view != "documents":  # its evidence struct repeats other columns
            assert all(columns.values()), view


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
def test_an_answer_is_printed_in_the_format_asked_for(snapshot: Snapshot, form: str) -> None:
    sql = "SELECT title, changed FROM documents WHERE revision = 2"
    result = ask(snapshot, sql, "--format", form)
    assert result.exit_code == 0
    expected = {
        "csv": 'title,changed\nPort workers strike,"[""title"", ""body""]"\n',
        "json": '[\n {"title": "Port workers strike", "changed": ["title", "body"]}\n]\n',
        "jsonl": '{"title": "Port workers strike", "changed": ["title", "body"]}\n',
        "table": "title                changed\n-------------------  -----------------\n"
        'Port workers strike  ["title", "body"]\n1 row\n',
    }
    assert result.stdout == expected[form]


def test_an_answer_is_written_to_the_file_that_is_named(snapshot: Snapshot, tmp_path: Path) -> None:
    sql = "SELECT doc_id, published_date FROM documents ORDER BY doc_id"
    for name in ("a.parquet", "a.jsonl"):
        result = ask(snapshot, sql, "--to", str(tmp_path / name))
        assert result.exit_code == 0, result.stderr
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 8
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["published_date"].startswith("2026-11-")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["SELEC 1"], "syntax error"),
        (["SELECT nothing FROM articles"], "nothing"),
        (["SELECT 1", "--format", "parquet"], "--to answer.parquet"),
        (["SELECT 1", "--to", "answer.txt"], "add --format"),
        ([""], "question"),
    ],
)
def test_a_wrong_question_ends_with_a_sentence(
    snapshot: Snapshot, words: list[str], sentence: str
) -> None:
    result = ask(snapshot, *words)
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr


def test_a_question_changes_nothing_in_the_warehouse(snapshot: Snapshot) -> None:
    with pytest.raises(QueryError):
        run(connect(snapshot), "DELETE FROM articles")


def test_a_title_cannot_control_the_terminal(snapshot: Snapshot) -> None:
    shown = ask(snapshot, "SELECT chr(27) || '[31mred' AS title").stdout
    assert "\x1b" not in shown
