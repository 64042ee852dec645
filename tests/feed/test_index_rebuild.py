"""If the recipe does not fit the index, the error names the command that rebuilds it.

That command works.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.pipeline import run
from copydesk.flows.recipe import from_toml


def line(number: int) -> str:
    text = (
        f"The council of Harwick{number} passed plan {number} on Monday after a long debate. " * 4
    )
    row = {"url": f"https://h.example/{number}", "text": text, "id": number, "topic": ["a", "b"]}
    return json.dumps(row) + "\n"


def test_a_changed_num_perm_ngram_or_seed_is_rebuilt_by_the_command_that_is_named(
    tmp_path: Path,
) -> None:
    dump, warehouse, other = tmp_path / "a.jsonl", tmp_path / "wh", tmp_path / "other.toml"
    dump.write_text("".join(map(line, range(3))), encoding="utf-8")
    kept = from_toml('[inputs]\nkeep = ["id", "topic"]\n')
    run.run([str(dump)], warehouse=warehouse, workers=1, recipe=kept)
    assert extras(warehouse)[0] == [("id", "0"), ("topic", '["a", "b"]')]
    text = '[inputs]\nkeep = ["id", "topic"]\n[dedup]\nngram = 4\nseed = 7\n'
    other.write_text(text, encoding="utf-8")
    with dump.open("a", encoding="utf-8") as more:
        more.write(line(9))
    with pytest.raises(ValueError, match="copydesk index rebuild --recipe FILE"):
        run.run([str(dump)], warehouse=warehouse, workers=1, recipe=from_toml(text))
    words = ["--recipe", str(other), "--warehouse", str(warehouse)]
    told = CliRunner().invoke(main, ["ingest", "--direct", "--workers", "1", str(dump), *words])
    assert (told.exit_code, "Error: index file" in told.output) == (1, True), told.output
    result = CliRunner().invoke(main, ["index", "rebuild", *words])
    assert result.exit_code == 0, result.output
    facts = run.run([str(dump)], warehouse=warehouse, workers=1, recipe=from_toml(text)).facts
    assert (facts.n_known, facts.n_articles + facts.n_duplicates) == (3, 1)


def extras(warehouse: Path) -> list[object]:
    from copydesk.flows.warehouse import Warehouse

    rows = (
        Warehouse.open(warehouse).snapshot("current").table("articles", ["doc_id", "extra", "url"])
    )
    return [row["extra"] for row in sorted(rows.to_pylist(), key=lambda row: row["url"])]
