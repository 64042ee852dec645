"""Whether a site reserves its texts from text and data mining, by the words of a page's head or of an HTTP response."""

from __future__ import annotations

from collections.abc import Iterable

_RESERVING = frozenset(("noai", "noml"))


def by_protocol(value: str | None) -> bool | None:
    """What `tdm-reservation` says (TDM Reservation Protocol, W3C community report, 2024); None where it says nothing.

    >>> by_protocol("1"), by_protocol("0"), by_protocol("yes")
    (True, False, None)
    """
    return {"1": True, "0": False}.get((value or "").strip())


def by_robots(values: Iterable[str]) -> bool | None:
    """True where a robots directive forbids the use for models. A name before a colon is of the robot it speaks to.

    >>> by_robots(["index, noai"]), by_robots(["somebot: noml"]), by_robots(["noimageai, noindex"])
    (True, True, None)
    """
    words = (word.rpartition(":")[2].strip().lower() for v in values for word in v.split(","))
    return True if any(word in _RESERVING for word in words) else None
