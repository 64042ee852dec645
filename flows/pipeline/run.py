"""One run, from input documents to one snapshot. These are its steps, with Prefect or without.

    with started(inputs, warehouse=..., options=RunOptions(...)) as context:
        results = run_steps(context)
        summary = finish(context, results)

Tables pass between the steps as staged Arrow files. The results of the steps name these files, and
contain ids, counts and decisions. No step changes the context.
"""

from __future__ import annotations

import functools
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from copydesk.flows.pipeline import (
    clean_shards,
    known_inputs,
    learn_templates,
    outlet_profiles,
    refetched,
    summary,
)
from copydesk.flows.pipeline import deduplicate as copies_step
from copydesk.flows.pipeline import publish as publish_step
from copydesk.flows.pipeline import reconcile as reconciling
from copydesk.flows.pipeline.context import Context, Silent
from copydesk.flows.pipeline.results import Arrivals, Cleaned, Published, Results
from copydesk.flows.pipeline.start import RunOptions, started
from copydesk.flows.pipeline.summary import Facts, StepCost, Summary
from copydesk.flows.read.field_names import unread_warnings
from copydesk.flows.support import arrow_file, versions
from copydesk.flows.support.processes import allocator
from copydesk.flows.support.progress_record import Progress
from copydesk.flows.warehouse.change import COUNTS
from copydesk.flows.warehouse.last_run import n_under_other_recipe
from copydesk.transforms import drift

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories
    from copydesk.flows.warehouse import Deletion

__all__ = [
    "STEPS",
    "Arrivals",
    "Cleaned",
    "Context",
    "Progress",
    "Results",
    "RunOptions",
    "Silent",
    "Steps",
    "run",
    "started",
]

_MANY = 500  # documents, among which there are copies; arbitrary
_MOST_ANOMALIES = 8  # how many are shown as warnings; arbitrary, and the report has all
_P = ParamSpec("_P")
_R = TypeVar("_R")


def run(
    inputs: Sequence[str], *, warehouse: Path | str, is_dry: bool = False, **options: Any
) -> Summary:
    """Do all steps of a run, without Prefect. A dry run publishes nothing.

    `options` are those of `RunOptions`.
    """
    with started(inputs, warehouse=warehouse, options=RunOptions(**options)) as context:
        return finish(context, run_steps(context, is_dry=is_dry), is_dry=is_dry)


