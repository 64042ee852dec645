"""Measure every stage of copydesk beside the tools that do the same work.

The table gives documents per second and core, MB per second and peak memory.

    python -m benchmarks
    python -m benchmarks --quick
    python -m benchmarks --pages DIR --texts stories.parquet
    python -m benchmarks dedup --texts stories.parquet     # copies only, see benchmarks/dedup.py

Each part runs in a process of its own. The other tools run in the same process and take turns with
copydesk, so that other load on the machine affects all of them alike. Rates are per second of CPU.
The peak is that of the whole process, about 250 MB of which are the package and its tables.

Without --texts and --pages the documents are made up. They show the speed and nothing about
quality, which `copydesk evaluate` and the other benchmarks measure on labelled data. Nothing is
written.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from benchmarks import corpus, scale

_PACKAGES = (
    "copydesk",
    "numba",
    "numpy",
    "pyarrow",
    "lxml",
    "trafilatura",
    "datasketch",
    "rensa",
    "gaoya",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. `rate` is in documents per CPU second, `size` in bytes per document."""

    stage: str
    by: str
    rate: float
    size: float


@dataclass(frozen=True, slots=True)
class Data:
    """The documents for the measurement."""

    n: int
    texts: Path | None
    pages: Path | None

    def documents(self, n: int) -> list[corpus.Document]:
        """Texts with their fields."""
        return [
            row
            for day in corpus.documents(n, corpus.stories_of(corpus.Options(texts=self.texts)))
            for row in day
        ]

    def html(self, n: int) -> list[corpus.Document]:
        """Pages with their addresses."""
        if self.pages is None:
            return [row for day in corpus.pages(n, corpus.MadeUp(0)) for row in day]
        given = [(row["url"], row["html"]) for row in corpus.read(self.pages) if row.get("html")]
        return [row for some in corpus.given_pages(n, given) for row in some]


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _in_turn(
    stage: str, size: float, n: int, ways: dict[str, Callable[[int], object]]
) -> Iterator[Line]:
    """Run every way on each document before going on to the next document."""
    spent = dict.fromkeys(ways, 0.0)
    for number in range(n):
        for name, way in ways.items():
            spent[name] += _cpu(lambda way=way, number=number: way(number))  # type: ignore[misc]
    for name, seconds in spent.items():
        yield Line(stage, name, n / seconds, size)


def read(data: Data) -> Iterator[Line]:
    """Read JSON Lines and Parquet files into records."""
    from copydesk.flows import read as reading

    for form in ("jsonl", "parquet"):
        with tempfile.TemporaryDirectory() as folder:
            size = corpus.write(data.n, Path(folder), corpus.Options(texts=data.texts, form=form))
            seconds = _cpu(lambda folder=folder: sum(1 for _ in reading.read([folder])))  # type: ignore[misc]
            yield Line(f"read {form} of text", "copydesk", data.n / seconds, size / data.n)


