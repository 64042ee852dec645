"""Exports for training and retrieval: passages, Markdown, standard output, filters and the data card."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.flows.cli import main
from copydesk.flows.warehouse import Snapshot
from copydesk.transforms.edit import n_words
from copydesk.transforms.views.passages import passages
from tests.hand import known_warehouse as known

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


def test_standard_output_gets_one_json_line_an_article_and_no_card(
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
        "- One article of each story, the latest.",
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
        (["--to", "x.jsonl", "--chunks", "9", "--markdown"], 2, "columns of its own"),
        (["--to", "-", "--json"], 2, "leave out --json"),
        (["--to", "x.jsonl", "--since", "yesterday"], 2, "yesterday"),
        (["--to", "x.jsonl", "--markdown", "--columns", "doc_id"], 1, "takes the place of `text`"),
    ],
)
def test_options_that_exclude_each_other_are_named(
    snapshot: Snapshot, words: list[str], code: int, sentence: str
) -> None:
    result = export(snapshot, *words)
    assert result.exit_code == code
    assert sentence in result.stderr
