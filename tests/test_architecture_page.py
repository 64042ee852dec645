"""The map in docs/architecture.md names files and functions that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
STOPS = re.findall(r"`((?:flows|transforms|schemas)/[a-z_/]+\.py)` `(\w+)`", PAGE)


def test_the_walk_has_ten_to_twelve_stops() -> None:
    assert 10 <= len(re.findall(r"^\d+\. ", PAGE, re.MULTILINE)) <= 12


@pytest.mark.parametrize(("path", "name"), STOPS, ids=str)
def test_every_function_on_the_way_of_a_document_exists(path: str, name: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^(?:def|class) {name}\b", source, re.MULTILINE), f"{path} has no {name}"


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:flows|transforms|schemas|tests)/[\w/.]*)`", PAGE)))
)
def test_every_path_on_the_map_exists(path: str) -> None:
    assert (ROOT / path).exists(), path
