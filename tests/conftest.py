"""Settings for all tests: the workers of a run are forks of the test's process."""

from __future__ import annotations

import atexit
import gc

import pytest

from copydesk.flows.support.processes import sandbox

# The other threads of a test process belong to pytest-xdist, and no worker needs them.
sandbox.allow_forks(beside_threads=True, prepare_here=True)

#: The files that take longest. They begin first, so that the processes of pytest-xdist end together.
LONGEST = (
    "tests/flow/test_schedule.py",
    "tests/flow/test_doc_commands.py",
    "tests/dask/test_apart.py",
    "tests/dask/test_cluster.py",
    "tests/hostile/test_properties.py",
    "tests/clean/test_rules_in_articles.py",
    "tests/clean/test_rules.py",
    "tests/hostile/test_linear.py",
)


def _turn(item: pytest.Item) -> int:
    file = item.nodeid.split("::")[0]
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Keep the collected tests and all modules out of garbage collections, which would take .3 s."""
    gc.freeze()
    atexit.register(gc.unfreeze)
