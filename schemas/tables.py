"""The tables of a snapshot, less the columns that taggers declare in their own files.

`copydesk.transforms.snapshot_schemas` puts the taggers' columns between `IDENTITY` and `TEXT` and holds the
complete schemas; a reader of Parquet files finds each sentence again in the field metadata.
"""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import STRINGS, TEXT_BY_NAME, TIMESTAMP, column

SCHEMA_VERSION = 2

IDENTITY = (
    column(
        "doc_id",
        pa.string(),
        "First 32 hex digits of SHA-256 over canonical URL (else source path and record number) and extracted text.",
        required=True,
    ),
    column(
        "source_uri",
        pa.string(),
        "Where the document was read: path relative to its input root, or a URI.",
        required=True,
    ),
    column(
        "record_number",
        pa.int64(),
        "Position of the record in its source, from 0; null for a file that is one document.",
    ),
    column(
        "source_kind",
        pa.string(),
        "page for HTML, text for text that another tool had extracted.",
        required=True,
    ),
    column(
        "url",
        pa.string(),
        "Address as the source gave it, else the one that the page names for itself.",
    ),
    column(
        "canonical_url",
        pa.string(),
        "Address the page names for itself, else the normalised `url`.",
    ),
    column(
        "fetched_at",
        TIMESTAMP,
        "When the document was fetched, by WARC-Date, an input field or (by recipe) the file's time.",
    ),
)

TEXT = (
    column(
        "text",
        pa.large_string(),
        "Clean text: the extracted text less the rows of `removed`.",
        required=True,
    ),
    column("n_words", pa.int32(), "Words in `text`.", required=True),
    column("n_chars", pa.int32(), "Unicode code points in `text`.", required=True),
    column("content_sha256", pa.string(), "SHA-256 of `text` in UTF-8, hex.", required=True),
    column(
        "extracted_sha256",
        pa.string(),
        "SHA-256 of the extracted text in UTF-8, hex: what `text` and `removed` rebuild.",
        required=True,
    ),
)

GROUPS = (
    column("story_id", pa.string(), "Story the document belongs to; also a story of one."),
    column(
        "story_rank",
        pa.int32(),
        "Place within the story, from 1; filter on 1 for one article per story.",
    ),
    column(
        "story_similarity",
        pa.float32(),
        "Highest TF-IDF cosine to another document in the window when the story was chosen, also where it was too low to join.",
    ),
    column("cluster_size", pa.int32(), "Documents in the copy cluster, this one included."),
    column("n_outlets", pa.int32(), "Distinct outlets in the copy cluster."),
    column(
        "n_origins",
        pa.int32(),
        "Independent origins in the copy cluster: outlets that do not credit a shared wire source.",
    ),
    column(
        "first_published_at",
        TIMESTAMP,
        "Earliest publication in the copy cluster; null where no document of it has a time.",
    ),
)

CLUSTER = ("cluster_size", "n_outlets", "n_origins", "first_published_at")
"""Columns of `GROUPS` that describe the copy cluster of a kept document."""

EXTRA = column(
    "extra",
    TEXT_BY_NAME,
    "Fields of the input that the recipe asks to keep (`[inputs] keep`), by name, as text.",
    required=True,
)

HISTORY = (
    column(
        "revision",
        pa.int32(),
        "1 for the first text seen at this address, then 2, 3, ...",
        required=True,
    ),
    column("supersedes", pa.string(), "`doc_id` of the previous revision."),
    column(
        "changed",
        STRINGS,
        "What changed against the previous revision: title, body, correction.",
        required=True,
    ),
    column("run_id", pa.string(), "Run that added the row.", required=True),
)

SIMILARITY = (
    column(
        "relation",
        pa.string(),
        "exact, near, excerpt, overlap, or template for alike texts of different events.",
        required=True,
    ),
    column("jaccard_estimated", pa.float32(), "Jaccard similarity estimated from the signatures."),
    column(
        "jaccard",
        pa.float32(),
        "Exact Jaccard similarity of the sets of word 3-grams (recipe `dedup.ngram`).",
    ),
    column(
        "containment_in_kept",
        pa.float32(),
        "Share of this document's word 3-grams found in the kept one (in `pairs`: of doc_a's in doc_b).",
    ),
    column(
        "containment_of_kept",
        pa.float32(),
        "Share of the kept document's word 3-grams found in this one (in `pairs`: of doc_b's in doc_a).",
    ),
    column(
        "longest_shared_words", pa.int32(), "Length in words of the longest passage both share."
    ),
    column(
        "distinctive_in_kept",
        pa.float32(),
        "Share of this document's wording, each word weighted by how rare it is in news, found in the kept one (in `pairs`: of doc_a's in doc_b).",
    ),
    column(
        "distinctive_of_kept",
        pa.float32(),
        "Share of the kept document's wording, weighted in the same way, found in this one (in `pairs`: of doc_b's in doc_a).",
    ),
    column(
        "facts_missing_in_kept",
        pa.int32(),
        "Rare words, names and numbers of this document that the kept one lacks (in `pairs`: of doc_a that doc_b lacks).",
    ),
    column(
        "facts_missing_of_kept",
        pa.int32(),
        "Rare words, names and numbers of the kept document that this one lacks (in `pairs`: of doc_b that doc_a lacks).",
    ),
    column(
        "may_go",
        pa.float32(),
        "Score, 0 to 1, that the kept document says what this one says, so that this one may leave the corpus (in `pairs`: doc_a for doc_b).",
    ),
    column(
        "kept_may_go",
        pa.float32(),
        "The same score for the other direction (in `pairs`: doc_b for doc_a).",
    ),
)

