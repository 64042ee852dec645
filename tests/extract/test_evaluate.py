"""`copydesk evaluate`: the definitions of the scores, and what the command prints."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows import evaluation
from copydesk.flows.cli import main

_TEXT = "The council of Vargo met on Monday evening and voted, after a long debate, for a new roof on the old school."
_PAGE = f"<html><head><title>A roof for the school</title></head><body><article><h1>A roof for the school</h1><p>{_TEXT}</p></article></body></html>"


def _gold(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "pages.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_equal_texts_score_one_and_a_half_answer_scores_its_half() -> None:
    assert evaluation.score_text("a b c d e f g h", "a b c d e f g h").f1 == 1
    half = evaluation.score_text("a b c d e f g h", "a b c d e")
    assert (half.precision, half.recall) == (1, 0.4)


def test_a_set_is_the_harmonic_mean_of_mean_precision_and_mean_recall() -> None:
    answers = {"1": "a b c d", "2": "a b c d e f g"}
    rows = [{"html": "1", "gold_text": "a b c d"}, {"html": "2", "gold_text": "a b c d"}]
    found = evaluation.evaluate("x", rows, lambda html, url: {"text": answers[html]}).text()
    assert found is not None
    assert (found["precision"], found["recall"]) == (0.625, 1.0)
    assert found["f1"] == pytest.approx(2 * 0.625 / 1.625)


def test_the_best_of_several_admissible_texts_counts() -> None:
    row = {"html": "", "gold_text": "headline a b c d", "gold_text_alt": ["a b c d"]}
    assert evaluation.evaluate("x", [row], lambda html, url: {"text": "a b c d"}).texts[0].f1 == 1


def test_an_answer_is_spurious_if_the_page_has_none() -> None:
    row = {"html": "", "gold_author": "", "gold_title": "Rain", "gold_date": "2024-01-02"}
    scores = evaluation.evaluate(
        "x",
        [row],
        lambda html, url: {"author": ["Ana Ruiz"], "title": "RAIN!", "date": "2024-01-03"},
    )
    assert scores.pages[0].fields == {"title": "right", "author": "spurious", "date": "wrong"}


def test_an_extractor_that_raises_is_a_finding_not_a_failure() -> None:
    def broken(html: str, url: str | None) -> evaluation.Answer:
        raise RuntimeError("no idea")

    page = evaluation.evaluate("x", [{"html": "", "gold_text": "a b c d"}], broken).pages[0]
    assert (page.error, page.text and page.text.f1) == ("RuntimeError: no idea", 0)


def test_the_command_prints_text_and_fields_and_the_worst_page(tmp_path: Path) -> None:
    path = _gold(
        tmp_path,
        {
            "id": "roof",
            "html": _PAGE,
            "url": "https://vargo.example/roof",
            "gold_text": _TEXT,
            "gold_title": "A roof for the school",
        },
    )
    found = CliRunner().invoke(main, ["evaluate", str(path)])
    assert found.exit_code == 0, found.output
    assert "text      F1 1.0000" in found.output
    assert "title     F1 1.0000" in found.output
    assert "roof  https://vargo.example/roof" in found.output


def test_the_command_prints_json(tmp_path: Path) -> None:
    path = _gold(tmp_path, {"id": "roof", "html": _PAGE, "gold_text": _TEXT})
    found = CliRunner().invoke(main, ["evaluate", str(path), "--json", "--worst", "1"])
    scores = json.loads(found.output)["pages.jsonl.gz"]
    assert scores["text"] == {"pages": 1, "f1": 1.0, "precision": 1.0, "recall": 1.0}
    assert scores["worst"][0]["id"] == "roof"


@pytest.mark.parametrize("content", ["", "no json\n", '{"url": "x"}\n'])
def test_a_file_without_labelled_pages_is_a_failure_that_says_so(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    found = CliRunner().invoke(main, ["evaluate", str(path)])
    assert found.exit_code == 1
    assert "html" in found.output
