"""The quality gate: every page of this folder keeps the text F1 that it has once reached.

python -m tests.pages.gate            compare with floors.json; exit 1 below a floor
python -m tests.pages.gate --raise    write the floors that rose
python -m tests.pages.gate --lower    write all floors as they are now, also lower ones
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from copydesk.flows.evaluation import score_text
from copydesk.transforms import edit
from copydesk.transforms.article import Article

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
#: Scores are stored and compared to this number of digits.
_DIGITS = 3


def cases() -> list[str]:
    """Return the names of the page cases."""
    return sorted(path.parent.name for path in HERE.glob("*/page.html"))


def article(case: str) -> Article:
    """Return the article of the page of a case."""
    return edit.clean_page((HERE / case / "page.html").read_text(encoding="utf-8"))


def expected(case: str) -> str:
    """Return the text that a reader would call the article, without headline and byline."""
    return (HERE / case / "expected.txt").read_text(encoding="utf-8").strip("\n")


def expected_fields(case: str) -> dict[str, str]:
    """Return what else must hold, such as `refused`: the reason of a page without an article."""
    path = HERE / case / "expected.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def score(case: str) -> float:
    """Return the text F1 of a case. For a page without an article it is 1 if no text came out."""
    text, gold = article(case).text, expected(case)
    return round(score_text(gold, text).f1 if gold else float(not text), _DIGITS)


def floors() -> dict[str, float]:
    """Return the F1 that each case must reach."""
    return dict(json.loads(FLOORS.read_text(encoding="utf-8"))) if FLOORS.exists() else {}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each case and its floor, and write the floors if asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.pages.gate", description="Compare the page cases with their floors."
    )
    change = parser.add_mutually_exclusive_group()
    change.add_argument(
        "--raise", dest="up", action="store_true", help="write the floors that rose"
    )
    change.add_argument(
        "--lower", action="store_true", help="write all floors as they are now, also lower ones"
    )
    chosen = parser.parse_args(arguments)
    edit.warm_up()
    before = floors()
    now = {case: score(case) for case in cases()}
    below = {case for case, f1 in now.items() if f1 < before.get(case, 0.0)}
    for case, f1 in now.items():
        print(
            f"{f1:.3f}  floor {before.get(case, 0.0):.3f}  {'BELOW ' if case in below else ''}{case}"
        )
    print(f"{sum(now.values()) / len(now):.4f} mean of {len(now)} pages")
    if chosen.lower:
        after = now
    elif chosen.up:
        after = {case: max(f1, before.get(case, 0.0)) for case, f1 in now.items()}
    else:
        sys.exit(1 if below else 0)
    FLOORS.write_text(json.dumps(after, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
