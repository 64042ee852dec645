"""Small pages for the tests of tags."""

from __future__ import annotations

import lxml.html

from copydesk.transforms import tag
from copydesk.transforms.article import Document, Given, Tags

PROSE = "The river rose by a metre on Monday night, and the ferry to the island stayed in port until noon."


def page_tags(
    html: str,
    *,
    url: str | None = "https://www.example.com/a/rain",
    text: str = PROSE,
    given: Given | None = None,
    **more: object,
) -> Tags:
    """Return the tags of a page."""
    tree = lxml.html.document_fromstring(html)
    data = tag.read_page(tree, url=url)
    return tag.tag(Document(text, url=url, given=given or Given(), page=data, **more))  # type: ignore[arg-type]


def text_tags(
    text: str, *, given: Given | None = None, url: str | None = None, **more: object
) -> Tags:
    """Return the tags of a plain text."""
    return tag.tag(Document(text, url=url, given=given or Given(), **more))  # type: ignore[arg-type]


def article(head: str = "", body: str = "", *, lang: str = "en") -> str:
    """Return a page with the given head and body."""
    return f"<html lang='{lang}'><head>{head}</head><body>{body}<p>{PROSE}</p></body></html>"


def ld(json: str) -> str:
    """Return a JSON-LD script."""
    return f'<script type="application/ld+json">{json}</script>'
