"""Shards of a run on disk: what workers wrote, once, and which of its rows are new documents.

A later step never writes a text again. It writes its decisions beside the shard, and who reads the
documents gets both joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROW = "row"
"""Column of a file of decisions: the position of the document in the shard that workers wrote."""


@dataclass(frozen=True, slots=True)
class ShardFiles:
    """The files that a worker writes for the shard of that number."""

    folder: Path
    number: int

    @property
    def articles(self) -> Path:
        """The documents, one row each."""
        return self._named("articles.parquet")

    @property
    def removed(self) -> Path:
        """The ledger of what was cut from them."""
        return self._named("removed.parquet")

    @property
    def rejects(self) -> Path:
        """The documents that did not become articles."""
        return self._named("rejects.parquet")

    @property
    def counts(self) -> Path:
        """The counted words of the articles, see `shard_counts`."""
        return self._named("counts.arrow")

    def paths(self) -> tuple[Path, ...]:
        """All of them."""
        return self.articles, self.removed, self.rejects, self.counts

    def _named(self, kind: str) -> Path:
        return self.folder / f"{self.number:06d}.{kind}"


@dataclass(frozen=True, slots=True)
class StagedDocuments:
    """The rows of one Parquet file that a run adds to the corpus.

    Without `decisions` these are all rows of `documents`, as they are. With it they are the rows
    that the column ROW of that file names, in ascending order; its other columns come in place of those
    of the same name, or after them. `counts` holds the counted words of all rows of `documents`.
    """

    number: int
    documents: Path
    decisions: Path | None = None
    counts: Path | None = None

    @property
    def n_rows(self) -> int:
        """How many documents there are."""
        n: int = pq.read_metadata(self.decisions or self.documents).num_rows
        return n

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The documents with these columns, in this order, or with all of them."""
        if self.decisions is None:
            return pq.read_table(self.documents, columns=columns and list(columns))
        decided = pq.read_table(self.decisions)
        names = pq.read_schema(self.documents).names
        asked = [*names, *(name for name in decided.column_names if name not in names)]
        asked = [name for name in asked if name != ROW] if columns is None else list(columns)
        columns_of = dict(zip(decided.column_names, decided.columns, strict=True))
        if stored := [name for name in asked if name not in columns_of]:
            rows = pq.read_table(self.documents, columns=stored)
            if rows.num_rows != decided.num_rows:
                rows = rows.take(decided[ROW])
            columns_of |= dict(zip(rows.column_names, rows.columns, strict=True))
        return pa.table({name: columns_of[name] for name in asked})

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pa.Table]:
        """The documents with those of these columns that they have, at most `size` of them at a time."""
        if self.decisions is None:
            with pq.ParquetFile(self.documents) as file:
                present = [name for name in columns if name in file.schema_arrow.names]
                for batch in file.iter_batches(batch_size=size, columns=present):
                    yield pa.Table.from_batches([batch])
            return
        whole = self.read(columns)
        for first in range(0, whole.num_rows, size):
            yield whole.slice(first, size)
