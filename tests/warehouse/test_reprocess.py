"""Stages run again on what is published, with the real steps.

Refused documents are read again, and forgotten ones stay out.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.maintenance import index_upkeep, reelection
from copydesk.flows.maintenance.forget import forget
from copydesk.flows.maintenance.forget_request import Request
from copydesk.flows.maintenance.replay import SourcesMissing, replay
from copydesk.flows.maintenance.reprocess import reprocess
from copydesk.flows.pipeline import run
from copydesk.flows.recipe import from_toml
from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.flows.warehouse.checks.verify import faults
from copydesk.flows.warehouse.diff import compare
from copydesk.transforms import edit
from copydesk.transforms.article import Article
from tests.warehouse.rows import text_of

_BODY = (
    "The harbour council voted on Monday to close the old bridge over the river Lume for two years of repairs.\n"
    "Work begins in March, the council said, and ferries will carry passengers free of charge until it ends.\n"
    "Shop owners on the north bank had asked for a longer ferry timetable and for lower rents in the meantime."
)
_STORY = f"Council closes the old bridge over the Lume\n{_BODY}\nShare this story\n"
_COPY = f"Old bridge to close for two years\n{_BODY} The mayor agreed.\n"
_PAGE = (
    '<html><head><title>Rain ends a dry month - The Lume Post</title><meta name="author" content="Ana Ruiz">'
    '<meta property="article:published_time" content="2026-11-02T08:30:00+02:00"></head><body><article><h1>Rain ends a dry month</h1>'
    "<p>Rain fell on the whole of the valley on Sunday and ended the driest October since records began there.</p>"
    "<p>Farmers said that the winter wheat had been saved, while the reservoirs would need weeks to fill again.</p>"
    "</article></body></html>"
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse with three texts (one is a copy), a page, and a refused file."""
    folder = tmp_path_factory.mktemp("corpus")
    inputs = folder / "in"
    inputs.mkdir()
    for name, content in (
        ("a.txt", _STORY),
        ("b.txt", _COPY),
        ("c.txt", f"A third text\n{text_of(3)}"),
        ("d.html", _PAGE),
    ):
        (inputs / name).write_text(content, encoding="utf-8")
    (inputs / "later.txt").write_bytes(b"\x00\x01" * 100)
    summary = run.run([str(inputs)], warehouse=folder / "wh", workers=1)
    assert (summary.facts.n_articles, summary.facts.n_duplicates, summary.facts.n_rejected) == (
        3,
        1,
        1,
    )
    return folder


@pytest.fixture
def warehouse(first: Path) -> Warehouse:
    return Warehouse.open(first / "wh")


def texts(snapshot: Snapshot) -> str:
    return " ".join(
        text
        for table in ("articles", "duplicates")
        for text in snapshot.table(table)["text"].to_pylist()
    )


def differences(before: Snapshot, after: Snapshot) -> set[str]:
    return {name for name, table in compare(before, after).tables.items() if not table.is_empty} - {
        "runs"
    }


@pytest.mark.parametrize("stage", ["clean", "dedup"])
def test_nothing_is_published_if_nothing_has_changed(warehouse: Warehouse, stage: str) -> None:
    before = warehouse.snapshot("current")
    with warehouse.lock():
        outcome = reprocess(warehouse, stage=stage)
    assert differences(before, outcome.snapshot) == set()
    assert list(faults(warehouse)) == []


def test_another_recipe_changes_texts_but_not_ids_and_a_rollback_undoes_it(
    warehouse: Warehouse,
) -> None:
    before = warehouse.snapshot("current")
    recipe = from_toml('[clean]\ndisabled = ["share"]\nline_model = false\n')
    with warehouse.lock():
        outcome = reprocess(warehouse, recipe=recipe)
    assert outcome.n_edited == 4
    after = outcome.snapshot
    ids = [
        {*s.table("articles")["doc_id"].to_pylist(), *s.table("duplicates")["doc_id"].to_pylist()}
        for s in (before, after)
    ]
    assert ids[0] == ids[1]
    assert "Share this story" in texts(after)
    assert list(faults(warehouse)) == []
    with warehouse.lock():
        reprocess(warehouse, recipe=from_toml(""))
    assert "Share this story" not in texts(warehouse.snapshot("current"))


def test_a_condition_chooses_what_is_edited(warehouse: Warehouse) -> None:
    with warehouse.lock():
        outcome = reprocess(
            warehouse,
            where="source_kind = 'page'",
            recipe=from_toml('[clean]\ndisabled = ["share"]\n'),
        )
        assert outcome.n_edited == 1
        reprocess(warehouse, recipe=from_toml(""))


