"""The part of the publication the document stood in."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (column("section", pa.string(), "Section of the outlet, as given or as the page names it."),)


def find(view: View) -> Found:
    return Found()


TAGGER = Tagger("section", COLUMNS, find)
