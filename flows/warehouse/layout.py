"""Names of the folders and files of a warehouse."""

from __future__ import annotations

import re

OWN_FOLDERS = ("snapshots", "manifests", "index", "keys", "reports", "receipts", "staging")
MIRROR_STATE = ".mirror.json"  # what the mirror of an object store remembers, beside the rest
OWN_NAMES = (*OWN_FOLDERS, "current", "LATEST", "lock", ".gitignore")
SNAPSHOT_ID = re.compile(r"\d{6,}-[0-9a-f]{12}")
