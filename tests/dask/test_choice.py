"""Messages if the chosen engine is not available."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.engines import base

SEEDS = str(Path(__file__).parents[2] / "seeds")


@pytest.mark.parametrize("how", [["--direct"], []])
def test_without_dask_the_extra_is_named_before_anything_begins(
    how: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        base, "find_spec", lambda name: None if name == "distributed" else util.find_spec(name)
    )
    result = CliRunner().invoke(
        main, ["ingest", "--engine", "dask", "--warehouse", str(tmp_path / "w"), *how, SEEDS]
    )
    assert result.exit_code == 1
    assert "pip install 'copydesk[dask]'" in result.output
    assert not (tmp_path / "w").exists()


def test_a_scheduler_without_the_engine_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main,
        [
            "ingest",
            "--scheduler",
            "tcp://127.0.0.1:8786",
            "--warehouse",
            str(tmp_path / "w"),
            SEEDS,
        ],
    )
    assert result.exit_code == 2
    assert "--scheduler works only with --engine dask" in result.output
