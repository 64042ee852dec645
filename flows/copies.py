"""The step of a run that folds copies: new articles against each other and against what is published.

`find_copies` reads the staged shards of a run, never holds more than their keys and signatures,
and returns values: which new documents fold into which kept one, which published rows move, the
pair rows, the sizes of the clusters, and the index files to publish with the snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from copydesk.schemas import tables
from copydesk.schemas.column import column

if TYPE_CHECKING:
    from copydesk.flows.index import Index
    from copydesk.transforms.dedup import Options

FOLDS = pa.schema([column("doc_id", pa.string(), "Document that is a copy.", required=True), *tables.FOLD])
SIZES = pa.schema([
    column("doc_id", pa.string(), "Kept document.", required=True),
    *(f for f in tables.GROUPS if f.name in {"cluster_size", "n_outlets", "n_origins"}),
])


class Published(Protocol):
    """What the step asks of the current snapshot. Ids that are not there (forgotten) are left out."""

    def documents(self, wanted: Mapping[str, str]) -> pa.Table:
        """Rows of `articles` and `duplicates` by doc_id -> partition ("2026-11" or "undated").

        Columns: doc_id, text, published_at, fetched_at, outlet_id, outlet, wire_source, sources_cited,
        n_words, content_sha256, and kept_doc_id (null for a row of `articles`).
        """

    def members(self, kept: Sequence[str]) -> pa.Table:
        """Rows of `duplicates` whose kept_doc_id is among `kept`; the same columns, `text` left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What the step found. Tables are sorted by doc_id, `pairs` by doc_a, doc_b."""

    pairs: pa.Table
    """PAIRS: rows to add."""
    folds: pa.Table
    """FOLDS: new documents that go to `duplicates`; every other new document stays in `articles`."""
    moved: pa.Table
    """FOLDS: published rows of `articles` that the policy now folds into a new document (counted in n_moved)."""
    refolded: pa.Table
    """FOLDS: published rows of `duplicates` that get another kept document (their row changes in place)."""
    sizes: pa.Table
    """SIZES: kept documents, new or published, whose numbers are set or change; the rest of `articles` keeps its own."""
    new_index_files: tuple[Path, ...]
    """Files in the staging folder to move into `warehouse/index/` under their own names."""
    index_files: tuple[str, ...]
    """Names of the whole index after the switch, new files included: the manifest's `index`."""


def find_copies(
    shards: Sequence[Path] | pa.Table,
    *,
    index: Index | None,
    published: Published | None,
    options: Options,
    staging: Path,
) -> Copies:
    """Fold the copies among new articles.

    `shards` are Parquet or Arrow IPC files (or one table) with the columns of `articles`, each
    document once and not yet published; their order does not matter. `index` is the index of the
    current snapshot, None for the first run. Nothing is written outside `staging`.
    """
    raise NotImplementedError
