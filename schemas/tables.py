"""The tables of a snapshot: their columns, how their rows are arranged in files, and a sentence about each.

This is the only registry of tables. Taggers declare their columns in their own files, and
`copydesk.transforms.snapshot_schemas` puts the taggers' columns between `IDENTITY` and `TEXT` and holds the
complete schemas; a reader of the Parquet files finds each sentence in the metadata of the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from copydesk.schemas.column import STRINGS, TIMESTAMP, column
from copydesk.schemas.document_columns import (
    DUPLICATION,
    EXTRA,
    GROUPS,
    HISTORY,
    IDENTITY,
    QUARANTINE,
    SIMILARITY,
    TEXT,
)
from copydesk.schemas.row_layout import Layout

SCHEMA_VERSION = 2

PAIRS = pa.schema(
    [
        column(
            "doc_a",
            pa.string(),
            "The later document of the pair, in order of publication and then of doc_id.",
            required=True,
        ),
        column("doc_b", pa.string(), "The earlier document of the pair.", required=True),
        *SIMILARITY,
    ]
)

REMOVED = pa.schema(
    [
        column("doc_id", pa.string(), "Document from which the passage was cut.", required=True),
        column(
            "start",
            pa.int32(),
            "First code point of the passage in the extracted text.",
            required=True,
        ),
        column("end", pa.int32(), "Code point after the end of the passage.", required=True),
        column("text", pa.large_string(), "The passage itself.", required=True),
        column(
            "rule",
            pa.string(),
            "Rule that cut the passage; `copydesk rules` lists all rules.",
            required=True,
        ),
        column("rule_version", pa.int32(), "Version of that rule.", required=True),
    ]
)

REJECTS = pa.schema(
    [
        column(
            "source_uri",
            pa.string(),
            "Where the document was read: path relative to its input root, or a URI.",
            required=True,
        ),
        column(
            "record_number",
            pa.int64(),
            "Position of the record in its source, from 0; null if the whole file is meant.",
        ),
        column("url", pa.string(), "Address as the source gives it, if it gives one."),
        column(
            "step",
            pa.string(),
            "Step that refused the document: read, decode, extract, clean or tag.",
            required=True,
        ),
        column(
            "reason",
            pa.string(),
            "Name of the reason, such as empty, binary, too_large or truncated.",
            required=True,
        ),
        column("detail", pa.string(), "One sentence that says which limit or fault it was."),
        column("size_bytes", pa.int64(), "Size of the raw document, if known."),
        column("run_id", pa.string(), "Run that refused the document.", required=True),
    ]
)

STORIES = pa.schema(
    [
        column(
            "story_id",
            pa.string(),
            "Id that does not change: the doc_id of the document that started the story.",
            required=True,
        ),
        column("title", pa.string(), "Title of the document with rank 1."),
        column("doc_id", pa.string(), "Document with rank 1."),
        column("n_articles", pa.int32(), "Documents of `articles` in the story.", required=True),
        column(
            "n_outlets",
            pa.int32(),
            "Number of different outlets in the story, including those that carried a copy.",
            required=True,
        ),
        column("first_published_at", TIMESTAMP, "Earliest publication in the story."),
        column("last_published_at", TIMESTAMP, "Latest publication in the story."),
        column(
            "merged_into",
            pa.string(),
            "Story into which this one was merged; its articles have the id of that story.",
        ),
        column(
            "idf_epoch",
            pa.int32(),
            "Epoch of the fixed word weights with which the story was formed.",
        ),
        column("run_id", pa.string(), "Run that last changed the story.", required=True),
    ]
)

TEMPLATES = pa.schema(
    [
        column("outlet_id", pa.string(), "Outlet whose documents repeat the line.", required=True),
        column(
            "line",
            pa.large_string(),
            "The line, with each run of white space as one space.",
            required=True,
        ),
        column(
            "n_documents",
            pa.int32(),
            "Number of the outlet's documents that contain the line.",
            required=True,
        ),
        column(
            "share",
            pa.float32(),
            "Share of the outlet's documents that contain the line.",
            required=True,
        ),
        column(
            "examples",
            STRINGS,
            "doc_id of up to five documents that contain the line.",
            required=True,
        ),
        column("status", pa.string(), "candidate, active, approved or rejected.", required=True),
        column(
            "version",
            pa.int32(),
            "Version of the table in which the status was last set.",
            required=True,
        ),
        column("run_id", pa.string(), "Run that learned the line.", required=True),
    ]
)

TOMBSTONES = pa.schema(
    [
        column(
            "doc_id",
            pa.string(),
            "Document that was forgotten. A later run does not add it again.",
            required=True,
        ),
        column(
            "url_sha256",
            pa.string(),
            "SHA-256 of its address without scheme, `www` and the like, hex. Unless the scope is doc, a later run adds no document of that address.",
        ),
        column("scope", pa.string(), "What the request named: doc, url or outlet.", required=True),
        column("receipt_id", pa.string(), "Id of the receipt in `receipts/`.", required=True),
        column("forgotten_at", TIMESTAMP, "When the document was forgotten.", required=True),
    ]
)

RUNS = pa.schema(
    [
        column("run_id", pa.string(), "Id of the run.", required=True),
        column(
            "kind",
            pa.string(),
            "ingest, reprocess, rethreshold, reindex, replay, release, forget, templates, migrate or rollback.",
            required=True,
        ),
        column("started_at", TIMESTAMP, "When the run began.", required=True),
        column("finished_at", TIMESTAMP, "When its snapshot was published.", required=True),
        column("n_read", pa.int64(), "Documents read.", required=True),
        column(
            "n_articles",
            pa.int64(),
            "Documents added to `articles`, revisions included.",
            required=True,
        ),
        column("n_duplicates", pa.int64(), "Documents added to `duplicates`.", required=True),
        column("n_rejected", pa.int64(), "Documents added to `rejects`.", required=True),
        column("n_quarantined", pa.int64(), "Documents added to `quarantined`.", required=True),
        column(
            "n_known",
            pa.int64(),
            "Documents that were known before, including forgotten ones.",
            required=True,
        ),
        column(
            "n_revisions",
            pa.int64(),
            "Added articles that are a new revision of an earlier one.",
            required=True,
        ),
        column("n_moved", pa.int64(), "Rows that moved between tables.", required=True),
        column("recipe_sha256", pa.string(), "SHA-256 of the resolved recipe.", required=True),
        column("recipe", pa.string(), "The resolved recipe as TOML.", required=True),
        column(
            "rules_sha256",
            pa.string(),
            "SHA-256 of the names, versions and patterns of all rules.",
            required=True,
        ),
        column("versions", pa.string(), "Package versions, as JSON.", required=True),
    ]
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A table: a sentence about it, its own columns, and its layout.

    A table of documents has all columns of `articles`, followed by its own.
    """

    meaning: str
    columns: tuple[pa.Field, ...]
    layout: Layout
    holds_documents: bool = False


