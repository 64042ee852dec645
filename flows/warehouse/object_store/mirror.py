"""A warehouse on an object store, which is used through a folder of this machine.

The folder has the layout of a warehouse. A file appears in it when it is needed, after it was checked
against the SHA-256 in its manifest. The folder is a cache. You can delete it when no copydesk process
is running. The switch to a new snapshot is one conditional put of the object `LATEST`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from copydesk.flows.remote import client
from copydesk.flows.remote.objects import Changed, Objects, run_concurrently
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import manifest
from copydesk.flows.warehouse.errors import NotAWarehouse, Outdated, WarehouseError
from copydesk.flows.warehouse.layout import SNAPSHOT_ID
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.object_store import lease, object_names
from copydesk.flows.warehouse.object_store.object_names import (
    POINTER,
    SHARED_FOLDERS,
    SNAPSHOT_FOLDERS,
    STAGING,
    all_objects,
    guard_object,
    local_files,
    local_folder,
)
from copydesk.flows.warehouse.object_store.shared_files import SharedFiles
from copydesk.flows.warehouse.object_store.store_errors import as_warehouse_error
from copydesk.flows.warehouse.partition import PARTITIONS

_GUARD_TEXT = (
    b"This folder holds the files of several snapshots side by side. Read LATEST, then the files that "
    b"snapshots/<id>/<table>.txt names; docs/object-stores.md has the lines. This object is here so that "
    b"a reader of the whole folder fails.\n"
)
_PUBLISHED = "; the snapshot is published, and the next run uploads the rest"
# A file of up to this many bytes is downloaded even for one column, since a few ranges of it take as
# long.
_SMALL_FILE_BYTES = 4 << 20


class Mirror:
    """The store at `uri` and its local folder. Raises WarehouseError if the store fails."""

    def __init__(self, uri: str, folder: Path | None = None) -> None:
        with as_warehouse_error():
            self.objects = Objects(uri)
        self.uri = self.objects.uri
        self.root = folder or local_folder(self.uri)
        self.lease: lease.Lease | None = None
        self._shared = SharedFiles(self.objects, self.root)
        # Objects of the kept snapshots that were pulled or published. They need no upload.
        self._on_store: set[str] = set()

    # From the store to the folder

    def pull(self) -> str | None:
        """Update the pointer and the manifests of the kept snapshots. Return the current snapshot's id."""
        with as_warehouse_error():
            found = self.objects.read(POINTER)
            if found is None:
                (self.root / POINTER).unlink(missing_ok=True)
                return None
            current = _snapshot_id(found.content)
            listed = self.objects.names("manifests/")
            identifier: str | None = current
            newer: Manifest | None = None
            self._on_store = set()
            while (
                identifier is not None
                and SNAPSHOT_ID.fullmatch(identifier)
                and f"manifests/{identifier}.json" in listed
            ):
                path = self.root / "manifests" / f"{identifier}.json"
                if not path.is_file():
                    self._download(f"manifests/{identifier}.json", path)
                # `prune` uses the time of publication.
                modified = listed[f"manifests/{identifier}.json"].modified.timestamp()
                os.utime(path, (modified, modified))
                read = manifest.read(path)
                if newer is not None and read.sequence >= newer.sequence:
                    raise WarehouseError(
                        f"the manifest of {newer.id} on {self.uri} names {read.id} as its parent, which is not older"
                    )
                self._on_store |= all_objects(read)
                newer, identifier = read, read.parent
            if current == identifier:
                raise WarehouseError(
                    f"{self.uri}/LATEST names snapshot {current}, which has no manifest there; "
                    "run `copydesk verify` for details"
                )
            atomic_write.write_text(self.root / POINTER, current + "\n")
            return current

    def is_begun(self) -> bool:
        """Whether the store contains a warehouse, even an empty one.

        Raises NotAWarehouse if it contains something else.
        """
        with as_warehouse_error():
            top = self.objects.top()
        folders = (*SNAPSHOT_FOLDERS, *SHARED_FOLDERS, STAGING)
        own = {POINTER, lease.NAME, *(f"{name}/" for name in folders)}
        if foreign := [name for name in top if name not in own]:
            raise NotAWarehouse(
                f"{self.uri} is not a warehouse and holds other objects ({', '.join(foreign[:3])}); "
                "choose an empty or a new prefix"
            )
        return bool(top)

    def table_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Download a table file to `path` if it is not there, and return the path."""
        return self.fetch(path, object_names.table_object(table, entry), entry)

    def table_files(self, wanted: Sequence[tuple[Path, str, FileEntry]]) -> None:
        """Download several table files at the same time, except those that are there."""
        missing = [item for item in wanted if not item[0].is_file()]
        if missing:
            run_concurrently(lambda item: self.table_file(*item), missing)

    def is_worth_fetching(self, entry: FileEntry) -> bool:
        """Whether a file is so small that downloading all of it is as fast as reading ranges."""
        return entry.bytes <= _SMALL_FILE_BYTES

    def stored(self, table: str, entries: Iterable[FileEntry]) -> tuple[list[str], Any]:
        """Paths of table files on the store, and the pyarrow file system that reads them."""
        return [
            self.objects.key(object_names.table_object(table, entry)) for entry in entries
        ], self.objects.arrow()

    def keys_file(self, path: Path, table: str, entry: FileEntry) -> Path:
        """Download the keys of a table file to `path` if they are not there, and return the path."""
        if not path.is_file():
            with suppress(client.RemoteError):  # The keys can also be read from the table file.
                self._download(object_names.keys_object(table, entry), path)
        return path

    def index_file(self, path: Path, entry: FileEntry) -> Path:
        """Download an index file to `path` if it is not there, and return the path."""
        return self.fetch(path, object_names.index_object(entry), entry)

    def record_file(self, path: Path, entry: FileEntry) -> Path:
        """Download a record, such as that of the inputs, to `path` if it is not there, and return the path."""
        return self.fetch(path, f"manifests/{entry.name}", entry)

    def fetch(self, path: Path, name: str, entry: FileEntry) -> Path:
        """Download an object to `path` if it is not there. Raises WarehouseError for a wrong hash."""
        if path.is_file():
            return path
        with as_warehouse_error():
            self._download(name, path, sha256=entry.sha256)
        return path

    def _download(self, name: str, path: Path, *, sha256: str | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write.temporary_file(path) as temporary:
            self.objects.download(name, temporary)
            if sha256 is not None and atomic_write.sha256(temporary) != sha256:
                raise WarehouseError(
                    f"{self.uri}/{name} differs from the file that was published (SHA-256 differs); "
                    "`copydesk verify` checks them all"
                )

    def addresses(self, of: Manifest, table: str | None) -> list[str]:
        """The URIs of the files of a table, or without a table those of the lists of all tables."""
        names = (
            [object_names.list_name(of.id, name) for name in of.tables]
            if table is None
            else [object_names.table_object(table, entry) for entry in of.tables[table]]
        )
        return [self.objects.address(name) for name in names]

    # From the folder to the store

    @contextmanager
    def leased(self, wait_seconds: float) -> Iterator[None]:
        """Hold the lease of the one writer on the store during the block."""
        with ExitStack() as stack:
            with as_warehouse_error():
                self.lease = stack.enter_context(
                    lease.hold(self.objects, self._shared.mirror_id, wait_seconds=wait_seconds)
                )
            try:
                yield
            finally:
                self.lease = None

    def publish(self, new: Sequence[Manifest], *, head: str, expected: str | None) -> None:
        """Upload the files of the new manifests, and switch from snapshot `expected` to `head`.

        Raises Outdated if another writer has published since `expected`. Its work is not touched.
        """
        with as_warehouse_error(
            "; nothing was published and the warehouse is unchanged. Run the same command again"
        ):
            self._upload(new, is_first=expected is None)
        with as_warehouse_error(
            f"; `copydesk snapshots` shows whether snapshot {head} is current: "
            "run the same command again, it continues from there"
        ):
            self._switch(head, expected)
        for of in new:
            self._on_store |= all_objects(of)

    def _upload(self, new: Sequence[Manifest], *, is_first: bool) -> None:
        """Upload the files of the new manifests, then the lists of tables, then the manifests."""
        uploads: dict[str, Path] = {}
        for of in new:
            uploads |= {
                name: path
                for name, path in local_files(self.root, of).items()
                if name not in self._on_store
            }
        if is_first:
            self._put_guards({guard_object(table) for of in new for table in of.tables})
        run_concurrently(
            lambda item: self.objects.upload(item[1], item[0]), sorted(uploads.items())
        )
        self._shared.upload("receipts")
        lists = {
            object_names.list_name(of.id, table): object_names.list_content(table, entries)
            for of in new
            for table, entries in of.tables.items()
        }
        run_concurrently(
            lambda item: self.objects.write(item[0], item[1].encode()), sorted(lists.items())
        )
        for of in new:
            self.objects.write(f"manifests/{of.id}.json", of.to_json().encode())

    def _switch(self, head: str, expected: str | None) -> None:
        if self.lease is not None and not self.lease.is_held:
            raise Outdated(
                f"another writer has taken over the warehouse {self.uri}, because this run did not renew "
                "its lock in time. Run the same command again"
            )
        found = self.objects.read(POINTER)
        now = _snapshot_id(found.content) if found else None
        if now not in (expected, head):
            raise self._overtaken_by(now)
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
            now = _snapshot_id(found.content) if found else None
            # If it is `head`, the answer to our put was lost, and the client sent the put again.
            if now != head:
                raise self._overtaken_by(now) from error

    def _overtaken_by(self, now: str | None) -> Outdated:
        return Outdated(
            f"another writer has published snapshot {now} to {self.uri} in the meantime. It is unchanged, "
            "and nothing of this run was published. Run the same command again"
        )

    def clear(self, line: Sequence[Manifest]) -> list[str]:
        """Delete objects that no snapshot of the line names, and return their names. Needs the lease.

        Another writer may have just uploaded objects for its snapshot. So an object is deleted only
        if this mirror knows that it belonged to a snapshot that is no longer kept, or if it is
        older than the pointer. In that case its writer uploaded it before the last switch. If that
        switch was not its own, its own switch will fail.
        """
        wanted = set().union(*(all_objects(kept) for kept in line))
        wanted |= {guard_object(table) for table in PARTITIONS}
        with as_warehouse_error(_PUBLISHED):
            pointer = self.objects.read(POINTER)
            if (
                pointer is None
                or not line
                or _snapshot_id(pointer.content) != line[0].id
                or self.lease is None
                or not self.lease.is_held
            ):
                return []
            listed = {
                name: found
                for folder in SNAPSHOT_FOLDERS
                for name, found in self.objects.names(f"{folder}/").items()
            }
            unwanted = [
                name
                for name, found in listed.items()
                if name not in wanted
                and (name in self._on_store or found.modified < pointer.modified)
            ]
            self.objects.remove(unwanted)
            guards = {guard_object(table) for table in PARTITIONS}
            self._put_guards(guards - set(listed))
        self._on_store &= wanted
        return unwanted

    def clear_staging(self) -> None:
        """Delete transferred files that other runs left behind.

        This needs the lease, so that no other run uses the warehouse, except one that will fail.
        """
        with as_warehouse_error():
            self.objects.remove(self.objects.names(f"{STAGING}/"))

    def share(self, *, with_deletions: bool = False) -> None:
        """Upload new and changed reports and receipts. `with_deletions` also deletes absent ones."""
        with as_warehouse_error(_PUBLISHED):
            self._shared.upload(*SHARED_FOLDERS, with_deletions=with_deletions)

    def gather(self, *beginnings: str) -> None:
        """Download reports and receipts, and delete those that the store lacks.

        With `beginnings`, only those whose names begin like that.
        """
        self._shared.download(*beginnings)

    def _put_guards(self, names: Iterable[str]) -> None:
        """Put the objects that make reading a whole table folder fail."""

        def put(name: str) -> None:
            with suppress(Changed):
                self.objects.write(name, _GUARD_TEXT, is_new=True)

        run_concurrently(put, sorted(names))


def _snapshot_id(content: bytes) -> str:
    return content.decode("utf-8", "replace").strip()
