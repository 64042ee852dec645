"""Cuts boilerplate from extracted text by rules, and records what was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copydesk.transforms.clean.clean import Kind, Options, clean, corrections, warm
from copydesk.transforms.clean.rule import CATEGORIES, Rule

if TYPE_CHECKING:
    from copydesk.transforms.clean.rules import ALL as RULES

__all__ = ["CATEGORIES", "RULES", "Kind", "Options", "Rule", "clean", "corrections", "warm"]


def __getattr__(name: str) -> Any:
    """Return `RULES` on demand, because it takes half a second to build.

    Cleaning reads the packaged table instead.
    """
    if name == "RULES":
        from copydesk.transforms.clean.rules import ALL

        return ALL
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
