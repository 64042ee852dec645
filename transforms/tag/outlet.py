"""Who published the document."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("outlet_id", pa.string(), "Who published: registrable domain by the public suffix list; a hyphenated name where no domain is known."),
    column("outlet", pa.string(), "Display name of who published."),
)


def find(view: View) -> Found:
    return Found()


TAGGER = Tagger("outlet", COLUMNS, find)
