"""A warehouse on an object store, worked on through a folder of this machine.

    s3://bucket/prefix/LATEST                       the id of the current snapshot: the switch is one conditional put
    s3://bucket/prefix/snapshots/<id>/<table>.txt   the files of a table, a name a line
    s3://bucket/prefix/tables/<table>/*.parquet     the files of all kept snapshots, named by their content
    s3://bucket/prefix/manifests, index, keys, receipts, reports, lock

The folder is laid out like a warehouse of its own, but a file appears in it when it is asked for, with
the SHA-256 that its manifest gives. It is a cache: it can be deleted whenever nothing runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from copydesk.flows.remote import client
from copydesk.flows.remote.objects import Changed, Listed, Objects, at_once
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import manifest
from copydesk.flows.warehouse.errors import NotAWarehouse, Outdated, WarehouseError, WriteFailed
from copydesk.flows.warehouse.layout import MIRROR_STATE, SNAPSHOT_ID
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.object_store import lease
from copydesk.flows.warehouse.partition import PARTITIONS

POINTER = "LATEST"
STAGING = "staging"  # files of a run on their way between its machine and the workers of a cluster
GUARD = "0-not-a-table.parquet"
_GUARD_TEXT = (
    b"This folder holds the files of several snapshots side by side. Read LATEST, then the files that "
    b"snapshots/<id>/<table>.txt names; docs/object-stores.md has the lines. This object is here so that "
    b"a reader of the whole folder fails.\n"
)
_SHARED = ("reports", "receipts")  # small, and written or taken back outside of a snapshot
_PUBLISHED = "; what was published stands, and the next run brings the rest"
_NOTE = re.compile(
    r"(reports|receipts)/[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
)  # no name of a store leads out of the folder
_FOLDERS = ("tables", "keys", "index", "manifests", "snapshots")
_WHOLE = (
    4 << 20
)  # bytes up to which a file is fetched even for one column: a few ranges of it take as long


class Mirror:
    """The store and the folder. Raises WarehouseError for what goes wrong on the way."""

    def __init__(self, uri: str, folder: Path | None = None) -> None:
        with as_warehouse_error():
            self.objects = Objects(uri)
        self.uri = self.objects.uri
        self.root = folder or local_folder(self.uri)
        self.lease: lease.Lease | None = None
        self._on_store: set[str] = (
            set()
        )  # objects of the line as it was pulled or published: these need no upload

    # The store to the folder

    def pull(self) -> str | None:
        """Bring the pointer and the manifests of its line up to date; the id of the current snapshot."""
        with as_warehouse_error():
            found = self.objects.read(POINTER)
            if found is None:
                (self.root / POINTER).unlink(missing_ok=True)
                return None
            current = _id(found.content)
            listed = self.objects.names("manifests/")
            identifier: str | None = current
            before: Manifest | None = None
            self._on_store = set()
            while (
                identifier is not None
                and SNAPSHOT_ID.fullmatch(identifier)
                and f"manifests/{identifier}.json" in listed
            ):
                path = self.root / "manifests" / f"{identifier}.json"
                if not path.is_file():
                    self._download(f"manifests/{identifier}.json", path)
                # `prune` goes by the time of publication.
                modified = listed[f"manifests/{identifier}.json"].modified.timestamp()
                os.utime(path, (modified, modified))
                read = manifest.read(path)
                if before is not None and read.sequence >= before.sequence:
                    raise WarehouseError(
                        f"the manifest of {read.id} on {self.uri} says that it stands before {before.id}"
                    )
                self._on_store |= objects_of(read)
                before, identifier = read, read.parent
            if current == identifier:
                raise WarehouseError(
                    f"{self.uri}/LATEST names snapshot {current}, which has no manifest there; `copydesk verify` says more"
                )
            atomic_write.write_text(self.root / POINTER, current + "\n")
            return current

    def is_begun(self) -> bool:
        """Whether a warehouse stands there, an empty one too. Raises NotAWarehouse where something else does."""
        with as_warehouse_error():
            top = self.objects.top()
        own = {POINTER, lease.NAME, *(f"{name}/" for name in (*_FOLDERS, *_SHARED, STAGING))}
        if foreign := [name for name in top if name not in own]:
            raise NotAWarehouse(
                f"{self.uri} is no warehouse and holds other objects ({', '.join(foreign[:3])}); give an empty or a new prefix"
            )
        return bool(top)

    def table_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Have a file of a table at `path`, its place in the folder."""
        return self._fetched(path, f"tables/{table}/{entry.object_name}", entry)

    def table_files(self, wanted: Sequence[tuple[Path, str, FileEntry]]) -> None:
        """Have several files of tables at their places, fetched side by side."""
        missing = [item for item in wanted if not item[0].is_file()]
        if missing:
            at_once(lambda item: self.table_file(*item), missing)

    def is_worth_fetching(self, entry: FileEntry) -> bool:
        """Whether a file is so small that it is fetched whole rather than read by ranges."""
        return entry.bytes <= _WHOLE

    def stored(self, table: str, entries: Iterable[FileEntry]) -> tuple[list[str], Any]:
        """Files of a table as paths on the store, and the file system of pyarrow's to read them with."""
        return [
            self.objects.key(f"tables/{table}/{entry.object_name}") for entry in entries
        ], self.objects.arrow()

    def keys_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Have the file of keys of a table file at `path`."""
        if not path.is_file():
            with suppress(client.RemoteError):  # the table file holds them too
                self._download(f"keys/{table}/{entry.keys_name}", path)
        return path

    def index_file(self, path: Path, entry: FileEntry) -> Path:
        """Have a file of the index at `path`."""
        return self._fetched(path, f"index/{_index_name(entry)}", entry)

    def inputs_file(self, path: Path, entry: FileEntry) -> Path:
        """Have a run's record of inputs at `path`."""
        return self._fetched(path, f"manifests/{entry.name}", entry)

    def addresses(self, made: Manifest, table: str | None) -> list[str]:
        """URIs of the files of a table; without one, of the lists of all tables."""
        if table is None:
            return [self.objects.address(list_name(made.id, name)) for name in made.tables]
        return [self.objects.address(name) for name in list_of(table, made.tables[table]).split()]

    # The folder to the store

    @contextmanager
    def held(self, wait_seconds: float) -> Iterator[None]:
        """Be the one writer on the store for the time of the block."""
        with ExitStack() as stack:
            with as_warehouse_error():
                self.lease = stack.enter_context(
                    lease.held(self.objects, self._state()["id"], wait_seconds=wait_seconds)
                )
            try:
                yield
            finally:
                self.lease = None

    def publish(self, new: Sequence[Manifest], *, head: str, expected: str | None) -> None:
        """Upload what the new manifests name and make `head` the current snapshot, if `expected` still is.

        Raises Outdated where another writer has published since; of its work nothing is touched.
        """
        with as_warehouse_error(
            "; nothing is published and the warehouse is as it was: run the same command again"
        ):
            uploads: dict[str, Path] = {}
            for made in new:
                uploads |= {
                    name: path
                    for name, path in _files_of(self.root, made).items()
                    if name not in self._on_store
                }
            if expected is None:
                self._guard({f"tables/{table}/{GUARD}" for made in new for table in made.tables})
            at_once(lambda item: self.objects.upload(item[1], item[0]), sorted(uploads.items()))
            self._share("receipts")
            lists = {
                list_name(made.id, table): list_of(table, entries)
                for made in new
                for table, entries in made.tables.items()
            }
            at_once(
                lambda item: self.objects.write(item[0], item[1].encode()), sorted(lists.items())
            )
            for made in new:
                self.objects.write(f"manifests/{made.id}.json", made.to_json().encode())
        with as_warehouse_error(
            f"; whether snapshot {head} is current, `copydesk snapshots` shows: run the same command again, it goes on from there"
        ):
            self._switch(head, expected)
        for made in new:
            self._on_store |= objects_of(made)

    def _switch(self, head: str, expected: str | None) -> None:
        if self.lease is not None and not self.lease.is_held:
            raise Outdated(
                f"another writer has taken over the warehouse {self.uri}, because this one did not answer for too long: run it again"
            )
        found = self.objects.read(POINTER)
        now = _id(found.content) if found else None
        if now not in (expected, head):
            raise _overtaken(self.uri, now)
        if now == head:
            return
        try:
            self.objects.write(
                POINTER,
                f"{head}\n".encode(),
                replaces=found.etag if found else None,
                is_new=found is None,
            )
        except Changed as error:
            found = self.objects.read(POINTER)
            if (
                found is None or _id(found.content) != head
            ):  # else a put whose answer was lost, sent again
                raise _overtaken(self.uri, _id(found.content) if found else None) from error

    def clear(self, line: Sequence[Manifest]) -> list[str]:
        """Delete objects that no snapshot of the line names; their names. Needs the lease.

        What another writer may just have uploaded stays: an object goes if this mirror knows that it
        belonged to a snapshot that is no more, or if it is older than the pointer. Whoever uploaded it
        before the last switch and did not make that switch has lost the race for it.
        """
        wanted = set().union(*(objects_of(kept) for kept in line)) | {
            f"tables/{table}/{GUARD}" for table in PARTITIONS
        }
        with as_warehouse_error(_PUBLISHED):
            pointer = self.objects.read(POINTER)
            if (
                pointer is None
                or not line
                or _id(pointer.content) != line[0].id
                or self.lease is None
                or not self.lease.is_held
            ):
                return []
            listed = {
                name: found
                for folder in _FOLDERS
                for name, found in self.objects.names(f"{folder}/").items()
            }
            gone = [
                name
                for name, found in listed.items()
                if name not in wanted
                and (name in self._on_store or found.modified < pointer.modified)
            ]
            self.objects.remove(gone)
            self._guard(name for name in wanted if name.endswith(GUARD) and name not in listed)
        self._on_store &= wanted
        return gone

    def clear_staging(self) -> None:
        """Delete what runs left on its way. Needs the lease: with it no other run is at work, or one that will lose."""
        with as_warehouse_error():
            self.objects.remove(self.objects.names(f"{STAGING}/"))

    def share(self, *, with_deletions: bool = False) -> None:
        """Bring reports and receipts of this folder to the store: new and changed ones, and if asked deleted ones."""
        with as_warehouse_error(_PUBLISHED):
            self._share(*_SHARED, with_deletions=with_deletions)

    def _share(self, *folders: str, with_deletions: bool = False) -> None:
        state = self._state()
        seen: dict[str, list[str]] = state["seen"]
        here = {
            f"{folder}/{path.name}": path
            for folder in folders
            for path in sorted((self.root / folder).glob("*"))
            if path.is_file() and not path.name.startswith(".") and path.suffix != ".part"
        }
        for name, path in here.items():
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if name not in seen or seen[name][1] != digest:
                seen[name] = [self.objects.write(name, content), digest]
        gone = [name for name in seen if name not in here] if with_deletions else []
        self.objects.remove(gone)
        for name in gone:
            del seen[name]
        self._keep(state)

    def gather(self, *beginnings: str) -> None:
        """Bring reports and receipts of the store to this folder, or those whose names begin so: new, changed and deleted ones."""
        beginnings = beginnings or tuple(f"{folder}/" for folder in _SHARED)
        state = self._state()
        seen: dict[str, list[str]] = state["seen"]
        with as_warehouse_error():
            listed = {
                name: found
                for beginning in beginnings
                for name, found in self.objects.names(beginning).items()
            }
            changed = [
                name
                for name, found in listed.items()
                if _NOTE.fullmatch(name)
                and (
                    name not in seen
                    or seen[name][0] != found.etag
                    or not (self.root / name).is_file()
                )
            ]
            at_once(lambda name: self._download(name, self.root / name), changed)
        for name in changed:
            seen[name] = [listed[name].etag, atomic_write.sha256(self.root / name)]
        for name in [name for name in seen if name.startswith(beginnings) and name not in listed]:
            (self.root / name).unlink(missing_ok=True)
            del seen[name]
        self._keep(state)

    # Checking

    def faults(self, line: Sequence[Manifest]) -> Iterator[tuple[str, str, str]]:
        """What is missing, of another size or foreign on the store: kind, object, sentence."""
        with as_warehouse_error():
            listed: dict[str, Listed] = {
                name: found
                for folder in _FOLDERS
                for name, found in self.objects.names(f"{folder}/").items()
            }
        sizes = {name: entry.bytes for kept in line for name, entry in _entries_of(kept).items()}
        wanted = set().union(*(objects_of(kept) for kept in line))
        guards = {f"tables/{table}/{GUARD}" for table in line[0].tables} if line else set()
        for name in sorted((wanted | guards) - set(listed)):
            if name in guards:
                yield (
                    "guard",
                    name,
                    f"{name} is missing: a reader of the whole folder would mix snapshots without an error; the next run puts it back",
                )
            else:
                yield "missing", name, f"{name} is missing on the store"
        for name in sorted(set(listed) & set(sizes)):
            if listed[name].size != sizes[name]:
                yield (
                    "changed",
                    name,
                    f"{name} has {listed[name].size} bytes instead of {sizes[name]}",
                )
        for name in sorted(set(listed) - wanted - guards):
            yield (
                "orphan",
                name,
                f"{name} belongs to no kept snapshot; the next run that publishes deletes it",
            )

    def read_again(self, line: Sequence[Manifest]) -> Iterator[tuple[str, str, str]]:
        """Read every object of the line from the store and compare its hash: kind, object, sentence."""
        soon_read = _files_of(self.root, line[0]) if line else {}
        with tempfile.TemporaryDirectory(dir=self.root / "staging", prefix="verify-") as drafts:
            for name, entry in sorted(
                {name: entry for kept in line for name, entry in _entries_of(kept).items()}.items()
            ):
                path = soon_read.get(name, Path(drafts, "object"))
                if (
                    path.is_file()
                ):  # as it was fetched once; what counts is what the store gives now
                    path = Path(drafts, "object")
                    path.unlink(missing_ok=True)
                try:
                    self._fetched(path, name, entry)
                except WarehouseError as error:
                    yield "changed", name, str(error)

    # Details

    def _fetched(self, path: Path, name: str, entry: FileEntry) -> Path:
        if path.is_file():
            return path
        with as_warehouse_error():
            self._download(name, path, sha256=entry.sha256)
        return path

    def _download(self, name: str, path: Path, *, sha256: str | None = None) -> None:
        """Get an object; the file appears whole, and only with the right content."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
        try:
            self.objects.download(name, draft)
            if sha256 is not None and atomic_write.sha256(draft) != sha256:
                raise WarehouseError(
                    f"{self.uri}/{name} has other bytes than were published (SHA-256 differs); `copydesk verify` checks them all"
                )
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _guard(self, names: Iterable[str]) -> None:
        """Put the objects at which a reader of a whole folder stops."""

        def put(name: str) -> None:
            with suppress(Changed):
                self.objects.write(name, _GUARD_TEXT, is_new=True)

        at_once(put, sorted(names))

    def _state(self) -> dict[str, Any]:
        try:
            state = json.loads((self.root / MIRROR_STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = {"uri": self.uri, "id": secrets.token_hex(8), "seen": {}}
            self._keep(state)
        loaded: dict[str, Any] = state
        return loaded

    def _keep(self, state: Mapping[str, Any]) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        atomic_write.write_text(
            self.root / MIRROR_STATE, json.dumps(state, indent=1, sort_keys=True)
        )


def list_name(identifier: str, table: str) -> str:
    """Name of the list of a table's files."""
    return f"snapshots/{identifier}/{table}.txt"


