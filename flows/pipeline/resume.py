"""Finding a run that was killed, to continue it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from copydesk.flows import read
from copydesk.flows.recipe import Recipe
from copydesk.flows.support import versions

RUN_FILE = "run.json"  # in the staging folder of a run: its id, its start and its key


def resume_key(
    files: Iterable[read.InputFile | read.Reject], recipe: Recipe, parent: str | None
) -> str:
    """A hash of all that a run depends on: only a run with the same key is continued."""
    listed = [
        file.fingerprint if isinstance(file, read.InputFile) else [file.source_uri]
        for file in files
    ]
    return sha256(
        json.dumps([listed, recipe.sha256(), parent, versions.versions()], sort_keys=True).encode()
    ).hexdigest()


def interrupted_run(root: Path, key: str, *, run_id: str | None = None) -> dict[str, str] | None:
    """Id and start of a killed run with the same key (and id, where one is given) whose staging exists."""
    for path in sorted((root / "staging").glob(f"*/{RUN_FILE}")):
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # killed while writing it: nothing to continue
            continue
        if begun.get("key") == key and run_id in (None, begun.get("run_id")):
            return {"run_id": begun["run_id"], "started_at": begun["started_at"]}
    return None


def write_run_file(staging: Path, begun: dict[str, str], key: str) -> None:
    """Leave what `interrupted_run` finds."""
    (staging / RUN_FILE).write_text(json.dumps({**begun, "key": key}), encoding="utf-8")
