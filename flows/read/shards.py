"""Shards: batches of raw records in staging folders, which workers read by path.

A shard is a folder `<number>/` with `records.arrow` (Arrow IPC) and `rejects.json`. One rename
makes it visible, so a visible shard is complete. The cuts between shards depend only on the items
and on where reading began, and nothing that a run publishes depends on the cuts.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from math import inf
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.tally import Tally
from copydesk.transforms.article import Given

_GIVEN = pa.struct(
    [
        ("title", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("published", pa.string()),
        ("outlet", pa.string()),
        ("language", pa.string()),
        ("section", pa.string()),
        ("tdm_reserved", pa.bool_()),
    ]
)
SCHEMA = pa.schema(
    [
        ("source_uri", pa.string()),
        ("record_number", pa.int64()),
        ("body", pa.large_binary()),
        ("kind", pa.string()),
        ("declared_encoding", pa.string()),
        ("url", pa.string()),
        ("fetched_at", pa.timestamp("us", tz="UTC")),
        ("extra", pa.map_(pa.string(), pa.string())),
        ("given", _GIVEN),
    ]
)
# The part of a shard that a worker has in memory, unless one document is larger.
_BATCH_BYTES = 4 * 2**20
# Near the end of the input, a shard is a share of what is left, but not below a least size. So all
# workers finish at about the same time. This is guided self-scheduling (Polychronopoulos and Kuck
# 1987), except that the share does not depend on the number of workers.
_SHARE_OF_REST = 1 / 4
# The smallest shard relative to a full one, because each costs some time in addition to its documents.
# The first shard of some files is as small, since it is not yet known how many documents they have.
_LEAST_SHARE = 1 / 4
RECORDS = "records.arrow"
_REJECTS = "rejects.json"


class Left(NamedTuple):
    """The unread part of the input: its share of all bytes, and an estimate of its size."""

    share: float
    n_bytes: float


class Position(Protocol):
    """How far the input has been read. It is asked while the items are cut into shards."""

    cursor: tuple[int, int]
    """The file, and the number of items taken from it. It is read after each item."""

    def left(self) -> Left:
        """The unread part of the input, asked when a shard is cut."""

    def take_tally(self) -> Tally:
        """The counts since the last call, asked when a shard is cut."""


class _Unknown:
    """The position if the items do not come from files."""

    cursor = (0, 0)

    def left(self) -> Left:
        return Left(1.0, inf)

    def take_tally(self) -> Tally:
        return Tally()


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the input: `n_documents` records, indexed from 0, and the rejects among them."""

    number: int
    folder: str
    n_documents: int
    n_rejects: int
    n_bytes: int
    cursor: tuple[int, int] = (0, 0)  # where in the input it ends
    left_share: float = 0.0  # the share of the input's bytes that was unread when it was cut
    tally: Mapping[str, Any] = field(default_factory=dict)  # as `Tally.to_json` writes it

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the shard."""
        return (Path(self.folder, RECORDS), Path(self.folder, _REJECTS))

    def records(self) -> Iterator[Record]:
        """Yield the records in order. Only a few megabytes are in memory at a time."""
        with (
            pa.OSFile(os.path.join(self.folder, RECORDS)) as source,
            pa.ipc.open_stream(source) as batches,
        ):
            for batch in batches:
                yield from _records_of(batch)

    def has_pages(self) -> bool:
        """Whether one of the records is a page."""
        options = pa.ipc.IpcReadOptions(included_fields=[SCHEMA.get_field_index("kind")])
        with (
            pa.OSFile(os.path.join(self.folder, RECORDS)) as source,
            pa.ipc.open_stream(source, options=options) as batches,
        ):
            return any("page" in batch["kind"].to_pylist() for batch in batches)

    def rejects(self) -> Iterator[Reject]:
        """Yield the rejects that reading found."""
        for row in json.loads(Path(self.folder, _REJECTS).read_text(encoding="utf-8"))["rejects"]:
            yield Reject(*row)


def write(
    items: Iterable[Record | Reject],
    folder: str | Path,
    *,
    documents: int,
    n_bytes: int,
    first: int = 0,
    position: Position | None = None,
) -> Iterator[Shard]:
    """Cut the items into shards, and yield each one when it is on disk.

    A shard has at most `documents` documents and `n_bytes` bytes. A document larger than `n_bytes`
    gets a shard of its own. Shards are smaller when `position` says that little is left. Raises
    OSError if staging cannot be written.
    """
    left_at_first = 0.0 if position else inf  # Items that are not from files fill their shard.
    position = position or _Unknown()
    cut, number, folder = _Cut(), first, Path(folder)
    most_items = most_bytes = total_items = total_bytes = 0.0
    for item in items:
        size = len(item.body) if isinstance(item, Record) else 0
        if cut.n_items and (cut.n_items >= most_items or cut.n_bytes + size > most_bytes):
            total_items, total_bytes = total_items + cut.n_items, total_bytes + cut.n_bytes
            yield cut.finish(folder, number, position.left().share, position.take_tally())
            cut, number = _Cut(), number + 1
        if not cut.n_items:
            unread = position.left().n_bytes
            most_bytes = _size(n_bytes, unread)
            is_known = total_bytes > 0 and unread < inf
            n_left = unread / total_bytes * total_items if is_known else inf
            most_items = _size(documents, n_left if total_items else left_at_first)
        cut.add(item, size, folder)
        cut.cursor = position.cursor
        (cut.tally.records if isinstance(item, Record) else cut.tally.rejects)[cut.cursor[0]] += 1
    rest = position.take_tally()
    if cut.n_items or rest.skipped or rest.next_numbers:
        yield cut.finish(folder, number, 0.0, rest)


def _size(full: int, left: float) -> float:
    """The size of the next shard if this much is left, as documents or as bytes.

    >>> _size(500, 10_000), _size(500, 1_000), _size(500, 20)
    (500, 250.0, 125.0)
    """
    return min(full, max(full * _LEAST_SHARE, left * _SHARE_OF_REST))


def open_shard(folder: str | Path, number: int) -> Shard | None:
    """Return the shard with that number if it is complete."""
    at = shard_folder(Path(folder), number)
    try:
        counts = json.loads((at / _REJECTS).read_text(encoding="utf-8"))
        first, second = counts["cursor"]
        return Shard(
            number,
            str(at),
            counts["n_documents"],
            len(counts["rejects"]),
            counts["n_bytes"],
            (first, second),
            counts["left_share"],
            counts["tally"],
        )
    except (OSError, ValueError, KeyError):
        return None


def from_json(fields: Mapping[str, Any]) -> Shard:
    """Return the shard from its JSON form, which comes from `dataclasses.asdict`."""
    return Shard(**{**fields, "cursor": tuple(fields["cursor"])})


class _Cut:
    """A shard that is being written.

    Full batches are written to disk, in a folder that no reader opens yet.
    """

    def __init__(self) -> None:
        self.n_documents = self.n_items = self.n_bytes = 0
        self.cursor = (0, 0)
        self.tally = Tally()
        self._rows: list[Record] = []
        self._rows_bytes = 0
        self._rejects: list[Reject] = []
        self._file: _RecordFile | None = None

    def add(self, item: Record | Reject, size: int, folder: Path) -> None:
        self.n_items += 1
        self.n_bytes += size
        if isinstance(item, Reject):
            self._rejects.append(item)
            return
        self.n_documents += 1
        self._rows.append(item)
        self._rows_bytes += size
        if self._rows_bytes >= _BATCH_BYTES:
            self._flush(folder)

    def finish(self, folder: Path, number: int, left_share: float, tally: Tally) -> Shard:
        file = self._flush(folder)
        file.close()
        self.tally.add(tally)
        counted = self.tally.to_json()
        rejects = [astuple(r) for r in self._rejects]
        counts = {
            "n_documents": self.n_documents,
            "n_bytes": self.n_bytes,
            "cursor": self.cursor,
            "left_share": left_share,
            "tally": counted,
        }
        (file.folder / _REJECTS).write_text(
            json.dumps({**counts, "rejects": rejects}), encoding="utf-8"
        )
        target = shard_folder(folder, number)
        if target.exists():
            shutil.rmtree(target)
        os.rename(file.folder, target)
        return Shard(
            number,
            str(target),
            self.n_documents,
            len(rejects),
            self.n_bytes,
            self.cursor,
            left_share,
            counted,
        )

    def _flush(self, folder: Path) -> _RecordFile:
        if self._file is None:
            has_pages = any(row.kind == "page" for row in self._rows)
            self._file = _RecordFile(folder / f"cutting-{os.getpid()}", is_packed=has_pages)
        if self._rows:
            self._file.write(self._rows)
        self._rows, self._rows_bytes = [], 0
        return self._file


class _RecordFile:
    """The records file of a shard that is being written, in a new folder."""

    def __init__(self, folder: Path, *, is_packed: bool) -> None:
        """Pages are packed to a third. Texts are small, and packing takes a fifth of their reading."""
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._sink = pa.OSFile(str(folder / RECORDS), "wb")
        self._writer = pa.ipc.new_stream(
            self._sink,
            SCHEMA,
            options=pa.ipc.IpcWriteOptions(compression="lz4" if is_packed else None),
        )

    def write(self, rows: list[Record]) -> None:
        """Append the records as one batch."""
        self._writer.write_batch(_batch(rows))

    def close(self) -> None:
        """Complete the file."""
        self._writer.close()
        self._sink.close()


def _batch(rows: list[Record]) -> pa.RecordBatch:
    all_given = [row.given for row in rows]
    given = [pa.array(list(map(attrgetter(field.name), all_given)), field.type) for field in _GIVEN]
    columns = [
        pa.array(list(map(attrgetter(field.name), rows)), field.type)
        for field in SCHEMA
        if field.name != "given"
    ]
    struct = pa.StructArray.from_arrays(given, fields=list(_GIVEN))
    return pa.RecordBatch.from_arrays([*columns, struct], schema=SCHEMA)


def _records_of(batch: pa.RecordBatch) -> Iterator[Record]:
    """The records that `_batch` has stored."""
    *own, extra, given = (batch.column(name) for name in SCHEMA.names)
    title, authors, *facts = (values.to_pylist() for values in given.flatten())
    return map(
        Record,
        *(values.to_pylist() for values in own),
        map(Given, title, map(tuple, authors), *facts),
        map(tuple, extra.to_pylist()),
    )


def shard_folder(folder: Path, number: int) -> Path:
    """The folder of the shard with that number."""
    return folder / f"{number:06d}"
