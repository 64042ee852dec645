"""The lock by which a warehouse has one writer at a time. The lock file names its process."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from copydesk.flows.support import file_lock
from copydesk.flows.warehouse.errors import Locked, WriteFailed

_POLL_SECONDS = 0.1  # arbitrary; much shorter than a run, and polling costs hardly any CPU

# A forked worker inherits the locked file and closes its copy at once. Otherwise the warehouse
# would stay locked after a killed run until its last orphaned worker ends.
_held: set[int] = set()


def _release_in_child() -> None:
    for descriptor in tuple(_held):
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_release_in_child)


@contextmanager
def exclusive(path: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file during the block.

    The kernel releases the lock when the process ends, so the file of a killed run blocks nobody. If
    another writer still has the lock after `wait_seconds`, this raises Locked with its process id and
    start time.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise WriteFailed(
            f"cannot write to the warehouse {path.parent}: {error.strerror}"
        ) from error
    try:
        _acquire(descriptor, path, wait_seconds)
        _held.add(descriptor)
        _sign(descriptor)
        yield
        os.ftruncate(descriptor, 0)  # The command line in it may name a forgotten document.
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            file_lock.lock(descriptor)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise WriteFailed(
                    f"the file system of {path.parent} has no locks: {error.strerror}"
                ) from error
        else:
            return
        if time.monotonic() >= deadline:
            raise Locked(
                f"another process is writing to the warehouse {path.parent}: {_holder(path)}. "
                "Wait for it to end and run again; commands that take --wait SECONDS wait by themselves."
            )
        time.sleep(_POLL_SECONDS)


def _sign(descriptor: int) -> None:
    words = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else []
    holder = {
        "pid": os.getpid(),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": os.uname().nodename,
        "command": " ".join(words)[:200],
    }
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def holder(path: Path) -> dict[str, str | int] | None:
    """The current writer (`pid`, `host`, `started_at`, `command`) from the lock file, or None.

    The lock itself is not touched, so this never blocks a writer. A process on another host is
    assumed to run, because this cannot be checked.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        if found["host"] == os.uname().nodename:
            os.kill(int(found["pid"]), 0)
    except PermissionError:  # The process runs as another user.
        pass
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {name: found[name] for name in ("pid", "host", "started_at", "command") if name in found}


def _holder(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8", errors="replace"))
        return f"pid {found['pid']} on {found['host']}, since {found['started_at']} ({found['command']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not yet written its process id to the lock file"
