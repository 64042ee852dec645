"""The groups of the help, the documented reasons of cuts, and errors that name the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import GROUPS, main
from copydesk.flows.recipe import RecipeError, load
from copydesk.flows.warehouse import Warehouse
from tests.hand import known_warehouse as known


def test_every_command_is_in_one_group_of_the_help() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert sorted(named) == sorted(main.list_commands(None))  # type: ignore[arg-type]
    shown = CliRunner().invoke(main, ["--help"]).output
    assert [f"\n{title}:\n" in shown for title in GROUPS] == [True] * 4


def test_every_reason_of_a_cut_is_one_that_rules_knows(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    inputs = [str(root / "seeds"), str(root / "tests" / "pages" / "english-news-with-sidebar")]
    words = ["ingest", "--direct", "--quiet", "--workers", "1", *inputs, "--warehouse"]
    assert CliRunner().invoke(main, [*words, str(tmp_path / "wh")]).exit_code == 0
    cut = Warehouse.open(tmp_path / "wh").snapshot("current").table("removed", ["rule"])
    listed = json.loads(CliRunner().invoke(main, ["rules", "--json"]).stdout)
    assert set(cut["rule"].to_pylist()) <= {record["name"] for record in listed}


@pytest.mark.parametrize("reason", ["page_links", "headline", "photo_credit"])
def test_a_reason_can_be_looked_up_by_its_name(reason: str) -> None:
    result = CliRunner().invoke(main, ["rules", "--rule", reason])
    assert result.exit_code == 0
    assert reason in result.output


@pytest.mark.parametrize("text", ["[clean", "[claen]", "[dedup]\nkeep = 5"])
def test_an_error_of_a_recipe_names_its_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "site.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=r"site\.toml"):
        load(path)


def test_rules_count_the_cuts_of_other_steps_too(tmp_path: Path) -> None:
    known.make(tmp_path / "wh")
    words = ["rules", "--rule", "byline", "--warehouse", str(tmp_path / "wh")]
    assert "cut 0 passages" in CliRunner().invoke(main, words).output


def test_a_list_of_one_name_in_a_recipe_needs_no_brackets(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[inputs]\ntext = "story.words"\n')
    assert load(path).inputs.text == ("story.words",)


def test_a_wrong_type_in_a_recipe_is_named_in_words(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[inputs]\ntext = 5\n")
    with pytest.raises(RecipeError, match=r'inputs.text must be a list, such as \["one", "two"\]'):
        load(path)
