"""Profiles of the outlets of a run, and their profiles in earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from copydesk.flows.pipeline.reconcile import Resolutions
from copydesk.flows.pipeline.staging.shard_files import ShardFiles
from copydesk.flows.pipeline.summary import Facts
from copydesk.flows.support import arrow_file
from copydesk.transforms import drift


def profiles(
    shards: Sequence[ShardFiles], resolutions: Resolutions, *, rules_sha256: str
) -> tuple[drift.OutletProfile, ...]:
    """Sum up the new documents of each outlet in this run, and the rejects at its addresses."""
    columns = ["doc_id", "outlet_id", "n_words", "n_chars", "byline", "published_date"]
    cut_columns = ["doc_id", "rule", "start", "end"]
    measured = []
    outlets: set[str] = set()
    first = 0
    for shard in shards:
        articles = arrow_file.read(shard.articles, columns)
        is_new = resolutions.are_new(first, articles.num_rows)
        first += articles.num_rows
        articles = articles.filter(is_new)
        removed = arrow_file.read(shard.removed, cut_columns)
        outlets |= set(articles["outlet_id"].unique().to_pylist()) - {None}
        measured.append(drift.measure(articles, removed, _NO_REJECTS, rules_sha256=rules_sha256))
    rejects = pa.concat_tables(
        [_NO_REJECTS, *(arrow_file.read(shard.rejects, ["url"]) for shard in shards)]
    )
    measured.append(
        drift.measure(
            _empty(columns),
            _empty(cut_columns),
            rejects,
            rules_sha256=rules_sha256,
            known=outlets,
        )
    )
    return drift.merge(measured)


def recent_profiles(root: Path, n_runs: int) -> list[tuple[drift.OutletProfile, ...]]:
    """The profiles in the records of the last runs that had new documents, the latest last."""
    found: list[tuple[drift.OutletProfile, ...]] = []
    for path in sorted((root / "reports").glob("*.json"), reverse=True):
        try:
            of_run = Facts.from_json(path.read_text(encoding="utf-8")).profiles
        except (OSError, ValueError):  # A damaged record only makes the history shorter.
            continue
        if of_run:
            found.append(of_run)
        if len(found) == n_runs:
            break
    return found[::-1]


_NO_REJECTS = pa.table({"url": pa.array([], pa.string())})


def _empty(columns: Sequence[str]) -> pa.Table:
    types = {
        "byline": pa.list_(pa.string()),
        "published_date": pa.date32(),
        "n_words": pa.int32(),
        "n_chars": pa.int32(),
    }
    types |= {"start": pa.int32(), "end": pa.int32()}
    return pa.table({name: pa.array([], types.get(name, pa.string())) for name in columns})
