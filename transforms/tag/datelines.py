"""The dateline of a document, parsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from copydesk.transforms.tag.tagger import View


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where, when and by whom a report was filed, and where that stands in the text."""

    place: str | None = None
    country: str | None = None
    agency: str | None = None
    date: date | None = None
    start: int = 0
    end: int = 0


def of(view: View) -> Dateline:
    """The dateline of the document, empty where there is none."""
    return Dateline()
