"""Re-elects the kept copy of a cluster after its kept document is deleted, by the recipe's keep policy."""

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
    """Keep policy, relations and thresholds of a recipe, for clusters small enough to hold in memory."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()

    @classmethod
    def of(cls, snapshot: Snapshot) -> CopyRules:
        """The rules of the recipe that the last run of a snapshot followed."""
        return cls(recipe_of_last_run(snapshot).dedup)

    def lead(self, members: Sequence[Row]) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """Which members are kept, the best first, and the fold columns of the others.

        `members` are rows of `duplicates` with their text. The first in the order of the keep
        policy leads; one that is no copy of any leader by the recipe's thresholds leads, too.
        """
        from copydesk.transforms.dedup import find_duplicates, keep_policy

        facts = keep_policy.facts_of(
            pa.Table.from_pylist([{name: row[name] for name in FACTS} for row in members])
        )
        place = keep_policy.priority(facts, self.options)
        found = find_duplicates(
            [row["text"] for row in members],
            published_at=[row["published_at"] for row in members],
            options=replace(self.options, keep="fullest"),
        )
        related = _both_ways(found.pairs, self.options)
        leaders: list[int] = []
        folds: dict[str, dict[str, Any]] = {}
        for row in sorted(range(len(members)), key=lambda row: int(place[row])):
            nearest = max(
                (leader for leader in leaders if (row, leader) in related),
                key=lambda x: float(related[row, x]["may_go"]),
                default=None,
            )
            if nearest is None:
                leaders.append(row)
                continue
            why = keep_policy.reason(
                members[nearest], members[row], self.options, kept_was_published=True
            )
            kept = members[nearest]["doc_id"]
            folds[members[row]["doc_id"]] = {
                "kept_doc_id": kept,
                **related[row, nearest],
                "keep_reason": f"{why}; the one kept before was forgotten",
            }
        return [members[row]["doc_id"] for row in leaders], folds

    def sizes(self, members: Sequence[Row]) -> dict[str, Any]:
        """The columns `document_columns.CLUSTER` of a cluster, the kept document included."""
        from copydesk.transforms.dedup import keep_policy

        return dict(zip(document_columns.CLUSTER, keep_policy.counts(members), strict=True))


def _both_ways(pairs: pa.Table, options: Options) -> dict[tuple[int, int], dict[str, Any]]:
    """The similarity columns of each pair that may drop a document, by (dropped, kept)."""
    related = {}
    for pair in pairs.to_pylist():
        if pair["relation"] not in options.folds:
            continue
        values = {name: pair[name] for name in _SIMILARITY}
        turned = {**values, **{name: values[other] for name, other in _MIRRORED.items()}}
        if values["may_go"] >= options.may_go:
            related[pair["row_a"], pair["row_b"]] = values
        if turned["may_go"] >= options.may_go:
            related[pair["row_b"], pair["row_a"]] = turned
    return related
