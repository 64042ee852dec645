"""The embedded Prefect server of one command, which starts while the command imports Prefect.

Prefect can start it too, but imports its whole server into the process of the client first, and the
two processes then load one after the other. That costs a fifth of the CPU and a third of the time
of a small run. The command here is the one of `prefect.server.api.server.SubprocessASGIServer`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copydesk.flows.orchestration import prefect_settings, server_process

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

# No pages for a browser, and none of the services that schedule runs.
_EMBEDDED = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
}
_STOP_SECONDS = 5  # seconds until the server is killed, as in Prefect; its database survives that


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that may not answer yet. `lock` is closed as soon as it does."""

    url: str
    process: subprocess.Popen[bytes]
    lock: contextlib.ExitStack

    def wait(self) -> None:
        """Wait until the server answers. Raises NoPrefectError."""
        with self.lock:
            try:
                server_process.wait(self.url, self.process)
            except server_process.StartFailed as error:
                _stop(self.process)
                raise prefect_settings.NoPrefectError(
                    f"the embedded Prefect server {error}. Run the command again, or run without "
                    "Prefect: `copydesk ingest --direct`"
                ) from error


def start() -> EmbeddedServer | None:
    """Start the embedded server and let Prefect use it, or return None if a server is configured.

    Call this before Prefect is imported, and after `prefect_settings.prepare`. The server stops when
    this process ends, after Prefect has sent what it still has to send. Only one process at a time
    may start on a Prefect home. Otherwise two that find no database both create it, and one of them
    fails. The lock is released when the server answers, before the run.

    Raises NoPrefectError if Prefect's folder cannot be written.
    """
    if prefect_settings.configured_server():
        return None
    with contextlib.ExitStack() as lock:
        lock.enter_context(prefect_settings.starting())
        port = _free_port()
        process = subprocess.Popen(_command(port), env={**os.environ, **_EMBEDDED})
        atexit.register(_stop, process)
        _exit_on_sigterm()
        server = EmbeddedServer(
            f"http://{server_process.LOOPBACK}:{port}/api", process, lock.pop_all()
        )
    os.environ["PREFECT_API_URL"] = server.url
    if "prefect" in sys.modules:  # Prefect reads the environment only once.
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()
    return server


@contextlib.contextmanager
def connected(server: EmbeddedServer | None) -> Iterator[SyncPrefectClient]:
    """A client of the embedded server, or of the configured one if it is None.

    The heartbeat is off in the context, because it adds a second to each run and nothing here reads
    it. Raises NoPrefectError.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    if server is not None:
        server.wait()
    with (
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        get_client(sync_client=True) as client,
    ):
        if fault := client.api_healthcheck():
            raise prefect_settings.NoPrefectError(
                f"the Prefect server at {str(client.api_url).rstrip('/')} does not answer "
                f"({type(fault).__name__}). Start it (prefect server start), use the embedded one "
                "(unset PREFECT_API_URL), or run without Prefect: `copydesk ingest --direct`"
            ) from fault
        yield client


def _command(port: int) -> list[str]:
    application = "prefect.server.api.server:create_app"
    return [
        *(sys.executable, "-m", "uvicorn", "--factory", application),
        *("--host", server_process.LOOPBACK, "--port", str(port)),
        *("--log-level", "error", "--lifespan", "on"),
    ]


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind((server_process.LOOPBACK, 0))
        return int(chosen.getsockname()[1])


def _exit_on_sigterm() -> None:
    """Let SIGTERM end this process as an exit does. Otherwise the server would be left running."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
