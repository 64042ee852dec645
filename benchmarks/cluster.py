"""The same ingest by both engines: CPU of every stage, memory, and the bytes a fold passes through the shared folder.

    python -m benchmarks.cluster
    python -m benchmarks.cluster --sizes 20000 --workers 2 --texts stories.parquet

Each run is `copydesk ingest --direct` in a process of its own over a corpus of `benchmarks.corpus`,
watched as `benchmarks.scale` watches; the engine dask starts its workers on this machine. Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks import corpus, scale

_EVERY = 0.1  # seconds between two looks at the staging folder
_KINDS = ("signed", "rows", "slab", "part", "pairs", "plan", "docs", "keys")


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
                if path.suffix in {".ndx", ".json"}:
                    try:
                        self._seen[path.name] = path.stat().st_size
                    except OSError:  # deleted meanwhile
                        continue


def measure(inputs: Path, warehouse: Path, engine: str, workers: int) -> tuple[dict[str, dict[str, float]], float, float, dict[str, int]]:
    """CPU seconds and wall seconds by stage, seconds in all, peak own memory of all processes, staged bytes by kind."""
    command = [
        sys.executable, "-m", "flows.cli", "ingest", str(inputs), "--warehouse", str(warehouse), "--direct", "--json",
        "--workers", str(workers), "--engine", engine,
    ]  # fmt: skip
    began = time.monotonic()
    staged = Staged(warehouse)
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[1]) as process:
        watch = scale.Watch(process.pid)
        assert process.stdout is not None
        said = process.stdout.read()
        process.wait()
        watch.stop()
    staged.stop()
    if process.returncode:
        raise SystemExit(f"the ingest failed with exit code {process.returncode}")
    facts = json.loads(said)
    at, stages, before = datetime.fromisoformat(facts["started_at"]).timestamp(), {}, 0.0
    for stage in facts["stages"]:
        at += stage["seconds"]
        seen = [one for one in watch.samples if one.at <= at]
        cpu = seen[-1].cpu if seen else 0.0
        stages[stage["name"]] = {"cpu": cpu - before, "seconds": stage["seconds"]}
        before = cpu
    return stages, time.monotonic() - began, max(one.own for one in watch.samples), staged.sizes


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--texts", type=Path, help="see benchmarks.corpus; without it the texts are made up")
    chosen = parser.parse_args(arguments)
    print(scale.machine())
    print("| documents | engine | stage | CPU s | docs/s/core | wall s |\n|---:|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for n in chosen.sizes:
            inputs = Path(folder, f"in-{n}")
            corpus.main([str(n), str(inputs), *(["--texts", str(chosen.texts)] if chosen.texts else [])])
            for engine in ("local", "dask"):
                stages, seconds, own, sizes = measure(inputs, Path(folder, f"{engine}-{n}"), engine, chosen.workers)
                for name, taken in stages.items():
                    rate = n / taken["cpu"] if taken["cpu"] else 0.0
                    print(f"| {n:,} | {engine} | {name} | {taken['cpu']:.1f} | {rate:,.0f} | {taken['seconds']:.1f} |")
                print(f"| {n:,} | {engine} | all | {sum(s['cpu'] for s in stages.values()):.1f} | | {seconds:.1f} |")
                staged = ", ".join(f"{kind} {size / n:,.0f}" for kind, size in sizes.items())
                print(f"\n{engine}: own memory of all processes at most {own / 1e6:,.0f} MB; staged by the fold, bytes a document: {staged}\n", flush=True)


if __name__ == "__main__":
    main()
