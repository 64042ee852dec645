"""What a run hands over to be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.rewrite import Staged


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step from a snapshot to the next.

    `parent`: id of the snapshot the change was computed against, None for an empty warehouse.
    `run`: the row of `runs`; counts that are left out are 0. `inserts`: new rows by table, as
    Arrow tables or staged Parquet files, in any order; months and files are worked out here.
    `deletes`, by table: ids (the table's doc_id; for `pairs` either side; for `stories` story_id),
    or a table whose rows name what goes by equality of its columns, or EVERYTHING.
    `updates`, by table (articles, duplicates, quarantined, stories): rows of the table's id and new
    values of other columns, for rows that stand there and keep their month. `index_files`: staged files by the name they get under
    `index/`; `index_keep`: names of the parent's that stay, None for all. `inputs`: the record of what was read
    (columns of `snapshot.INPUTS`), as a table or staged Parquet; None keeps the parent's.
    """

    parent: str | None
    run: Mapping[str, Any]
    inserts: Mapping[str, Sequence[Staged]] = field(default_factory=dict)
    deletes: Mapping[str, object] = field(default_factory=dict)
    updates: Mapping[str, pa.Table] = field(default_factory=dict)
    index_files: Mapping[str, Path] = field(default_factory=dict)
    index_keep: Sequence[str] | None = None
    inputs: pa.Table | Path | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


COUNTS = (
    "n_read",
    "n_articles",
    "n_duplicates",
    "n_rejected",
    "n_quarantined",
    "n_known",
    "n_revisions",
    "n_moved",
)


def run_row(run: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `runs` with absent counts as 0; raises InvalidChange where the counts do not balance."""
    row = {**dict.fromkeys(COUNTS, 0), **run}
    accounted = sum(
        row[name]
        for name in ("n_articles", "n_duplicates", "n_rejected", "n_quarantined", "n_known")
    )
    if row["n_read"] != accounted:
        parts = ", ".join(f"{name[2:]} {row[name]}" for name in COUNTS[1:6])
        raise InvalidChange(
            f"run {row['run_id']} read {row['n_read']} documents and accounts for {accounted} ({parts})"
        )
    return row
