"""Template lines are learned from what a run publishes; they act from the next run on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.warehouse import Snapshot
from copydesk.schemas import tables as base
from copydesk.transforms.clean import templates

_COLUMNS = ["doc_id", "outlet_id", "text", "story_id", "published_date"]
_ENOUGH = 400  # documents of one outlet: a line at the active share of a tenth then stands in forty
_RECENT = timedelta(days=31)  # layouts change; also bounds what is read of the published


def learned(articles: Sequence[Path], parent: Snapshot | None, *, run_id: str, options: templates.Options) -> pa.Table | None:
    """The table of templates after the run's new articles, None where it stays as it is."""
    new = _sample([table for path in articles if (table := _with_outlet(pq.read_table(path, columns=_COLUMNS))).num_rows])
    existing = parent.table("templates") if parent else base.TEMPLATES.empty_table()
    if not new.num_rows:
        return None
    known = _sample([_with_outlet(_recent(new, parent))]) if parent else new.slice(0, 0)
    found = templates.learn(_sample([new, known]), existing, run_id=run_id, options=options)
    return None if _sorted(found).equals(_sorted(existing.cast(base.TEMPLATES))) else found


def _recent(new: pa.Table, parent: Snapshot) -> pa.Table:
    """Published articles of the outlets that have few new ones, of the month before the newest."""
    counts = new["outlet_id"].value_counts().to_pylist()
    few = pa.array([row["values"] for row in counts if row["counts"] < _ENOUGH], pa.string())
    newest = pc.max(new["published_date"]).as_py()
    when = pc.field("published_date").is_null()
    if newest is not None:
        when = when | (pc.field("published_date") >= newest - _RECENT)
    return parent.table("articles", _COLUMNS, pc.field("outlet_id").isin(few) & when)


def _with_outlet(table: pa.Table) -> pa.Table:
    return table.filter(table["outlet_id"].is_valid())


def _sample(parts: Sequence[pa.Table]) -> pa.Table:
    """At most `_ENOUGH` documents of each outlet, those with the lowest doc_id: a sample that order does not change."""
    if not parts:
        return pa.table({name: pa.array([], pa.date32() if name == "published_date" else pa.string()) for name in _COLUMNS})
    table = pa.concat_tables(parts, promote_options="permissive").sort_by([("outlet_id", "ascending"), ("doc_id", "ascending")])
    keep: list[int] = []
    start = 0
    for run in pc.run_end_encode(table["outlet_id"].combine_chunks()).run_ends.to_pylist() if table.num_rows else []:
        keep += range(start, min(run, start + _ENOUGH))
        start = run
    return table.take(pa.array(keep, pa.int64()))


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by([("outlet_id", "ascending"), ("line", "ascending")]).combine_chunks()
