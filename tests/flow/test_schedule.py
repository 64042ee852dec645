"""`copydesk schedule` from start to stop.

What is due runs, also after the machine slept or the server was lost, and after a kill. The tests
on a real Prefect server share one server. They run in the order of this file, from the first start
to the clean end.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from copydesk.flows.ingest import ingest
from copydesk.flows.orchestration import prefect_settings, schedule
from copydesk.flows.orchestration.overlapping import SKIPPED
from copydesk.flows.warehouse import Warehouse
from copydesk.flows.warehouse.checks import verify

ROOT = Path(__file__).resolve().parents[2]
WATCH = ROOT / "tests" / "flow" / "watch"
SEEDS = str(ROOT / "seeds")
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
LOOPBACK = ("127.0.0.1", "'localhost'", "'::1'")

T = TypeVar("T")


class Served:
    """`copydesk schedule` as a process, and the server that it talks to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.talked = folder / "talked"
        self.environ = {
            **os.environ,
            "PREFECT_HOME": str(folder / "prefect"),
            "COPYDESK_WATCH": str(self.talked),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "600",  # for busy machines
            "PREFECT_RUNNER_POLL_FREQUENCY": "2",  # seconds, because the tests wait for it
            "PYTHONPATH": os.pathsep.join([str(WATCH), str(ROOT)]),
        }
        # Telemetry is off because we turn it off, not because this machine does.
        for name in (
            "DO_NOT_TRACK",
            "CI",
            "PREFECT_SERVER_ANALYTICS_ENABLED",
            "PREFECT_API_URL",
            "PREFECT_API_DATABASE_CONNECTION_URL",
            "PREFECT_SERVER_DATABASE_CONNECTION_URL",
        ):
            self.environ.pop(name, None)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and wait until it says that it is ready."""
        command = [
            sys.executable,
            "-m",
            "copydesk.flows.cli",
            "schedule",
            "--cron",
            "0 6 * * *",
            "--port",
            str(self.port),
        ]
        said = self.log().count("Stop ")
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen(
                [*command, "--warehouse", str(self.folder / "wh"), "--workers", "1", SEEDS],
                env=self.environ,
                stdout=out,
                stderr=out,
                cwd=ROOT,
            )
        self.wait(lambda: self.log().count("Stop ") > said)

    def log(self) -> str:
        """Return what the process has printed."""
        return (self.folder / "log").read_text() if (self.folder / "log").exists() else ""

    def ask(self, path: str, **body: Any) -> Any:
        """Return the server's answer to a POST."""
        return asked(f"http://127.0.0.1:{self.port}/api{path}", json.dumps(body).encode())

    def run(self, warehouse: str = "wh", **body: Any) -> str:
        """Make a flow run of the deployment; return its id."""
        (deployment,) = self.ask("/deployments/filter")
        parameters = {"inputs": [SEEDS], "warehouse": str(self.folder / warehouse), "workers": 1}
        return str(
            self.ask(
                f"/deployments/{deployment['id']}/create_flow_run", parameters=parameters, **body
            )["id"]
        )

    def state(self, flow_run: str) -> dict[str, Any]:
        """Return the state of a flow run, as the server knows it."""
        state: dict[str, Any] = asked(f"http://127.0.0.1:{self.port}/api/flow_runs/{flow_run}")[
            "state"
        ]
        return state

    def end(self, flow_run: str) -> dict[str, Any]:
        """Wait until a flow run has ended; return its last state."""
        return self.wait(
            lambda: state if (state := self.state(flow_run))["type"] in FINAL else None
        )

    def wait(self, what: Callable[[], T | None], *, every: float = 0.3, seconds: float = 700) -> T:
        """Wait for a result and return it.

        A server that is not up yet may still come. A process that has ended is an error.
        """
        assert self.process is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log()
            try:
                if found := what():
                    return found
            except OSError:
                pass
            time.sleep(every)
        raise AssertionError(f"no result within {seconds} s:\n{self.log()}")

    def freeze(self, flow_run: str, *, at: Callable[[], bool] | None = None) -> list[int]:
        """Stop the processes of a flow run once they have come this far; return their ids."""
        assert self.process is not None
        parent = self.process.pid
        if at is not None:
            self.wait(at, every=0.01)
        pids = self.wait(lambda: sorted({*children(parent)} - {*servers(self.port)}))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        assert self.state(flow_run)["type"] not in FINAL, "the run ended before it could be stopped"
        return pids

    def begun(self, warehouse: str) -> Callable[[], bool]:
        """Whether a run has begun to stage its work in a warehouse that was new."""
        return lambda: any((self.folder / warehouse / "staging").glob("*/run.json"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
    for _ in range(20):
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            # On a busy machine the database of the server is locked now and then. The server's own
            # clients try again too.
            if error.code != 503:
                raise
            time.sleep(1)
    raise AssertionError(f"{url} stays unavailable")


def processes() -> dict[int, tuple[int, str]]:
    """Return the parent and the command of every process, by id."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 2) for line in listed.splitlines())
    return {int(row[0]): (int(row[1]), row[2] if len(row) > 2 else "") for row in rows}


def children(parent: int) -> list[int]:
    return [pid for pid, (of, _) in processes().items() if of == parent]


def servers(port: int) -> list[int]:
    return [
        pid
        for pid, (_, command) in processes().items()
        if "server start" in command and str(port) in command
    ]


def resume(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def rows(warehouse: Path) -> dict[str, int]:
    """Rows by table of a warehouse that is whole."""
    store = Warehouse.open(warehouse)
    assert [fault.sentence for fault in verify.faults(store)] == []
    return dict(store.snapshot("current").counts)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> Iterator[Served]:
    here = Served(tmp_path_factory.mktemp("schedule"))
    (here.folder / "prefect").mkdir()
    shutil.copy(prefect_database, here.folder / "prefect")
    here.start()
    yield here
    assert here.process is not None
    for pid in {here.process.pid, *children(here.process.pid), *servers(here.port)}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.flow
def test_the_server_listens_only_on_loopback_and_plans_runs(served: Served) -> None:
    assert "started here, stops with this command" in served.log()
    (deployment,) = served.ask("/deployments/filter")
    assert (deployment["name"], deployment["tags"]) == ("default", ["copydesk"])
    assert deployment["parameters"]["inputs"] == [SEEDS]
    # With a version of SQLAlchemy that Prefect does not support, the plan stays empty.
    served.wait(lambda: served.ask("/flow_runs/filter"))
    assert not answers_at(own_address(), served.port)


@pytest.mark.flow
def test_a_tick_during_a_run_is_skipped_and_a_run_started_by_hand_waits(served: Served) -> None:
    slow = served.run()
    pids = served.freeze(slow)
    by_hand = served.run()
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    due = {"type": "SCHEDULED", "state_details": {"scheduled_time": long_ago}}
    tick = served.end(served.run(state=due))
    assert (tick["type"], tick["message"]) == ("CANCELLED", SKIPPED)
    resume(pids)
    assert served.end(slow)["type"] == "COMPLETED", served.log()
    assert served.end(by_hand)["type"] == "COMPLETED", served.log()
    assert rows(served.folder / "wh")["articles"] == 5


@pytest.mark.flow
def test_every_process_of_a_schedule_talks_only_to_loopback(served: Served) -> None:
    talked = set(served.talked.read_text().splitlines())
    assert any("127.0.0.1" in whom for whom in talked), "the watch saw no connection at all"
    assert {whom for whom in talked if not any(name in whom for name in LOOPBACK)} <= {"None"}


@pytest.mark.flow
def test_only_one_of_the_runs_that_a_sleeping_machine_missed_runs(served: Served) -> None:
    assert served.process is not None
    served.process.send_signal(signal.SIGSTOP)
    late = [(datetime.now(UTC) - timedelta(hours=n)).isoformat() for n in range(1, 4)]
    missed = [
        served.run(state={"type": "SCHEDULED", "state_details": {"scheduled_time": at}})
        for at in late
    ]
    served.process.send_signal(signal.SIGCONT)
    ends = [served.end(flow_run)["type"] for flow_run in missed]
    assert sorted(ends) == ["CANCELLED", "CANCELLED", "COMPLETED"]


@pytest.mark.flow
def test_a_server_lost_in_the_middle_is_started_again_and_the_run_goes_on(served: Served) -> None:
    flow_run = served.run("lost")
    pids = served.freeze(flow_run, at=served.begun("lost"))
    (server,) = servers(served.port)
    os.kill(server, signal.SIGKILL)
    resume(pids)
    assert served.end(flow_run)["type"] == "COMPLETED", served.log()
    assert "The Prefect server ended; starting it again." in served.log()
    assert rows(served.folder / "lost")["articles"] == 5


@pytest.mark.flow
def test_after_a_kill_the_next_start_says_so_and_the_next_run_goes_on(served: Served) -> None:
    flow_run = served.run("killed")
    pids = served.freeze(flow_run, at=served.begun("killed"))
    assert served.process is not None
    served.process.kill()
    served.process.wait()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    served.start()
    assert "already running" in served.log()
    state = served.end(flow_run)
    assert state["type"] == "CRASHED"
    assert "ended before it could tell this server" in state["message"]
    assert served.end(served.run("killed"))["type"] == "COMPLETED", (
        "the lock or the place was not free"
    )
    assert rows(served.folder / "killed")["articles"] == 5
    assert not served.begun("killed")()


@pytest.mark.flow
def test_sigterm_is_a_clean_end_and_the_schedule_waits(served: Served) -> None:
    assert served.process is not None
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(300) == 0, served.log()
    assert "Stopped." in served.log()
    (deployment,) = served.ask("/deployments/filter")
    assert deployment["paused"]


STUB = """
import http.server, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have made it ignored
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"true")
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a port, and a server for it that starts at once."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr(schedule, "_CHECK_SECONDS", 0.05)
    monkeypatch.setattr(schedule, "_command", lambda port: [sys.executable, "-c", STUB, str(port)])
    return free_port()


def test_a_server_of_our_own_stops_with_us_and_is_started_again_before_that(stub: int) -> None:
    said: list[str] = []
    with schedule.server(port=stub, tell=said.append) as server:
        assert server.origin == "started"
        (pid,) = [
            pid
            for pid, (parent, command) in processes().items()
            if parent == os.getpid() and str(stub) in command
        ]
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not (len(said) == 2 and schedule.answers(server.url)) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert said[1] == "The Prefect server ended; starting it again. A run in progress continues."
    assert not schedule.answers(server.url)


def test_a_server_that_runs_is_used_and_left_alone(stub: int) -> None:
    other = subprocess.Popen([sys.executable, "-c", STUB, str(stub)])
    try:
        while not schedule.answers(f"http://127.0.0.1:{stub}/api"):
            time.sleep(0.05)
        with schedule.server(port=stub) as server:
            assert server.origin == "attached"
        assert schedule.answers(server.url)
    finally:
        other.kill()
        other.wait()


def test_a_configured_server_that_is_away_is_named_with_what_to_do(
    stub: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{stub}/api")
    with (
        pytest.raises(
            prefect_settings.NoPrefectError,
            match=r"does not answer. Start it .* or unset PREFECT_API_URL",
        ),
        schedule.server(),
    ):
        pass


class Losing:
    """A runner that loses its server at the first start and ends normally at the second."""

    n_starts = 0

    async def start(self) -> None:
        Losing.n_starts += 1
        if Losing.n_starts == 1:
            raise RuntimeError("Service exceeded error threshold.")  # as the runner of Prefect does


def serve_losing(monkeypatch: pytest.MonkeyPatch, answers: list[bool]) -> list[str]:
    """Serve with that runner and a server that answers so; return what is said."""
    said: list[str] = []
    Losing.n_starts = 0
    monkeypatch.setattr(schedule, "_runner", lambda *_, **__: Losing())
    monkeypatch.setattr(schedule, "_reaping", contextlib.nullcontext)
    monkeypatch.setattr(schedule, "answers", lambda _: answers.pop(0))
    deployment = schedule.Deployment(flow=ingest, parameters={}, cron="0 6 * * *")
    schedule.serve(deployment, api="http://127.0.0.1:9/api", tell=said.append)
    return said


def test_a_server_that_went_away_is_waited_for(stub: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said = serve_losing(monkeypatch, [False, False, False, True])
    assert said == [
        "The Prefect server at http://127.0.0.1:9/api does not answer; waiting until it does."
    ]
    assert Losing.n_starts == 2


def test_a_runner_that_fails_although_the_server_answers_is_an_error(
    stub: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RuntimeError, match="threshold"):
        serve_losing(monkeypatch, [True])


def test_the_watch_sees_a_connection_elsewhere(tmp_path: Path) -> None:
    code = "import socket; s = socket.socket(); s.settimeout(0.01); s.connect_ex(('192.0.2.1', 9))"
    environ = {**os.environ, "COPYDESK_WATCH": str(tmp_path / "talked"), "PYTHONPATH": str(WATCH)}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert "192.0.2.1" in (tmp_path / "talked").read_text()


def own_address() -> str:
    """Return an address of this machine other than loopback, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # This sends nothing: it only asks the system which address it would use.
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network at all
            return "192.0.2.1"
        return str(probe.getsockname()[0])


def answers_at(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((address, port)) == 0
