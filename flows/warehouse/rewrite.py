"""From the files of a table and a change to the files of the next snapshot.

Only what a change touches is written: files that hold a deleted row, the new rows, and small files
of the same month that are due to be merged. Rows stream through: memory holds half an output file of
staged rows, then one output file or several that are no more than one together, and a few bytes for
each row of the change. Those several are written at once, by threads: what takes the time (sorting,
compression, hashing, waiting for the disk) happens outside Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ipc

from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.manifest import FileEntry
from copydesk.flows.warehouse.partition import PARTITIONS, UNDATED, months, rounds

# One output file in memory: 64 MB of Arrow data, some 15,000 articles of 4 kB; putting its parts together doubles it.
_FILE_BYTES = 64 << 20
_FILE_ROWS = (5_000, 1_000_000)
# Staged rows that are put together before they are parted among many files, where there are more than one
# file's: half an output file, arbitrary.
_GATHERED_BYTES = _FILE_BYTES // 2
_FEW_OUTPUTS = 2  # files: up to here rows are read again for each rather than parted
# A file is merged into the next one of its month once the rows to be written reach half its own:
# each row is rewritten O(log n) times, and a month keeps O(log n) small files.
_MERGE_RATIO = 2.0

Staged: TypeAlias = pa.Table | Path
Conform: TypeAlias = Callable[[pa.Table], pa.Table]


class Everything:
    """All published rows of a table, as what a change deletes."""

    def __repr__(self) -> str:
        return "EVERYTHING"


EVERYTHING = Everything()


@dataclass(frozen=True, slots=True)
class Doomed:
    """Rows to delete: those that name one of `ids` in a key column, or equal a row of `rows`."""

    ids: pa.Array | None = None
    rows: pa.Table | None = None
    keys: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))

    def kept(self, table: pa.Table, key_columns: Sequence[str]) -> np.ndarray:
        """True for each row of the table that stays."""
        kept = np.ones(table.num_rows, bool)
        if self.ids is not None:
            for column in key_columns:
                kept &= ~pc.is_in(table[column], value_set=self.ids).to_numpy(zero_copy_only=False)
        if self.rows is not None and self.rows.num_rows:
            doomed = set(zip(*(column.to_pylist() for column in self.rows.columns), strict=True))
            columns = [table[column].to_pylist() for column in self.rows.column_names]
            kept &= np.fromiter(
                (row not in doomed for row in zip(*columns, strict=True)), bool, table.num_rows
            )
        return kept

    def columns(self, key_columns: Sequence[str]) -> list[str]:
        """The columns that `kept` looks at."""
        found = dict.fromkeys(key_columns if self.ids is not None else ())
        return [
            *found,
            *(
                name
                for name in (self.rows.column_names if self.rows is not None else ())
                if name not in found
            ),
        ]


@dataclass(frozen=True, slots=True)
class Overlay:
    """New values of columns of published rows, by the table's id."""

    values: pa.Table
    id_column: str
    ids: pa.Array
    keys: np.ndarray

    def hits(self, ids: pa.ChunkedArray) -> np.ndarray:
        """Which rows, given their ids, have new values."""
        return np.asarray(pc.is_in(ids, value_set=self.ids).to_numpy(zero_copy_only=False))

    def over(self, table: pa.Table) -> pa.Table:
        """The table with the new values in place."""
        found = pc.index_in(table[self.id_column], value_set=self.ids).combine_chunks()
        order = pc.coalesce(
            pc.add(found.cast(pa.int64()), table.num_rows), pa.array(np.arange(table.num_rows))
        )
        for name in self.values.column_names:
            if name != self.id_column:
                place = table.schema.get_field_index(name)
                both = pa.chunked_array(
                    [*table[name].chunks, *self.values[name].chunks],
                    type=table.schema.field(name).type,
                )
                table = table.set_column(place, table.schema.field(name), both.take(order))
        return table


