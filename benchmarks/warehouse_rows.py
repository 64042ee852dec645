"""Make rows for the benchmarks of the warehouse: words drawn by Zipf's law, 3 kB per document."""

from __future__ import annotations

import datetime as dt
import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.transforms.snapshot_schemas import TABLES

WORDS_PER_DOCUMENT = 450
CUTS_PER_DOCUMENT = 3
_VOCABULARY = 30_000
_NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


def documents(first: int, number: int, days: np.ndarray, table: str = "articles") -> pa.Table:
    """Return documents `first` to `first + number`, published on the given days since 1970."""
    chance = np.random.default_rng(first)
    ids = [
        hashlib.sha256(f"document {n}".encode()).hexdigest() for n in range(first, first + number)
    ]
    text = _texts(chance, number)
    outlets = chance.zipf(1.3, number) % 200
    addresses = [
        f"https://o{outlet}.example/{first + place}" for place, outlet in enumerate(outlets)
    ]
    given = {
        "doc_id": pa.array([identifier[:32] for identifier in ids]),
        "source_uri": pa.array([f"crawl-{first // 10_000}.warc.gz"] * number),
        "record_number": pa.array(np.arange(first, first + number)),
        "url": pa.array(addresses),
        "canonical_url": pa.array(addresses),
        "outlet": pa.array([f"Outlet {outlet}" for outlet in outlets]),
        "outlet_id": pa.array([f"o{outlet}.example" for outlet in outlets]),
        "title": pa.array([f"Headline of document {n}" for n in range(first, first + number)]),
        "published_date": pa.array(days.astype(np.int32)).cast(pa.date32()),
        "text": text,
        "n_words": pa.array(np.full(number, WORDS_PER_DOCUMENT)),
        "n_chars": pc.utf8_length(text),
        "content_sha256": pa.array(ids),
        "extracted_sha256": pa.array(ids),
        "language": pa.array(["en"] * number),
        "cluster_size": pa.array(np.ones(number, np.int32)),
        "story_id": pa.array([identifier[:32] for identifier in ids]),
        "story_rank": pa.array(np.ones(number, np.int32)),
    }
    return _filled(table, given, number)


def cuts(first: int, number: int) -> pa.Table:
    """Return the ledger rows of documents `first` to `first + number`."""
    ids = [
        hashlib.sha256(f"document {n}".encode()).hexdigest()[:32]
        for n in range(first, first + number)
    ]
    starts = np.tile(np.arange(CUTS_PER_DOCUMENT) * 30, number)
    given = {
        "doc_id": pa.array(np.repeat(ids, CUTS_PER_DOCUMENT)),
        "start": pa.array(starts),
        "end": pa.array(starts + 29),
        "text": pa.array(["Share this story with others\n"] * len(starts), pa.large_string()),
        "rule": pa.array(["share_bar"] * len(starts)),
    }
    return _filled("removed", given, len(starts))


def stories(documents_: pa.Table) -> pa.Table:
    """Return a story for each document."""
    given = {
        "story_id": documents_["doc_id"],
        "doc_id": documents_["doc_id"],
        "title": documents_["title"],
        "first_published_at": documents_["published_date"]
        .cast(pa.timestamp("us"))
        .cast(pa.timestamp("us", tz="UTC")),
    }
    return _filled("stories", given, documents_.num_rows)


def run(run_id: str, number: int) -> dict[str, object]:
    """A row of `runs`."""
    return {
        "run_id": run_id,
        "kind": "ingest",
        "started_at": _NOON,
        "finished_at": _NOON,
        "n_read": number,
        "n_articles": number,
        "recipe_sha256": "0" * 64,
        "recipe": "",
        "rules_sha256": "0" * 64,
        "versions": "{}",
    }


def _texts(chance: np.random.Generator, number: int) -> pa.Array:
    letters = np.random.default_rng(1).integers(97, 123, (_VOCABULARY, 9), dtype=np.uint8)
    lengths = np.random.default_rng(2).integers(2, 10, _VOCABULARY)
    vocabulary = pa.array(
        [bytes(word[:length]).decode() for word, length in zip(letters, lengths, strict=True)]
    )
    ranks = np.minimum(chance.zipf(1.15, number * WORDS_PER_DOCUMENT), _VOCABULARY) - 1
    offsets = np.arange(0, len(ranks) + 1, WORDS_PER_DOCUMENT, dtype=np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), vocabulary.take(pa.array(ranks)))
    return pc.binary_join(lists, " ").cast(pa.large_string())


def _filled(table: str, given: dict[str, pa.Array], number: int) -> pa.Table:
    columns = []
    for field in TABLES[table]:
        if field.name in given:
            columns.append(given[field.name].cast(field.type))
        elif pa.types.is_list(field.type):
            columns.append(
                pa.ListArray.from_arrays(
                    pa.array(np.zeros(number + 1, np.int32)), pa.array([], field.type.value_type)
                ).cast(field.type)
            )
        elif field.nullable:
            columns.append(pa.nulls(number, field.type))
        elif pa.types.is_struct(field.type):
            children = [pa.nulls(number, child.type) for child in field.type]
            columns.append(pa.StructArray.from_arrays(children, fields=list(field.type)))
        elif pa.types.is_string(field.type):
            columns.append(pa.array(["-"] * number))
        else:
            columns.append(pa.array(np.ones(number, np.int32)).cast(field.type))
    return pa.Table.from_arrays(columns, schema=TABLES[table])
