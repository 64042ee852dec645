"""Return freed memory to the system.

The steps of a run share one process. Otherwise the memory that each of them needs would add up.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import resource
import sys
from functools import cache

import pyarrow as pa

from copydesk.flows.support.processes import own_process

# Numbers of glibc's mallopt(3).
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
_MAPPED_FROM = 1 << 20  # bytes; without this, glibc raises the limit to 32 MB as arrays are freed
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes
# Bytes; arbitrary. Loading the code of a run and a few thousand documents takes less.
_GROWTH = 150 << 20
_at_start = 0


def lean() -> None:
    """Prepare the process for a run that begins now, and note how much memory the process has.

    Arrow allocates from the C library, and that maps each large block separately. Arrow's own
    allocator keeps freed memory for each thread. The report of a run of 100,000 documents took
    510 MB with it and 109 MB with the C library, at the same CPU cost. On systems without glibc,
    only the choice of the allocator has an effect. If Arrow was imported before `copydesk.flows`,
    its readers keep their allocator.
    """
    global _at_start  # noqa: PLW0603  # A process has one size, whichever run asks.
    _use_the_c_library()
    _at_start = _resident_bytes()


@cache
def _use_the_c_library() -> None:
    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _MAPPED_FROM)
        library.mallopt(_ARENA_MAX, 2)


def release() -> None:
    """Return freed memory to the system if the process has grown enough since its run began.

    Otherwise a small run would spend more time on garbage collection than on its documents (0.2 s
    if Prefect is loaded).
    """
    if _has_grown():
        gc.collect()
        if own_process.is_claimed():
            # What is alive now, mostly modules, is not looked at again after the next steps. Without
            # this, each of the six collections of a run takes as long as the first.
            gc.freeze()
        trim()


def trim() -> None:
    """Do what `release` does, but without garbage collection, which takes a tenth of a second.

    This is for the parts of a step that allocate tens of megabytes one after another. Blocks below
    the limit of `lean` stay in the process when they are freed, and the next part, in another
    thread, may not use them again.
    """
    if not _has_grown():
        return
    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError):
        # C libraries other than glibc have no such call.
        ctypes.CDLL(None).malloc_trim(0)


def _has_grown() -> bool:
    return _resident_bytes() - _at_start >= _GROWTH


def _resident_bytes() -> int:
    """The memory of the process now, or its peak on systems that do not report the current size."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
