"""Columns of documents, less those that taggers declare in their own files.

A group of columns has a name where code handles it as one. `tables.DECLARED` says which table has which.
"""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import STRINGS, TEXT_BY_NAME, TIMESTAMP, column

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
    column(
        "story_id",
        pa.string(),
        "Story the document belongs to; also a story of one. A copy is in the story of the document "
        "kept for it.",
    ),
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

DUPLICATION = (
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
        "Anomalies of the outlet because of which the document is quarantined.",
        required=True,
    ),
)
