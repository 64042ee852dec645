"""`copydesk init` writes a recipe from a sample of the inputs."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.read import Fields, Record, Reject, read, survey
from copydesk.flows.read.field_names import unread_warnings
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.reading import read_file
from copydesk.flows.read.sources import InputFile
from copydesk.flows.read.tally import Tally
from copydesk.flows.recipe import load

STORY = "The council in Harwick approved the plan for the harbour road after a long debate. " * 4


def rows(path: Path, n: int = 4) -> Path:
    row = {"id": 1, "pub": "Harwick News", "story": {"words": STORY}, "hed": "Plan", "tags": ["a"]}
    path.write_text("".join(json.dumps(row) + "\n" for _ in range(n)), encoding="utf-8")
    return path


def test_init_writes_a_recipe_that_reads_the_fields_it_found(tmp_path: Path) -> None:
    source, recipe = rows(tmp_path / "a.jsonl"), tmp_path / "recipe.toml"
    result = CliRunner().invoke(main, ["init", str(source), "-o", str(recipe)])
    assert result.exit_code == 0, result.output
    chosen = load(recipe).inputs
    assert (chosen.text, chosen.title, chosen.outlet) == (("story.words",), ("hed",), ("pub",))
    (first, *_) = read([str(source)], fields=chosen)
    assert isinstance(first, Record)
    assert (first.given.title, first.given.outlet) == ("Plan", "Harwick News")


def test_a_field_of_dates_is_found_by_its_values(tmp_path: Path) -> None:
    row = {
        "headline": "Plan",
        "body": STORY,
        "updated": "2026-03-03",
        "went_live": "2026-03-02T06:00Z",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    recipe = tmp_path / "recipe.toml"
    result = CliRunner().invoke(main, ["init", str(tmp_path / "a.jsonl"), "-o", str(recipe)])
    assert "1 row read" in result.output
    assert load(recipe).inputs.date == ("went_live",)


def test_the_columns_of_a_parquet_file_are_found_if_none_has_a_usual_name(tmp_path: Path) -> None:
    row = {"article": {"words": STORY, "hed": "Plan"}, "pub": "2026-03-02", "n": 3}
    source, recipe = tmp_path / "a.parquet", tmp_path / "recipe.toml"
    pq.write_table(pa.Table.from_pylist([row]), source)
    result = CliRunner().invoke(main, ["init", str(source), "-o", str(recipe)])
    assert result.exit_code == 0, result.output
    text, chosen = recipe.read_text(encoding="utf-8"), load(recipe).inputs
    assert (chosen.text, chosen.title) == (("article.words",), ("article.hed",))
    assert chosen.date == ("pub",)  # `pub` is a publication elsewhere; here its values are days.
    assert "0 documents and 1 reject" in text
    (refused,) = read([str(source)])
    assert isinstance(refused, Reject)
    assert "the file has article.words, article.hed, pub, n" in str(refused.detail)


def test_the_recipe_shows_each_field_with_its_fill_and_an_example(tmp_path: Path) -> None:
    source = rows(tmp_path / "a.jsonl")
    text = CliRunner().invoke(main, ["init", str(source), "-o", "-"]).output
    assert '100%  pub -> outlet: "Harwick News"' in text
    assert "The fields of 4 rows" in text


def test_init_does_not_replace_a_recipe_unless_asked_to(tmp_path: Path) -> None:
    source, recipe = rows(tmp_path / "a.jsonl"), tmp_path / "recipe.toml"
    recipe.write_text("# mine", encoding="utf-8")
    result = CliRunner().invoke(main, ["init", str(source), "-o", str(recipe)])
    assert (result.exit_code, recipe.read_text(encoding="utf-8")) == (1, "# mine")


def test_a_field_that_looks_missed_is_named_once_it_fills_half_of_the_records(
    tmp_path: Path,
) -> None:
    source, tally = rows(tmp_path / "a.jsonl"), Tally()
    chosen = Fields(text=("story.words",))
    list(read_file(InputFile("a.jsonl", str(source)), fields=chosen, limits=Limits(), tally=tally))
    named = [sentence.split()[1] for sentence in unread_warnings(tally.unread)]
    assert named == ["'hed'", "'pub'"]


def test_the_texts_of_several_sources_are_all_named(tmp_path: Path) -> None:
    story = "The council in Harwick approved the plan for the harbour road. " * 9
    for name in ("content_txt", "Article Text"):
        (tmp_path / f"{name[:3]}.jsonl").write_text(json.dumps({name: story, "lead": "Short."}))
    assert set(survey.chosen_fields(survey.survey([str(tmp_path)]))["text"]) == {
        "content_txt",
        "Article Text",
    }


def test_the_address_is_found_by_its_values_and_is_not_that_of_an_image(tmp_path: Path) -> None:
    row = {"body": STORY, "lead_image": "https://h.example/i/1.png", "u": "https://h.example/a"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert survey.chosen_fields(survey.survey([str(tmp_path)]))["url"] == ("u",)


def test_init_of_an_empty_folder_writes_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    recipe = tmp_path / "recipe.toml"
    result = CliRunner().invoke(main, ["init", str(tmp_path / "in"), "-o", str(recipe)])
    assert (result.exit_code, recipe.exists()) == (1, False)
    assert "holds no file" in result.output


def test_a_recipe_without_a_text_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "story": {"id": 2}}\n', encoding="utf-8")
    result = CliRunner().invoke(main, ["init", str(tmp_path / "a.jsonl"), "-o", "-"])
    assert "No field looks like the text of an article" in result.output


def test_an_object_without_a_text_is_not_named_as_a_missed_text(tmp_path: Path) -> None:
    source, tally = rows(tmp_path / "a.jsonl"), Tally()
    list(
        read_file(InputFile("a.jsonl", str(source)), fields=Fields(), limits=Limits(), tally=tally)
    )
    assert "'story'" not in " ".join(unread_warnings(tally.unread))
