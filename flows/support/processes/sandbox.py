"""Run a function in a separate process, so that it may hang, crash or use too much memory.

The parent starts a `Process`, sends calls and reads messages. Each is one line of JSON. Nothing is
pickled, and no module of the caller is imported again, so this works in any script without a
`__main__` guard. On a shared page of memory, the child records the item that it is working on. The
child ends

- by the kernel's CPU timer (SIGPROF) if one item takes more CPU than allowed, also in native code;
- by the parent if an item takes ten times as long by the clock (such as an endless wait);
- by a failed allocation if it exceeds its memory limit (enforced on Linux only);
- when the parent ends: this closes the pipe of requests, and a thread of the child waits for that.

A child is either a new interpreter, which takes half a second of imports, or a fork of this
process, which takes some milliseconds. Forks are used only in processes that allow them
(`allow_forks`), as the command line does.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import mmap
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn, Protocol

from copydesk.flows.support.processes import worker_loop
from copydesk.flows.support.processes.worker_loop import HeartbeatPage

# How many seconds by the clock are allowed for each second of CPU. If ten processes share a core, a
# child is slow but does not hang.
_WALL = 10
_POLL = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class WorkerExit:
    """Why a child ended: a reason (timeout, memory, crashed, failed or os), a sentence, and its item."""

    reason: str
    detail: str
    position: tuple[int, int] | None  # None if it ended between two items
    errno: int | None = None

    @property
    def is_certain(self) -> bool:
        """Whether the item at `position` is certainly the cause.

        If it is not, something else may have killed the child.
        """
        return self.reason in {"timeout", "failed"} and self.position is not None


class _Child(Protocol):
    """A running child: a `subprocess.Popen` or a `_Fork`."""

    @property
    def pid(self) -> int: ...

    def kill(self) -> None: ...

    def wait(self) -> int: ...


class Process:
    """A child that runs one call at a time.

    Raises OSError if the system can give no more processes or file handles.

    `seconds` of CPU and `memory_bytes` are the limits of one item. `prepare` names a function
    "module:function" that the child runs at once, before its first call.
    """

    def __init__(self, *, seconds: int, memory_bytes: int, prepare: str = "") -> None:
        self._seconds = seconds
        page = _shared_page()
        options = {
            "heartbeat": page,
            "seconds": seconds,
            "memory_bytes": memory_bytes,
            "prepare": prepare,
        }
        try:
            self.heartbeat = HeartbeatPage(page)
            self.heartbeat.write(-1, -1, 0, 0)
            start = _fork if _forks.is_possible() else _spawn
            self._child, self._in, self._out = start(options)
        finally:
            os.close(page)
        os.set_blocking(self._out.fileno(), False)
        self._buffer = b""

    @property
    def pid(self) -> int:
        """The process id of the child."""
        return self._child.pid

    def fileno(self) -> int:
        """The handle on which a caller can wait for messages."""
        return self._out.fileno()

    def call(self, function: str, **arguments: object) -> None:
        """Start `module:function(channel, **arguments)` in the child.

        The return value arrives as {"done": value}.
        """
        self.tell({"call": function, "arguments": arguments})

    def tell(self, message: Mapping[str, object]) -> None:
        """Send a message that the running function takes from `channel.calls`."""
        try:
            self._in.write(json.dumps(message).encode() + b"\n")
            self._in.flush()
        except BrokenPipeError:
            pass  # The child has ended, and `messages` reports that.

    def messages(self) -> Iterator[dict[str, Any] | WorkerExit]:
        """Yield the messages that have arrived, without waiting. A `WorkerExit` is always the last."""
        is_over = False
        while True:
            try:
                chunk = os.read(self.fileno(), 2**16)
            except BlockingIOError:
                break
            if not chunk:
                is_over = True
                break
            self._buffer += chunk
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if "failed" in message:
                yield self._exit_by_error(message)
                return
            yield message
        if is_over:
            yield self._exit_of_process()
        elif self._is_stuck():
            position = self._position()
            self.kill()
            wall = self._seconds * _WALL
            detail = (
                f"no end after {wall} seconds on the clock; "
                f"[limits] seconds is {self._seconds} of CPU"
            )
            yield WorkerExit("timeout", detail, position)

    def kill(self) -> None:
        """End the child and wait for it."""
        self._child.kill()
        self._child.wait()
        # Closing the pipe flushes data that the child did not read before it ended.
        with contextlib.suppress(BrokenPipeError):
            self._in.close()
        self._out.close()
        self.heartbeat.close()

    def _is_stuck(self) -> bool:
        began = self.heartbeat.read()[3]
        return began > 0 and time.monotonic_ns() - began > self._seconds * _WALL * 10**9

    def _position(self) -> tuple[int, int] | None:
        first, second, _, began = self.heartbeat.read()
        return (first, second) if began else None

    def _exit_by_error(self, message: Mapping[str, Any]) -> WorkerExit:
        position = self._position()
        self.kill()
        return WorkerExit(message["failed"], message["detail"], position, message.get("errno"))

    def _exit_of_process(self) -> WorkerExit:
        position = self._position()
        code = self._child.wait()
        self.kill()
        if code == -signal.SIGPROF:
            detail = f"more than {self._seconds} seconds of CPU; [limits] seconds"
            return WorkerExit("timeout", detail, position)
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return WorkerExit("crashed", f"the process that worked on it ended by {how}", position)


def wait(processes: list[Process]) -> None:
    """Wait until one of the processes has a message, but only for a short time."""
    with selectors.DefaultSelector() as selector:
        for process in processes:
            selector.register(process, selectors.EVENT_READ)
        selector.select(_POLL)


class _Forks:
    """Says whether children may be forks of this process, and keeps those that were started ahead."""

    def __init__(self) -> None:
        self._is_allowed = self._may_have_threads = self._prepares_here = False
        self._is_frozen = False
        self._prepared: set[str] = set()
        self._ready: dict[tuple[int, int, str], list[Process]] = {}

    def allow(self, *, beside_threads: bool, prepare_here: bool) -> None:
        self._is_allowed = True
        self._may_have_threads, self._prepares_here = beside_threads, prepare_here

    def is_possible(self) -> bool:
        if not self._is_allowed or sys.platform != "linux":
            return False
        return self._may_have_threads or threading.active_count() == 1

    def get_ready(self, prepare: str) -> None:
        """Do the preparation of all forks here if it pays, and freeze the objects that forks share."""
        if self._prepares_here:
            self.prepare(prepare)
        if not self._is_frozen:
            gc.freeze()  # Otherwise the garbage collector of a child marks objects and so copies their pages.
            atexit.register(gc.unfreeze)
            self._is_frozen = True

    def prepare(self, named: str) -> None:
        """Prepare once, for all forks from now on."""
        if named and named not in self._prepared:
            with contextlib.suppress(Exception):  # The child fails in the same way and reports it.
                worker_loop.function_named(named)()
            self._prepared.add(named)

    def start(self, limits: tuple[int, int], prepare: str, n: int) -> None:
        if not self.is_possible():
            return
        if n > 1:
            self.prepare(prepare)
        self._is_frozen = False  # The next forks also share what was loaded since the last one.
        seconds, memory_bytes = limits
        self._ready.setdefault((*limits, prepare), []).extend(
            Process(seconds=seconds, memory_bytes=memory_bytes, prepare=prepare) for _ in range(n)
        )

    def take(self, limits: tuple[int, int], prepare: str) -> Process | None:
        ready = self._ready.get((*limits, prepare))
        return ready.pop() if ready else None


_forks = _Forks()


def allow_forks(*, beside_threads: bool = False, prepare_here: bool = False) -> None:
    """Allow forks of this process as children, on Linux, while it has no other thread.

    A fork copies the locks of other threads in their current state, and may then wait for one
    forever. With `beside_threads`, forks are allowed although there are other threads. This is for
    a process whose other threads do nothing that a child needs. With `prepare_here`, this process
    does the preparation of its children once, and they inherit the result. That saves time if a
    process starts many children.
    """
    _forks.allow(beside_threads=beside_threads, prepare_here=prepare_here)


def start_ahead(*, seconds: int, memory_bytes: int, prepare: str = "", n: int = 1) -> None:
    """If forks are possible, fork `n` children now for later `started` calls with these arguments.

    This is for a process that will soon have threads. A single child does its preparation while
    this process loads the rest. For several children, this process does the preparation once, and
    they inherit the result.
    """
    _forks.start((seconds, memory_bytes), prepare, n)


def started(*, seconds: int, memory_bytes: int, prepare: str = "") -> Process:
    """Return a child that was started ahead with these arguments, or else a new one."""
    ready = _forks.take((seconds, memory_bytes), prepare)
    return ready or Process(seconds=seconds, memory_bytes=memory_bytes, prepare=prepare)


# A worker does the work of one core. Thread pools in every worker would compete for the cores, and
# Arrow's own allocator reserves gigabytes of address space, which count towards the memory limit.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
# The child gets the parent's search path, so it imports the same code. Output that a library prints
# must not be read as a message, so standard output is redirected to standard error.
_START = (
    "import os, sys, json; a = json.loads(sys.argv[1]); sys.path[:] = a.pop('path'); "
    "results = os.dup(1); os.dup2(2, 1); "
    "from copydesk.flows.support.processes.worker_loop import serve; "
    "serve(requests=sys.stdin.buffer, results=results, **a)"
)


def _spawn(options: dict[str, Any]) -> tuple[_Child, IO[bytes], IO[bytes]]:
    """Start a new interpreter; return the process and the pipes of its requests and its results."""
    child = subprocess.Popen(
        [sys.executable, "-c", _START, json.dumps({"path": sys.path, **options})],
        pass_fds=[options["heartbeat"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"},
        start_new_session=False,
    )
    if child.stdin is None or child.stdout is None:
        raise OSError("the child has no pipes")
    return child, child.stdin, child.stdout


class _Fork:
    """A forked child, with the methods of `subprocess.Popen` that `Process` calls."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def kill(self) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code


