"""Programs that start at once: forks of one process that has imported what they need.

A command of the docs takes two to five seconds of CPU to import Prefect, Arrow, the patterns and
the models, and a few milliseconds for its work. Here one process imports all of that. Every `python
-m MODULE ...` becomes a fork of this process, with the arguments, the folder, the environment and
the standard streams of its caller. The program that the caller starts is only a client: it passes
signals on and ends as the fork does. What a fork starts with `sys.executable` is a fork as well.

Run as a script, this file is the process that forks. It works only on Linux.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import json
import os
import runpy
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_CLIENT = Path(__file__).with_name("warm_client.py")
#: The path of a socket may have at most 108 characters, so its folder must be near the root.
_SOCKET = "/tmp"


@contextlib.contextmanager
def running(environment: Mapping[str, str]) -> Iterator[Path]:
    """Run the process that forks; yield the path of its socket."""
    import tempfile

    from copydesk.flows.support.processes import sandbox

    with tempfile.TemporaryDirectory(dir=_SOCKET) as folder:
        path = Path(folder) / "warm"
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), str(path)],
            env={**environment, **sandbox.ONE_THREAD, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
        )
        try:
            while not path.exists():
                assert process.poll() is None, "the process that forks has ended"
                time.sleep(0.05)
            yield path
        finally:
            process.terminate()
            process.wait()


def write_programs(folder: Path, server: Path | None, **modules: str) -> None:
    """Write named programs that run a module, as forks of a server or as interpreters."""
    warm = [sys.executable, "-IS", str(_CLIENT), str(server), str(folder / "python")]
    python = warm if server else [sys.executable]
    programs = {"python": python, **{name: [*python, "-m", modules[name]] for name in modules}}
    for name, words in programs.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        (folder / name).chmod(0o755)


def _import_all() -> None:
    """Import and load what the programs need."""
    from copydesk.flows.support.processes import own_process

    own_process.claim()
    for name in (
        *("asyncio", "duckdb", "jinja2", "prefect", "prefect.cli", "prefect.cli.server"),
        *("prefect.cli.deploy", "prefect.cli.worker", "prefect.engine", "prefect.workers.process"),
        *("prefect.runner", "prefect.server.api.server", "scipy.sparse", "uvicorn"),
    ):
        __import__(name)
    import copydesk
    import copydesk.flows.ingest
    from copydesk.flows.orchestration import prefect_settings
    from copydesk.flows.pipeline import clean_shards

    clean_shards.warm_up_for_pages()
    for path in (ROOT / "seeds").glob("*.txt"):  # loads the compiled loops
        copydesk.clean_text(path.read_text(encoding="utf-8"))
    prepare = prefect_settings.prepare

    def prepared(**options: Any) -> None:
        """Prepare, then read the environment again, because Prefect has been imported already."""
        prepare(**options)
        _read_environment()

    prefect_settings.prepare = prepared


def _read_environment() -> None:
    """Build Prefect's settings again from the environment."""
    import prefect.context
    from prefect.logging import configuration

    prefect.context.refresh_global_settings_context()
    configuration.setup_logging()


class _Forks:
    """The forks, and the clients that wait for their end."""

    def __init__(self, path: Path) -> None:
        self._selector = selectors.DefaultSelector()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(f"{path}.draft")
        self._door.listen(64)
        self._selector.register(self._door, selectors.EVENT_READ)
        os.rename(f"{path}.draft", path)

    def next_program(self) -> dict[str, Any]:
        """Serve clients. Return only in a fork, with the program that it must run."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._door:
                    if program := self._start(self._door.accept()[0]):
                        return program
                elif key.data is not None:
                    self._go_on(key.data)

    def _start(self, client: socket.socket) -> dict[str, Any] | None:
        asked, handles = _received(client)
        pid = os.fork()
        if not pid:
            self._selector.close()
            self._door.close()
            client.close()
            for number, handle in enumerate(handles):
                os.dup2(handle, number)
                os.close(handle)
            return asked
        for handle in handles:
            os.close(handle)
        one = _Running(pid, client)
        self._selector.register(one.ended, selectors.EVENT_READ, one)
        self._selector.register(client, selectors.EVENT_READ, one)
        return None

    def _go_on(self, one: _Running) -> None:
        """Pass on a signal or an end from one side to the other."""
        if one.is_over:  # both sides were ready at once
            return
        is_over, code = os.waitpid(one.pid, os.WNOHANG)
        if not is_over:
            if one.pass_signals():
                return
            os.kill(one.pid, signal.SIGKILL)
            _, code = os.waitpid(one.pid, 0)
        self._selector.unregister(one.ended)
        self._selector.unregister(one.client)
        one.tell(os.waitstatus_to_exitcode(code))


class _Running:
    """A fork and its client."""

    def __init__(self, pid: int, client: socket.socket) -> None:
        self.pid, self.client, self.is_over = pid, client, False
        self.ended = os.pidfd_open(pid)

    def pass_signals(self) -> bool:
        """Give the fork the signals that the client got. Return False if the client has ended."""
        try:
            numbers = self.client.recv(64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        for number in numbers:
            os.kill(self.pid, number)
        return bool(numbers)

    def tell(self, code: int) -> None:
        """Tell the client how its fork ended."""
        self.is_over = True
        with contextlib.suppress(OSError):
            self.client.sendall(str(code).encode())
        self.client.close()
        os.close(self.ended)


def _received(client: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return what a client asks for, and its three standard streams."""
    size = array.array("i", [0, 0, 0]).itemsize * 3
    data, ancillary, _, _ = client.recvmsg(2**16, socket.CMSG_SPACE(size))
    handles = array.array("i")
    for _, _, passed in ancillary:
        handles.frombytes(passed)
    while not data.endswith(b"\n"):
        data += client.recv(2**16)
    asked: dict[str, Any] = json.loads(data)
    return asked, handles.tolist()


def _run(asked: dict[str, Any]) -> None:
    """Be the program that a client asked for. This ends the process."""
    try:
        os.setpgid(0, asked["group"])
    except PermissionError:  # the client has a session of its own
        os.setsid()
    # These must be new objects: the old ones are made for the streams of the forking process.
    sys.stdin, sys.stdout = os.fdopen(0, encoding="utf-8"), os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace")
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.executable = asked["python"]  # what the program starts is a fork as well
    _, module, *arguments = asked["arguments"]
    sys.argv = [module, *arguments]
    sys.path.insert(0, asked["folder"])
    if "COPYDESK_WATCH" in os.environ:
        runpy.run_path(str(Path(__file__).parent / "watch" / "sitecustomize.py"))
    if not module.startswith("copydesk"):  # whose commands read it once they need Prefect
        _read_environment()
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    # This is what any interpreter does at its end, except that modules are not torn down.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


def main(path: Path) -> None:
    """Import everything, then fork for every client."""
    import gc

    _import_all()
    gc.freeze()
    _run(_Forks(path).next_program())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