def list_of(table: str, entries: Iterable[FileEntry]) -> str:
    """The files of a table, a name below the warehouse a line, in the order of their rows."""
    return "".join(f"tables/{table}/{entry.object_name}\n" for entry in entries)


def objects_of(made: Manifest) -> set[str]:
    """Names of all objects that a snapshot needs on the store, but for receipts."""
    named = (
        set(_entries_of(made))
        | {f"manifests/{made.id}.json"}
        | {list_name(made.id, table) for table in made.tables}
    )
    return named | {
        f"keys/{table}/{entry.keys_name}"
        for table, entries in made.tables.items()
        if PARTITIONS[table].keys
        for entry in entries
    }


def _entries_of(made: Manifest) -> dict[str, FileEntry]:
    """Objects whose hash the manifest holds."""
    named = {
        f"tables/{table}/{entry.object_name}": entry
        for table, entries in made.tables.items()
        for entry in entries
    }
    named |= {f"index/{_index_name(entry)}": entry for entry in made.index}
    if made.inputs is not None:
        named[f"manifests/{made.inputs.name}"] = made.inputs
    return named


def _files_of(root: Path, made: Manifest) -> dict[str, Path]:
    """Where the objects of a snapshot stand in the folder, those of them that are files of their own."""
    home = root / "snapshots" / made.id
    found = {
        f"tables/{table}/{entry.object_name}": home / table / entry.name
        for table, entries in made.tables.items()
        for entry in entries
    }
    for table, entries in made.tables.items():
        if PARTITIONS[table].keys:
            found |= {
                f"keys/{table}/{entry.keys_name}": root / "keys" / table / entry.keys_name
                for entry in entries
            }
    found |= {f"index/{_index_name(entry)}": root / "index" / entry.name for entry in made.index}
    if made.inputs is not None:
        found[f"manifests/{made.inputs.name}"] = root / "manifests" / made.inputs.name
    return found


