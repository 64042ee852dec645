"""When the document was published and last modified."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import TIMESTAMP, column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("published_at", TIMESTAMP, "First publication in UTC; of a day alone, its first moment (see `published_precision`)."),
    column("published_date", pa.date32(), "Day of publication as printed: local to the outlet."),
    column("published_precision", pa.string(), "Finest part the source gave: day, minute or second."),
    column("published_utc_offset_minutes", pa.int32(), "Offset from UTC as printed, in minutes; null where none was."),
    column("modified_at", TIMESTAMP, "Last modification in UTC, where the source tells it apart from publication."),
)


def find(view: View) -> Found:
    return Found()


TAGGER = Tagger("published", COLUMNS, find)
