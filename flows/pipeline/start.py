"""Start a run, continue a run that was killed, or find out that there is nothing to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from copydesk.flows import read
from copydesk.flows.engines import base
from copydesk.flows.pipeline import known_inputs
from copydesk.flows.pipeline.context import Context, Silent
from copydesk.flows.pipeline.summary import Facts, Summary
from copydesk.flows.recipe import Recipe
from copydesk.flows.remote.client import absolute_location, is_uri
from copydesk.flows.support import versions
from copydesk.flows.support.processes import allocator
from copydesk.flows.support.progress_record import Progress, Recorded
from copydesk.flows.warehouse import Warehouse
from copydesk.flows.warehouse.last_run import n_under_other_recipe

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

RUN_FILE = "run.json"  # in the staging folder of a run: its id, its start and its key


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is done.

    `workers` is the number of processes. `wait_seconds` is how long to wait for another writer of
    the warehouse. `engine` and `scheduler` say where the work is done (see `engines.base.open_engine`).
    With `reread`, inputs are read again even if they have not changed since they were last read.
    `run_id` and `clock` are for tests in which two runs must have the same result.
    """

    recipe: Recipe = field(default_factory=Recipe)
    workers: int = 1
    progress: Progress = field(default_factory=Silent)
    wait_seconds: float = 0.0
    engine: str = "local"
    scheduler: str | None = None
    reread: bool = False
    run_id: str | None = None
    clock: Callable[[], datetime] = _now


