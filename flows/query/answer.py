"""Write the answer to a query as a table for people, or as CSV, JSON, JSON Lines or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow.parquet as pq

from copydesk.flows.query.sql_views import relation
from copydesk.flows.support import atomic_write
from copydesk.flows.support.safe_text import printable

FORMATS = ("table", "csv", "json", "jsonl", "parquet")
_ROWS = 10_000  # how many rows are fetched at once, because an answer may be larger than memory
_SHOWN_ROWS = 200  # rows in a table for people; the other formats have all rows
_SHOWN_CHARS = 80  # characters shown of a cell


def write(answer: duckdb.DuckDBPyConnection, target: IO[str], form: str) -> None:
    """Write an answer as text in one of the formats, except Parquet."""
    names = [column[0] for column in answer.description or ()]
    _WRITERS[form](names, _rows(answer), target)


def write_parquet(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write the answer to a query as one Parquet file (zstd), and return the number of rows.

    The file appears when it is complete.
    """
    reader = relation(connection, sql).to_arrow_reader(_ROWS)
    n = 0
    with (
        atomic_write.temporary_file(path) as temporary,
        pq.ParquetWriter(temporary, reader.schema, compression="zstd") as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)
            n += batch.num_rows
    return n


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := answer.fetchmany(_ROWS):
        yield from rows


def _table(names: list[str], rows: Iterator[tuple[Any, ...]], target: IO[str]) -> None:
    shown: list[list[str]] = []
    numbers = [True] * len(names)
    n = 0
    for row in rows:
        n += 1
        if n > _SHOWN_ROWS:
            continue
        shown.append([_cell(value) for value in row])
        numbers = [
            is_number and (value is None or isinstance(value, (int, float)))
            for is_number, value in zip(numbers, row, strict=True)
        ]
    widths = [
        max(len(name), *(len(line[i]) for line in shown)) if shown else len(name)
        for i, name in enumerate(names)
    ]
    for line in (names, ["-" * width for width in widths], *shown):
        cells = (
            text.rjust(width) if is_number else text.ljust(width)
            for text, width, is_number in zip(line, widths, numbers, strict=True)
        )
        target.write("  ".join(cells).rstrip() + "\n")
    if n > _SHOWN_ROWS:
        target.write(
            f"The first {_SHOWN_ROWS} of {n:,} rows. Add --format csv, json or jsonl for all of them.\n"
        )
    else:
        target.write(f"{n:,} {'row' if n == 1 else 'rows'}\n")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False, default=_iso)
    text = printable(" ".join(str(_iso(value)).split()))
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


def _csv(names: list[str], rows: Iterator[tuple[Any, ...]], target: IO[str]) -> None:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow(
            [
                json.dumps(value, ensure_ascii=False, default=_iso)
                if isinstance(value, (list, dict))
                else _iso(value)
                for value in row
            ]
        )


def _json(names: list[str], rows: Iterator[tuple[Any, ...]], target: IO[str]) -> None:
    target.write("[")
    for i, line in enumerate(_lines(names, rows)):
        target.write(",\n " if i else "\n ")
        target.write(line)
    target.write("\n]\n")


def _jsonl(names: list[str], rows: Iterator[tuple[Any, ...]], target: IO[str]) -> None:
    for line in _lines(names, rows):
        target.write(line + "\n")


def _lines(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_iso)


def _iso(value: Any) -> Any:
    """Convert a value for JSON: dates to ISO 8601, and other values that JSON lacks to text."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


_WRITERS: dict[str, Callable[[list[str], Iterator[tuple[Any, ...]], IO[str]], None]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
}
