"""Documents made to provoke backtracking are cleaned within the CPU limit of a document.

`python -m benchmarks.growth` measures how the time grows. Here a document of quadratic cost would
need minutes, and would become a row of `rejects` with the reason `timeout`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from click.testing import CliRunner

import copydesk
from benchmarks import growth
from copydesk.flows.cli import main as cli
from copydesk.transforms import clean
from tests.hostile.inputs import PAGE, STORY

SIZE = 100_000  # characters
BYTES = 1_000_000
# CPU seconds for one document; the slowest takes 0.8.
LIMIT = 8
RAW_UNITS = [
    b"<meta charset=",
    b"<!--",
    b"\xff",
    b"\xc3\xa9",
    b"\x81\x40",
    b"<?xml ",
    b" ",
    b"\x1b$B",
    b"\x00a",
    b"\xe2\x82",
]


def texts_that_almost_match() -> list[str]:
    """Return a text for each language, with a line for each of its rules.

    A pattern of exponential cost would not come to an end on its line.
    """
    lines: dict[str, list[str]] = {}
    for rule in clean.RULES:
        if units := growth.almost_matched(rule):
            unit = units[len(rule.name) % len(units)]
            lines.setdefault(rule.languages[0], [STORY]).append(unit * 40)
    return ["\n".join([*found, STORY]) for found in lines.values()]


def test_no_repeated_unit_takes_a_document_over_the_limit(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    n = 0
    for document in growth.documents():
        suffix = "html" if document.kind == "page" else "txt"
        (folder / f"{n:03}.{suffix}").write_text(document.of_size(SIZE), encoding="utf-8")
        n += 1
    for text in texts_that_almost_match():
        (folder / f"{n:03}.txt").write_text(text, encoding="utf-8")
        n += 1
    for unit in RAW_UNITS:
        (folder / f"{n:03}.html").write_bytes(unit * (BYTES // len(unit)))
        n += 1
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f"[limits]\nseconds = {LIMIT}\n", encoding="utf-8")
    warehouse = tmp_path / "warehouse"
    command = ["ingest", str(folder), "--direct", "--warehouse", str(warehouse)]
    result = CliRunner().invoke(cli, [*command, "--recipe", str(recipe)])
    assert result.exit_code == 0, result.output
    outcomes = {
        table: ds.dataset(warehouse.resolve() / "current" / table).to_table()
        for table in ("articles", "duplicates", "rejects")
    }
    assert sum(table.num_rows for table in outcomes.values()) == n
    reasons = Counter(outcomes["rejects"]["reason"].to_pylist())
    assert not {"timeout", "memory", "crashed"} & reasons.keys(), reasons
    assert outcomes["rejects"].num_rows < n / 2


@pytest.mark.parametrize("unit", ["a{i}=1 ", "a{i} ", "class=x "])
def test_a_tag_with_attributes_without_end_is_refused_at_once(unit: str) -> None:
    article = copydesk.clean_page(
        f"<div {''.join(unit.format(i=i) for i in range(20_000))}><p>{STORY}"
    )
    assert article.refused is not None
    assert article.refused.reason == "too_many_attributes"


@pytest.mark.parametrize(
    "inner",
    [
        f"<p data-state='{'a b ' * 20_000}'>{STORY}",
        f"<p>{'a b=c ' * 20_000}",
        f"<p a{' ' * 200_000}=x>{STORY}",
    ],
)
def test_long_values_and_texts_are_not_attributes(inner: str) -> None:
    assert copydesk.clean_page(PAGE.replace("</article>", inner + "</article>")).refused is None
