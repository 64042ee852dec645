"""The largest copy clusters and stories of a run."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.report.data import Cluster, Copy, Story
from copydesk.flows.report.table_values import Tables, beginning, value_counts

# Chosen for readability; arbitrary.
TOP_CLUSTERS = 8
TOP_STORIES = 15
MEMBERS = 12
TEXT = 1_800  # how many characters are shown of a text that is next to another one

_SHOWN = (
    "doc_id",
    "outlet",
    "outlet_id",
    "title",
    "published_at",
    "published_date",
    "cluster_size",
    "n_outlets",
    "text",
)


def largest_clusters(snapshot: Tables, copies: pa.Table) -> tuple[Cluster, ...]:
    """The largest clusters of the run with their texts. `copies` are its rows of `duplicates`."""
    sizes = value_counts(copies["kept_doc_id"])
    largest = sorted(sizes, key=lambda kept: (-sizes[kept], kept))[:TOP_CLUSTERS]
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in copies.filter(
        pc.is_in(copies["kept_doc_id"], value_set=pa.array(largest, pa.string()))
    ).to_pylist():
        members[row["kept_doc_id"]].append(row)
    if not largest:
        return ()
    shown = {
        kept: sorted(members[kept], key=lambda r: (-(r["jaccard"] or 0), r["doc_id"]))[:MEMBERS]
        for kept in largest
    }
    kept_rows = {
        row["doc_id"]: row for row in snapshot.documents("articles", largest, _SHOWN).to_pylist()
    }
    ids = [row["doc_id"] for rows in shown.values() for row in rows]
    copy_rows = {
        row["doc_id"]: row for row in snapshot.documents("duplicates", ids, _SHOWN).to_pylist()
    }
    clusters = []
    for kept in largest:
        if kept not in kept_rows:
            continue
        shown_copies = [
            _copy(copy_rows[r["doc_id"]], r["relation"], r["jaccard"], r["keep_reason"])
            for r in shown[kept]
            if r["doc_id"] in copy_rows
        ]
        row = kept_rows[kept]
        size = row["cluster_size"] or len(members[kept]) + 1
        clusters.append(Cluster(size, row["n_outlets"], _copy(row), tuple(shown_copies)))
    return tuple(sorted(clusters, key=lambda c: (-c.size, c.kept.doc_id)))


def largest_stories(snapshot: Tables, where: pc.Expression) -> tuple[Story, ...]:
    """The largest stories that `where` selects, each with its first members."""
    columns = ("story_id", "title", "n_articles", "n_outlets", "merged_into")
    stories = snapshot.table(
        "stories", columns, where & (pc.field("n_articles") > 1) & pc.field("merged_into").is_null()
    )
    rows = (
        stories.sort_by([("n_articles", "descending"), ("story_id", "ascending")])
        .slice(0, TOP_STORIES)
        .to_pylist()
    )
    if not rows:
        return ()
    ids = pa.array([row["story_id"] for row in rows], pa.string())
    members: dict[str, list[tuple[int, Copy]]] = defaultdict(list)
    shown = (
        *(name for name in _SHOWN if name != "text"),
        "story_id",
        "story_rank",
        "story_similarity",
    )
    for row in snapshot.table("articles", shown, pc.field("story_id").isin(ids)).to_pylist():
        members[row["story_id"]].append(
            (row["story_rank"] or 0, _copy(row, similarity=row["story_similarity"]))
        )
    return tuple(
        Story(
            row["story_id"],
            row["title"],
            row["n_articles"],
            row["n_outlets"],
            tuple(
                copy
                for _, copy in sorted(members[row["story_id"]], key=lambda m: (m[0], m[1].doc_id))[
                    :MEMBERS
                ]
            ),
        )
        for row in rows
    )


def _copy(
    row: dict[str, Any], relation: str = "kept", similarity: float | None = None, reason: str = ""
) -> Copy:
    at, day = row["published_at"], row["published_date"]
    published = f"{at:%Y-%m-%d %H:%M}" if at else str(day) if day else None
    outlet = row["outlet"] or row["outlet_id"]
    return Copy(
        row["doc_id"],
        outlet,
        row["title"],
        published,
        beginning(row.get("text") or "", TEXT),
        relation,
        similarity,
        reason,
    )
