"""The section of the publication in which the document appeared."""

from __future__ import annotations

import re

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.page.page_data import PageData, fold
from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

COLUMNS = (
    column("section", pa.string(), "Section of the outlet, as given or as the page names it."),
)

_META = (
    "article:section",
    "section",
    "parsely-section",
    "cxenseparse:section",
    "sailthru.section",
    "article.section",
    "og:section",
    "dc.subject.section",
    "category",
)


def find(view: View) -> TagResult:
    """Return the section that was given, or that JSON-LD or meta tags state."""
    given = tidy(view.document.given.section or "")
    stated = _stated(view.page) if view.page is not None else (None, "")
    if given:
        differs = (
            f"given; {stated[1]} differs"
            if stated[0] and stated[0].casefold() != given.casefold()
            else "given"
        )
        return TagResult({"section": given}, {"section": differs})
    return TagResult({"section": stated[0]}, {"section": stated[1]}) if stated[0] else NOTHING


def _stated(page: PageData) -> tuple[str | None, str]:
    for document in page.statements.documents:
        if not document.elsewhere and document.kind <= 2 and _plausible(document.section):
            return tidy(document.section), "json-ld"
    value = page.first(*_META)
    return (tidy(value), "meta") if _plausible(value) else (None, "")


def tidy(name: str) -> str:
    """Return a section's name as a page would print it: no repeated word, a capital at the start.

    >>> tidy("news_news"), tidy("sport"), tidy("WORLD NEWS"), tidy("UK"), tidy("Arts & Leisure")
    ('News', 'Sport', 'World news', 'UK', 'Arts & Leisure')
    """
    text = fold(name)
    if not text:
        return ""
    if " " not in text and ("_" in text or (text.islower() and text.count("-") < 4)):
        text = re.sub(r"[_-]+", " ", text)
    words = text.split()
    said = [
        word for n, word in enumerate(words) if n == 0 or word.casefold() != words[n - 1].casefold()
    ]
    text = " ".join(said)
    if text.islower() or (text.isupper() and len(text) > 4):
        text = text[:1].upper() + text[1:].lower()
    return text


def _plausible(name: str) -> bool:
    return 1 < len(name) <= 80 and not re.match(r"https?:|[\d\W]+$", name)


TAGGER = Tagger("section", COLUMNS, find)
