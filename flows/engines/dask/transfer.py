"""Files of a run between the machine of the run and the workers: in a folder that all share, or carried through an object store.

A task is given names and gives names back. Where the staging folder of the run is shared, a name is a
path and nothing is copied. Where the warehouse is on a store and the folder is not shared, each side has a
folder of its own: who wrote a file puts it below the warehouse's `staging/` on the store, and who needs one fetches it once.
A name is used for one content only, so a file that is there is the right one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
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

_CONSEQUENCE = "; nothing is published: run the same command again, finished shards are kept"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one side finds and leaves the files of a run.

    Without a warehouse all sides share the file system. Raises WarehouseError where the store fails.

    >>> Place().name(Path("/shared/staging/x")), Place().path("/shared/staging/x")
    ('/shared/staging/x', PosixPath('/shared/staging/x'))
    """

    warehouse: str = ""
    """URI of the warehouse through whose store files are carried."""
    session: str = ""
    """This run, and this attempt at it: what a killed one still uploads is not taken for a file of the next."""
    folder: str = ""
    """The staging folder on the machine of the run; on any other machine the files are in its cache."""

    @classmethod
    def carried(cls, warehouse: str, staging: Path) -> Place:
        """The side of the machine of the run, whose staging folder the workers do not see."""
        return cls(warehouse, f"{staging.name}-{token_hex(4)}", str(staging))

    @property
    def away(self) -> Place:
        """The same on any other machine."""
        return replace(self, folder="")

    @property
    def is_carried(self) -> bool:
        """Whether files pass through a store."""
        return bool(self.warehouse)

    def name(self, path: Path) -> str:
        """What all sides call a file or folder of the run."""
        if not self.is_carried:
            return str(path)
        return path.relative_to(self._root).as_posix() + "/" * path.is_dir()

    def path(self, name: str) -> Path:
        """The path of that file or folder on this side, whether it is there yet or not. No name of a store leads out of the folder."""
        if not self.is_carried:
            return Path(name)
        if name.startswith("/") or ".." in name.split("/"):
            raise WarehouseError(f"{self._store} names a file that is none of the run: {name!r}")
        return self._root / name

    def fetched(self, name: str) -> Path:
        """Have a file on this side, or an empty folder."""
        return self.all_fetched([name])[0]

    def all_fetched(self, names: Sequence[str]) -> list[Path]:
        """Have several, fetched side by side."""
        paths = [self.path(name) for name in names]
        if self.is_carried and (
            missing := [
                (name, path) for name, path in zip(names, paths, strict=True) if not path.exists()
            ]
        ):
            with as_warehouse_error(_CONSEQUENCE):
                run_concurrently(lambda item: self._fetch(*item), missing)
        return paths

    def sent(self, path: Path) -> str:
        """Let the other sides have a file, which is whole and will not change; its name. Of a folder they learn the name alone."""
        name = self.name(path)
        if self.is_carried and not name.endswith("/"):
            with as_warehouse_error(_CONSEQUENCE):
                _objects(self._store).upload(path, name)
        return name

    def dropped(self, *paths: Path) -> None:
        """On a worker: delete carried files and folders that it needs no more."""
        for path in paths if self.is_carried else ():
            atomic_write.remove_tree(path)

    def taken_out(self, names: Iterable[str]) -> None:
        """Delete from the store what nobody will fetch any more."""
        if self.is_carried:
            with as_warehouse_error(_CONSEQUENCE):
                _objects(self._store).remove(names)

    # The beginning and the end of a run

    def begun(self) -> None:
        """On a worker: clear what runs that are over left in its cache. A warehouse has one writer, so any other run is over."""
        for path in self._cache.glob("*"):
            if path.name != self.session:
                shutil.rmtree(path, ignore_errors=True)

    def left(self) -> None:
        """On a worker: clear its cache of this run, and its mirror of the warehouse of snapshots that are no longer kept."""
        if not self.is_carried:
            return
        shutil.rmtree(self._root, ignore_errors=True)
        with suppress(
            Locked, WarehouseError, OSError
        ):  # a writer of this machine, or another worker, does the same
            warehouse = Warehouse.open(self.warehouse)
            with lock.exclusive(warehouse.root / "lock"):
                warehouse.sweep(
                    keep_staging=[path.name for path in (warehouse.root / "staging").iterdir()]
                )

    def closed(self) -> None:
        """On the machine of the run: clear the store. What cannot be cleared now goes with the next writer's first step."""
        if self.is_carried:
            with suppress(client.RemoteError):
                objects = _objects(self._store)
                objects.remove(objects.names())

    # Details

    @property
    def _store(self) -> str:
        return f"{self.warehouse}/{object_names.STAGING}/{self.session}"

    @property
    def _cache(self) -> Path:
        return object_names.local_folder(self.warehouse, below="carried")

    @property
    def _root(self) -> Path:
        return Path(self.folder) if self.folder else self._cache / self.session

    def _fetch(self, name: str, path: Path) -> None:
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_file(path) as temporary:
            _objects(self._store).download(name, temporary)


SHARED = Place()
_objects = lru_cache(maxsize=4)(Objects)
