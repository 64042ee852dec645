"""The newest run of a snapshot, and the recipe that the run followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

if TYPE_CHECKING:
    from copydesk.flows.warehouse.snapshot import Snapshot

_COLUMNS = ("finished_at", "recipe_sha256", "recipe", "rules_sha256", "versions")
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


def n_under_other_recipe(snapshot: Snapshot | None, recipe_sha256: str) -> int:
    """Return how many rows of `articles` were written by a run under another recipe."""
    if snapshot is None:
        return 0
    runs = snapshot.table("runs", ["run_id", "recipe_sha256"])
    other = runs.filter(pc.not_equal(runs["recipe_sha256"], recipe_sha256))["run_id"]
    if not len(other):
        return 0
    is_other = pc.field("run_id").isin(other.combine_chunks())
    return int(snapshot.dataset("articles").count_rows(filter=is_other))
