"""Read one snapshot: an immutable state of every table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.errors import UnknownSnapshot, WarehouseError
from copydesk.flows.warehouse.input_record import INPUTS, REFETCHED, conformed
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS, rounds

# The most bytes of small files that are read as one dataset; arbitrary.
_READ_TOGETHER_BYTES = 16 << 20
# Rows of a piece. Arrow reads at least this many ahead, by whole row groups, so with its own default
# of 131,072 it would hold whole files with their texts.
_PIECE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class DocumentLocation:
    """The table, file and month of a document's row."""

    table: str
    file: str
    month: str


class Origin(Protocol):
    """Where files come from that are not yet in the folder of a snapshot, such as an object store.

    Each method downloads a file to `path` if it is not there, and returns the path.
    """

    def table_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Provide a table file."""

    def table_files(self, wanted: Sequence[tuple[Path, str, FileEntry]]) -> None:
        """Provide several table files, which are downloaded at the same time."""

    def is_worth_fetching(self, entry: FileEntry) -> bool:
        """Whether a file is so small that downloading all of it is as fast as reading one column."""

    def stored(self, table: str, entries: Iterable[FileEntry]) -> tuple[list[str], Any]:
        """Paths of table files at the source, and the pyarrow file system that reads them."""

    def keys_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Provide the keys of a table file."""

    def index_file(self, path: Path, entry: FileEntry) -> Path:
        """Provide an index file."""

    def record_file(self, path: Path, entry: FileEntry) -> Path:
        """Provide a record, such as that of the inputs."""


