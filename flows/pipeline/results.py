"""What the steps of a run return. The documents are in staged Arrow files that these values name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from copydesk.flows.pipeline.staging.shard_files import ShardFiles, StagedRows
from copydesk.flows.read.tally import Tally
from copydesk.flows.warehouse import Snapshot
from copydesk.transforms import drift

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What the workers wrote, and what reading counted."""

    shards: tuple[ShardFiles, ...] = ()
    n_read: int = 0
    n_known: int = 0
    """The number of documents in files that were not opened, because the warehouse has read them."""
    n_rejected: int = 0
    tally: Tally = field(default_factory=Tally)
    is_nothing_new: bool = False
    """Whether the run can end after this step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Which of the cleaned documents are new, and what happened to the others."""

    shards: tuple[StagedRows, ...] = ()
    quarantined: tuple[StagedRows, ...] = ()
    superseded: Mapping[str, str] = field(default_factory=dict)
    """Maps older versions, of this run or published, to the newest version at their address."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Maps documents that arrived again with another headline to the id in the staged ledger."""
    refetched: Mapping[str, datetime] = field(default_factory=dict)
    """The last times of documents that were fetched again without a change."""
    n_new: int = 0
    n_known: int = 0
    n_revisions: int = 0
    n_quarantined: int = 0
    profiles: tuple[drift.OutletProfile, ...] = ()
    anomalies: tuple[drift.Anomaly, ...] = ()
    is_nothing_new: bool = False
    """Whether the run can end after this step, because a new snapshot would show no difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The snapshot of the run, its counts, and how often each rule cut in the documents added."""

    snapshot: Snapshot
    counts: Mapping[str, int]
    removed_by_rule: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The results of the steps that ran. A run that finds nothing new ends early."""

    cleaned: Cleaned = Cleaned()
    arrivals: Arrivals = Arrivals()
    copies: Copies | None = None
    stories: Stories | None = None
    published: Published | None = None

    @property
    def is_nothing_new(self) -> bool:
        """Whether the run ended before it compared documents."""
        return self.cleaned.is_nothing_new or self.arrivals.is_nothing_new

    def counts(self) -> Mapping[str, int]:
        """The counts of the run. Before it has published, n_moved is missing."""
        if self.published is not None:
            return self.published.counts
        return counts_of(self.cleaned, self.arrivals, self.copies)


def counts_of(cleaned: Cleaned, arrivals: Arrivals, copies: Copies | None) -> dict[str, int]:
    """The counts of documents that a run read, by the columns of `runs`."""
    n_duplicates = copies.duplicates.num_rows if copies is not None else 0
    return {
        "n_read": cleaned.n_read,
        "n_articles": arrivals.n_new - n_duplicates if copies is not None else 0,
        "n_duplicates": n_duplicates,
        "n_rejected": cleaned.n_rejected,
        "n_quarantined": arrivals.n_quarantined,
        "n_known": cleaned.n_known + arrivals.n_known,
        "n_revisions": arrivals.n_revisions,
    }
