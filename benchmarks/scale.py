"""Ingest growing corpora, and measure peak memory of all processes, CPU, and documents per second.

    python -m benchmarks.scale
    python -m benchmarks.scale --sizes 10000 100000 1000000 --texts stories.parquet --keep runs/
    python -m benchmarks.scale --sizes 5000 20000 --pages --texts pages.jsonl.gz
    python -m benchmarks.scale --sizes 5000 --pages --workers 1 2

Each run is `copydesk ingest --direct` in a process of its own, over a corpus of
`benchmarks.corpus`. The memory of the whole process tree is read four times a second. It is PSS, so
a page that two processes share counts once. `peak` counts everything, with files mapped into
memory. `own` leaves out what the kernel can drop at any time. CPU is that of the tree too, from the
accounts of the kernel. If --keep has the corpus and the figures of a run, the run is not repeated.
Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import corpus

ROOT = Path(__file__).resolve().parent.parent
_EVERY = 0.25  # seconds between two samples
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of a process tree: time, memory in bytes, and CPU seconds so far.

    The CPU of child processes that have ended is included.
    """

    at: float
    peak: int
    own: int
    cpu: float
    main_cpu: float  # of only the first process


@dataclass(slots=True)
class Measured:
    """The result of one run."""

    n: int
    workers: int
    n_bytes: int
    seconds: float
    cpu: float
    peak: int
    own: int
    warehouse: int
    counts: dict[str, int]
    steps: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Documents per second of CPU, in all processes together."""
        return self.n / self.cpu


class Watch:
    """Take samples of a process and its descendants until it ends."""

    def __init__(self, pid: int) -> None:
        self.samples: list[Sample] = []
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more samples."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(_EVERY):
            found = sample(self._pid)
            if found is not None:
                self.samples.append(found)


def sample(pid: int) -> Sample | None:
    """Take a sample of a process and its descendants; None if it has ended."""
    peak = own = 0
    cpu = main = 0.0
    for one in _tree(pid):
        try:
            memory = dict(
                line.split(":", 1)
                for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:]
            )
            ticks = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):  # the process has ended
            continue
        peak += int(memory.get("Pss", "0 kB").split()[0]) * 1024
        own += (
            int(memory.get("Pss_Anon", "0 kB").split()[0])
            + int(memory.get("Pss_Shmem", "0 kB").split()[0])
        ) * 1024
        cpu += sum(map(int, ticks[11:15])) / _TICKS
        if one == pid:
            main = sum(map(int, ticks[11:13])) / _TICKS
    return Sample(time.time(), peak, own, cpu, main) if peak else None


def children_cpu() -> float:
    """Return the CPU seconds of all child processes of this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))
    except OSError:  # the process has ended
        return


def command(
    inputs: Path, warehouse: Path, *, workers: int, recipe: Path | None = None
) -> list[str]:
    """The command of one run, for a process of its own in the folder `ROOT`."""
    named = [
        sys.executable,
        "-m",
        "flows.cli",
        "ingest",
        str(inputs),
        "--warehouse",
        str(warehouse),
        "--direct",
        "--json",
        "--workers",
        str(workers),
    ]
    return [*named, "--recipe", str(recipe)] if recipe else named


class Watched(NamedTuple):
    """A command that printed JSON: its output, the samples of its processes, and its seconds."""

    said: dict[str, Any]
    samples: list[Sample]
    seconds: float


def ingest(inputs: Path, warehouse: Path, *, workers: int, recipe: Path | None = None) -> Watched:
    """Ingest in a process of its own; return its output, its samples, and its seconds."""
    return watched(
        command(inputs, warehouse, workers=workers, recipe=recipe), what=f"the ingest of {inputs}"
    )


def watched(command: Sequence[str], *, what: str) -> Watched:
    """Run a command that prints JSON; return its output, its samples, and its seconds."""
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        watch = Watch(process.pid)
        assert process.stdout is not None
        said = process.stdout.read()
        process.wait()
        watch.stop()
    if process.returncode:
        raise SystemExit(f"{what} failed with exit code {process.returncode}")
    return Watched(json.loads(said), watch.samples, time.monotonic() - began)


def measure(n: int, inputs: Path, warehouse: Path, *, workers: int) -> Measured:
    """Ingest a corpus and return the summary of its cost."""
    seen = ingest(inputs, warehouse, workers=workers)
    n_bytes = sum(path.stat().st_size for path in inputs.iterdir())
    return summed_up(seen, n=n, workers=workers, n_bytes=n_bytes, warehouse=warehouse)


