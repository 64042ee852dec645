"""One run: documents in, one snapshot out. The steps below are all of it, with Prefect or without.

    with started(inputs, warehouse=..., recipe=...) as run:
        for step in STEPS:
            step(run)
        summary = run.summary()

Tables pass between the steps as staged Parquet shards; a `Run` holds ids, counts and decisions.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows import read as reading
from copydesk.flows.engines import base
from copydesk.flows.pipeline import clean_shards, deduplicate, known_inputs, reconcile
from copydesk.flows.pipeline import publish as publishing
from copydesk.flows.pipeline import summary as summaries
from copydesk.flows.pipeline.summary import Facts, Stage, Summary
from copydesk.flows.read.field_names import unread_warnings
from copydesk.flows.read.tally import Tally
from copydesk.flows.recipe import Recipe
from copydesk.flows.remote.client import is_uri, located
from copydesk.flows.support import allocator, versions
from copydesk.flows.support.progress_record import Recorded
from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.transforms import drift

if TYPE_CHECKING:
    from copydesk.flows.pipeline.stories.stage import Stories


class Progress(Protocol):
    """Where a run says how far it is."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` is its number of documents, None where that is not known yet."""

    def expect(self, n: int) -> None:
        """The stage will have about `n` documents, as far as one can say by now."""

    def advance(self, n: int) -> None:
        """`n` documents of the stage are done by now."""

    def note(self, text: str) -> None:
        """Something a person should read."""


