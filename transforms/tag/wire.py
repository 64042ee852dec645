"""Which agency wrote the document, and which outlets it reports from."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("wire_source", pa.string(), "News agency that wrote the text for the outlet that published it."),
    column("sources_cited", STRINGS, "Outlets and agencies the text reports from, in order of first mention.", required=True),
)


def find(view: View) -> Found:
    return Found({"sources_cited": ()})


TAGGER = Tagger("wire", COLUMNS, find)
