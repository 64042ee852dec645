"""Run ingests in child processes that are killed.

A child is killed at a named point, when a file appears, or after a time. Each line of standard
input is one order: a JSON object with `inputs`, `root` and `run_id`. It may also have one of `at`
(a point, and how often it is passed before the kill), `appears` (a pattern below the warehouse) or
`after` (seconds). The answer is `killed`, `done` or `failed`. With `record` the passed points are
written to that file. One process takes all orders and forks a child for each. The children inherit
the modules, tables and compiled loops that an ingest of this process has loaded before the first
order.

A point is a step of the run and what it is about to do to a file, for example
`fold: rename staging/*/fold/docs-*.ndx`. Every such operation of the run's own process is a point,
so code that is added later is covered as well. `appears` stops the reading and the editing process
in the middle.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copydesk.flows.pipeline import run as pipeline
from copydesk.flows.recipe import from_toml
from copydesk.flows.support.processes import sandbox

MOMENT = datetime(2026, 11, 2, 12, tzinfo=UTC)
# Five documents per shard, so that a run of twenty has four shards.
RECIPE = from_toml("[run]\nshard_documents = 5\n")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_PATH_OF = {
    "os.rename": 1,
    "os.remove": 0,
    "os.rmdir": 0,
    "os.mkdir": 0,
    "os.link": 1,
    "os.symlink": 1,
    "shutil.rmtree": 0,
    "open": 0,
}


def ingest(inputs: str, root: str, run_id: str) -> None:
    """Run an ingest with a fixed id and a fixed clock."""
    pipeline.run(
        [inputs],
        warehouse=Path(root),
        recipe=RECIPE,
        workers=1,
        run_id=run_id,
        clock=lambda: MOMENT,
        wait_seconds=60,
    )


class Points:
    """Names every operation on files below `root`.

    It calls `passed` with the name before the operation happens.
    """

    def __init__(self, root: str, passed: Callable[[str], None]) -> None:
        self._root, self._passed, self._step = root, passed, "start"
        pipeline.STEPS = pipeline.Steps(*(self._stepping(step) for step in pipeline.STEPS))
        finish = pipeline.finish

        def finishing(*arguments: Any, **named: Any) -> Any:
            self._step = "end"  # also for a run that was already published, which takes no step
            return finish(*arguments, **named)

        pipeline.finish = finishing
        sys.addaudithook(self._heard)

    def _stepping(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any) -> Any:
            self._step = step.__name__
            result = step(*arguments)
            self._passed(f"{self._step}: over")
            self._step = "end"
            return result

        return stepped

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _PATH_OF or (
            event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING)
        ):
            return
        path = arguments[_PATH_OF[event]]
        if isinstance(path, bytes | os.PathLike):
            path = os.fsdecode(path)
        if isinstance(path, str) and path.startswith(self._root + os.sep):
            verb = event.rsplit(".", 1)[-1]
            self._passed(f"{self._step}: {verb} {_shape(path[len(self._root) + 1 :])}")


def _shape(path: str) -> str:
    """Return a path without what differs from file to file: hashes, numbers, ids of processes.

    >>> _shape("snapshots/000002-0123456789ab/articles/2026-11-0123456789abcdef000002.parquet")
    'snapshots/*/articles/*.parquet'
    >>> _shape("staging/run/clean/read/000001/.result.json.cd3fb0e2.new")
    'staging/*/clean/read/*/.result.json.*.new'
    """
    path = re.sub(r"(?<=\.)[0-9a-f]{8}(?=\.new$)", "*", path)
    path = re.sub(
        r"(?<=^staging/)[^/]+|(?<=/publish-)[^/]+|[0-9a-f]{16,}|[0-9]{4}-[0-9]{2}|undated|[0-9]{6}-[0-9a-f]{12}|[0-9]+",
        "*",
        path,
    )
    return re.sub(r"\*[-.*]*\*", "*", path)


def _kill() -> None:
    # Kill only this process: its workers must end by themselves.
    os.kill(os.getpid(), signal.SIGKILL)


def _later(condition: Callable[[], bool]) -> None:
    def watch() -> None:
        while not condition():
            time.sleep(0.001)
        _kill()

    threading.Thread(target=watch, daemon=True).start()


def _appeared(root: Path, pattern: str) -> Callable[[], bool]:
    folder, name = (root / pattern).parent, Path(pattern).name

    def has() -> bool:
        try:
            return any(fnmatch.fnmatch(entry, name) for entry in os.listdir(folder))
        except OSError:
            return False

    return has


def _run(order: dict[str, Any]) -> None:
    root = order["root"]
    if "after" in order:
        until = time.monotonic() + order["after"]
        _later(lambda: time.monotonic() >= until)
    if "appears" in order:
        _later(_appeared(Path(root), order["appears"]))
    if "at" in order or "record" in order:
        passed: list[str] = []
        counts: Counter[str] = Counter()

        def pass_by(name: str) -> None:
            passed.append(name)
            counts[name] += 1
            if order.get("at") == [name, counts[name]]:
                _kill()

        Points(root, pass_by)
    ingest(order["inputs"], root, order["run_id"])
    if "record" in order:
        Path(order["record"]).write_text(json.dumps(passed), encoding="utf-8")


def main() -> None:
    """Take orders until standard input ends."""
    # The other threads of a child are its timer and those of numba. No worker needs them.
    sandbox.allow_forks(beside_threads=True, prepare_here=True)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "text.txt")
        text.write_text("Harbour opens\nThe harbour opened again.\n", encoding="utf-8")
        ingest(str(text), str(Path(folder, "warehouse")), "warm-up")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _run(json.loads(line))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(
            "killed" if os.WIFSIGNALED(status) else "done" if status == 0 else "failed", flush=True
        )


if __name__ == "__main__":
    main()
