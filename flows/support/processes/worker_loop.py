"""The code that runs in a child of `sandbox.Process`: main loop, CPU timer and memory limit.

The child reads calls as lines of JSON, runs one at a time, and answers each with one line. On a
shared page of memory it records the item that it is working on, so that the parent knows which item
ended it.
"""

from __future__ import annotations

import json
import mmap
import os
import queue
import resource
import signal
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any

# Position as two numbers, number of items done, and start of the item (monotonic ns; 0 between
# items).
_SLOTS = struct.Struct("=qqqq")


class HeartbeatPage:
    """The shared page of memory on which a child records the item that it is working on."""

    def __init__(self, handle: int) -> None:
        self._page = mmap.mmap(handle, mmap.PAGESIZE)

    def read(self) -> tuple[int, int, int, int]:
        """Position (two numbers), items done, and start of the current item (0 between items)."""
        found: tuple[int, int, int, int] = _SLOTS.unpack_from(self._page)
        return found

    def write(self, first: int, second: int, n_done: int, began: int) -> None:
        """Write all four numbers."""
        _SLOTS.pack_into(self._page, 0, first, second, n_done, began)

    def close(self) -> None:
        """Release the page."""
        self._page.close()


class WorkerChannel:
    """What a function in the child can use: CPU timer, memory limit, messages to the parent."""

    def __init__(
        self, heartbeat: HeartbeatPage, results: int, seconds: int, memory_bytes: int
    ) -> None:
        self._heartbeat, self._results = heartbeat, results
        self._seconds, self._memory_bytes = seconds, memory_bytes
        self._n_done = self._mapped = 0
        self.n_taken = 0
        self.calls: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def begin(self, first: int, second: int = 0) -> None:
        """Start the work on one item and its CPU timer."""
        self._heartbeat.write(first, second, self._n_done, time.monotonic_ns())
        signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def end(self) -> None:
        """End the work on the current item."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._n_done += 1
        self._heartbeat.write(-1, -1, self._n_done, 0)

    def send(self, message: Mapping[str, object]) -> None:
        """Send one message to the parent."""
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(self._results, line) :]

    def limit_memory(self) -> None:
        """Make allocations above the limit fail. The limit is added to what is mapped now."""
        if sys.platform == "linux" and not self._mapped:
            self._mapped = _mapped_bytes()
            most = self._mapped + self._memory_bytes
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(
                resource.RLIMIT_AS,
                (most if hard == resource.RLIM_INFINITY else min(most, hard), hard),
            )

    def grown_bytes(self) -> int:
        """The number of bytes mapped since the limit was set."""
        return _mapped_bytes() - self._mapped if self._mapped else 0

    def reset(self) -> None:
        """Reset between calls, so that there is no item and no timer, and all counts are zero."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._n_done = 0
        self._heartbeat.write(-1, -1, 0, 0)


class HiddenLibraries:
    """An import finder that hides libraries that other libraries import if they are installed.

    No run needs them. pyarrow imports pandas to inspect the first list that it converts, which
    costs half a second and 60 MB. numba imports scipy for a BLAS, which costs 0.2 s, and yaml and
    cffi for files and calls that no loop here has, which costs 0.05 s. datasketch imports redis,
    which costs 0.2 s.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for hidden modules. Other finders look for all other modules."""
        if name in self._names:
            raise ModuleNotFoundError(f"{name} is not used here", name=name)

    @classmethod
    def install(cls, *names: str) -> None:
        """Hide these libraries from later imports of this process."""
        sys.meta_path.insert(0, cls(frozenset(names)))

    @classmethod
    @contextmanager
    def hidden(cls, *names: str) -> Iterator[None]:
        """Hide these libraries from imports inside the block."""
        finder = cls(frozenset(names))
        sys.meta_path.insert(0, finder)
        try:
            yield
        finally:
            sys.meta_path.remove(finder)


def serve(
    *,
    requests: IO[bytes],
    results: int,
    heartbeat: int,
    seconds: int,
    memory_bytes: int,
    prepare: str,
) -> None:
    """Run one call after another until the parent has ended. Then this process ends too.

    `requests` is the stream of calls, `results` the handle for answers, and `heartbeat` the handle
    of the shared page. `prepare` ("module:function" or empty) runs first. An error in it is sent as
    the answer to the first call.
    """
    # Ctrl-C reaches the whole process group. It is ignored here, and the parent reacts to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    HiddenLibraries.install("pandas", "scipy")
    channel = WorkerChannel(HeartbeatPage(heartbeat), results, seconds, memory_bytes)
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting, channel.calls), daemon=True).start()
    if prepare:
        _answer(channel, memory_bytes, _prepared, prepare)
    while True:
        request = waiting.get()
        channel.reset()
        _answer(channel, memory_bytes, _called, request)


def _prepared(channel: WorkerChannel, named: str) -> None:
    function_named(named)()


def _called(channel: WorkerChannel, request: Mapping[str, Any]) -> None:
    channel.send({"done": function_named(request["call"])(channel, **request["arguments"])})


def _answer(
    channel: WorkerChannel,
    memory_bytes: int,
    work: Callable[[WorkerChannel, Any], None],
    asked: object,
) -> None:
    """Run a call, and send any failure. The parent decides whether an item is at fault."""
    try:
        work(channel, asked)
    except MemoryError:
        detail = f"more than {memory_bytes:,} bytes of memory; [limits] memory_bytes"
        channel.send({"failed": "memory", "detail": detail})
    except OSError as error:
        path = f": {error.filename!r}" if error.filename else ""
        detail = f"{error.strerror or error}{path}"
        channel.send({"failed": "os", "detail": detail, "errno": error.errno})
    except Exception as error:
        channel.send({"failed": "failed", "detail": _place_of(error)})


def function_named(named: str) -> Callable[..., Any]:
    """Return the function that "module:function" names. Raises ImportError or AttributeError."""
    module, name = named.split(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


def _listen(
    requests: IO[bytes],
    waiting: queue.SimpleQueue[dict[str, Any]],
    calls: queue.SimpleQueue[dict[str, Any]],
) -> None:
    for line in requests:
        message = json.loads(line)
        (waiting if "call" in message else calls).put(message)
    os._exit(0)  # The parent has ended, so no process reads the results.


def _place_of(error: BaseException) -> str:
    """The error with the innermost line of our own code, in at most 500 characters."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next(
        (
            frame
            for frame in reversed(frames)
            if f"{os.sep}copydesk" in frame.filename or "site-packages" not in frame.filename
        ),
        frames[-1],
    )
    location = f"{os.path.basename(own.filename)}:{own.lineno} ({own.name})"
    return f"{type(error).__name__} in {location}: {error}"[:500]


def _mapped_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * mmap.PAGESIZE
