"""Choose the latest article of each story for an export."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse import Snapshot

_COLUMNS = ("doc_id", "story_id", "published_at", "fetched_at", "revision")


def latest(snapshot: Snapshot, where: pc.Expression | None) -> pa.Array:
    """The ids of the latest article of every story, and of all articles without a story.

    Only articles that `where` selects are considered. The latest article is the one that was
    published last. If two were published at the same time, the one that was fetched last is chosen,
    then the one with the higher revision, then the one with the higher id. An article without a
    time counts as the earliest.
    """
    alone: list[str] = []
    best: dict[str, tuple[Any, ...]] = {}
    for batch in snapshot.batches("articles", _COLUMNS, where):
        for doc_id, story, *moments, revision in zip(
            *(column.to_pylist() for column in batch.columns), strict=True
        ):
            if story is None:
                alone.append(doc_id)
                continue
            rank = (*(m.timestamp() if m else float("-inf") for m in moments), revision, doc_id)
            if story not in best or rank > best[story]:
                best[story] = rank
    return pa.array(sorted([*alone, *(rank[-1] for rank in best.values())]), pa.string())