def clean_texts(data: Data) -> Iterator[Line]:
    """Clean and tag texts."""
    from copydesk.transforms import edit

    edit.warm_up()
    rows = data.documents(data.n // 5)
    edit.clean_text(rows[0]["text"])
    size = sum(len(row["text"].encode()) for row in rows) / len(rows)
    yield from _in_turn(
        "clean a text",
        size,
        len(rows),
        {"copydesk": lambda n: edit.clean_text(rows[n]["text"], url=rows[n]["url"])},
    )


def clean_pages(data: Data) -> Iterator[Line]:
    """Extract, clean and tag pages."""
    from copydesk.transforms import edit

    edit.warm_up()
    rows = data.html(max(40, data.n // 50))
    edit.clean_page(rows[0]["html"])
    ways: dict[str, Callable[[int], object]] = {
        "copydesk": lambda n: edit.clean_page(rows[n]["html"], url=rows[n]["url"])
    }
    with contextlib.suppress(ImportError):
        import trafilatura

        trafilatura.bare_extraction(rows[0]["html"], with_metadata=True)
        ways["trafilatura, with metadata"] = lambda n: trafilatura.bare_extraction(
            rows[n]["html"], url=rows[n]["url"], with_metadata=True, include_comments=False
        )
    yield from _in_turn(
        "clean a page", sum(len(row["html"].encode()) for row in rows) / len(rows), len(rows), ways
    )


def copies(data: Data) -> Iterator[Line]:
    """Find verified clusters among texts in memory. The other tools stop at candidates."""
    import pyarrow as pa

    from benchmarks import dedup

    rows = data.documents(data.n)
    texts = pa.array([row["text"] for row in rows], pa.large_string())
    times = pa.array([row["published_at"] for row in rows], pa.timestamp("us", tz="UTC"))
    rates = dedup.against_peers(texts, times, sorted(dedup.PEERS), 2)
    for name, rate in rates.items():
        yield Line("sign, join, verify, cluster", name, rate, texts.nbytes / len(texts))


def stories(data: Data) -> Iterator[Line]:
    """Group texts in memory into stories."""
    from benchmarks import stories as told

    texts = [row["text"] for row in data.documents(data.n)]
    size = sum(len(text.encode()) for text in texts) / len(texts)
    for step, rate in told.measure(texts).items():
        yield Line(f"stories: {step}", "copydesk", rate, size)


def ingest(data: Data) -> Iterator[Line]:
    """Ingest with two workers: the whole run, all processes together, and each of its steps."""
    with tempfile.TemporaryDirectory() as folder:
        size = corpus.write(data.n, Path(folder, "corpus"), corpus.Options(texts=data.texts))
        run = scale.measure(data.n, Path(folder, "corpus"), Path(folder, "warehouse"), workers=2)
    yield Line(
        "whole ingest of text",
        f"copydesk, peak {run.peak / 1e6:,.0f} MB in all processes",
        run.rate,
        size / data.n,
    )
    for name, cost in run.steps.items():
        if cost["cpu"] > 0:
            yield Line(
                f"ingest: {name}",
                f"copydesk, peak {cost['peak'] / 1e6:,.0f} MB in all processes",
                data.n / cost["cpu"],
                size / data.n,
            )


PARTS: dict[str, Callable[[Data], Iterator[Line]]] = {
    "read": read,
    "texts": clean_texts,
    "pages": clean_pages,
    "copies": copies,
    "stories": stories,
    "ingest": ingest,
}


def measured(part: str, data: Data) -> tuple[list[Line], int]:
    """Run a part in a process of its own; return its lines and peak resident memory in bytes."""
    command = [sys.executable, "-m", "benchmarks", "--part", part, "--n", str(data.n)]
    for name in ("texts", "pages"):
        if getattr(data, name):
            command += [f"--{name}", str(getattr(data, name))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parent.parent
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the part {part!r} ended with exit code {process.returncode}")
    return [Line(**line) for line in json.loads(said)], usage.ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def versions() -> str:
    """Return the versions of the packages that do the work."""
    found = []
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found)


def main(arguments: Sequence[str] | None = None) -> None:
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["dedup"]:
        from benchmarks import dedup

        dedup.main(given[1:])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2,000 texts instead of 10,000")
    parser.add_argument(
        "--texts",
        type=Path,
        help="Parquet or JSON Lines file of stories (default: made-up stories)",
    )
    parser.add_argument(
        "--pages",
        type=Path,
        help="file or folder of JSON Lines or Parquet with pages (url, html) (default: made-up pages)",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(PARTS),
        default=list(PARTS),
        help="only these parts (default: all)",
    )
    parser.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--n", type=int, help="how many texts to measure with")
    chosen = parser.parse_args(given)
    data = Data(chosen.n or (2_000 if chosen.quick else 10_000), chosen.texts, chosen.pages)
    if chosen.part:
        print(json.dumps([asdict(line) for line in PARTS[chosen.part](data)]))
        return
    print(
        f"{scale.machine()}\n{versions()}\n\n| stage | by | docs/s/core | MB/s | kB a document | peak MB |\n|---|---|---:|---:|---:|---:|",
        flush=True,
    )
    for part in chosen.only:
        lines, peak = measured(part, data)
        for line in lines:
            memory = "" if part == "ingest" else f"{peak / 1e6:,.0f}"
            print(
                f"| {line.stage} | {line.by} | {line.rate:,.0f} | {line.rate * line.size / 1e6:,.1f} | {line.size / 1e3:,.1f} | {memory} |",
                flush=True,
            )
    print(f"\nload average at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
