"""The context of a run: inputs, warehouse, recipe, engine and progress. Every step gets it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path

from copydesk.flows.engines import base
from copydesk.flows.pipeline import known_inputs
from copydesk.flows.pipeline.staging.workplace import Workplace
from copydesk.flows.pipeline.summary import StepCost
from copydesk.flows.recipe import Recipe
from copydesk.flows.support.progress_record import Progress
from copydesk.flows.warehouse import Snapshot, Warehouse


class Silent:
    """Ignores all progress."""

    def step(self, name: str, total: int | None) -> None:
        """Say nothing."""

    def expect(self, n: int) -> None:
        """Say nothing."""

    def advance(self, n: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


class Journal:
    """What a run records about itself: the cost of each step, and warnings. It only grows."""

    def __init__(self) -> None:
        self.steps: list[StepCost] = []
        self.warnings: list[str] = []


class Context:
    """Everything that a run is given. It is frozen. Steps take it and results, and return results.

    `parent` is the snapshot that the run builds on. If the run was interrupted after it published,
    `published` is its own snapshot. This is not a dataclass, because Prefect walks through the
    fields of every dataclass that a task gets, and there may be a hundred thousand input files.
    """

    def __init__(
        self,
        *,
        inputs: Sequence[str],
        sifted: known_inputs.Sifted,
        warehouse: Warehouse,
        recipe: Recipe,
        run_id: str,
        started_at: datetime,
        parent: Snapshot | None,
        kind: str = "ingest",
        workers: int = 1,
        progress: Progress | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        engine: base.Engine | None = None,
        published: Snapshot | None = None,
    ) -> None:
        # The paths are absolute, so that `replay` finds the documents from any working folder.
        self.inputs = tuple(name if "://" in name else os.path.abspath(name) for name in inputs)
        self.sifted, self.files = sifted, sifted.files
        self.warehouse, self.recipe = warehouse, recipe
        self.run_id, self.started_at, self.kind = run_id, started_at, kind
        self.parent, self.published = parent, published
        self.workers, self.clock = workers, clock
        self.progress: Progress = progress or Silent()
        self.engine: base.Engine = engine or base.Local(workers)
        self.staging = warehouse.staging(run_id)
        self.journal = Journal()
        self._is_frozen = True

    def __setattr__(self, name: str, value: object) -> None:
        if getattr(self, "_is_frozen", False):
            raise FrozenInstanceError(f"a context is frozen; {name} cannot be set")
        super().__setattr__(name, value)

    def folder(self, name: str) -> Path:
        """A folder of this run's staging."""
        path = self.staging / name
        path.mkdir(exist_ok=True)
        return path

    def workplace(self, name: str) -> Workplace:
        """A folder of this run's staging, with as many threads as the run has workers."""
        return Workplace(self.folder(name), self.workers)

    def warn(self, text: str) -> None:
        """Show a warning on the terminal and in the report."""
        self.journal.warnings.append(text)
        self.progress.note(text)
