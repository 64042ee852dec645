"""The newest version of an address, and what else was seen there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """The newest text known at an address, and what else was seen there."""

    doc_id: str
    revision: int
    """The highest revision number at the address."""
    contents: frozenset[tuple[str, str]]
    """What every text seen at the address says (see `content`)."""
    fetched_at: datetime | None = None
    """The last time when something was fetched there that is not older than the newest text."""
    is_twin: bool = False
    """Whether the newest text was fetched as the AMP, mobile or printer version of a page."""
    content: tuple[str, str] | None = None
    """What the newest text says."""
    source_uri: str | None = None
    """The input from which the newest text came."""
    beside: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What other documents say that count as the newest version too, by id.

    They have the same clean text, or are the AMP, mobile or printer version of the page.
    """
    read_from: frozenset[tuple[tuple[str, str], str]] = frozenset()
    """What each text seen at the address says, with the inputs in which it was read."""

    @property
    def newest_contents(self) -> set[tuple[str, str] | None]:
        """What the newest text says, and the documents beside it."""
        return {self.content, *self.beside.values()}


def headline(title: str | None) -> str:
    """Return a headline as it is compared: without case and white space, and "" for None.

    >>> headline("  Rain   falls ") == headline("RAIN FALLS")
    True
    """
    return " ".join((title or "").casefold().split())


def content(
    content_sha256: str, title: str | None, corrections: Sequence[str] | None
) -> tuple[str, str]:
    """Return what a version says: its clean text with its printed corrections, and its headline.

    >>> content("5f1c", "Rain  falls", ["Correction: it snowed."]) == content("5f1c", "Rain falls", ())
    False
    """
    printed = "".join(f"\n{correction}" for correction in corrections or ())
    return f"{content_sha256}{printed}", headline(title)


def newest(before: Version | None, later: Version) -> Version:
    """Return the newest of two texts of one address, of which `later` arrived later.

    The time of fetching decides if both have one, or else the order of arrival.
    """
    if before is None:
        return later
    is_older = bool(before.fetched_at and later.fetched_at and later.fetched_at < before.fetched_at)
    return joined(before if is_older else later, later if is_older else before)


def joined(version: Version, other: Version) -> Version:
    """Add to a version what is known of the address from another one."""
    return replace(
        version,
        revision=max(version.revision, other.revision),
        contents=version.contents | other.contents,
        read_from=version.read_from | other.read_from,
        fetched_at=max(filter(None, (version.fetched_at, other.fetched_at)), default=None),
    )


def side_by_side(before: Version, later: Version) -> Version:
    """Join two documents that both count as the newest version. A page comes before its twins."""
    is_page = before.is_twin and not later.is_twin
    first, second = (later, before) if is_page else (before, later)
    beside = {**before.beside, **later.beside}
    if second.content is not None and second.doc_id != first.doc_id:
        beside[second.doc_id] = second.content
    return replace(joined(first, second), beside=beside)


def of_address(current: Iterable[Version], superseded: Iterable[Version]) -> Version | None:
    """Return the newest version at an address from the documents of a warehouse, in their order.

    `superseded` documents were replaced by newer versions. They count only if nothing else is left.
    """
    found: Version | None = None
    for version in current:
        if found is not None and (
            version.content in found.newest_contents or version.is_twin != found.is_twin
        ):
            found = side_by_side(found, version)
        else:
            found = newest(found, version)
    is_left = found is not None
    for version in superseded:
        found = joined(found, version) if found and is_left else newest(found, version)
    return found
