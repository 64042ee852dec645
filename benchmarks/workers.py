"""Measure the gain of a second worker, in seconds of wall time.

    python -m benchmarks.workers --pages --texts FOLDER
    python -m benchmarks.workers --size 20000 --workers 1 2 4 --rounds 1 --keep runs/

The same corpus is ingested by one worker and by several, in turn, and the order changes from round
to round. Each run is `copydesk ingest --direct` in a process of its own. Nothing else is measured
in the meantime: reading the memory of the processes four times a second, as `benchmarks.scale`
does, takes 5 % of a core. One worker on two cores can spare that, and two workers cannot. If the
machine gives less to one run than to another, the CPU seconds of equal work show it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus, scale


@dataclass(frozen=True, slots=True)
class Timed:
    """The seconds of one run: wall time, CPU of all processes, and wall time of each step."""

    seconds: float
    cpu: float
    steps: dict[str, float]


def timed(inputs: Path, warehouse: Path, workers: int) -> Timed:
    """Ingest the inputs into a new warehouse, which is deleted at the end."""
    began, before = time.monotonic(), scale.children_cpu()
    done = subprocess.run(
        scale.command(inputs, warehouse, workers=workers),
        stdout=subprocess.PIPE,
        cwd=scale.ROOT,
        check=False,
    )
    seconds, cpu = time.monotonic() - began, scale.children_cpu() - before
    if done.returncode:
        raise SystemExit(f"the ingest of {inputs} failed with exit code {done.returncode}")
    shutil.rmtree(warehouse)
    return Timed(
        seconds,
        cpu,
        {step["name"]: step["seconds"] for step in json.loads(done.stdout)["steps"]},
    )


def table(rounds: Sequence[dict[int, Timed]]) -> str:
    """Return the Markdown table: a line for each round, then one for all rounds together.

    A line has the seconds (of CPU), and how much faster the run is than with the first number of
    workers.
    """
    numbers = sorted(rounds[0])
    lines = [
        "| round | "
        + " | ".join(f"{n} worker{'s' if n > 1 else ''}: s (CPU s), clean s" for n in numbers)
        + " | gain | at equal CPU |"
    ]
    lines.append("|---|" + "---:|" * (len(numbers) + 2))
    totals = {
        n: Timed(
            sum(r[n].seconds for r in rounds),
            sum(r[n].cpu for r in rounds),
            {"clean": sum(r[n].steps["clean"] for r in rounds)},
        )
        for n in numbers
    }
    for name, runs in [*((str(i), runs) for i, runs in enumerate(rounds, 1)), ("all", totals)]:
        first, last = runs[numbers[0]], runs[numbers[-1]]
        gain = first.seconds / last.seconds
        cells = [
            f"{run.seconds:.1f} ({run.cpu:.1f}), {run.steps['clean']:.1f}"
            for run in (runs[n] for n in numbers)
        ]
        lines.append(
            f"| {name} | "
            + " | ".join(cells)
            + f" | {gain:.3f} | {gain * last.cpu / first.cpu:.3f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=5000, help="how many documents")
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2], help="numbers of workers to compare"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each number is measured")
    parser.add_argument("--texts", type=Path, help="see benchmarks.corpus (default: made-up texts)")
    parser.add_argument("--pages", action="store_true", help="ingest HTML pages instead of text")
    parser.add_argument(
        "--keep", type=Path, help="folder that keeps the corpus (default: keep nothing)"
    )
    chosen = parser.parse_args(arguments)
    print(scale.machine(), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        inputs = scale.made(
            chosen.size,
            chosen.keep or Path(temporary),
            corpus.Options(texts=chosen.texts, pages=chosen.pages),
        )
        rounds: list[dict[int, Timed]] = []
        for number in range(chosen.rounds):
            order = sorted(set(chosen.workers), reverse=bool(number % 2))
            rounds.append(
                {n: timed(inputs / "files", Path(temporary, "warehouse"), n) for n in order}
            )
            print(table(rounds).splitlines()[-2], file=sys.stderr, flush=True)
    print(table(rounds))


if __name__ == "__main__":
    main()
