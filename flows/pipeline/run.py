"""One run: documents in, one snapshot out. The steps below are all of it, with Prefect or without.

    with started(inputs, warehouse=..., recipe=...) as context:
        results = run_steps(context)
        summary = finish(context, results)

Tables pass between the steps as staged Parquet shards; the results of the steps name them and hold
ids, counts and decisions. Nothing is set on the context.
"""

from __future__ import annotations

import functools
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

import pyarrow.parquet as pq

from copydesk.flows import read
from copydesk.flows.engines import base
from copydesk.flows.pipeline import clean_shards, known_inputs, summary
from copydesk.flows.pipeline import deduplicate as copies_step
from copydesk.flows.pipeline import publish as publish_step
from copydesk.flows.pipeline import reconcile as arrivals_step
from copydesk.flows.pipeline.context import Context, Progress, Silent
from copydesk.flows.pipeline.results import Arrivals, Cleaned, Published, Results
from copydesk.flows.pipeline.resume import RUN_FILE, interrupted_run, resume_key, write_run_file
from copydesk.flows.pipeline.summary import Facts, Stage, Summary
from copydesk.flows.read.field_names import unread_warnings
from copydesk.flows.recipe import Recipe
from copydesk.flows.remote.client import is_uri, located
from copydesk.flows.support import allocator, versions
from copydesk.flows.support.progress_record import Recorded
from copydesk.flows.warehouse import Warehouse
from copydesk.flows.warehouse.change import COUNTS
from copydesk.transforms import drift

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories

__all__ = [
    "STEPS",
    "Arrivals",
    "Cleaned",
    "Context",
    "Progress",
    "Results",
    "Silent",
    "Steps",
    "run",
    "started",
]

_P = ParamSpec("_P")
_R = TypeVar("_R")


@contextmanager
def started(
    inputs: Sequence[str],
    *,
    warehouse: Path | str,
    recipe: Recipe | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
    run_id: str | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    engine: str = "local",
    scheduler: str | None = None,
    reread: bool = False,
) -> Iterator[Context]:
    """Open a run, holding the warehouse's lock until the block ends.

    A run that was killed is taken up again, under its own id, where inputs, recipe and parent
    snapshot are still the same: its finished shards are used, and if it had published, nothing is left
    to do. Inputs that the warehouse has read and that did not change are not opened, unless `reread`
    is set. `engine` and `scheduler` say where the work is done (see `engines.opened`). Raises
    `read.InputError` for inputs that do not exist, `WarehouseError` for a warehouse that cannot
    be written and `engines.EngineError` for an engine that cannot be had.
    """
    allocator.lean()
    recipe, progress = recipe or Recipe(), progress or Silent()
    base.check(engine, scheduler)
    files = read.find(inputs)
    store = Warehouse.open(
        located(warehouse), create=True, options=recipe.warehouse
    )  # workers stand in other folders
    store = replace(store, writers=workers)
    with (
        store.lock(wait_seconds=wait_seconds),
        base.opened(engine, workers=workers, scheduler=scheduler, note=progress.note) as chosen,
    ):
        parent = store.current()
        key = resume_key(files, recipe, parent.id if parent else None)
        resumed = interrupted_run(store.root, key)
        if resumed is None and parent is not None:
            resumed = interrupted_run(
                store.root,
                resume_key(files, recipe, parent.manifest.parent),
                run_id=parent.manifest.run_id,
            )
        begun = resumed or {
            "run_id": run_id or f"{clock():%Y%m%dT%H%M%S}-{token_hex(3)}",
            "started_at": clock().isoformat(),
        }
        store.sweep(keep_staging=[begun["run_id"]])
        had_published = parent is not None and parent.manifest.run_id == begun["run_id"]
        context = Context(
            inputs=inputs,
            sifted=known_inputs.sift(
                files,
                known_inputs.record_of(store.root, parent),
                reading=known_inputs.reading_sha256(recipe),
                # Against its own snapshot a run that had published would know all its inputs.
                reread=reread or had_published,
            ),
            warehouse=store,
            recipe=recipe,
            run_id=begun["run_id"],
            started_at=datetime.fromisoformat(begun["started_at"]),
            parent=parent,
            workers=workers,
            progress=Recorded(progress, store.staging(begun["run_id"])),
            clock=clock,
            engine=chosen,
            published=parent if had_published else None,
        )
        chosen.prepare(context.staging, store.address if store.mirror else None)
        if not resumed:
            write_run_file(context.staging, begun, key)
        if had_published:
            context.warn(f"run {context.run_id} had published before it was interrupted")
        elif resumed:
            context.warn(f"taking up run {context.run_id}, which was interrupted")
        yield context


