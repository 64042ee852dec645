"""Set Prefect's options before it is imported: no usage data, long time limits, little output.

These are only defaults. The environment and the active Prefect profile take precedence, and if
either of them names a server, that server is used.
"""

from __future__ import annotations

import contextlib
import os
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.flows.support import file_lock

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

PRIVATE = {
    # Otherwise the server sends usage data to Prefect once a day.
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",  # Otherwise the client does so on a terminal.
}
# The embedded server starts in 6 to 12 s, or longer under load. After Prefect's default of 20 s it
# would be left as an orphan.
PATIENT = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"}
# Otherwise each event that finds no server prints three kilobytes.
BRIEF = {"PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL"}
# At this level nothing is printed. Prefect and our own summary record what happened.
QUIET = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}


class NoPrefectError(RuntimeError):
    """Prefect's server or its database cannot be used. The message says what to do."""


def prepare(*, quiet: bool, environ: MutableMapping[str, str] = os.environ) -> None:
    """Set the defaults.

    This must be called before Prefect is imported, because Prefect reads the environment only once.
    """
    chosen = profile(environ)
    for name, value in {**PRIVATE, **PATIENT, **BRIEF, **(QUIET if quiet else {})}.items():
        if name not in chosen:
            environ.setdefault(name, value)


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """Prefect's folder: $PREFECT_HOME, or else ~/.prefect."""
    return Path(environ.get("PREFECT_HOME") or "~/.prefect").expanduser()


def profile(environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The settings of the active Prefect profile, or an empty mapping if there is none."""
    path = Path(
        environ.get("PREFECT_PROFILES_PATH") or home(environ) / "profiles.toml"
    ).expanduser()
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
    # If the file is absent, there is nothing to read. If it is broken, Prefect itself reports it.
    except (OSError, ValueError):
        return {}
    active = environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    settings = profiles.get("profiles", {}).get(active, {})
    return {str(name): str(value) for name, value in settings.items()}


@contextlib.contextmanager
def connected() -> Iterator[SyncPrefectClient]:
    """A client of a running Prefect API: the configured server, or else the embedded one.

    Only one process at a time may start on a Prefect home. Otherwise two that find no database both
    create it, and one of them fails. The lock is released when the server answers, before the run.
    The heartbeat is off in the context, because it adds a second to each run and nothing here reads
    it.

    Raises NoPrefectError.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    with (
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        contextlib.ExitStack() as stack,
    ):
        configured = PREFECT_API_URL.value()
        with starting():
            try:
                client = stack.enter_context(get_client(sync_client=True))
                fault = client.api_healthcheck()
            except RuntimeError as error:  # The embedded server did not start.
                raise NoPrefectError(_advice(configured, error)) from error
        if fault is not None:
            raise NoPrefectError(_advice(configured, fault)) from fault
        yield client


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Let only one process at a time into this block, by a file lock in Prefect's folder.

    Raises NoPrefectError.
    """
    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "copydesk-start.lock").open("a")
    except OSError as error:
        raise NoPrefectError(
            f"Prefect keeps its record in {folder}, which cannot be written ({error.strerror}). "
            "Set PREFECT_HOME to a folder that you can write to, or run without Prefect: `copydesk ingest --direct`"
        ) from error
    with lock:
        file_lock.lock(lock, wait=True)
        yield


def _advice(configured: str | None, fault: Exception) -> str:
    if configured:
        return (
            f"the Prefect server at {configured} does not answer ({type(fault).__name__}). Start it (prefect server start), "
            "use the embedded one (unset PREFECT_API_URL), or run without Prefect: `copydesk ingest --direct`"
        )
    return (
        f"the embedded Prefect server did not start: {fault}. Run the command again, or run without Prefect: "
        "`copydesk ingest --direct`"
    )
