"""The flow, run by Prefect on the embedded server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.flows.orchestration import artifacts
from copydesk.flows.pipeline.run import STEPS, Summary
from copydesk.flows.pipeline.summary import Facts
from copydesk.flows.report.outcome import Outcome, summary_lines
from copydesk.transforms.drift import Anomaly

ROOT = Path(__file__).resolve().parents[2]
SEEDS = str(ROOT / "seeds")


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> Iterator[None]:
    """Start an embedded Prefect server with a database of its own, for the tests of this file."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing import utilities

    folder = tmp_path_factory.mktemp("database")
    shutil.copy(prefect_database, folder / "prefect-test.db")  # where the harness looks
    patch.setattr(utilities, "mkdtemp", lambda: str(folder))
    # The default limit of the harness is 30 s, which is too little on a busy machine.
    with (
        utilities.prefect_test_harness(server_startup_timeout=180),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield
    patch.undo()


@pytest.fixture(scope="module")
def outcome(harness: None, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    from copydesk.flows.ingest import ingest

    found = ingest([SEEDS], warehouse=str(tmp_path_factory.mktemp("flow") / "wh"), workers=1)
    assert isinstance(found, Outcome)
    return found


def last_run() -> Any:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import FlowRunSort

    with get_client(sync_client=True) as client:
        return client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)[0]


@pytest.mark.flow
def test_a_run_is_recorded_under_a_descriptive_name(outcome: Outcome) -> None:
    run = last_run()
    assert run.state_name == "Completed"
    assert run.name == "seeds into wh"
    assert outcome.summary.facts.n_articles == 5


@pytest.mark.flow
def test_artifacts_carry_counts_and_no_text_of_articles(outcome: Outcome) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = client.read_artifacts()
    shown = {artifact.key: json.dumps(artifact.data) for artifact in found}
    assert set(shown) >= {"copydesk-run", "copydesk-rules", "copydesk-outlets"}
    assert "| in the corpus | 5 |" in shown["copydesk-run"]
    from copydesk.flows.warehouse import Warehouse

    current = Warehouse.open(outcome.warehouse).current()
    assert current is not None
    for text in current.table("articles", ["text"])["text"].to_pylist():
        assert not any(
            text[i : i + 60] in data
            for data in shown.values()
            for i in range(0, len(text) - 60, 60)
        )


@pytest.mark.flow
def test_a_second_run_finds_nothing_new_and_completes(outcome: Outcome) -> None:
    from copydesk.flows.ingest import ingest

    again = ingest([SEEDS], warehouse=str(outcome.warehouse), workers=1)
    assert (again.summary.facts.n_read, again.summary.facts.n_known) == (5, 5)
    first = summary_lines(again, seconds=1)[0]
    assert first.startswith("nothing new since 2")
    assert first.endswith(": 5 documents known already, 5 files unchanged (1.0 s)")


@pytest.mark.flow
def test_a_failing_run_is_recorded_as_failed_and_raises(harness: None, tmp_path: Path) -> None:
    from copydesk.flows.ingest import ingest
    from copydesk.flows.read import InputError

    with pytest.raises(InputError, match="does not exist"):
        ingest([str(tmp_path / "nothing")], warehouse=str(tmp_path / "wh"))
    assert last_run().state_name == "Failed"


@pytest.mark.parametrize("entrypoint", ["flows/ingest.py:ingest", "copydesk.flows.ingest.ingest"])
def test_the_entrypoint_loads_the_flow(entrypoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.flows import load_flow_from_entrypoint

    monkeypatch.chdir(ROOT)
    flow = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    assert flow.name == "copydesk-ingest"
    assert list(flow.parameters.properties) == [
        "inputs",
        "warehouse",
        "recipe",
        "workers",
        "wait_seconds",
        "engine",
        "scheduler",
    ]


def test_the_flow_can_be_shipped_to_the_process_of_a_run() -> None:
    import cloudpickle

    from copydesk.flows.ingest import ingest

    assert len(cloudpickle.dumps(ingest)) < 20_000


def test_the_tasks_are_the_steps_of_the_pipeline_and_nothing_is_cached() -> None:
    from prefect.cache_policies import NO_CACHE

    from copydesk.flows.orchestration import tasks

    for step in STEPS:
        task = getattr(tasks, step.__name__)
        assert task.fn is step
        assert task.cache_policy == NO_CACHE
        assert task.persist_result is False
        assert bool(task.retries) == (step.__name__ in {"clean", "publish"})


def test_prefect_yaml_serves_the_same_flow_privately_and_one_at_a_time() -> None:
    import yaml

    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))[
        "deployments"
    ]
    assert (deployment["name"], deployment["entrypoint"]) == ("default", "flows/ingest.py:ingest")
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    from copydesk.flows.orchestration.prefect_settings import PRIVATE

    assert deployment["work_pool"]["job_variables"]["env"] == PRIVATE


def test_artifacts_show_a_hostile_outlet_as_plain_text() -> None:
    facts = Facts(
        run_id="r",
        snapshot_id="s",
        started_at="2026-03-01T06:00:00+00:00",
        finished_at="2026-03-01T06:00:00+00:00",
        anomalies=(Anomaly("[x](javascript:alert(1))<script>|\n# h", "byline", 0.9, 0.1),),
    )
    text = artifacts.markdown(Outcome(Summary(facts=facts), Path("wh"), None))
    (line,) = [line for line in text.splitlines() if "javascript" in line]
    assert line.startswith(r"- \[x\]\(javascript\:alert\(1\)\)\<script\>\|")
