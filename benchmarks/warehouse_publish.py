"""Measure the cost of publishing a run of 1,000 documents into warehouses of several sizes.

    python -m benchmarks.warehouse_publish --sizes 10000,100000,1000000

The documents of each warehouse are spread over three years. Those of the run are of the last three
days. Each has three ledger rows, and the run changes the cluster size of twenty recent documents,
as copies do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import warehouse_rows as rows
from copydesk.flows.warehouse import Change, Options, Snapshot, Warehouse

_SHARD = 5_000
_LAST_DAY = (dt.date(2026, 11, 20) - dt.date(1970, 1, 1)).days
_SPAN = 3 * 365
_RUN = 1_000
_RUNS = 5


def load(warehouse: Warehouse, size: int) -> Snapshot:
    """Publish a first load, staged in shards as in a run."""
    staging = warehouse.staging("load")
    shards: dict[str, list[Path]] = {"articles": [], "removed": [], "stories": []}
    for first in range(0, size, _SHARD):
        number = min(_SHARD, size - first)
        days = np.random.default_rng(first + 1).integers(_LAST_DAY - _SPAN, _LAST_DAY - 2, number)
        documents = rows.documents(first, number, days)
        for table, content in (
            ("articles", documents),
            ("removed", rows.cuts(first, number)),
            ("stories", rows.stories(documents)),
        ):
            shards[table].append(staging / f"{first}.{table}.parquet")
            pq.write_table(content, shards[table][-1], compression="zstd")
    cpu, wall = time.process_time(), time.monotonic()
    made = warehouse.publish(Change(parent=None, run=rows.run("load", size), inserts=shards))
    report(f"first load of {size:,}", cpu, wall, made, None)
    warehouse.discard_staging("load")
    return made


def add(warehouse: Warehouse, base: Snapshot, number: int) -> Snapshot:
    """Publish one run of 1,000 documents."""
    first = 10_000_000 + number * _RUN
    days = np.random.default_rng(first).integers(_LAST_DAY - 2, _LAST_DAY + 1, _RUN)
    documents = rows.documents(first, _RUN, days)
    recent = base.table("articles", ["doc_id", "published_date"]).sort_by(
        [("published_date", "descending"), ("doc_id", "ascending")]
    )
    sizes = (
        recent.slice(0, 20)
        .select(["doc_id"])
        .append_column("cluster_size", pa.array([2] * 20, pa.int32()))
    )
    change = Change(
        parent=base.id,
        run=rows.run(f"run-{number}", _RUN),
        updates={"articles": sizes},
        inserts={
            "articles": [documents],
            "removed": [rows.cuts(first, _RUN)],
            "stories": [rows.stories(documents)],
        },
    )
    cpu, wall = time.process_time(), time.monotonic()
    made = warehouse.publish(change)
    report(f"  run {number + 1} of {_RUN:,}", cpu, wall, made, base)
    return made


def report(what: str, cpu: float, wall: float, made: Snapshot, base: Snapshot | None) -> None:
    """Print a line: seconds, what was written, and the peak memory so far."""
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    before = (
        {(table, entry.sha256) for table in made.tables for entry in base.manifest.tables[table]}
        if base
        else set()
    )
    new = [
        entry
        for table in made.tables
        for entry in made.manifest.tables[table]
        if (table, entry.sha256) not in before
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    files = sum(len(entries) for entries in made.manifest.tables.values())
    print(
        f"{what:28} {cpu:7.2f} s CPU {wall:7.2f} s  {sum(entry.bytes for entry in new) / 1e6:8.1f} MB in {len(new):3} of {files:3} files  "
        f"peak {peak:6.0f} MB",
        flush=True,
    )


def filters(snapshot: Snapshot) -> None:
    """Print how much of `articles` a filter on date and outlet has to read.

    The statistics of the files say which row groups may match.
    """
    import pyarrow.compute as pc

    total = sum(fragment.count_rows() for fragment in snapshot.dataset("articles").get_fragments())
    day = dt.date(1970, 1, 1) + dt.timedelta(days=_LAST_DAY - 400)
    for what, where in (
        ("one day", pc.field("published_date") == day),
        ("one outlet of 200", pc.field("outlet_id") == "o50.example"),
    ):
        kept = [
            fragment.subset(filter=where)
            for fragment in snapshot.dataset("articles").get_fragments()
        ]
        read = sum(sum(group.num_rows for group in fragment.row_groups) for fragment in kept)
        print(f"  {what}: {read:,} of {total:,} rows in row groups that may match", flush=True)


def main() -> None:
    """Print a table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--sizes", default="10000,100000", help="documents in each warehouse, separated by commas"
    )
    options.add_argument("--folder", default=None, help="folder to make the warehouses in")
    given = options.parse_args()
    for size in (int(part) for part in given.sizes.split(",")):
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            warehouse = Warehouse.open(
                folder, create=True, options=Options(keep_snapshots=2, grace_hours=0)
            )
            snapshot = load(warehouse, size)
            for number in range(_RUNS):
                snapshot = add(warehouse, snapshot, number)
            filters(snapshot)


if __name__ == "__main__":
    main()
