"""The newest run of a snapshot, and the recipe that the run followed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from copydesk.flows.warehouse.snapshot import Snapshot

_COLUMNS = ("finished_at", "recipe_sha256", "recipe", "rules_sha256", "versions")
_USED_AGAIN = ("clean", "templates", "tag", "dedup", "stories")
_NO_RUN: Mapping[str, Any] = {
    "recipe_sha256": "",
    "recipe": "",
    "rules_sha256": "",
    "versions": "{}",
}


def last_run(snapshot: Snapshot) -> Mapping[str, Any]:
    """Return recipe, rules and versions of the newest run, or empty texts if there is no run.

    A maintenance run that has no recipe of its own records that of the run before it. So the newest
    run, of any kind, has the recipe that is in use.
    """
    runs = snapshot.table("runs", list(_COLUMNS)).sort_by("finished_at").to_pylist()
    return runs[-1] if runs else _NO_RUN


def n_under_other_recipe(snapshot: Snapshot | None, recipe: str) -> int:
    """Return how many rows of `articles` `reprocess` would decide about with other options.

    `recipe` is a resolved recipe as TOML. Each source may have a recipe that names its own fields,
    so only the sections count that `reprocess` uses.
    """
    if snapshot is None:
        return 0
    runs = snapshot.table("runs", ["run_id", "recipe"])
    used = _used_again(recipe)
    is_same = {text: _used_again(text) == used for text in runs["recipe"].unique().to_pylist()}
    other = [run["run_id"] for run in runs.to_pylist() if not is_same[run["recipe"]]]
    if not other:
        return 0
    is_other = pc.field("run_id").isin(pa.array(other, pa.string()))
    return int(snapshot.dataset("articles").count_rows(filter=is_other))


def _used_again(recipe: str) -> list[object]:
    """The sections of a recipe that `reprocess` uses."""
    sections = tomllib.loads(recipe)
    return [sections.get(name) for name in _USED_AGAIN]
