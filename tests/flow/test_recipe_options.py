"""Every option of a recipe is typed and says why it has its default.

The recipe of the last run can be used again.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from copydesk.flows import recipe
from docs.generate import _reasons


@pytest.mark.parametrize("name", recipe.sections())
def test_every_option_of_a_section_has_its_reason(name: str) -> None:
    section = recipe.sections()[name]
    missing = {field.name for field in dataclasses.fields(section)} - _reasons(section).keys()
    assert not missing, f"[{name}] {sorted(missing)} need a docstring below the default"


@pytest.mark.parametrize("name", recipe.sections())
def test_a_recipe_has_a_typed_property_for_every_section(name: str) -> None:
    assert isinstance(getattr(recipe.Recipe, name), property)
    assert isinstance(getattr(recipe.Recipe(), name), recipe.sections()[name])


def test_the_recipe_of_the_last_run_is_that_of_a_replay_under_another_recipe() -> None:
    def run(day: int, kind: str, keep: str) -> dict[str, Any]:
        toml = f'[dedup]\nkeep = "{keep}"\n'
        at = datetime(2026, 1, day, tzinfo=UTC)
        return {"finished_at": at, "kind": kind, "recipe": toml} | dict.fromkeys(
            ("recipe_sha256", "rules_sha256", "versions"), "{}"
        )

    runs = [run(1, "ingest", "fullest"), run(3, "replay", "longest"), run(2, "forget", "fullest")]
    snapshot: Any = SimpleNamespace(
        table=lambda name, columns: pa.Table.from_pylist(runs).select(columns)
    )
    from copydesk.flows.maintenance.maintenance_run import maintenance_row
    from copydesk.flows.maintenance.reelection import CopyRules

    assert recipe.recipe_of_last_run(snapshot).dedup.keep == "longest"
    assert CopyRules.of(snapshot).options.keep == "longest"
    assert 'keep = "longest"' in maintenance_row("verify", snapshot)["recipe"]
