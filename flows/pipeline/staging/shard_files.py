"""The shards of a run on disk: the files that workers wrote, and which of their rows are used.

A later step never writes a text again. It writes its decisions to another file. When the documents
are read, both files are joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from copydesk.flows.support import arrow_file

ROW = "row"
"""Name of the column, in a file of decisions, that has the row number in the file of the worker."""


@dataclass(frozen=True, slots=True)
class ShardFiles:
    """The files that a worker writes for the shard with that number."""

    folder: Path
    number: int

    @property
    def articles(self) -> Path:
        """The file of the documents, which has a row for each."""
        return self._named("articles.arrow")

    @property
    def removed(self) -> Path:
        """The file of the ledger, which says what was cut from the documents."""
        return self._named("removed.arrow")

    @property
    def rejects(self) -> Path:
        """The file of the documents that did not become articles."""
        return self._named("rejects.arrow")

    @property
    def counts(self) -> Path:
        """The file of the counted words of the articles (see `shard_counts`)."""
        return self._named("counts.arrow")

    def paths(self) -> tuple[Path, ...]:
        """All these files."""
        return self.articles, self.removed, self.rejects, self.counts

    def _named(self, kind: str) -> Path:
        return self.folder / f"{self.number:06d}.{kind}"


@dataclass(frozen=True, slots=True)
class StagedRows:
    """The rows of one Arrow file that a run adds to the corpus.

    Without `decisions`, these are all rows of `file` as they are. With `decisions`, they are the
    rows of `file` whose numbers are in the column ROW of that other file, in its order. Its other
    columns replace columns of the same name, or are added. `counts` has the counted words of all
    rows of `file`.
    """

    number: int
    file: Path
    decisions: Path | None = None
    counts: Path | None = None

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return arrow_file.n_rows(self.decisions or self.file)

    @property
    def n_bytes(self) -> int:
        """Roughly how many bytes the rows take in memory."""
        n_stored = max(arrow_file.n_rows(self.file), 1)
        return arrow_file.n_bytes(self.file) * self.n_rows // n_stored

    @property
    def column_names(self) -> list[str]:
        """The names of all columns. Those that only `decisions` has come last."""
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
        """Yield at most `size` rows at a time, with those of these columns that exist."""
        whole = self.read([name for name in self.column_names if name in columns])
        for first in range(0, whole.num_rows, size):
            yield whole.slice(first, size)