def overlay_of(name: str, values: pa.Table, schema: pa.Schema) -> Overlay:
    """What a change's `updates` entry means; raises InvalidChange where it cannot be followed."""
    partition = PARTITIONS[name]
    if len(partition.keys) != 1 or name == "removed":
        raise InvalidChange(
            f"rows of {name!r} are changed by a delete and an insert: no single id names one"
        )
    (id_column,) = partition.keys
    if id_column not in values.column_names or partition.date in values.column_names:
        raise InvalidChange(
            f"updates of {name!r} need the column {id_column!r} and cannot change {partition.date!r}, which decides the file; "
            f"they have {', '.join(values.column_names)}"
        )
    if unknown := set(values.column_names) - set(schema.names):
        raise InvalidChange(
            f"table {name!r} has no column {min(unknown)!r}; its columns are {', '.join(schema.names)}"
        )
    for column in values.column_names:
        if not schema.field(column).nullable and values[column].null_count:
            raise InvalidChange(
                f"updates of {name!r} hold nulls in {column!r}, which must hold none"
            )
    values = values.cast(pa.schema([schema.field(column) for column in values.column_names]))
    ids = values[id_column].combine_chunks()
    if len(pc.unique(ids)) != len(ids):
        raise InvalidChange(f"updates of {name!r} name a {id_column} more than once")
    return Overlay(values, id_column, ids, np.unique(keys_of(ids)))


@dataclass(slots=True)
class _Source:
    """Rows on their way into files: staged ones, or those that stay of a file that is rewritten."""

    content: Staged
    conform: Conform
    n_rows: int
    n_bytes: int
    output: np.ndarray  # number of the output file of each row, -1 for rows that go
    overlay: Overlay | None = None

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        table = (
            self.content if isinstance(self.content, pa.Table) else table_file.read(self.content)
        )
        table = self.conform(table)
        if self.overlay is not None:
            table = self.overlay.over(table)
        return table if columns is None else table.select(list(columns))

    def keys(self, columns: Sequence[str]) -> pa.Table:
        if isinstance(self.content, pa.Table) or self.overlay is not None:
            return self.read(columns)
        have = set(pq.read_schema(self.content).names)
        table = table_file.read(self.content, [name for name in columns if name in have])
        if table.num_rows == 0 and not have.issuperset(columns):
            return self.read(columns)
        for name in columns:
            if name not in have:
                table = table.append_column(name, pa.nulls(self.n_rows, pa.string()))
        return table.select(list(columns))

    def take(self, output: int) -> pa.Table | None:
        mask = self.output == output
        return self.read().filter(pa.array(mask)) if mask.any() else None

    def close(self) -> None:
        """Nothing was opened."""


class _Rows(Protocol):
    """Rows that are asked for by output file, also by several threads at once."""

    def take(self, output: int) -> pa.Table | None:
        """The rows of an output file, None where there are none."""

    def close(self) -> None:
        """They are not asked for again."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Rows in memory, and which of them each output file gets."""

    rows: pa.Table
    order: np.ndarray  # places of the rows, by output
    places: Mapping[int, tuple[int, int]]  # output to where its part of the order begins and ends

    @classmethod
    def of(cls, sources: Sequence[_Source]) -> _Held:
        """The rows of some sources that stay; those of one output in the order they had."""
        rows = pa.concat_tables([source.read() for source in sources]).combine_chunks()
        output = np.concatenate([source.output for source in sources])
        order = np.argsort(output, kind="stable")
        order = order[np.searchsorted(output[order], 0) :]
        outputs, firsts, counts = np.unique(output[order], return_index=True, return_counts=True)
        return cls(
            rows,
            order,
            dict(
                zip(
                    outputs.tolist(),
                    zip(firsts.tolist(), (firsts + counts).tolist(), strict=True),
                    strict=True,
                )
            ),
        )

    def take(self, output: int) -> pa.Table | None:
        if output not in self.places:
            return None
        first, end = self.places[output]
        return self.rows.take(pa.array(self.order[first:end]))

    def close(self) -> None:
        """They go with this object."""


