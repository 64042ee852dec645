"""Prefect's settings are made before it is imported, and never override what a user chose."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from copydesk.flows.orchestration import crashed_runs, prefect_settings
from copydesk.flows.orchestration.server_process import answers

ROOT = Path(__file__).resolve().parents[2]


def test_telemetry_is_off_unless_somebody_turned_it_on() -> None:
    environ: dict[str, str] = {}
    prefect_settings.prepare(quiet=False, environ=environ)
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environ["DO_NOT_TRACK"] == "1"
    environ = {"PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    prefect_settings.prepare(quiet=False, environ=environ)
    assert environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "true"


def test_the_active_profile_wins_over_our_defaults(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text(
        'active = "mine"\n[profiles.mine]\nPREFECT_LOGGING_LEVEL = "DEBUG"\n[profiles.other]\nPREFECT_API_URL = "http://x"\n'
    )
    environ = {"PREFECT_HOME": str(tmp_path)}
    prefect_settings.prepare(quiet=True, environ=environ)
    assert "PREFECT_LOGGING_LEVEL" not in environ
    assert environ["PREFECT_SERVER_LOGGING_LEVEL"] == "CRITICAL"
    assert prefect_settings.profile(
        {"PREFECT_HOME": str(tmp_path), "PREFECT_PROFILE": "other"}
    ) == {"PREFECT_API_URL": "http://x"}


@pytest.mark.parametrize("text", ["", "active = 3", "not toml ["])
def test_a_broken_profile_is_left_to_prefect(tmp_path: Path, text: str) -> None:
    (tmp_path / "profiles.toml").write_text(text)
    assert prefect_settings.profile({"PREFECT_HOME": str(tmp_path)}) == {}


def test_a_prefect_folder_that_cannot_be_made_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "file" / "home"))
    with (
        pytest.raises(prefect_settings.NoPrefectError, match=r"cannot be written .* --direct"),
        prefect_settings.starting(),
    ):
        pass


def test_an_address_without_a_server_does_not_answer() -> None:
    assert not answers("http://127.0.0.1:9/api")
    assert not answers("no address at all")


def _hold(home: str, run: str, ready: multiprocessing.synchronize.Event) -> None:
    os.environ["PREFECT_HOME"] = home
    from uuid import UUID

    with crashed_runs.marked(UUID(run)):
        ready.set()
        time.sleep(60)


def test_a_run_whose_process_was_killed_is_found_and_a_living_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    run = "00000000-0000-4000-8000-000000000001"
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=_hold, args=(str(tmp_path), run, ready))
    process.start()
    assert ready.wait(20)
    assert crashed_runs.over() == []
    process.kill()
    process.join()
    assert [str(found) for found in crashed_runs.over()] == [run]


def test_a_run_is_over_when_its_process_lets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uuid import uuid4

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    run = uuid4()
    with crashed_runs.marked(run):
        assert crashed_runs.over() == []
    assert crashed_runs.over() == [run]


def test_importing_the_command_line_imports_no_prefect() -> None:
    code = "import sys, copydesk.flows.cli; sys.exit('prefect' in sys.modules or 'pyarrow' in sys.modules or 'rich' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
