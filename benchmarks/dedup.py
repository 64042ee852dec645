"""Measure the search for near-duplicates beside the tools that do the same work.

    python -m benchmarks dedup --texts stories.parquet --column body --time ts
    python -m benchmarks dedup --texts stories.parquet --peers datasketch rensa gaoya --limit 5000
    python -m benchmarks dedup --scripts --odd --processes

The report gives the documents per second and core of copydesk and of every other tool, the ratio of
the two, and the bytes that a document takes in the index.

The work of copydesk goes from texts in memory to verified clusters, and includes the decision about
which documents may be dropped. The other tools get word 3-grams of lower-case text and run in their
own fastest documented way. They stop at candidates with similar signatures: they verify nothing and
decide nothing.

Rates are per CPU second of this process, which a busy machine distorts least. The tools take turns
for several rounds, and the best round of each counts. Without --texts the stories are made up.
text-dedup needs old versions of other packages: install it in an environment of its own and name
that interpreter with --text-dedup.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.scale import children_cpu

THRESHOLD = 0.7  # for the other tools; their usual setting
PEER_TEXTS = 4_000  # documents that the slow tools get


def copydesk(texts: pa.Array, times: pa.Array | None) -> int:
    """Find and decide about all copies. Return the number of pairs."""
    from copydesk import find_duplicates

    return int(find_duplicates(texts, published_at=times).pairs.num_rows)


def token_sets(texts: pa.Array) -> list[set[str]]:
    """Return word 3-grams in the form that each tool needs.

    Their cost is counted, because users of the tool pay it too.
    """
    sets = []
    for text in texts.to_pylist():
        words = text.lower().split()
        sets.append({" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))})
    return sets


def datasketch(texts: pa.Array, times: pa.Array | None) -> int:
    """Use datasketch at its best: a fast hash, batch updates, one permutation table for all texts."""
    import zlib

    from datasketch import MinHash, MinHashLSH

    hashed: Callable[[bytes], int] = zlib.crc32  # if xxhash is not installed
    with contextlib.suppress(ImportError):
        import xxhash

        hashed = xxhash.xxh32_intdigest

    sets = ([shingle.encode() for shingle in shingles] for shingles in token_sets(texts))
    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    sketches, parent, pairs = [], list(range(len(texts))), 0
    for row, sketch in enumerate(MinHash.generator(sets, num_perm=128, seed=1, hashfunc=hashed)):
        for other in index.query(sketch):
            if sketches[other].jaccard(sketch) >= THRESHOLD:
                pairs += 1
                parent[_root(parent, row)] = _root(parent, other)
        index.insert(row, sketch)
        sketches.append(sketch)
    return pairs


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        row = parent[row]
    return row


def rensa(texts: pa.Array, times: pa.Array | None) -> int:
    """Use one digest matrix and the flags of its LSH. It gives no clusters."""
    from rensa import RMinHash, RMinHashLSH

    matrix = RMinHash.digest_matrix_from_token_sets_rho(token_sets(texts), 128, 42)
    flags = RMinHashLSH(THRESHOLD, 128, 8).query_duplicate_flags_matrix_one_shot(matrix)
    return int(sum(flags))


def gaoya(texts: pa.Array, times: pa.Array | None) -> int:
    """Use its own word analyser, and insert and query as its README does."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=14,
        band_size=9,
        num_hashes=126,
        analyzer="word",
        lowercase=True,
        ngram_range=(3, 3),
    )
    found = 0
    for row, text in enumerate(texts.to_pylist()):
        found += len(index.query(text))
        index.insert_document(row, text)
    return found


PEERS: dict[str, Callable[[pa.Array, pa.Array | None], int]] = {
    "datasketch": datasketch,
    "rensa": rensa,
    "gaoya": gaoya,
}


