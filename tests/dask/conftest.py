"""The cluster of a module, and the runs of one machine that theirs are compared with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.dask.runs import Cluster

_HAS_SERVER = all(map(find_spec, ("moto", "flask", "flask_cors", "s3fs")))
if _HAS_SERVER:
    from tests.remote.conftest import s3, server  # noqa: F401  (fixtures)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the folders of this machine and of two workers."""
    return [tmp_path_factory.mktemp(name) for name in ("here", "one", "other")]


@pytest.fixture(scope="module")
def cluster(folders: list[Path], request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """Start a scheduler and two workers, as a user would.

    Each worker has a cache that the others do not see. They know the S3 server, if there is one.
    The cluster ends with its module: idle until the end of the session, it would take more CPU than
    a second start.
    """
    from tests.dask import runs

    if _HAS_SERVER:
        request.getfixturevalue("server")
    here, *others = folders
    workers = [(folder, {"COPYDESK_CACHE": str(runs.CACHE)}) for folder in others]
    with runs.started(here, workers, options=["--nthreads", "1"]) as running:
        yield running


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two deliveries, see `runs.written`."""
    from tests.dask import runs

    return runs.written(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="session")
def alone(inputs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the warehouse that one machine makes, after each delivery."""
    from tests.dask import runs

    folder = tmp_path_factory.mktemp("alone")
    runs.deliver(inputs[0], folder / "0")
    shutil.copytree(folder / "0", folder / "1", symlinks=True)
    runs.deliver(inputs[1], folder / "1")
    return [folder / "0", folder / "1"]
