"""`stories` says how many outlets carried a story, copies included.

This is right after every step that changes it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.pipeline import run
from copydesk.flows.query import connect
from copydesk.flows.query import run as ask
from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.flows.warehouse.checks.verify import faults

BRIDGE = (
    "The harbour council voted on Monday to close the old bridge over the river Lume for two years.\n"
    "Work begins in March, the council said, and ferries will carry passengers free of charge.\n"
    "Shop owners on the north bank had asked for a longer ferry timetable and for lower rents.\n"
    "The mayor of the town said that the repairs would cost eleven million crowns in all."
)
HARVEST = (
    "Rain fell on the whole of the valley on Sunday and ended the driest October on record.\n"
    "Farmers said that the winter wheat had been saved, while the reservoirs stay half empty.\n"
    "The weather office expects showers until Thursday and a first frost at the weekend."
)


def record(outlet: str, day: int, title: str, text: str) -> dict[str, str]:
    """Return a scraped article of an outlet on a day of November 2026."""
    return {
        "url": f"https://{outlet}.example/{day}/{len(title)}",
        "title": title,
        "text": text,
        "published": f"2026-11-{day:02}T08:00:00Z",
    }


def ingest(folder: Path, *records: dict[str, str]) -> Snapshot:
    path = folder / f"{len(list(folder.iterdir()))}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in records))
    run.run([str(path)], warehouse=folder / "wh", workers=1)
    return Warehouse.open(folder / "wh").snapshot("current")


def stored_and_counted(snapshot: Snapshot) -> tuple[dict[str, int], dict[str, int]]:
    """Return `n_outlets` of every story that was not merged, twice.

    One is the value in `stories`, and the other is counted from the documents.
    """
    rows = snapshot.table("stories", ["story_id", "n_outlets", "merged_into"]).to_pylist()
    stored = {row["story_id"]: row["n_outlets"] for row in rows if row["merged_into"] is None}
    sql = (
        "SELECT a.story_id, count(DISTINCT d.outlet_id) FROM documents AS d "
        "JOIN articles AS a ON d.kept_doc_id = a.doc_id GROUP BY a.story_id"
    )
    return stored, dict(ask(connect(snapshot), sql).fetchall())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stories. Copies arrive with the article, after it, and before a fuller version of it."""
    folder = tmp_path_factory.mktemp("outlets")
    ingest(
        folder,
        record("wire", 2, "Council closes the old bridge", BRIDGE),
        record("north", 2, "Old bridge to close", BRIDGE),
        record("valley", 3, "Rain ends a dry month", HARVEST),
    )
    ingest(folder, record("south", 3, "Bridge closes for years", BRIDGE))
    fuller = f"{BRIDGE}\nThe ferry company has ordered two more boats for the winter."
    ingest(
        folder,
        record("harbour", 4, "Two years without the bridge", fuller),
        record("south", 4, "Rain at last", HARVEST),
    )
    return folder / "wh"


@pytest.fixture
def warehouse(made: Path, tmp_path: Path) -> Warehouse:
    """Return a copy of the warehouse for one test."""
    shutil.copytree(made, tmp_path / "wh", symlinks=True)
    return Warehouse.open(tmp_path / "wh")


def test_every_ingest_counts_the_outlets_of_copies(warehouse: Warehouse) -> None:
    snapshot = warehouse.snapshot("current")
    stored, counted = stored_and_counted(snapshot)
    assert stored == counted
    assert sorted(stored.values()) == [2, 4]
    sql = "SELECT count(*) FROM documents JOIN articles USING (doc_id) WHERE documents.story_id IS NULL"
    assert ask(connect(snapshot), sql).fetchone() == (0,)


def test_copies_have_the_story_of_the_document_that_was_kept(warehouse: Warehouse) -> None:
    sql = (
        "SELECT count(*), count(*) FILTER (d.story_id = a.story_id) "
        "FROM duplicates AS d JOIN articles AS a ON d.kept_doc_id = a.doc_id"
    )
    n, n_same = ask(connect(warehouse.snapshot("current")), sql).fetchone() or (0, 0)
    assert n == n_same == 4


@pytest.mark.parametrize("outlet", ["wire", "north", "south", "harbour"])
def test_forgetting_an_article_or_a_copy_counts_again(warehouse: Warehouse, outlet: str) -> None:
    sql = f"SELECT doc_id FROM documents WHERE outlet_id = '{outlet}.example' AND title LIKE '%ridge%'"
    ((doc_id,),) = ask(connect(warehouse.snapshot("current")), sql).fetchall()
    done = CliRunner().invoke(
        main, ["forget", "--doc", doc_id, "--yes", "--warehouse", str(warehouse.root)]
    )
    assert done.exit_code == 0, done.output
    stored, counted = stored_and_counted(warehouse.snapshot("current"))
    assert stored == counted
    assert sorted(stored.values()) == [2, 3]


@pytest.mark.parametrize(
    "command", [["rethreshold", "--folds", "exact"], ["reprocess", "--stage", "stories"]]
)
def test_other_clusters_are_counted_again(warehouse: Warehouse, command: list[str]) -> None:
    done = CliRunner().invoke(main, [*command, "--warehouse", str(warehouse.root)])
    assert done.exit_code == 0, done.output
    stored, counted = stored_and_counted(warehouse.snapshot("current"))
    assert stored == counted
    assert list(faults(warehouse)) == []
