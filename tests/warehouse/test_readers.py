"""The tools that people use get the same rows from the folder, by its name and by a glob."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from tests.warehouse import rows


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    warehouse = Warehouse.open(tmp_path_factory.mktemp("readers") / "wh", create=True)
    for run in range(3):
        base = warehouse.current()
        articles = [
            rows.article(n, date=dt.date(2026, 9 + n % 3, 1 + n % 28) if n % 10 else None)
            for n in range(run * 100, run * 100 + 100)
        ]
        made = warehouse.publish(
            Change(
                parent=base.id if base else None,
                run=rows.run(f"run-{run}", n_articles=100),
                inserts={"articles": [rows.table("articles", articles)]},
            )
        )
    return made


def through_current(snapshot: Snapshot) -> str:
    return str(snapshot.root / "current" / "articles")


READERS = {
    "duckdb glob": lambda folder: {
        x[0] for x in duckdb.sql(f"select doc_id from '{folder}/*.parquet'").fetchall()
    },
    "polars folder": lambda folder: set(
        pl.scan_parquet(folder).select("doc_id").collect()["doc_id"]
    ),
    "polars glob": lambda folder: set(
        pl.read_parquet(f"{folder}/*.parquet", columns=["doc_id"])["doc_id"]
    ),
    "pandas folder": lambda folder: set(pd.read_parquet(folder, columns=["doc_id"])["doc_id"]),
    "pyarrow dataset": lambda folder: set(
        ds.dataset(folder).to_table(columns=["doc_id"])["doc_id"].to_pylist()
    ),
    "pyarrow table": lambda folder: set(
        pq.read_table(folder, columns=["doc_id"])["doc_id"].to_pylist()
    ),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_gets_every_row_once(snapshot: Snapshot, reader: str) -> None:
    assert READERS[reader](through_current(snapshot)) == {rows.doc_id(n) for n in range(300)}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("table", ["quarantined", "duplicates"])
def test_a_table_without_rows_is_read_as_such(snapshot: Snapshot, reader: str, table: str) -> None:
    assert READERS[reader](str(snapshot.root / "current" / table)) == set()


def test_nested_and_dated_columns_read_alike(snapshot: Snapshot) -> None:
    folder = through_current(snapshot)
    by_duckdb = duckdb.sql(
        f"select count(*) from '{folder}/*.parquet' where published_date >= date '2026-11-01' and len(byline) = 0"
    ).fetchall()
    by_polars = (
        pl.scan_parquet(folder)
        .filter(pl.col("published_date") >= dt.date(2026, 11, 1))
        .collect()
        .height
    )
    assert by_duckdb[0][0] == by_polars == 90


def test_a_date_filter_leaves_other_months_unread(snapshot: Snapshot) -> None:
    where = (pc.field("published_date") >= dt.date(2026, 10, 1)) & (
        pc.field("published_date") < dt.date(2026, 11, 1)
    )
    fragments = list(snapshot.dataset("articles").get_fragments())
    read = [
        Path(fragment.path).name[:7]
        for fragment in fragments
        if fragment.subset(filter=where).row_groups
    ]
    assert set(read) == {"2026-10"}
