"""The values that a run report shows: `collect` reads them from a snapshot, `page` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from copydesk.flows.pipeline.summary import Facts


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
    """The cuts of one rule in the run."""

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
    coverage: Mapping[str, float]  # maps a field to the share of documents that have it
    anomalies: tuple[str, ...] = ()  # sentences


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
    """A kept document and its copies, the most similar first."""

    size: int
    n_outlets: int | None
    kept: Copy
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A story that the run created or added to."""

    story_id: str
    title: str | None
    n_articles: int
    n_outlets: int
    members: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Everything on the page."""

    facts: Facts
    # Maps "step: reason" to the number of documents.
    rejected: Mapping[str, int] = field(default_factory=dict)
    # Maps a relation to the number of duplicates.
    relations: Mapping[str, int] = field(default_factory=dict)
    n_chars: int = 0  # of extracted text
    rules: tuple[Rule, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    n_outlets: int = 0  # of the run; `outlets` may have only the largest
    clusters: tuple[Cluster, ...] = ()
    # Maps a size to the number of clusters.
    cluster_sizes: Mapping[int, int] = field(default_factory=dict)
    stories: tuple[Story, ...] = ()
    languages: Mapping[str, int] = field(default_factory=dict)
    # Maps an ISO day to the number of documents.
    dates: Mapping[str, int] = field(default_factory=dict)
    n_undated: int = 0
