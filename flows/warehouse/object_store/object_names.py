"""Names of a warehouse's objects on a store, and of their files in the local mirror.

s3://bucket/prefix/LATEST                       the id of the current snapshot
s3://bucket/prefix/snapshots/<id>/<table>.txt   the files of a table, one name a line
s3://bucket/prefix/tables/<table>/*.parquet     the files of all kept snapshots, named by content
s3://bucket/prefix/manifests, index, keys, receipts, reports, lock
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from copydesk.flows.warehouse import manifest
from copydesk.flows.warehouse.manifest import FileEntry, Manifest
from copydesk.flows.warehouse.partition import PARTITIONS

POINTER = "LATEST"
STAGING = "staging"  # files of a run that the workers of a cluster transfer
GUARD = "0-not-a-table.parquet"
SNAPSHOT_FOLDERS = ("tables", "keys", "index", "manifests", "snapshots")
SHARED_FOLDERS = ("reports", "receipts")  # small files that are written outside of a snapshot


def list_name(identifier: str, table: str) -> str:
    """Name of the object that lists a table's files."""
    return f"snapshots/{identifier}/{table}.txt"


def list_content(table: str, entries: Iterable[FileEntry]) -> str:
    """The names of a table's files in the order of their rows, one a line."""
    return "".join(f"{table_object(table, entry)}\n" for entry in entries)


def table_object(table: str, entry: FileEntry) -> str:
    """Name of the object of a table file."""
    return f"tables/{table}/{entry.object_name}"


def keys_object(table: str, entry: FileEntry) -> str:
    """Name of the object with the keys of a table file."""
    return f"keys/{table}/{entry.keys_name}"


def index_object(entry: FileEntry) -> str:
    """Name of the object of an index file.

    It contains the hash, because two writers may use the same name.
    """
    return f"index/{entry.sha256[: manifest.HASH_DIGITS]}-{entry.name}"


def guard_object(table: str) -> str:
    """Name of the object that makes reading a whole table folder fail."""
    return f"tables/{table}/{GUARD}"


def all_objects(of: Manifest) -> set[str]:
    """Names of all objects that a snapshot needs on the store, except receipts."""
    return (
        set(verified_objects(of))
        | {f"manifests/{of.id}.json"}
        | {list_name(of.id, table) for table in of.tables}
        | {
            keys_object(table, entry)
            for table, entries in of.tables.items()
            if PARTITIONS[table].keys
            for entry in entries
        }
    )


def verified_objects(of: Manifest) -> dict[str, FileEntry]:
    """The objects whose hash is in the manifest, by name."""
    named = {
        table_object(table, entry): entry
        for table, entries in of.tables.items()
        for entry in entries
    }
    named |= {index_object(entry): entry for entry in of.index}
    named |= {f"manifests/{entry.name}": entry for entry in of.records}
    return named


def local_files(root: Path, of: Manifest) -> dict[str, Path]:
    """Paths in the mirror at `root` of the objects that are copies of files, by object name."""
    home = root / "snapshots" / of.id
    files = {
        table_object(table, entry): home / table / entry.name
        for table, entries in of.tables.items()
        for entry in entries
    }
    for table, entries in of.tables.items():
        if PARTITIONS[table].keys:
            files |= {
                keys_object(table, entry): root / "keys" / table / entry.keys_name
                for entry in entries
            }
    files |= {index_object(entry): root / "index" / entry.name for entry in of.index}
    files |= {f"manifests/{entry.name}": root / "manifests" / entry.name for entry in of.records}
    return files


def local_folder(uri: str, *, below: str = "warehouses") -> Path:
    """The folder of this machine for a warehouse, such as its mirror.

    It is in $COPYDESK_CACHE, or else in the user's cache folder.
    """
    cache = os.environ.get("COPYDESK_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "copydesk"
    )
    letters = "".join(letter if letter.isalnum() else "-" for letter in uri.split("://", 1)[1])
    digest = hashlib.sha256(uri.encode()).hexdigest()[:12]
    return Path(cache).absolute() / below / f"{letters[-60:].strip('-')}-{digest}"
