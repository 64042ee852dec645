"""Settings for a process that runs only copydesk, such as the process of a command.

A library must not change its caller's process, so `copydesk.ingest` makes none of these settings.
"""

from __future__ import annotations

import gc
import os

from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.worker_loop import HiddenLibraries


def claim() -> None:
    """Make the process small: one thread for each library, no unused imports, and forked workers.

    Call it before numpy and Arrow are imported, because they read the environment once.
    """
    for name, value in sandbox.ONE_THREAD.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(50_000, 20, 20)  # Importing Prefect creates a million objects and no garbage.
    HiddenLibraries.install("pandas")
    sandbox.allow_forks()