class Silent:
    """Progress for nobody."""

    def stage(self, name: str, total: int | None) -> None:
        """Say nothing."""

    def expect(self, n: int) -> None:
        """Say nothing."""

    def advance(self, n: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


class Run:
    """The state of one run between its steps. Not a dataclass: Prefect copies those when it passes them on."""

    def __init__(
        self,
        *,
        inputs: Sequence[str],
        files: Sequence[reading.InputFile | reading.Reject],
        warehouse: Warehouse,
        recipe: Recipe,
        workers: int,
        progress: Progress,
        run_id: str,
        started_at: datetime,
        clock: Callable[[], datetime],
        engine: base.Engine | None = None,
        sifted: known_inputs.Sifted | None = None,
    ) -> None:
        # Whole paths: `replay` finds the documents again from wherever it is called.
        self.inputs = tuple(name if "://" in name else os.path.abspath(name) for name in inputs)
        self.sifted = sifted or known_inputs.unknown(files)
        self.files = self.sifted.files
        self.tally = Tally()
        self.is_nothing_new = False
        self.warehouse, self.recipe = warehouse, recipe
        self.workers, self.progress, self.clock = workers, progress, clock
        self.engine = engine or base.Local(workers)
        self.run_id, self.started_at = run_id, started_at
        self.parent: Snapshot | None = warehouse.current()
        self.staging = warehouse.staging(run_id)
        self.counts: Counter[str] = Counter()
        self.stages: list[Stage] = []
        self.warnings: list[str] = []
        self.edited: tuple[
            Path, ...
        ] = ()  # staged articles as the workers left them, their ledgers beside them
        self.shards: tuple[Path, ...] = ()  # those of them that are new
        self.reject_shards: tuple[Path, ...] = ()
        self.quarantined: tuple[Path, ...] = ()
        self.habits: tuple[drift.Habits, ...] = ()
        self.breaks: tuple[drift.Break, ...] = ()
        # Older versions, each with the newest at its address; ids given to other headlines, each with
        # the id that its text has in the staged ledger.
        self.superseded: Mapping[str, str] = {}
        self.renamed: Mapping[str, str] = {}
        self.copies: deduplicate.Copies | None = None
        self.stories: Stories | None = None
        self.snapshot: Snapshot | None = None
        self.removed_by_rule: Counter[str] = Counter()
        self.is_dry = False
        self.kind = "ingest"
        self.answered: pa.Table | None = (
            None  # rows of `rejects` that go, because this run read their documents again
        )
        self.released: tuple[
            str, ...
        ] = ()  # doc_ids that leave `quarantined` as this run adds them elsewhere

    def folder(self, name: str) -> Path:
        """A folder of this run's staging."""
        path = self.staging / name
        path.mkdir(exist_ok=True)
        return path

    def warn(self, text: str) -> None:
        """Put a sentence into the report and on the terminal."""
        self.warnings.append(text)
        self.progress.note(text)

    def facts(self) -> Facts:
        """What only the run knows of itself, after its last step."""
        counts = {name: self.counts[name] for name in publishing.COUNTS if name != "n_moved"}
        return Facts(
            run_id=self.run_id,
            snapshot_id=self.snapshot.id if self.snapshot else None,
            started_at=self.started_at.isoformat(),
            finished_at=self.clock().isoformat(),
            inputs=self.inputs,
            recipe_sha256=self.recipe.sha256(),
            stages=tuple(self.stages),
            warnings=tuple(self.warnings),
            breaks=self.breaks,
            habits=self.habits,
            n_known_files=self.sifted.n_known_files,
            known_since=self._known_since(),
            skipped=dict(self.tally.skipped.most_common()),
            **counts,
        )

    def _known_since(self) -> str:
        is_known = self.is_nothing_new and self.parent is not None
        return self.parent.manifest.finished_at if is_known and self.parent else ""

    def summary(self) -> Summary:
        """What came of the run, after its last step."""
        return Summary(
            facts=self.facts(),
            removed_by_rule=dict(self.removed_by_rule.most_common()),
            n_stories=self.stories.n_opened if self.stories else 0,
            n_under_other_recipe=reconcile.under_other_recipe(
                self.snapshot or self.parent, self.recipe
            ),
            is_dry=self.is_dry,
        )

    def input_record(self) -> pa.Table:
        """The record of inputs as it is after this run."""
        return known_inputs.recorded(
            known_inputs.record_of(self.warehouse.root, self.parent),
            self.sifted,
            self.tally,
            reading=known_inputs.reading_sha256(self.recipe),
            version=versions.versions()["copydesk"],
            run_id=self.run_id,
        )

    def close(self) -> None:
        """Keep the record of what was published, and remove the staging.

        In this order: a run that is killed in between is taken up again; after it the record would be lost.
        """
        if self.snapshot is not None:
            summaries.keep(self.warehouse.root, self.facts())
        elif self.is_nothing_new and self.parent is not None and self.files:
            known_inputs.keep_aside(self.warehouse.root, self.parent, self.input_record())
        self.warehouse.discard_staging(self.run_id)


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
) -> Iterator[Run]:
    """A run, holding the warehouse's lock until the context ends.

    A run that was killed is taken up again, under its own id, where inputs, recipe and parent
    snapshot are still the same: its finished shards stand, and if it had published, nothing is left
    to do. Inputs that the warehouse has read and that did not change are not opened, unless `reread`
    is set. `engine` and `scheduler` say where the work is done (see `engines.opened`). Raises
    `reading.InputError` for inputs that do not exist, `WarehouseError` for a warehouse that cannot
    be written and `engines.EngineError` for an engine that cannot be had.
    """
    allocator.lean()
    recipe, progress = recipe or Recipe(), progress or Silent()
    base.check(engine, scheduler)
    files = reading.find(inputs)
    store = Warehouse.open(
        located(warehouse), create=True, options=recipe.warehouse
    )  # workers stand in other folders
    store = replace(store, writers=workers)
    with (
        store.lock(wait_seconds=wait_seconds),
        base.opened(engine, workers=workers, scheduler=scheduler, note=progress.note) as chosen,
    ):
        parent = store.current()
        key = _resume_key(files, recipe, parent.id if parent else None)
        resumed = _interrupted(store.root, key)
        if resumed is None and parent is not None:
            resumed = _interrupted(
                store.root,
                _resume_key(files, recipe, parent.manifest.parent),
                run_id=parent.manifest.run_id,
            )
        begun = resumed or {
            "run_id": run_id or f"{clock():%Y%m%dT%H%M%S}-{token_hex(3)}",
            "started_at": clock().isoformat(),
        }
        store.sweep(keep_staging=[begun["run_id"]])
        run = Run(
            inputs=inputs,
            files=files,
            warehouse=store,
            recipe=recipe,
            workers=workers,
            progress=progress,
            run_id=begun["run_id"],
            started_at=datetime.fromisoformat(begun["started_at"]),
            clock=clock,
            engine=chosen,
            sifted=known_inputs.sift(
                files,
                known_inputs.record_of(store.root, parent),
                reading=known_inputs.reading_sha256(recipe),
                reread=reread,
            ),
        )
        run.progress = Recorded(progress, run.staging)
        chosen.prepare(run.staging, store.address if store.mirror else None)
        if not resumed:
            (run.staging / _BEGUN).write_text(json.dumps({**begun, "key": key}), encoding="utf-8")
        if parent is not None and run.run_id == parent.manifest.run_id:
            run.snapshot = parent
            run.counts.update(
                {name: parent.manifest.counts.get(name, 0) for name in publishing.COUNTS}
            )
            run.warn(f"run {run.run_id} had published before it was interrupted")
        elif resumed:
            run.warn(f"taking up run {run.run_id}, which was interrupted")
        yield run
        run.close()


