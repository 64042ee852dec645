"""Kill a run again and again, and check that finished work is kept.

    python -m benchmarks.resume
    python -m benchmarks.resume --documents 100000 --kills 5 --texts stories.parquet

The whole process group of `copydesk ingest --direct` gets SIGKILL at random moments and is started
again. After each kill the benchmark notes every shard that has its result, and the time at which
its file was written. No later run may write such a shard again. At the end the tables are compared
row for row with those of a run that was left alone, except for the ids and times of runs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import corpus
from copydesk.flows.pipeline.staging.shard_files import ShardFiles

_ROOT = Path(__file__).resolve().parent.parent
_OF_THE_RUN = ("run_id",)  # columns that name the run
TABLES = ("articles", "duplicates", "pairs", "removed", "rejects", "stories", "templates")


def start(folder: Path, name: str) -> subprocess.Popen[bytes]:
    """Start an ingest of the corpus of the folder, in a process group of its own."""
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "ingest",
        str(folder / "corpus"),
        "--warehouse",
        str(folder / name),
        "--direct",
        "--quiet",
    ]
    command += ["--workers", "2", "--recipe", str(folder / "recipe.toml")]
    return subprocess.Popen(command, cwd=_ROOT, start_new_session=True, stderr=subprocess.DEVNULL)


def finished_shards(warehouse: Path) -> dict[Path, int]:
    """Return the shards that have a recorded result, and when each was written."""
    done: dict[Path, int] = {}
    for result in sorted(warehouse.glob("staging/*/clean/read/*/result.json")):
        articles = ShardFiles(result.parents[2] / "shards", int(result.parent.name)).articles
        with contextlib.suppress(FileNotFoundError):  # the run has ended and clears its staging
            done[articles] = articles.stat().st_mtime_ns
    return done


def killed(folder: Path, *, kills: int, seconds: tuple[float, float], seed: int) -> tuple[int, int]:
    """Kill a run `kills` times, then let it end.

    Return how many shards were finished at the last kill, and how many finished ones were done
    again.
    """
    chance = random.Random(seed)
    done: dict[Path, int] = {}
    twice: set[Path] = set()

    def look() -> None:
        now = finished_shards(folder / "killed")
        twice.update(path for path, at in done.items() if now.get(path, at) != at)
        done.update(now)

    for _ in range(kills):
        process = start(folder, "killed")
        time.sleep(chance.uniform(*seconds))
        if process.poll() is not None:
            raise SystemExit(
                "a run ended before it was killed: give it less time with --seconds, or more documents"
            )
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        look()
        print(f"killed; {len(done)} shards are finished", file=sys.stderr, flush=True)
    n_kept = len(done)
    process = start(folder, "killed")
    while process.poll() is None:
        look()
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"the resumed run failed with exit code {process.returncode}")
    return n_kept, len(twice)


def rows(warehouse: Path, table: str) -> pa.Table:
    """A published table in a fixed order, without the columns that name the run."""
    found = pq.read_table(warehouse / "current" / table)
    found = found.drop_columns([name for name in _OF_THE_RUN if name in found.column_names])
    plain = [
        name for name in found.column_names if not pa.types.is_nested(found.schema.field(name).type)
    ]
    return found.sort_by([(name, "ascending") for name in plain])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--documents", type=int, default=20_000, help="how many documents to ingest"
    )
    parser.add_argument("--texts", type=Path, help="see benchmarks.corpus (default: made-up texts)")
    parser.add_argument(
        "--sentences", type=int, help="the most that a text has; see benchmarks.corpus"
    )
    parser.add_argument("--shard", type=int, default=500, help="documents per shard")
    parser.add_argument("--kills", type=int, default=5, help="how often the run is killed")
    parser.add_argument(
        "--seconds",
        type=float,
        nargs=2,
        help="least and greatest time to a kill (default: shares of the undisturbed run)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the times of the kills")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpus.write(
            chosen.documents,
            folder / "corpus",
            corpus.Options(texts=chosen.texts, sentences=chosen.sentences),
        )
        (folder / "recipe.toml").write_text(
            f"[run]\nshard_documents = {chosen.shard}\n", encoding="utf-8"
        )
        began = time.monotonic()
        whole = start(folder, "whole")
        if whole.wait():
            raise SystemExit("the undisturbed run failed")
        lasted = time.monotonic() - began
        limits = tuple(chosen.seconds or (0.1 * lasted, 0.35 * lasted))
        n_kept, n_twice = killed(
            folder, kills=chosen.kills, seconds=(limits[0], limits[1]), seed=chosen.seed
        )
        same = {
            table: rows(folder / "whole", table).equals(rows(folder / "killed", table))
            for table in TABLES
        }
    print(
        f"{chosen.documents:,} documents, {chosen.kills} kills; undisturbed {lasted:.0f} s; {n_kept} shards were finished at the last kill, "
        f"{n_twice} finished shards were done again; tables equal: {same}"
    )
    if n_twice or not all(same.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
