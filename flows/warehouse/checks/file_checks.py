"""Check that the files of a warehouse are the ones that its manifests name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.checks.fault import Fault
from copydesk.flows.warehouse.layout import MIRROR_STATE, OWN_NAMES, SNAPSHOT_ID
from copydesk.flows.warehouse.manifest import FileEntry, referenced_names
from copydesk.flows.warehouse.partition import PARTITIONS
from copydesk.flows.warehouse.schema import tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse
from copydesk.schemas.tables import SCHEMA_VERSION


def root_faults(warehouse: Warehouse) -> Iterator[Fault]:
    """Unknown files at the top of the warehouse, and a wrong pointer to the current snapshot."""
    for path in sorted(warehouse.root.iterdir()):
        if (
            path.name not in OWN_NAMES
            and not (warehouse.mirror is not None and path.name == MIRROR_STATE)
            and not (path.name.startswith(".") and path.name.endswith(".new"))
        ):
            yield Fault("foreign", path.name, f"{path.name} is not part of a warehouse")
    link, latest = warehouse.root / "current", warehouse.root / "LATEST"
    if link.is_symlink():
        if not link.exists():
            yield Fault(
                "missing", "current", f"current points to {link.readlink()}, which does not exist"
            )
        written = latest.read_text(encoding="utf-8").strip() if latest.is_file() else None
        if written != link.readlink().name:
            yield Fault(
                "pointer",
                "LATEST",
                f"LATEST says {written} and current points to {link.readlink().name}; "
                "the next run corrects this",
            )
    elif link.exists():
        yield Fault(
            "pointer", "current", "current is not a link; was the warehouse copied without links?"
        )


def unreferenced_files(warehouse: Warehouse, line: Sequence[Snapshot]) -> Iterator[Fault]:
    """Files in the warehouse's folders that no kept snapshot names."""
    referenced = referenced_names(snapshot.manifest for snapshot in line)
    for folder in ("snapshots", "manifests", "index", "receipts"):
        home = warehouse.root / folder
        for path in sorted(home.iterdir()) if home.is_dir() else ():
            if path.name not in referenced[folder]:
                is_snapshot = folder == "snapshots" and SNAPSHOT_ID.fullmatch(path.name)
                yield Fault(
                    "orphan" if is_snapshot else "foreign",
                    f"{folder}/{path.name}",
                    f"{folder}/{path.name} belongs to no kept snapshot",
                )


