"""The warehouse: immutable snapshots, one writer at a time, and one atomic switch to a new snapshot.

    warehouse/current -> snapshots/<id>      the switch: one rename of a symbolic link
    warehouse/LATEST                         the same id as text, for programs that cannot follow links
    warehouse/snapshots/<id>/<table>/*.parquet
    warehouse/manifests/<id>.json            outside the snapshot, whose table folders hold only Parquet
    warehouse/index, keys, reports, receipts, staging, lock

The name of a table file has the hash of its content and the sequence number of its snapshot, so no
name is used twice. If a reader lists a table folder through `current/` and a run then publishes, the
reader finds none of the listed files and fails. It never reads only a part of them, or other
content.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.flows.remote import client
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import lock, manifest, retention
from copydesk.flows.warehouse.change import Ancestry, Change
from copydesk.flows.warehouse.errors import (
    NotAWarehouse,
    Outdated,
    SchemaMismatch,
    UnknownSnapshot,
    WarehouseError,
    WriteFailed,
)
from copydesk.flows.warehouse.layout import OWN_FOLDERS, SNAPSHOT_ID, check_folder
from copydesk.flows.warehouse.manifest import Manifest
from copydesk.flows.warehouse.retention import DEFAULTS, Options
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.snapshot_builder import SnapshotBuilder
from copydesk.schemas.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from copydesk.flows.warehouse.object_store.mirror import Mirror


_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _no_checkpoint(_: str) -> None:
    pass


@dataclass(frozen=True)
class Warehouse:
    """A folder of snapshots.

    Reading needs no lock, but `publish`, `sweep` and other changes need `lock()`.
    """

    root: Path
    options: Options = DEFAULTS
    # Called with the name of each step of a publish. Tests stop or kill the process there.
    checkpoint: Callable[[str], None] = _no_checkpoint
    # The mirror of a warehouse on an object store. `root` is then the mirror's folder, and the
    # switch is made on the store.
    mirror: Mirror | None = None
    writers: int = 1  # threads that write a table's files; the number does not change the files

    @property
    def address(self) -> str:
        """The folder or URI of the warehouse, for messages."""
        return str(self.root) if self.mirror is None else self.mirror.uri

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        create: bool = False,
        options: Options = DEFAULTS,
        checkpoint: Callable[[str], None] = _no_checkpoint,
    ) -> Warehouse:
        """Open the warehouse at `path`, a folder or `s3://bucket/prefix`.

        With `create`, an absent or empty folder becomes a warehouse. Raises NotAWarehouse if the
        folder contains something else, and SchemaMismatch if a newer version wrote it.
        """
        if client.is_uri(path):
            return cls._open_on_store(
                str(path), create=create, options=options, checkpoint=checkpoint
            )
        root = Path(path).absolute()
        check_folder(root, create=create)
        if create:
            try:
                for name in OWN_FOLDERS:
                    (root / name).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WriteFailed(
                    f"cannot create the warehouse {root}: {error.strerror} ({error.filename})"
                ) from error
        warehouse = cls(root, options, checkpoint)
        warehouse.current()
        return warehouse

    @classmethod
    def _open_on_store(
        cls, uri: str, *, create: bool, options: Options, checkpoint: Callable[[str], None]
    ) -> Warehouse:
        from copydesk.flows.warehouse.object_store.mirror import Mirror

        mirror = Mirror(uri)
        if not mirror.is_begun() and not create:
            raise NotAWarehouse(
                f"there is no warehouse at {uri}; `copydesk ingest INPUT --warehouse {uri}` creates one"
            )
        for name in OWN_FOLDERS:
            (mirror.root / name).mkdir(parents=True, exist_ok=True)
        warehouse = cls(mirror.root, options, checkpoint, mirror)
        mirror.pull()
        warehouse.current()
        return warehouse

    # Reading

    def current_id(self) -> str | None:
        """Id of the current snapshot, or None before the first publish."""
        try:
            return (self.root / "current").readlink().name
        except OSError:
            pass  # There is no link: nothing is published yet, or the file system has no links.
        try:
            return (self.root / "LATEST").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def current(self) -> Snapshot | None:
        """The current snapshot, or None before the first publish."""
        identifier = self.current_id()
        return None if identifier is None else self.snapshot(identifier)

    def snapshot(self, identifier: str) -> Snapshot:
        """A kept snapshot by its id, its number, a unique beginning of its id, or the word `current`.

        Raises UnknownSnapshot if there is none.
        """
        if identifier in ("current", "latest"):
            current = self.current()
            if current is None:
                raise UnknownSnapshot(
                    f"nothing has been published to {self.address} yet: `copydesk ingest INPUT` does"
                )
            return current
        path = self.root / "manifests" / f"{identifier}.json"
        if not SNAPSHOT_ID.fullmatch(identifier) or not path.is_file():
            path = self._manifest_path(identifier)
        found = manifest.read(path)
        _check_version(found, self.address)
        return Snapshot(self.root, found, self.mirror)

    def _manifest_path(self, beginning: str) -> Path:
        """The manifest of the snapshot with this number, or whose id has this beginning.

        Leading zeros may be left out.
        """
        paths = self._manifests()
        matches = [
            path for path in paths if path.stem.partition("-")[0].lstrip("0") == beginning
        ] or [
            path
            for path in paths
            if path.stem.startswith(beginning) or path.stem.lstrip("0").startswith(beginning)
        ]
        if len(matches) != 1 or not beginning:
            what = "no kept snapshot" if not matches else f"{len(matches)} kept snapshots"
            raise UnknownSnapshot(
                f"{what} in {self.address} with the id {beginning!r}; `copydesk snapshots` lists them"
            )
        return matches[0]

    def _manifests(self) -> list[Path]:
        return sorted(
            path
            for path in (self.root / "manifests").glob("*.json")
            if SNAPSHOT_ID.fullmatch(path.stem)
        )

    def snapshots(self) -> list[Snapshot]:
        """The kept snapshots, newest first: the current one, its parent, and so on."""
        line, identifier = [], self.current_id()
        while identifier is not None and (self.root / "manifests" / f"{identifier}.json").is_file():
            line.append(self.snapshot(identifier))
            identifier = line[-1].manifest.parent
            if len(line) > 1 and line[-1].manifest.sequence >= line[-2].manifest.sequence:
                raise WarehouseError(
                    f"the manifest of {line[-2].id} names {line[-1].id} as its parent, which is not older; "
                    "run `copydesk verify` to see what is damaged"
                )
        return line

    def record(self, run_id: str) -> Path:
        """Path of the record of a run, if the run left one. It holds facts that no table has."""
        name = f"reports/{_file_safe(run_id)}.json"
        if self.mirror is not None:
            self.mirror.gather(name)
        return self.root / name

    # Writing

    def lock(self, *, wait_seconds: float = 0.0) -> AbstractContextManager[None]:
        """Hold the lock of the one writer during a `with` block.

        If another writer still has it after `wait_seconds`, raises Locked with its name.
        """
        local = lock.exclusive(self.root / "lock", wait_seconds=wait_seconds)
        return local if self.mirror is None else self._lock_store(self.mirror, local, wait_seconds)

    @contextmanager
    def _lock_store(
        self, mirror: Mirror, local: AbstractContextManager[None], wait_seconds: float
    ) -> Iterator[None]:
        with local, mirror.leased(wait_seconds):
            mirror.clear_staging()
            mirror.pull()
            mirror.gather()
            yield
            mirror.share(with_deletions=True)
            mirror.clear([kept.manifest for kept in self.snapshots()])

    def share(self) -> None:
        """If the warehouse is on an object store, upload reports that were written after a run."""
        if self.mirror is not None:
            self.mirror.share()

    def staging(self, run_id: str) -> Path:
        """The folder for the staged files of a run. `sweep` or `discard_staging` deletes it."""
        folder = self.root / "staging" / _file_safe(run_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def discard_staging(self, run_id: str) -> None:
        """Remove the staged files of a run."""
        atomic_write.remove_tree(self.root / "staging" / _file_safe(run_id))

    def publish(
        self, change: Change, *, onto: Snapshot | None = None, ancestry: Ancestry | None = None
    ) -> Snapshot:
        """Publish the change as the current snapshot, in one step for readers.

        The change applies to the current snapshot, or to `onto`.

        Raises Outdated if another run has published since `change.parent`, InvalidChange if the
        tables would contradict themselves, and WriteFailed if writing fails. In all these cases
        nothing is published.
        """
        if change.parent != self.current_id():
            raise Outdated(
                f"the change was made against snapshot {change.parent}, "
                f"but {self.current_id()} is current now: run the command again"
            )
        with self._as_write_failed(change.run["run_id"]):
            built = self.build(onto or self.current(), change, ancestry=ancestry)
            self.switch(built)
        self.prune()
        return built

    def build(
        self, base: Snapshot | None, change: Change, *, ancestry: Ancestry | None = None
    ) -> Snapshot:
        """Build the snapshot that results from `base` and `change`, without making it current.

        Without `ancestry` it follows `base`.
        """
        builder = SnapshotBuilder(
            self.root, self.snapshots, self.checkpoint, self.mirror, self.writers
        )
        return builder.build(base, change, ancestry, staging=self.staging(change.run["run_id"]))

    def switch(self, snapshot: Snapshot) -> None:
        """Make a built snapshot the current one."""
        self.checkpoint("before switch")
        if self.mirror is not None:
            self._switch_store(self.mirror, snapshot)
        else:
            current = self.root / "current"
            if not current.is_symlink():
                # If a warehouse was copied and links were followed, the files of a snapshot are here.
                atomic_write.remove_tree(current)
            try:
                atomic_write.point(current, f"snapshots/{snapshot.id}")
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
                    raise
                # On a file system without links, only LATEST is switched.
        self.checkpoint("switched")
        atomic_write.write_text(self.root / "LATEST", snapshot.id + "\n")
        self.checkpoint("latest written")

    def _switch_store(self, mirror: Mirror, snapshot: Snapshot) -> None:
        """Upload the snapshot and the parents that were built with it, and switch on the store."""
        before = {kept.id for kept in self.snapshots()}
        new, identifier = [], snapshot.manifest.parent
        while (
            identifier is not None
            and identifier not in before
            and (self.root / "manifests" / f"{identifier}.json").is_file()
        ):
            new.append(self.snapshot(identifier).manifest)
            identifier = new[-1].parent
        mirror.publish(
            [*reversed(new), snapshot.manifest], head=snapshot.id, expected=self.current_id()
        )

    @contextmanager
    def _as_write_failed(self, run_id: str) -> Iterator[None]:
        """Turn an OSError into WriteFailed, and remove what the publish has written so far."""
        try:
            yield
        except OSError as error:
            try:
                for folder in (self.root / "staging" / _file_safe(run_id)).glob("publish-*"):
                    atomic_write.remove_tree(folder)
            except OSError:
                pass  # The same fault occurred again. `sweep` deletes the files at the next start.
            what = (
                "the disk is full"
                if error.errno in _DISK_FULL
                else f"the file system refused to write ({error.strerror})"
            )
            raise WriteFailed(
                f"{what} while writing {error.filename or self.root}; snapshot {self.current_id()} "
                "is still current and nothing is lost. Free some space and run the command again"
            ) from error

    # Cleaning up

    def prune(self) -> list[str]:
        """Delete the snapshots that the options no longer keep, and return their ids."""
        return retention.prune(self.root, self.snapshots(), self.options, self.checkpoint)

    def sweep(self, *, keep_staging: Collection[str] = ()) -> list[Path]:
        """Delete what killed runs left: snapshots, manifests, index and staged files. Return the paths.

        A run that was killed after its switch has not pruned old snapshots, so this prunes them as
        well. `keep_staging` has the ids of runs whose staged files are kept, because they will be
        continued.
        """
        line = self.snapshots()
        if line and (self.root / "current").is_symlink():
            latest = self.root / "LATEST"
            if not latest.is_file() or latest.read_text(encoding="utf-8").strip() != line[0].id:
                atomic_write.write_text(latest, line[0].id + "\n")
        if self.prune():
            line = self.snapshots()
        removed = retention.remove_unreferenced(self.root, line)
        kept = {_file_safe(run_id) for run_id in keep_staging}
        for path in (self.root / "staging").iterdir():
            if path.name in kept:
                continue
            atomic_write.remove_tree(path)
            removed.append(path)
        return removed


def _check_version(found: Manifest, address: str) -> None:
    if found.schema_version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the warehouse {address} has tables of schema version {found.schema_version}; "
            f"this copydesk reads up to {SCHEMA_VERSION}. Update copydesk."
        )


def _file_safe(run_id: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", run_id):
        raise ValueError(
            f"a run id may have letters, digits, dots, dashes and underscores only, not {run_id!r}"
        )
    return run_id
