"""Shards of a run on disk: what workers wrote, once, and which of its rows go on.

A later step never writes a text again. It writes its decisions to a file of their own, and
reading the documents joins both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from copydesk.flows.support import arrow_file

ROW = "row"
"""Column of a file of decisions: the position of the row in the file that workers wrote."""


@dataclass(frozen=True, slots=True)
class ShardFiles:
    """The files that a worker writes for the shard of that number."""

    folder: Path
    number: int

    @property
    def articles(self) -> Path:
        """The documents, one row each."""
        return self._named("articles.arrow")

    @property
    def removed(self) -> Path:
        """The ledger of what was cut from them."""
        return self._named("removed.arrow")

    @property
    def rejects(self) -> Path:
        """The documents that did not become articles."""
        return self._named("rejects.arrow")

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
class StagedRows:
    """The rows of one Arrow file that a run adds to the corpus.

    Without `decisions` these are all rows of `file`, as they are. With it they are the rows that
    the column ROW of that file names, in its order; its other columns come in place of those
    of the same name, or after them. `counts` holds the counted words of all rows of `file`.
    """

    number: int
    file: Path
    decisions: Path | None = None
    counts: Path | None = None

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return arrow_file.n_rows(self.decisions or self.file)

    @property
    def n_bytes(self) -> int:
        """About how many bytes the rows take in memory."""
        n_stored = max(arrow_file.n_rows(self.file), 1)
        return arrow_file.n_bytes(self.file) * self.n_rows // n_stored

    @property
    def column_names(self) -> list[str]:
        """The names of all columns: those of the file, then those that only `decisions` has."""
        decided = arrow_file.column_names(self.decisions) if self.decisions else []
        names = dict.fromkeys((*arrow_file.column_names(self.file), *decided))
        return [name for name in names if name != ROW]

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows with these columns, in this order, or with all of them."""
        if self.decisions is None:
            return arrow_file.read(self.file, columns)
        decided = arrow_file.read(self.decisions)
        columns_of = dict(zip(decided.column_names, decided.columns, strict=True))
        row_numbers = columns_of.pop(ROW)
        stored = columns and [name for name in columns if name not in columns_of]
        if stored is None or stored:
            rows = arrow_file.read(self.file, stored)
            if not np.array_equal(row_numbers, np.arange(rows.num_rows)):
                rows = rows.take(row_numbers)
            columns_of = dict(zip(rows.column_names, rows.columns, strict=True)) | columns_of
        return pa.table({name: columns_of[name] for name in columns or columns_of})

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pa.Table]:
        """The rows with those of these columns that they have, at most `size` of them at a time."""
        whole = self.read([name for name in self.column_names if name in columns])
        for first in range(0, whole.num_rows, size):
            yield whole.slice(first, size)
