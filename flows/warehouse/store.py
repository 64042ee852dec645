"""The warehouse: immutable snapshots, one writer, one atomic switch.

    warehouse/current -> snapshots/<id>      the switch: one rename of a symbolic link
    warehouse/LATEST                         the same id as text, for who cannot follow links
    warehouse/snapshots/<id>/<table>/*.parquet
    warehouse/manifests/<id>.json            beside, so that a table folder holds Parquet alone
    warehouse/index, keys, reports, receipts, staging, lock

A file name holds the hash of the file's content and the number of its snapshot, so no name is used
twice. A reader that lists a table folder through `current/` and is overtaken by a publish therefore
finds none of what it listed (a loud error), never a part of it, and never other content.
"""

from __future__ import annotations

import errno
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.remote import client
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse import lock, manifest, rewrite, table_file
from copydesk.flows.warehouse.change import Change, run_row
from copydesk.flows.warehouse.errors import (
    InvalidChange,
    NotAWarehouse,
    Outdated,
    SchemaMismatch,
    UnknownSnapshot,
    WarehouseError,
    WriteFailed,
)
from copydesk.flows.warehouse.input_record import conformed
from copydesk.flows.warehouse.layout import OWN_FOLDERS, OWN_NAMES, SNAPSHOT_ID
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.membership import Inserted
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS
from copydesk.flows.warehouse.schema import conform_to, fingerprint, tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.schemas.tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from copydesk.flows.warehouse.object_store.mirror import Mirror


@dataclass(frozen=True, slots=True)
class Options:
    """How long a superseded snapshot is kept.

    It goes when it is neither among the newest `keep_snapshots` nor was current within the last
    `grace_hours`. Ten: who resolved a snapshot of a daily run reads it for nine more days. A day:
    however often a burst of runs publishes, longer than a query or one pass of a training job takes.
    """

    keep_snapshots: int = 10
    """Newest snapshots that are always kept. A reader of a daily run can use its snapshot for nine more days."""
    grace_hours: float = 24.0
    """Hours for which a superseded snapshot is kept in any case. A day is longer than a query or one pass of a training job."""

    def __post_init__(self) -> None:
        if self.keep_snapshots < 1 or self.grace_hours < 0:
            raise ValueError(
                "keep_snapshots is at least 1 and grace_hours at least 0, "
                f"not {self.keep_snapshots} and {self.grace_hours}"
            )


DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a snapshot stands that does not simply follow the one it was made from.

    `rewrites`: the manifest of the snapshot it stands for; it takes over that one's run. `index`:
    files of the index that it has without a base to have them from.
    """

    parent: str | None
    sequence: int
    rewrites: Manifest | None = None
    receipts: tuple[str, ...] = ()
    index: tuple[FileEntry, ...] = ()


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _no_checkpoint(_: str) -> None:
    pass


@dataclass(frozen=True)
class Warehouse:
    """A folder of snapshots. Reading needs no lock; `publish`, `sweep` and their like need `lock()`."""

    root: Path
    options: Options = DEFAULTS
    # Called with the name of each step of a publish; tests stop or kill the process there.
    checkpoint: Callable[[str], None] = _no_checkpoint
    # Of a warehouse on an object store: then `root` is its mirror, and the switch is made there.
    mirror: Mirror | None = None
    writers: int = 1  # threads that write a table's files; the files are the same for any number

    @property
    def address(self) -> str:
        """Where the warehouse stands, as it is named to a person."""
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
        """The warehouse at `path`, a folder or `s3://bucket/prefix`; with `create` an absent or empty one becomes one.

        Raises NotAWarehouse for a folder that holds something else, SchemaMismatch for one that a
        newer version wrote.
        """
        if client.is_uri(path):
            return cls._on_a_store(str(path), create=create, options=options, checkpoint=checkpoint)
        root = Path(path).absolute()
        _check_folder(root, create)
        if create:
            try:
                for name in OWN_FOLDERS:
                    (root / name).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WriteFailed(
                    f"cannot make the warehouse {root}: {error.strerror} ({error.filename})"
                ) from error
        warehouse = cls(root, options, checkpoint)
        warehouse.current()
        return warehouse

    @classmethod
    def _on_a_store(
        cls, uri: str, *, create: bool, options: Options, checkpoint: Callable[[str], None]
    ) -> Warehouse:
        from copydesk.flows.warehouse.object_store.mirror import Mirror

        mirror = Mirror(uri)
        if not mirror.is_begun() and not create:
            raise NotAWarehouse(
                f"there is no warehouse at {uri}; `copydesk ingest INPUT --warehouse {uri}` makes one"
            )
        for name in OWN_FOLDERS:
            (mirror.root / name).mkdir(parents=True, exist_ok=True)
        warehouse = cls(mirror.root, options, checkpoint, mirror)
        mirror.pull()
        warehouse.current()
        return warehouse

    # Reading

    def current_id(self) -> str | None:
        """Id of the current snapshot, None before the first publish."""
        try:
            return (self.root / "current").readlink().name
        except OSError:
            pass  # no link: nothing published yet, or a file system without links
        try:
            return (self.root / "LATEST").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def current(self) -> Snapshot | None:
        """The current snapshot, None before the first publish."""
        identifier = self.current_id()
        return None if identifier is None else self.snapshot(identifier)

    def snapshot(self, identifier: str) -> Snapshot:
        """A kept snapshot by its id, the beginning of its id if only one begins so, or `current`."""
        if identifier in ("current", "latest"):
            current = self.current()
            if current is None:
                raise UnknownSnapshot(
                    f"nothing has been published to {self.address} yet: `copydesk ingest INPUT` does"
                )
            return current
        path = self.root / "manifests" / f"{identifier}.json"
        if not SNAPSHOT_ID.fullmatch(identifier) or not path.is_file():
            path = self._manifest_like(identifier)
        found = manifest.read(path)
        _check_version(found, self.address)
        return Snapshot(self.root, found, self.mirror)

    def _manifest_like(self, beginning: str) -> Path:
        names = [
            path
            for path in self._manifests()
            if path.stem.startswith(beginning) or path.stem.lstrip("0").startswith(beginning)
        ]
        if len(names) != 1 or not beginning:
            what = "no kept snapshot" if not names else f"{len(names)} kept snapshots"
            raise UnknownSnapshot(
                f"{what} in {self.address} with the id {beginning!r}; `copydesk snapshots` lists them"
            )
        return names[0]

    def _manifests(self) -> list[Path]:
        return sorted(
            path
            for path in (self.root / "manifests").glob("*.json")
            if SNAPSHOT_ID.fullmatch(path.stem)
        )

    def snapshots(self) -> list[Snapshot]:
        """The kept snapshots, newest first: the current one and its line of parents."""
        line, identifier = [], self.current_id()
        while identifier is not None and (self.root / "manifests" / f"{identifier}.json").is_file():
            line.append(self.snapshot(identifier))
            identifier = line[-1].manifest.parent
            if len(line) > 1 and line[-1].manifest.sequence >= line[-2].manifest.sequence:
                raise WarehouseError(
                    f"the manifest of {line[-1].id} says that it stands before {line[-2].id}; `copydesk verify` names what is damaged"
                )
        return line

    def record(self, run_id: str) -> Path:
        """Where the record of a run stands, if it left one: what only the run knew."""
        name = f"reports/{_file_safe(run_id)}.json"
        if self.mirror is not None:
            self.mirror.gather(name)
        return self.root / name

    # Writing

    def lock(self, *, wait_seconds: float = 0.0) -> AbstractContextManager[None]:
        """Be the one writer for the time of a `with` block; raises Locked naming the other one."""
        held = lock.exclusive(self.root / "lock", wait_seconds=wait_seconds)
        return held if self.mirror is None else self._lock_store(self.mirror, held, wait_seconds)

    @contextmanager
    def _lock_store(
        self, mirror: Mirror, held: AbstractContextManager[None], wait_seconds: float
    ) -> Iterator[None]:
        with held, mirror.held(wait_seconds):
            mirror.clear_staging()
            mirror.pull()
            mirror.gather()
            yield
            mirror.share(with_deletions=True)
            mirror.clear([kept.manifest for kept in self.snapshots()])

    def share(self) -> None:
        """Bring reports written after a run to where the warehouse stands."""
        if self.mirror is not None:
            self.mirror.share()

    def staging(self, run_id: str) -> Path:
        """The folder in which a run prepares its files; it stays until `sweep` or `discard_staging`."""
        folder = self.root / "staging" / _file_safe(run_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def discard_staging(self, run_id: str) -> None:
        """Remove a run's staged files."""
        atomic_write.remove_tree(self.root / "staging" / _file_safe(run_id))

    def publish(
        self, change: Change, *, onto: Snapshot | None = None, lineage: Lineage | None = None
    ) -> Snapshot:
        """Make the change the current snapshot, in one step as readers see it.

        The change applies to the current snapshot, or to `onto`.

        Raises Outdated when another run has published since `change.parent`, InvalidChange when
        the tables would contradict themselves, WriteFailed when the disk refuses; nothing is
        published then.
        """
        if change.parent != self.current_id():
            raise Outdated(
                f"the change was made against snapshot {change.parent}, but {self.current_id()} is current now: run it again"
            )
        with self._refusing_disk(change.run["run_id"]):
            built = self.build(onto or self.current(), change, lineage=lineage)
            self.switch(built)
        self.prune()
        return built

    def build(
        self, base: Snapshot | None, change: Change, *, lineage: Lineage | None = None
    ) -> Snapshot:
        """Write the snapshot that `base` and `change` give, without making it current.

        Without `lineage` it follows `base`.
        """
        if base is not None and fingerprint(tables_now()) != base.manifest.schema_sha256:
            raise SchemaMismatch(
                f"the tables of snapshot {base.id} have schema version {base.manifest.schema_version} and differ from this "
                "version's: `copydesk migrate` rewrites them"
            )
        if lineage is None:
            lineage = Lineage(
                parent=base.id if base else None, sequence=base.manifest.sequence + 1 if base else 1
            )
        row = run_row(change.run)
        folder = self.staging(change.run["run_id"]) / f"publish-{base.id if base else 'first'}"
        atomic_write.remove_tree(folder)
        tables = self._write_tables(
            base,
            change,
            row if lineage.rewrites is None else None,
            folder=folder,
            sequence=lineage.sequence,
        )
        self.checkpoint("tables written")
        about = lineage.rewrites or Manifest(
            sequence=0,
            parent=None,
            schema_version=0,
            schema_sha256="",
            run_id=row["run_id"],
            kind=row["kind"],
            started_at=_iso(row["started_at"]),
            finished_at=_iso(row["finished_at"]),
            recipe_sha256=row["recipe_sha256"],
            rules_sha256=row["rules_sha256"],
            versions=_versions(row["versions"]),
            counts={name: row[name] for name in row if name.startswith("n_")},
            tables={},
            extras=dict(change.extras),
        )
        built = replace(
            about,
            sequence=lineage.sequence,
            parent=lineage.parent,
            rewrites=lineage.rewrites.id if lineage.rewrites else None,
            schema_version=SCHEMA_VERSION,
            schema_sha256=fingerprint(tables_now()),
            inputs=_inputs_of(base, lineage)
            if change.inputs is None
            else self._install_inputs(change.inputs, folder),
            tables={name: tables[name] for name in tables_now()},
            index=self._install_index(base.manifest.index if base else lineage.index, change),
            receipts=(*(base.manifest.receipts if base else ()), *lineage.receipts),
        ).with_id()
        return self._install(built, folder)

    def switch(self, snapshot: Snapshot) -> None:
        """Make a built snapshot the current one."""
        self.checkpoint("before switch")
        if self.mirror is not None:
            self._switch_store(self.mirror, snapshot)
        else:
            try:
                atomic_write.point(self.root / "current", f"snapshots/{snapshot.id}")
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
                    raise
                # A file system without links: LATEST alone is the switch.
        self.checkpoint("switched")
        atomic_write.write_whole(self.root / "LATEST", snapshot.id + "\n")
        self.checkpoint("latest written")

    def _switch_store(self, mirror: Mirror, snapshot: Snapshot) -> None:
        """Upload the snapshot, and those of its line that were built with it, and switch there."""
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

    def _write_tables(
        self,
        base: Snapshot | None,
        change: Change,
        row: Mapping[str, Any] | None,
        *,
        folder: Path,
        sequence: int,
    ) -> dict[str, tuple[FileEntry, ...]]:
        schemas = tables_now()
        inserts: dict[str, Sequence[rewrite.Staged]] = {**change.inserts}
        if unknown := (set(inserts) | set(change.deletes) | set(change.updates)) - set(schemas):
            raise InvalidChange(
                f"there is no table {min(unknown)!r}; the tables are {', '.join(schemas)}"
            )
        if row is not None:
            inserts["runs"] = [
                *inserts.get("runs", ()),
                pa.Table.from_pylist([dict(row)], schema=schemas["runs"]),
            ]
        doomed = {
            name: rewrite.doomed_of(name, deletion) for name, deletion in change.deletes.items()
        }
        overlays = {
            name: rewrite.overlay_of(name, values, schemas[name])
            for name, values in change.updates.items()
        }
        inserted = Inserted.of(inserts, base)
        inserted.check_single({name: doomed.get(name) for name in DOCUMENT_TABLES})
        entries: dict[str, tuple[FileEntry, ...]] = {}
        new: list[Path] = []
        for name in schemas:
            old = (
                [(entry, base.path / name / entry.name) for entry in base.manifest.tables[name]]
                if base
                else []
            )
            target = folder / "snapshot" / name
            keys = self.root / "keys" / name if PARTITIONS[name].keys else None
            if keys is not None:
                keys.mkdir(exist_ok=True)
            done = rewrite.table(
                name,
                old=old,
                old_keys=lambda entry, name=name: base.keys(name, entry),  # type: ignore[union-attr,misc]
                fetch=lambda entry, name=name: base.file(name, entry),  # type: ignore[union-attr,misc]
                inserts=inserts.get(name, ()),
                doomed=doomed.get(name),
                overlay=overlays.get(name),
                month_of=inserted.months_of,
                conform=conform_to(name),
                folder=target,
                keys=keys,
                writers=self.writers,
            )
            self.checkpoint(f"written {name}")
            published = {entry.sha256: path for entry, path in old}
            for entry in done.written:
                # Written again with the same content, as a reprocess does: one file on disk is enough.
                if entry.sha256 in published:
                    (target / entry.name).unlink()
                else:
                    new.append(
                        (target / entry.name).rename(target / entry.named_for(sequence).name)
                    )
            if keys is not None:
                new += [keys / entry.keys_name for entry in done.written]
            named = sorted({entry.named_for(sequence) for entry in (*done.kept, *done.written)})
            for entry in named:
                # Of a warehouse on an object store the folder has only the files that were asked for.
                if entry.sha256 in published and (
                    self.mirror is None or published[entry.sha256].is_file()
                ):
                    atomic_write.link_or_copy(published[entry.sha256], target / entry.name)
            entries[name] = tuple(named)
        atomic_write.sync_all([*new, *(folder / "snapshot" / name for name in schemas)])
        return entries

    def _install(self, built: Manifest, folder: Path) -> Snapshot:
        home = self.root / "snapshots" / built.id
        if home.exists():
            # A run killed just before its switch left the same snapshot; the line does not hold it.
            if any(built.id == kept.id for kept in self.snapshots()):
                raise InvalidChange(f"snapshot {built.id} is already published")
            atomic_write.remove_tree(home)
        atomic_write.sync(folder / "snapshot")
        (folder / "snapshot").rename(home)
        atomic_write.sync(home.parent)
        self.checkpoint("snapshot in place")
        atomic_write.write_whole(self.root / "manifests" / f"{built.id}.json", built.to_json())
        self.checkpoint("manifest written")
        return Snapshot(self.root, built, self.mirror)

    def _install_index(self, before: Sequence[FileEntry], change: Change) -> tuple[FileEntry, ...]:
        have = {entry.name: entry for entry in before}
        if change.index_keep is not None and (absent := set(change.index_keep) - set(have)):
            raise InvalidChange(
                f"index_keep names {min(absent)!r}, which the parent's index does not hold"
            )
        keep = (
            have if change.index_keep is None else {name: have[name] for name in change.index_keep}
        )
        new: list[FileEntry] = []
        taken = (
            {entry.name: entry for kept in self.snapshots() for entry in kept.manifest.index}
            if change.index_files
            else {}
        )
        for name, staged in change.index_files.items():
            target = self.root / "index" / name
            here = (
                staged if staged.is_file() else target
            )  # moved by a publish of this change that failed later
            entry = FileEntry(name, atomic_write.sha256(here), 0, here.stat().st_size)
            if taken.get(name, entry) != entry:
                raise InvalidChange(
                    f"another index file is called {name!r} already: a name is used for one content"
                )
            atomic_write.sync(here)
            new.append(entry)
            here.replace(target)
            atomic_write.sync(target.parent)
        self.checkpoint("index in place")
        return tuple(sorted({*keep.values(), *new}))

    def _install_inputs(self, inputs: pa.Table | Path, folder: Path) -> FileEntry:
        table = inputs if isinstance(inputs, pa.Table) else table_file.read(inputs)
        draft = folder / "inputs.parquet"
        rows = conformed(table).sort_by([("source_uri", "ascending"), ("path", "ascending")])
        pq.write_table(rows, draft, compression="zstd")
        atomic_write.sync(draft)
        digest = atomic_write.sha256(draft)
        target = self.root / "manifests" / f"inputs-{digest[:16]}.parquet"
        draft.replace(target)
        return FileEntry(target.name, digest, table.num_rows, target.stat().st_size)

    @contextmanager
    def _refusing_disk(self, run_id: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            try:
                for folder in (self.root / "staging" / _file_safe(run_id)).glob("publish-*"):
                    atomic_write.remove_tree(folder)
            except OSError:
                pass  # the same fault again: `sweep` clears it at the next start
            what = (
                "the disk is full"
                if error.errno in _FULL
                else f"the file system refused ({error.strerror})"
            )
            raise WriteFailed(
                f"{what} while writing {error.filename or self.root}; snapshot {self.current_id()} stays current "
                "and nothing is lost: free some room and run again"
            ) from error

    # Clearing up

    def prune(self) -> list[str]:
        """Remove snapshots beyond the options' number that were superseded longer than the grace ago; their ids."""
        line = self.snapshots()
        removed = []
        for newer, older in reversed(list(pairwise(line))):
            age = time.time() - (self.root / "manifests" / f"{newer.id}.json").stat().st_mtime
            if (
                line.index(older) < self.options.keep_snapshots
                or age < self.options.grace_hours * 3600
            ):
                break
            (self.root / "manifests" / f"{older.id}.json").unlink()
            atomic_write.sync(
                self.root / "manifests"
            )  # before its files: after a power cut nothing may be named that is gone
            self.checkpoint("pruning")
            atomic_write.remove_tree(older.path)
            removed.append(older.id)
        if removed:
            self._remove_unreferenced(line[: len(line) - len(removed)])
        return removed

    def sweep(self, *, keep_staging: Collection[str] = ()) -> list[Path]:
        """Remove what dead runs left: orphan snapshots, manifests, index and staged files; their paths.

        A run that died after its switch has not pruned: that is made up for.
        `keep_staging` names run ids whose staged files are to stay, because the run resumes.
        """
        line = self.snapshots()
        if line and (self.root / "current").is_symlink():
            latest = self.root / "LATEST"
            if not latest.is_file() or latest.read_text(encoding="utf-8").strip() != line[0].id:
                atomic_write.write_whole(latest, line[0].id + "\n")
        if self.prune():
            line = self.snapshots()
        gone = self._remove_unreferenced(line)
        stay = {_file_safe(run_id) for run_id in keep_staging}
        for path in (self.root / "staging").iterdir():
            if path.name in stay:
                continue
            atomic_write.remove_tree(path)
            gone.append(path)
        return gone

    def _remove_unreferenced(self, line: Sequence[Snapshot]) -> list[Path]:
        ids = {kept.id for kept in line}
        wanted = {
            "manifests": {
                *(f"{identifier}.json" for identifier in ids),
                *(k.manifest.inputs.name for k in line if k.manifest.inputs),
            },
            "index": {entry.name for kept in line for entry in kept.manifest.index},
            "keys": {
                f"{table}/{entry.keys_name}"
                for kept in line
                for table in kept.tables
                for entry in kept.manifest.tables[table]
            },
            "receipts": {name for kept in line for name in kept.manifest.receipts},
        }
        gone = [
            path
            for path in (self.root / "snapshots").iterdir()
            if path.name not in ids and SNAPSHOT_ID.fullmatch(path.name)
        ]
        for folder, names in wanted.items():
            home = self.root / folder
            gone += [
                path
                for path in home.rglob("*")
                if not path.is_dir() and str(path.relative_to(home)) not in names
            ]
        gone += [path for path in self.root.glob(".*.new") if not path.is_dir()]
        for path in gone:
            atomic_write.remove_tree(path)
        return gone


def _check_folder(root: Path, create: bool) -> None:
    if link := next(_leading_out(root), None):
        raise NotAWarehouse(
            f"{link} is a link to somewhere else; in a warehouse only `current` is one. Nothing was touched"
        )
    if (root / "manifests").is_dir():
        return
    if root.exists() and not root.is_dir():
        raise NotAWarehouse(f"{root} is a file, not a warehouse folder")
    if not create:
        raise NotAWarehouse(
            f"there is no warehouse at {root}; `copydesk ingest INPUT --warehouse {root}` makes one"
        )
    foreign = (
        sorted(path.name for path in root.iterdir() if path.name not in OWN_NAMES)
        if root.exists()
        else []
    )
    if foreign:
        raise NotAWarehouse(
            f"{root} is no warehouse and holds other files ({', '.join(foreign[:3])}{', ...' if len(foreign) > 3 else ''}); "
            "give an empty or a new folder"
        )


def _leading_out(root: Path) -> Iterator[Path]:
    """Links among what is written or cleared: a warehouse from a stranger could name the reader's own folders so."""
    folders = [root / name for name in (*OWN_FOLDERS, "lock")]
    yield from (path for path in folders if path.is_symlink())
    yield from (path for path in root.glob("keys/*") if path.is_symlink())
    for place, below, names in os.walk(root / "staging"):
        yield from (path for name in (*below, *names) if (path := Path(place, name)).is_symlink())


def _check_version(found: Manifest, address: str) -> None:
    if found.schema_version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"the warehouse {address} has tables of schema version {found.schema_version}; this copydesk reads up to "
            f"{SCHEMA_VERSION}. Update copydesk."
        )


def _inputs_of(base: Snapshot | None, lineage: Lineage) -> FileEntry | None:
    """The record of inputs that a snapshot takes over from the one that it rewrites or follows."""
    if lineage.rewrites is not None:
        return lineage.rewrites.inputs
    return base.manifest.inputs if base is not None else None


def _file_safe(run_id: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", run_id):
        raise ValueError(
            f"a run id is made of letters, digits, dot, dash and underscore, not {run_id!r}"
        )
    return run_id


def _iso(moment: Any) -> str:
    return str(moment.isoformat()) if hasattr(moment, "isoformat") else str(moment)


def _versions(versions: Any) -> Mapping[str, str]:
    loaded = json.loads(versions) if isinstance(versions, str) and versions else versions
    return dict(loaded) if isinstance(loaded, Mapping) else {}
