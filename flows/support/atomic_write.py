"""Files that are whole or absent: write, hash, link, sync."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

# Errors by which a file system says that it cannot link here: then the file is copied.
_CANNOT_LINK = frozenset(
    {
        errno.EXDEV,
        errno.EPERM,
        errno.EMLINK,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EACCES,
    }
)

_WAITING = 16  # files that are synced at once; arbitrary


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Ask the disk to hold a file, or the entries of a folder, before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot sync a folder; they order renames themselves.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    """`sync` of each, many at once: they wait for the disk and not for a core, and a journal commits what waits together."""
    with ThreadPoolExecutor(max_workers=_WAITING) as pool:
        for _ in pool.map(sync, paths):
            pass


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Where to write a file of staging that appears at `path` when the block ends, whole; it is not synced.

    The name is one of its own: after the loss of a machine two workers may write the same file.
    """
    draft = path.with_suffix(f".{token_hex(4)}.part")
    yield draft
    draft.replace(path)


def write_whole(path: Path, content: str) -> None:
    """Put a text file in place in one step: readers see the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.unlink(missing_ok=True)  # never through a link that stands there
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def point(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target` in one step, whatever it was before."""
    beside = link.with_name(f".{link.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)
    sync(link.parent)


def link_or_copy(source: Path, target: Path) -> None:
    """A hard link where the file system can, else a synced copy."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        shutil.copyfile(source, target)
        sync(target)


def remove_tree(path: Path) -> None:
    """Remove a folder and what is in it, or a file; absent is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
