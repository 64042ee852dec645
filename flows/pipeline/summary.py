"""The result of a run: its summary, the facts that only the run itself knows, and their record on disk."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.flows.support.atomic_write import temporary_file
from copydesk.transforms.drift import Anomaly, OutletProfile

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Warehouse

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class StepCost:
    """The time and memory that one step of the run took."""

    name: str
    seconds: float
    peak_bytes: int | None = None
    documents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What only the run itself knows. It is stored as `reports/<run_id>.json` next to the report."""

    run_id: str
    snapshot_id: str | None
    started_at: str
    finished_at: str
    inputs: tuple[str, ...] = ()
    recipe_sha256: str = ""
    n_read: int = 0
    n_articles: int = 0
    n_duplicates: int = 0
    n_rejected: int = 0
    n_quarantined: int = 0
    n_known: int = 0
    n_revisions: int = 0
    n_known_files: int = 0  # files that were not opened, because the warehouse has read them
    known_since: str = ""  # if nothing is new, when the current snapshot was published
    # The number of records that are not documents, by reason.
    skipped: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[StepCost, ...] = ()
    warnings: tuple[str, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    profiles: tuple[OutletProfile, ...] = ()

    @property
    def is_all_rejected(self) -> bool:
        """Whether the run read documents and rejected every one."""
        return 0 < self.n_read == self.n_rejected

    def to_json(self) -> str:
        """The facts as JSON text, which `from_json` reads."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """The facts in a JSON text. Unknown keys, from a newer version, are ignored. Raises ValueError."""
        loaded = json.loads(text)
        if not isinstance(loaded, dict):
            raise ValueError(
                f"the facts of a run must be a JSON object, not {type(loaded).__name__}"
            )
        facts: Facts = _build(cls, loaded)
        return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result of a run."""

    facts: Facts
    removed_by_rule: Mapping[str, int] = field(default_factory=dict)  # cuts in the documents added
    # Only for a dry run, whose rejects are in no table.
    rejected_by_reason: Mapping[str, int] = field(default_factory=dict)
    n_stories: int = 0  # stories that the run created
    # Rows of articles that were written with another recipe than this run's.
    n_under_other_recipe: int = 0
    is_dry: bool = False


def keep(root: Path, facts: Facts) -> Path:
    """Write `reports/<run_id>.json` for later reports and for the detection of drift.

    If a run is continued after it had published, it knows less than its record, which is then kept.
    """
    path = record_path(root, facts.run_id, "json")
    if not facts.steps and path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    return replace_text(path, facts.to_json())


def facts_of(warehouse: Warehouse, run_id: str) -> Facts:
    """What is known about a run, from its record or else from its row of `runs`.

    Raises KeyError for an unknown run.
    """
    try:
        path = warehouse.record(run_id)
    except ValueError as error:  # The id cannot be the name of a file.
        raise KeyError(run_id) from error
    if path.is_file():
        return Facts.from_json(path.read_text(encoding="utf-8"))
    snapshot = warehouse.current()
    rows = [] if snapshot is None else snapshot.table("runs").to_pylist()
    for row in rows:
        if row["run_id"] == run_id:
            counts = {
                name: row[name] for name in row if name.startswith("n_") and name != "n_moved"
            }
            return Facts(
                run_id=run_id,
                snapshot_id=None,
                started_at=row["started_at"].isoformat(),
                finished_at=row["finished_at"].isoformat(),
                recipe_sha256=row["recipe_sha256"],
                **counts,
            )
    raise KeyError(run_id)


def record_path(root: Path, run_id: str, ending: str) -> Path:
    """Path of a file about the run in `reports/`. Raises KeyError if the id is not a file name."""
    if not _RUN_ID.fullmatch(run_id):
        raise KeyError(run_id)  # The path must not lead out of the folder.
    return root / "reports" / f"{run_id}.{ending}"


def replace_text(path: Path, text: str) -> Path:
    """Write a text file in one step, so that readers see the old or the new content. Return the path."""
    with temporary_file(path) as temporary:
        # Names of inputs may not be UTF-8.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path


_hints = functools.cache(typing.get_type_hints)


def _build(cls: type[Any], values: Mapping[str, Any]) -> Any:
    hints = _hints(cls)  # type: ignore[arg-type]  # a type can be hashed
    known = {item.name for item in dataclasses.fields(cls)}
    try:
        return cls(
            **{name: _value(hints[name], value) for name, value in values.items() if name in known}
        )
    except TypeError as error:
        raise ValueError(f"{cls.__name__} cannot be read: {error}") from error


def _value(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_value(typing.get_args(hint)[0], item) for item in value)
    if (
        isinstance(hint, type)
        and not isinstance(hint, types.GenericAlias)
        and dataclasses.is_dataclass(hint)
    ):
        return _build(hint, value)
    return value
