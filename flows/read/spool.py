"""Read inputs in a separate process and write shards to disk, so that no input can crash the run.

If reading a file crashes, hangs or uses too much memory, the file is read up to the fault, and one
row of `rejects` reports the rest. If a run is started again, it uses the existing shards and
continues reading after the last one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from hashlib import sha256
from itertools import accumulate
from math import inf
from pathlib import Path
from typing import Any, BinaryIO

from copydesk.flows.read import shards
from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import formats
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.reading import Listener, read_file
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.shards import Left, Shard
from copydesk.flows.read.sources import InputFile
from copydesk.flows.read.tally import Tally
from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.sandbox import WorkerExit, wait
from copydesk.flows.support.processes.worker_loop import WorkerChannel

PREPARE = f"{__name__}:warm_up"  # what a reading process does before it is asked to read
_STATE, _FILES = "state.json", "files.jsonl"
_AHEAD = 8  # shards that may wait for a worker: enough to keep workers busy, few for the disk
_MOST_EXITS = 3  # how often the process may end while it reads no document


def warm_up() -> None:
    """Import every format, which takes a tenth of a second."""
    formats()


def spool(
    files: Sequence[InputFile | Reject],
    folder: str | Path,
    *,
    fields: Fields,
    limits: Limits,
    documents: int,
    n_bytes: int,
) -> Iterator[Shard]:
    """Cut the content of the files (see `find`) into shards under `folder`, and yield them.

    A shard has at most the given documents and bytes. If `folder` has shards of the same files,
    fields and limits, those are yielded first and reading continues after them. All other shards
    are deleted. Raises OSError if the folder cannot be written.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    with open(Path(folder, _FILES), "w", encoding="utf-8") as listing:
        listing.writelines(
            json.dumps([isinstance(file, Reject), *astuple(file)]) + "\n" for file in files
        )
    arguments: dict[str, Any] = {
        "folder": str(folder),
        "fields": asdict(fields),
        "limits": asdict(limits),
        "most": [documents, n_bytes],
    }
    return _shards(arguments, limits)


def _shards(arguments: Mapping[str, Any], limits: Limits) -> Iterator[Shard]:
    """Read until all shards are written. After each exit, a new process goes on with the reading."""
    failures = _Failures()
    n_yielded = 0
    while True:
        reader = sandbox.started(
            seconds=limits.seconds, memory_bytes=limits.memory_bytes, prepare=PREPARE
        )
        try:
            reader.call(
                "copydesk.flows.read.spool:fill",
                excluded={str(k): v for k, v in failures.excluded.items()},
                **arguments,
            )
            for message in _messages(reader):
                if isinstance(message, WorkerExit):
                    failures.add(message)
                    break
                if "done" in message:
                    return
                if message["shard"]["number"] >= n_yielded:
                    n_yielded += 1
                    yield shards.from_json(message["shard"])
                    reader.tell({"taken": n_yielded})
        finally:
            reader.kill()


def _messages(reader: sandbox.Process) -> Iterator[dict[str, Any] | WorkerExit]:
    """Yield what the process reports, without end."""
    while True:
        wait([reader])
        yield from reader.messages()


class _Failures:
    """The documents that ended a reading process.

    `excluded` maps the ordinal number of a file to the number of its items before the document at
    fault, the reason and the detail. The file is read only up to that document.
    """

    def __init__(self) -> None:
        self.excluded: dict[int, tuple[int, str, str]] = {}
        self._suspects: set[tuple[int, int]] = set()
        self._n_exits = 0

    def add(self, ended: WorkerExit) -> None:
        """Exclude the document that was being read, if the exit is certainly or again its fault.

        Raises OSError for a fault of the system, and RuntimeError if no document is at fault.
        """
        self._n_exits += 1
        if ended.reason == "os":
            raise OSError(ended.errno, ended.detail)
        if ended.position is None:
            if ended.reason == "failed" or self._n_exits >= _MOST_EXITS:
                raise RuntimeError(f"reading failed, but not in a document: {ended.detail}")
            return
        if ended.is_certain or ended.position in self._suspects:
            ordinal, n_items = ended.position
            reason = "crashed" if ended.reason == "failed" else ended.reason
            self.excluded[ordinal] = (n_items, reason, ended.detail)
        self._suspects.add(ended.position)


def fill(
    channel: WorkerChannel,
    *,
    folder: str,
    fields: dict[str, Any],
    limits: dict[str, Any],
    most: tuple[int, int],
    excluded: dict[str, list[Any]],
) -> int:
    """Write the missing shards, announce all shards, and return their number.

    This is called in the reading process. `most` is the number of documents and of bytes in a full
    shard.
    """
    documents, n_bytes = most
    named: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    chosen = Fields(**named)
    with open(Path(folder, _FILES), encoding="utf-8") as listing:
        files = [
            (Reject if is_fault else InputFile)(*values)
            for is_fault, *values in map(json.loads, listing)
        ]
    state = _State(Path(folder), _key(files, [fields, limits, documents, n_bytes]))
    cursor = (0, 0)
    number = 0
    while (shard := shards.open_shard(folder, number)) is not None:
        _announce(channel, shard)
        cursor, number = shard.cursor, number + 1
    if state.n_shards == number:
        return number
    channel.limit_memory()
    reading = _Reading(
        channel,
        files,
        cursor,
        fields=chosen,
        limits=Limits(**limits),
        excluded={int(k): v for k, v in excluded.items()},
    )
    for shard in shards.write(
        reading,
        folder,
        documents=documents,
        n_bytes=n_bytes,
        first=number,
        position=reading,
    ):
        _announce(channel, shard)
        number += 1
    state.complete(number)
    return number


