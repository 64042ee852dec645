"""What reading counts: records by file, skipped records by reason, and unread fields by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Counts over a part of the input.

    `records` and `rejects` are counted by the position of their file in the list of files.
    `skipped` counts records that are not documents, by reason. `unread` counts all rows, and fields
    that are not read although their names are known ones.
    """

    records: Counter[int] = field(default_factory=Counter)
    rejects: Counter[int] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    # For each file that was read completely without a fault: the number of the next record.
    next_numbers: dict[int, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add the counts of another part."""
        self.records.update(other.records)
        self.rejects.update(other.rejects)
        self.skipped.update(other.skipped)
        self.unread.update(other.unread)
        self.next_numbers.update(other.next_numbers)

    def take(self) -> Tally:
        """Return the counts so far and start again from zero."""
        taken = Tally()
        taken.add(self)
        for counts in (self.records, self.rejects, self.skipped, self.unread, self.next_numbers):
            counts.clear()
        return taken

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON values."""
        return {
            "records": {str(k): n for k, n in self.records.items()},
            "rejects": {str(k): n for k, n in self.rejects.items()},
            "skipped": dict(self.skipped),
            "unread": dict(self.unread),
            "next_numbers": {str(k): n for k, n in self.next_numbers.items()},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Tally:
        """Read the counts that `to_json` wrote."""
        return cls(
            Counter({int(k): n for k, n in values.get("records", {}).items()}),
            Counter({int(k): n for k, n in values.get("rejects", {}).items()}),
            Counter(values.get("skipped", {})),
            Counter(values.get("unread", {})),
            {int(k): n for k, n in values.get("next_numbers", {}).items()},
        )
