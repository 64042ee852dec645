"""Cache the unpacked language model and compiled page templates in the user's cache folder.

The model saves each process half a second, and the templates save a run a tenth of a second. The
folder is `$XDG_CACHE_HOME/copydesk`, or else `~/.cache/copydesk`. If it is not writable, or if a
file in it is damaged, the model is unpacked and the templates are compiled as usual.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from copydesk.transforms import numba_cache


def folder() -> Path:
    """The folder of the cache files."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "copydesk"


@cache
def prepare() -> None:
    """Load the model that an earlier process has unpacked, or else unpack and store it."""
    import numpy as np

    from copydesk.transforms.tag import language

    path = folder() / f"language-{version('py3langid')}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            language.use_arrays({name: stored[name] for name in language.ARRAYS})
        return
    except (OSError, ValueError, KeyError, EOFError):
        pass
    arrays = language.arrays()
    language.use_arrays(arrays)
    keep(path, lambda draft: np.savez(draft, **arrays))  # type: ignore[arg-type]  # numpy's stub takes the names for flags


def loops_are_compiled() -> bool:
    """Whether an earlier process with this version of Python left compiled loops on this machine.

    If numba keeps them in a folder that is unknown here, the answer is yes.
    """
    name = f"*.py{sys.version_info.major}{sys.version_info.minor}.nbi"
    chosen = os.environ.get("NUMBA_CACHE_DIR", "")
    if chosen:
        return any(Path(chosen).rglob(name))
    folder = Path(numba_cache.__file__).parent / "clean" / "lines"
    return not os.access(folder, os.W_OK) or any((folder / "__pycache__").glob(name))


def keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write a complete file if possible, and delete the files of older versions.

    The name of a file is its kind, "-" and its version.
    """
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
