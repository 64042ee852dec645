"""Options of the recipe section [stories]."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.transforms.argument_checks import check_at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How articles about one event are grouped; docs/stories.md gives the figures for the defaults."""

    threshold: float = 0.07
    """Two groups are merged when the mean similarity over all their pairs is at least this."""
    window_hours: float = 72.0
    """Two dated documents are compared only when their times differ by this or less."""
    undated_window: int = 20_000
    """An undated document is compared with this many of the most recent documents."""

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold is {self.threshold}; it must be above 0 and at most 1")
        if self.window_hours < 0:
            raise ValueError(f"window_hours is {self.window_hours}; it must not be negative")
        check_at_least(self, 1, "undated_window")
