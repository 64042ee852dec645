"""Settings for a process that runs only copydesk, such as the process of a command.

A library must not change its caller's process, so `copydesk.ingest` makes none of these settings.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading

from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.worker_loop import HiddenLibraries

_is_claimed = False


def claim() -> None:
    """Make the process small: one thread for each library, no unused imports, and forked workers.

    Call it before numpy and Arrow are imported, because they read the environment once.
    """
    global _is_claimed  # noqa: PLW0603  # A process is claimed once, for all its modules.
    _is_claimed = True
    for name, value in sandbox.ONE_THREAD.items():
        os.environ.setdefault(name, value)
    atexit.register(gc.unfreeze)  # Later steps freeze what is alive (see `allocator.release`).
    gc.set_threshold(50_000, 20, 20)  # Importing Prefect creates a million objects and no garbage.
    HiddenLibraries.install("pandas")
    sandbox.allow_forks()


def is_claimed() -> bool:
    """Whether this process runs only copydesk, and so may have settings of its own."""
    return _is_claimed


def end(code: int) -> None:
    """End the process with this exit code, without freeing its objects one by one.

    That takes a third of a second of CPU after an ingest. Returns without ending the process if
    something may still want to run: other threads, Prefect, or a profiler or tracer around the
    command.
    """
    is_watched = sys.getprofile() is not None or sys.gettrace() is not None
    if is_watched or threading.active_count() > 1 or "prefect" in sys.modules:
        return
    # There is no public way to do this. A handler registered with `atexit` that calls `os._exit` would
    # skip the handlers that were registered before it.
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # The reader of the output is gone, which Python reports.
        return
    os._exit(code)
