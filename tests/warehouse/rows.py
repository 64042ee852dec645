"""Made-up rows for the tests of the warehouse."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk.flows.warehouse import Warehouse
from copydesk.transforms.snapshot_schemas import TABLES

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
_WORDS = [
    "harbour",
    "council",
    "ferry",
    "budget",
    "rain",
    "strike",
    "museum",
    "votes",
    "bridge",
    "school",
    "mayor",
    "train",
]


def doc_id(number: int) -> str:
    """Return a doc_id as the contract defines it."""
    return hashlib.sha256(f"document {number}".encode()).hexdigest()[:32]


def row(table: str, **values: Any) -> dict[str, Any]:
    """Return a row of a table: the given values, and neutral ones in other required columns."""
    made: dict[str, Any] = {}
    for field in TABLES[table]:
        if pa.types.is_list(field.type) or pa.types.is_map(field.type):
            made[field.name] = []
        elif field.nullable:
            made[field.name] = None
        elif pa.types.is_struct(field.type):
            made[field.name] = {}
        elif pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
            made[field.name] = 1
        elif pa.types.is_timestamp(field.type):
            made[field.name] = NOON
        else:
            made[field.name] = "-"
    if unknown := set(values) - set(made):
        raise KeyError(f"{table} has no {unknown}")
    return {**made, **values}


def table(name: str, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Return the rows as a table of that schema."""
    return pa.Table.from_pylist(list(rows), schema=TABLES[name])


def article(
    number: int,
    *,
    table: str = "articles",
    date: dt.date | None = dt.date(2026, 11, 2),
    **values: Any,
) -> dict[str, Any]:
    """Return an article whose text, hashes and removed line (see `cut`) agree."""
    text = values.pop("text", None) or text_of(number)
    cut = f"{text}\nShare this story\n"
    return row(
        table,
        **{
            "doc_id": doc_id(number),
            "source_uri": f"in/{number}.txt",
            "url": f"https://news.example/{number}",
            "canonical_url": f"https://news.example/{number}",
            "outlet": f"Outlet {number % 7}",
            "outlet_id": f"o{number % 7}.example",
            "published_date": date,
            "text": text,
            "n_words": len(text.split()),
            "n_chars": len(text),
            "language": "en",
            "content_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "extracted_sha256": hashlib.sha256(cut.encode()).hexdigest(),
            "cluster_size": 1,
            "story_id": doc_id(number),
            "story_rank": 1,
            "run_id": "run",
            **values,
        },
    )


def cut(number: int, *, text: str | None = None) -> dict[str, Any]:
    """Return the ledger row of `article(number)`."""
    length = len(text or text_of(number))
    return row(
        "removed",
        doc_id=doc_id(number),
        start=length,
        end=length + 18,
        text="\nShare this story\n",
        rule="share_bar",
    )


def story(number: int, *, date: dt.date = dt.date(2026, 11, 2)) -> dict[str, Any]:
    """Return the story that consists of `article(number)`."""
    when = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    return row(
        "stories",
        story_id=doc_id(number),
        doc_id=doc_id(number),
        n_articles=1,
        first_published_at=when,
        run_id="run",
    )


def text_of(number: int) -> str:
    """Return sentences that differ from number to number."""
    words = random.Random(number).choices(_WORDS, k=60)
    return f"Report {number}. " + " ".join(words) + "."


def run(
    run_id: str, *, kind: str = "ingest", at: dt.datetime = NOON, **counts: int
) -> dict[str, Any]:
    """Return a row of `runs` whose counts balance."""
    counts = {"n_articles": 0, **counts}
    read = sum(
        counts.get(name, 0)
        for name in ("n_articles", "n_duplicates", "n_rejected", "n_quarantined", "n_known")
    )
    return {
        "run_id": run_id,
        "kind": kind,
        "started_at": at,
        "finished_at": at,
        "n_read": read,
        **counts,
        "recipe_sha256": "0" * 64,
        "recipe": "",
        "rules_sha256": "1" * 64,
        "versions": '{"copydesk": "0.1.0"}',
    }


def copied(warehouse: Warehouse, folder: Path) -> Warehouse:
    """Copy a warehouse, because that takes a tenth of the time of making it again.

    Files that are links to each other stay so.
    """
    places: dict[int, str] = {}

    def copy(source: str, target: str) -> None:
        inode = os.stat(source).st_ino
        if inode in places:
            os.link(places[inode], target)
        else:
            places[inode] = shutil.copy2(source, target)

    shutil.copytree(warehouse.root, folder, symlinks=True, copy_function=copy)
    return Warehouse.open(folder)
