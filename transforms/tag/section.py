"""The part of the publication the document stood in."""

from __future__ import annotations

import re

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.page_data import fold
from copydesk.transforms.tag.tagger import Found, Tagger, View

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


def find(view: View) -> Found:
    """The section as given, else by JSON-LD, else by meta tags."""
    given = fold(view.document.given.section or "")
    stated = _stated(view)
    if given:
        differs = (
            f"given; {stated[1]} differs"
            if stated[0] and stated[0].casefold() != given.casefold()
            else "given"
        )
        return Found({"section": given}, {"section": differs})
    return Found({"section": stated[0]}, {"section": stated[1]}) if stated[0] else Found()


def _stated(view: View) -> tuple[str | None, str]:
    page = view.page
    if page is None:
        return None, ""
    for document in page.statements.documents:
        if not document.elsewhere and document.kind <= 2 and _plausible(document.section):
            return document.section, "json-ld"
    value = page.first(*_META)
    return (value, "meta") if _plausible(value) else (None, "")


def _plausible(name: str) -> bool:
    return 1 < len(name) <= 80 and not re.match(r"https?:|[\d\W]+$", name)


TAGGER = Tagger("section", COLUMNS, find)
