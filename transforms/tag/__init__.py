"""Tags: columns read from a page's own statements and from its text. One file a tagger.

To add one: write its file with `TAGGER`, name it in `TAGGERS`. Columns, docs and schema follow.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from copydesk.transforms.article import Document, Tags
from copydesk.transforms.tag import (
    address,
    byline,
    date_formats,
    dateline,
    dateline_parser,
    gazetteers,
    language,
    outlet,
    published,
    section,
    title,
    wire,
)
from copydesk.transforms.tag.language import stated_languages
from copydesk.transforms.tag.page_data import PageData, read_page
from copydesk.transforms.tag.tagger import Options, Tagger, View

__all__ = [
    "COLUMNS",
    "RULES",
    "TAGGERS",
    "Options",
    "PageData",
    "read_page",
    "stated_languages",
    "tag",
    "warm",
]

# In the order of the columns; a tagger sees the values of those before it.
TAGGERS: tuple[Tagger, ...] = (
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

_DEFAULTS = Options()

RULES: tuple[tuple[str, int, str], ...] = tuple(rule for tagger in TAGGERS for rule in tagger.rules)
COLUMNS: tuple[pa.Field, ...] = tuple(field for tagger in TAGGERS for field in tagger.columns)
_EMPTY: dict[str, Any] = (
    {"canonical_url": None} | {field.name: None for field in COLUMNS} | {"authors": ()}
)


def tag(document: Document, *, options: Options = _DEFAULTS) -> Tags:
    """Column values of one document, where each came from, and the lines that became columns."""
    values, evidence = _EMPTY.copy(), dict[str, str]()
    view = View(document, options, values)
    for tagger in TAGGERS:
        found = tagger.find(view)
        values.update(found.values)
        evidence.update(found.evidence)
        view = view.less(found.removed)
    return Tags(values, evidence, view.removed)


def warm() -> None:
    """Load the packaged data; afterwards no tagger opens anything."""
    gazetteers.warm()
    address.suffixes()
    date_formats.warm()
    dateline_parser.warm()
    language.classify("")
