"""Flow runs whose process was killed: Prefect shows them as running for ever unless somebody says otherwise.

A process that runs the flow holds a lock on a file named after the flow run. The system lets go of
the lock when the process ends, however it ends; a file that can be locked belongs to a run that is
over, and the next start asks the server whether it knows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from copydesk.flows.orchestration import prefect_settings
from copydesk.flows.support import file_lock

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

_held: dict[UUID, contextlib.ExitStack] = {}  # marks of this process, let go when it ends

_ENDED = (
    "The process ended before it could tell this server how the run went: it was killed, or the server was away. "
    "Nothing is published by halves; `copydesk status` knows what was."
)


def folder() -> Path:
    """Where the marks are kept: beside Prefect's own record."""
    return prefect_settings.home() / "copydesk-running"


@contextlib.contextmanager
def marked(flow_run_id: UUID) -> Iterator[None]:
    """Hold the mark of a flow run while it runs."""
    folder().mkdir(parents=True, exist_ok=True)
    with file_lock.locked(folder() / str(flow_run_id)):
        yield  # the file stays: only the server can say that it has heard of the end


def mark(flow_run_id: UUID) -> None:
    """Hold the mark of a flow run until this process ends: the engine tells the server after the flow is done."""
    if flow_run_id not in _held:  # a flow run that is tried again keeps its id
        _held[flow_run_id] = contextlib.ExitStack()
        _held[flow_run_id].enter_context(marked(flow_run_id))


def over() -> list[UUID]:
    """Flow runs of this machine whose process has let go of them, sorted."""
    found = []
    for path in folder().glob("*") if folder().is_dir() else ():
        # BlockingIOError, an OSError: the run still holds its mark.
        with contextlib.suppress(OSError, ValueError), file_lock.locked(path):
            found.append(UUID(path.name))
    return sorted(found)


def reap(client: SyncPrefectClient) -> list[UUID]:
    """Mark as crashed the flow runs that are over and still shown as running, and return them.

    A run that the server does not know (another server was in use then) keeps its mark.
    """
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    reaped = []
    for flow_run_id in over():
        try:
            state = client.read_flow_run(flow_run_id).state
        except ObjectNotFound:
            continue
        if state is None or not state.is_final():
            client.set_flow_run_state(flow_run_id, Crashed(message=_ENDED), force=True)
            reaped.append(flow_run_id)
        (folder() / str(flow_run_id)).unlink(missing_ok=True)
    return reaped
