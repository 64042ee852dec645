"""Measure the CPU of short commands from their start to their end, beside Trafilatura's command.

    python -m benchmarks.start
    python -m benchmarks.start --page page.html --rounds 9

The commands take turns, and the figure of each is the median of its rounds. Every round starts a
new interpreter, as a shell does. The first round fills the caches and is not counted. The ratio is
that to the command of Trafilatura on the same page.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale import children_cpu

ROOT = Path(__file__).resolve().parents[1]
_PAGE = ROOT / "tests" / "pages" / "guide-with-lists" / "page.html"
_PEER = "trafilatura < PAGE"


def commands() -> dict[str, list[str]]:
    """Return the arguments of an interpreter, by the name of the command."""
    copydesk = ["-m", "copydesk.flows.cli"]
    seed = min((ROOT / "seeds").glob("*.txt"))
    return {
        _PEER: ["-m", "trafilatura.cli"],
        "copydesk --help": [*copydesk, "--help"],
        "copydesk clean TEXT": [*copydesk, "clean", str(seed)],
        "copydesk clean - < PAGE": [*copydesk, "clean", "-"],
    }


def cpu_seconds(arguments: Sequence[str], page: Path) -> float:
    """Run an interpreter with these arguments and a page as its input; return its CPU seconds.

    Raises:
        subprocess.CalledProcessError: The command failed.
    """
    before = children_cpu()
    with page.open("rb") as stdin:
        subprocess.run(
            [sys.executable, *arguments], stdin=stdin, stdout=subprocess.DEVNULL, check=True
        )
    return children_cpu() - before


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--page", type=Path, default=_PAGE, help="a saved page")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    taken: dict[str, list[float]] = {name: [] for name in commands()}
    for _ in range(asked.rounds + 1):
        for name, words in commands().items():
            taken[name].append(cpu_seconds(words, asked.page))
    medians = {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}
    for name, seconds in medians.items():
        print(f"{name:24} {seconds:6.2f} s of CPU  x{seconds / medians[_PEER]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
