"""In the seeds the rules cut these lines and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.transforms import clean, ledger, normalise

SEEDS = Path(__file__).parents[2] / "seeds"
RESIDUE = {
    "000": [],
    "001": [
        "Credit: DepositPhotos",
        "Read More:\u00a0Supreme Court Declines to Interfere in Michigan Redistricting Case",
        "Also Read:\u00a0Supreme Court Declines to Interfere in Michigan Redistricting Case",
        "Credit: DepositPhotos",
        "Read Next:\u00a0Supreme Court Declines to Interfere in Michigan Redistricting Case",
        "Leave a Comment",
    ],
    "002": [],
    "003": [
        "Also Read:\u00a0 Russian and Ukrainian Presidents Deliver New Year's Eve Messages to Their People",
        "Please enter your comment!",
        "Please enter your name here",
        "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
        "Hot Topics",
        "Related Articles",
    ],
    "004": [],
}


@pytest.mark.parametrize("number", RESIDUE)
def test_exactly_the_boilerplate_of_a_seed_is_cut(number: str) -> None:
    text = normalise.text(next(SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8"))
    removed = clean.clean(text)
    assert [r.text.strip() for r in removed if r.rule != "blank_line"] == RESIDUE[number]
    kept = [
        line for line in text.split("\n") if line.strip() and line.strip() not in RESIDUE[number]
    ]
    assert ledger.lines(text, removed) == kept
    assert ledger.rebuild(ledger.apply(text, removed), removed) == text
