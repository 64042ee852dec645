"""Settings for all tests: the workers of a run are forks of the test's process."""

from __future__ import annotations

import atexit
import gc
import importlib.util
import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

from copydesk.flows.support.processes import sandbox

# The other threads of a test process belong to pytest-xdist, and no worker needs them.
sandbox.allow_forks(beside_threads=True, prepare_here=True)


class OneName(MetaPathFinder, Loader):
    """Make `transforms.tag.wire` another name of the module `copydesk.transforms.tag.wire`.

    For their doctests pytest imports the files of the folders by the first name, while the code
    imports them by the second. Without this every module, pattern and table would be loaded twice.
    Packages keep a module for each name, because an import sets an attribute of its package: with
    one module, the second import of `clean.clean` would replace the function `clean.clean`.
    """

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name.partition(".")[0] not in {"flows", "schemas", "transforms"}:
            return None
        known = importlib.util.find_spec(f"copydesk.{name}")
        if known is None or known.submodule_search_locations is not None:
            return None
        return importlib.util.spec_from_file_location(name, known.origin, loader=self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(f"copydesk.{spec.name}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Keep the module as it is: it has been executed under its own name."""
        module.__spec__ = module.__spec__ and module.__spec__.loader_state


sys.meta_path.insert(0, OneName())

# Importing all tests makes many objects and hardly any garbage.
gc.disable()

#: Files that one process of pytest-xdist runs, because they share what is slow to make: the
#: deliveries and the S3 server, the hostile inputs, and the compiled patterns of all languages.
TOGETHER = {
    "deliveries": ("tests/dask/", "tests/remote/"),
    "hostile inputs": ("tests/hostile/test_reading.py", "tests/hostile/test_stress.py"),
    "patterns": (
        "tests/clean/test_pattern",
        "tests/clean/test_rules",
        "tests/hostile/test_properties.py",
    ),
}
#: The groups and files that take longest. They begin first, so that the processes end together.
LONGEST = (
    "deliveries",
    "patterns",
    "tests/flow/test_schedule.py",
    "tests/flow/test_doc_commands.py",
    "hostile inputs",
    "tests/flow/test_ingest.py",
    "tests/hostile/test_reordering.py",
    "tests/warehouse/test_ingest_crash.py",
    "tests/hostile/test_linear.py",
)


def _scope(nodeid: str) -> str:
    """Return the group of a test, or else its file."""
    file = nodeid.partition("::")[0]
    return next((name for name, paths in TOGETHER.items() if file.startswith(paths)), file)


def _turn(item: pytest.Item) -> int:
    scope = _scope(item.nodeid)
    return LONGEST.index(scope) if scope in LONGEST else len(LONGEST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give the tests of a group to one process."""
    from xdist.scheduler import LoadFileScheduling

    class Grouped(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _scope(nodeid)

    return Grouped(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are cores, because some tests wait for servers and kills."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups and files first."""
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Keep the collected tests and all modules out of garbage collections, which would take .3 s."""
    gc.enable()
    gc.freeze()
    atexit.register(gc.unfreeze)


# A process of pytest-xdist that has reported everything ends at once, because freeing all its objects
# one by one would take 2 s and more. What is registered later for the end runs before this.
if "PYTEST_XDIST_WORKER" in os.environ:
    atexit.register(os._exit, 0)
