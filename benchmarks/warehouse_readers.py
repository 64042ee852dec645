"""Readers in a loop against a writer that publishes 100 times: wrong counts, mixed versions, loud errors.

    python -m benchmarks.warehouse_readers --publishes 100 --seconds-between 0.3

Each snapshot has a number of rows and a sum of `n_words` of its own. A read is right when it gives
the two of one snapshot; anything else is a wrong answer. Each reader lists once through `current/`
and once resolves first (`copydesk path articles`), in turn.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks import warehouse_rows as rows
from copydesk.flows.warehouse import Change, Options, Warehouse

_RUN = 300  # documents of a publish
_DELETED = 40


def by_duckdb(folder: str) -> tuple[int, int]:
    import duckdb

    return tuple(duckdb.sql(f"select count(*), sum(n_words)::bigint from '{folder}/*.parquet'").fetchall()[0])


def by_polars(folder: str) -> tuple[int, int]:
    import polars as pl

    return pl.scan_parquet(folder).select(pl.len().alias("n"), pl.col("n_words").cast(pl.Int64).sum()).collect().row(0)


def by_pandas(folder: str) -> tuple[int, int]:
    import pandas as pd

    frame = pd.read_parquet(folder, columns=["n_words"])
    return len(frame), int(frame["n_words"].sum())


def by_pyarrow(folder: str) -> tuple[int, int]:
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    table = ds.dataset(folder).to_table(columns=["n_words"])
    return table.num_rows, pc.sum(table["n_words"]).as_py()


READERS: dict[str, Callable[[str], tuple[int, int]]] = {"duckdb": by_duckdb, "polars": by_polars, "pandas": by_pandas, "pyarrow": by_pyarrow}


def read_until(stop: Path, root: Path, reader: str, results: Path) -> None:
    """Read in a loop and write down what came out: mode, result or error."""
    read = READERS[reader]
    seen: Counter[str] = Counter()
    turn = 0
    while not stop.exists():
        turn += 1
        mode = "through current/" if turn % 2 else "resolved first"
        folder = root / "current" / "articles"
        try:
            found = read(os.path.realpath(folder) if turn % 2 == 0 else str(folder))
        except Exception as error:  # each tool has an error tree of its own; every kind counts as loud
            seen[json.dumps([mode, "error", type(error).__name__])] += 1
        else:
            seen[json.dumps([mode, "read", list(found)])] += 1
    results.write_text(json.dumps(seen))


def publish_one(warehouse: Warehouse, number: int, states: set[tuple[int, int]]) -> None:
    """One publish that adds, and after the first also deletes; its state is known before readers can see it."""
    base = warehouse.current()
    chance = np.random.default_rng(number)
    documents = rows.documents(number * _RUN, _RUN, chance.integers(20_600, 20_780, _RUN))
    words = chance.integers(1, 1_000_000, _RUN).astype(np.int32)
    place = documents.schema.get_field_index("n_words")
    documents = documents.set_column(place, documents.schema.field(place), [words])
    present = base.table("articles", ["doc_id"])["doc_id"].to_pylist() if base else []
    gone = [present[place] for place in chance.permutation(len(present))[:_DELETED]]
    snapshot = warehouse.build(base, Change(
        parent=base.id if base else None, run=rows.run(f"run-{number}", _RUN), inserts={"articles": [documents]},
        deletes={"articles": gone},
    ))
    states.add(by_pyarrow(str(snapshot.path / "articles")))
    warehouse.switch(snapshot)
    warehouse.prune()
    warehouse.discard_staging(f"run-{number}")


def main() -> None:
    """Print what the readers saw."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--publishes", type=int, default=100)
    options.add_argument("--seconds-between", type=float, default=0.2)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, stop = Path(folder) / "wh", Path(folder) / "stop"
        states: set[tuple[int, int]] = set()
        warehouse = Warehouse.open(root, create=True, options=Options(keep_snapshots=10, grace_hours=0))
        publish_one(warehouse, 0, states)
        context = multiprocessing.get_context("spawn")
        readers = {name: context.Process(target=read_until, args=(stop, root, name, Path(folder) / name)) for name in READERS}
        for process in readers.values():
            process.start()
        for number in range(1, given.publishes + 1):
            publish_one(warehouse, number, states)
            time.sleep(given.seconds_between)
        stop.touch()
        for process in readers.values():
            process.join()
        wrong = tell({name: Counter(json.loads((Path(folder) / name).read_text())) for name in READERS}, states, given.publishes)
    sys.exit(1 if wrong else 0)


def tell(results: dict[str, Counter[str]], states: set[tuple[int, int]], publishes: int) -> int:
    """A line for each reader and way of reading; returns the number of wrong answers."""
    wrong = 0
    print(f"{publishes} publishes, {len(states)} states")
    for name, seen in results.items():
        for mode in ("through current/", "resolved first"):
            right = bad = loud = 0
            kinds: set[str] = set()
            for key, number in seen.items():
                where, what, value = json.loads(key)
                if where != mode:
                    continue
                if what == "error":
                    loud += number
                    kinds.add(value)
                elif tuple(value) in states:
                    right += number
                else:
                    bad += number
            wrong += bad
            print(f"{name:8} {mode:17} {right:6,} right {bad:4} wrong {loud:4} loud errors {', '.join(sorted(kinds))}")
    return wrong


if __name__ == "__main__":
    main()
