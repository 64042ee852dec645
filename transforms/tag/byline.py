"""Who wrote the document, as printed."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("byline", STRINGS, "People named as authors, as printed, in order.", required=True),
    column("byline_orgs", STRINGS, "Desks, agencies and organisations printed as author, in order.", required=True),
    column("byline_roles", STRINGS, "For each entry of `byline`: writer, photographer, editor or contributor, else empty.", required=True),
    column("byline_raw", pa.string(), "The byline as found, before it was split into names."),
)


def find(view: View) -> Found:
    return Found({"byline": (), "byline_orgs": (), "byline_roles": (), "byline_raw": None, "authors": ()})


TAGGER = Tagger("byline", COLUMNS, find)