class FileChecks:
    """Checks of files. Each file is hashed once, even if several snapshots share it."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._hashes: dict[tuple[int, int], str] = {}  # device and inode to SHA-256
        self._checked_keys: set[Path] = set()

    def table_faults(self, snapshot: Snapshot) -> Iterator[Fault]:
        """A changed manifest, and table files that are missing, changed or unknown."""
        yield from manifest_faults(snapshot)
        if not snapshot.path.is_dir():
            yield Fault(
                "missing",
                f"snapshots/{snapshot.id}",
                f"the folder of snapshot {snapshot.id} is missing",
            )
            return
        for path in sorted(snapshot.path.iterdir()):
            if path.name not in snapshot.manifest.tables:
                yield Fault(
                    "foreign",
                    relative(snapshot, path),
                    f"{path.name} in snapshot {snapshot.id} is not a table",
                )
        for table, entries in snapshot.manifest.tables.items():
            folder = snapshot.path / table
            named = {entry.name for entry in entries}
            present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
            for name in sorted(present - named):
                yield Fault(
                    "foreign",
                    relative(snapshot, folder / name),
                    f"{table}/{name} is not in the manifest of {snapshot.id}",
                )
            for entry in entries:
                path = folder / entry.name
                where = relative(snapshot, path)
                if entry.name not in present:
                    yield Fault(
                        "missing",
                        where,
                        f"{table}/{entry.name} of snapshot {snapshot.id} is missing",
                    )
                elif difference := self._difference(path, entry):
                    yield Fault("changed", where, f"{table}/{entry.name} {difference}")
                else:
                    yield from footer_faults(snapshot, table, path, entry)

    def other_faults(self, snapshot: Snapshot) -> Iterator[Fault]:
        """Files of the index, records, receipts and keys that are missing or changed."""
        others = [("index", entry) for entry in snapshot.manifest.index]
        others += [("manifests", entry) for entry in snapshot.manifest.records]
        for folder, entry in others:
            path = self._warehouse.root / folder / entry.name
            where = f"{folder}/{entry.name}"
            if not path.is_file():
                yield Fault("missing", where, f"{where} of snapshot {snapshot.id} is missing")
            elif difference := self._difference(path, entry):
                advice = (
                    "; run `copydesk index rebuild` to write it again" if folder == "index" else ""
                )
                yield Fault("changed", where, f"{where} {difference}{advice}")
        for name in snapshot.manifest.receipts:
            if not (self._warehouse.root / "receipts" / name).is_file():
                yield Fault("missing", f"receipts/{name}", f"the receipt {name} is missing")
        yield from self._key_faults(snapshot)

    def _key_faults(self, snapshot: Snapshot) -> Iterator[Fault]:
        for table, entries in snapshot.manifest.tables.items():
            for entry in entries if PARTITIONS[table].keys else ():
                stored = self._warehouse.root / "keys" / table / entry.keys_name
                path = snapshot.path / table / entry.name
                if stored in self._checked_keys or not stored.is_file() or not path.is_file():
                    continue
                self._checked_keys.add(stored)
                try:
                    fits = np.array_equal(
                        np.load(stored, allow_pickle=False), table_file.keys(path, table)
                    )
                except (ValueError, EOFError, OSError, pa.ArrowException):
                    fits = False
                if not fits:
                    yield Fault(
                        "changed",
                        f"keys/{table}/{stored.name}",
                        f"keys/{table}/{stored.name} does not match its table; delete it",
                    )

    def _difference(self, path: Path, entry: FileEntry) -> str | None:
        """How a file differs from its entry, or None if it does not."""
        status = path.stat()
        if status.st_size != entry.bytes:
            return f"has {status.st_size} bytes instead of {entry.bytes}"
        key = (status.st_dev, status.st_ino)
        if key not in self._hashes:
            self._hashes[key] = atomic_write.sha256(path)
        if self._hashes[key] == entry.sha256:
            return None
        return "differs from the file that was published (SHA-256 differs)"


def manifest_faults(snapshot: Snapshot) -> Iterator[Fault]:
    """A fault if the content of the manifest does not fit the hash in its name."""
    if snapshot.manifest.with_id().id != snapshot.id:
        yield Fault(
            "changed",
            f"manifests/{snapshot.id}.json",
            f"the manifest of {snapshot.id} was changed after it was written",
        )


def footer_faults(snapshot: Snapshot, table: str, path: Path, entry: FileEntry) -> Iterator[Fault]:
    """A fault if the number of rows, the schema version or the columns of a file are wrong."""
    where = relative(snapshot, path)
    footer = pq.read_metadata(path)
    if footer.num_rows != entry.rows:
        yield Fault(
            "counts",
            where,
            f"{table}/{entry.name} has {footer.num_rows} rows, but the manifest says {entry.rows}",
        )
    schema = table_file.schema(path)
    version = (schema.metadata or {}).get(b"copydesk.schema_version", b"none").decode()
    if version != str(snapshot.manifest.schema_version):
        yield Fault(
            "schema",
            where,
            f"{table}/{entry.name} has schema version {version}, "
            f"but the snapshot has {snapshot.manifest.schema_version}",
        )
    elif snapshot.manifest.schema_version == SCHEMA_VERSION and not schema.equals(
        tables_now()[table]
    ):
        yield Fault(
            "schema",
            where,
            f"the columns of {table}/{entry.name} are not those of schema version {version}",
        )


def relative(snapshot: Snapshot, path: Path) -> str:
    """The path below the warehouse, for a sentence."""
    return str(path.relative_to(snapshot.root))
