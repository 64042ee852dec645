"""Keep reports and receipts the same in the local mirror and on the store.

These files are small, and runs and commands change them outside of snapshots. The state file of the
mirror remembers the ETag and the hash of each, so that only changes are transferred.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from copydesk.flows.remote.objects import Objects, run_concurrently
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse.layout import MIRROR_STATE
from copydesk.flows.warehouse.object_store.object_names import SHARED_FOLDERS
from copydesk.flows.warehouse.object_store.store_errors import as_warehouse_error

# Only such names are downloaded, so that no name from the store leads out of the folder.
_SAFE_NAME = re.compile(r"(reports|receipts)/[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class SharedFiles:
    """Reports and receipts of a warehouse on `objects`, mirrored at `root`."""

    def __init__(self, objects: Objects, root: Path) -> None:
        self._objects = objects
        self._root = root

    @property
    def mirror_id(self) -> str:
        """The id of the mirror, by which a lease names its holder."""
        return str(self._state()["id"])

    def upload(self, *folders: str, with_deletions: bool = False) -> None:
        """Upload new and changed files of these folders. `with_deletions` also deletes absent ones.

        Raises RemoteError if the store does not answer.
        """
        state = self._state()
        seen: dict[str, list[str]] = state["seen"]
        local = {
            f"{folder}/{path.name}": path
            for folder in folders
            for path in sorted((self._root / folder).glob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        for name, path in local.items():
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if name not in seen or seen[name][1] != digest:
                seen[name] = [self._objects.write(name, content), digest]
        deleted = [name for name in seen if name not in local] if with_deletions else []
        self._objects.remove(deleted)
        for name in deleted:
            del seen[name]
        self._write_state(state)

    def download(self, *beginnings: str) -> None:
        """Download new and changed files, and delete those that the store lacks.

        With `beginnings`, only files whose names begin like that. Otherwise all reports and
        receipts.
        """
        beginnings = beginnings or tuple(f"{folder}/" for folder in SHARED_FOLDERS)
        state = self._state()
        seen: dict[str, list[str]] = state["seen"]
        with as_warehouse_error():
            listed = {
                name: found
                for beginning in beginnings
                for name, found in self._objects.names(beginning).items()
            }
            changed = [
                name
                for name, found in listed.items()
                if _SAFE_NAME.fullmatch(name)
                and (
                    name not in seen
                    or seen[name][0] != found.etag
                    or not (self._root / name).is_file()
                )
            ]
            run_concurrently(self._download, changed)
        for name in changed:
            seen[name] = [listed[name].etag, atomic_write.sha256(self._root / name)]
        for name in [name for name in seen if name.startswith(beginnings) and name not in listed]:
            (self._root / name).unlink(missing_ok=True)
            del seen[name]
        self._write_state(state)

    def _download(self, name: str) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write.temporary_file(path) as temporary:
            self._objects.download(name, temporary)

    def _state(self) -> dict[str, Any]:
        """The state file: the mirror's id, and ETag and SHA-256 of each shared file."""
        try:
            state = json.loads((self._root / MIRROR_STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            state = {"uri": self._objects.uri, "id": secrets.token_hex(8), "seen": {}}
            self._write_state(state)
        loaded: dict[str, Any] = state
        return loaded

    def _write_state(self, state: Mapping[str, Any]) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        atomic_write.write_text(
            self._root / MIRROR_STATE, json.dumps(state, indent=1, sort_keys=True)
        )
