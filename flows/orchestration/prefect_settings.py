"""How Prefect is set before it is imported: private, patient, and quiet on a terminal.

Everything here is a default. The environment and the active Prefect profile have precedence, and a
server that one of them names is used.
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
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # else the server reports to Prefect once a day
    "DO_NOT_TRACK": "1",  # else the client does, when it runs on a terminal
}
# The embedded server needs 6 to 12 s, more under load; after the 20 s that Prefect allows it is left an orphan.
PATIENT = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"}
# Else each event that finds no server prints three kilobytes.
BRIEF = {"PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL"}
# At this level nothing is printed: what happened is on record in Prefect and in our own summary.
QUIET = {
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}


class NoPrefectError(RuntimeError):
    """Prefect's server or its record cannot be used; the text says what to do."""


def prepare(*, quiet: bool, environ: MutableMapping[str, str] = os.environ) -> None:
    """Set the defaults. Call it before anything imports prefect: it reads the environment then."""
    chosen = profile(environ)
    for name, value in {**PRIVATE, **PATIENT, **BRIEF, **(QUIET if quiet else {})}.items():
        if name not in chosen:
            environ.setdefault(name, value)


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """Prefect's folder: $PREFECT_HOME, else ~/.prefect."""
    return Path(environ.get("PREFECT_HOME") or "~/.prefect").expanduser()


def profile(environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The settings of the active Prefect profile, as Prefect itself would choose it; empty when there is none."""
    path = Path(
        environ.get("PREFECT_PROFILES_PATH") or home(environ) / "profiles.toml"
    ).expanduser()
    try:
        profiles = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # absent, or broken: Prefect itself complains about the latter
        return {}
    active = environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    settings = profiles.get("profiles", {}).get(active, {})
    return {str(name): str(value) for name, value in settings.items()}


@contextlib.contextmanager
def connected() -> Iterator[SyncPrefectClient]:
    """A client of a Prefect API that answers: the configured server, else the embedded one.

    One process at a time starts on a Prefect home: two that find no database create it twice, and
    one of them dies. The lock lasts until the server answers, not during the run. Inside, the
    heartbeat is off: it adds a second to each run, and nothing watches for it here.

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
            except RuntimeError as error:  # the embedded server did not come up
                raise NoPrefectError(_advice(configured, error)) from error
        if fault is not None:
            raise NoPrefectError(_advice(configured, fault)) from fault
        yield client


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """One process at a time passes: a file lock in Prefect's folder. Raises NoPrefectError."""
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
        f"the embedded Prefect server did not start: {fault}. Run again, or without Prefect: "
        "`copydesk ingest --direct`"
    )
