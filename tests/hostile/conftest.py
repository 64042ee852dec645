"""The hostile inputs on disk, which are written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import inputs


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    inputs.write(folder)
    return folder
