"""Published copies whose kept document leaves the corpus, because a newer version replaces it.

The newer version may say something else. Then a copy is the only document that says what the older
version said, and it must come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.flows.pipeline.deduplicate import PublishedRows
from copydesk.transforms.dedup.keep_policy import NEWER_VERSION

# Copies of one document that are compared with each other; arbitrary. A text that is printed more
# often is in the corpus several times after a revision, until the next `rethreshold`.
_COMPARED = 50


def moved(kept: NDArray[np.int64], n_new: int, ids: pa.ChunkedArray) -> dict[str, int]:
    """Map the published documents that leave the corpus to the rows kept for them.

    `kept` has a row for each row, and `ids` the id of each. Rows from `n_new` on are published.
    """
    rows = np.arange(len(kept))
    found = np.flatnonzero((kept != rows) & (rows >= n_new))
    return dict(zip(ids.take(pa.array(found)).to_pylist(), kept[found].tolist(), strict=True))


def orphans(
    members: pa.Table, row_of: Mapping[str, int], superseded: Collection[str]
) -> dict[int, str]:
    """Map the rows of the copies whose kept document is superseded to the id of that document.

    `members` has `doc_id`, `kept_doc_id` and `keep_reason` of published copies. Older versions of
    the superseded document are no copies.
    """
    return {
        row_of[row["doc_id"]]: row["kept_doc_id"]
        for row in members.select(["doc_id", "kept_doc_id", "keep_reason"]).to_pylist()
        if row["kept_doc_id"] in superseded
        and row["keep_reason"] != NEWER_VERSION
        and row["doc_id"] in row_of
    }


def older_versions(members: pa.Table, row_of: Mapping[str, int]) -> list[int]:
    """The rows of those published copies that are older versions of what they were a copy of."""
    return [
        row_of[doc_id]
        for doc_id, why in zip(
            members["doc_id"].to_pylist(), members["keep_reason"].to_pylist(), strict=True
        )
        if why == NEWER_VERSION and doc_id in row_of
    ]


def left_behind(
    kept: NDArray[np.int64], kept_id: Mapping[int, str], row_of: Mapping[str, int]
) -> list[int]:
    """The rows of kept documents of which a published copy leaves for another document.

    `kept_id` has the kept document of each published copy.
    """
    leads = {
        row_of[doc_id]
        for row, doc_id in kept_id.items()
        if kept[row] != row and doc_id in row_of and kept[row] != row_of[doc_id]
    }
    return sorted(lead for lead in leads if kept[lead] == lead)


def staying(
    published: PublishedRows | None,
    ids: list[str],
    kept: NDArray[np.int64],
    row_of: Mapping[str, int],
) -> list[dict[str, Any]]:
    """The published copies of some kept documents, without those that leave for another document."""
    members = published.members(ids).to_pylist() if published is not None and ids else []

    def stays(member: dict[str, Any]) -> bool:
        row = row_of.get(member["doc_id"])
        return row is None or kept[row] in (row, row_of.get(member["kept_doc_id"]))

    return [member for member in members if stays(member)]


def pairs_to_compare(found: Mapping[int, str], newest: Mapping[str, int]) -> list[tuple[int, int]]:
    """Pairs of rows that decide about the copies: with the newer version, and with each other.

    `newest` maps each superseded document to the row that replaces it.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for row, kept in sorted(found.items()):
        groups[kept].append(row)
    pairs = {(row, newest[kept]) for kept, rows in groups.items() for row in rows if kept in newest}
    for rows in groups.values():
        pairs |= {(b, a) for at, a in enumerate(rows[:_COMPARED]) for b in rows[at + 1 :]}
    return sorted(pairs)


def follow(
    kept: NDArray[np.int64],
    n_rows: int,
    kept_id: Mapping[int, str],
    target: Mapping[str, int],
    found: Collection[int],
) -> NDArray[np.int64]:
    """Give the published copies of documents that moved the document that replaces it.

    `kept_id` has the kept document of each published copy, and `target` the row that replaces a
    document. Rows of `found` were decided one by one.
    """
    kept = np.concatenate([kept, np.arange(len(kept), n_rows)])
    for row, doc_id in kept_id.items():
        if doc_id in target and row not in found:
            kept[row] = target[doc_id]
    return kept
