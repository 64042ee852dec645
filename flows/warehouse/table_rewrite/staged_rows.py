"""Rows that a run has prepared for the warehouse, in memory or in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.support import arrow_file
from copydesk.flows.warehouse import table_file


class JoinedRows(Protocol):
    """Rows whose columns come from several files and are joined when they are read."""

    @property
    def n_rows(self) -> int:
        """The number of rows."""

    @property
    def n_bytes(self) -> int:
        """Roughly how many bytes the rows take in memory."""

    @property
    def column_names(self) -> Sequence[str]:
        """The names of all columns."""

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows with these columns, or with all of them."""


Staged: TypeAlias = pa.Table | Path | JoinedRows
"""A table in memory, a Parquet or Arrow file, or rows that are joined when read."""


def joined_rows(staged: Staged) -> JoinedRows:
    """Give staged rows of any kind the same interface."""
    if isinstance(staged, pa.Table):
        return _RowsInMemory(staged)
    if not isinstance(staged, Path):
        return staged
    return _ArrowRows(staged) if staged.suffix == arrow_file.SUFFIX else _ParquetRows(staged)


@dataclass(frozen=True, slots=True)
class _RowsInMemory:
    table: pa.Table

    @property
    def n_rows(self) -> int:
        return int(self.table.num_rows)

    @property
    def n_bytes(self) -> int:
        return int(self.table.nbytes)

    @property
    def column_names(self) -> Sequence[str]:
        return list(self.table.column_names)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        return self.table if columns is None else self.table.select(list(columns))


@dataclass(frozen=True, slots=True)
class _ParquetRows:
    """All rows of a Parquet file."""

    path: Path

    @property
    def n_rows(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)

    @property
    def n_bytes(self) -> int:
        footer = pq.read_metadata(self.path)
        return sum(
            footer.row_group(group).total_byte_size for group in range(footer.num_row_groups)
        )

    @property
    def column_names(self) -> Sequence[str]:
        return list(pq.read_schema(self.path).names)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        return table_file.read(self.path, columns)


@dataclass(frozen=True, slots=True)
class _ArrowRows:
    """All rows of a file of the staging folder."""

    path: Path

    @property
    def n_rows(self) -> int:
        return arrow_file.n_rows(self.path)

    @property
    def n_bytes(self) -> int:
        return arrow_file.n_bytes(self.path)

    @property
    def column_names(self) -> Sequence[str]:
        return arrow_file.column_names(self.path)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        return arrow_file.read(self.path, columns)
