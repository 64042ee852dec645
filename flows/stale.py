"""Flow runs whose process was killed: Prefect shows them as running for ever unless somebody says otherwise.

A process that runs the flow holds a lock on a file named after the flow run. The system lets go of
the lock when the process ends, however it ends; a file that can be locked belongs to a dead one.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from copydesk.flows import settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

_ENDED = "The process ended without a word (killed, or the machine went down). Nothing was published by halves; run again."


def folder() -> Path:
    """Where the marks are kept: beside Prefect's own record."""
    return settings.home() / "copydesk-running"


@contextlib.contextmanager
def marked(flow_run_id: UUID) -> Iterator[None]:
    """Hold the mark of a flow run while it runs."""
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / str(flow_run_id)
    with path.open("a") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def abandoned() -> list[UUID]:
    """Flow runs of this machine whose process is gone, sorted."""
    found = []
    for path in folder().glob("*") if folder().is_dir() else ():
        with contextlib.suppress(OSError, ValueError), path.open("a") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: it runs
            found.append(UUID(path.name))
    return sorted(found)


def reap(client: SyncPrefectClient) -> list[UUID]:
    """Mark abandoned flow runs as crashed, and return those that were still shown as running.

    A run that the server does not know (another server was in use then) keeps its mark.
    """
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    reaped = []
    for flow_run_id in abandoned():
        try:
            state = client.read_flow_run(flow_run_id).state
        except ObjectNotFound:
            continue
        if state is None or not state.is_final():
            client.set_flow_run_state(flow_run_id, Crashed(message=_ENDED), force=True)
            reaped.append(flow_run_id)
        (folder() / str(flow_run_id)).unlink(missing_ok=True)
    return reaped
