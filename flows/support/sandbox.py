"""A function in a process of its own that may hang, crash or eat memory without harm to this one.

The parent starts `Process`, sends calls and reads messages, one JSON object a line each way; nothing
is pickled and no module of the caller is imported again, so it works from any script without a
`__main__` guard. The child says on a shared page of memory which item it works on. It dies

- by the kernel's CPU timer (SIGPROF) when one item takes more CPU than allowed, native code included;
- by the parent when an item takes ten times as long on the wall clock (a wait that never ends);
- by a failing allocation when it grows beyond its memory limit (on Linux; elsewhere the limit is not enforced);
- with the parent: its standard input ends, and a thread that waits for that ends the process.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import queue
import resource
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_SLOTS = struct.Struct(
    "=qqqq"
)  # position in two numbers, items done, when the item began (monotonic ns; 0 between items)
_WALL = 10  # wall seconds allowed per CPU second: a machine shared by ten others is slow, not hung
_POLL = 0.1


@dataclass(frozen=True, slots=True)
class Death:
    """How a child ended: timeout, memory, crashed or failed, where it was, and a sentence."""

    reason: str
    detail: str
    position: tuple[int, int] | None  # None: between items
    errno: int | None = None

    @property
    def is_certain(self) -> bool:
        """Whether the item at `position` is surely to blame; else the child may have been killed from outside."""
        return self.reason in {"timeout", "failed"} and self.position is not None


class Board:
    """The shared page on which a child notes where it is."""

    def __init__(self, handle: int) -> None:
        self._page = mmap.mmap(handle, mmap.PAGESIZE)

    def read(self) -> tuple[int, int, int, int]:
        """Position in two numbers, items done, and when the present item began (0 between items)."""
        found: tuple[int, int, int, int] = _SLOTS.unpack_from(self._page)
        return found

    def close(self) -> None:
        """Give the page back."""
        self._page.close()

    def write(self, first: int, second: int, n_done: int, began: int) -> None:
        """Note all four."""
        _SLOTS.pack_into(self._page, 0, first, second, n_done, began)


class Channel:
    """What a called function gets in the child: the board with its clock, and the way back to the parent."""

    def __init__(self, board: Board, results: int, seconds: int, memory_bytes: int) -> None:
        self._board, self._results, self._seconds, self._memory_bytes = (
            board,
            results,
            seconds,
            memory_bytes,
        )
        self._n_done = self._mapped = 0
        self.n_taken = 0
        self.calls: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def begin(self, first: int, second: int = 0) -> None:
        """The work on one item begins: its clock runs from now."""
        self._board.write(first, second, self._n_done, time.monotonic_ns())
        signal.setitimer(signal.ITIMER_PROF, self._seconds)

    def end(self) -> None:
        """The work on the item is over."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._n_done += 1
        self._board.write(-1, -1, self._n_done, 0)

    def send(self, message: Mapping[str, object]) -> None:
        """Send one message to the parent."""
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(self._results, line) :]

    def limit_memory(self) -> None:
        """Let allocations fail beyond the limit, counted from what the process has mapped by now."""
        if sys.platform == "linux" and not self._mapped:
            self._mapped = _mapped_bytes()
            most = self._mapped + self._memory_bytes
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(
                resource.RLIMIT_AS,
                (most if hard == resource.RLIM_INFINITY else min(most, hard), hard),
            )

    def grown_bytes(self) -> int:
        """How much more is mapped than when the limit was set."""
        return _mapped_bytes() - self._mapped if self._mapped else 0

    def reset(self) -> None:
        """Between calls: no item, no clock, nothing counted."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._n_done = 0
        self._board.write(-1, -1, 0, 0)


class Process:
    """A child that runs one call at a time. Raises OSError where the system has no process or handle left.

    `prepare` names a function "module:function" that the child runs at once, while nothing has been asked of it yet.
    """

    def __init__(self, *, seconds: int, memory_bytes: int, prepare: str = "") -> None:
        self._seconds = seconds
        handle = _shared_page()
        try:
            self.board = Board(handle)
            self.board.write(-1, -1, 0, 0)
            arguments = json.dumps(
                {
                    "path": sys.path,
                    "board": handle,
                    "seconds": seconds,
                    "memory_bytes": memory_bytes,
                    "prepare": prepare,
                }
            )
            self._child = subprocess.Popen(
                [sys.executable, "-c", _START, arguments],
                pass_fds=[handle],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **_ONE_THREAD},
                start_new_session=False,
            )
        finally:
            os.close(handle)
        assert self._child.stdout is not None
        assert self._child.stdin is not None
        self._out, self._in = self._child.stdout, self._child.stdin
        os.set_blocking(self._out.fileno(), False)
        self._buffer = b""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def fileno(self) -> int:
        """The handle to wait on for messages."""
        return self._out.fileno()

    def call(self, function: str, **arguments: object) -> None:
        """Begin `module:function(channel, **arguments)` in the child; its return value comes as {"done": value}."""
        self.tell({"call": function, "arguments": arguments})

    def tell(self, message: Mapping[str, object]) -> None:
        """Send a message that the running function takes from `channel.calls`."""
        try:
            self._in.write(json.dumps(message).encode() + b"\n")
            self._in.flush()
        except BrokenPipeError:
            pass  # it died; `messages` reports that

    def messages(self) -> Iterator[dict[str, Any] | Death]:
        """What has arrived since; a `Death` comes last. Returns at once."""
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
                yield self._failed(message)
                return
            yield message
        if is_over:
            yield self._death()
        elif self._is_stuck():
            position = self._position()
            self.kill()
            yield Death(
                "timeout",
                f"no end after {self._seconds * _WALL} seconds on the clock; [limits] seconds is {self._seconds} of CPU",
                position,
            )

    def kill(self) -> None:
        """End the child and wait for it."""
        self._child.kill()
        self._child.wait()
        with contextlib.suppress(
            BrokenPipeError
        ):  # what it died without reading is flushed once more
            self._in.close()
        self._out.close()
        self.board.close()

    def _is_stuck(self) -> bool:
        began = self.board.read()[3]
        return began > 0 and time.monotonic_ns() - began > self._seconds * _WALL * 10**9

    def _position(self) -> tuple[int, int] | None:
        first, second, _, began = self.board.read()
        return (first, second) if began else None

    def _failed(self, message: Mapping[str, Any]) -> Death:
        position = self._position()
        self.kill()
        return Death(message["failed"], message["detail"], position, message.get("errno"))

    def _death(self) -> Death:
        position = self._position()
        code = self._child.wait()
        self.kill()
        if code == -signal.SIGPROF:
            return Death(
                "timeout", f"more than {self._seconds} seconds of CPU; [limits] seconds", position
            )
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return Death("crashed", f"the process that worked on it ended by {how}", position)


def wait(processes: list[Process]) -> None:
    """Wait until one of them has something to say, or a short while."""
    select.select(processes, [], [], _POLL)


# The child takes over the parent's search path: it imports the same code from wherever that came.
_START = "import sys, json; a = json.loads(sys.argv[1]); sys.path[:] = a.pop('path'); from copydesk.flows.support import sandbox; sandbox.serve(**a)"
# One worker is one core's work; pools of threads in each would fight over the cores, and Arrow's own
# allocator reserves address space by the gigabyte, which the memory limit counts.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYTHONHASHSEED": "0",
}


def serve(board: int, seconds: int, memory_bytes: int, prepare: str) -> None:
    """The child's main loop: one call after another until the parent is gone."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    sys.meta_path.insert(0, _WithoutStrays())
    results = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not be taken for a message
    channel = Channel(Board(board), results, seconds, memory_bytes)
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, channel.calls), daemon=True).start()
    if prepare:
        with contextlib.suppress(
            Exception
        ):  # a call that needs what failed here fails itself, and says so
            function_named(prepare)()
    while True:
        request = requests.get()
        channel.reset()
        try:
            channel.send({"done": function_named(request["call"])(channel, **request["arguments"])})
        except MemoryError:
            # What hangs on the traceback is freed before the message needs memory of its own.
            channel.send(
                {
                    "failed": "memory",
                    "detail": f"more than {memory_bytes:,} bytes of memory; [limits] memory_bytes",
                }
            )
        except OSError as error:
            path = f": {error.filename!r}" if error.filename else ""
            channel.send(
                {"failed": "os", "detail": f"{error.strerror or error}{path}", "errno": error.errno}
            )
        except (
            Exception
        ) as error:  # reported to the parent, which decides whether an item or the run is at fault
            channel.send({"failed": "failed", "detail": _where(error)})


def function_named(named: str) -> Callable[..., Any]:
    """The function that "module:function" names."""
    module, name = named.split(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


class _WithoutStrays:
    """Hides libraries that others import where they are installed, and that no worker uses.

    pyarrow imports pandas to look at the first list it converts, at half a second and 60 MB; numba imports scipy for a BLAS, at .2 s.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse them; leave the rest to the other finders."""
        if name in {"pandas", "scipy"}:
            raise ModuleNotFoundError(f"{name} is not used here", name=name)


def _listen(
    requests: queue.SimpleQueue[dict[str, Any]], calls: queue.SimpleQueue[dict[str, Any]]
) -> None:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        (requests if "call" in message else calls).put(message)
    os._exit(0)  # the parent is gone; results would have no reader


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = next(
        (
            f
            for f in reversed(frames)
            if f"{os.sep}copydesk" in f.filename or "site-packages" not in f.filename
        ),
        frames[-1],
    )
    return f"{type(error).__name__} in {os.path.basename(own.filename)}:{own.lineno} ({own.name}): {error}"[
        :500
    ]


def _mapped_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * mmap.PAGESIZE


def _shared_page() -> int:
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("copydesk-board")
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    os.ftruncate(handle, mmap.PAGESIZE)
    return handle