def timed(step: Callable[Concatenate[Context, _P], _R]) -> Callable[Concatenate[Context, _P], _R]:
    """Wrap a step so that the journal gets its seconds and the peak memory of the process so far."""

    @functools.wraps(step)
    def measured(context: Context, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        begun = time.monotonic()
        result = step(context, *args, **kwargs)
        allocator.release()
        n_read = max(
            (value.n_read for value in (*args, result) if isinstance(value, Cleaned)),
            default=max((earlier.documents or 0 for earlier in context.journal.steps), default=0),
        )
        seconds = time.monotonic() - begun
        context.journal.steps.append(StepCost(step.__name__, seconds, _peak_bytes(), n_read))
        return result

    return measured


@timed
def clean(context: Context) -> Cleaned:
    """Read the inputs, cut them into shards, and let workers extract, clean and tag each document."""
    context.progress.step("clean", None)
    # The end of the block waits, because two threads must not load the same compiled code.
    with ThreadPoolExecutor(1) as loading:
        cleaned = clean_shards.clean_files(
            context,
            learn_templates.templates_in_force(context.parent),
            on_last=lambda n_documents: loading.submit(_load_ahead, n_documents),
        )
    for sentence in unread_warnings(cleaned.tally.unread):
        context.warn(sentence)
    n_known = context.sifted.n_known_documents
    is_all_known = not cleaned.n_read and context.sifted.n_known_files > 0
    n_articles = sum(arrow_file.n_rows(shard.articles) for shard in cleaned.shards)
    return Cleaned(
        shards=cleaned.shards,
        n_read=cleaned.n_read + n_known,
        n_known=n_known,
        n_rejected=cleaned.n_read - n_articles,
        tally=cleaned.tally,
        is_nothing_new=is_all_known and context.kind == "ingest" and context.parent is not None,
    )


def _load_ahead(n_documents: int) -> None:
    """Load the compiled code of later steps while workers are still busy, since it takes a second.

    Among a few documents there may be no copies and no stories, so what only comparisons need is
    left to those steps.
    """
    try:
        from copydesk.flows.pipeline.stories import stage  # noqa: F401
        from copydesk.transforms.dedup import find_duplicates
        from copydesk.transforms.stories import stories_in_memory
    except ImportError:  # The step that needs it will raise the error.
        return
    text = "The council of Bergen said on Tuesday that the tram to the airport will open in May."
    copy = text if n_documents < _MANY else text.replace("May", "June")
    find_duplicates([text, copy])
    if n_documents >= _MANY:
        stories_in_memory.warm()


@timed
def reconcile(context: Context, cleaned: Cleaned) -> Arrivals:
    """Leave out known documents, number revisions, and quarantine outlets that suddenly differ."""
    context.progress.step("reconcile", cleaned.n_read)
    resolutions = reconciling.decide([shard.articles for shard in cleaned.shards], context.parent)
    profiles = outlet_profiles.profiles(
        cleaned.shards, resolutions, rules_sha256=versions.rules_sha256()
    )
    options = context.recipe.drift
    recent = outlet_profiles.recent_profiles(context.warehouse.root, options.runs)
    anomalies = drift.anomalies(recent, profiles, options)
    for anomaly in anomalies[:_MOST_ANOMALIES]:
        context.warn(anomaly.sentence)
    if len(anomalies) > _MOST_ANOMALIES:
        rest = len(anomalies) - _MOST_ANOMALIES
        context.warn(f"{rest:,} more outlets or measures changed; 'copydesk report' lists them all")
    reconciled = reconciling.write(
        cleaned.shards, resolutions, context, drift.quarantine_reasons(anomalies, options)
    )
    arrivals = Arrivals(
        shards=reconciled.new,
        quarantined=reconciled.quarantined,
        superseded=reconciled.superseded,
        renamed=reconciled.renamed,
        refetched=resolutions.refetched,
        n_new=sum(shard.n_rows for shard in reconciled.new),
        n_known=reconciled.n_known,
        n_revisions=reconciled.n_revisions,
        n_quarantined=reconciled.n_quarantined,
        profiles=profiles,
        anomalies=anomalies,
    )
    is_nothing_new = publish_step.is_nothing_new(context, cleaned, arrivals)
    return replace(arrivals, is_nothing_new=is_nothing_new)


@timed
def deduplicate(context: Context, arrivals: Arrivals) -> Copies:
    """Find the copies among the new documents and the published ones."""
    context.progress.step("deduplicate", arrivals.n_new)
    parent, options = context.parent, context.recipe.dedup
    found = copies_step.find_copies(
        arrivals.shards,
        index=copies_step.open_index(parent, options) if parent else None,
        published=copies_step.PublishedSnapshot(parent) if parent else None,
        options=options,
        place=context.workplace("deduplicate"),
        versions=copies_step.Versions(
            pinned=reconciling.revisions(arrivals.shards), superseded=arrivals.superseded
        ),
    )
    context.progress.advance(arrivals.n_new)
    # The pairs are not needed in memory before they are published.
    pairs = context.folder("deduplicate") / "pairs.arrow"
    arrow_file.write(found.pairs, pairs)
    for sentence in copies_step.losses(arrivals.shards, found.duplicates):
        context.warn(sentence)
    return replace(found, pairs=pairs)


@timed
def group(context: Context, arrivals: Arrivals, copies: Copies) -> Stories:
    """Put each kept document into a story."""
    # This loads compiled code, so it is imported only now, after reading has begun.
    from copydesk.flows.pipeline.stories import stage

    context.progress.step("group", arrivals.n_new - copies.duplicates.num_rows)
    return stage.group(
        arrivals.shards,
        copies=copies,
        parent=context.parent,
        options=context.recipe.stories,
        run_id=context.run_id,
        place=context.workplace("group"),
    )


@timed
def publish(
    context: Context,
    results: Results,
    deletes: Mapping[str, Deletion],
) -> Published:
    """Write the next snapshot and make it current. `deletes` are rows to delete from other tables."""
    context.progress.step("publish", results.arrivals.n_new)
    return publish_step.publish(context, results, deletes)


class Steps(NamedTuple):
    """The steps of a run in their order, as plain functions or as Prefect tasks."""

    clean: Callable[[Context], Cleaned] = clean
    reconcile: Callable[[Context, Cleaned], Arrivals] = reconcile
    deduplicate: Callable[[Context, Arrivals], Copies] = deduplicate
    group: Callable[[Context, Arrivals, Copies], Stories] = group
    publish: Callable[[Context, Results, Mapping[str, Deletion]], Published] = publish


STEPS = Steps()


def run_steps(
    context: Context,
    *,
    steps: Steps | None = None,
    is_dry: bool = False,
    deletes: Callable[[Cleaned], Mapping[str, Deletion]] = lambda cleaned: {},
) -> Results:
    """Do the steps, one after another, until nothing is left to do.

    `deletes` returns, by table, the rows to delete from other tables when the snapshot is published.
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
    """Store the record of what was published, delete the staging folder, and sum up the run.

    The order matters. If the run is killed in between, it can be continued. In the other order, the
    record would be lost.
    """
    facts = _facts(context, results)
    if results.published is not None:
        summary.keep(context.warehouse.root, facts)
    elif results.is_nothing_new and context.parent is not None and context.files:
        record = publish_step.input_record(context, results.cleaned)
        known_inputs.store_unpublished(context.warehouse.root, context.parent, record)
        again = publish_step.refetched_record(context, results)
        if again is not None:
            refetched.store_unpublished(context.parent, again)
    is_explained = is_dry or facts.is_all_rejected
    rejected = clean_shards.rejected_by_reason(results.cleaned.shards) if is_explained else {}
    context.warehouse.discard_staging(context.run_id)
    published = results.published
    removed = sorted((published.removed_by_rule if published else {}).items(), key=lambda x: -x[1])
    return Summary(
        facts=facts,
        removed_by_rule=dict(removed),
        rejected_by_reason=rejected,
        n_stories=results.stories.n_created if results.stories else 0,
        n_under_other_recipe=n_under_other_recipe(
            published.snapshot if published else context.parent, context.recipe.to_toml()
        ),
        is_dry=is_dry,
    )


def _facts(context: Context, results: Results) -> Facts:
    """The facts that only the run itself knows. They are complete after its last step."""
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
        steps=tuple(context.journal.steps),
        warnings=tuple(context.journal.warnings),
        anomalies=results.arrivals.anomalies,
        profiles=results.arrivals.profiles,
        n_known_files=context.sifted.n_known_files,
        known_since=known_since,
        skipped=dict(results.cleaned.tally.skipped.most_common()),
        **{name: n for name, n in results.counts().items() if name != "n_moved"},
    )


def _peak_bytes() -> int:
    """The memory that a machine must have: the peak of this process plus that of its largest worker.

    Only workers that have ended count.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