# Files are cut by date and sorted by outlet inside: the row groups' statistics then serve both
# filters. A file has eight row groups where they hold 500 to 5,000 documents, and an outlet is then
# in one or two of the eight. Measured on 50,000 documents: groups of 1,000 instead of 10,000 cost
# 0.5 % of size and a fifth of the time of a full scan, and a point lookup is four times as fast.
_BY_DATE_AND_OUTLET = Layout(
    date="published_date",
    keys=("doc_id",),
    cut=("published_date", "outlet_id", "doc_id"),
    sort=("outlet_id", "published_date", "doc_id"),
    row_group=(500, 5_000),
)

DECLARED: Mapping[str, Declared] = {
    "articles": Declared(
        "One row per kept document: the corpus.",
        (*IDENTITY, *TEXT, *GROUPS, EXTRA, *HISTORY),
        _BY_DATE_AND_OUTLET,
        holds_documents=True,
    ),
    "duplicates": Declared(
        "Each duplicate as a whole document, with the document that it duplicates, how similar they are, "
        "and why the other one was kept.",
        DUPLICATION,
        _BY_DATE_AND_OUTLET,
        holds_documents=True,
    ),
    "pairs": Declared(
        "Pairs of documents whose similarity was measured, down to the recipe's `pair_floor`.",
        tuple(PAIRS),
        Layout(follows="doc_a", keys=("doc_a", "doc_b"), sort=("doc_a", "doc_b")),
    ),
    "removed": Declared(
        "The ledger: every passage cut from a document. "
        "With `text` it rebuilds the extracted text exactly.",
        tuple(REMOVED),
        Layout(follows="doc_id", keys=("doc_id",), sort=("doc_id", "start", "end")),
    ),
    "rejects": Declared(
        "Documents that could not become articles, with the step and the reason.",
        tuple(REJECTS),
        Layout(sort=("source_uri", "record_number", "run_id", "step", "reason")),
    ),
    "quarantined": Declared(
        "Documents held back because their outlet's profile changed at once; "
        "`copydesk quarantine` releases them.",
        QUARANTINE,
        _BY_DATE_AND_OUTLET,
        holds_documents=True,
    ),
    "stories": Declared(
        "Articles on the same event, under one id.",
        tuple(STORIES),
        Layout(date="first_published_at", keys=("story_id",), sort=("story_id",)),
    ),
    "templates": Declared(
        "Lines that recur in an outlet's documents, with the evidence and the reviewer's decision.",
        tuple(TEMPLATES),
        Layout(sort=("outlet_id", "line", "version")),
    ),
    "tombstones": Declared(
        "Documents that were forgotten. A later run does not add them again.",
        tuple(TOMBSTONES),
        Layout(keys=("doc_id",), sort=("doc_id", "url_sha256", "scope")),
    ),
    "runs": Declared(
        "Every run that changed the tables, with its counts, recipe and versions.",
        tuple(RUNS),
        Layout(sort=("finished_at", "run_id")),
    ),
}

DOCUMENT_TABLES = tuple(name for name, declared in DECLARED.items() if declared.holds_documents)
"""A document is in exactly one of these."""