def unchanged(
    inputs: Sequence[str],
    *,
    warehouse: Path | str,
    recipe: Recipe,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Summary | None:
    """What a run over the inputs would come to, where the warehouse has read them all; else None.

    Costs a look at each file's size and time, and needs neither lock nor workers. Raises `reading.InputError`.
    """
    begun = clock()
    if is_uri(warehouse) or not Path(warehouse, "LATEST").is_file():
        return None
    store = Warehouse.open(warehouse)
    parent = store.current()
    if parent is None or any((store.root / "staging").glob(f"*/{_BEGUN}")):
        return None
    record = known_inputs.record_of(store.root, parent)
    reading_key = known_inputs.reading_sha256(recipe)
    sifted = known_inputs.sift(reading.find(inputs), record, reading=reading_key)
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
    other = reconcile.under_other_recipe(parent, recipe)
    return Summary(facts=facts, n_under_other_recipe=other)


def run(inputs: Sequence[str], *, is_dry: bool = False, **options: Any) -> Summary:
    """All steps of a run, without Prefect; options as `started` takes them. A dry run publishes nothing."""
    with started(inputs, **options) as current:
        current.is_dry = is_dry
        for step in STEPS[:-1] if is_dry else STEPS:
            step(current)
        return current.summary()


def timed(step: Callable[[Run], None]) -> Callable[[Run], None]:
    """The step, with its seconds and the peak memory of the process so far on record; a published run needs none."""

    def measured(current: Run) -> None:
        if current.snapshot is not None or current.is_nothing_new:
            return
        begun, before = time.monotonic(), current.counts["n_read"]
        step(current)
        allocator.release()
        current.stages.append(
            Stage(
                step.__name__,
                time.monotonic() - begun,
                _peak_bytes(),
                max(before, current.counts["n_read"]),
            )
        )

    measured.__name__, measured.__doc__ = step.__name__, step.__doc__
    return measured


@timed
def edit(run: Run) -> None:
    """Read the inputs, cut them into shards, and let workers edit each shard: extract, clean, tag."""
    run.progress.stage("edit", None)
    loading = threading.Thread(target=_load_ahead)
    edited = clean_shards.edit_files(
        run.files,
        run.folder("edit"),
        recipe=run.recipe,
        templates=reconcile.templates_in_force(run.parent),
        engine=run.engine,
        on_progress=run.progress.advance,
        on_total=run.progress.expect,
        on_last=loading.start,
    )
    run.edited, run.reject_shards, run.tally = edited.articles, edited.rejects, edited.tally
    n_known = run.sifted.n_known_documents
    run.counts["n_read"] = edited.n_read + n_known
    run.counts["n_known"] = n_known
    run.counts["n_rejected"] = edited.n_read - sum(
        pq.read_metadata(path).num_rows for path in run.edited
    )
    for sentence in unread_warnings(run.tally.unread):
        run.warn(sentence)
    if not edited.n_read and run.sifted.n_known_files and run.kind == "ingest":
        run.is_nothing_new = run.parent is not None


def _load_ahead() -> None:
    """What the steps after editing need, while the last workers are still busy: compiled code takes a second to load."""
    with suppress(Exception):  # the step that needs what fails here says so
        from copydesk.flows.pipeline.stories import stage as stories  # noqa: F401
        from copydesk.transforms.dedup import find_duplicates

        find_duplicates(["The same words twice load every loop that compares copies."] * 2)


@timed
def place(run: Run) -> None:
    """Leave out what is already known, number revisions, and hold back outlets that drifted."""
    run.progress.stage("place", run.counts["n_read"])
    places = reconcile.decide(run.edited, run.parent)
    run.habits = reconcile.habits(
        run.edited, places, run.reject_shards, rules_sha256=versions.rules_sha256()
    )
    run.breaks = drift.breaks(
        reconcile.recent_habits(run.warehouse.root, run.recipe.drift.runs),
        run.habits,
        run.recipe.drift,
    )
    for broken in run.breaks:
        run.warn(broken.sentence)
    held_back = drift.held_back(run.breaks, run.recipe.drift)
    placed = reconcile.write(
        run.edited,
        places,
        run.parent,
        held_back=held_back,
        run_id=run.run_id,
        folder=run.folder("place"),
        workers=run.workers,
    )
    run.shards, run.quarantined = placed.new, placed.quarantined
    run.superseded, run.renamed = placed.superseded, placed.renamed
    run.counts["n_known"] += placed.n_known
    run.counts.update(n_revisions=placed.n_revisions, n_quarantined=placed.n_quarantined)
    run.is_nothing_new = publishing.is_nothing_new(run)


@timed
def fold(run: Run) -> None:
    """Find the copies among the new documents and the published ones."""
    run.progress.stage("fold", run.counts["n_read"])
    found = deduplicate.find_copies(
        run.shards,
        index=deduplicate.open_index(run.parent, run.recipe.dedup) if run.parent else None,
        published=deduplicate.PublishedSnapshot(run.parent) if run.parent else None,
        options=run.recipe.dedup,
        staging=run.folder("fold"),
        exempt=reconcile.revisions(run.shards),
        superseded=run.superseded,
    )
    run.progress.advance(run.counts["n_read"])
    pairs = run.folder("fold") / "pairs.parquet"  # not wanted before they are published
    clean_shards.write_whole(found.pairs, pairs)
    run.copies = replace(found, pairs=pairs)
    for sentence in deduplicate.losses(run.shards, found.folds):
        run.warn(sentence)
    run.counts["n_duplicates"] = found.folds.num_rows
    run.counts["n_articles"] = (
        sum(pq.read_metadata(path).num_rows for path in run.shards) - found.folds.num_rows
    )


@timed
def group(run: Run) -> None:
    """Put each kept document into a story."""
    from copydesk.flows.pipeline.stories import (
        stage as stories,  # compiled code: not before the reading has begun
    )

    assert run.copies is not None, "fold comes before group"
    run.progress.stage("group", run.counts["n_articles"])
    run.stories = stories.group(
        run.shards,
        folds=run.copies.folds,
        moved=run.copies.moved,
        parent=run.parent,
        options=run.recipe.stories,
        run_id=run.run_id,
        staging=run.folder("group"),
    )


@timed
def publish(run: Run) -> None:
    """Write the next snapshot and switch to it."""
    run.progress.stage("publish", run.counts["n_articles"] + run.counts["n_duplicates"])
    run.snapshot = publishing.publish(run)


STEPS: tuple[Callable[[Run], None], ...] = (edit, place, fold, group, publish)

_BEGUN = "run.json"


def _resume_key(
    files: Iterable[reading.InputFile | reading.Reject], recipe: Recipe, parent: str | None
) -> str:
    listed = [
        file.fingerprint if isinstance(file, reading.InputFile) else [file.source_uri]
        for file in files
    ]
    return sha256(
        json.dumps([listed, recipe.sha256(), parent, versions.versions()], sort_keys=True).encode()
    ).hexdigest()


def _interrupted(root: Path, key: str, *, run_id: str | None = None) -> dict[str, str] | None:
    """The run that was killed with the same key (and id, where one is given), if its staging still stands."""
    for path in sorted((root / "staging").glob(f"*/{_BEGUN}")):
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # killed while writing it: nothing to take up
            continue
        if begun.get("key") == key and run_id in (None, begun.get("run_id")):
            return {"run_id": begun["run_id"], "started_at": begun["started_at"]}
    return None


def _peak_bytes() -> int:
    """Peak resident memory of this process and of its largest finished worker, added: what a machine must have."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