@dataclass(frozen=True)
class Snapshot:
    """A kept state of the warehouse. Its files never change, and it can be read while it is kept.

    If it has an `origin`, its folder is a mirror, in which a file appears when it is needed.
    """

    root: Path
    manifest: Manifest
    origin: Origin | None = None

    @property
    def id(self) -> str:
        """The sequence number and a hash of the manifest, such as `000012-0123456789ab`."""
        return self.manifest.id

    @property
    def path(self) -> Path:
        """The folder with one folder for each table."""
        return self.root / "snapshots" / self.id

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self.manifest.tables)

    def file(self, table: str, entry: FileEntry) -> Path:
        """A Parquet file of a table."""
        path = self.path / table / entry.name
        return path if self.origin is None else self.origin.table_file(path, table, entry)

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table, by name."""
        entries = self._entries(table)
        if self.origin is not None:
            self.origin.table_files(
                [(self.path / table / entry.name, table, entry) for entry in entries]
            )
        return [self.path / table / entry.name for entry in entries]

    def rows(self, table: str) -> int:
        """Number of rows of a table, from the manifest."""
        return self.manifest.rows(table)

    def dataset(self, table: str) -> ds.Dataset:
        """The table as an Arrow dataset over exactly the files of this snapshot.

        Raises UnknownSnapshot if the snapshot is no longer kept.
        """
        try:
            return self._dataset(table, self._entries(table))
        except FileNotFoundError as error:
            raise UnknownSnapshot(f"snapshot {self.id} is no longer kept: {error}") from error

    def _dataset(self, table: str, entries: Sequence[FileEntry]) -> ds.Dataset:
        """A dataset of the entries in their order.

        Large files that are not in the folder are read at the origin.
        """
        if self.origin is None:
            return ds.dataset(
                [str(self.path / table / entry.name) for entry in entries], format="parquet"
            )
        self.origin.table_files(
            [
                (self.path / table / e.name, table, e)
                for e in entries
                if self.origin.is_worth_fetching(e)
            ]
        )
        parts = []
        for is_here, some in groupby(
            entries, lambda entry: (self.path / table / entry.name).is_file()
        ):
            if is_here:
                parts.append(
                    ds.dataset(
                        [str(self.path / table / entry.name) for entry in some], format="parquet"
                    )
                )
            else:
                paths, file_system = self.origin.stored(table, some)
                parts.append(ds.dataset(paths, filesystem=file_system, format="parquet"))
        return parts[0] if len(parts) == 1 else ds.dataset(parts)

    def table(
        self, table: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """The rows of a table that meet `where`, in memory."""
        if columns is None and where is None:
            self.files(table)  # Everything is read, so the files are downloaded once and kept.
        return self.dataset(table).to_table(
            columns=None if columns is None else list(columns), filter=where
        )

    def batches(
        self, table: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table in pieces of at most a row group, in the order of the files."""
        entries = self._entries(table)
        # Small files are read together, because opening one takes milliseconds. From an object
        # store, only the requested columns are read.
        for first, end in rounds(
            [entry.bytes for entry in entries], _READ_TOGETHER_BYTES if self.origin is None else 0
        ):
            if columns is None:
                for entry in entries[first:end]:
                    self.file(table, entry)
            yield from self._dataset(table, entries[first:end]).to_batches(
                columns=None if columns is None else list(columns),
                filter=where,
                batch_size=_PIECE_ROWS,
                batch_readahead=1,
                fragment_readahead=0,
            )

    def documents(
        self, table: str, ids: Iterable[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows that have one of the ids in a key column. Only files with such rows are read."""
        wanted = pa.array(sorted(set(ids)), pa.string())
        keys = np.unique(keys_of(wanted))
        entries = [
            entry
            for entry in self._entries(table)
            if table_file.holds(self.keys(table, entry), keys).any()
        ]
        where = None
        for column in PARTITIONS[table].keys:
            here = pc.field(column).isin(wanted)
            where = here if where is None else where | here
        found = self._dataset(table, entries or self._entries(table)[:1])
        names = found.schema.names if columns is None else list(columns)
        if self.origin is not None or "text" not in names:
            return found.to_table(columns=names, filter=where)
        parts = [
            part.select(names)
            for entry in entries
            for part in table_file.rows_with(
                self.file(table, entry), PARTITIONS[table].keys, wanted, names
            )
        ]
        return pa.concat_tables(parts) if parts else found.head(0, columns=names)

    def locate(
        self, ids: Iterable[str] | pa.Array, tables: Sequence[str] = DOCUMENT_TABLES
    ) -> dict[str, DocumentLocation]:
        """The location of each document in these tables. Unknown ids are left out."""
        wanted = ids if isinstance(ids, pa.Array) else pa.array(sorted(set(ids)), pa.string())
        keys = keys_of(wanted)
        locations: dict[str, DocumentLocation] = {}
        for table in tables:
            for entry in self._entries(table):
                hit = table_file.holds(self.keys(table, entry), keys)
                if not hit.any():
                    continue
                candidates = wanted.filter(pa.array(hit))
                # Two ids may share a 64-bit key, so the ids in the file are compared.
                column = PARTITIONS[table].keys[0]
                stored = self._dataset(table, [entry]).to_table([column])[column]
                is_stored = pc.is_in(candidates, value_set=stored.combine_chunks())
                for identifier in candidates.filter(is_stored).to_pylist():
                    locations[identifier] = DocumentLocation(table, entry.name, entry.month)
        return locations

    def known(self, ids: Iterable[str] | pa.Array) -> set[str]:
        """The ids that are in articles, duplicates, quarantined or tombstones."""
        return set(self.locate(ids, (*DOCUMENT_TABLES, "tombstones")))

    def keys(self, table: str, entry: FileEntry) -> np.ndarray:
        """Sorted 64-bit keys of a file's documents, from the file of keys or from the table file."""
        stored = self.root / "keys" / table / entry.keys_name
        try:
            if self.origin is not None:
                self.origin.keys_file(stored, table, entry)
            found = np.asarray(np.load(stored, mmap_mode="r", allow_pickle=False))
            if found.dtype == np.uint64 and found.ndim == 1:
                return found
        except (OSError, ValueError, EOFError):
            pass  # The file of keys is lost or damaged, but the table file gives the same keys.
        return table_file.keys(self.file(table, entry), table)

    def index_files(self, names: Collection[str] | None = None) -> dict[str, Path]:
        """Paths of this snapshot's index files, or of some of them, by their name under `index/`."""
        entries = [entry for entry in self.manifest.index if names is None or entry.name in names]
        if self.origin is not None:
            for entry in entries:
                self.origin.index_file(self.root / "index" / entry.name, entry)
        return {entry.name: self.root / "index" / entry.name for entry in entries}

    def inputs(self) -> pa.Table:
        """The input files that this snapshot has read, with the columns of `INPUTS`."""
        return conformed(self._record(self.manifest.inputs, INPUTS))

    def refetched(self) -> pa.Table:
        """The documents that were fetched again unchanged, with the columns of `REFETCHED`."""
        return self._record(self.manifest.refetched, REFETCHED)

    def _record(self, entry: FileEntry | None, schema: pa.Schema) -> pa.Table:
        if entry is None:
            return schema.empty_table()
        path = self.root / "manifests" / entry.name
        return table_file.read(
            path if self.origin is None else self.origin.record_file(path, entry)
        )

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of rows of every table."""
        return {table: self.rows(table) for table in self.tables}

    def _entries(self, table: str) -> tuple[FileEntry, ...]:
        if table not in self.manifest.tables:
            raise WarehouseError(
                f"there is no table {table!r}; the tables are {', '.join(self.tables)}"
            )
        return self.manifest.tables[table]
