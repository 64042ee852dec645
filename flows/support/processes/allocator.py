"""What this process frees goes back to the system: a run's steps share one process, and their peaks would add up."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import resource
import sys
from functools import cache

import pyarrow as pa

# Numbers of glibc's mallopt(3).
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
_MAPPED_FROM = 1 << 20  # bytes; glibc would raise its own bound to 32 MB as large arrays are freed
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes
# Bytes; arbitrary: what a run loads and a few thousand documents take less.
_GROWTH = 150 << 20


@cache
def lean() -> None:
    """Take memory for Arrow from the C library, and let that map large blocks one by one.

    Arrow's own allocator keeps what was freed, for each thread: the report of a run of 100 thousand
    documents took 510 MB that way and 109 MB this way, for the same CPU. Elsewhere than on Linux with glibc
    only the first half acts. Where Arrow was loaded before `copydesk.flows`, its readers keep to their allocator.
    """
    _at_start()
    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _MAPPED_FROM)
        library.mallopt(_ARENA_MAX, 2)


def release() -> None:
    """Give back what has been freed, where the process has grown enough since its run began.

    Otherwise the collection costs a small run more than its documents: .2 s where Prefect is loaded.
    """
    if _resident_bytes() - _at_start() < _GROWTH:
        return
    gc.collect()
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(
        OSError, AttributeError
    ):  # where the C library is another than GNU's there is no such call
        ctypes.CDLL(None).malloc_trim(0)


@cache
def _at_start() -> int:
    return _resident_bytes()


def _resident_bytes() -> int:
    """Memory that the process has now; on systems that do not say, its largest so far."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
