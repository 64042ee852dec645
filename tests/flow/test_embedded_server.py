"""The server of one command: it starts before Prefect is imported, and ends with the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.flows.orchestration import embedded_server
from copydesk.flows.orchestration.prefect_settings import NoPrefectError
from copydesk.flows.orchestration.server_process import answers
from tests.flow.test_schedule import STUB

ROOT = Path(__file__).resolve().parents[2]
# Starts the stub as the server, and prints its address and whether Prefect was imported.
_PROGRAM = """
import sys
from copydesk.flows.orchestration import embedded_server
embedded_server._command = lambda port: [sys.executable, "-c", sys.argv[1], str(port)]
server = embedded_server.start()
server.wait()
from copydesk.flows.orchestration import server_process
print(server.url, server_process.answers(server.url), "prefect" in sys.modules)
import prefect.settings
print(prefect.settings.PREFECT_API_URL.value())
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Return a new Prefect folder, with no server configured. Prefect reads its settings again later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path))
        patch.setenv("PREFECT_API_URL", "")  # `start` sets this variable.
        yield tmp_path
    if "prefect" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


def test_a_server_answers_before_prefect_is_imported_and_ends_with_its_command(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, STUB],
        cwd=ROOT,
        env={**os.environ, "PREFECT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    url, answered, imported, configured = done.stdout.split()
    assert (answered, imported, configured) == ("True", "False", url)
    assert not answers(url)


def test_a_command_that_is_terminated_leaves_no_server(home: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"{_PROGRAM}\nsys.stdout.flush()\nsys.stdin.read()", STUB],
        cwd=ROOT,
        env={**os.environ, "PREFECT_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        url = command.stdout.readline().split()[0]
        command.stdout.readline()
        command.terminate()
        assert command.wait(60) == 128 + signal.SIGTERM
    assert not answers(url)


def test_a_configured_server_is_used_and_none_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert embedded_server.start() is None
    with (
        pytest.raises(NoPrefectError, match=r"127\.0\.0\.1:9/api does not answer .* --direct"),
        embedded_server.connected(None),
    ):
        pass


def test_a_server_that_ends_at_once_is_an_error_that_says_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        embedded_server, "_command", lambda _: [sys.executable, "-c", "raise SystemExit(3)"]
    )
    server = embedded_server.start()
    assert server is not None
    with pytest.raises(NoPrefectError, match=r"ended right after its start\. .* --direct"):
        server.wait()
    with embedded_server.prefect_settings.starting():  # The lock was released.
        pass