def test_a_condition_that_no_document_satisfies_publishes_nothing(warehouse: Warehouse) -> None:
    before = warehouse.snapshot("current").id
    with warehouse.lock():
        outcome = reprocess(warehouse, where="language = 'xx'")
    assert (outcome.snapshot.id, outcome.n_edited, outcome.diff.moved) == (before, 0, {})
    assert warehouse.snapshot("current").id == before
    assert list((warehouse.root / "staging").iterdir()) == []
    args = ["reprocess", "--where", "language = 'xx'", "--warehouse", str(warehouse.root)]
    said = CliRunner().invoke(main, args)
    assert said.stdout == "No document satisfies --where, so there is no new snapshot.\n"


def test_a_condition_goes_with_the_stages_that_edit(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="stage clean or tag"):
        reprocess(warehouse, stage="stories", where="n_words > 3")


def test_a_refused_document_is_taken_after_a_fix_and_leaves_the_rejects(
    warehouse: Warehouse, first: Path
) -> None:
    with warehouse.lock():
        still = replay(warehouse, inputs=[str(first / "in")])
    assert still is not None
    assert (still.facts.n_articles, warehouse.snapshot("current").rows("rejects")) == (0, 1)
    (first / "in" / "later.txt").write_text(f"A fourth text\n{text_of(4)}", encoding="utf-8")
    with warehouse.lock():
        assert replay(warehouse, inputs=[str(first / "in")], reason="no_such_reason") is None
        taken = replay(warehouse, inputs=[str(first / "in")])
    assert taken is not None
    assert (taken.facts.n_articles, warehouse.snapshot("current").rows("rejects")) == (1, 0)
    assert list(faults(warehouse)) == []


def test_without_a_record_of_the_inputs_replay_says_what_to_name(
    warehouse: Warehouse, first: Path
) -> None:
    (first / "in" / "bad.txt").write_bytes(b"\x00\x01" * 100)
    run.run([str(first / "in")], warehouse=warehouse.root, workers=1)
    for record in (warehouse.root / "reports").glob("*.json"):
        record.unlink()
    with pytest.raises(SourcesMissing, match=r"copydesk replay INPUT"):
        replay(warehouse)


def test_a_forgotten_document_does_not_come_back_with_its_source(
    warehouse: Warehouse, first: Path
) -> None:
    current = warehouse.snapshot("current")
    (page,) = [
        row
        for row in current.table("articles", ["doc_id", "source_uri"]).to_pylist()
        if row["source_uri"].endswith("d.html")
    ]
    rules = reelection.CopyRules.of(current)
    with warehouse.lock():
        forget(
            warehouse,
            Request(docs=(page["doc_id"],)),
            reelection_rules=rules,
            index_without=index_upkeep.removal_from_index(rules.options),
        )
    assert list(faults(warehouse)) == []
    again = run.run([str(first / "in")], warehouse=warehouse.root, workers=1)
    assert again.facts.n_articles == 0
    assert (
        page["doc_id"] not in warehouse.snapshot("current").table("articles")["doc_id"].to_pylist()
    )
    assert [fault for fault in faults(warehouse) if not fault.where.startswith("reports")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only forked workers inherit the patch")
def test_a_document_that_takes_too_long_is_a_reject_and_the_others_stay(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(warehouse.root, tmp_path / "wh", symlinks=True)
    copied = Warehouse.open(tmp_path / "wh")
    before = sum(copied.snapshot("current").rows(table) for table in ("articles", "duplicates"))
    usual = edit.again

    def slow(extracted: str, *given: Any) -> Article:
        while extracted.startswith("A third text"):
            pass
        return usual(extracted, *given)

    monkeypatch.setattr(edit, "again", slow)
    with copied.lock():
        outcome = reprocess(copied, recipe=from_toml("[limits]\nseconds = 1\n"))
    rejects = outcome.snapshot.table("rejects").to_pylist()
    assert [row["source_uri"] for row in rejects if row["reason"] == "timeout"] == ["c.txt"]
    after = sum(outcome.snapshot.rows(table) for table in ("articles", "duplicates"))
    assert after == before - 1
    assert "A third text" not in texts(outcome.snapshot)
    assert list(faults(copied)) == []


def test_the_newest_headline_stays_when_the_older_fetch_came_later(tmp_path: Path) -> None:
    """If a file repeats a record, the ledger has its cuts once."""
    rows = [
        {"url": "https://h.example/u", "text": _BODY, "title": title, "fetched_at": day}
        for title, day in (("Bridge to close", "2026-11-10"), ("Old bridge", "2026-11-09"))
    ]
    for number, row in enumerate(rows):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(f"{json.dumps(row)}\n" * 2, encoding="utf-8")
        run.run([str(path)], warehouse=tmp_path / "wh", workers=1)
    opened = Warehouse.open(tmp_path / "wh")
    with opened.lock():
        made = reprocess(opened).snapshot
    assert made.table("articles", ["title"])["title"].to_pylist() == ["Bridge to close"]
    assert list(faults(opened)) == []