def cpu_of(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process for some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def read(
    path: Path | None, column: str, time_column: str | None, limit: int | None
) -> tuple[pa.Array, pa.Array | None]:
    """Return texts and their times, if there are any. Without a path, they are made up."""
    if path is None:
        room = made_up(limit or 20_000)
        return pa.array(room[0], pa.large_string()), pa.array(room[1], pa.timestamp("us", tz="UTC"))
    table = pq.read_table(path).slice(0, limit)
    texts = table[column].combine_chunks().cast(pa.large_string())
    return texts, table[time_column].combine_chunks() if time_column else None


def made_up(n: int) -> tuple[list[str], list[object]]:
    """Return `n` made-up texts and their times."""
    from tests.dedup.newsroom import Newsroom

    room = Newsroom(1, stories=n // 8, singles=n // 2, days=max(1, n // 100))
    return room.texts[:n], list(room.times[:n])


def against_peers(
    texts: pa.Array, times: pa.Array | None, peers: Sequence[str], rounds: int
) -> dict[str, float]:
    """Return the documents per second and core of each tool, from its best round."""
    few, few_times = (
        texts.slice(0, PEER_TEXTS),
        times.slice(0, PEER_TEXTS) if times is not None else None,
    )
    copydesk(few.slice(0, 500), None)  # compile
    best: dict[str, float] = {}
    for _ in range(rounds):
        seconds = cpu_of(lambda: copydesk(texts, times))
        best["copydesk"] = max(best.get("copydesk", 0), len(texts) / seconds)
        for name in peers:
            try:
                seconds = cpu_of(lambda name=name: PEERS[name](few, few_times))  # type: ignore[misc]
            except ImportError as error:
                print(f"{name}: not installed ({error})", file=sys.stderr)
                continue
            best[name] = max(best.get(name, 0), len(few) / seconds)
    return best


def bytes_in_index(texts: pa.Array, times: pa.Array | None) -> float:
    """Return the bytes on disk per document in an index of all texts."""
    from copydesk.flows.index import Index
    from copydesk.transforms.dedup import Options, in_memory_search
    from copydesk.transforms.dedup import sketches as sketching

    options, n = Options(), len(texts)
    ids = [f"{row:032x}" for row in range(n)]
    moments = in_memory_search.as_times(times, n)
    with tempfile.TemporaryDirectory() as folder:
        sketches = sketching.sketch(sketching.as_texts(texts), options)
        written = Index((), options).add(ids, sketches, moments, np.arange(n), Path(folder))
        return sum(path.stat().st_size for path in written.new) / max(1, n)


def with_text_dedup(python: Path, texts: pa.Array) -> float:
    """Return the rate of text-dedup's command line on a Parquet file, with start, reading and writing."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in"
        source.mkdir()
        pq.write_table(
            pa.table({"text": texts.slice(0, PEER_TEXTS).cast(pa.string())}),
            source / "part.parquet",
        )
        command = [
            python,
            "-m",
            "text_dedup.minhash",
            "--path",
            "parquet",
            "--data_files",
            f"{source}/part.parquet",
            "--split",
            "train",
            "--cache_dir",
            f"{folder}/cache",
            "--output",
            f"{folder}/out",
            "--column",
            "text",
            "--ngram",
            "3",
            "--num_perm",
            "128",
            "--threshold",
            str(THRESHOLD),
            "--batch_size",
            "1000",
            "--num_proc",
            "1",
        ]
        before = children_cpu()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        seconds = children_cpu() - before
        if done.returncode:
            raise SystemExit(f"text-dedup failed:\n{done.stderr[-2000:]}")
    return min(len(texts), PEER_TEXTS) / seconds


_SCRIPTS = {
    "ASCII": "ba co di fu ga he ji ko la me ni or pa que ra so ti un va we",
    "curly quotes": "ba co di fu ga’s “he ji” ko la — me ni or pa que ra so ti un va we",
    "accents": "bá cö di fü gà hê ji kó la mé ni ør på quê ra só ti ün va wé",
    "ligatures": "ﬁ co di ﬂu ga he ji ko la me ni oﬃ pa que ra so ti un va we",
    "Cyrillic": "ба ко ди фу га хе жи ко ла ме ни ор па кю ра со ти ун ва ве",
    "Arabic": "با كو دي فو جا هي جي كو لا مي ني أو با قو را سو تي ون فا وي",
    "Chinese": "市 议 会 星 期 一 投 票 决 定 关 闭 河 上 的 旧 桥 为 两 年",
    "Japanese": "市 議 会 は 月 曜 日 古 い 橋 を 閉 鎖 カ メ ラ こ と 決 め",
}


def by_script(n: int) -> dict[str, tuple[float, float]]:
    """Return megabytes per CPU second of each script, and its cost per byte compared with ASCII."""
    from copydesk.transforms.dedup import Options
    from copydesk.transforms.dedup import sketches as sketching

    rates = {}
    for name, letters in _SCRIPTS.items():
        rng, parts = random.Random(1), letters.split()
        joint = "" if name in ("Chinese", "Japanese") else " "
        # In Han script a word is one of 3,000 characters. In other scripts syllables form 3,000
        # words.
        words = [
            chr(0x4E00 + 5 * i) if not joint else "".join(rng.choices(parts, k=rng.randint(1, 3)))
            for i in range(3000)
        ]
        if name == "Japanese":
            words = [
                *words[:1500],
                *(chr(0x3041 + i // 40) + chr(0x30A1 + i % 40) for i in range(1500)),
            ]
        texts = pa.array(
            [joint.join(rng.choices(words, k=500)) for _ in range(n)], pa.large_string()
        )
        sketching.sketch(texts.slice(0, 10), Options())
        seconds = min(cpu_of(lambda texts=texts: copydesk(texts, None)) for _ in range(3))  # type: ignore[misc]
        rates[name] = texts.nbytes / 1e6 / seconds
    return {name: (rate, rates["ASCII"] / rate) for name, rate in rates.items()}


def odd_texts() -> dict[str, float]:
    """Return the CPU seconds of inputs that are made to be slow, by their names."""
    story = made_up(8)[0][0]
    cases = {
        "10,000 equal texts": [story] * 10_000,
        "a word repeated a million times, twice": ["word " * 1_000_000, "word " * 1_000_001],
        "two words repeated, twice": ["tick tock " * 500_000, "tick tock tick " * 300_000],
        "10,000 empty texts": [""] * 10_000,
        "10,000 texts of one word": [f"w{i % 100}" for i in range(10_000)],
        "5,000 edits of one story": [
            f"{story[: i % 900]} edit {i} {story[i % 900 :]}" for i in range(5_000)
        ],
    }
    return {
        name: cpu_of(lambda texts=texts: copydesk(pa.array(texts, pa.large_string()), None))
        for name, texts in cases.items()
    }  # type: ignore[misc]


def _half(path: str, column: str, time_column: str | None, part: int) -> float:
    texts, times = read(Path(path), column, time_column, None)
    half = len(texts) // 2
    texts, times = (
        texts.slice(part * half, half),
        times.slice(part * half, half) if times is not None else None,
    )
    copydesk(texts.slice(0, 500), None)
    began = time.perf_counter()
    for _ in range(5):
        copydesk(texts, times)
    return time.perf_counter() - began


def two_processes(path: str, column: str, time_column: str | None) -> float:
    """Return how much more work two processes do than one in the same time.

    Both halves at once are compared with one half alone.
    """
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_half, [path] * 2, [column] * 2, [time_column] * 2, [0, 1]))
        alone = pool.submit(_half, path, column, time_column, 0).result()
        both = max(pool.map(_half, [path] * 2, [column] * 2, [time_column] * 2, [0, 1]))
    return 2 * alone / both


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, help="Parquet file of texts, in order of time")
    parser.add_argument("--column", default="text", help="column with the texts (default: text)")
    parser.add_argument(
        "--time", dest="time_column", help="column with the times (default: no times)"
    )
    parser.add_argument(
        "--limit", type=int, default=20_000, help="the most texts to read (default: 20,000)"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds, of which the best counts (default: 3)"
    )
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=sorted(PEERS),
        default=sorted(PEERS),
        help="the other tools to measure (default: all)",
    )
    parser.add_argument(
        "--text-dedup", type=Path, metavar="PYTHON", help="Python interpreter that has text-dedup"
    )
    parser.add_argument(
        "--scripts", action="store_true", help="measure the cost per byte in other scripts"
    )
    parser.add_argument(
        "--odd", action="store_true", help="measure inputs that are made to be slow"
    )
    parser.add_argument(
        "--processes", action="store_true", help="compare two processes with one; needs --texts"
    )
    chosen = parser.parse_args(arguments)
    report: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    }
    texts, times = read(chosen.texts, chosen.column, chosen.time_column, chosen.limit)
    size = texts.nbytes / max(1, len(texts))
    rates = against_peers(texts, times, chosen.peers, chosen.rounds)
    if chosen.text_dedup:
        rates["text-dedup"] = with_text_dedup(chosen.text_dedup, texts)
    report["documents per second and core"] = {
        name: {
            "docs/s": round(rate),
            "MB/s": round(rate * size / 1e6, 1),
            "copydesk is": f"{rates['copydesk'] / rate:.1f} x",
        }
        for name, rate in rates.items()
    }
    report["bytes of the index a document"] = round(bytes_in_index(texts, times))
    if chosen.scripts:
        report["cost per byte"] = {
            name: f"{rate:.0f} MB/s, {cost:.2f} x ASCII"
            for name, (rate, cost) in by_script(2000).items()
        }
    if chosen.odd:
        report["odd texts, CPU s"] = {name: round(s, 2) for name, s in odd_texts().items()}
    if chosen.processes and chosen.texts:
        report["two processes do"] = (
            f"{two_processes(str(chosen.texts), chosen.column, chosen.time_column):.2f} x one"
        )
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
