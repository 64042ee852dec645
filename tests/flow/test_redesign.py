"""One outlet among ten is redesigned. The run names it, holds it back, and releases it later."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.pipeline import run
from copydesk.flows.pipeline.summary import Summary
from copydesk.flows.recipe import from_toml
from copydesk.flows.report.outcome import report_run
from copydesk.flows.warehouse import Snapshot, Warehouse

OUTLETS = [f"paper{i}.example" for i in range(5)]
REDESIGNED = "paper4.example"
WORDS = [
    f"{a}{b}{c}"
    for a in ("bar", "len", "mor", "sil", "tan", "vek")
    for b in ("a", "e", "i", "o", "u")
    for c in ("dor", "lim", "nes", "rath", "vin")
]


def page(rng: random.Random, outlet: str, day: int, i: int) -> dict[str, str]:
    """Return a document. Those of the redesigned outlet lost their bylines and half their text."""
    changed = outlet == REDESIGNED and day == 4
    sentences = [
        " ".join(rng.choices(WORDS, k=14)).capitalize() + "." for _ in range(6 if changed else 16)
    ]
    record = {
        "url": f"https://www.{outlet}/2026/03/0{day}/{i}",
        "title": " ".join(rng.choices(WORDS, k=6)).capitalize(),
        "text": "\n".join(sentences),
        "date": f"2026-03-0{day}T08:00:00Z",
    }
    return (
        record if changed else {**record, "author": rng.choice(["Ana Ruiz", "Bo Lind", "Cy Young"])}
    )


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Summary]]:
    folder, rng = tmp_path_factory.mktemp("redesign"), random.Random(5)
    warehouse, summaries = folder / "wh", []
    for day in range(1, 5):
        source = folder / f"day{day}.jsonl"
        source.write_text(
            "".join(
                json.dumps(page(rng, outlet, day, i)) + "\n"
                for outlet in OUTLETS
                for i in range(20)
            )
        )
        summary = run.run(
            [str(source)], warehouse=warehouse, recipe=from_toml("[drift]\nquarantine = true\n")
        )
        report_run(summary, warehouse)
        summaries.append(summary)
    return warehouse, summaries


def current(warehouse: Path) -> Snapshot:
    snapshot = Warehouse.open(warehouse).current()
    assert snapshot is not None
    return snapshot


def test_ordinary_days_raise_no_alarm(days: tuple[Path, list[Summary]]) -> None:
    assert [summary.facts.anomalies for summary in days[1][:3]] == [(), (), ()]


def test_the_redesigned_outlet_is_named_and_no_other(
    days: tuple[Path, list[Summary]],
) -> None:
    anomalies = days[1][3].facts.anomalies
    assert {b.outlet_id for b in anomalies} == {REDESIGNED}
    assert {"byline", "length"} <= {b.measure for b in anomalies}


def test_its_documents_wait_and_the_others_are_published(
    days: tuple[Path, list[Summary]],
) -> None:
    facts = days[1][3].facts
    assert (facts.n_read, facts.n_quarantined, facts.n_articles) == (100, 20, 80)


def test_the_report_says_so(days: tuple[Path, list[Summary]]) -> None:
    warehouse, summaries = days
    text = (warehouse / "reports" / f"{summaries[3].facts.run_id}.html").read_text(encoding="utf-8")
    assert "paper4.example: documents with a byline: 0 %, usually 100 %" in text


def test_what_waits_is_listed_and_released_into_the_corpus(
    days: tuple[Path, list[Summary]],
) -> None:
    warehouse, _ = days
    where = ["--warehouse", str(warehouse)]
    listed = CliRunner().invoke(main, ["quarantine", "list", *where])
    assert "paper4.example: 20 documents" in listed.output, listed.output
    before = current(warehouse).rows("articles")
    wrong = CliRunner().invoke(main, ["quarantine", "release", "--outlet", "other.example", *where])
    assert wrong.exit_code == 1
    released = CliRunner().invoke(main, ["quarantine", "release", "--outlet", REDESIGNED, *where])
    assert released.exit_code == 0, released.output
    snapshot = current(warehouse)
    assert snapshot.rows("quarantined") == 0
    assert snapshot.rows("articles") == before + 20
    last = snapshot.table("runs").sort_by("finished_at").to_pylist()[-1]
    assert (last["kind"], last["n_read"], last["n_moved"]) == ("release", 0, 20)
