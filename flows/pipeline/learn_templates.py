"""Learn template lines from what a run publishes; they are active from the next run on.

Each outlet is learned from a sample of its documents. The sample is chosen from ids alone and its
texts wait on disk, so that memory holds the texts of one outlet, however many documents there are.
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
_ENOUGH = 400  # documents of one outlet: a line at the active share of a tenth is then in forty
_RECENT = timedelta(days=31)  # layouts change; also bounds what is read of the published
_WAITING = 50_000  # rows that wait to be sampled: some 6 MB


def templates_in_force(parent: Snapshot | None) -> dict[str, frozenset[str]]:
    """Template lines by outlet for the next run: active ones, and those that a reviewer approved."""
    return learned_templates.active_lines(parent.table("templates")) if parent else {}


def learned(
    articles: Sequence[JoinedRows],
    parent: Snapshot | None,
    *,
    run_id: str,
    options: learned_templates.Options,
    staging: Path,
) -> pa.Table | None:
    """The table of templates after the run's new articles; None if it does not change."""
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
    """Published articles of the outlets that have few new ones, of the month before the newest."""
    counts = new["outlet_id"].value_counts().to_pylist()
    few = pa.array([row["values"] for row in counts if row["counts"] < _ENOUGH], pa.string())
    newest = pc.max(new["published_date"]).as_py()
    when = pc.field("published_date").is_null()
    if newest is not None:
        when = when | (pc.field("published_date") >= newest - _RECENT)
    return parent.batches("articles", _COLUMNS, pc.field("outlet_id").isin(few) & when)


def _sample(parts: Iterable[pa.Table | pa.RecordBatch]) -> pa.Table:
    """At most `_ENOUGH` documents of each outlet, those with the lowest doc_id: a sample that order does not change."""
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
    """Where each run of equal values starts, and the number of values."""
    ends = (
        pc.run_end_encode(sorted_values.combine_chunks()).run_ends.to_numpy()
        if len(sorted_values)
        else []
    )
    return np.concatenate([[0], ends]).astype(np.int64)


def _texts(
    articles: Sequence[JoinedRows], parent: Snapshot | None, known: pa.Table
) -> Iterator[pa.Table | pa.RecordBatch]:
    """`doc_id` and `text` of the run's articles, and of published ones that are in the sample."""
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
    """The sample an outlet at a time, with the texts of its documents."""
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
