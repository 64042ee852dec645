"""Measure the cost of a day with an index of 100 thousand, 1 million and 5 million documents.

    python -m benchmarks.dedup_index --sizes 100000 1000000 --day 5000 --folder /scratch/index

The documents in the index are made-up signatures and keys, spread over the years before at the
density of news. Some of the keys are popular. The documents of the day are real sketches of made-up
stories, some of which are copies of indexed ones.

For each day the benchmark prints the CPU of look-up, of look-up and addition, and of the whole day
(which also signs, compares and decides the texts of the day), and the bytes on disk per document.
Some days merge large parts of the index. They count in the mean, and hardly in the median.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from copydesk.flows.index import Index
from copydesk.transforms.dedup import Options, in_memory_search
from copydesk.transforms.dedup import sketches as sketching
from tests.dedup import newsroom

DAY_US = 86_400_000_000
# Share of the keys that are popular: sampled word 3-grams that many documents have, with the Zipf
# distribution of wire text.
POPULAR = 0.2


def made_up_sketches(rng: np.random.Generator, n: int, options: Options) -> sketching.Sketches:
    """Return sketches of documents that are not copies, with 34 keys each."""
    n_keys = 34
    keys = np.zeros((n, sketching.KEYS_MOST), np.uint64)
    fresh = rng.integers(0, 1 << 60, (n, n_keys), dtype=np.uint64)
    popular = (
        np.minimum(rng.zipf(1.2, (n, n_keys)), 1 << 20).astype(np.uint64)
        * np.uint64(0x9E3779B97F4A7C15)
    ) >> np.uint64(4)
    keys[:, :n_keys] = np.sort(np.where(rng.random((n, n_keys)) < POPULAR, popular, fresh), axis=1)
    return sketching.Sketches(
        rng.integers(0, 1 << 32, (n, options.num_perm), dtype=np.uint32),
        keys,
        np.full(n, n_keys, np.int32),
        np.full(n, 520, np.int32),
        rng.integers(1, 1 << 62, n, dtype=np.uint64),
    )


def grow(
    folder: Path, size: int, per_day: int, options: Options
) -> tuple[dict[str, Path], tuple[str, ...], int]:
    """Make an index of `size` documents, added a few days at a time.

    Return paths, names, and the day after the last one.
    """
    rng = np.random.default_rng(size)
    paths: dict[str, Path] = {}
    names: tuple[str, ...] = ()
    step, at, day = 50_000, 0, 15_000
    while at < size:
        n = min(step, size - at)
        days = day + np.arange(n) // per_day
        sketches = made_up_sketches(rng, n, options)
        ids = [f"{at + i:032x}" for i in range(n)]
        written = Index([paths[x] for x in names], options).add(
            ids, sketches, days * DAY_US + 1, np.arange(n), folder
        )
        paths |= {path.name: path for path in written.new}
        for name in paths.keys() - set(written.names):
            paths.pop(name).unlink(missing_ok=True)
        names, at, day = written.names, at + n, int(days[-1]) + 1
    return paths, names, day


def measure(folder: Path, size: int, per_day: int, n_days: int) -> dict[str, object]:
    """Return the medians of several days of `per_day` documents in an index of `size` documents."""
    options = Options()
    folder.mkdir(parents=True, exist_ok=True)
    paths, names, day = grow(folder, size, per_day, options)
    look_ups, totals, whole_days = [], [], []
    for number in range(n_days):
        room = newsroom.Newsroom(1000 + number, stories=per_day // 8, singles=per_day // 2, days=1)
        ids, texts = room.ids[:per_day], pa.array(room.texts[:per_day], pa.large_string())
        times = in_memory_search.as_times(pa.array(room.times[:per_day]), per_day)
        times = times - times.min() + (day + number) * DAY_US
        sketches = sketching.sketch(texts, options)
        began = time.process_time()
        index = Index([paths[x] for x in names], options)
        index.find(sketches, times, np.arange(per_day))
        look_ups.append(time.process_time() - began)
        written = index.add(ids, sketches, times, np.arange(per_day), folder)
        totals.append(time.process_time() - began)
        began = time.process_time()
        in_memory_search.find(texts, pa.array(times, pa.timestamp("us")), options)
        whole_days.append(totals[-1] + time.process_time() - began)
        paths |= {path.name: path for path in written.new}
        for name in paths.keys() - set(written.names):
            paths.pop(name).unlink(missing_ok=True)
        names = written.names
    total = sum(path.stat().st_size for path in paths.values())
    for path in paths.values():
        path.unlink()
    return {
        "documents": size,
        "a day": per_day,
        "look-up, CPU s": round(statistics.median(look_ups), 3),
        "look-up and addition, CPU s, median": round(statistics.median(totals), 3),
        "look-up and addition, CPU s, mean": round(statistics.mean(totals), 3),
        "whole day, CPU s, median": round(statistics.median(whole_days), 3),
        "bytes a document": round(total / (size + per_day * n_days)),
        "files": len(paths),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="documents in the index"
    )
    parser.add_argument("--day", type=int, default=5_000, help="documents of a day")
    parser.add_argument("--days", type=int, default=9, help="how many days to measure")
    parser.add_argument("--folder", type=Path, required=True, help="folder for the index")
    chosen = parser.parse_args(arguments)
    for size in chosen.sizes:
        print(json.dumps(measure(chosen.folder, size, chosen.day, chosen.days)), flush=True)


if __name__ == "__main__":
    main()
