"""Whether a site reserves its texts from text and data mining.

The sources are the head of a page and the headers of an HTTP response.
"""

from __future__ import annotations

from collections.abc import Iterable

_RESERVING = frozenset(("noai", "noml"))


def by_protocol(value: str | None) -> bool | None:
    """Return the meaning of `tdm-reservation`, or None if it has none.

    See the TDM Reservation Protocol (W3C community report, 2024).

    >>> by_protocol("1"), by_protocol("0"), by_protocol("yes")
    (True, False, None)
    """
    return {"1": True, "0": False}.get((value or "").strip())


def by_robots(values: Iterable[str]) -> bool | None:
    """Return True if a robots directive forbids the use for models.

    A name before a colon is that of the robot for which the directive is meant.

    >>> by_robots(["index, noai"]), by_robots(["somebot: noml"]), by_robots(["noimageai, noindex"])
    (True, True, None)
    """
    words = (word.rpartition(":")[2].strip().lower() for v in values for word in v.split(","))
    return True if any(word in _RESERVING for word in words) else None
