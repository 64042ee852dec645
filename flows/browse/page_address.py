"""Parse and check the addresses of pages: ids, days, page numbers and the filters of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from copydesk.flows.browse.corpus import Filters

_ID = re.compile(r"[0-9A-Za-z]{32}")
_MOST_PAGES = 2_000  # arbitrary; a reader who wants more should add a filter
_LONGEST = 200  # the most characters of a filter; arbitrary


class BadAddress(ValueError):
    """An address that leads to no page. The message is a sentence for the reader."""


def identifier(value: str) -> str:
    """A doc_id or story_id. Raises BadAddress.

    >>> identifier("a" * 32) == "a" * 32
    True
    """
    if not _ID.fullmatch(value):
        raise BadAddress("An id in an address must have 32 letters and digits.")
    return value


def page_number(value: str | None) -> int:
    """The number of a page, from 1.

    >>> page_number("3"), page_number(None), page_number("x")
    (3, 1, 1)
    """
    if value is None or not value.isascii() or not value.isdigit():
        return 1
    return max(1, min(int(value[:6]), _MOST_PAGES))


def filters(parameters: Mapping[str, str]) -> Filters:
    """The filters of a list. Raises BadAddress for an invalid day.

    >>> filters({"q": "ferry", "from": "2026-11-02"}).day_from
    datetime.date(2026, 11, 2)
    """
    text = {
        name: parameters.get(name, "")[:_LONGEST].strip() for name in ("q", "outlet", "language")
    }
    return Filters(
        words=text["q"],
        outlet=text["outlet"],
        language=text["language"],
        day_from=_day(parameters.get("from", "")),
        day_to=_day(parameters.get("to", "")),
        copies=parameters.get("copies") == "1",
        page=page_number(parameters.get("page")),
    )


def link(filters: Filters, **changes: object) -> str:
    """The address of a list with these filters and changes.

    >>> link(Filters(outlet="a.example"), page=2)
    '/?outlet=a.example&page=2'
    """
    values: dict[str, object] = {
        "q": filters.words,
        "outlet": filters.outlet,
        "language": filters.language,
        "from": filters.day_from or "",
        "to": filters.day_to or "",
        "copies": "1" if filters.copies else "",
        "page": "",
        **changes,
    }
    return "/?" + urlencode({name: str(value) for name, value in values.items() if value})


def _day(value: str) -> date | None:
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise BadAddress("A day must be written like 2026-11-02.") from error
