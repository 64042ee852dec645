"""Choose the kept copy of a cluster again after its kept document is deleted, by the keep policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from copydesk.flows.pipeline.deduplicate import FACTS
from copydesk.flows.recipe import recipe_of_last_run
from copydesk.schemas import document_columns
from copydesk.transforms.dedup.options import Options

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

Row = Mapping[str, Any]
_SIMILARITY = tuple(column.name for column in document_columns.SIMILARITY)
_SIDES = (
    ("containment_in_kept", "containment_of_kept"),
    ("distinctive_in_kept", "distinctive_of_kept"),
    ("facts_missing_in_kept", "facts_missing_of_kept"),
    ("may_go", "kept_may_go"),
)
_MIRRORED = {**dict(_SIDES), **{other: one for one, other in _SIDES}}


class CopyRules:
    """Keep policy, relations and thresholds of a recipe, for clusters that fit into memory."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()

    @classmethod
    def of(cls, snapshot: Snapshot) -> CopyRules:
        """The rules in the recipe of the last run of a snapshot."""
        return cls(recipe_of_last_run(snapshot).dedup)

    def elect(self, members: Sequence[Row]) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """Choose the members to keep.

        Returns their ids, best first, and the copy columns of the other members by id. `members`
        are rows of `duplicates` with their text. The first in the order of the keep policy is kept.
        Another member is also kept, unless by the thresholds of the recipe it is a copy of a kept
        member.
        """
        from copydesk.transforms.dedup import find_duplicates, keep_policy

        facts = keep_policy.facts_of(
            pa.Table.from_pylist([{name: row[name] for name in FACTS} for row in members])
        )
        rank = keep_policy.priority(facts, self.options)
        found = find_duplicates(
            [row["text"] for row in members],
            published_at=[row["published_at"] for row in members],
            options=replace(self.options, keep="fullest"),
        )
        related = _columns_by_direction(found.pairs, self.options)
        elected: list[int] = []
        copy_columns: dict[str, dict[str, Any]] = {}
        for row in sorted(range(len(members)), key=lambda row: int(rank[row])):
            nearest = max(
                (kept_row for kept_row in elected if (row, kept_row) in related),
                key=lambda x: float(related[row, x]["may_go"]),
                default=None,
            )
            if nearest is None:
                elected.append(row)
                continue
            why = keep_policy.reason(
                members[nearest], members[row], self.options, kept_was_published=True
            )
            kept = members[nearest]["doc_id"]
            copy_columns[members[row]["doc_id"]] = {
                "kept_doc_id": kept,
                **related[row, nearest],
                "keep_reason": f"{why}; the one kept before was forgotten",
            }
        return [members[row]["doc_id"] for row in elected], copy_columns

    def sizes(self, members: Sequence[Row]) -> dict[str, Any]:
        """The columns `document_columns.CLUSTER` of a cluster.

        `members` include the kept document.
        """
        from copydesk.transforms.dedup import keep_policy

        return dict(zip(document_columns.CLUSTER, keep_policy.counts(members), strict=True))


def _columns_by_direction(
    pairs: pa.Table, options: Options
) -> dict[tuple[int, int], dict[str, Any]]:
    """The similarity columns of each pair that may drop a document, by (dropped, kept)."""
    related = {}
    for pair in pairs.to_pylist():
        if pair["relation"] not in options.folds:
            continue
        values = {name: pair[name] for name in _SIMILARITY}
        mirrored = {**values, **{name: values[other] for name, other in _MIRRORED.items()}}
        needed = options.score_needed(pair["relation"])
        if values["may_go"] >= needed:
            related[pair["row_a"], pair["row_b"]] = values
        if mirrored["may_go"] >= needed:
            related[pair["row_b"], pair["row_a"]] = mirrored
    return related