class _Reading:
    """The items of all files from a cursor on.

    The cursor is the position of a file in the list, and the number of items taken from that file.
    Each item is announced before it is read, so that the parent process knows which one failed.
    """

    def __init__(
        self,
        channel: WorkerChannel,
        files: Sequence[InputFile | Reject],
        cursor: tuple[int, int],
        *,
        fields: Fields,
        limits: Limits,
        excluded: Mapping[int, Sequence[Any]],
    ) -> None:
        self.cursor = cursor
        self._channel, self._files, self._fields, self._limits, self._excluded = (
            channel,
            files,
            fields,
            limits,
            excluded,
        )
        sizes = [file.likely_bytes if isinstance(file, InputFile) else 0 for file in files]
        # Bytes of all files before each file, and the total.
        self._before = list(accumulate(sizes, initial=0))
        self._stream: BinaryIO | None = None
        self._n_bytes = 0  # bytes of the documents of this file so far
        self._tally = Tally()

    def __iter__(self) -> Iterator[Record | Reject]:
        first, n_taken = self.cursor
        for ordinal in range(first, len(self._files)):
            self._stream, self._n_bytes = None, 0
            for n, item in enumerate(self._items(ordinal), 1):
                self._n_bytes += len(item.body) if isinstance(item, Record) else 0
                if ordinal == first and n <= n_taken:
                    self._tally.take()  # Those items were counted before, when they were taken.
                    continue
                self.cursor = (ordinal, n)
                yield item

    def take_tally(self) -> Tally:
        """The counts since the last call."""
        return self._tally.take()

    def left(self) -> Left:
        """The unread part of the input.

        Its size is estimated from how well the documents of the file were compressed so far. The
        estimate is at least the number of compressed bytes, because at the start of a file much
        more has been read than was yielded.
        """
        ordinal, total = self.cursor[0], self._before[-1]
        if not total:  # no file has a known size
            return Left(1.0, inf)
        stream = self._stream
        n_read = (
            self._before[ordinal + 1] - self._before[ordinal]
            if stream is None or stream.closed
            else stream.tell()
        )
        rest = max(0, total - self._before[ordinal] - n_read)
        return Left(rest / total, rest * max(1, self._n_bytes / n_read) if n_read else inf)

    def _items(self, ordinal: int) -> Iterator[Record | Reject]:
        file = self._files[ordinal]
        if isinstance(file, Reject):
            yield file
            return
        most, reason, detail = self._excluded.get(ordinal, (None, "", ""))
        items, n, number = (
            read_file(
                file,
                fields=self._fields,
                limits=self._limits,
                listener=Listener(
                    on_open=self._follow,
                    on_end=lambda number: self._tally.next_numbers.update({ordinal: number}),
                ),
                tally=self._tally,
            ),
            0,
            None,
        )
        while n != most:
            self._channel.begin(ordinal, n)
            item = next(items, None)
            self._channel.end()
            if item is None:
                return
            n, number = n + 1, item.record_number
            yield item
        following = None if number is None else number + 1
        yield Reject(
            file.source_uri,
            following,
            None,
            "read",
            reason,
            f"{detail}; the rest of the file is not read",
        )

    def _follow(self, stream: BinaryIO) -> None:
        self._stream = stream


class _State:
    """A file that says what the shards in a folder were made from, and whether all are there."""

    def __init__(self, folder: Path, key: str) -> None:
        self._path, self._key = folder / _STATE, key
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {"key": None}
        if kept["key"] != key:
            for number in range(_count(folder)):
                shutil.rmtree(shards.shard_folder(folder, number))
            self._path.write_text(json.dumps({"key": key, "n_shards": None}), encoding="utf-8")
            kept = {"n_shards": None}
        self.n_shards: int | None = kept["n_shards"]

    def complete(self, n_shards: int) -> None:
        self._path.write_text(
            json.dumps({"key": self._key, "n_shards": n_shards}), encoding="utf-8"
        )


def _announce(channel: WorkerChannel, shard: Shard) -> None:
    channel.send({"shard": asdict(shard)})
    while shard.number - channel.n_taken >= _AHEAD:
        channel.n_taken = channel.calls.get()["taken"]


def _count(folder: Path) -> int:
    number = 0
    while shards.shard_folder(folder, number).exists():
        number += 1
    return number


def _key(files: Sequence[InputFile | Reject], choices: object) -> str:
    digest = sha256(json.dumps(choices, sort_keys=True).encode())
    for file in files:
        digest.update(
            json.dumps(
                file.fingerprint if isinstance(file, InputFile) else file.source_uri
            ).encode()
        )
    return digest.hexdigest()
