"""One version of an address is in the corpus, also if a revision was in quarantine meanwhile."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from copydesk.flows.maintenance import quarantine
from copydesk.flows.pipeline import run
from copydesk.flows.recipe import from_toml
from copydesk.flows.warehouse import Warehouse

RECIPE = from_toml("[drift]\nquarantine = true\nmin_runs = 1\nmin_documents = 5\n")


def document(number: int, day: int, *, author: str | None = "Ana Ruiz") -> dict[str, Any]:
    """Return a version of a document, with another text on each day."""
    dice = random.Random(f"{number} {day}")
    words = ["".join(dice.choices("adeilmnorst", k=6)) for _ in range(90)]
    return {
        "url": f"https://www.harbour.example/{number}",
        "title": f"Ferry {number} leaves",
        "text": f"{' '.join(words).capitalize()}.",
        "author": author,
        "published_at": f"2026-03-{number % 20 + 1:02d}T08:00:00Z",
        "fetched_at": f"2026-04-{day:02d}T00:00:00+00:00",
    }


def ingested(folder: Path, name: str, documents: list[dict[str, Any]]) -> int:
    """Ingest the documents, and return how many went to quarantine."""
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in documents))
    summary = run.run([str(path)], warehouse=folder / "wh", recipe=RECIPE)
    return summary.facts.n_quarantined


def versions(folder: Path, table: str) -> list[int]:
    """Return the revision numbers of the first document in a table."""
    rows = Warehouse.open(folder / "wh").snapshot("current").table(table, ["url", "revision"])
    return sorted(row["revision"] for row in rows.to_pylist() if row["url"].endswith("/1"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a warehouse in which a revision of the first document is quarantined."""
    assert ingested(tmp_path, "first", [document(n, 1) for n in range(1, 9)]) == 0
    unsigned = [document(n, 2, author=None) for n in (1, *range(20, 28))]
    assert ingested(tmp_path, "second", unsigned) == len(unsigned)
    assert versions(tmp_path, "quarantined") == [2]
    return tmp_path


def test_a_released_revision_replaces_the_version_before_it(folder: Path) -> None:
    assert quarantine.release(Warehouse.open(folder / "wh")) is not None
    assert versions(folder, "articles") == [2]
    assert versions(folder, "duplicates") == [1]


def test_a_later_version_replaces_the_one_before_the_quarantined_one(folder: Path) -> None:
    assert ingested(folder, "third", [document(n, 3) for n in (1, *range(40, 48))]) == 0
    assert versions(folder, "articles") == [3]
    assert versions(folder, "duplicates") == [1]
    assert quarantine.release(Warehouse.open(folder / "wh")) is not None
    assert versions(folder, "articles") == [3]
    assert versions(folder, "duplicates") == [1, 2]
