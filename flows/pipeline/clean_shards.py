"""Clean shards in workers: decode, extract, clean and tag each record, and write the tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from copydesk.flows import read
from copydesk.flows.engines import worker_pool
from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.pipeline.staging.shard_files import ShardFiles
from copydesk.flows.pipeline.stories import shard_counts
from copydesk.flows.read import Record, Reject, reject
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.shards import Shard
from copydesk.flows.read.spool import PREPARE as PREPARE_READER
from copydesk.flows.read.tally import Tally
from copydesk.flows.recipe import Recipe, from_toml
from copydesk.flows.support import arrow_file, startup_cache, versions
from copydesk.flows.support.processes import sandbox
from copydesk.flows.support.processes.worker_loop import HiddenLibraries
from copydesk.schemas import tables as base
from copydesk.transforms import edit, numba_cache, tabulate
from copydesk.transforms.article import Article, Refused
from copydesk.transforms.encodings import decode

if TYPE_CHECKING:
    from copydesk.flows.pipeline.context import Context

# Inputs of this many bytes are expected to fill a shard. The number is arbitrary: 500 compressed
# texts have fewer bytes, and a dozen pages have more. A worker that is not needed costs only its
# start.
_SURELY_A_SHARD = 2**20
# Near its end, the run loads the code of later steps, which takes as long as cleaning some hundred
# texts. This is the share of the input that is then left to read; arbitrary.
_NEAR_END = 0.1

STAGED_REJECTS = pa.schema([field for field in base.REJECTS if field.name != "run_id"])


@dataclass(frozen=True, slots=True)
class CleanedFiles:
    """The files that workers wrote, in the order of the shards, and what reading counted."""

    shards: tuple[ShardFiles, ...]
    n_read: int
    tally: Tally = field(default_factory=Tally)


def clean_files(
    context: Context,
    templates: Mapping[str, frozenset[str]],
    *,
    on_last: Callable[[int], object] = lambda n: None,
) -> CleanedFiles:
    """Extract, clean and tag every document of the run's files in the engine's worker processes.

    `templates` maps an outlet to its active template lines. `on_last` is called once, with about the
    number of documents, when little is left to read and the workers still have work. If an
    earlier run was killed, the shards that it finished are used as they are. Raises `TaskError` and
    OSError, as `worker_pool` explains.
    """
    if not context.files:
        return CleanedFiles((), 0)
    folder, recipe = context.folder("clean"), context.recipe
    task = clean_task(folder, recipe, templates)
    shards = read.spool(
        context.files,
        folder / "read",
        fields=recipe.inputs,
        limits=recipe.limits,
        documents=recipe.run.shard_documents,
        n_bytes=recipe.run.shard_bytes,
    )
    files, n_read, tally = [], 0, Tally()
    for shard, result in context.engine.run_shards(
        _watched(shards, context.progress.expect, on_last, workers=context.workers),
        task,
        on_progress=context.progress.advance,
        early=_workers_needed(read.likely_bytes(context.files)),
    ):
        files.append(ShardFiles(folder / "shards", shard.number))
        n_read += result["n_read"]
        tally.add(Tally.from_json(shard.tally))
    return CleanedFiles(tuple(files), n_read, tally)


def clean_task(folder: Path, recipe: Recipe, templates: Mapping[str, frozenset[str]]) -> ShardTask:
    """The task that cleans one shard and writes its files into `folder / "shards"`."""
    options = write_edit_options(folder, recipe, templates)
    depends_on = [
        options["recipe"],
        options["templates"].read_text(encoding="utf-8"),
        versions.versions(),
    ]
    key = sha256(json.dumps(depends_on).encode()).hexdigest()
    return ShardTask(f"{__name__}:clean_shard", options, recipe.limits, key)


def write_edit_options(
    folder: Path, recipe: Recipe, templates: Mapping[str, frozenset[str]]
) -> dict[str, Any]:
    """Write the template lines into `folder`, and return the task's options for `edit_options`."""
    (folder / "shards").mkdir(exist_ok=True)
    lines = json.dumps({outlet: sorted(lines) for outlet, lines in sorted(templates.items())})
    (folder / "templates.json").write_text(lines, encoding="utf-8")
    return {
        "recipe": recipe.to_toml(),
        "templates": folder / "templates.json",
        "folder": folder / "shards",
    }


