"""Show progress on a terminal, as plain lines, or not at all.

It is always written to standard error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from copydesk.flows.support.safe_text import counted, printable

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_EVERY = 15.0  # seconds between plain lines, so that the log of a long run is not too long


class Quiet:
    """Prints only warnings, each on a line."""

    def step(self, name: str, total: int | None) -> None:
        """Say nothing."""

    def expect(self, n: int) -> None:
        """Say nothing."""

    def advance(self, n: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Print the message."""
        print(printable(text), file=sys.stderr, flush=True)

    def close(self) -> None:
        """Do nothing, because no progress is on the terminal."""


class Lines:
    """Prints a line when a step starts, and one from time to time while it lasts."""

    def __init__(
        self,
        write: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write or (lambda text: print(text, file=sys.stderr, flush=True))
        self._clock = clock
        self._step = ""
        self._total: int | None = None
        self._done, self._began, self._said = 0, 0.0, 0.0

    def step(self, name: str, total: int | None) -> None:
        """Print which step starts."""
        self._step, self._total, self._done = name, total, 0
        self._began = self._said = self._clock()
        self._write(f"{name} ({counted(total, 'document')})" if total else name)

    def expect(self, n: int) -> None:
        """Set the expected number of documents."""
        self._total = n

    def advance(self, n: int) -> None:
        """Print the progress of the step, unless the last line was printed a short time ago."""
        self._done = n
        now = self._clock()
        if n and now - self._said >= _EVERY:
            self._said = now
            rate = self._done / max(now - self._began, 1e-9)
            of = f" of {self._total:,}" if self._total else ""
            left = (
                f", {time_left(self._total - self._done, rate)}"
                if self._total and self._total > self._done
                else ""
            )
            self._write(f"{self._step}: {self._done:,}{of}, {rate_of(rate)}{left}")

    def note(self, text: str) -> None:
        """Print the message."""
        self._write(printable(text))

    def close(self) -> None:
        """Do nothing, because all lines are complete."""


class Bar:
    """Draws a line for each step with count, rate and remaining time, and updates it in place."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._rich: RichProgress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description:<17}"),
            TextColumn("{task.fields[count]:>19}"),
            TextColumn("{task.fields[rate]:>9}"),
            TextColumn("{task.fields[left]:>15}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            refresh_per_second=8,
        )
        self._rich.start()
        self._task: TaskID | None = None
        self._began = 0.0

    def step(self, name: str, total: int | None) -> None:
        """Finish the line of the last step and start a new one."""
        self._finish()
        self._began = time.monotonic()
        self._task = self._rich.add_task(name, total=total, count="", rate="", left="")

    def expect(self, n: int) -> None:
        """Set the expected number of documents."""
        if self._task is not None:
            self._rich.update(self._task, total=n)

    def advance(self, n: int) -> None:
        """Draw the progress of the step."""
        if self._task is None:
            return
        task = self._rich.tasks[self._task]
        done, seconds = n, max(time.monotonic() - self._began, 1e-9)
        rate = done / seconds
        of = f" of {task.total:,.0f}" if task.total else ""
        left = (
            time_left(task.total - done, rate)
            if task.total and rate and seconds > 1 and task.total > done
            else ""
        )
        self._rich.update(
            self._task, completed=n, count=f"{done:,.0f}{of}", rate=rate_of(rate), left=left
        )

    def note(self, text: str) -> None:
        """Print the message above the lines."""
        self._rich.console.print(printable(text), markup=False, highlight=False)

    def close(self) -> None:
        """Finish the last line. All lines remain on the terminal."""
        self._finish()
        self._rich.stop()

    def _finish(self) -> None:
        if self._task is not None:
            task = self._rich.tasks[self._task]
            self._rich.update(
                self._task, total=task.completed or 1, completed=task.completed or 1, left=""
            )
            self._rich.stop_task(self._task)
            self._task = None


def time_left(n: float, rate: float) -> str:
    """The remaining time, less precise the longer it is.

    >>> time_left(30, 2), time_left(1000, 2), time_left(100_000, 5)
    ('15 s left', '8 min left', '5 h 33 min left')
    """
    seconds = n / rate
    if seconds < 90:
        return f"{seconds:.0f} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min left"


def rate_of(rate: float) -> str:
    """Documents per second.

    >>> rate_of(0.36), rate_of(7.3), rate_of(1234.5)
    ('0.4/s', '7.3/s', '1,234/s')
    """
    return f"{rate:.1f}/s" if rate < 10 else f"{rate:,.0f}/s"


def chosen(*, quiet: bool) -> Quiet | Lines | Bar:
    """Choose the progress display that fits standard error."""
    if quiet:
        return Quiet()
    return Bar() if sys.stderr.isatty() else Lines()
