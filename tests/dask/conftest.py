"""Fixtures that several runs are compared with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


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
