"""The newest version at an address is in the corpus, however its fetches are spread over runs."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from copydesk.flows.maintenance import forget as forgetting
from copydesk.flows.maintenance import quarantine, rethreshold
from copydesk.flows.maintenance.deletion.cluster_repair import VERSION_WITHDRAWN
from copydesk.flows.maintenance.forget_request import Request
from copydesk.flows.maintenance.reelection import CopyRules
from copydesk.flows.pipeline import run
from copydesk.flows.recipe import from_toml
from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.flows.warehouse.checks.verify import faults

RECIPE = from_toml("")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
HARBOUR = "https://www.harbour.example/ferry"


def text(name: str) -> str:
    """Return a text that has nothing in common with a text of another name."""
    dice = random.Random(name)
    words = ["".join(dice.choices("adeilmnorst", k=6)) for _ in range(60)]
    return f"{' '.join(words).capitalize()}."


def fetched(name: str, day: int | None, *, url: str = HARBOUR, **more: Any) -> dict[str, Any]:
    """Return a record with the text of a name, fetched on a day."""
    row = {"url": url, "title": "Ferry leaves", "text": text(name), "date": "2026-03-01", **more}
    return row | ({"fetched_at": f"2026-04-{day:02d}T00:00:00Z"} if day else {})


def ingest(folder: Path, *runs: Sequence[dict[str, Any]]) -> Snapshot:
    """Ingest the records of each run from a file of its own, and return the last snapshot."""
    for records in runs:
        path = folder / f"day{len(list(folder.glob('*.jsonl')))}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in records))
        run.run([str(path)], warehouse=folder / "wh", recipe=RECIPE)
    return Warehouse.open(folder / "wh").snapshot("current")


def articles(snapshot: Snapshot) -> list[str]:
    """Return the texts of the corpus."""
    return sorted(snapshot.table("articles", ["text"])["text"].to_pylist())


def forget(folder: Path, *doc_ids: str) -> Snapshot:
    """Forget some documents, and return the snapshot after it."""
    warehouse = Warehouse.open(folder / "wh")
    rules = CopyRules.of(warehouse.snapshot("current"))
    with warehouse.lock():
        forgetting.forget(warehouse, Request(docs=doc_ids), reelection_rules=rules)
    return warehouse.snapshot("current")


def test_a_text_that_was_fetched_again_is_newer_than_one_fetched_in_between(tmp_path: Path) -> None:
    snapshot = ingest(
        tmp_path, [fetched("a", 1)], [fetched("a", 3), fetched("other", 3, url="https://o.example")]
    )
    assert snapshot.refetched().num_rows == 1
    snapshot = ingest(tmp_path, [fetched("b", 2)])
    assert articles(snapshot) == sorted([text("a"), text("other")])
    assert snapshot.refetched().num_rows == 1
    assert not list(faults(Warehouse.open(tmp_path / "wh")))
    assert articles(ingest(tmp_path, [fetched("b", 4)])) == sorted([text("b"), text("other")])


def test_a_run_that_only_fetches_again_publishes_nothing_and_is_remembered(tmp_path: Path) -> None:
    first = ingest(tmp_path, [fetched("a", 1)])
    assert ingest(tmp_path, [fetched("a", 3)], [fetched("a", 4)]).id == first.id
    assert articles(ingest(tmp_path, [fetched("b", 2)])) == [text("a")]
    assert articles(ingest(tmp_path, [fetched("b", 5)])) == [text("b")]


def test_a_forgotten_document_leaves_the_record_of_what_was_fetched_again(tmp_path: Path) -> None:
    other = fetched("other", 3, url="https://o.example")
    snapshot = ingest(tmp_path, [fetched("a", 1)], [fetched("a", 3), other])
    (doc_id,) = snapshot.refetched()["doc_id"].to_pylist()
    assert forget(tmp_path, doc_id).refetched().num_rows == 0
    assert not list(faults(Warehouse.open(tmp_path / "wh")))


@pytest.mark.parametrize("n_runs", [1, 3])
def test_without_a_time_a_change_that_is_taken_back_is_the_newest(
    tmp_path: Path, n_runs: int
) -> None:
    records = [fetched(name, None) for name in "aba"]
    runs = [records] if n_runs == 1 else [[record] for record in records]
    assert articles(ingest(tmp_path, *runs)) == [text("a")]


def test_a_later_text_replaces_all_fetches_of_the_earlier_one(tmp_path: Path) -> None:
    """The lines that were cut differ, so the two fetches have different ids."""
    first, second = (
        fetched("a", day) | {"text": f"{text('a')}\n\n{line}"}
        for day, line in ((1, "Share on Facebook"), (2, "Follow us on Twitter"))
    )
    snapshot = ingest(tmp_path, [first], [second], [fetched("b", 3)])
    assert articles(snapshot) == [text("b")]
    reasons = snapshot.table("duplicates", ["keep_reason"])["keep_reason"].to_pylist()
    assert len(reasons) == 2
    assert all(reason.startswith("revision") for reason in reasons)


@pytest.mark.parametrize("n_runs", [1, 2])
def test_two_outlets_that_revise_to_one_text_give_one_article(tmp_path: Path, n_runs: int) -> None:
    two = "https://www.two.example/ferry"
    first = [fetched("a", 1), fetched("b", 1, url=two)]
    second = [fetched("same", 2), fetched("same", 3, url=two)]
    ingest(tmp_path, first)
    snapshot = ingest(tmp_path, *([second] if n_runs == 1 else [[row] for row in second]))
    assert articles(snapshot) == [text("same")]
    assert snapshot.rows("duplicates") == 3
    again = rethreshold.plan(snapshot, RECIPE, run_id="again", started_at=NOW, finished_at=NOW)
    assert (again.dropped, again.restored) == ((), ())
    assert not list(faults(Warehouse.open(tmp_path / "wh")))


def test_an_older_version_does_not_take_the_place_of_a_forgotten_one(tmp_path: Path) -> None:
    copy = fetched("b", 3, url="https://www.two.example/ferry")
    ingest(
        tmp_path,
        [fetched("a", 1)],
        [fetched("b", 2)],
        [fetched("other", 2, url="https://o.example")],
    )
    newest = ingest(tmp_path).table("articles", ["doc_id", "url"]).to_pylist()
    (doc_id,) = (row["doc_id"] for row in newest if row["url"] == HARBOUR)
    snapshot = forget(tmp_path, doc_id)
    assert articles(snapshot) == [text("other")]
    (held,) = snapshot.table("quarantined", ["text", "reason"]).to_pylist()
    assert held["text"] == text("a")
    assert held["reason"] == VERSION_WITHDRAWN
    assert quarantine.release(Warehouse.open(tmp_path / "wh")) is None
    assert not list(faults(Warehouse.open(tmp_path / "wh")))
    assert articles(ingest(tmp_path, [fetched("c", 4)])) == sorted([text("c"), text("other")])
    assert articles(ingest(tmp_path, [copy])) == sorted([text("b"), text("c"), text("other")])


def test_a_copy_takes_the_place_of_a_forgotten_version(tmp_path: Path) -> None:
    two = "https://www.two.example/ferry"
    ingest(tmp_path, [fetched("a", 1)], [fetched("b", 2)])
    snapshot = ingest(tmp_path, [fetched("b", 3, url=two)])
    (doc_id,) = snapshot.table("articles", ["doc_id"])["doc_id"].to_pylist()
    snapshot = forget(tmp_path, doc_id)
    assert snapshot.table("articles", ["url"])["url"].to_pylist() == [two]
    assert snapshot.rows("quarantined") == 1
    assert not list(faults(Warehouse.open(tmp_path / "wh")))


def test_a_copy_that_is_revised_leaves_its_cluster(tmp_path: Path) -> None:
    two = "https://www.two.example/ferry"
    first, copy, third = (
        fetched("a", day, url=url)
        for day, url in ((1, HARBOUR), (2, two), (3, "https://o.example"))
    )
    ingest(tmp_path, [first, copy, third])
    snapshot = ingest(tmp_path, [fetched("b", 4, url=two)])
    sizes = snapshot.table("articles", ["url", "cluster_size"]).to_pylist()
    assert {row["url"]: row["cluster_size"] for row in sizes} == {HARBOUR: 2, two: 2}
    assert not list(faults(Warehouse.open(tmp_path / "wh")))


@pytest.mark.parametrize("n_runs", [1, 3])
def test_a_headline_that_is_changed_and_changed_back_is_the_newest(
    tmp_path: Path, n_runs: int
) -> None:
    records = [
        fetched("a", day, title=title)
        for day, title in enumerate(("Ferry leaves", "Ferry left", "Ferry leaves"), start=1)
    ]
    snapshot = ingest(tmp_path, *([records] if n_runs == 1 else [[row] for row in records]))
    (row,) = snapshot.table("articles", ["title", "revision", "changed"]).to_pylist()
    assert row == {"title": "Ferry leaves", "revision": 3, "changed": ["title"]}
