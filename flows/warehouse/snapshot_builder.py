"""Build the files and the manifest of a new snapshot, without making it the current one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.support import atomic_write
from copydesk.flows.support.in_threads import in_threads
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.change import Ancestry, Change, run_row
from copydesk.flows.warehouse.errors import InvalidChange, SchemaMismatch
from copydesk.flows.warehouse.input_record import conformed
from copydesk.flows.warehouse.manifest import FORMAT, FileEntry, Manifest, name_by_content
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS
from copydesk.flows.warehouse.schema import fingerprint, tables_now
from copydesk.flows.warehouse.snapshot import Origin, Snapshot
from copydesk.flows.warehouse.table_rewrite import row_changes
from copydesk.flows.warehouse.table_rewrite.inserted_documents import InsertedDocuments
from copydesk.flows.warehouse.table_rewrite.rewrite import (
    OutputFolders,
    Rewritten,
    TableChange,
    rewrite_table,
)
from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged
from copydesk.schemas.tables import SCHEMA_VERSION


@dataclass(frozen=True)
class SnapshotBuilder:
    """Builds snapshots in the warehouse at `root`. Its caller holds the lock.

    `kept_snapshots` lists the kept snapshots. `origin` is the mirror of a warehouse on an object
    store. `checkpoint` is called with the name of each step.
    """

    root: Path
    kept_snapshots: Callable[[], Sequence[Snapshot]]
    checkpoint: Callable[[str], None]
    origin: Origin | None = None
    writers: int = 1

    def build(
        self, base: Snapshot | None, change: Change, ancestry: Ancestry | None, *, staging: Path
    ) -> Snapshot:
        """Build the snapshot that results from `base` and `change`.

        Without `ancestry`, it follows `base`. `staging` is the folder of the run's staged files.
        Raises SchemaMismatch if `base` has other tables than this version, and InvalidChange if the
        tables would contradict themselves.
        """
        if base is not None and fingerprint(tables_now()) != base.manifest.schema_sha256:
            raise SchemaMismatch(
                f"the tables of snapshot {base.id} have schema version {base.manifest.schema_version} "
                "and differ from those of this copydesk; run `copydesk migrate` to rewrite them"
            )
        if ancestry is None:
            ancestry = Ancestry(
                parent=base.id if base else None, sequence=base.manifest.sequence + 1 if base else 1
            )
        row = run_row(change.run)
        folder = staging / f"publish-{base.id if base else 'first'}"
        atomic_write.remove_tree(folder)
        tables = self._write_tables(
            base,
            change,
            row if ancestry.rewrites is None else None,
            folder=folder / "snapshot",
            sequence=ancestry.sequence,
        )
        self.checkpoint("tables written")
        of_run = ancestry.rewrites or _run_manifest(row, change.extras)
        inputs, refetched = self._records(base, ancestry, change, folder)
        built = replace(
            of_run,
            sequence=ancestry.sequence,
            parent=ancestry.parent,
            rewrites=ancestry.rewrites.id if ancestry.rewrites else None,
            format=FORMAT,
            schema_version=SCHEMA_VERSION,
            schema_sha256=fingerprint(tables_now()),
            inputs=inputs,
            refetched=refetched,
            tables={name: tables[name] for name in tables_now()},
            index=self._install_index(base.manifest.index if base else ancestry.index, change),
            receipts=(*(base.manifest.receipts if base else ()), *ancestry.receipts),
        ).with_id()
        return self._install(built, folder / "snapshot")

    def _write_tables(
        self,
        base: Snapshot | None,
        change: Change,
        row: Mapping[str, Any] | None,
        *,
        folder: Path,
        sequence: int,
    ) -> dict[str, tuple[FileEntry, ...]]:
        """Write the files of every table into `folder`, and sync them."""
        schemas = tables_now()
        inserts: dict[str, Sequence[Staged]] = {**change.inserts}
        if unknown := (set(inserts) | set(change.deletes) | set(change.updates)) - set(schemas):
            raise InvalidChange(
                f"there is no table {min(unknown)!r}; the tables are {', '.join(schemas)}"
            )
        if row is not None:
            inserts["runs"] = [
                *inserts.get("runs", ()),
                pa.Table.from_pylist([dict(row)], schema=schemas["runs"]),
            ]
        deletes = {
            name: row_changes.delete_filter(name, deletion)
            for name, deletion in change.deletes.items()
        }
        updates = {
            name: row_changes.update_set(name, values, schemas[name])
            for name, values in change.updates.items()
        }
        documents = InsertedDocuments.of(inserts, base)
        documents.check_unique({name: deletes.get(name) for name in DOCUMENT_TABLES})
        entries: dict[str, tuple[FileEntry, ...]] = {}
        new: list[Path] = []
        folders = {name: self._output_folders(name, folder) for name in schemas}

        def rewritten(name: str) -> Rewritten:
            return rewrite_table(
                name,
                base,
                TableChange(inserts.get(name, ()), deletes.get(name), updates.get(name)),
                folders=folders[name],
                month_of=documents.months_of,
                writers=self.writers,
            )

        # The first table is the largest one. Another thread writes the others beside it.
        found = in_threads(rewritten, schemas, threads=min(self.writers, 2))
        for name, table in zip(schemas, found, strict=True):
            self.checkpoint(f"written {name}")
            entries[name], written = self._name_files(name, base, table, folders[name], sequence)
            new += written
        atomic_write.sync_all([*new, *(folder / name for name in schemas)])
        return entries

    def _output_folders(self, name: str, folder: Path) -> OutputFolders:
        keys = self.root / "keys" / name if PARTITIONS[name].keys else None
        if keys is not None:
            keys.mkdir(exist_ok=True)
        return OutputFolders(folder / name, keys)

    def _name_files(
        self,
        name: str,
        base: Snapshot | None,
        rewritten: Rewritten,
        folders: OutputFolders,
        sequence: int,
    ) -> tuple[tuple[FileEntry, ...], list[Path]]:
        """Name new files for the sequence number, and link unchanged ones into the new folder.

        Returns the entries of the table and the paths of the new files.
        """
        published = (
            {entry.sha256: base.path / name / entry.name for entry in base.manifest.tables[name]}
            if base
            else {}
        )
        new: list[Path] = []
        for entry in rewritten.written:
            path = folders.table / entry.name
            # A reprocess may write the same content again, and one file on disk is enough.
            if entry.sha256 in published:
                path.unlink()
            else:
                new.append(path.rename(folders.table / entry.named_for(sequence).name))
        if folders.keys is not None:
            new += [folders.keys / entry.keys_name for entry in rewritten.written]
        entries = sorted(
            {entry.named_for(sequence) for entry in (*rewritten.kept, *rewritten.written)}
        )
        for entry in entries:
            # The mirror of an object store has only the files that were needed so far.
            if entry.sha256 in published and (
                self.origin is None or published[entry.sha256].is_file()
            ):
                atomic_write.link_or_copy(published[entry.sha256], folders.table / entry.name)
        return tuple(entries), new

    def _install(self, built: Manifest, folder: Path) -> Snapshot:
        """Move the files of the snapshot to their folder, and write its manifest."""
        target = self.root / "snapshots" / built.id
        if target.exists():
            # A run that was killed just before its switch left the same snapshot, unless it is
            # kept.
            if any(built.id == kept.id for kept in self.kept_snapshots()):
                raise InvalidChange(f"snapshot {built.id} is already published")
            atomic_write.remove_tree(target)
        atomic_write.sync(folder)
        folder.rename(target)
        atomic_write.sync(target.parent)
        self.checkpoint("snapshot in place")
        atomic_write.write_text(self.root / "manifests" / f"{built.id}.json", built.to_json())
        self.checkpoint("manifest written")
        return Snapshot(self.root, built, self.origin)

    def _install_index(self, before: Sequence[FileEntry], change: Change) -> tuple[FileEntry, ...]:
        """Move new index files to their folder, and return the entries of the whole index."""
        have = {entry.name: entry for entry in before}
        if change.index_keep is not None and (absent := set(change.index_keep) - set(have)):
            raise InvalidChange(
                f"index_keep names {min(absent)!r}, which is not in the parent's index"
            )
        keep = (
            have if change.index_keep is None else {name: have[name] for name in change.index_keep}
        )
        new: list[FileEntry] = []
        taken = (
            {entry.name: entry for kept in self.kept_snapshots() for entry in kept.manifest.index}
            if change.index_files
            else {}
        )
        for name, staged in change.index_files.items():
            target = self.root / "index" / name
            # An earlier publish of this change may have moved the file and then failed.
            path = staged if staged.is_file() else target
            entry = FileEntry(name, atomic_write.sha256(path), 0, path.stat().st_size)
            if taken.get(name, entry) != entry:
                raise InvalidChange(
                    f"there is already an index file {name!r} with other content; choose another name"
                )
            atomic_write.sync(path)
            new.append(entry)
            path.replace(target)
            atomic_write.sync(target.parent)
        self.checkpoint("index in place")
        return tuple(sorted({*keep.values(), *new}))

    def _records(
        self, base: Snapshot | None, ancestry: Ancestry, change: Change, folder: Path
    ) -> tuple[FileEntry | None, FileEntry | None]:
        """The records of inputs and of documents fetched again.

        What the change does not have is that of the snapshot that the new one replaces or follows.
        """
        before = ancestry.rewrites or (base.manifest if base is not None else None)
        inputs, refetched = (
            (before.inputs, before.refetched) if before is not None else (None, None)
        )
        if change.inputs is not None:
            read = change.inputs
            table = read if isinstance(read, pa.Table) else table_file.read(read)
            rows = conformed(table).sort_by([("source_uri", "ascending"), ("path", "ascending")])
            inputs = self._install_record("inputs", rows, folder)
        if change.refetched is not None:
            rows = change.refetched.sort_by("doc_id")
            refetched = self._install_record("refetched", rows, folder)
        return inputs, refetched

    def _install_record(self, name: str, rows: pa.Table, folder: Path) -> FileEntry:
        """Write a record, under a name that has the hash of its content."""
        written = folder / f"{name}.parquet"
        pq.write_table(rows, written, compression="zstd")
        atomic_write.sync(written)
        digest = atomic_write.sha256(written)
        target = self.root / "manifests" / name_by_content(name, digest, ".parquet")
        written.replace(target)
        return FileEntry(target.name, digest, rows.num_rows, target.stat().st_size)


def _run_manifest(row: Mapping[str, Any], extras: Mapping[str, Any]) -> Manifest:
    """A manifest that describes the run and names no files yet."""
    return Manifest(
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
        extras=dict(extras),
    )


def _iso(moment: Any) -> str:
    return str(moment.isoformat()) if hasattr(moment, "isoformat") else str(moment)


def _versions(versions: Any) -> Mapping[str, str]:
    loaded = json.loads(versions) if isinstance(versions, str) and versions else versions
    return dict(loaded) if isinstance(loaded, Mapping) else {}
