"""Join new documents with the decisions of the steps, which gives the rows of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline.staging.shard_files import StagedRows
from copydesk.flows.support import id_index
from copydesk.schemas import document_columns
from copydesk.schemas.column import TIMESTAMP

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories

DUPLICATION = tuple(field.name for field in document_columns.DUPLICATION)
STORY = ("story_id", "story_rank", "story_similarity")


@dataclass(frozen=True, slots=True)
class Decided:
    """What the steps decided about each new document, by `doc_id`.

    `stories_of_kept` has `doc_id` and `story_id` of every kept document whose copies change.
    """

    duplicates: id_index.Table
    sizes: id_index.Table
    assignments: id_index.Table
    stories_of_kept: id_index.Table

    @classmethod
    def of(cls, copies: Copies, stories: Stories, stories_of_kept: pa.Table) -> Decided:
        """Collect what the two steps found."""
        return cls(
            id_index.Table(copies.duplicates),
            id_index.Table(copies.sizes),
            id_index.Table(stories.assignments),
            id_index.Table(stories_of_kept),
        )


@dataclass(frozen=True, slots=True)
class _DecidedRows:
    """The rows of a shard that go into one table. They are joined with the decisions when read."""

    shard: StagedRows
    is_chosen: NDArray[np.bool_]
    decided: Decided

    joined: ClassVar[tuple[str, ...]]
    """The columns that decisions add."""
    needed: ClassVar[tuple[str, ...]]
    """The columns of the shard that the join reads."""

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return int(np.count_nonzero(self.is_chosen))

    @property
    def n_bytes(self) -> int:
        """Roughly how many bytes the rows take in memory."""
        return self.shard.n_bytes * self.n_rows // len(self.is_chosen)

    @property
    def column_names(self) -> list[str]:
        """The names of all columns."""
        return [*self.shard.column_names, *self.joined]

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows with these columns, or with all of them."""
        names = self.column_names if columns is None else list(columns)
        stored = [name for name in names if name not in self.joined]
        is_joined = len(stored) < len(names)
        if is_joined:
            stored += [name for name in self.needed if name not in stored]
        rows = self.shard.read(stored)
        if not self.is_chosen.all():
            rows = rows.filter(pa.array(self.is_chosen))
        return self._join(rows).select(names) if is_joined else rows

    def _join(self, rows: pa.Table) -> pa.Table:
        raise NotImplementedError


class _ArticleRows(_DecidedRows):
    """Articles with the columns of their copy cluster and their story."""

    joined = (*document_columns.CLUSTER, *STORY)
    needed = ("doc_id", "outlet_id", "published_at")

    def _join(self, rows: pa.Table) -> pa.Table:
        rows = with_cluster_columns(rows, rows, self.decided.sizes)
        return append_columns(rows, self.decided.assignments.columns(rows["doc_id"], STORY))


class _DuplicateRows(_DecidedRows):
    """Duplicates with their kept document, the reason, and the story of the kept document."""

    joined = (*DUPLICATION, "story_id")
    needed = ("doc_id",)

    def _join(self, rows: pa.Table) -> pa.Table:
        return with_kept_document(rows, self.decided.duplicates, self.decided)


def decided_rows(
    shards: Sequence[StagedRows], decided: Decided
) -> tuple[list[_ArticleRows], list[_DuplicateRows]]:
    """The rows of the shards for the table `articles`, and those for `duplicates`."""
    articles, duplicates = [], []
    for shard in shards:
        is_copy = decided.duplicates.holds(shard.read(["doc_id"])["doc_id"])
        if not is_copy.all():
            articles.append(_ArticleRows(shard, ~is_copy, decided))
        if is_copy.any():
            duplicates.append(_DuplicateRows(shard, is_copy, decided))
    return articles, duplicates


def with_cluster_columns(rows: pa.Table, facts: pa.Table, sizes: id_index.Table) -> pa.Table:
    """Return the rows with the columns `document_columns.CLUSTER`.

    `facts` has `outlet_id` and `published_at` of the same rows. `sizes` has the clusters of more
    than one document. A document without copies is a cluster of one.
    """
    alone = {
        "cluster_size": 1,
        "n_outlets": facts["outlet_id"].is_valid().cast(pa.int32()),
        "n_origins": 1,
        "first_published_at": facts["published_at"].cast(TIMESTAMP),
    }
    kinds = {field.name: field.type for field in document_columns.GROUPS}
    for name, values in sizes.columns(rows["doc_id"], document_columns.CLUSTER).items():
        rows = rows.append_column(name, pc.coalesce(values, alone[name]).cast(kinds[name]))
    return rows


def with_kept_document(rows: pa.Table, duplicates: id_index.Table, decided: Decided) -> pa.Table:
    """Return the rows with the columns of `duplicates` and the story of the kept document."""
    rows = append_columns(rows, duplicates.columns(rows["doc_id"], DUPLICATION))
    stories = decided.stories_of_kept.columns(rows["kept_doc_id"], ("story_id",))
    return append_columns(rows, stories)


def append_columns(rows: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    """Return the rows with the columns added at the end."""
    for name, values in columns.items():
        rows = rows.append_column(name, values)
    return rows
