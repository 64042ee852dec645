"""Write files so that readers see them complete or not at all. Also hash, link and sync files."""

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

# Errors of file systems that cannot make a hard link. The file is copied instead.
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

_SYNCS_AT_ONCE = 16  # arbitrary


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot sync a folder, but they order renames themselves.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    """Sync many files at once.

    The threads wait for the disk, not for a CPU, and a journal commits waiting files together.
    """
    with ThreadPoolExecutor(max_workers=_SYNCS_AT_ONCE) as pool:
        for _ in pool.map(sync, paths):
            pass


def temporary_path(path: Path) -> Path:
    """A new hidden name in the folder of `path`, so that several processes can write the same file."""
    return path.with_name(f".{path.name}.{token_hex(4)}.new")


@contextmanager
def temporary_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path, which is renamed to `path` at the end of the block.

    So readers never see a partial file. The file is not synced. After an error the temporary file is
    removed, and `path` is as it was.
    """
    temporary = temporary_path(path)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> None:
    """Write a text file and sync it. Readers see either the old content or the new content."""
    with (
        temporary_file(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def point(link: Path, target: str) -> None:
    """Make `link` a symbolic link to `target` in one step, even if it exists."""
    with temporary_file(link) as temporary:
        temporary.symlink_to(target)
    sync(link.parent)


def link_or_copy(source: Path, target: Path) -> None:
    """Make a hard link, or a synced copy if the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise
        shutil.copyfile(source, target)
        sync(target)


def remove_tree(path: Path) -> None:
    """Remove a folder with its content, or a file. Do nothing if it is absent."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
