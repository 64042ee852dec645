"""Find flow runs whose process was killed, and mark them as crashed in Prefect.

Otherwise Prefect would show such a run as running forever. So a process that runs the flow locks a
file named after the flow run. The system releases the lock when the process ends for any reason. If
the file can be locked, the run is over, and the next start of copydesk asks the server for its state.
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

# The open mark files of this process. Their locks end with the process.
_marks: dict[UUID, contextlib.ExitStack] = {}

_ENDED = (
    "The process ended before it could tell this server how the run went. It was killed, or the server did not answer. "
    "A snapshot is published as a whole or not at all; `copydesk status` shows the current one."
)


def folder() -> Path:
    """The folder of the marks, next to Prefect's own record."""
    return prefect_settings.home() / "copydesk-running"


@contextlib.contextmanager
def marked(flow_run_id: UUID) -> Iterator[None]:
    """Keep the mark of a flow run locked while it runs."""
    folder().mkdir(parents=True, exist_ok=True)
    with file_lock.locked(folder() / str(flow_run_id)):
        yield  # The file stays until the server is known to have recorded the end of the run.


def mark(flow_run_id: UUID) -> None:
    """Keep the mark of a flow run locked until this process ends.

    The Prefect engine reports the end of a run to the server only after the flow has returned.
    """
    if flow_run_id not in _marks:  # A flow run that is retried has the same id.
        _marks[flow_run_id] = contextlib.ExitStack()
        _marks[flow_run_id].enter_context(marked(flow_run_id))


def over() -> list[UUID]:
    """Flow runs of this machine whose process has ended, sorted."""
    found = []
    for path in folder().glob("*") if folder().is_dir() else ():
        # The error is a BlockingIOError, a kind of OSError, if the mark of the run is still locked.
        with contextlib.suppress(OSError, ValueError), file_lock.locked(path):
            found.append(UUID(path.name))
    return sorted(found)


def reap(client: SyncPrefectClient) -> list[UUID]:
    """Mark flow runs as crashed if they are over but still shown as running, and return their ids.

    If the server does not know a run, its mark is kept, because it belongs to another server.
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
