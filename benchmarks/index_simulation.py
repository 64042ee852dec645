"""Grow the index of copies and the shuffle of a cluster with many millions of made-up documents.

    python -m benchmarks.index_simulation --sizes 1000000 5000000 20000000 --folder /scratch/index

No texts are needed: keys and signatures are made up and go through the index that a run uses. Keys
have the popularity of word 3-grams in wire text, which has a few set phrases and a long tail. In
both parts the share of a key falls with its rank as (1 + rank / q) ** -(1 + a). This has no end, so
new documents bring new keys however large the corpus is, and popular keys grow with the corpus. The
numbers were fitted to the keys of 20,000 wire stories; `--check FILE.parquet` prints the keys of
real and made-up documents next to each other. Real texts contain copies, and the made-up ones do
not.

Signatures have 16 values instead of 128, to fit the disk. They are read for at most 64 candidates
per document. Bytes are given for 128 values.

At each size the benchmark prints the CPU of a day of 10,000 documents against the index (a fifth
are copies of indexed documents, and half of these are inside the window), the CPU of adding, how
often a byte was written, the bytes on disk, the popular keys, and the parts into which a cluster
divides the far keys.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index import Index, posting_search
from copydesk.transforms.dedup import Options, candidates
from copydesk.transforms.dedup import sketches as sketching

PHRASES, PHRASES_A, PHRASES_Q = 0.15, 0.5, 30.0  # share of the keys, a, q
TAIL_A, TAIL_Q = 0.15, 2_500.0
N_KEYS = 31  # of a wire story on average
DAY_US = 86_400_000_000
PER_DAY = 10_000
STEP = 50_000  # documents added at once while the index grows
SHORT, FULL = 16, 128  # values of a signature: here, and in a run
CLUSTER_PARTS = (64, 256, 1024)


def keys_of(rng: np.random.Generator, n: int) -> NDArray[np.uint64]:
    """Return the keys of n documents, in ascending order within each document."""
    drawn, is_phrase = rng.random((n, N_KEYS)), rng.random((n, N_KEYS)) < PHRASES
    ranks = np.where(
        is_phrase,
        PHRASES_Q * (drawn ** (-1 / PHRASES_A) - 1),
        TAIL_Q * (drawn ** (-1 / TAIL_A) - 1),
    )
    # Beyond 2**52 two draws have the same rank only because of rounding, so these keys count as
    # new.
    whole = np.minimum(ranks, 2.0**52).astype(np.uint64) * np.uint64(2) + is_phrase
    fresh = rng.integers(1 << 54, 1 << 62, (n, N_KEYS), dtype=np.uint64)
    return np.sort(_hashed(np.where(ranks < 2.0**52, whole, fresh)) >> np.uint64(4), axis=1)


def _hashed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash with SplitMix64 (Steele, Lea and Flood 2014), so that equal ranks give equal keys."""
    x = (x + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)


def sketches_of(rng: np.random.Generator, keys: NDArray[np.uint64]) -> sketching.Sketches:
    """Return sketches with the given keys, and signatures that agree with no other ones."""
    n = len(keys)
    padded = np.zeros((n, sketching.KEYS_MOST), np.uint64)
    padded[:, : keys.shape[1]] = keys
    return sketching.Sketches(
        rng.integers(0, 1 << 32, (n, SHORT), dtype=np.uint32),
        padded,
        np.full(n, keys.shape[1], np.int32),
        np.full(n, 480, np.int32),
        rng.integers(1, 1 << 62, n, dtype=np.uint64),
    )


