"""What a run publishes: new rows, changed rows, deleted rows, index files and its own `runs` row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged


class Everything:
    """The type of EVERYTHING: a change deletes all published rows of a table."""

    def __repr__(self) -> str:
        return "EVERYTHING"


EVERYTHING = Everything()

Deletion: TypeAlias = Collection[str] | pa.Array | pa.ChunkedArray | pa.Table | Everything
"""Which published rows of a table a change deletes.

- Ids, as a collection of strings or an Arrow column: the rows with one of these ids. The id is
  doc_id, in `stories` story_id, and in `pairs` the doc_id of either document.
- A table: the rows that equal one of its rows in all of its columns.
- EVERYTHING: all rows.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step from a snapshot to the next. The keys of all mappings are table names, if not stated.

    `parent`: id of the snapshot that the change was computed from, or None for an empty warehouse.
    `run`: the row of `runs`. Counts that are left out are 0.
    `inserts`: new rows in any order. The warehouse chooses their months and files.
    `deletes`: the published rows to delete. See `Deletion`.
    `updates`: for articles, duplicates, quarantined and stories. Each row has the table's id and
    new values of other columns. The id must exist in the table, and the row must keep its month.
    `index_files`: staged files by the name that they get under `index/`.
    `index_keep`: names of the parent's index files that are kept. None keeps all.
    `inputs`: the record of the files that were read, with the columns of `INPUTS`. None keeps the
    parent's.
    `refetched`: the last times of documents that were fetched again, with the columns of
    `REFETCHED`. None keeps the parent's.
    """

    parent: str | None
    run: Mapping[str, Any]
    inserts: Mapping[str, Sequence[Staged]] = field(default_factory=dict)
    deletes: Mapping[str, Deletion] = field(default_factory=dict)
    updates: Mapping[str, pa.Table] = field(default_factory=dict)
    index_files: Mapping[str, Path] = field(default_factory=dict)
    index_keep: Sequence[str] | None = None
    inputs: pa.Table | Path | None = None
    refetched: pa.Table | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ancestry:
    """The position of a snapshot that does not simply follow the snapshot it was built from.

    `rewrites`: the manifest of the snapshot that the new one replaces. The new one keeps the run of
    that manifest. `index`: the files of the index, if they do not come from a base snapshot.
    """

    parent: str | None
    sequence: int
    rewrites: Manifest | None = None
    receipts: tuple[str, ...] = ()
    index: tuple[FileEntry, ...] = ()


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
# Each document that a run reads is counted in exactly one of these.
OUTCOMES = ("n_articles", "n_duplicates", "n_rejected", "n_quarantined", "n_known")


def accounted_for(row: Mapping[str, Any]) -> int:
    """The number of documents for which a row of `runs` gives an outcome."""
    return int(sum(row[name] for name in OUTCOMES))


def run_row(run: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `runs` with 0 for absent counts.

    Raises InvalidChange if the outcomes do not add up to the documents read.
    """
    row = {**dict.fromkeys(COUNTS, 0), **run}
    accounted = accounted_for(row)
    if row["n_read"] != accounted:
        parts = ", ".join(f"{name[2:]} {row[name]}" for name in OUTCOMES)
        raise InvalidChange(
            f"run {row['run_id']} read {row['n_read']} documents but accounts for {accounted} ({parts})"
        )
    return row
