"""Serve the flow on a schedule: find or start a Prefect server, register the flow, wait for runs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from copydesk.flows.orchestration import (
    crashed_runs,
    overlapping,
    prefect_settings,
    server_process,
)
from copydesk.flows.orchestration.server_process import LOOPBACK, answers
from copydesk.flows.support import file_lock

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.runner import Runner

PORT = 4200  # Prefect's default, which its command line and bookmarks use
_STOP_SECONDS = 20  # seconds until the server is killed; its database survives that
_CHECK_SECONDS = 2.0  # seconds between two checks that the server runs; arbitrary
# Seconds. Prefect's runner polls every ten seconds, so if it ends sooner, the server is not the cause.
_GIVES_UP_IN = 15.0
# Seconds between two searches for dead runs; arbitrary, as a schedule counts in minutes.
_REAP_SECONDS = 30.0


class AlreadyServedError(RuntimeError):
    """Another process serves this deployment from the same Prefect folder."""


@dataclass(frozen=True, slots=True)
class Server:
    """A Prefect API and its origin: configured, attached or started."""

    url: str
    origin: str


@contextlib.contextmanager
def server(*, port: int = PORT, tell: Callable[[str], None] = print) -> Iterator[Server]:
    """Return a Prefect server: the configured one, one that runs on loopback, or a new one there.

    A server that was started here stops when the context ends. Other servers keep running. Raises
    NoPrefectError if no server answers.
    """
    configured = prefect_settings.configured_server()
    url = configured or f"http://{LOOPBACK}:{port}/api"
    if answers(url):
        yield Server(url, "configured" if configured else "attached")
        return
    if configured:
        raise prefect_settings.NoPrefectError(
            f"the Prefect server at {url} does not answer. Start it (prefect server start), or unset PREFECT_API_URL "
            "and let this command start one on loopback"
        )
    tell(f"Starting a Prefect server on {LOOPBACK}:{port} (about ten seconds)")
    with _started(url, port, tell):
        yield Server(url, "started")


@contextlib.contextmanager
def _started(url: str, port: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Start a server and wait until it answers. If it ends during the context, start it again."""
    running = [_spawned(url, port)]
    over = threading.Event()

    def keep() -> None:
        while not over.wait(_CHECK_SECONDS):
            if running[0].poll() is not None:
                tell("The Prefect server ended; starting it again. A run in progress continues.")
                with contextlib.suppress(prefect_settings.NoPrefectError):
                    # The next check tries again.
                    running[0] = _spawned(url, port, over)

    keeper = threading.Thread(target=keep, name="copydesk-server", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        _stop(running[0])


def _spawned(url: str, port: int, over: threading.Event | None = None) -> subprocess.Popen[bytes]:
    log = prefect_settings.home() / "copydesk-server.log"
    # The pages of the UI send their requests to this address. By default that is port 4200, even if
    # the server uses another port.
    environ = {**os.environ, "PREFECT_API_URL": url, "PREFECT_UI_API_URL": url}
    with prefect_settings.starting(), log.open("ab") as out:
        # The server gets its own session, so that Ctrl-C reaches only this process, which stops the
        # server after the runs.
        process = subprocess.Popen(
            _command(port),
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=environ,
        )
        try:
            server_process.wait(url, process, is_over=over.is_set if over else lambda: False)
        except server_process.StartFailed as error:
            _stop(process)
            raise prefect_settings.NoPrefectError(
                f"the Prefect server {error}; {log.name} says why. "
                f"If port {port} is in use, choose another with --port"
            ) from error
        except BaseException:
            _stop(process)
            raise
    return process


def _command(port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        LOOPBACK,
        "--port",
        str(port),
        "--analytics-off",
    ]


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # makes uvicorn shut down cleanly
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A flow with its parameters and its schedule. Prefect names it `copydesk-ingest/<name>`."""

    flow: Flow[..., Any]
    parameters: Mapping[str, Any]
    cron: str
    timezone: str = "UTC"
    name: str = "default"


def serve(
    deployment: Deployment,
    *,
    api: str,
    ready: Callable[[], None] = lambda: None,
    tell: Callable[[str], None] = print,
) -> None:
    """Register the deployment with the server at `api`, and execute its runs until interrupted.

    One run is executed at a time. A scheduled run that is due during another one is skipped,
    because that one or the next processes everything that is new. Runs that a person starts wait
    for their turn. If the server does not answer, this waits for it. On a clean end the schedule is
    paused, and the next start resumes it. Raises AlreadyServedError.
    """
    import asyncio

    from httpx import HTTPError
    from prefect.settings import PREFECT_API_URL, temporary_settings

    # A shell makes background commands ignore SIGINT. Then nothing could stop this command cleanly.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        _sole(deployment.name),
        temporary_settings({PREFECT_API_URL: api}),
        contextlib.suppress(KeyboardInterrupt),
        _reaping(deployment.name),
    ):
        while True:
            begun = time.monotonic()
            try:
                runner = _runner(deployment)
                ready()
                asyncio.run(runner.start())
                return
            # Prefect's runner gives up on a server after three tries, with one of these errors.
            except (HTTPError, RuntimeError, ExceptionGroup):
                if answers(api) and time.monotonic() - begun < _GIVES_UP_IN:
                    raise
            tell(f"The Prefect server at {api} does not answer; waiting until it does.")
            while not answers(api):
                time.sleep(_CHECK_SECONDS)


def _runner(deployment: Deployment) -> Runner:
    """Return a runner with the deployment registered."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.runner import Runner
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    class Interruptible(Runner):
        def handle_sigterm(self, *_: Any, **__: Any) -> None:
            """Stop as after Ctrl-C. Prefect's own handler would not wait for the clean-up."""
            os.kill(os.getpid(), signal.SIGINT)

    # The number of runs is limited on the server (below), not here. With a limit here, runs that
    # are due would wait without being seen for a free slot, and after a laptop has slept for a
    # weekend they would start one after another.
    runner = Interruptible(name=deployment.name, limit=None, pause_on_shutdown=True)
    runner.add_flow(
        deployment.flow,
        name=deployment.name,
        schedule=Cron(deployment.cron, timezone=deployment.timezone),
        parameters=dict(deployment.parameters),
        tags=["copydesk"],
        description="Ingest every document that the warehouse does not have yet. So a missed run loses nothing.",
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
        ),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return runner


@contextlib.contextmanager
def _reaping(name: str) -> Iterator[None]:
    """Mark dead runs as crashed and skip overlapping ones, now and until the context ends.

    If a run ended while the server did not answer, Prefect still shows it as running, and every
    later run would wait or be skipped.
    """
    over = threading.Event()
    context = copy_context()  # the thread needs the settings of this context

    def reap() -> None:
        from httpx import HTTPError
        from prefect.client.orchestration import get_client

        reaped_at = -inf
        while not over.is_set():
            # The server does not answer at the moment. The next check will find the same runs.
            with contextlib.suppress(HTTPError), get_client(sync_client=True) as client:
                overlapping.skip_overlapping(client, deployment=name)
                if time.monotonic() - reaped_at > _REAP_SECONDS or crashed_runs.over():
                    crashed_runs.reap(client)
                    reaped_at = time.monotonic()
            over.wait(_CHECK_SECONDS)

    reaper = threading.Thread(target=context.run, args=(reap,), name="copydesk-reaper", daemon=True)
    reaper.start()
    try:
        yield
    finally:
        over.set()
        reaper.join(_STOP_SECONDS)


@contextlib.contextmanager
def _sole(name: str) -> Iterator[None]:
    prefect_settings.home().mkdir(parents=True, exist_ok=True)
    with (prefect_settings.home() / f"copydesk-schedule-{name}.lock").open("a") as lock:
        try:
            file_lock.lock(lock)
        except BlockingIOError as error:
            raise AlreadyServedError(
                f"copydesk-ingest/{name} is already served by another process. Stop that one, or choose another --name"
            ) from error
        yield
