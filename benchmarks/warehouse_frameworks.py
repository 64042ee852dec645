"""Read a warehouse with pyspark, Hugging Face `datasets` and DuckDB, and compare the results.

    python -m venv other && other/bin/pip install pyspark datasets duckdb
    other/bin/python benchmarks/warehouse_frameworks.py warehouse

The script imports nothing of copydesk, so the readers can have an environment of their own. pyspark
needs Java 17 or later.

For each table, all three readers must give the same rows, names of columns, nulls in each column,
and sum of the lengths of each text. The script names a reader that is not installed. `datasets` 5.2
cannot load a table without rows, whoever wrote it, so such tables are left out for it. The exit
code is 1 if two readers differ.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Columns = dict[str, tuple[str, int, int | None]]  # name: type, nulls, letters of a text
TABLES = (
    "articles",
    "duplicates",
    "pairs",
    "removed",
    "rejects",
    "quarantined",
    "stories",
    "templates",
    "tombstones",
    "runs",
)


def by_duckdb(folder: Path) -> tuple[int, Columns]:
    """Return rows and columns as DuckDB reads them. The other readers are compared with these."""
    import duckdb

    rows = duckdb.sql(f"from '{folder}/*.parquet'")
    columns: Columns = {}
    for name, kind in zip(rows.columns, map(str, rows.types), strict=True):
        letters = f'sum(length("{name}"))::bigint' if kind == "VARCHAR" else "null"
        nulls, total = duckdb.sql(
            f"select count(*) - count(\"{name}\"), {letters} from '{folder}/*.parquet'"
        ).fetchall()[0]
        columns[name] = (kind, nulls, total)
    return len(rows), columns


def by_spark(folder: Path) -> tuple[int, Columns]:
    """Return the same, read by the Parquet reader of Spark."""
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    spark = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    frame = spark.read.parquet(str(folder))
    sums = [
        f.sum(f.col(name).isNull().cast("int")).alias(f"nulls of {name}") for name in frame.columns
    ]
    sums += [
        f.sum(f.length(name)).alias(f"letters of {name}")
        for name, kind in frame.dtypes
        if kind == "string"
    ]
    found = frame.agg(f.count(f.lit(1)).alias("rows"), *sums).collect()[0].asDict()
    columns = {
        name: (kind, found[f"nulls of {name}"] or 0, found.get(f"letters of {name}"))
        for name, kind in frame.dtypes
    }
    return found["rows"], columns


def by_datasets(folder: Path) -> tuple[int, Columns]:
    """Return the same, read by `datasets.load_dataset`."""
    import datasets

    datasets.disable_progress_bars()
    rows = datasets.load_dataset("parquet", data_files=f"{folder}/*.parquet", split="train")
    columns: Columns = {}
    for name, kind in rows.features.items():
        values = rows.data.column(name)
        is_text = getattr(kind, "dtype", "") in ("string", "large_string")
        letters = (
            sum(len(text) for text in values.to_pylist() if text is not None)
            if is_text and values.null_count < len(values)
            else None
        )
        columns[name] = (str(getattr(kind, "dtype", kind)), values.null_count, letters)
    return rows.num_rows, columns


READERS: dict[str, Callable[[Path], tuple[int, Columns]]] = {
    "pyspark": by_spark,
    "datasets": by_datasets,
}


def differences(expected: tuple[int, Columns], found: tuple[int, Columns]) -> list[str]:
    """Return how another reader differs from DuckDB.

    Types have other names in each tool, so they are printed and not compared.
    """
    told = [] if expected[0] == found[0] else [f"{found[0]} rows instead of {expected[0]}"]
    if list(expected[1]) != list(found[1]):
        return [
            *told,
            f"columns {sorted(expected[1].keys() ^ found[1].keys()) or 'in another order'}",
        ]
    for name, (_, nulls, letters) in expected[1].items():
        _, their_nulls, their_letters = found[1][name]
        if nulls != their_nulls or (letters or 0) != (their_letters or 0):
            told.append(
                f"{name}: {their_nulls} nulls and {their_letters} letters instead of {nulls} and {letters}"
            )
    return told


def main(arguments: list[str]) -> int:
    """Print a line for each table and reader, then the types of `articles`."""
    root = Path(arguments[0] if arguments else "warehouse")
    here = {name: read for name, read in READERS.items() if importlib.util.find_spec(name)}
    for name in READERS.keys() - here.keys():
        print(f"{name} is not installed")
    is_wrong, kinds = False, dict[str, Any]()
    for table in TABLES:
        folder = root / "current" / table
        expected = by_duckdb(folder)
        for name, read in here.items():
            if name == "datasets" and expected[0] == 0:
                print(f"{table:12} {name:9} left out: no rows")
                continue
            found = read(folder)
            told = differences(expected, found)
            is_wrong = is_wrong or bool(told)
            print(
                f"{table:12} {name:9} {found[0]:6,} rows {len(found[1]):3} columns  {'; '.join(told) or 'as DuckDB'}",
                flush=True,
            )
            if table == "articles":
                kinds[name] = found[1]
        if table == "articles":
            kinds["duckdb"] = expected[1]
    for column in kinds["duckdb"]:
        print(
            f"{column:30}" + "  ".join(f"{name} {kind[column][0]}" for name, kind in kinds.items())
        )
    return 1 if is_wrong or not here else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
