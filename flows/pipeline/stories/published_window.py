"""Published articles to compare with new ones: those near in time, or the last to arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.transforms.stories.cosine import UNDATED
from copydesk.transforms.stories.stories_in_memory import microseconds

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

SCHEMA = pa.schema(
    [
        ("doc_id", pa.string()),
        ("story_id", pa.string()),
        ("time", pa.int64()),
        ("arrival", pa.int64()),
    ]
)


def window(
    parent: Snapshot, low: int, high: int, undated_window: int, *, has_undated: bool
) -> pa.Table:
    """Published articles near in time, and recent ones if either article has no date.

    The columns are those of `SCHEMA`. Arrivals are negative: -1 is the last published article. All
    articles that are not recent have the same arrival, before the recent ones.
    """
    recent = latest(parent, undated_window)
    near = (
        parent.table("articles", ["doc_id", "story_id", "published_at"], _between(low, high))
        if low <= high
        else None
    )
    if not has_undated:  # two dated articles are compared by time alone
        recent = recent.filter(pc.equal(recent["time"], UNDATED))
    parts = [recent]
    if near is not None and near.num_rows:
        times = microseconds(near["published_at"].combine_chunks())
        near = near.drop_columns(["published_at"]).append_column("time", pa.array(times))
        near = near.append_column(
            "arrival", pa.array(np.full(len(times), np.iinfo(np.int64).min // 2))
        )
        parts.append(
            near.filter(
                pc.invert(pc.is_in(near["doc_id"], value_set=recent["doc_id"].combine_chunks()))
            )
        )
    return pa.concat_tables([part.cast(SCHEMA) for part in parts])


def latest(parent: Snapshot, n: int) -> pa.Table:
    """The last `n` articles that arrived, with the columns of `SCHEMA`.

    Articles arrive by run, and in canonical order within a run.
    """
    runs = parent.table("articles", ["run_id"])["run_id"].value_counts().to_pylist()
    wanted, held = [], 0
    for row in sorted(runs, key=lambda row: str(row["values"]), reverse=True):
        if held >= n:
            break
        wanted.append(row["values"])
        held += row["counts"]
    rows = parent.table(
        "articles",
        ["doc_id", "story_id", "published_at", "run_id"],
        pc.field("run_id").isin(pa.array(wanted, pa.string())),
    )
    rows = rows.sort_by(
        [("run_id", "ascending"), ("published_at", "ascending"), ("doc_id", "ascending")]
    )
    rows = rows.slice(max(0, rows.num_rows - n)).combine_chunks()
    times = microseconds(pa.chunked_array(rows["published_at"]).combine_chunks())
    arrival = np.arange(-rows.num_rows, 0, dtype=np.int64)
    return (
        rows.select(["doc_id", "story_id"])
        .append_column("time", pa.array(times))
        .append_column("arrival", pa.array(arrival))
    )


def _between(low: int, high: int) -> pc.Expression:
    ends = [pa.scalar(end, pa.int64()).cast(pa.timestamp("us", tz="UTC")) for end in (low, high)]
    return (pc.field("published_at") >= ends[0]) & (pc.field("published_at") <= ends[1])
