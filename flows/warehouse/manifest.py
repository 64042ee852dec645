"""The manifest of a snapshot: what it holds, what it came from, and how to check it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from copydesk.flows.warehouse.errors import SchemaMismatch, WarehouseError

HASH_DIGITS = 16  # 64 bits: two of a million files meet by chance once in 10^7 warehouses
FORMAT = 1  # of the manifest itself; the tables have a schema version of their own
# What a manifest names stands in the folders of its warehouse: no name leads out of them.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_SNAPSHOT_ID = re.compile(r"\d{6,}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, order=True)
class FileEntry:
    """One file of a snapshot: its name within its folder, and what verifies it."""

    name: str
    sha256: str
    rows: int
    bytes: int

    @property
    def month(self) -> str:
        """The part of the name before the hash: `2026-11`, or `undated`."""
        return self.name.rsplit("-", 1)[0]

    @property
    def keys_name(self) -> str:
        """Name of the file of keys, which snapshots with the same content share."""
        return f"{self.month}-{self.sha256[:HASH_DIGITS]}.npy"

    @property
    def object_name(self) -> str:
        """Name of the file on an object store, where snapshots with the same content share it."""
        return f"{self.month}-{self.sha256[:HASH_DIGITS]}.parquet"

    def named_for(self, sequence: int) -> FileEntry:
        """The entry under the name the file has in the snapshot of that number.

        Content hash and number: no two snapshots share a name. A reader that lists a folder through
        `current/` and is overtaken by a publish then finds none of its names, and says so. With names
        by content alone it finds those of the unchanged files: pyarrow drops a listed file that
        is gone before it looks at it, and answered 35 of 3,100 reads without the missing rows
        while `current` switched every 5 ms; with these names, none of 3,600.
        """
        return replace(self, name=f"{self.month}-{self.sha256[:HASH_DIGITS]}{sequence:06x}.parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in `manifests/<id>.json`. Mappings hold plain JSON values."""

    id: str = ""
    sequence: int
    parent: str | None
    rewrites: str | None = None  # the snapshot this one stands for after a `forget`
    schema_version: int
    schema_sha256: str
    run_id: str
    kind: str
    started_at: str
    finished_at: str
    recipe_sha256: str
    rules_sha256: str
    versions: Mapping[str, str]
    counts: Mapping[str, int]
    inputs: FileEntry | None = None
    tables: Mapping[str, tuple[FileEntry, ...]]
    index: tuple[FileEntry, ...] = ()
    receipts: tuple[str, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def rows(self, table: str) -> int:
        """Rows of a table, from its files' entries."""
        return sum(entry.rows for entry in self.tables[table])

    def with_id(self) -> Manifest:
        """The manifest under its id: sequence number, and a hash of all it says."""
        body = json.dumps(asdict(replace(self, id="")), sort_keys=True, ensure_ascii=False)
        return replace(
            self, id=f"{self.sequence:06d}-{hashlib.sha256(body.encode()).hexdigest()[:12]}"
        )

    def to_json(self) -> str:
        """The manifest as text, keys sorted, so that equal manifests are equal files."""
        return json.dumps(asdict(self), sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read(path: Path) -> Manifest:
    """Read a manifest; a damaged or newer one is named in the error."""
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        if loaded["format"] > FORMAT:
            raise SchemaMismatch(
                f"{path} was written by a newer copydesk (manifest format {loaded['format']}, this one reads {FORMAT}). "
                "Update copydesk."
            )
        loaded["tables"] = {name: _entries(files) for name, files in loaded["tables"].items()}
        loaded["index"] = _entries(loaded["index"])
        loaded["inputs"] = FileEntry(**loaded["inputs"]) if loaded["inputs"] else None
        loaded["receipts"] = tuple(loaded["receipts"])
        return _checked(Manifest(**loaded), path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WarehouseError(
            f"the manifest {path} cannot be read ({error}); `copydesk verify` names what is damaged"
        ) from error


def _checked(found: Manifest, path: Path) -> Manifest:
    entries = [entry for files in found.tables.values() for entry in files] + [
        *found.index,
        *([found.inputs] if found.inputs else []),
    ]
    for name in (*found.tables, *(entry.name for entry in entries), *found.receipts, found.run_id):
        if not _NAME.fullmatch(name):
            raise ValueError(f"it names a file {name[:80]!r}")
    if any(
        type(entry.rows) is not int
        or type(entry.bytes) is not int
        or not re.fullmatch("[0-9a-f]{64}", entry.sha256)
        for entry in entries
    ):
        raise ValueError("it describes a file by something other than hash, rows and bytes")
    if (
        found.id != path.stem
        or type(found.sequence) is not int
        or type(found.schema_version) is not int
    ):
        raise ValueError(f"it says it is of snapshot {str(found.id)[:80]!r}")
    if found.parent is not None and not _SNAPSHOT_ID.fullmatch(found.parent):
        raise ValueError(f"it names the snapshot before it {found.parent[:80]!r}")
    return found


def _entries(files: list[dict[str, Any]]) -> tuple[FileEntry, ...]:
    return tuple(FileEntry(**file) for file in files)