class Growing:
    """An index in a folder, and its cost so far."""

    def __init__(self, folder: Path) -> None:
        self.options = Options(num_perm=SHORT)
        self.folder = folder
        self.rng = np.random.default_rng(1)
        self.paths: dict[str, Path] = {}
        self.names: tuple[str, ...] = ()
        self.n, self.day = 0, 10_000
        self.cpu_adding, self.key_bytes_written = 0.0, 0
        self.recent: list[tuple[sketching.Sketches, int]] = []  # documents that a day may copy

    def index(self) -> Index:
        """The index as it is now."""
        return Index([self.paths[name] for name in self.names], self.options)

    def add(self, n: int) -> None:
        """Add the documents of the next days."""
        sketches = sketches_of(self.rng, keys_of(self.rng, n))
        times = (self.day + np.arange(n) // PER_DAY) * DAY_US + 1
        ids = [f"{self.n + i:032x}" for i in range(n)]
        began = time.process_time()
        written = self.index().add(ids, sketches, times, np.arange(n), self.folder)
        self.cpu_adding += time.process_time() - began
        self.key_bytes_written += sum(
            path.stat().st_size for path in written.new if path.name.startswith("keys")
        )
        self.paths |= {path.name: path for path in written.new}
        for name in self.paths.keys() - set(written.names):
            self.paths.pop(name).unlink()
        self.names = written.names
        self.recent = [*self.recent[-200:], (sketches.take(np.arange(1_000)), self.day)]
        self.n, self.day = self.n + n, int(times[-1] // DAY_US) + 1

    def asking(self) -> tuple[sketching.Sketches, NDArray[np.int64], int]:
        """Return a day of 10,000 documents, and how many of them are copies.

        A tenth are copies of documents of the last days, a tenth are copies of any, and the rest
        are new.
        """
        new = sketches_of(self.rng, keys_of(self.rng, PER_DAY * 8 // 10))
        last, _ = self.recent[-1]
        old = [self.recent[i][0] for i in self.rng.integers(0, len(self.recent), PER_DAY // 1_000)]
        copies = [
            last.take(self.rng.integers(500, 1_000, PER_DAY // 10)),
            *(part.take(self.rng.integers(0, 1_000, 100)) for part in old),
        ]
        day = sketching.joined([new, *copies])
        return day, np.full(len(day), self.day * DAY_US + 1), sum(map(len, copies))


def measured(grown: Growing, n_days: int) -> dict[str, Any]:
    """Return the measurements named in the docstring of the module, for the present size."""
    looking, opening, found, n_copies, hit = [], [], [], 0, 0
    for _ in range(n_days):
        day, times, n_copies = grown.asking()
        began = time.process_time()
        index = grown.index()
        opening.append(time.process_time() - began)
        began = time.process_time()
        result = index.find(day, times, np.arange(len(day)))
        looking.append(time.process_time() - began)
        found.append(len(result.rows))
        hit = len(np.unique(result.rows[result.rows >= PER_DAY * 8 // 10]))
    index = grown.index()
    day, _, _ = grown.asking()
    asked = posting_search.queries(day.keys, day.n_keys, np.arange(len(day)), candidates.SMALLEST)
    far_hits = len(index.far_hits(asked))
    key_bytes = sum(file.header["bytes"] for file in index.runs)
    doc_bytes = sum(file.header["bytes"] for file in index.docs) / grown.n - 4 * SHORT + 4 * FULL
    return {
        "documents": grown.n,
        "key files": len(index.runs),
        "document files": len(index.docs),
        "open, CPU s": round(statistics.median(opening), 3),
        "look up 10,000, CPU s": round(statistics.median(looking), 3),
        "candidates a document": round(statistics.median(found) / PER_DAY, 2),
        "copies found": f"{hit} of {n_copies}",
        "far keys met a document": round(far_hits / PER_DAY, 1),
        "add, CPU us a document": round(1e6 * grown.cpu_adding / grown.n, 1),
        "key bytes written for each kept": round(grown.key_bytes_written / key_bytes, 2),
        "bytes a document": round(key_bytes / grown.n + doc_bytes),
        "of them keys": round(key_bytes / grown.n),
        **buckets(index),
        "parts": {parts: part_sizes(index, parts) for parts in CLUSTER_PARTS},
        "peak MB, mapped files included": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        // 1024,
    }


def buckets(index: Index) -> dict[str, Any]:
    """How popular far keys are, in the largest run."""
    run = max(index.runs, key=lambda file: file.header["count"])
    keys = np.asarray(run.array("far")) >> np.uint64(candidates.DOCUMENT_BITS)
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sizes = np.diff(np.append(starts, len(keys)))
    return {
        "documents of the largest run": run.header["count"],
        "most popular far key in it": int(sizes.max()),
        "far entries under keys of more than 128": round(
            float(sizes[sizes > 2 * candidates.CAP].sum() / len(keys)), 3
        ),
    }


def part_sizes(index: Index, parts: int) -> dict[str, float]:
    """Divide the far keys by their top bits.

    Return the bytes of a part, and the size of the largest relative to the mean.
    """
    shift = np.uint64(64 - (parts.bit_length() - 1))
    total = np.zeros(parts, np.int64)
    for run in index.runs:
        # The keys are sorted, so a part is one range.
        far = run.array("far")
        ends = np.searchsorted(far, (np.arange(1, parts, dtype=np.uint64) << shift))
        total += np.diff(np.concatenate([[0], ends, [len(far)]]))
    return {
        "mean MB": round(8e-6 * float(total.mean()), 1),
        "largest against mean": round(float(total.max() / total.mean()), 3),
    }


def popularity(keys: NDArray[np.uint64], n_documents: int) -> dict[str, float]:
    """Distinct keys, and how many documents share a key with that number of others."""
    _, counts = np.unique(keys, return_counts=True)
    shares = {
        f"under keys of at least {least}": round(
            float(counts[counts >= least].sum() / counts.sum()), 3
        )
        for least in (2, 5, 20, 129)
    }
    return {
        "documents": n_documents,
        "distinct": round(len(counts) / len(keys), 3),
        **shares,
        "most popular": int(counts.max()),
    }


def check(path: Path, column: str) -> Iterator[dict[str, Any]]:
    """The popularity of keys in real texts, and in made-up documents."""
    import pyarrow.parquet as pq

    sketches = sketching.sketch(
        sketching.as_texts(pq.read_table(path, columns=[column])[column]), Options()
    )
    made_up = keys_of(np.random.default_rng(2), len(sketches))
    n = 1_250
    while n <= len(sketches):
        real = np.concatenate([sketches.keys[row, : sketches.n_keys[row]] for row in range(n)])
        yield {"texts": popularity(real, n), "made up": popularity(made_up[:n].ravel(), n)}
        n *= 4


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[200_000, 1_000_000],
        help="documents in the index at each measurement",
    )
    parser.add_argument("--days", type=int, default=3, help="days to measure at each size")
    parser.add_argument(
        "--folder",
        type=Path,
        help="working folder, emptied at the end; needs 0.5 GB per million documents",
    )
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="stop growing after this wall time"
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE.parquet",
        help="compare the made-up keys with those of these texts",
    )
    parser.add_argument(
        "--column", default="text", help="column with the texts, for --check (default: text)"
    )
    chosen = parser.parse_args(arguments)
    if chosen.check:
        for line in check(chosen.check, chosen.column):
            print(json.dumps(line), flush=True)
        return
    chosen.folder.mkdir(parents=True)
    end = time.monotonic() + 60 * chosen.minutes
    try:
        grown = Growing(chosen.folder)
        for size in sorted(chosen.sizes):
            while grown.n < size and time.monotonic() < end:
                grown.add(min(STEP, size - grown.n))
            print(json.dumps(measured(grown, chosen.days)), flush=True)
            if time.monotonic() >= end:
                break
    finally:
        shutil.rmtree(chosen.folder)


if __name__ == "__main__":
    main()
