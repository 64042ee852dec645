"""Texts that use many words of boilerplate, and have no line of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.transforms import clean, ledger

TEXTS = sorted(Path(__file__).with_name("hard_negatives").glob("*.txt"))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", ["text", "page"])
def test_no_line_of_it_is_cut(path: Path, kind: clean.Kind) -> None:
    text = path.read_text(encoding="utf-8")
    expected = [line for line in text.split("\n") if line]
    assert ledger.lines(text, clean.clean(text, kind=kind)) == expected


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_none_of_it_is_cut_between_real_boilerplate(path: Path) -> None:
    text = path.read_text(encoding="utf-8").strip()
    scraped = f"Skip to main content\nAdvertisement\n{text}\nShare on Facebook\nLeave a Comment\nRelated Articles"
    expected = [line for line in text.split("\n") if line]
    assert ledger.lines(scraped, clean.clean(scraped)) == expected
