"""A Prefect database that has its tables already."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.flows.support import file_lock


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a Prefect database without runs, to be copied.

    Making the tables takes 8 s of CPU, so one process makes them for all. `make wheel` starts a
    server without a database.
    """
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":  # pytest-xdist gives each of its processes a folder in a shared one
        shared = shared.parent
    home, made = shared / "prefect-home", shared / "prefect-home" / "made"
    home.mkdir(exist_ok=True)
    with file_lock.locked(shared / "prefect.lock", wait=True):
        if not made.exists():
            subprocess.run(
                [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
                env={"PATH": os.environ["PATH"], "HOME": str(home), "PREFECT_HOME": str(home)},
                capture_output=True,
                check=True,
            )
            made.touch()
    return home / "prefect.db"
