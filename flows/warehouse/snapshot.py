"""One snapshot: an immutable state of every table, for reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from copydesk.flows.warehouse import tablefile
from copydesk.flows.warehouse.errors import UnknownSnapshot, WarehouseError
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS, keys_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's row stands."""

    table: str
    file: str
    month: str


@dataclass(frozen=True)
class Snapshot:
    """A kept state of the warehouse. Its files never change; it stays readable while it is kept."""

    root: Path
    manifest: Manifest

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

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table, by name."""
        return [self.path / table / entry.name for entry in self._entries(table)]

    def rows(self, table: str) -> int:
        """Number of rows of a table, from the manifest."""
        return self.manifest.rows(table)

    def dataset(self, table: str) -> ds.FileSystemDataset:
        """The table as an Arrow dataset over exactly this snapshot's files."""
        try:
            return ds.dataset([str(path) for path in self.files(table)], format="parquet")
        except FileNotFoundError as error:
            raise UnknownSnapshot(f"snapshot {self.id} is no longer kept: {error}") from error

    def table(self, table: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        """The rows of a table that meet `where`, in memory."""
        return self.dataset(table).to_table(columns=None if columns is None else list(columns), filter=where)

    def batches(
        self, table: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table in pieces of at most a row group, file by file, in file order."""
        for path in self.files(table):
            fragment = ds.dataset([str(path)], format="parquet")
            yield from fragment.to_batches(
                columns=None if columns is None else list(columns), filter=where, batch_readahead=1, fragment_readahead=0
            )

    def documents(self, table: str, ids: Iterable[str], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows that name one of the ids, reading only the files that hold one."""
        wanted = pa.array(sorted(set(ids)), pa.string())
        keys = np.unique(keys_of(wanted))
        paths = [
            str(self.path / table / entry.name)
            for entry in self._entries(table)
            if tablefile.holds(self.keys(table, entry), keys).any()
        ]
        if not paths:
            paths = [str(path) for path in self.files(table)[:1]]
        where = None
        for column in PARTITIONS[table].keys:
            here = pc.field(column).isin(wanted)
            where = here if where is None else where | here
        found = ds.dataset(paths, format="parquet")
        return found.to_table(columns=None if columns is None else list(columns), filter=where)

    def locate(self, ids: Iterable[str] | pa.Array, tables: Sequence[str] = DOCUMENT_TABLES) -> dict[str, Place]:
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
                stored = tablefile.read(self.path / table / entry.name, [column])[column]
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
            return np.asarray(np.load(stored, mmap_mode="r", allow_pickle=False))
        except (OSError, ValueError):
            return tablefile.keys(self.path / table / entry.name, table)

    def index_files(self) -> dict[str, Path]:
        """The index files that belong to this snapshot, by their name under `index/`."""
        return {entry.name: self.root / "index" / entry.name for entry in self.manifest.index}

    def inputs(self) -> pa.Table:
        """What the run read: `source_uri`, `sha256`, `size_bytes`."""
        entry = self.manifest.inputs
        if entry is None:
            return INPUTS.empty_table()
        return tablefile.read(self.root / "manifests" / entry.name)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Rows of every table."""
        return {table: self.rows(table) for table in self.tables}

    def _entries(self, table: str) -> tuple[FileEntry, ...]:
        if table not in self.manifest.tables:
            raise WarehouseError(f"there is no table {table!r}; the tables are {', '.join(self.tables)}")
        return self.manifest.tables[table]


INPUTS = pa.schema([
    pa.field("source_uri", pa.string(), nullable=False),
    pa.field("sha256", pa.string(), nullable=False),
    pa.field("size_bytes", pa.int64()),
])
