"""Where a step of a run works."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Workplace(NamedTuple):
    """The folder for the files of a step, and the number of its threads.

    The number of threads does not change what the step returns.
    """

    folder: Path
    threads: int = 1