@dataclass(frozen=True, slots=True)
class _Spilled:
    """The same in a file, a record batch for each output."""

    path: Path
    batches: Mapping[int, int]

    @classmethod
    def of(cls, held: _Held, path: Path) -> _Spilled:
        with ipc.new_file(
            str(path), held.rows.schema, options=ipc.IpcWriteOptions(compression="lz4")
        ) as writer:
            for first, end in held.places.values():
                writer.write_batch(
                    held.rows.take(pa.array(held.order[first:end])).combine_chunks().to_batches()[0]
                )
        return cls(path, {output: number for number, output in enumerate(held.places)})

    def take(self, output: int) -> pa.Table | None:
        if output not in self.batches:
            return None
        with pa.memory_map(str(self.path)) as file:
            # Decompressed, so the batch does not lean on the map.
            return pa.Table.from_batches([ipc.open_file(file).get_batch(self.batches[output])])

    def close(self) -> None:
        self.path.unlink()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of one table: files that stay, files newly written into `folder`."""

    kept: tuple[FileEntry, ...]
    written: tuple[FileEntry, ...]
    folder: Path


def table(
    name: str,
    *,
    old: Sequence[tuple[FileEntry, Path]],
    old_keys: Callable[[FileEntry], np.ndarray],
    fetch: Callable[[FileEntry], Path],
    inserts: Sequence[Staged],
    doomed: Doomed | Everything | None,
    overlay: Overlay | None = None,
    month_of: Callable[[pa.ChunkedArray], pa.Array],
    conform: Conform,
    folder: Path,
    keys: Path | None = None,
    writers: int = 1,
) -> Rewritten:
    """Write the next state of one table into `folder`; the old files stay as they are.

    `month_of` gives the month of each doc_id, for tables that follow their documents; `fetch` has an
    old file at its path before it is read. The keys of new files go into the folder `keys`. So many
    `writers` write at once; the files are the same for any number of them.
    """
    folder.mkdir(parents=True)
    labels: dict[str, int] = {}
    sources, row_months = [], []
    for staged in inserts:
        source = _source(staged, conform)
        if source.n_rows:
            sources.append(source)
            row_months.append(_months(source, name, labels, month_of))
    if isinstance(doomed, Everything):
        stay: list[tuple[FileEntry, Path]] = []
        cut: list[tuple[FileEntry, Path, np.ndarray]] = []
    else:
        stay, cut = _apart(name, old, old_keys, fetch, doomed, overlay)
    for entry, path, kept in cut:
        if not kept.any():
            continue
        source = _source(path, conform)
        source.overlay = overlay
        sources.append(source)
        label = labels.setdefault(entry.month, len(labels))
        row_months.append(np.where(kept, np.int32(label), np.int32(-1)))
    stay = _merge_small(stay, sources, row_months, labels, conform, fetch)
    target = _Target(name, folder, keys)
    written = _write(
        target, _assign(name, sources, row_months, list(labels)), sources, writers=writers
    )
    kept_entries = [entry for entry, _ in stay if entry.rows]
    if not kept_entries and not written:
        empty = next((entry for entry, _ in stay), None)
        if empty is not None:
            kept_entries = [empty]
        else:
            written = [target.write([conform(pa.table({}))], UNDATED)]
    return Rewritten(tuple(sorted(kept_entries)), tuple(sorted(written)), folder)


def _source(content: Staged, conform: Conform) -> _Source:
    if isinstance(content, pa.Table):
        rows, size = content.num_rows, content.nbytes
    else:
        footer = pq.read_metadata(content)
        rows = footer.num_rows
        size = sum(
            footer.row_group(group).total_byte_size for group in range(footer.num_row_groups)
        )
    return _Source(content, conform, rows, size, np.empty(0, np.int32))


def _months(
    source: _Source,
    name: str,
    labels: dict[str, int],
    month_of: Callable[[pa.ChunkedArray], pa.Array],
) -> np.ndarray:
    """The month of each row, as a number in `labels`."""
    partition = PARTITIONS[name]
    if partition.date is not None:
        names = months(source.keys([partition.date])[partition.date].cast(_date_type(name)))
    elif partition.follows is not None:
        names = month_of(source.keys([partition.follows])[partition.follows])
    else:
        return np.full(source.n_rows, labels.setdefault(UNDATED, len(labels)), np.int32)
    encoded = names.dictionary_encode()
    numbers = [labels.setdefault(label, len(labels)) for label in encoded.dictionary.to_pylist()]
    indices: np.ndarray = encoded.indices.to_numpy(zero_copy_only=False)
    of_rows: np.ndarray = np.asarray(numbers, np.int32)[indices]
    return of_rows


def _date_type(name: str) -> pa.DataType:
    return pa.timestamp("us", tz="UTC") if name == "stories" else pa.date32()


def _apart(
    name: str,
    old: Sequence[tuple[FileEntry, Path]],
    old_keys: Callable[[FileEntry], np.ndarray],
    fetch: Callable[[FileEntry], Path],
    doomed: Doomed | None,
    overlay: Overlay | None,
) -> tuple[list[tuple[FileEntry, Path]], list[tuple[FileEntry, Path, np.ndarray]]]:
    """Files that stay whole, and files that change with the rows they keep."""
    stay, changed = [], []
    key_columns = PARTITIONS[name].keys
    columns = list(
        dict.fromkeys(
            [
                *(doomed.columns(key_columns) if doomed else ()),
                *([overlay.id_column] if overlay else ()),
            ]
        )
    )
    by_key = bool(key_columns) and (doomed is None or doomed.rows is None)
    wanted = np.concatenate(
        [part.keys for part in (doomed, overlay) if part is not None] or [np.empty(0, np.uint64)]
    )
    n_updated = 0
    for entry, path in old:
        if not columns or (by_key and not table_file.holds(old_keys(entry), wanted).any()):
            stay.append((entry, path))
            continue
        looked_at = table_file.read(fetch(entry), columns)
        kept = doomed.kept(looked_at, key_columns) if doomed else np.ones(looked_at.num_rows, bool)
        updated = int((kept & overlay.hits(looked_at[overlay.id_column])).sum()) if overlay else 0
        n_updated += updated
        if kept.all() and not updated:
            stay.append((entry, path))
        else:
            changed.append((entry, path, kept))
    if overlay is not None and n_updated != len(overlay.ids):
        raise InvalidChange(
            f"updates of {name!r} name {len(overlay.ids)} rows, of which {n_updated} stand in the snapshot after the deletes"
        )
    return stay, changed


def _merge_small(
    stay: list[tuple[FileEntry, Path]],
    sources: list[_Source],
    row_months: list[np.ndarray],
    labels: dict[str, int],
    conform: Conform,
    fetch: Callable[[FileEntry], Path],
) -> list[tuple[FileEntry, Path]]:
    """Take the small files of each touched month into its sources; the rest is returned."""
    rows = np.zeros(len(labels), np.int64)
    size = np.zeros(len(labels), np.float64)
    for source, numbers in zip(sources, row_months, strict=True):
        counts = np.bincount(numbers[numbers >= 0], minlength=len(labels))
        rows += counts
        size += counts * (source.n_bytes / max(source.n_rows, 1))
    left = []
    for entry, path in sorted(stay, key=lambda item: (item[0].rows, item[0].name)):
        label = labels.get(entry.month, -1)
        if entry.rows == 0:
            # A file without rows says "this table is empty"; it goes when the table is not.
            if not rows.any():
                left.append((entry, path))
            continue
        if label < 0 or rows[label] == 0 or entry.rows > rows[label] * _MERGE_RATIO:
            left.append((entry, path))
            continue
        source = _source(fetch(entry), conform)
        if size[label] + source.n_bytes > _FILE_BYTES:
            left.append((entry, path))
            continue
        rows[label] += source.n_rows
        size[label] += source.n_bytes
        sources.append(source)
        row_months.append(np.full(source.n_rows, label, np.int32))
    return left


@dataclass(frozen=True, slots=True)
class _Target:
    """The table that is written, its folder, and the folder of its keys."""

    name: str
    folder: Path
    keys: Path | None

    def write(self, parts: Sequence[pa.Table], month: str) -> FileEntry:
        """Write one output file, and its keys."""
        whole = pa.concat_tables(parts).combine_chunks()
        order = pc.sort_indices(
            whole, sort_keys=[(column, "ascending") for column in PARTITIONS[self.name].sort]
        )
        entry = table_file.write(whole, self.name, month, self.folder, order=order)
        if self.keys is not None:
            table_file.write_keys(whole, self.name, self.keys / entry.keys_name)
        return entry


def _write(
    target: _Target, outputs: Sequence[str], sources: Sequence[_Source], *, writers: int
) -> list[FileEntry]:
    """Write the output files, given the month of each."""
    sizes = np.zeros(len(outputs), np.float64)
    for source in sources:
        sizes += np.bincount(source.output[source.output >= 0], minlength=len(outputs)) * (
            source.n_bytes / max(source.n_rows, 1)
        )
    rows = _gathered(sources, target.folder)

    def write(number: int) -> FileEntry:
        taken = [part.take(number) for part in rows]
        return target.write([part for part in taken if part is not None], outputs[number])

    written: list[FileEntry] = []
    with ThreadPoolExecutor(max_workers=writers) as pool:
        for first, end in rounds(sizes.tolist(), _FILE_BYTES):
            written += pool.map(write, range(first, end))
    for part in rows:
        part.close()
    return written


def _assign(
    name: str, sources: list[_Source], row_months: list[np.ndarray], labels: list[str]
) -> list[str]:
    """Give each row its output file; returns the month of each output."""
    outputs: list[str] = []
    for source in sources:
        source.output = np.full(source.n_rows, -1, np.int32)
    totals = np.zeros(len(labels), np.int64)
    sizes = np.zeros(len(labels), np.float64)
    for source, numbers in zip(sources, row_months, strict=True):
        counts = np.bincount(numbers[numbers >= 0], minlength=len(labels))
        totals += counts
        sizes += counts * (source.n_bytes / max(source.n_rows, 1))
    for label in sorted(range(len(labels)), key=labels.__getitem__):
        if totals[label] == 0:
            continue
        most = int(np.clip(_FILE_BYTES / max(sizes[label] / totals[label], 1.0), *_FILE_ROWS))
        n_files = -(-int(totals[label]) // most)
        members = [
            (source, numbers == label) for source, numbers in zip(sources, row_months, strict=True)
        ]
        members = [(source, mask) for source, mask in members if mask.any()]
        if n_files == 1:
            for source, mask in members:
                source.output[mask] = len(outputs)
        else:
            ranks = _ranks(name, members)
            per_file = -(-int(totals[label]) // n_files)
            taken = 0
            for source, mask in members:
                count = int(mask.sum())
                source.output[mask] = len(outputs) + ranks[taken : taken + count] // per_file
                taken += count
        outputs += [labels[label]] * n_files
    return outputs


def _ranks(name: str, members: list[tuple[_Source, np.ndarray]]) -> np.ndarray:
    """The place of each row of a month in the order in which the month is cut into files."""
    columns = PARTITIONS[name].cut or PARTITIONS[name].sort
    keys = pa.concat_tables(
        [source.keys(columns).filter(pa.array(mask)) for source, mask in members],
        promote_options="permissive",
    )
    order = pc.sort_indices(
        keys, sort_keys=[(column, "ascending") for column in columns]
    ).to_numpy()
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _gathered(sources: Sequence[_Source], folder: Path) -> list[_Rows]:
    """The sources, those that feed many files put together and parted by file, so that each is read once.

    What was put together waits on disk unless it is all there is; one file for all its outputs keeps the
    number of open files small, however many months there are.
    """
    gathered: list[_Rows] = []
    sizes = [source.n_bytes for source in sources]
    runs = list(rounds(sizes, _FILE_BYTES if sum(sizes) <= _FILE_BYTES else _GATHERED_BYTES))
    for number, (first, end) in enumerate(runs):
        some = sources[first:end]
        if len(np.unique(np.concatenate([source.output for source in some]))) <= _FEW_OUTPUTS:
            gathered += some
        else:
            held = _Held.of(some)
            gathered.append(
                held if len(runs) == 1 else _Spilled.of(held, folder / f".spill-{number}.arrow")
            )
    return gathered


def doomed_of(name: str, deletion: object) -> Doomed | Everything:
    """What a change's `deletes` entry means: ids, rows, or EVERYTHING."""
    if isinstance(deletion, Everything):
        return deletion
    if isinstance(deletion, pa.Table):
        return Doomed(rows=deletion)
    if isinstance(deletion, pa.ChunkedArray):
        deletion = deletion.combine_chunks()
    if not PARTITIONS[name].keys:
        raise InvalidChange(
            f"table {name!r} has no ids; give the rows to delete as a table of their columns, or EVERYTHING"
        )
    ids = (
        deletion
        if isinstance(deletion, pa.Array)
        else pa.array(sorted(set(_strings(deletion))), pa.string())
    )
    return Doomed(ids=ids, keys=np.unique(keys_of(ids)))


def _strings(deletion: object) -> Iterator[str]:
    if isinstance(deletion, str) or not hasattr(deletion, "__iter__"):
        raise InvalidChange(
            f"deletes takes a collection of ids, a table, or EVERYTHING, not {deletion!r}"
        )
    yield from deletion