def summed_up(seen: Watched, *, n: int, workers: int, n_bytes: int, warehouse: Path) -> Measured:
    """Combine the output of a run and its samples, step by step."""
    facts, samples, seconds = seen
    size = sum(path.lstat().st_size for path in (warehouse / "snapshots").rglob("*.parquet"))
    measured = Measured(
        n,
        workers,
        n_bytes,
        seconds,
        max(s.cpu for s in samples),
        max(s.peak for s in samples),
        max(s.own for s in samples),
        size,
        {name: facts[name] for name in facts if name.startswith("n_")},
    )
    at = datetime.fromisoformat(facts["started_at"]).timestamp()
    bounds = [("start", at - 1e9, at)]
    for step in facts["steps"]:
        bounds.append((step["name"], at, at + step["seconds"]))
        at += step["seconds"]
    bounds.append(("report", at, 1e12))
    before = (0.0, 0.0)
    for name, low, high in bounds:
        seen = [s for s in samples if low <= s.at < high]
        if seen:
            measured.steps[name] = {
                "seconds": min(high, seen[-1].at) - max(low, seen[0].at),
                "cpu": seen[-1].cpu - before[0],
                "main_cpu": seen[-1].main_cpu - before[1],
                "peak": max(s.peak for s in seen),
                "own": max(s.own for s in seen),
            }
            before = (seen[-1].cpu, seen[-1].main_cpu)
    return measured


def table(runs: Sequence[Measured]) -> str:
    """Return the figures as Markdown, each compared with the smallest run."""
    lines = [
        "| documents | workers | peak MB | own MB | docs/s/core | CPU s | of it main | wall s | warehouse B/doc | copies | stories |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        first = runs[0]
        main = sum(step["main_cpu"] for step in run.steps.values())
        lines.append(
            f"| {run.n:,} | {run.workers} | {run.peak / 1e6:,.0f} ({run.peak / first.peak:.2f}) | {run.own / 1e6:,.0f} ({run.own / first.own:.2f}) "
            f"| {run.rate:,.0f} ({run.rate / first.rate:.2f}) | {run.cpu:,.0f} | {main:,.0f} | {run.seconds:,.0f} | {run.warehouse / run.n:,.0f} "
            f"| {run.counts['n_duplicates']:,} | {run.counts['n_stories']:,} |"
        )
    names = list(dict.fromkeys(name for run in runs for name in run.steps))
    lines += [
        "",
        "| step | "
        + " | ".join(f"{run.n:,} x {run.workers}: CPU us/doc, peak MB" for run in runs)
        + " |",
        "|---|" + "---:|" * len(runs),
    ]
    for name in names:
        cells = [
            f"{1e6 * run.steps[name]['cpu'] / run.n:,.0f}, {run.steps[name]['peak'] / 1e6:,.0f}"
            if name in run.steps
            else ""
            for run in runs
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine() -> str:
    """Return a line that describes the machine."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB, Linux {platform.release()}, Python {platform.python_version()}; load at the start {os.getloadavg()[0]:.1f}"


def made(n: int, folder: Path, options: corpus.Options) -> Path:
    """Make a corpus of `n` documents and return its folder, whose `files` has the input.

    An existing corpus is used again.
    """
    inputs = folder / f"corpus-{n}{'-pages' if options.pages else ''}"
    if not (inputs / "size").exists():
        (inputs / "size").write_text(
            str(corpus.write(n, inputs / "files", options)), encoding="utf-8"
        )
    return inputs


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[10_000, 100_000], help="documents in each corpus"
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[2], help="numbers of workers")
    parser.add_argument("--texts", type=Path, help="see benchmarks.corpus (default: made-up texts)")
    parser.add_argument(
        "--sentences", type=int, help="the most that a text has; see benchmarks.corpus"
    )
    parser.add_argument("--pages", action="store_true", help="ingest HTML pages instead of text")
    parser.add_argument(
        "--keep",
        type=Path,
        help="folder that keeps corpora, warehouses and figures (default: keep nothing)",
    )
    chosen = parser.parse_args(arguments)
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        runs = []
        for n in chosen.sizes:
            inputs = made(
                n,
                folder,
                corpus.Options(texts=chosen.texts, sentences=chosen.sentences, pages=chosen.pages),
            )
            for workers in chosen.workers:
                figures = folder / f"{inputs.name}-by-{workers}.json"
                if figures.exists():
                    runs.append(Measured(**json.loads(figures.read_text(encoding="utf-8"))))
                    continue
                run = measure(
                    n, inputs / "files", folder / f"{inputs.name}-by-{workers}", workers=workers
                )
                figures.write_text(json.dumps(asdict(run), indent=1), encoding="utf-8")
                runs.append(run)
                print(
                    f"{n:,} documents, {workers} workers: {run.seconds:,.0f} s, {run.peak / 1e6:,.0f} MB",
                    file=sys.stderr,
                    flush=True,
                )
    print(table(runs))


if __name__ == "__main__":
    main()