def unchanged(
    inputs: Sequence[str],
    *,
    warehouse: Path | str,
    recipe: Recipe,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Summary | None:
    """What a run over the inputs would come to, where the warehouse has read them all; else None.

    Costs a look at each file's size and time, and needs neither lock nor workers. Raises `read.InputError`.
    """
    begun = clock()
    if is_uri(warehouse) or not Path(warehouse, "LATEST").is_file():
        return None
    store = Warehouse.open(warehouse)
    parent = store.current()
    if parent is None or any((store.root / "staging").glob(f"*/{RUN_FILE}")):
        return None
    record = known_inputs.record_of(store.root, parent)
    reading_key = known_inputs.reading_sha256(recipe)
    sifted = known_inputs.sift(read.find(inputs), record, reading=reading_key)
    if sifted.files or not sifted.known:
        return None
    facts = Facts(
        run_id="",
        snapshot_id=None,
        started_at=begun.isoformat(),
        finished_at=clock().isoformat(),
        inputs=tuple(inputs),
        recipe_sha256=recipe.sha256(),
        n_read=sifted.n_known_documents,
        n_known=sifted.n_known_documents,
        n_known_files=sifted.n_known_files,
        known_since=parent.manifest.finished_at,
    )
    other = arrivals_step.under_other_recipe(parent, recipe)
    return Summary(facts=facts, n_under_other_recipe=other)


def run(inputs: Sequence[str], *, is_dry: bool = False, **options: Any) -> Summary:
    """All steps of a run, without Prefect; options as `started` takes them. A dry run publishes nothing."""
    with started(inputs, **options) as context:
        return finish(context, run_steps(context, is_dry=is_dry), is_dry=is_dry)


def timed(step: Callable[_P, _R]) -> Callable[_P, _R]:
    """The step, which notes its seconds and the peak memory of the process so far in the journal."""

    @functools.wraps(step)
    def measured(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        context, begun = args[0], time.monotonic()
        assert isinstance(context, Context)
        result = step(*args, **kwargs)
        allocator.release()
        n_read = max(
            (value.n_read for value in (*args, result) if isinstance(value, Cleaned)),
            default=max((stage.documents or 0 for stage in context.journal.stages), default=0),
        )
        seconds = time.monotonic() - begun
        context.journal.stages.append(Stage(step.__name__, seconds, _peak_bytes(), n_read))
        return result

    return measured


@timed
def clean(context: Context) -> Cleaned:
    """Read the inputs, cut them into shards, and let workers extract, clean and tag each document."""
    context.progress.stage("clean", None)
    loading = threading.Thread(target=_load_ahead)
    cleaned = clean_shards.edit_files(
        context.files,
        context.folder("edit"),
        recipe=context.recipe,
        templates=arrivals_step.templates_in_force(context.parent),
        engine=context.engine,
        on_progress=context.progress.advance,
        on_total=context.progress.expect,
        on_last=loading.start,
    )
    for sentence in unread_warnings(cleaned.tally.unread):
        context.warn(sentence)
    n_known = context.sifted.n_known_documents
    is_all_known = not cleaned.n_read and context.sifted.n_known_files > 0
    n_articles = sum(pq.read_metadata(path).num_rows for path in cleaned.articles)
    return Cleaned(
        articles=cleaned.articles,
        rejects=cleaned.rejects,
        n_read=cleaned.n_read + n_known,
        n_known=n_known,
        n_rejected=cleaned.n_read - n_articles,
        tally=cleaned.tally,
        is_nothing_new=is_all_known and context.kind == "ingest" and context.parent is not None,
    )


def _load_ahead() -> None:
    """Load compiled code for the later steps while the last workers are still busy; it takes a second."""
    try:
        from copydesk.flows.pipeline.stories import stage  # noqa: F401
        from copydesk.transforms.dedup import find_duplicates
    except ImportError:  # the step that needs it says so
        return
    find_duplicates(["The same words twice load every loop that compares copies."] * 2)


@timed
def reconcile(context: Context, cleaned: Cleaned) -> Arrivals:
    """Leave out what is already known, number revisions, and hold back outlets that drifted."""
    context.progress.stage("reconcile", cleaned.n_read)
    places = arrivals_step.decide(cleaned.articles, context.parent)
    habits = arrivals_step.habits(
        cleaned.articles, places, cleaned.rejects, rules_sha256=versions.rules_sha256()
    )
    options = context.recipe.drift
    recent = arrivals_step.recent_habits(context.warehouse.root, options.runs)
    breaks = drift.breaks(recent, habits, options)
    for broken in breaks:
        context.warn(broken.sentence)
    placed = arrivals_step.write(
        cleaned.articles,
        places,
        context.parent,
        held_back=drift.held_back(breaks, options),
        run_id=context.run_id,
        folder=context.folder("place"),
        workers=context.workers,
    )
    arrivals = Arrivals(
        shards=placed.new,
        quarantined=placed.quarantined,
        superseded=placed.superseded,
        renamed=placed.renamed,
        n_new=sum(pq.read_metadata(path).num_rows for path in placed.new),
        n_known=placed.n_known,
        n_revisions=placed.n_revisions,
        n_quarantined=placed.n_quarantined,
        habits=habits,
        breaks=breaks,
    )
    is_nothing_new = publish_step.is_nothing_new(context, cleaned, arrivals)
    return replace(arrivals, is_nothing_new=is_nothing_new)


@timed
def deduplicate(context: Context, arrivals: Arrivals) -> Copies:
    """Find the copies among the new documents and the published ones."""
    context.progress.stage("deduplicate", arrivals.n_new)
    parent, options = context.parent, context.recipe.dedup
    found = copies_step.find_copies(
        arrivals.shards,
        index=copies_step.open_index(parent, options) if parent else None,
        published=copies_step.PublishedSnapshot(parent) if parent else None,
        options=options,
        staging=context.folder("fold"),
        exempt=arrivals_step.revisions(arrivals.shards),
        superseded=arrivals.superseded,
    )
    context.progress.advance(arrivals.n_new)
    pairs = context.folder("fold") / "pairs.parquet"  # not wanted before they are published
    clean_shards.write_whole(found.pairs, pairs)
    for sentence in copies_step.losses(arrivals.shards, found.folds):
        context.warn(sentence)
    return replace(found, pairs=pairs)


@timed
def group(context: Context, arrivals: Arrivals, copies: Copies) -> Stories:
    """Put each kept document into a story."""
    # Compiled code: it is not loaded before the reading has begun.
    from copydesk.flows.pipeline.stories import stage

    context.progress.stage("group", arrivals.n_new - copies.folds.num_rows)
    return stage.group(
        arrivals.shards,
        folds=copies.folds,
        moved=copies.moved,
        parent=context.parent,
        options=context.recipe.stories,
        run_id=context.run_id,
        staging=context.folder("group"),
    )


@timed
def publish(
    context: Context,
    results: Results,
    deletes: Mapping[str, object],
) -> Published:
    """Write the next snapshot and switch to it. `deletes` are rows that leave other tables."""
    context.progress.stage("publish", results.arrivals.n_new)
    return publish_step.publish(context, results, deletes)


class Steps(NamedTuple):
    """The steps of a run in their order: plain functions, or Prefect's tasks of them."""

    clean: Callable[[Context], Cleaned] = clean
    reconcile: Callable[[Context, Cleaned], Arrivals] = reconcile
    deduplicate: Callable[[Context, Arrivals], Copies] = deduplicate
    group: Callable[[Context, Arrivals, Copies], Stories] = group
    publish: Callable[[Context, Results, Mapping[str, object]], Published] = publish


STEPS = Steps()


def run_steps(
    context: Context,
    *,
    steps: Steps | None = None,
    is_dry: bool = False,
    deletes: Callable[[Cleaned], Mapping[str, object]] = lambda cleaned: {},
) -> Results:
    """Take the steps, one after another, until nothing is left to do.

    `deletes` gives the rows that leave other tables when the snapshot is published, by table.
    """
    if context.published is not None:
        counted = context.published.manifest.counts
        counts = {name: counted.get(name, 0) for name in COUNTS}
        return Results(published=Published(snapshot=context.published, counts=counts))
    steps = steps or STEPS
    cleaned = steps.clean(context)
    if cleaned.is_nothing_new:
        return Results(cleaned=cleaned)
    arrivals = steps.reconcile(context, cleaned)
    if arrivals.is_nothing_new:
        return Results(cleaned=cleaned, arrivals=arrivals)
    copies = steps.deduplicate(context, arrivals)
    stories = steps.group(context, arrivals, copies)
    results = Results(cleaned=cleaned, arrivals=arrivals, copies=copies, stories=stories)
    if is_dry:
        return results
    return replace(results, published=steps.publish(context, results, deletes(cleaned)))


def finish(context: Context, results: Results, *, is_dry: bool = False) -> Summary:
    """Keep the record of what was published, remove the staging, and sum up the run.

    In this order: a run that is killed in between is taken up again; after it the record would be lost.
    """
    facts = _facts(context, results)
    if results.published is not None:
        summary.keep(context.warehouse.root, facts)
    elif results.is_nothing_new and context.parent is not None and context.files:
        record = publish_step.input_record(context, results.cleaned)
        known_inputs.keep_aside(context.warehouse.root, context.parent, record)
    context.warehouse.discard_staging(context.run_id)
    published = results.published
    removed = sorted((published.removed_by_rule if published else {}).items(), key=lambda x: -x[1])
    return Summary(
        facts=facts,
        removed_by_rule=dict(removed),
        n_stories=results.stories.n_opened if results.stories else 0,
        n_under_other_recipe=arrivals_step.under_other_recipe(
            published.snapshot if published else context.parent, context.recipe
        ),
        is_dry=is_dry,
    )


def _facts(context: Context, results: Results) -> Facts:
    """What only the run knows of itself, after its last step."""
    known_since = ""
    if results.is_nothing_new and context.parent is not None:
        known_since = context.parent.manifest.finished_at
    return Facts(
        run_id=context.run_id,
        snapshot_id=results.published.snapshot.id if results.published else None,
        started_at=context.started_at.isoformat(),
        finished_at=context.clock().isoformat(),
        inputs=context.inputs,
        recipe_sha256=context.recipe.sha256(),
        stages=tuple(context.journal.stages),
        warnings=tuple(context.journal.warnings),
        breaks=results.arrivals.breaks,
        habits=results.arrivals.habits,
        n_known_files=context.sifted.n_known_files,
        known_since=known_since,
        skipped=dict(results.cleaned.tally.skipped.most_common()),
        **{name: n for name, n in results.counts().items() if name != "n_moved"},
    )


def _peak_bytes() -> int:
    """Peak resident memory of this process and of its largest finished worker, added: what a machine must have."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
