"""From a page to its article's lines: `parse`, then `extract`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from lxml.html import HtmlElement

from copydesk.transforms.article import Refused
from copydesk.transforms.extract import baseline
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_tree import parse
from copydesk.transforms.ledger import Removal

__all__ = ["RULES", "Extraction", "Options", "extract", "parse", "warm"]

#: (rule, version, what it means) of every removal this step writes.
RULES: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of a page's candidate blocks, and the lines among them that are not of the article."""

    text: str
    removed: tuple[Removal, ...] = ()


def warm() -> None:
    """Load the packaged model; nothing is opened afterwards."""


def extract(tree: HtmlElement, *, url: str | None = None, options: Options | None = None) -> Extraction:
    """The article text of a parsed page; the tree may be changed. Raises `Refused` where there is none."""
    options = options or Options()
    text = unicodedata.normalize("NFC", "\n".join(baseline.lines(tree, url=url)))
    if len(text) < options.min_text_chars:
        raise Refused("extract", "no_text", "no block of text was found on the page")
    return Extraction(text)
