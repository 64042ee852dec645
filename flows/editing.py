"""What a worker does with a shard: decode, edit and tabulate each record, and write the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.read.record import Record, Reject, reject
from copydesk.schemas import tables as base
from copydesk.transforms import decode, edit, tabulate
from copydesk.transforms.article import Article, Refused

STAGED_REJECTS = pa.schema([field for field in base.REJECTS if field.name != "run_id"])


def article_of(record: Record, options: edit.Options) -> Article | Reject:
    """The article of a record, or the row that says why there is none."""
    try:
        decoded = decode.decode(record.body, declared=record.declared_encoding, html=record.kind == "page")
    except Refused as refused:
        return reject(record, refused)
    source = record.source(encoding=decoded.evidence)
    article = (edit.page if record.kind == "page" else edit.plain)(decoded.text, source, options)
    return reject(record, article.refused) if article.refused else article


def write(outcomes: Iterable[Article | Reject], folder: Path, name: str) -> None:
    """Write the shard's tables as `<name>.<table>.parquet`, each whole or not at all."""
    edited: list[Article] = []
    rejects: list[Reject] = []
    for outcome in outcomes:
        if isinstance(outcome, Article):
            edited.append(outcome)
        else:
            rejects.append(outcome)
    staged = {
        "rejects": pa.Table.from_pylist([asdict(row) for row in rejects], schema=STAGED_REJECTS),
        "removed": tabulate.removed(edited),
        "articles": tabulate.articles(edited),  # last: its presence says the shard is done
    }
    for table, rows in staged.items():
        write_whole(rows, folder / f"{name}.{table}.parquet")


def write_whole(table: pa.Table, path: Path) -> None:
    """Write a Parquet file under another name and rename it, so that a file that is there is whole."""
    draft = path.with_suffix(".part")
    pq.write_table(table, draft, compression="zstd", compression_level=1)  # read once and deleted
    draft.replace(path)
