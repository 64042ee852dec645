"""A schedule refuses at its start what would fail in every run. Status shows progress."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.cli.status import _lines
from copydesk.flows.maintenance.status import status
from copydesk.flows.orchestration.overlapping import _is_scheduled
from copydesk.flows.support.progress import Quiet
from copydesk.flows.support.progress_record import Recorded
from copydesk.flows.warehouse import Warehouse


@pytest.mark.parametrize(
    ("cron", "sentence"),
    [
        ("0 0 30 2 *", "never fires"),
        ("*/5 * * * * *", "six fields"),
        ("often", "is not a cron expression"),
    ],
)
def test_a_cron_expression_that_cannot_work_is_refused(cron: str, sentence: str) -> None:
    result = CliRunner().invoke(main, ["schedule", "--cron", cron, "seeds/"])
    assert result.exit_code == 2
    assert sentence in result.output


def test_a_missing_input_is_reported_at_the_start(tmp_path: Path) -> None:
    command = ["schedule", "--cron", "0 6 * * *", str(tmp_path / "nowhere")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_a_tick_is_what_the_schedule_made_or_what_should_have_begun_long_ago() -> None:
    now = datetime(2026, 11, 9, tzinfo=UTC)
    made = {"created": now, "expected_start_time": now}
    assert _is_scheduled(SimpleNamespace(auto_scheduled=True, **made))  # type: ignore[arg-type]
    assert not _is_scheduled(SimpleNamespace(auto_scheduled=False, **made))  # type: ignore[arg-type]
    late = {"created": now, "expected_start_time": now - timedelta(hours=2)}
    assert _is_scheduled(SimpleNamespace(auto_scheduled=False, **late))  # type: ignore[arg-type]


def test_status_says_that_a_run_is_going_since_when_and_how_far(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "wh", create=True)
    with warehouse.lock():
        staging = warehouse.staging("run-1")
        (staging / "run.json").write_text(json.dumps({"run_id": "run-1"}))
        progress = Recorded(Quiet(), staging)
        progress.step("clean", 2_000)
        progress._written = 0.0
        progress.advance(500)
        state = status(warehouse)
    shown = "\n".join(_lines(state))
    assert "Running    run run-1 (pid " in shown
    assert "step clean, 500 of about 2,000 documents" in shown
    assert state["interrupted"] == []


def test_status_names_a_run_that_was_killed_as_interrupted(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "wh", create=True)
    (warehouse.staging("run-1") / "run.json").write_text("{}")
    state = status(warehouse)
    assert (state["running"], state["interrupted"]) == (None, ["run-1"])
