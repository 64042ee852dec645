"""Choose which copies replace deleted articles, and count the clusters that lose copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from copydesk.flows.maintenance.deletion.row_values import Row, Values, rows_where
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.schemas import document_columns
from copydesk.transforms.dedup.keep_policy import NEWER_VERSION

_COPY_COLUMNS = frozenset(column.name for column in document_columns.DUPLICATION)
_STORY = ("story_id", "story_rank", "story_similarity")
VERSION_WITHDRAWN = "an older version; the document that was kept in its place was forgotten"
# Placeholders until the story is ranked again.
_BEHIND_THE_FIRST = {"story_rank": 2**31 - 1, "story_similarity": None}


class Reelection(Protocol):
    """How the kept copy of a cluster is chosen after its kept document is deleted."""

    def elect(
        self, members: Sequence[Mapping[str, Any]]
    ) -> tuple[list[str], Mapping[str, Mapping[str, Any]]]:
        """Choose which of these rows of `duplicates` to keep.

        Returns the ids of the rows to keep, best first, and a mapping from the id of each other row
        to its new columns as a copy.
        """

    def sizes(self, members: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
        """Return `cluster_size`, `n_outlets` and `n_origins`, including the kept document."""


@dataclass(frozen=True, slots=True)
class Reelected:
    """The clusters whose kept document is deleted.

    `promoted` are the copies that are kept instead, as rows of `articles`. `copies` are the new
    values of the other copies. `replaced` maps the deleted document to the best promoted copy.
    `withdrawn` are older versions, which do not take the place of a deleted newer one. They are rows
    of `quarantined`.
    """

    promoted: Values
    copies: Values
    replaced: dict[str, str]
    withdrawn: Values


def reelect(
    snapshot: Snapshot, gone: Set[str], deleted_articles: Collection[str], rules: Reelection
) -> Reelected:
    """Choose which copies replace the deleted articles. Older versions of a text do not."""
    clusters = _copies_by_kept(snapshot, deleted_articles, gone)
    withdrawn: Values = {}
    for kept_id, members in list(clusters.items()):
        withdrawn |= {row["doc_id"]: _withdrawn(row) for row in members if _is_older(row)}
        clusters[kept_id] = [row for row in members if not _is_older(row)]
    clusters = {kept_id: members for kept_id, members in clusters.items() if members}
    stories = {
        row["doc_id"]: row
        for row in snapshot.documents("articles", clusters, ["doc_id", *_STORY]).to_pylist()
    }
    promoted: Values = {}
    copies: Values = {}
    replaced: dict[str, str] = {}
    for kept_id, members in sorted(clusters.items()):
        elected, others = rules.elect(members)
        replaced[kept_id] = elected[0]
        copies |= {doc_id: dict(columns) for doc_id, columns in others.items()}
        story = {name: stories[kept_id][name] for name in _STORY}
        for row in members:
            doc_id = row["doc_id"]
            if doc_id not in elected:
                continue
            own_copies = [
                member
                for member in members
                if others.get(member["doc_id"], {}).get("kept_doc_id") == doc_id
            ]
            own = {name: value for name, value in row.items() if name not in _COPY_COLUMNS}
            rank = {} if doc_id == elected[0] else _BEHIND_THE_FIRST
            promoted[doc_id] = {**own, **story, **rank, **rules.sizes([row, *own_copies])}
    return Reelected(promoted, copies, replaced, withdrawn)


def _is_older(copy: Row) -> bool:
    return bool(copy["keep_reason"] == NEWER_VERSION)


def _withdrawn(copy: Row) -> Row:
    """An older version as a row of `quarantined`."""
    own = {name: value for name, value in copy.items() if name not in _COPY_COLUMNS}
    return own | {"story_id": None, "reason": VERSION_WITHDRAWN}


def _copies_by_kept(
    snapshot: Snapshot,
    kept: Collection[str],
    gone: Collection[str],
    columns: Sequence[str] | None = None,
) -> dict[str, list[Row]]:
    """The remaining copies of some kept documents. `columns` are all columns if not given."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows_where(snapshot, "duplicates", columns, "kept_doc_id", kept):
        if row["doc_id"] not in gone:
            found[row["kept_doc_id"]].append(row)
    return found


def sizes_after(
    snapshot: Snapshot, gone: Set[str], deleted_copies: Collection[str], rules: Reelection
) -> Values:
    """The sizes of the clusters that lose copies, by the id of their kept document."""
    if not deleted_copies:
        return {}
    lost = snapshot.documents("duplicates", deleted_copies, ["kept_doc_id"])
    kept = set(lost["kept_doc_id"].to_pylist()) - gone
    columns = ["doc_id", "outlet_id", "wire_source"]
    copies = _copies_by_kept(snapshot, kept, gone, [*columns, "kept_doc_id"])
    return {
        row["doc_id"]: dict(rules.sizes([row, *copies[row["doc_id"]]]))
        for row in snapshot.documents("articles", kept, columns).to_pylist()
    }