def _watched(
    shards: Iterable[Shard],
    on_total: Callable[[int], None],
    on_last: Callable[[int], object],
    *,
    workers: int,
) -> Iterator[Shard]:
    """Yield the shards. Before each, call `on_total` with an estimate of the number of all documents.

    Call `on_last` with it when little is left to read and every worker has had a shard. What it
    starts may be a thread, and a process with threads starts no more workers as forks.
    """
    n, is_near_end = 0, False
    for shard in shards:
        n += shard.n_documents + shard.n_rejects
        if shard.left_share < 1:
            estimate = round(n / (1 - shard.left_share))
            on_total(estimate)
            is_near = shard.left_share <= _NEAR_END and shard.number >= workers
            if is_near and not is_near_end:
                is_near_end = True
                on_last(estimate)
        yield shard
    on_total(n)
    if not is_near_end:
        on_last(n)


def start_ahead(limits: Limits, *, n_bytes: int, workers: int) -> None:
    """If forks are possible, start the reader and the workers that a run will need in any case.

    The run has these limits, about `n_bytes` of input and at most `workers` workers.
    """
    sandbox.start_ahead(
        seconds=limits.seconds, memory_bytes=limits.memory_bytes, prepare=PREPARE_READER
    )
    with HiddenLibraries.hidden("scipy", "yaml", "cffi"):
        numba_cache.load()  # This process and the workers both need it.
        sandbox.start_ahead(
            seconds=limits.seconds,
            memory_bytes=limits.memory_bytes,
            prepare=f"{__name__}:warm_up",
            n=min(workers, _workers_needed(n_bytes)),
        )


def _workers_needed(n_bytes: int) -> int:
    """The number of workers that inputs of this size can keep busy."""
    return 1 + n_bytes // _SURELY_A_SHARD


def warm_up() -> None:
    """Load everything that cleaning a text needs."""
    startup_cache.prepare()
    edit.warm_up_for_texts()


@cache
def warm_up_for_pages() -> None:
    """Load everything that cleaning a page needs. This takes a third of a second longer."""
    warm_up()
    edit.warm_up()


def clean_shard(job: worker_pool.Job, options: Mapping[str, Any]) -> dict[str, Any]:
    """Clean the documents of a shard, and write articles, ledger and rejects into `options["folder"]`."""
    chosen = edit_options(options["recipe"], options["templates"])
    if job.shard.has_pages():
        warm_up_for_pages()
    else:
        warm_up()
    outcomes = [article_of(record, chosen) for _, record in job.documents()]
    files = ShardFiles(Path(options["folder"]), job.shard.number)
    write([*outcomes, *job.rejects()], files)
    return {
        "n_read": job.shard.n_documents + job.shard.n_rejects,
        "files": [str(path) for path in files.paths()],
    }


def article_of(record: Record, options: edit.Options) -> Article | Reject:
    """The article of a record, or the row of `rejects` that says why there is none."""
    try:
        decoded = decode.decode(
            record.body, declared=record.declared_encoding, html=record.kind == "page"
        )
    except Refused as refused:
        return reject(record, refused)
    source = record.source(encoding=decoded.evidence)
    article = (edit.page if record.kind == "page" else edit.plain)(decoded.text, source, options)
    return reject(record, article.refused) if article.refused else article


def write(outcomes: Iterable[Article | Reject], files: ShardFiles) -> None:
    """Write a shard's tables. Raises OSError."""
    outcomes = list(outcomes)
    cleaned = [outcome for outcome in outcomes if isinstance(outcome, Article)]
    rejects = [asdict(outcome) for outcome in outcomes if isinstance(outcome, Reject)]
    articles = tabulate.articles(cleaned)
    arrow_file.write(pa.Table.from_pylist(rejects, schema=STAGED_REJECTS), files.rejects)
    once: dict[str, Article] = {}  # A record may be repeated, but its cuts are written once.
    for article in cleaned:
        once.setdefault(article.doc_id, article)
    arrow_file.write(tabulate.removed(list(once.values())), files.removed)
    shard_counts.write(articles, files.counts)
    arrow_file.write(articles, files.articles)


def rejected_by_reason(shards: Iterable[ShardFiles]) -> dict[str, int]:
    """How many documents the shards reject for each reason, the most frequent first."""
    reasons = Counter(
        reason
        for shard in shards
        for reason in arrow_file.read(shard.rejects, ["reason"])["reason"].to_pylist()
    )
    return dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))


@lru_cache(maxsize=1)
def edit_options(recipe: str, templates: str) -> edit.Options:
    """The options for cleaning, from a recipe as TOML and the path of the active template lines."""
    lines = json.loads(Path(templates).read_text(encoding="utf-8"))
    return from_toml(recipe).edit_options(
        {outlet: frozenset(of_outlet) for outlet, of_outlet in lines.items()}
    )
