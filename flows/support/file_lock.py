"""Exclusive locks on files.

The kernel releases such a lock when its process ends for any reason.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def lock(file: IO[str] | int, *, wait: bool = False) -> None:
    """Lock an open file or descriptor until it is closed.

    If another process has the lock, this waits if `wait` is true, and otherwise raises
    BlockingIOError. Another OSError means that the file system does not support locks.
    """
    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of the file at `path` during the block. The file is created and not deleted.

    Raises BlockingIOError if another process holds the lock and `wait` is false.
    """
    with path.open("a") as file:
        lock(file, wait=wait)
        yield
