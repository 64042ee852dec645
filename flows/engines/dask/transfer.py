"""Transfer the files of a run between its machine and the workers of a cluster.

A task takes names of files and returns names. If all machines share the staging folder of the run, a
name is a path, and nothing is copied. Otherwise each machine has its own folder. The machine that
wrote a file uploads it to `staging/` of the warehouse on the object store, and a machine that needs
the file downloads it once. A name is used for one content only, so a file that already exists is the
right one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

from copydesk.flows.remote import client
from copydesk.flows.remote.objects import Objects, run_concurrently
from copydesk.flows.support import atomic_write
from copydesk.flows.support.atomic_write import temporary_file
from copydesk.flows.warehouse import Warehouse, lock
from copydesk.flows.warehouse.errors import Locked, WarehouseError
from copydesk.flows.warehouse.object_store import object_names
from copydesk.flows.warehouse.object_store.store_errors import as_warehouse_error

_CONSEQUENCE = "; nothing was published. Run the same command again; finished shards are kept"


@dataclass(frozen=True, slots=True)
class FileTransfer:
    """How one machine reads and writes the files of a run.

    Without a warehouse, all machines share the file system. Raises WarehouseError if the store fails.
    """

    warehouse: str = ""
    """URI of the warehouse whose store is used, or empty if all machines share a folder."""
    session: str = ""
    """Names this attempt at the run, so that its files differ from late uploads of a killed attempt."""

    @property
    def folder(self) -> Path:
        """The folder of this machine that has the files, if a store is used."""
        raise NotImplementedError

    @property
    def uses_store(self) -> bool:
        """Whether files pass through a store."""
        return bool(self.warehouse)

    def name(self, path: Path) -> str:
        """The name of a file or folder of the run, the same on all machines."""
        if not self.uses_store:
            return str(path)
        return path.relative_to(self.folder).as_posix() + "/" * path.is_dir()

    def path(self, name: str) -> Path:
        """The path on this machine of a file or folder, which need not exist yet.

        Raises WarehouseError for a name that leads out of the folder of the run.
        """
        if not self.uses_store:
            return Path(name)
        if name.startswith("/") or ".." in name.split("/"):
            raise WarehouseError(
                f"{self._store} names a file that does not belong to the run: {name!r}"
            )
        return self.folder / name

    def download(self, name: str) -> Path:
        """Download a file or create an empty folder if it is not on this machine. Return its path."""
        return self.download_all([name])[0]

    def download_all(self, names: Sequence[str]) -> list[Path]:
        """Download several files at the same time, and return their paths."""
        paths = [self.path(name) for name in names]
        if self.uses_store and (
            missing := [
                (name, path) for name, path in zip(names, paths, strict=True) if not path.exists()
            ]
        ):
            with as_warehouse_error(_CONSEQUENCE):
                run_concurrently(lambda item: self._fetch(*item), missing)
        return paths

    def upload(self, path: Path) -> str:
        """Upload a complete file for the other machines, and return its name.

        A folder is not uploaded.
        """
        name = self.name(path)
        if self.uses_store and not name.endswith("/"):
            with as_warehouse_error(_CONSEQUENCE):
                _objects(self._store).upload(path, name)
        return name

    @property
    def _store(self) -> str:
        return f"{self.warehouse}/{object_names.STAGING}/{self.session}"

    def _fetch(self, name: str, path: Path) -> None:
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_file(path) as temporary:
            _objects(self._store).download(name, temporary)


@dataclass(frozen=True, slots=True)
class RunTransfer(FileTransfer):
    """The transfer on the machine of the run, whose files are in the staging folder.

    >>> RunTransfer().name(Path("/shared/staging/x")), RunTransfer().path("/shared/staging/x")
    ('/shared/staging/x', PosixPath('/shared/staging/x'))
    """

    staging: Path = Path()

    @classmethod
    def through_store(cls, warehouse: str, staging: Path) -> RunTransfer:
        """The transfer for workers that do not see the staging folder."""
        return cls(warehouse, f"{staging.name}-{token_hex(4)}", staging)

    @property
    def folder(self) -> Path:
        """The staging folder."""
        return self.staging

    @property
    def on_worker(self) -> WorkerTransfer:
        """The other side of this transfer."""
        return WorkerTransfer(self.warehouse, self.session)

    def remove_from_store(self, names: Iterable[str]) -> None:
        """Delete files from the store that no machine needs any longer."""
        if self.uses_store:
            with as_warehouse_error(_CONSEQUENCE):
                _objects(self._store).remove(names)

    def clear_store(self) -> None:
        """Delete the files of the run from the store.

        The next writer deletes what cannot be deleted now.
        """
        if self.uses_store:
            with suppress(client.RemoteError):
                objects = _objects(self._store)
                objects.remove(objects.names())


@dataclass(frozen=True, slots=True)
class WorkerTransfer(FileTransfer):
    """The transfer on a worker, which keeps the files of each run in a folder of its cache."""

    @property
    def folder(self) -> Path:
        """The folder of the cache."""
        return self._cache / self.session

    def remove_local(self, *paths: Path) -> None:
        """Delete files and folders that the worker no longer needs."""
        for path in paths if self.uses_store else ():
            atomic_write.remove_tree(path)

    def clear_old_runs(self) -> None:
        """Delete what earlier runs left in the cache.

        A warehouse has one writer, so every other run has ended.
        """
        for path in self._cache.glob("*"):
            if path.name != self.session:
                shutil.rmtree(path, ignore_errors=True)

    def clear_cache(self) -> None:
        """Delete the files of this run, and from the worker's mirror the snapshots no longer kept."""
        if not self.uses_store:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(Locked, WarehouseError, OSError):
            # A writer of this machine, or another worker, does the same.
            warehouse = Warehouse.open(self.warehouse)
            with lock.exclusive(warehouse.root / "lock"):
                warehouse.sweep(
                    keep_staging=[path.name for path in (warehouse.root / "staging").iterdir()]
                )

    @property
    def _cache(self) -> Path:
        return object_names.local_folder(self.warehouse, below="transfers")


SHARED = RunTransfer()
_objects = lru_cache(maxsize=4)(Objects)