def _fork(options: dict[str, Any]) -> tuple[_Child, IO[bytes], IO[bytes]]:
    """Fork this process; return the child and the pipes of its requests and its results."""
    requests_read, requests_write = os.pipe()
    results_read, results_write = os.pipe()
    _forks.get_ready(options["prepare"])
    pid = os.fork()
    if pid == 0:
        _serve_fork(requests_read, results_write, (requests_write, results_read), options)
    os.close(requests_read)
    os.close(results_write)
    return _Fork(pid), open(requests_write, "wb"), open(results_read, "rb", buffering=0)


def _serve_fork(
    requests: int, results: int, ends_of_parent: tuple[int, int], options: dict[str, Any]
) -> NoReturn:
    """Serve calls in a forked child. Never returns to the code of the parent."""
    # What the parent left may belong to threads that the child does not have. It must not be
    # collected here.
    gc.freeze()
    try:
        for handle in ends_of_parent:
            os.close(handle)
        signal.set_wakeup_fd(-1)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        with open(requests, "rb") as calls:
            worker_loop.serve(requests=calls, results=results, **options)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)  # This is reached only after an error, since `serve` ends the process itself.


def _shared_page() -> int:
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("copydesk-heartbeat")
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    os.ftruncate(handle, mmap.PAGESIZE)
    return handle
