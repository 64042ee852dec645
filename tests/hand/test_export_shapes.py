"""Exports for training and retrieval.

They are passages, Markdown, standard output, filters and the data card.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.flows.cli import main
from copydesk.flows.warehouse import Snapshot
from copydesk.transforms.edit import n_words
from copydesk.transforms.views.passages import passages
from tests.hand import known_warehouse as known
from tests.warehouse import rows

TEXT = (
    "It rained in Oslo all day. The river rose.\n"
    "What happens next\n"
    "The council meets on Monday to talk about the bridge.\n"
    "Boats may pass until then."
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return known.make(tmp_path_factory.mktemp("export") / "wh")


def export(snapshot: Snapshot, *words: str) -> Result:
    return CliRunner().invoke(main, ["export", "--warehouse", str(snapshot.root), *words])


@given(st.text(alphabet="ab. \n!雨。", max_size=200), st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_passages_cover_every_word_in_order_and_none_is_too_long(text: str, most: int) -> None:
    found = passages(text, most)
    assert "".join(text[p.start : p.end] for p in found).split() or not text.split()
    assert "".join("".join(text[p.start : p.end].split()) for p in found) == "".join(text.split())
    assert all(p.n_words <= most for p in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_a_heading_begins_a_passage_and_names_it() -> None:
    first, second = passages(TEXT, 512)
    assert first.heading is None
    assert TEXT[second.start : second.end].startswith("What happens next\nThe council")
    assert second.heading == "What happens next"


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    parts = [TEXT[p.start : p.end] for p in passages(TEXT, 6)]
    assert parts[:2] == ["It rained in Oslo all day.", "The river rose."]
    assert all(n_words(part) <= 6 for part in parts)


def test_passages_are_read_back_by_duckdb_with_their_place(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    target = tmp_path / "passages.parquet"
    result = export(snapshot, "--to", str(target), "--chunks", "20")
    assert result.exit_code == 0, result.stderr
    joined = duckdb.sql(
        f"SELECT count(*), bool_and(p.text = substr(a.text, p.start + 1, p.end - p.start)), max(p.n_words) "
        f"FROM '{target}' AS p JOIN '{snapshot.path}/articles/*.parquet' AS a USING (doc_id)"
    ).fetchall()[0]
    assert joined[0] >= 5 * 3
    assert joined[1:] == (True, 20)
    assert duckdb.sql(f"SELECT count(DISTINCT doc_id) FROM '{target}'").fetchall() == [(5,)]


def test_standard_output_gets_one_json_line_per_article_and_no_card(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = export(snapshot, "--to", "-", "--language", "no")
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["title"] == "Rain, and more rain"
    assert list(tmp_path.iterdir()) == []


def test_markdown_has_the_title_as_a_heading(snapshot: Snapshot) -> None:
    result = export(
        snapshot, "--to", "-", "--markdown", "--columns", "text", "--until", "2026-11-02"
    )
    texts = [json.loads(line)["text"] for line in result.stdout.splitlines()]
    assert sorted(text.split("\n")[0] for text in texts) == [
        "# Ferry sails again",
        "# Passengers return",
    ]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ([], [1, 2, 3, 4, 6]),
        (["--free"], [1, 3]),
        (["--minable"], [1, 2, 4, 6]),
        (["--free", "--minable"], [1]),
        (["--minable", "--language", "no"], [6]),
        (["--free", "--until", "2026-11-02"], [1]),
    ],
)
def test_only_free_or_minable_articles_are_exported(
    snapshot: Snapshot, tmp_path: Path, words: list[str], kept: list[int]
) -> None:
    target = tmp_path / "corpus.parquet"
    result = export(snapshot, "--to", str(target), *words)
    assert result.exit_code == 0, result.stderr
    found = duckdb.sql(f"SELECT doc_id FROM '{target}'").fetchall()
    assert {doc_id for (doc_id,) in found} == {rows.doc_id(number) for number in kept}
    card = target.with_name("corpus.parquet.card.md").read_text()
    assert ("free to read (`is_free`)" in card) == ("--free" in words)
    assert ("reserves text and data mining (`tdm_reserved`)" in card) == ("--minable" in words)


@pytest.mark.parametrize("name", ["corpus.parquet", "corpus.jsonl", "corpus.jsonl.gz", "corpus"])
def test_every_form_of_an_export_has_the_rows_of_the_table(
    snapshot: Snapshot, tmp_path: Path, name: str
) -> None:
    result = export(snapshot, "--to", str(tmp_path / name))
    assert result.exit_code == 0, result.stderr
    files = tmp_path / name / "data" / "*.parquet" if name == "corpus" else tmp_path / name
    columns = "doc_id, title, text, language, n_words, is_free, byline, published_at::TIMESTAMPTZ"
    read = f"SELECT {columns} FROM '{files}' ORDER BY doc_id"
    stored = f"SELECT {columns} FROM '{snapshot.path}/articles/*.parquet' ORDER BY doc_id"
    assert duckdb.sql(read).fetchall() == duckdb.sql(stored).fetchall()


def test_a_folder_for_datasets_holds_no_map_and_keeps_what_the_map_held(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    result = export(snapshot, "--to", str(tmp_path / "corpus"))
    assert result.exit_code == 0, result.stderr
    (file,) = (tmp_path / "corpus" / "data").iterdir()
    assert not any(pa.types.is_map(column.type) for column in pq.read_schema(file))
    (extra,) = pq.read_table(file, filters=[("doc_id", "=", rows.doc_id(1))])["extra"].to_pylist()
    assert extra == [{"key": "desk", "value": "harbour"}]


def test_the_card_says_what_was_filtered_and_leads_to_the_recipe(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    words = [
        "--one-per-story",
        "--language",
        "en",
        "--since",
        "2026-11-02",
        "--where",
        "n_words > 3",
    ]
    result = export(snapshot, "--to", str(tmp_path / "corpus.jsonl"), *words)
    assert result.exit_code == 0, result.stderr
    card = (tmp_path / "corpus.jsonl.card.md").read_text()
    for sentence in (
        "- One article of each story, the latest one.",
        "- Language: en.",
        "- Published on or after 2026-11-02;",
        "- Only articles that meet the condition `n_words > 3`.",
        "[the recipe](#choices-of-the-last-run-recipe)",
        "## Choices of the last run (recipe)",
        "| read for the first time | 9 |",
    ):
        assert sentence in card
    assert len((tmp_path / "corpus.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--to", "x.jsonl", "--chunks", "9", "--markdown"], 2, "writes its own columns"),
        (["--to", "-", "--json"], 2, "leave out --json"),
        (["--to", "x.jsonl", "--since", "yesterday"], 2, "yesterday"),
        (["--to", "x.jsonl", "--markdown", "--columns", "doc_id"], 1, "needs the column `text`"),
    ],
)
def test_options_that_exclude_each_other_are_named(
    snapshot: Snapshot, words: list[str], code: int, sentence: str
) -> None:
    result = export(snapshot, *words)
    assert result.exit_code == code
    assert sentence in result.stderr
