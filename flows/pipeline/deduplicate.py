"""The step of a run that finds duplicates among new articles, and between new and published ones.

`find_copies` reads the staged shards of a run. It returns which new documents are duplicates of
which kept one, which published rows change, the pairs, the sizes of the clusters, and the index
files to publish with the snapshot. Texts are spilled to one staging file and read back by row when
two are compared, so memory holds keys and signatures, not texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from copydesk.flows.index import Index
    from copydesk.flows.pipeline.staging.shard_files import StagedRows
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


class Published(Protocol):
    """What the step reads from the current snapshot. Ids that it lacks, such as forgotten ones, are left out."""

    def documents(self, doc_ids: Sequence[str]) -> pa.Table:
        """Rows of `articles` and `duplicates`: FACTS, `text`, and `kept_doc_id` (null for a row of `articles`)."""

    def members(self, kept: Sequence[str]) -> pa.Table:
        """Rows of `duplicates` whose kept_doc_id is among `kept`: FACTS and `kept_doc_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What the step found. Tables are sorted by doc_id, `pairs` by doc_a, doc_b."""

    pairs: pa.Table | Path
    """PAIRS: rows to add, in memory or in a staged file."""
    duplicates: pa.Table
    """DUPLICATES: new documents that go to `duplicates`; every other new document stays in `articles`."""
    displaced: pa.Table
    """DUPLICATES: published rows of `articles` that a new document replaces (counted in n_moved)."""
    reassigned: pa.Table
    """DUPLICATES: published rows of `duplicates` that get another kept document (their row changes in place)."""
    sizes: pa.Table
    """SIZES: kept documents, new or published, that gained copies; a document alone is 1, its outlet, 1."""
    new_index_files: tuple[Path, ...]
    """Files in the staging folder to move into `warehouse/index/` under their own names."""
    index_files: tuple[str, ...]
    """Names of the whole index after the switch, new files included: the manifest's `index`."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What is known of documents that are versions of one text.

    `pinned` documents (revisions) are kept, whatever they resemble. `superseded` maps older versions,
    new or published, to the newest version at their address, which replaces them in the corpus.
    """

    pinned: Collection[str] = ()
    superseded: Mapping[str, str] = field(default_factory=dict)


def find_copies(
    shards: Sequence[StagedRows] | pa.Table,
    *,
    index: Index | None,
    published: Published | None,
    options: Options,
    staging: Path,
    versions: Versions | None = None,
) -> Copies:
    """Find the copies among new articles.

    `shards` (or one table) have the columns FACTS and `text`, each document once and not yet
    published; their order does not matter. `index` is the index of the
    current snapshot, None for the first run. Nothing is written outside `staging`.
    """
    from copydesk.flows.pipeline.copy_search import CopySearch

    with CopySearch(index=index, published=published, options=options, staging=staging) as search:
        for batch in _tables(shards):
            search.read(batch)
        known = versions or Versions()
        return search.finish(frozenset(known.pinned), known.superseded)


def losses(shards: Sequence[StagedRows], duplicates: pa.Table) -> list[str]:
    """Sentences about the outlets that lost more than a third of their new documents as duplicates.

    Older versions of a document do not count.
    """
    import pyarrow.compute as pc

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
    ids = pa.array(kept_for, pa.string())
    for shard in shards if kept_for else ():
        table = shard.read(["doc_id", "outlet_id"])
        for outlet in table["outlet_id"].cast(pa.string()).value_counts().to_pylist():
            arrived[outlet["values"]] += outlet["counts"]
        gone = table.filter(pc.is_in(table["doc_id"], value_set=ids))
        dropped += [(row["outlet_id"], kept_for[row["doc_id"]]) for row in gone.to_pylist()]
    return decision_sentences.outlets_that_lost_many(arrived, dropped)


def _tables(shards: Sequence[StagedRows] | pa.Table) -> Iterator[pa.Table]:
    """The shards as tables of a few thousand rows, with the columns the step needs."""
    columns = [*FACTS, "text"]
    if isinstance(shards, pa.Table):
        yield shards.select([name for name in columns if name in shards.column_names])
        return
    for shard in shards:
        yield from shard.batches(columns, 4096)


class PublishedSnapshot:
    """`Published` over a snapshot of the warehouse; None means a warehouse without one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def documents(self, doc_ids: Sequence[str]) -> pa.Table:
        """See `Published`."""
        columns = [*FACTS, "text"]
        copies = self.snapshot.documents("duplicates", doc_ids, [*columns, "kept_doc_id"])
        found = set(copies["doc_id"].to_pylist())
        rest = [doc_id for doc_id in doc_ids if doc_id not in found]
        kept = self.snapshot.documents("articles", rest, columns)
        kept = kept.append_column("kept_doc_id", pa.nulls(kept.num_rows, pa.string()))
        # "default" lets the column be nullable in one table and not in the other.
        return pa.concat_tables([kept, copies.select(kept.column_names)], promote_options="default")

    def members(self, kept: Sequence[str]) -> pa.Table:
        """See `Published`."""
        import pyarrow.compute as pc

        is_member = pc.field("kept_doc_id").isin(sorted(kept))
        return self.snapshot.table("duplicates", [*FACTS, "kept_doc_id"], where=is_member)


def open_index(snapshot: Snapshot, options: Options) -> Index | None:
    """The near-duplicate index that the snapshot names, or None. Raises IndexRefused if it does not fit."""
    from copydesk.flows.index import Index

    return Index.load(snapshot.index_files(), options)
