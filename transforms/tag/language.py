"""The language of the text."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("language", pa.string(), "Language of the text, ISO 639-1 code where there is one."),
    column("language_confidence", pa.float32(), "Probability of that language by the model, 0 to 1; null where the text is too short to tell."),
)


def find(view: View) -> Found:
    return Found()


TAGGER = Tagger("language", COLUMNS, find)
