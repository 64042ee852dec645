"""The headline, without what the site puts around it."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("title", pa.string(), "Headline, without site name, section or label; null where the text has none."),
    column("title_raw", pa.string(), "The headline as found, before site name, section or label were cut."),
)


def find(view: View) -> Found:
    return Found()


TAGGER = Tagger("title", COLUMNS, find)
