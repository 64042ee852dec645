"""One snapshot: an immutable state of every table, for reading."""

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
from copydesk.flows.warehouse import table_file as tablefile
from copydesk.flows.warehouse.errors import UnknownSnapshot, WarehouseError
from copydesk.flows.warehouse.input_record import INPUTS, conformed
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS, rounds

_OPENED_BYTES = 16 << 20  # of small files that are read as one; arbitrary


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's row stands."""

    table: str
    file: str
    month: str


class Origin(Protocol):
    """Where the files of a snapshot come from that are not in its folder yet: an object store."""

    def table_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Have a file of a table at `path`."""

    def table_files(self, wanted: Sequence[tuple[Path, str, FileEntry]]) -> None:
        """Have several."""

    def is_worth_fetching(self, entry: FileEntry) -> bool:
        """Whether a file is so small that it is fetched whole even for one of its columns."""

    def stored(self, table: str, entries: Iterable[FileEntry]) -> tuple[list[str], Any]:
        """Files of a table where they come from: paths, and the file system of pyarrow's to read them with."""

    def keys_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Have the file of keys of a table file at `path`."""

    def index_file(self, path: Path, entry: FileEntry) -> Path:
        """Have a file of the index at `path`."""

    def inputs_file(self, path: Path, entry: FileEntry) -> Path:
        """Have a run's record of inputs at `path`."""


@dataclass(frozen=True)
class Snapshot:
    """A kept state of the warehouse. Its files never change; it stays readable while it is kept.

    With an `origin` the folder is a mirror, in which a file appears when it is asked for.
    """

    root: Path
    manifest: Manifest
    origin: Origin | None = None

    @property
    def id(self) -> str:
        """Id: sequence number and content hash."""
        return self.manifest.id

    @property
    def path(self) -> Path:
        """The folder that holds one folder per table."""
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
        """The table as an Arrow dataset over exactly this snapshot's files, for reading some columns or rows."""
        try:
            return self._dataset(table, self._entries(table))
        except FileNotFoundError as error:
            raise UnknownSnapshot(f"snapshot {self.id} is no longer kept: {error}") from error

    def _dataset(self, table: str, entries: Sequence[FileEntry]) -> ds.Dataset:
        """Files that are here, and ranges of those that are not, in the order of the entries."""
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
            self.files(table)  # all of it is read: better once, and kept
        return self.dataset(table).to_table(
            columns=None if columns is None else list(columns), filter=where
        )

    def batches(
        self, table: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table in pieces of at most a row group, file by file, in file order."""
        entries = self._entries(table)
        # Small files together, as each opening costs milliseconds; of those on a store only what is asked for is fetched.
        for first, end in rounds(
            [entry.bytes for entry in entries], _OPENED_BYTES if self.origin is None else 0
        ):
            if columns is None:
                for entry in entries[first:end]:
                    self.file(table, entry)
            yield from self._dataset(table, entries[first:end]).to_batches(
                columns=None if columns is None else list(columns),
                filter=where,
                batch_readahead=1,
                fragment_readahead=0,
            )

    def documents(
        self, table: str, ids: Iterable[str], columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows that name one of the ids, reading only the files that hold one."""
        wanted = pa.array(sorted(set(ids)), pa.string())
        keys = np.unique(keys_of(wanted))
        entries = [
            entry
            for entry in self._entries(table)
            if tablefile.holds(self.keys(table, entry), keys).any()
        ]
        where = None
        for column in PARTITIONS[table].keys:
            here = pc.field(column).isin(wanted)
            where = here if where is None else where | here
        found = self._dataset(table, entries or self._entries(table)[:1])
        return found.to_table(columns=None if columns is None else list(columns), filter=where)

    def locate(
        self, ids: Iterable[str] | pa.Array, tables: Sequence[str] = DOCUMENT_TABLES
    ) -> dict[str, Place]:
        """Where each known document stands; unknown ids are left out."""
        wanted = ids if isinstance(ids, pa.Array) else pa.array(sorted(set(ids)), pa.string())
        keys = keys_of(wanted)
        places: dict[str, Place] = {}
        for table in tables:
            for entry in self._entries(table):
                hit = tablefile.holds(self.keys(table, entry), keys)
                if not hit.any():
                    continue
                candidates = wanted.filter(pa.array(hit))
                # The keys are 64 bits of the id: the file itself has the last word.
                column = PARTITIONS[table].keys[0]
                stored = self._dataset(table, [entry]).to_table([column])[column]
                sure = pc.is_in(candidates, value_set=stored.combine_chunks())
                for identifier in candidates.filter(sure).to_pylist():
                    places[identifier] = Place(table, entry.name, entry.month)
        return places

    def known(self, ids: Iterable[str] | pa.Array) -> set[str]:
        """Those of the ids that stand in articles, duplicates or quarantined, or are tombstoned."""
        return set(self.locate(ids, (*DOCUMENT_TABLES, "tombstones")))

    def keys(self, table: str, entry: FileEntry) -> np.ndarray:
        """Sorted 64-bit keys of a file's documents, from the file of keys or the table file itself."""
        stored = self.root / "keys" / table / entry.keys_name
        try:
            if self.origin is not None:
                self.origin.keys_file(stored, table, entry)
            found = np.asarray(np.load(stored, mmap_mode="r", allow_pickle=False))
            if found.dtype == np.uint64 and found.ndim == 1:
                return found
        except (OSError, ValueError, EOFError):
            pass  # lost or damaged: the table itself holds the same
        return tablefile.keys(self.file(table, entry), table)

    def index_files(self, names: Collection[str] | None = None) -> dict[str, Path]:
        """The index files that belong to this snapshot, or those of them that are named, by their name under `index/`."""
        entries = [entry for entry in self.manifest.index if names is None or entry.name in names]
        if self.origin is not None:
            for entry in entries:
                self.origin.index_file(self.root / "index" / entry.name, entry)
        return {entry.name: self.root / "index" / entry.name for entry in entries}

    def inputs(self) -> pa.Table:
        """The input files that this snapshot has read: columns of `INPUTS`."""
        entry = self.manifest.inputs
        if entry is None:
            return INPUTS.empty_table()
        path = self.root / "manifests" / entry.name
        path = path if self.origin is None else self.origin.inputs_file(path, entry)
        return conformed(tablefile.read(path))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Rows of every table."""
        return {table: self.rows(table) for table in self.tables}

    def _entries(self, table: str) -> tuple[FileEntry, ...]:
        if table not in self.manifest.tables:
            raise WarehouseError(
                f"there is no table {table!r}; the tables are {', '.join(self.tables)}"
            )
        return self.manifest.tables[table]
