"""A fault that a check of the warehouse finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: its kind, the file or document, and a sentence."""

    kind: str
    where: str
    sentence: str
