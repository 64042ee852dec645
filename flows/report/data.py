"""What a run report shows, as plain values: `collect` reads them from a snapshot, `page` draws them."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from copydesk.transforms.drift import Break, Habits


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of the run took."""

    name: str
    seconds: float
    peak_bytes: int | None = None
    documents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What only the run itself knows; kept as `reports/<run_id>.json` beside the page."""

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
    n_known_files: int = 0  # files that were not opened, as the warehouse has read them
    known_since: str = ""  # when the snapshot was published that nothing is new against
    skipped: Mapping[str, int] = field(
        default_factory=dict
    )  # records that are no documents, by reason
    stages: tuple[Stage, ...] = ()
    warnings: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()
    habits: tuple[Habits, ...] = ()

    def to_json(self) -> str:
        """The facts as JSON text; `from_json` reads it back."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """The facts in a JSON text; unknown keys of a newer version are left out. Raises ValueError."""
        loaded = json.loads(text)
        if not isinstance(loaded, dict):
            raise ValueError(f"facts of a run are a JSON object, not {type(loaded).__name__}")
        facts: Facts = _build(cls, loaded)
        return facts


@dataclass(frozen=True, slots=True)
class Sample:
    """One cut, with the text around it."""

    doc_id: str
    before: str
    cut: str
    after: str
    title: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule did in the run."""

    name: str
    n_documents: int
    n_cuts: int
    n_chars: int
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """The documents of one outlet in the run."""

    outlet_id: str
    name: str
    n_documents: int
    n_duplicates: int
    n_quarantined: int
    n_rejected: int
    mean_words: float
    share_removed: float
    coverage: Mapping[str, float]  # field to the share of documents that have it
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """One document of a cluster."""

    doc_id: str
    outlet: str | None
    title: str | None
    published: str | None
    text: str = ""
    relation: str = "kept"
    similarity: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A kept document and its copies, the nearest to a full copy first."""

    size: int
    n_outlets: int | None
    kept: Copy
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A story that the run opened or added to."""

    story_id: str
    title: str | None
    n_articles: int
    n_outlets: int
    members: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Everything on the page."""

    facts: Facts
    rejected: Mapping[str, int] = field(default_factory=dict)  # "step: reason" to documents
    relations: Mapping[str, int] = field(default_factory=dict)  # relation to duplicates
    n_chars: int = 0  # of extracted text
    rules: tuple[Rule, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    n_outlets: int = 0  # all of them; `outlets` may hold the largest only
    clusters: tuple[Cluster, ...] = ()
    cluster_sizes: Mapping[int, int] = field(default_factory=dict)  # size to clusters
    stories: tuple[Story, ...] = ()
    languages: Mapping[str, int] = field(default_factory=dict)
    dates: Mapping[str, int] = field(default_factory=dict)  # ISO day to documents
    n_undated: int = 0


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
