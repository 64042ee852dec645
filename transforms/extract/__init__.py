"""From a page to its article's lines: `parse`, then `extract`.

The page is read as a list of text blocks. A small model of boosted trees says of each how likely it is part of the
article, from its tag, class names, links, place, words and neighbours; a second model says it again in the light of
what the first made of the surroundings, and their mean decides. On pages where it leaves doubt, trafilatura is asked
and a third model weighs its answer.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from copydesk.transforms.extract.cut_reasons import RULES
from copydesk.transforms.extract.extraction import Extraction, extract
from copydesk.transforms.extract.model import block_model
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_elements import Elements
from copydesk.transforms.extract.page_elements import read as read_elements
from copydesk.transforms.extract.page_level import page_kind
from copydesk.transforms.extract.parse import parse

__all__ = [
    "RULES",
    "Elements",
    "Extraction",
    "HtmlElement",
    "Options",
    "extract",
    "parse",
    "read_elements",
    "warm",
]


def warm() -> None:
    """Load the packaged model and compile its loop; nothing is opened afterwards."""
    block_model.forests()
    page_kind.warm()
    extract(parse("<body><p>Warm.</p></body>"))