FOLD = (
    column(
        "kept_doc_id", pa.string(), "Document of `articles` this one is a copy of.", required=True
    ),
    *SIMILARITY,
    column(
        "keep_reason",
        pa.string(),
        "Why the other document was kept: the policy and the rule that decided.",
        required=True,
    ),
)

QUARANTINE = (
    column(
        "reason",
        pa.string(),
        "Break of the outlet's habits that held the document back.",
        required=True,
    ),
)

PAIRS = pa.schema(
    [
        column(
            "doc_a",
            pa.string(),
            "The later document of the pair, by publication, then doc_id.",
            required=True,
        ),
        column("doc_b", pa.string(), "The earlier document of the pair.", required=True),
        *SIMILARITY,
    ]
)

REMOVED = pa.schema(
    [
        column("doc_id", pa.string(), "Document the passage was cut from.", required=True),
        column(
            "start",
            pa.int32(),
            "First code point of the passage in the extracted text.",
            required=True,
        ),
        column("end", pa.int32(), "Code point after the passage (half-open).", required=True),
        column("text", pa.large_string(), "The passage itself.", required=True),
        column(
            "rule", pa.string(), "Rule that cut it; `copydesk rules` lists them.", required=True
        ),
        column("rule_version", pa.int32(), "Version of that rule.", required=True),
    ]
)

REJECTS = pa.schema(
    [
        column("source_uri", pa.string(), "Where the document was read.", required=True),
        column(
            "record_number",
            pa.int64(),
            "Position of the record in its source, from 0; null for a whole file.",
        ),
        column("url", pa.string(), "Address as the source gave it, if known."),
        column(
            "step",
            pa.string(),
            "Step that refused it: read, decode, extract, clean, tag.",
            required=True,
        ),
        column(
            "reason",
            pa.string(),
            "Reason by name, such as empty, binary, too_large, truncated.",
            required=True,
        ),
        column("detail", pa.string(), "One sentence with the limit or the fault met."),
        column("size_bytes", pa.int64(), "Size of the raw document, where known."),
        column("run_id", pa.string(), "Run that refused it.", required=True),
    ]
)

STORIES = pa.schema(
    [
        column(
            "story_id",
            pa.string(),
            "Stable id: the doc_id of the document that opened the story.",
            required=True,
        ),
        column("title", pa.string(), "Title of the document ranked first."),
        column("doc_id", pa.string(), "Document ranked first."),
        column("n_articles", pa.int32(), "Documents of `articles` in the story.", required=True),
        column("n_outlets", pa.int32(), "Distinct outlets in the story.", required=True),
        column("first_published_at", TIMESTAMP, "Earliest publication in the story."),
        column("last_published_at", TIMESTAMP, "Latest publication in the story."),
        column(
            "merged_into", pa.string(), "Story that took this one over; its articles carry that id."
        ),
        column(
            "idf_epoch", pa.int32(), "Epoch of the frozen word weights the story was formed under."
        ),
        column("run_id", pa.string(), "Run that last changed the story.", required=True),
    ]
)

TEMPLATES = pa.schema(
    [
        column("outlet_id", pa.string(), "Outlet whose documents repeat the line.", required=True),
        column("line", pa.large_string(), "The line, white space folded.", required=True),
        column(
            "n_documents", pa.int32(), "Documents of the outlet that hold the line.", required=True
        ),
        column(
            "share",
            pa.float32(),
            "Share of the outlet's documents that hold the line.",
            required=True,
        ),
        column(
            "examples", STRINGS, "doc_id of up to five documents that hold the line.", required=True
        ),
        column("status", pa.string(), "candidate, active, approved or rejected.", required=True),
        column(
            "version",
            pa.int32(),
            "Version of the table in which the status was set.",
            required=True,
        ),
        column("run_id", pa.string(), "Run that learned it.", required=True),
    ]
)

TOMBSTONES = pa.schema(
    [
        column(
            "doc_id",
            pa.string(),
            "Document that was forgotten; it does not come back.",
            required=True,
        ),
        column(
            "url_sha256",
            pa.string(),
            "SHA-256 of its canonical URL, hex; a document at that address does not come back either when the scope was url.",
        ),
        column("scope", pa.string(), "doc, url or outlet: how it was named.", required=True),
        column("receipt_id", pa.string(), "Receipt under `receipts/`.", required=True),
        column("forgotten_at", TIMESTAMP, "When.", required=True),
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
            "Documents already known, tombstoned ones included.",
            required=True,
        ),
        column(
            "n_revisions",
            pa.int64(),
            "Of the articles added, those that revise an earlier one.",
            required=True,
        ),
        column("n_moved", pa.int64(), "Rows that moved between tables.", required=True),
        column("recipe_sha256", pa.string(), "SHA-256 of the resolved recipe.", required=True),
        column("recipe", pa.string(), "The resolved recipe as TOML.", required=True),
        column(
            "rules_sha256",
            pa.string(),
            "SHA-256 over every rule's name, version and pattern.",
            required=True,
        ),
        column("versions", pa.string(), "Package versions, as JSON.", required=True),
    ]
)
