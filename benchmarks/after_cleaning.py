"""Measure the peak memory and the CPU of the steps after cleaning, on corpora of any size.

    python -m benchmarks.after_cleaning --sizes 10000 100000 1000000
    python -m benchmarks.after_cleaning --sizes 10000 100000 --cleaned warehouse/staging/RUN/clean/shards

The steps are reconcile, deduplicate, group, publish and report. Cleaning works shard by shard and
takes most of a run. Here it is done once, for 20,000 documents of `benchmarks.corpus`, or its
result is taken from --cleaned, the folder that an interrupted run left.

A larger corpus repeats these shards. Each round is later in time than the one before, has its own
ids and addresses, and spells one letter in another way, so that its texts are not copies of the
round before. The figures are those of `benchmarks.scale`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import corpus, scale
from copydesk.flows.pipeline import known_inputs
from copydesk.flows.pipeline import run as pipeline
from copydesk.flows.pipeline.staging.shard_files import ShardFiles
from copydesk.flows.pipeline.stories import shard_counts
from copydesk.flows.recipe import Recipe
from copydesk.flows.report.outcome import as_json, report_run
from copydesk.flows.support import arrow_file
from copydesk.flows.support.processes import allocator
from copydesk.flows.warehouse import Warehouse

_CLEANED = 20_000
_SPELLINGS = (
    "ab",
    "ad",
    "af",
    "ag",
    "ah",
    "ak",
    "al",
    "am",
    "an",
    "ap",
    "ar",
    "as",
    "at",
    "av",
    "aw",
    "az",
)
_IDS = ("doc_id", "content_sha256", "extracted_sha256")


def cleaned_shards(folder: Path, n: int) -> Path:
    """Clean a made-up corpus and return its shards."""
    corpus.write(n, folder / "corpus", corpus.Options())
    with pipeline.started(
        [str(folder / "corpus")],
        warehouse=folder / "warehouse",
        options=pipeline.RunOptions(workers=2),
    ) as context:
        pipeline.clean(context)
        kept = folder / "cleaned"
        (context.staging / "clean" / "shards").rename(kept)
    return kept


def multiplied(shards: Path, n: int, folder: Path) -> int:
    """Write shards with `n` documents made from the given ones; return how many were written."""
    folder.mkdir(parents=True)
    sources = _files(shards)
    dates = pa.concat_tables(
        [arrow_file.read(files.articles, ["published_date"]) for files in sources]
    )["published_date"]
    span = (pc.max(dates).as_py() - pc.min(dates).as_py()).days + 1
    made = number = 0
    while made < n:
        round_, at = divmod(number, len(sources))
        source, target = sources[at], ShardFiles(folder, number)
        for path, written in zip(source.paths()[:3], target.paths()[:3], strict=True):
            rows = arrow_file.read(path)
            if written == target.articles:
                rows = rows.slice(0, n - made)
                made += rows.num_rows
            arrow_file.write(_again(rows, round_, span), written)
            if written == target.articles:
                shard_counts.write(arrow_file.read(written), target.counts)
        number += 1
    return made


def _files(folder: Path) -> tuple[ShardFiles, ...]:
    """Return the shards of a folder, which are numbered from 0."""
    n = len(list(folder.glob("*.articles.arrow")))
    return tuple(ShardFiles(folder, number) for number in range(n))


def _again(rows: pa.Table, round_: int, span: int) -> pa.Table:
    """Return the rows as those of a later round."""
    if not round_:
        return rows
    later = pa.scalar(round_ * span * 86_400, pa.duration("s"))
    turn, spelling = round_ % 30 + 1, _SPELLINGS[round_ % len(_SPELLINGS)]
    for place, field in enumerate(rows.schema):
        values = rows[field.name]
        if field.name in _IDS:
            values = pc.binary_join_element_wise(
                pc.utf8_slice_codeunits(values, turn), pc.utf8_slice_codeunits(values, 0, turn), ""
            )
        elif field.name in ("url", "canonical_url"):
            values = pc.binary_join_element_wise(values, f"?{round_}", "")
        elif field.name == "text" and "title" in rows.schema.names:
            values = pc.replace_substring(values, "a", spelling)
        elif field.name == "published_at":
            values = pc.add(values, later.cast(pa.duration("us")))
        elif field.name == "published_date":
            values = pc.add(values.cast(pa.timestamp("s")), later).cast(pa.date32())
        else:
            continue
        rows = rows.set_column(place, field, values.cast(field.type))
    return rows


def run(shards: Path, warehouse: Path) -> None:
    """Run the steps over cleaned shards, in this process."""
    allocator.lean()
    store, recipe = Warehouse.open(warehouse, create=True), Recipe()
    with store.lock():
        files = _files(shards)
        cleaned = pipeline.Cleaned(
            shards=files,
            n_read=sum(arrow_file.n_rows(shard.articles) for shard in files),
        )
        now = datetime.now(UTC)
        context = pipeline.Context(
            inputs=[str(shards)],
            sifted=known_inputs.unknown(()),
            warehouse=store,
            recipe=recipe,
            run_id=f"{now:%Y%m%dT%H%M%S}-scale",
            started_at=now,
            parent=store.current(),
        )
        steps = pipeline.STEPS._replace(clean=lambda context: cleaned)
        summary = pipeline.finish(context, pipeline.run_steps(context, steps=steps))
    outcome = report_run(summary, warehouse)
    json.dump(as_json(outcome), sys.stdout, default=str)


def measure(shards: Path, n: int, warehouse: Path) -> scale.Measured:
    """Run the steps in a process of their own and sum up what they cost."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.after_cleaning",
        "--run",
        str(shards),
        str(warehouse),
    ]
    seen = scale.watched(command, what=f"the steps over {shards}")
    size = sum(path.lstat().st_size for path in shards.iterdir())
    return scale.summed_up(seen, n=n, workers=1, n_bytes=size, warehouse=warehouse)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[10_000, 100_000], help="documents in each corpus"
    )
    parser.add_argument("--cleaned", type=Path, help="folder of cleaned shards")
    parser.add_argument(
        "--folder", type=Path, help="folder to work in (default: a temporary folder)"
    )
    parser.add_argument("--run", type=Path, nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.run:
        run(*chosen.run)
        return
    print(scale.machine(), flush=True)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        folder = Path(temporary)
        source = chosen.cleaned or cleaned_shards(folder, _CLEANED)
        runs = []
        for n in chosen.sizes:
            multiplied(source, n, folder / f"shards-{n}")
            runs.append(measure(folder / f"shards-{n}", n, folder / f"warehouse-{n}"))
            print(scale.table(runs), flush=True)


if __name__ == "__main__":
    main()
