"""Run readers in a loop while a writer publishes 100 times, and count the answers that are wrong.

    python -m benchmarks.warehouse_readers --publishes 100 --seconds-between 0.3
    python -m benchmarks.warehouse_readers --readers duckdb-glob,pandas

Each snapshot has its own number of rows and its own sum of `n_words`. A read is right if it gives
both numbers of one snapshot, and wrong if it gives anything else. Errors are counted too. Each
reader alternates between two ways: it lists the files through `current/`, or it first resolves the
folder of a snapshot (`copydesk path articles`).

The readers called `...-whole` name no column. If the writer overtakes such a reader in a folder,
pyarrow, and pandas through it, take the folder for an empty one (docs/warehouse.md). These answers
are counted as empty.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import warehouse_rows as rows
from copydesk.flows.warehouse import Change, Options, Warehouse

_RUN = 300  # documents per publish
_DELETED = 40


Answer = tuple[int, int | None]  # rows and sum of `n_words`; None if the reader does not sum


def duckdb_glob(folder: str) -> Answer:
    import duckdb

    return tuple(
        duckdb.sql(f"select count(*), sum(n_words)::bigint from '{folder}/*.parquet'").fetchall()[0]
    )


def duckdb_list(folder: str) -> Answer:
    import duckdb

    files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    return tuple(
        duckdb.execute(
            "select count(*), sum(n_words)::bigint from read_parquet(?)", [files]
        ).fetchall()[0]
    )


@cache
def _connection() -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set parquet_metadata_cache = true")
    return connection


def duckdb_view(folder: str) -> Answer:
    """Read a view in a connection that stays open and caches footers and blocks of files."""
    name = "at_" + hashlib.sha256(folder.encode()).hexdigest()[:12]
    _connection().execute(
        f"create view if not exists {name} as select * from read_parquet('{folder}/*.parquet')"
    )
    return tuple(
        _connection().execute(f"select count(*), sum(n_words)::bigint from {name}").fetchall()[0]
    )


def polars_folder(folder: str) -> Answer:
    import polars as pl

    return (
        pl.scan_parquet(folder)
        .select(pl.len().alias("n"), pl.col("n_words").cast(pl.Int64).sum())
        .collect()
        .row(0)
    )


def polars_glob(folder: str) -> Answer:
    import polars as pl

    frame = pl.read_parquet(f"{folder}/*.parquet", columns=["n_words"])
    return frame.height, frame["n_words"].cast(pl.Int64).sum()


def pandas_columns(folder: str) -> Answer:
    import pandas as pd

    frame = pd.read_parquet(folder, columns=["n_words"])
    return len(frame), int(frame["n_words"].sum())


def pandas_whole(folder: str) -> Answer:
    import pandas as pd

    return len(pd.read_parquet(folder)), None


def pyarrow_columns(folder: str) -> Answer:
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    table = ds.dataset(folder).to_table(columns=["n_words"])
    return table.num_rows, pc.sum(table["n_words"]).as_py()


def pyarrow_filter(folder: str) -> Answer:
    import pyarrow.dataset as ds

    return ds.dataset(folder).count_rows(filter=ds.field("doc_id").is_valid()), None


def pyarrow_whole(folder: str) -> Answer:
    import pyarrow.dataset as ds

    return ds.dataset(folder).count_rows(), None


READERS: dict[str, Callable[[str], Answer]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        duckdb_glob,
        duckdb_list,
        duckdb_view,
        polars_folder,
        polars_glob,
        pandas_columns,
        pandas_whole,
        pyarrow_columns,
        pyarrow_filter,
        pyarrow_whole,
    )
}


def read_until(stop: Path, root: Path, reader: str, results: Path, rest: float) -> None:
    """Read in a loop and write down the result: mode, answer or error."""
    read = READERS[reader]
    seen: Counter[str] = Counter()
    turn = 0
    # Ctrl-C ends the writer, which then ends the readers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while not stop.exists():
        time.sleep(rest)
        turn += 1
        mode = "through current/" if turn % 2 else "resolved first"
        folder = root / "current" / "articles"
        try:
            found = read(os.path.realpath(folder) if turn % 2 == 0 else str(folder))
        except Exception as error:  # each tool has its own errors, and all of them count
            seen[json.dumps([mode, "error", type(error).__name__])] += 1
        else:
            seen[json.dumps([mode, "read", list(found)])] += 1
    results.write_text(json.dumps(seen))


def publish_one(warehouse: Warehouse, number: int, states: set[Answer]) -> None:
    """Publish an addition and, after the first publish, also a deletion.

    The new state is known before readers can see it.
    """
    base = warehouse.current()
    chance = np.random.default_rng(number)
    documents = rows.documents(number * _RUN, _RUN, chance.integers(20_600, 20_780, _RUN))
    words = chance.integers(1, 1_000_000, _RUN).astype(np.int32)
    place = documents.schema.get_field_index("n_words")
    documents = documents.set_column(place, documents.schema.field(place), [words])
    present = base.table("articles", ["doc_id"])["doc_id"].to_pylist() if base else []
    gone = [present[place] for place in chance.permutation(len(present))[:_DELETED]]
    snapshot = warehouse.build(
        base,
        Change(
            parent=base.id if base else None,
            run=rows.run(f"run-{number}", _RUN),
            inserts={"articles": [documents]},
            deletes={"articles": gone},
        ),
    )
    states.add(pyarrow_columns(str(snapshot.path / "articles")))
    warehouse.switch(snapshot)
    warehouse.prune()
    warehouse.discard_staging(f"run-{number}")


def main() -> None:
    """Print what the readers found."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--publishes", type=int, default=100, help="how often the writer publishes"
    )
    options.add_argument(
        "--seconds-between", type=float, default=0.2, help="seconds between two publishes"
    )
    options.add_argument(
        "--readers",
        default=",".join(READERS),
        help="readers, separated by commas; each gets a process",
    )
    options.add_argument(
        "--rest", type=float, default=0.0, help="seconds that a reader waits between two reads"
    )
    given = options.parse_args()
    names = given.readers.split(",")
    with tempfile.TemporaryDirectory() as folder:
        root, stop = Path(folder) / "wh", Path(folder) / "stop"
        states: set[Answer] = set()
        warehouse = Warehouse.open(
            root, create=True, options=Options(keep_snapshots=10, grace_hours=0)
        )
        publish_one(warehouse, 0, states)
        context = multiprocessing.get_context("spawn")
        readers = {
            name: context.Process(
                target=read_until, args=(stop, root, name, Path(folder) / name, given.rest)
            )
            for name in names
        }
        for process in readers.values():
            process.start()
        number = 0
        try:
            for number in range(1, given.publishes + 1):
                publish_one(warehouse, number, states)
                time.sleep(given.seconds_between)
        except KeyboardInterrupt:
            print("stopped; results so far:")
        stop.touch()
        for process in readers.values():
            process.join()
        is_wrong = tell(
            {name: Counter(json.loads((Path(folder) / name).read_text())) for name in names},
            states,
            number,
        )
    sys.exit(1 if is_wrong else 0)


