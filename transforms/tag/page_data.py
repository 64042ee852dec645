"""What a page says of itself, read in one pass before extraction. Plain values, no tree inside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageData:
    """Statements of a page about itself."""

    url: str | None = None


def read_page(tree: object, *, url: str | None) -> PageData:
    """The statements of the parsed page `tree`, which is not changed."""
    return PageData(url=url)
