"""The language model unpacked, kept in the user's cache folder: every process would take half a second to unpack it.

The folder is `$XDG_CACHE_HOME/copydesk`, else `~/.cache/copydesk`. Where it cannot be written, or a
file of it is damaged, the model is unpacked and nothing is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path


def folder() -> Path:
    """Where the files are."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "copydesk"


@cache
def prepare() -> None:
    """Give the language model what an earlier process unpacked, or unpack and keep it."""
    import numpy as np

    from copydesk.transforms.tag import language

    path = folder() / f"language-{version('py3langid')}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            language.use_arrays({name: stored[name] for name in language.Model._fields[:-1]})
        return
    except (OSError, ValueError, KeyError, EOFError):
        pass
    arrays = language.arrays()
    language.use_arrays(arrays)
    _keep(path, lambda draft: np.savez(draft, **arrays))  # type: ignore[arg-type]  # numpy's stub takes the names for flags


def _keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole, where that is possible; older versions of it go."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{os.getpid()}-{path.name}")
        write(draft)
        draft.replace(path)
        kind = path.name.split("-", 1)[0]
        for old in path.parent.glob(f"{kind}-*"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        pass
