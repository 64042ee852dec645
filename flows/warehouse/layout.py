"""Names of the folders and files of a warehouse, and the checks that a folder is one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from copydesk.flows.warehouse.errors import NotAWarehouse

OWN_FOLDERS = ("snapshots", "manifests", "index", "keys", "reports", "receipts", "staging")
MIRROR_STATE = ".mirror.json"  # the state of the local mirror of a warehouse on an object store
OWN_NAMES = (*OWN_FOLDERS, "current", "LATEST", "lock", ".gitignore")
SNAPSHOT_ID = re.compile(r"\d{6,}-[0-9a-f]{12}")


def check_folder(root: Path, *, create: bool) -> None:
    """Raise NotAWarehouse unless `root` is a warehouse or, with `create`, can become one.

    Only an absent or an empty folder can become one.
    """
    if link := next(_links_inside(root), None):
        raise NotAWarehouse(
            f"{link} is a symbolic link; in a warehouse only `current` may be one. Nothing was changed"
        )
    if (root / "manifests").is_dir():
        return
    if root.exists() and not root.is_dir():
        raise NotAWarehouse(f"{root} is a file, not a warehouse folder")
    if not create:
        raise NotAWarehouse(
            f"there is no warehouse at {root}; `copydesk ingest INPUT --warehouse {root}` creates one"
        )
    foreign = (
        sorted(path.name for path in root.iterdir() if path.name not in OWN_NAMES)
        if root.exists()
        else []
    )
    if foreign:
        raise NotAWarehouse(
            f"{root} is not a warehouse and holds other files "
            f"({', '.join(foreign[:3])}{', ...' if len(foreign) > 3 else ''}); "
            "choose an empty or a new folder"
        )


def _links_inside(root: Path) -> Iterator[Path]:
    """Yield symbolic links in the places where copydesk writes or deletes.

    Through such a link, a warehouse from an untrusted source could reach folders of the user.
    """
    folders = [root / name for name in (*OWN_FOLDERS, "lock")]
    yield from (path for path in folders if path.is_symlink())
    yield from (path for path in root.glob("keys/*") if path.is_symlink())
    for folder, below, names in os.walk(root / "staging"):
        yield from (path for name in (*below, *names) if (path := Path(folder, name)).is_symlink())
