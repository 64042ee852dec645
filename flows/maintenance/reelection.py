"""Choose the kept copy of a cluster again after its kept document is deleted, by the keep policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from copydesk.flows.pipeline.deduplicate import FACTS
from copydesk.flows.recipe import recipe_of_last_run
from copydesk.schemas import document_columns
from copydesk.transforms.dedup.options import Options

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

Row = Mapping[str, Any]


class CopyRules:
    """Keep policy, relations and thresholds of a recipe, for clusters that fit into memory."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()

    @classmethod
    def of(cls, snapshot: Snapshot) -> CopyRules:
        """The rules in the recipe of the last run of a snapshot."""
        return cls(recipe_of_last_run(snapshot).dedup)

    def elect(self, members: Sequence[Row]) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """Choose the members to keep, as an ingest of these documents alone would.

        Returns their ids, best first by the keep policy, and the copy columns of the other members
        by id. `members` are rows of `duplicates` with their text.
        """
        from copydesk.transforms.dedup import find_duplicates, keep_policy, recluster

        facts = pa.Table.from_pylist([{name: row[name] for name in FACTS} for row in members])
        found = find_duplicates(
            [row["text"] for row in members],
            published_at=[row["published_at"] for row in members],
            options=replace(self.options, keep="fullest"),
        )
        decided = recluster.recluster(facts, _by_id(found.pairs, facts["doc_id"]), self.options)
        copy_columns = {row.pop("doc_id"): row for row in decided.duplicates.to_pylist()}
        for columns in copy_columns.values():
            columns["keep_reason"] += "; the one kept before was forgotten"
        rank = keep_policy.priority(keep_policy.facts_of(facts), self.options)
        ids = [members[row]["doc_id"] for row in np.argsort(rank)]
        return [doc_id for doc_id in ids if doc_id not in copy_columns], copy_columns

    def sizes(self, members: Sequence[Row]) -> dict[str, Any]:
        """The columns `document_columns.CLUSTER` of a cluster.

        `members` include the kept document.
        """
        from copydesk.transforms.dedup import keep_policy

        return dict(zip(document_columns.CLUSTER, keep_policy.counts(members), strict=True))


def _by_id(pairs: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """The pairs of `find_duplicates` as rows of the table `pairs`, with ids instead of rows."""
    for side, name in (("row_a", "doc_a"), ("row_b", "doc_b")):
        pairs = pairs.append_column(name, ids.take(pairs[side]))
    return pairs.drop_columns(["row_a", "row_b"])