def tell(results: dict[str, Counter[str]], states: set[Answer], publishes: int) -> bool:
    """Print a line for each reader and way of reading; return whether there was a wrong answer."""
    is_wrong = False
    rows = {number for number, _ in states}
    print(f"{publishes} publishes, {len(states)} states")
    for name, seen in results.items():
        for mode in ("through current/", "resolved first"):
            counts: Counter[str] = Counter()
            kinds: set[str] = set()
            for key, number in seen.items():
                where, what, value = json.loads(key)
                if where != mode:
                    continue
                if what == "error":
                    counts["loud"] += number
                    kinds.add(value)
                elif tuple(value) in states or (value[1] is None and value[0] in rows):
                    counts["right"] += number
                else:
                    counts["empty" if value[0] == 0 and name.endswith("whole") else "wrong"] += (
                        number
                    )
            is_wrong = (
                is_wrong
                or counts["wrong"] > 0
                or (mode == "resolved first" and counts["right"] < counts.total())
            )
            print(
                f"{name:16} {mode:17} {counts['right']:6,} right {counts['wrong']:4} wrong {counts['empty']:4} empty "
                f"{counts['loud']:5} loud errors {', '.join(sorted(kinds))}"
            )
    return is_wrong


if __name__ == "__main__":
    main()
