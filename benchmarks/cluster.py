"""The same ingest by both engines: CPU of every stage, memory, and the bytes a fold passes through the shared folder.

    python -m benchmarks.cluster
    python -m benchmarks.cluster --sizes 20000 --workers 2 --texts stories.parquet

Each run is `copydesk ingest --direct` in a process of its own over a corpus of `benchmarks.corpus`,
watched as `benchmarks.scale` watches; the engine dask starts its workers on this machine. The engines take turns,
after a small run that compiles what is compiled once. The first stage has what a start costs. Linux only.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import corpus, scale
from copydesk.flows.engines.base import ENGINES

_EVERY = 0.1  # seconds between two looks at the staging folder
_KINDS = (
    "signed",
    "words",
    "rows",
    "slab",
    "far",
    "part",
    "pairs",
    "decided",
    "plan",
    "docs",
    "keys",
)
_WARM = 300  # documents of the run that is not counted


class Staged:
    """The largest size each kind of file of a fold reached in the staging folder."""

    def __init__(self, warehouse: Path) -> None:
        self.sizes: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._warehouse, self._stop = warehouse, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and sum up."""
        self._stop.set()
        self._thread.join()
        sums: dict[str, int] = defaultdict(int)
        for name, size in self._seen.items():
            sums[name.split("-")[0]] += size
        self.sizes = {kind: sums[kind] for kind in _KINDS if kind in sums}

    def _look(self) -> None:
        while not self._stop.wait(_EVERY):
            for path in self._warehouse.glob("staging/*/fold/*"):
                kind = path.name.split("-")[0]
                if path.suffix in {".ndx", ".json"} or kind == "decided":
                    try:
                        self._seen[path.name] = path.stat().st_size
                    except OSError:  # deleted meanwhile
                        continue


class Measured(NamedTuple):
    """What a run took."""

    stages: dict[str, dict[str, float]]
    """CPU seconds and wall seconds by stage; the first has what a start costs, too."""
    cpu: float
    seconds: float
    own: int
    """Peak of the memory that the processes share with nobody, in bytes."""
    staged: dict[str, int]


def measure(inputs: Path, warehouse: Path, engine: str, workers: int) -> Measured:
    """One run."""
    command = [
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
        "--engine",
        engine,
    ]
    began, already = time.monotonic(), spent()
    staged = Staged(warehouse)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[1]
    ) as process:
        watch = scale.Watch(process.pid)
        assert process.stdout is not None
        said = process.stdout.read()
        process.wait()
        watch.stop()
    staged.stop()
    if process.returncode:
        raise SystemExit(f"the ingest failed with exit code {process.returncode}")
    facts = json.loads(said)
    stages, before = {}, 0.0
    # From the end backwards: how long a cluster takes to start is in no stage. A process that has ended
    # is counted once its parent has noticed, so the first look after the end of a stage is the right one.
    ends = (
        datetime.fromisoformat(facts["finished_at"]).timestamp()
        - np.cumsum([0.0, *(stage["seconds"] for stage in reversed(facts["stages"]))])[-2::-1]
    )
    for stage, at in zip(facts["stages"], ends, strict=True):
        cpu = next((one.cpu for one in watch.samples if one.at >= at), watch.samples[-1].cpu)
        stages[stage["name"]] = {"cpu": cpu - before, "seconds": stage["seconds"]}
        before = cpu
    return Measured(
        stages,
        spent() - already,
        time.monotonic() - began,
        max(one.own for one in watch.samples),
        staged.sizes,
    )


def spent() -> float:
    """CPU seconds of all processes started here that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--texts", type=Path, help="see benchmarks.corpus; without it the texts are made up"
    )
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args(arguments)
    print(scale.machine())
    texts = ["--texts", str(chosen.texts)] if chosen.texts else []
    with tempfile.TemporaryDirectory() as folder:
        corpus.main([str(_WARM), f"{folder}/warm", *texts])
        for engine in ENGINES:
            measure(Path(folder, "warm"), Path(folder, f"{engine}-warm"), engine, chosen.workers)
        for n in chosen.sizes:
            inputs = Path(folder, f"in-{n}")
            corpus.main([str(n), str(inputs), *texts])
            runs = [(round_, engine) for round_ in range(chosen.rounds) for engine in ENGINES]
            measured = [
                measure(inputs, Path(folder, f"{engine}-{n}-{round_}"), engine, chosen.workers)
                for round_, engine in runs
            ]
            _print(n, [(engine, one) for (_, engine), one in zip(runs, measured, strict=True)])


def _print(n: int, measured: Sequence[tuple[str, Measured]]) -> None:
    """A table of the rounds, side by side, and what was held and staged."""
    runs = [one for _, one in measured]
    print(
        "\n| CPU s (wall s) | "
        + " | ".join(engine for engine, _ in measured)
        + " |\n|---|"
        + "---:|" * len(runs)
    )
    for stage in runs[0].stages:
        print(
            f"| {stage} | "
            + " | ".join(
                f"{one.stages[stage]['cpu']:.1f} ({one.stages[stage]['seconds']:.1f})"
                for one in runs
            )
            + " |"
        )
    print("| all | " + " | ".join(f"{one.cpu:.1f} ({one.seconds:.1f})" for one in runs) + " |")
    print("| documents a CPU second | " + " | ".join(f"{n / one.cpu:,.0f}" for one in runs) + " |")
    print(
        "| memory of all processes, MB | "
        + " | ".join(f"{one.own / 1e6:,.0f}" for one in runs)
        + " |\n"
    )
    for engine, one in dict(measured).items():
        print(
            f"{n:,} documents, staged by the fold of {engine}, bytes a document: "
            + ", ".join(f"{kind} {size / n:,.0f}" for kind, size in one.staged.items()),
            flush=True,
        )


if __name__ == "__main__":
    main()
