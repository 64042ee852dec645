"""Learn template lines from what a run publishes. They are active from the next run on.

The lines of each outlet are learned from a sample of its documents. The sample is chosen by ids
alone, and its texts are stored on disk. So only the texts of one outlet are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.support import id_index
from copydesk.flows.support.text_spill import SpilledTexts
from copydesk.flows.warehouse import Snapshot
from copydesk.flows.warehouse.table_rewrite.staged_rows import JoinedRows
from copydesk.schemas import tables as base
from copydesk.transforms.clean import learned_templates

_COLUMNS = ["doc_id", "outlet_id", "story_id", "published_date"]
# Documents of an outlet; a line in a tenth of them, which is enough to be active, is in 40.
_ENOUGH = 400
# Layouts change, and this limits how many published articles are read.
_RECENT = timedelta(days=31)
_WAITING = 50_000  # rows that are collected before they are sampled: about 6 MB


def templates_in_force(parent: Snapshot | None) -> dict[str, frozenset[str]]:
    """The template lines that the next run cuts, by outlet: active lines and approved lines."""
    return learned_templates.active_lines(parent.table("templates")) if parent else {}


def learned(
    articles: Sequence[JoinedRows],
    parent: Snapshot | None,
    *,
    run_id: str,
    options: learned_templates.Options,
    staging: Path,
) -> pa.Table | None:
    """The table of templates after the new articles of the run, or None if it does not change."""
    new = _sample(rows.read(_COLUMNS) for rows in articles)
    if not new.num_rows:
        return None
    known = _sample(_recent(new, parent)) if parent else new.slice(0, 0)
    existing = parent.table("templates") if parent else base.TEMPLATES.empty_table()
    with SpilledTexts(staging) as texts:
        by_outlet = _by_outlet(_sample([new, known]), _texts(articles, parent, known), texts)
        found = learned_templates.learn(by_outlet, existing, run_id=run_id, options=options)
    return None if _sorted(found).equals(_sorted(existing.cast(base.TEMPLATES))) else found


def _recent(new: pa.Table, parent: Snapshot) -> Iterator[pa.RecordBatch]:
    """Published articles of the outlets with few new ones, from the month before the newest article."""
    counts = new["outlet_id"].value_counts().to_pylist()
    few = pa.array([row["values"] for row in counts if row["counts"] < _ENOUGH], pa.string())
    newest = pc.max(new["published_date"]).as_py()
    when = pc.field("published_date").is_null()
    if newest is not None:
        when = when | (pc.field("published_date") >= newest - _RECENT)
    return parent.batches("articles", _COLUMNS, pc.field("outlet_id").isin(few) & when)


def _sample(parts: Iterable[pa.Table | pa.RecordBatch]) -> pa.Table:
    """The `_ENOUGH` documents of each outlet with the lowest doc_id, or all if it has fewer.

    So the sample does not depend on the order of the documents.
    """
    sample = pa.table(
        {
            name: pa.array([], pa.date32() if name == "published_date" else pa.string())
            for name in _COLUMNS
        }
    )
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(
            pa.table({name: part[name].cast(sample[name].type) for name in _COLUMNS}).filter(
                part["outlet_id"].is_valid()
            )
        )
        if sum(table.num_rows for table in waiting) >= _WAITING:
            sample = _lowest(pa.concat_tables([sample, *waiting]))
            waiting.clear()
    return _lowest(pa.concat_tables([sample, *waiting]))


def _lowest(table: pa.Table) -> pa.Table:
    table = table.sort_by([("outlet_id", "ascending"), ("doc_id", "ascending")])
    starts = _starts(table["outlet_id"])
    rank = np.arange(table.num_rows) - np.repeat(starts[:-1], np.diff(starts))
    return table.filter(pa.array(rank < _ENOUGH))


def _starts(sorted_values: pa.ChunkedArray) -> np.ndarray:
    """The positions at which each run of equal values starts, and at the end the number of values."""
    ends = (
        pc.run_end_encode(sorted_values.combine_chunks()).run_ends.to_numpy()
        if len(sorted_values)
        else []
    )
    return np.concatenate([[0], ends]).astype(np.int64)


def _texts(
    articles: Sequence[JoinedRows], parent: Snapshot | None, known: pa.Table
) -> Iterator[pa.Table | pa.RecordBatch]:
    """`doc_id` and `text` of the new articles, and of the published ones that are in the sample."""
    for rows in articles:
        yield rows.read(["doc_id", "text"])
    if parent is not None and known.num_rows:
        yield from parent.batches(
            "articles",
            ["doc_id", "text"],
            pc.field("doc_id").isin(known["doc_id"].combine_chunks()),
        )


def _by_outlet(
    sample: pa.Table, documents: Iterable[pa.Table | pa.RecordBatch], texts: SpilledTexts
) -> Iterator[pa.Table]:
    """Yield the documents of the sample with their texts, one outlet at a time."""
    rows = id_index.Keyed(sample["doc_id"])
    spilled_as = np.zeros(sample.num_rows, np.int64)
    n = 0
    for part in documents:
        row_numbers = rows.row_numbers(part["doc_id"])
        chosen = part["text"].filter(pa.array(row_numbers >= 0)).cast(pa.large_string())
        texts.append(id_index.whole(chosen))
        spilled_as[row_numbers[row_numbers >= 0]] = np.arange(n, n + len(chosen))
        n += len(chosen)
    texts.close_writing()
    starts = _starts(sample["outlet_id"])
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        yield sample.slice(start, stop - start).append_column(
            "text", texts.take(spilled_as[start:stop])
        )


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by([("outlet_id", "ascending"), ("line", "ascending")]).combine_chunks()
