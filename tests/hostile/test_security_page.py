"""The security page names a test for each promise, and the test exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fuzz.run import HERE, READERS
from tests.hostile.inputs import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^\s*def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(test_\w+)", PAGE))))
def test_a_test_that_the_page_names_exists(named: str) -> None:
    assert named in TESTS or any(name.startswith(named) for name in TESTS if f"{named}..." in PAGE)


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"`((?:tests|fuzz|docs|flows|transforms)/[\w./]+)`", PAGE)))
)
def test_a_file_that_the_page_names_exists(named: str) -> None:
    assert (ROOT / named).exists()


def test_the_page_counts_the_hostile_inputs() -> None:
    assert f"{len(HOSTILE)} hostile inputs" in PAGE


def test_the_minutes_of_fuzzing_are_those_on_record() -> None:
    spent = json.loads((HERE / "minutes.json").read_text(encoding="utf-8"))
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE))
    assert set(rows) == {*READERS, "clean_page", "clean_text", "copies"}
    assert all(float(minutes) <= spent[target]["wall_minutes"] for target, minutes in rows.items())
