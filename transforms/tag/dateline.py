"""The dateline: where, when and by which agency a report was filed."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("dateline_place", pa.string(), "Place the report was filed from, as printed in its dateline."),
    column("dateline_country", pa.string(), "Country or state of that place: as printed, else of a city known to the gazetteer."),
    column("dateline_agency", pa.string(), "Agency or outlet named in the dateline."),
    column("dateline_date", pa.date32(), "Day named in the dateline; its year from `published_date` or the fetch where the dateline gives none."),
)


def find(view: View) -> Found:
    return Found()


TAGGER = Tagger("dateline", COLUMNS, find)
