"""Taggers fill columns from a page's own statements and from its text. Each file holds one tagger.

To add a tagger, write a file that defines `TAGGER` and add it to `TAGGERS`. Its columns, their
documentation and the schema follow from that.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from copydesk.transforms.article import Document, Tags
from copydesk.transforms.tag import (
    address,
    article_type,
    byline,
    dateline,
    language,
    outlet,
    published,
    rights,
    section,
    standfirst,
    title,
    wire,
)
from copydesk.transforms.tag.datelines import dateline_places
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.language import stated_languages
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page.page_data import PageData, read_page
from copydesk.transforms.tag.tagger import Options, Tagger, View

__all__ = [
    "COLUMNS",
    "PAGE_COLUMNS",
    "RULES",
    "TAGGERS",
    "TEXT_COLUMNS",
    "Options",
    "PageData",
    "read_page",
    "stated_languages",
    "tag",
    "warm",
]

# In the order of the columns. A tagger sees the values of those before it. The columns of the first
# group come before `text` in the tables, those of the second group after the columns of the copy
# cluster.
_BEFORE_TEXT: tuple[Tagger, ...] = (
    address.TAGGER,
    outlet.TAGGER,
    title.TAGGER,
    byline.TAGGER,
    dateline.TAGGER,
    wire.TAGGER,
    section.TAGGER,
    published.TAGGER,
    language.TAGGER,
)
_AFTER_TEXT: tuple[Tagger, ...] = (standfirst.TAGGER, article_type.TAGGER, rights.TAGGER)
TAGGERS: tuple[Tagger, ...] = (*_BEFORE_TEXT, *_AFTER_TEXT)

_TEXT_TAGGERS = tuple(tagger for tagger in TAGGERS if not tagger.reads_only_pages)

_DEFAULTS = Options()

RULES: tuple[tuple[str, int, str], ...] = tuple(rule for tagger in TAGGERS for rule in tagger.rules)
TEXT_COLUMNS: tuple[pa.Field, ...] = tuple(f for tagger in _BEFORE_TEXT for f in tagger.columns)
PAGE_COLUMNS: tuple[pa.Field, ...] = tuple(f for tagger in _AFTER_TEXT for f in tagger.columns)
COLUMNS: tuple[pa.Field, ...] = (*TEXT_COLUMNS, *PAGE_COLUMNS)
_EMPTY: dict[str, Any] = (
    {"canonical_url": None}
    | {field.name: None for field in COLUMNS}
    | {"authors": (), "keywords": ()}
)


def tag(document: Document, *, options: Options = _DEFAULTS) -> Tags:
    """Return the column values of one document, their sources, and the lines that became columns."""
    values, evidence = _EMPTY.copy(), dict[str, str]()
    view = View(document, options, values)
    for tagger in TAGGERS if document.page is not None else _TEXT_TAGGERS:
        found = tagger.find(view)
        if found.values:
            values.update(found.values)
            evidence.update(found.evidence)
        if found.removed:
            view = view.without(found.removed)
    return Tags(values, evidence, view.removed, view.text)


def warm() -> None:
    """Load the packaged data, so that no tagger opens a file afterwards."""
    gazetteers.warm()
    address.suffixes()
    date_formats.warm()
    dateline_places.warm()
    language.classify("")
