"""Columns of documents, except those that taggers declare in their own files.

Columns that code handles together form a group with a name. `tables.DECLARED` says which table has
which groups.
"""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import STRINGS, TEXT_BY_NAME, TIMESTAMP, column

IDENTITY = (
    column(
        "doc_id",
        pa.string(),
        "First 32 hex digits of the SHA-256 of the canonical URL (or the source path and record number if there is none) and the extracted text.",
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
        "page for HTML; text for text that another tool extracted.",
        required=True,
    ),
    column(
        "url",
        pa.string(),
        "Address as the source gives it, or the one that the page names for itself if the source gives none.",
    ),
    column(
        "canonical_url",
        pa.string(),
        "Address that the page names for itself, or the normalised `url` if it names none.",
    ),
    column(
        "fetched_at",
        TIMESTAMP,
        "When the document was fetched: from WARC-Date, from a field of the input, or, if the recipe says so, from the time of the file.",
    ),
)

TEXT = (
    column(
        "text",
        pa.large_string(),
        "Clean text: the extracted text without the passages in `removed`.",
        required=True,
    ),
    column("n_words", pa.int32(), "Words in `text`.", required=True),
    column("n_chars", pa.int32(), "Unicode code points in `text`.", required=True),
    column("content_sha256", pa.string(), "SHA-256 of `text` in UTF-8, hex.", required=True),
    column(
        "extracted_sha256",
        pa.string(),
        "SHA-256 of the extracted text in UTF-8, hex. `text` and `removed` together rebuild that text.",
        required=True,
    ),
)

GROUPS = (
    column(
        "story_id",
        pa.string(),
        "Story of the document; a story may have one document only. A copy is in the story of the "
        "document that was kept in its place.",
    ),
    column(
        "story_rank",
        pa.int32(),
        "Rank within the story, from 1. Keep the rows with 1 to get one article per story.",
    ),
    column(
        "story_similarity",
        pa.float32(),
        "Highest TF-IDF cosine to another document of the time window when the story was chosen, even if it was too low to join that document's story.",
    ),
    column("cluster_size", pa.int32(), "Documents in the copy cluster, including this one."),
    column("n_outlets", pa.int32(), "Number of different outlets in the copy cluster."),
    column(
        "n_origins",
        pa.int32(),
        "Independent origins in the copy cluster: outlets that credit the same news agency count as one.",
    ),
    column(
        "first_published_at",
        TIMESTAMP,
        "Earliest publication in the copy cluster; null if none of its documents has a time.",
    ),
)

CLUSTER = ("cluster_size", "n_outlets", "n_origins", "first_published_at")
"""Columns of `GROUPS` that describe the copy cluster of a kept document."""

EXTRA = column(
    "extra",
    TEXT_BY_NAME,
    "Fields of the input that the recipe keeps (`[inputs] keep`): their names and their values as text.",
    required=True,
)

HISTORY = (
    column(
        "revision",
        pa.int32(),
        "1 for the first text that was read at this address, then 2, 3 and so on.",
        required=True,
    ),
    column("supersedes", pa.string(), "`doc_id` of the previous revision."),
    column(
        "changed",
        STRINGS,
        "What differs from the previous revision: title, body or correction.",
        required=True,
    ),
    column("run_id", pa.string(), "Run that added the row.", required=True),
)

SIMILARITY = (
    column(
        "relation",
        pa.string(),
        "exact, near, excerpt or overlap; or template for similar texts about different events.",
        required=True,
    ),
    column("jaccard_estimated", pa.float32(), "Jaccard similarity estimated from the signatures."),
    column(
        "jaccard",
        pa.float32(),
        "Exact Jaccard similarity of the two sets of word 3-grams (`dedup.ngram` in the recipe sets the length).",
    ),
    column(
        "containment_in_kept",
        pa.float32(),
        "Share of this document's word 3-grams that the kept one also has (in `pairs`: of doc_a's in doc_b).",
    ),
    column(
        "containment_of_kept",
        pa.float32(),
        "Share of the kept document's word 3-grams that this one also has (in `pairs`: of doc_b's in doc_a).",
    ),
    column(
        "longest_shared_words",
        pa.int32(),
        "Length, in words, of the longest passage that both contain.",
    ),
    column(
        "distinctive_in_kept",
        pa.float32(),
        "Share of this document's wording that the kept one also has, with each word weighted by how rare it is in news (in `pairs`: of doc_a's in doc_b).",
    ),
    column(
        "distinctive_of_kept",
        pa.float32(),
        "Share of the kept document's wording that this one also has, weighted in the same way (in `pairs`: of doc_b's in doc_a).",
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
        "kept_doc_id",
        pa.string(),
        "The document of `articles` that this one is a copy of.",
        required=True,
    ),
    *SIMILARITY,
    column(
        "keep_reason",
        pa.string(),
        "Why the other document was kept: the policy, and the rule that decided.",
        required=True,
    ),
)

QUARANTINE = (
    column(
        "reason",
        pa.string(),
        "Anomalies of the outlet for which the document is held in quarantine.",
        required=True,
    ),
)
