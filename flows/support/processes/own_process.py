"""Settings of a process that belongs to copydesk alone, as the process of a command does.

A library must not change the process of its caller, so `copydesk.ingest` does none of this.
"""

from __future__ import annotations

import gc
import os

from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.worker_loop import HiddenLibraries


def claim() -> None:
    """Make the process lean: one thread for each library, no imports that no command uses, workers by fork.

    Call it before numpy and Arrow are loaded: they read the environment once.
    """
    for name, value in sandbox.ONE_THREAD.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(50_000, 20, 20)  # loading Prefect makes a million objects, and no garbage
    HiddenLibraries.install("pandas")
    sandbox.allow_forks()
