"""The step of a run that finds duplicates among new articles, and between new and published ones.

`find_copies` reads the staged shards of a run. It returns which new documents are duplicates of
which kept ones, which published rows change, the pairs, the sizes of the clusters, and the index
files to publish with the snapshot. Texts are written to one staging file, and read from it when two
are compared. So there are keys and signatures in memory, but no texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from copydesk.flows.support import id_index

if TYPE_CHECKING:
    from copydesk.flows.index import Index
    from copydesk.flows.pipeline.staging.shard_files import StagedRows
    from copydesk.flows.pipeline.staging.workplace import Workplace
    from copydesk.flows.warehouse import Snapshot
    from copydesk.transforms.dedup import Options

# Columns of a document that the step reads in addition to `text`; see transforms/dedup/keep_policy.py.
FACTS = (
    "doc_id",
    "url",
    "published_at",
    "fetched_at",
    "outlet_id",
    "outlet",
    "wire_source",
    "dateline_agency",
    "n_words",
    "content_sha256",
)


class PublishedRows(Protocol):
    """What the step reads from the current snapshot. Unknown ids, such as forgotten ones, are left out."""

    def documents(self, doc_ids: Sequence[str]) -> pa.Table:
        """Rows of `articles` and `duplicates`: FACTS, `text`, and `kept_doc_id` (null for a row of `articles`)."""

    def members(self, kept: Sequence[str]) -> pa.Table:
        """Rows of `duplicates` whose kept_doc_id is among `kept`: FACTS, `kept_doc_id`, `keep_reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What the step found. Tables are sorted by doc_id, and `pairs` by doc_a and doc_b."""

    pairs: pa.Table | Path
    """Rows of schema PAIRS to add, in memory or in a staged file."""
    duplicates: pa.Table
    """New documents for `duplicates`, with schema DUPLICATES. All other new ones go to `articles`."""
    displaced: pa.Table
    """Published rows of `articles` that a new document replaces, with schema DUPLICATES (see n_moved)."""
    reassigned: pa.Table
    """Published rows of `duplicates` that get another kept document, with schema DUPLICATES."""
    restored: tuple[str, ...] = ()
    """Published rows of `duplicates` that go back to `articles`, because what they say left it."""
    sizes: pa.Table
    """Kept documents, new or published, that gained copies, with schema SIZES.

    The sizes of a document without copies are all 1.
    """
    new_index_files: tuple[Path, ...]
    """Files in the staging folder to move into `warehouse/index/` under their own names."""
    index_files: tuple[str, ...]
    """Names of all files of the new index, as the manifest lists them under `index`."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What is known about documents that are versions of the same text.

    `pinned` documents (revisions) leave only for a document with the same words. `superseded` maps
    older versions, new or published, to the newest version at their address, which replaces them in
    the corpus.
    """

    pinned: Collection[str] = ()
    superseded: Mapping[str, str] = field(default_factory=dict)


def find_copies(
    shards: Sequence[StagedRows] | pa.Table,
    *,
    index: Index | None,
    published: PublishedRows | None,
    options: Options,
    place: Workplace,
    versions: Versions | None = None,
) -> Copies:
    """Find the copies among new articles.

    `shards` (or one table) have the columns FACTS and `text`. Each document is there once and is not
    yet published. The order of the documents does not matter. `index` is the index of the current
    snapshot, or None for the first run. Nothing is written outside `place`.
    """
    from copydesk.flows.pipeline.copies.copy_search import CopySearch

    with CopySearch(index=index, published=published, options=options, place=place) as search:
        for batch in _tables(shards):
            search.read(batch)
        known = versions or Versions()
        return search.finish(frozenset(known.pinned), known.superseded)


def losses(shards: Sequence[StagedRows], duplicates: pa.Table) -> list[str]:
    """A sentence for each outlet of whose new documents more than a third are duplicates.

    Older versions of a document do not count as duplicates here.
    """
    from copydesk.transforms.dedup.decision import decision_sentences
    from copydesk.transforms.dedup.keep_policy import NEWER_VERSION

    kept_for = {
        doc_id: kept
        for doc_id, kept, why in zip(
            *(duplicates[name].to_pylist() for name in ("doc_id", "kept_doc_id", "keep_reason")),
            strict=True,
        )
        if why != NEWER_VERSION
    }
    arrived: Counter[str] = Counter()
    dropped: list[tuple[str | None, str]] = []
    copies = id_index.Keyed(pa.array(kept_for, pa.string()))
    for shard in shards if kept_for else ():
        table = shard.read(["doc_id", "outlet_id"])
        for outlet in table["outlet_id"].cast(pa.string()).value_counts().to_pylist():
            arrived[outlet["values"]] += outlet["counts"]
        gone = table.filter(pa.array(copies.holds(table["doc_id"])))
        dropped += [(row["outlet_id"], kept_for[row["doc_id"]]) for row in gone.to_pylist()]
    return decision_sentences.outlets_that_lost_many(arrived, dropped)


def _tables(shards: Sequence[StagedRows] | pa.Table) -> Iterator[pa.Table]:
    """The shards as tables of a few thousand rows, with the columns that the step needs."""
    columns = [*FACTS, "text"]
    if isinstance(shards, pa.Table):
        yield shards.select([name for name in columns if name in shards.column_names])
        return
    for shard in shards:
        yield from shard.batches(columns, 4096)


class PublishedSnapshot:
    """Implements `PublishedRows` with a snapshot of the warehouse."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def documents(self, doc_ids: Sequence[str]) -> pa.Table:
        """See `PublishedRows`."""
        columns = [*FACTS, "text"]
        copies = self.snapshot.documents("duplicates", doc_ids, [*columns, "kept_doc_id"])
        found = set(copies["doc_id"].to_pylist())
        rest = [doc_id for doc_id in doc_ids if doc_id not in found]
        kept = self.snapshot.documents("articles", rest, columns)
        kept = kept.append_column("kept_doc_id", pa.nulls(kept.num_rows, pa.string()))
        # With "default", the column may be nullable in one table and not in the other.
        return pa.concat_tables([kept, copies.select(kept.column_names)], promote_options="default")

    def members(self, kept: Sequence[str]) -> pa.Table:
        """See `PublishedRows`."""
        import pyarrow.compute as pc

        is_member = pc.field("kept_doc_id").isin(sorted(kept))
        columns = [*FACTS, "kept_doc_id", "keep_reason"]
        return self.snapshot.table("duplicates", columns, where=is_member)


def open_index(snapshot: Snapshot, options: Options) -> Index | None:
    """The near-duplicate index of the snapshot, or None. Raises IndexRefused if it does not fit."""
    from copydesk.flows.index import Index

    return Index.load(snapshot.index_files(), options)
