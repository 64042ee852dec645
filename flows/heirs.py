"""How a cluster that lost its kept document finds the next: the copies step's rules, for `forget`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_LAST = datetime.max.replace(tzinfo=UTC)


class EarliestCopy:
    """The copy published first takes the place; undated ones come last."""

    def order(self, members: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
        """Members from the one to keep down, with the rule."""
        ranked = sorted(members, key=lambda row: (row["published_at"] or row["fetched_at"] or _LAST, row["doc_id"]))
        return [(row["doc_id"], "the kept copy was forgotten; earliest of the rest") for row in ranked]

    def compare(self, kept: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
        """Relation and similarities, unknown unless the texts are equal."""
        relation = "exact" if kept["content_sha256"] == other["content_sha256"] else "near"
        names = ("jaccard_estimated", "jaccard", "containment_in_kept", "containment_of_kept", "longest_shared_words")
        return {"relation": relation, **dict.fromkeys(names)}

    def sizes(self, members: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        """Numbers of the cluster."""
        outlets = {row["outlet_id"] for row in members} - {None}
        origins = {row["wire_source"] or row["outlet_id"] for row in members} - {None}
        return {"cluster_size": len(members), "n_outlets": len(outlets), "n_origins": max(1, len(origins))}