@contextmanager
def started(
    inputs: Sequence[str], *, warehouse: Path | str, options: RunOptions
) -> Iterator[Context]:
    """Start a run, and hold the lock of the warehouse until the block ends.

    A run that was killed is continued under its own id if inputs, recipe and parent snapshot are
    still the same. Its finished shards are used, and if it had published, nothing is left to do.
    Raises `read.InputError` if an input does not exist, `WarehouseError` if the warehouse cannot be
    written, and `engines.EngineError` if the engine is not available.
    """
    allocator.lean()
    recipe, progress = options.recipe, options.progress
    base.check(options.engine, options.scheduler)
    files = read.find(inputs)
    # The path is made absolute, because workers may run in other folders.
    store = Warehouse.open(absolute_location(warehouse), create=True, options=recipe.warehouse)
    store = replace(store, writers=options.workers)
    with (
        store.lock(wait_seconds=options.wait_seconds),
        base.open_engine(
            options.engine,
            workers=options.workers,
            scheduler=options.scheduler,
            note=progress.note,
        ) as engine,
    ):
        parent = store.current()
        begun = _begun(store.root, files, parent, options)
        store.sweep(keep_staging=[begun.run_id])
        had_published = parent is not None and parent.manifest.run_id == begun.run_id
        context = Context(
            inputs=inputs,
            sifted=known_inputs.sift(
                files,
                known_inputs.record_of(store.root, parent),
                reading=known_inputs.reading_sha256(recipe),
                # If the run had published, its own snapshot would know all its inputs.
                reread=options.reread or had_published,
            ),
            warehouse=store,
            recipe=recipe,
            run_id=begun.run_id,
            started_at=datetime.fromisoformat(begun.started_at),
            parent=parent,
            workers=options.workers,
            progress=Recorded(progress, store.staging(begun.run_id)),
            clock=options.clock,
            engine=engine,
            published=parent if had_published else None,
        )
        engine.prepare(context.staging, store.address if store.mirror else None)
        if not begun.is_continued:
            _write_run_file(context.staging, begun)
        if had_published:
            context.warn(f"run {context.run_id} had published before it was interrupted")
        elif begun.is_continued:
            context.warn(f"continuing run {context.run_id}, which was interrupted")
        yield context


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is known about the inputs before a run."""

    unchanged: Summary | None = None
    """The result of the run if the warehouse has read all inputs, and otherwise None."""
    n_bytes: int = 0
    """The number of bytes that the run will read in any case, or 0 if it is unknown."""


def look_ahead(
    inputs: Sequence[str],
    *,
    warehouse: Path | str,
    recipe: Recipe,
    clock: Callable[[], datetime] = _now,
) -> Ahead:
    """Find out before a run what there is to read.

    This looks only at the size and time of each file, and needs no lock and no workers. Raises
    `read.InputError`.
    """
    begun = clock()
    if is_uri(warehouse):
        return Ahead()
    if not Path(warehouse, "LATEST").is_file():
        is_local = not any(map(is_uri, inputs))  # Listing a store twice would take time.
        return Ahead(n_bytes=read.likely_bytes(read.find(inputs)) if is_local else 0)
    store = Warehouse.open(warehouse)
    parent = store.current()
    if parent is None or any((store.root / "staging").glob(f"*/{RUN_FILE}")):
        return Ahead()
    record = known_inputs.record_of(store.root, parent)
    reading_key = known_inputs.reading_sha256(recipe)
    sifted = known_inputs.sift(read.find(inputs), record, reading=reading_key)
    if sifted.files or not sifted.known:
        return Ahead(n_bytes=read.likely_bytes(sifted.files))
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
    other = n_under_other_recipe(parent, recipe.to_toml())
    return Ahead(Summary(facts=facts, n_under_other_recipe=other))


class _Begun(NamedTuple):
    """A run that was begun, now or before it was interrupted."""

    run_id: str
    started_at: str
    key: str
    """A hash of everything that the run depends on."""
    is_continued: bool = False


def _begun(
    root: Path,
    files: Sequence[read.InputFile | read.Reject],
    parent: Snapshot | None,
    options: RunOptions,
) -> _Begun:
    """The interrupted run that can be continued, or else a new one.

    A run can have been interrupted before it published, or just after it. In the second case the
    current snapshot is its own, and its parent is the parent of that snapshot.
    """
    listed = _listed(files)
    key = _key(listed, options.recipe, parent.id if parent else None)
    interrupted = _interrupted(root, key)
    if interrupted is None and parent is not None:
        before = _key(listed, options.recipe, parent.manifest.parent)
        interrupted = _interrupted(root, before, run_id=parent.manifest.run_id)
    if interrupted is not None:
        return interrupted
    now = options.clock()
    run_id = options.run_id or f"{now:%Y%m%dT%H%M%S}-{token_hex(3)}"
    return _Begun(run_id, now.isoformat(), key)


def _listed(files: Iterable[read.InputFile | read.Reject]) -> list[list[object]]:
    """What identifies each input and its present state."""
    return [
        file.fingerprint if isinstance(file, read.InputFile) else [file.source_uri]
        for file in files
    ]


def _key(listed: Sequence[Sequence[object]], recipe: Recipe, parent: str | None) -> str:
    """A hash of everything that a run depends on. Only a run with the same key is continued.

    `listed` has the address and the state of each input.
    """
    return sha256(
        json.dumps([listed, recipe.sha256(), parent, versions.versions()], sort_keys=True).encode()
    ).hexdigest()


def _interrupted(root: Path, key: str, *, run_id: str | None = None) -> _Begun | None:
    """The interrupted run with the same key whose staging folder exists, or None.

    If `run_id` is given, the id must be the same, too.
    """
    for path in sorted((root / "staging").glob(f"*/{RUN_FILE}")):
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # The run was killed while it wrote this: nothing to continue.
            continue
        if begun.get("key") == key and run_id in (None, begun.get("run_id")):
            return _Begun(begun["run_id"], begun["started_at"], key, is_continued=True)
    return None


def _write_run_file(staging: Path, begun: _Begun) -> None:
    """Write the file by which `_interrupted` finds this run."""
    record = {"run_id": begun.run_id, "started_at": begun.started_at, "key": begun.key}
    (staging / RUN_FILE).write_text(json.dumps(record), encoding="utf-8")
