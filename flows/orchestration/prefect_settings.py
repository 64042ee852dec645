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

from copydesk.flows.support import file_lock

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


def configured_server(environ: Mapping[str, str] = os.environ) -> str | None:
    """The API address of the server that the environment or the active profile names."""
    return environ.get("PREFECT_API_URL") or profile(environ).get("PREFECT_API_URL")


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
