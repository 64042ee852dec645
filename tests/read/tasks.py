"""Tasks for the tests of the worker pool.

The first word of a document says what it does to its worker.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import time
from pathlib import Path
from typing import Any

from copydesk.flows.engines.worker_pool import Job


def warm_up() -> None:
    """Write a file for each worker that is ready, if a test asks for it."""
    if folder := os.environ.get("COPYDESK_TEST_READY"):
        Path(folder, f"ready-{os.getpid()}").touch()
    if os.environ.get("COPYDESK_TEST_UNREADY"):
        raise RuntimeError("no such model")


def shout(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    """Return the documents in upper case, and the rejects, after each did its worst."""
    texts = []
    for index, record in job.documents():
        text = record.body.decode()
        _act(text, index, options)
        texts.append([index, text.upper()])
    return {
        "texts": texts,
        "rejects": [[r.source_uri, r.record_number, r.step, r.reason] for r in job.rejects()],
        "pid": os.getpid(),
    }


def note_down(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    """Write the documents in upper case to a file of the shard, below a letterhead."""
    path = Path(options["folder"], f"{job.shard.number}.txt")
    texts = [record.body.decode().upper() for _, record in job.documents()]
    path.write_text("".join([Path(options["head"]).read_text(), *texts]))
    return {"files": [str(path)], "pid": os.getpid()}


def fill_disk(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    """Fail as a full disk does, in the middle of a document."""
    for _ in job.documents():
        raise OSError(28, "No space left on device", "/staging/x")
    return {}


def break_down(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    """Raise an error of the program that no document causes."""
    raise KeyError("no such column")


def _act(text: str, index: int, options: dict[str, Any]) -> None:
    match text.split(maxsplit=1)[0]:
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(10_000)
        case "segfault":
            faulthandler.disable()  # pytest turned it on; its report would look like a failure.
            ctypes.string_at(0)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "die-once":
            flag = os.path.join(options["folder"], f"died-{index}")
            if not os.path.exists(flag):
                open(flag, "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
        case "eat":
            hoard = [bytearray(2**24) for _ in range(10_000)]
            del hoard
        case "raise":
            raise KeyError("lost")
