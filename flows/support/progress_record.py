"""Record the progress of a run in a small file of its staging folder, for other processes to read."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any, Protocol

from copydesk.flows.support.atomic_write import temporary_file

NAME = "progress.json"
_EVERY = 1.0  # seconds between two writes; arbitrary


class Progress(Protocol):
    """Receives the progress of a run."""

    def step(self, name: str, total: int | None) -> None:
        """Report that a step starts. `total` is its number of documents, or None if it is unknown."""

    def expect(self, n: int) -> None:
        """Report that the step will have about `n` documents."""

    def advance(self, n: int) -> None:
        """Report that `n` documents of the step are done so far."""

    def note(self, text: str) -> None:
        """Report a message that a person should read."""


class Recorded:
    """Passes progress on to `inner`, and records the latest progress in `folder`."""

    def __init__(self, inner: Progress, folder: Path) -> None:
        self._inner, self._path = inner, folder / NAME
        self._step, self._done, self._written = "", 0, 0.0
        self._total: int | None = None

    def step(self, name: str, total: int | None) -> None:
        """Record that a step starts."""
        self._inner.step(name, total)
        self._step, self._total, self._done = name, total, 0
        self._write()

    def expect(self, n: int) -> None:
        """Record that the step will have about `n` documents."""
        self._inner.expect(n)
        self._total = n
        self._write(at_once=False)

    def advance(self, n: int) -> None:
        """Record that `n` documents of the step are done."""
        self._inner.advance(n)
        self._done = n
        self._write(at_once=False)

    def note(self, text: str) -> None:
        """Pass on a message that a person should read."""
        self._inner.note(text)

    def _write(self, *, at_once: bool = True) -> None:
        now = time.monotonic()
        if not at_once and now - self._written < _EVERY:
            return
        self._written = now
        state = {"step": self._step, "done": self._done, "total": self._total}
        # A failed write is ignored, because the run does not depend on this file.
        with contextlib.suppress(OSError), temporary_file(self._path) as temporary:
            temporary.write_text(json.dumps(state), encoding="utf-8")


def read(folder: Path) -> dict[str, Any] | None:
    """The last recorded progress of a run (`step`, `done`, `total`), from its staging folder.

    Returns None if none is recorded.
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
