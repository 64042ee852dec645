"""Extracts an article's lines from a page: `parse`, then `extract`.

A page is read as a list of text blocks. A small model of boosted trees estimates how likely each
block is part of the article, from its tag, class names, links, position, words and neighbours. A
second model repeats the estimate with the first results of the surrounding blocks, and the mean of
both decides. On pages where doubt remains, trafilatura extracts the page too, and a third model
weighs its result.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from copydesk.transforms.extract.cut_reasons import RULES
from copydesk.transforms.extract.extraction import Extraction, extract, extract_from
from copydesk.transforms.extract.model import block_model
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_elements import Elements
from copydesk.transforms.extract.page_level import page_kind
from copydesk.transforms.extract.parse import parse, parse_with_elements

__all__ = [
    "RULES",
    "Elements",
    "Extraction",
    "HtmlElement",
    "Options",
    "extract",
    "extract_from",
    "parse",
    "parse_with_elements",
    "warm",
]


def warm() -> None:
    """Load the packaged model and compile its loop, so that no file is opened afterwards."""
    block_model.forests()
    page_kind.warm()
    extract(parse("<body><p>Warm.</p></body>"))