def _index_name(entry: FileEntry) -> str:
    """Two writers may give different index files one name; their objects differ."""
    return f"{entry.sha256[: manifest.HASH_DIGITS]}-{entry.name}"


def _id(content: bytes) -> str:
    return content.decode("utf-8", "replace").strip()


def _overtaken(uri: str, now: str | None) -> Outdated:
    return Outdated(
        f"another writer has published snapshot {now} to {uri} meanwhile; nothing of it was touched, and of this run nothing is published: run it again"
    )


def local_folder(uri: str, *, below: str = "warehouses") -> Path:
    """A folder of this machine for a warehouse, such as its mirror: below $COPYDESK_CACHE, else the user's cache folder."""
    cache = os.environ.get("COPYDESK_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "copydesk"
    )
    readable = "".join(letter if letter.isalnum() else "-" for letter in uri.split("://", 1)[1])[
        -60:
    ].strip("-")
    return (
        Path(cache).absolute()
        / below
        / f"{readable}-{hashlib.sha256(uri.encode()).hexdigest()[:12]}"
    )


@contextmanager
def as_warehouse_error(consequence: str = "") -> Iterator[None]:
    """Turn a fault of the store into a WriteFailed that says what it means for the warehouse."""
    try:
        yield
    except client.RemoteError as error:
        raise WriteFailed(f"{error.strerror or error}{consequence}") from error
