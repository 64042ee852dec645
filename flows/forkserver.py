"""A process that has loaded what its children need and does nothing but fork: they start at once and share its memory.

Loading the models of editing takes 1.6 s of CPU and 300 MB. The server does it once; a worker forked from it owns the
pages that it changes and no others. The run itself can be no such server: it has threads, and a lock that one of them
holds would be held for ever in the child. Linux only; elsewhere each worker is started and loads for itself.

The parent sends a request as one packet over a socket, with the handles that the child is to have, and answers
come in the order of the requests: {"pid": 7} or {"errno": 11} to a fork, {"code": -9} to the end of a child. A child is
reaped when the parent asks for it and not before, so that its number stands for it until then.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from copydesk.flows import isolated

IS_SUPPORTED = sys.platform == "linux"
_PACKET = 2**12  # bytes of a request or an answer


@dataclass(slots=True, eq=False)
class _Answer:
    """What the server says to a request; nothing where it is gone."""

    is_there: bool = False
    content: dict[str, int] = field(default_factory=dict)


class ForkServer:
    """The server as the parent sees it. `prepare` names a function "module:function" that it runs before the first child."""

    def __init__(self, prepare: str) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._awaited: deque[_Answer] = deque()
        arguments = {"control": theirs.fileno(), "prepare": prepare}
        with theirs:
            self._process = isolated.interpreter("copydesk.flows.forkserver:run", arguments, theirs.fileno(), stdin=subprocess.DEVNULL)

    @property
    def is_gone(self) -> bool:
        """Whether it has ended. What it forked lives on."""
        return self._process.poll() is not None

    def fork(self, handles: Sequence[int], limits: Mapping[str, int]) -> Forked:
        """A child that runs `isolated.serve`; the handles become its standard input and output and its board."""
        return Forked(self, self.ask({"limits": limits}, handles))

    def ask(self, request: Mapping[str, object], handles: Sequence[int] = ()) -> _Answer:
        """Send a request; the answer to it is there once `listen` says so."""
        answer = _Answer()
        try:
            socket.send_fds(self._socket, [json.dumps(request).encode()], handles)
        except (BrokenPipeError, ConnectionResetError):
            answer.is_there = True
        else:
            self._awaited.append(answer)
        return answer

    def listen(self, answer: _Answer, *, is_patient: bool = True) -> bool:
        """Wait for an answer, or, without patience, look whether it has come. Whether it is there."""
        while not answer.is_there:
            try:
                packet = self._socket.recv(_PACKET, 0 if is_patient else socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            except OSError:
                packet = b""
            if not packet:  # no answer will come to anything
                while self._awaited:
                    self._awaited.popleft().is_there = True
            else:
                first = self._awaited.popleft()
                first.is_there, first.content = True, json.loads(packet)
        return True

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        self._socket.close()


class Forked:
    """A child of the server, see `isolated.Child`."""

    def __init__(self, server: ForkServer, answer: _Answer) -> None:
        self._server, self._answer = server, answer
        self._is_over = False

    @property
    def pid(self) -> int:
        """Its process id; 0 where there is no process."""
        self._server.listen(self._answer)
        return self._answer.content.get("pid", 0)

    @property
    def errno(self) -> int | None:
        """See `isolated.Child`."""
        return self._answer.content.get("errno")

    def end(self) -> int | None:
        """See `isolated.Child`. One that is still to be forked is left to itself: it finds its input closed, and ends as it begins."""
        if self._is_over or not self._server.listen(self._answer, is_patient=False) or not self.pid:
            return None
        self._is_over = True
        ended = self._server.ask({"end": self.pid})
        self._server.listen(ended)
        if "code" not in ended.content:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        return ended.content.get("code")


def run(control: int, prepare: str) -> None:
    """In the server: one request after another until the parent is gone."""
    os.dup2(2, 1)  # nobody reads what a library prints
    with contextlib.suppress(Exception):  # a call that needs what failed here fails itself, and says so
        isolated.function_named(prepare)()
    gc.collect()
    gc.freeze()  # a collector that looks at what was loaded would make it the child's own
    with socket.socket(fileno=control) as parent:
        while True:
            try:
                packet, handles, _, _ = socket.recv_fds(parent, _PACKET, 3)
            except ConnectionResetError:  # it left an answer unread
                return
            if not packet:
                return
            request: dict[str, Any] = json.loads(packet)
            answer = _end(request["end"]) if "end" in request else _fork(parent, handles, request["limits"])
            with contextlib.suppress(OSError):  # it is gone, which the next look shows
                parent.send(json.dumps(answer).encode())


def _fork(parent: socket.socket, handles: Sequence[int], limits: Mapping[str, int]) -> dict[str, int]:
    try:
        pid = os.fork()
    except OSError as error:
        pid, answer = -1, {"errno": error.errno or 0}
    else:
        answer = {"pid": pid}
    if pid == 0:
        parent.close()
        hears, writes, board = handles
        os.dup2(hears, 0)
        os.dup2(writes, 1)
        os.close(hears)
        os.close(writes)
        isolated.serve(board, **limits)
    for handle in handles:
        os.close(handle)
    return answer


def _end(pid: int) -> dict[str, int]:
    os.kill(pid, signal.SIGKILL)
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
