"""The article of each story that an export takes: the latest."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse import Snapshot

_COLUMNS = ("doc_id", "story_id", "published_at", "fetched_at", "revision")


def latest(snapshot: Snapshot, where: pc.Expression | None) -> pa.Array:
    """The ids of the latest article of every story, and of the articles in no story, among those of `where`.

    The latest was published last; of equally old ones it was fetched last, then it has the higher
    revision, then the higher id. An article without a time comes before all that have one.
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
            place = (*(m.timestamp() if m else float("-inf") for m in moments), revision, doc_id)
            if story not in best or place > best[story]:
                best[story] = place
    return pa.array(sorted([*alone, *(place[-1] for place in best.values())]), pa.string())
