"""The text that trafilatura takes from a page. No other module uses the library."""

from __future__ import annotations

import logging

import numpy as np
from lxml import etree
from lxml.html import HtmlElement

from copydesk.transforms.extract import text_runs
from copydesk.transforms.extract.model.character_columns import WORD
from copydesk.transforms.extract.model.text_features import Column

#: Elements of this name, with their text, are removed from a tree before trafilatura reads it.
LEFT_OUT = "template"
# Its warnings are about its own fallbacks. Only its result matters here.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
# The errors that malformed trees have made it raise (found by fuzzing). Any other error is a fault
# of ours and is raised.
_ITS_FAILURES = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    RecursionError,
    AssertionError,
)


def lines(tree: HtmlElement, *, url: str | None = None, fast: bool = True) -> tuple[str, ...]:
    """Return the text lines of a tree that trafilatura keeps, or none if it fails.

    `fast` is its fast mode, which has no second algorithm to fall back on.

    Elements that contain no text of the page are removed from the tree first. `deduplicate` is
    never used: its cache for the whole process would make the text of a page depend on earlier
    pages.

    >>> from lxml.html import document_fromstring
    >>> page = document_fromstring("<body><article><p>" + "Rain fell on the town for hours. " * 9 + "</p></article>")
    >>> len(lines(page))
    1
    """
    import trafilatura  # The import takes 0.15 s, and five of six pages do not need it.

    etree.strip_elements(tree, *text_runs.EMPTY_OF_TEXT, with_tail=False)
    try:
        found = trafilatura.bare_extraction(
            tree, url=url, fast=fast, include_comments=False, with_metadata=False
        )
    except _ITS_FAILURES:
        return ()
    text = (getattr(found, "text", None) or "") if found is not None else ""
    return tuple(line for line in (raw.strip() for raw in text.split("\n")) if line)


def share_kept(
    texts: list[str], tree: HtmlElement, *, url: str | None = None, fast: bool = True
) -> Column:
    """Return for each text the share of its word trigrams that trafilatura keeps of the tree."""
    trigrams: set[tuple[str, ...]] = set()
    short: set[tuple[str, ...]] = set()
    for line in lines(tree, url=url, fast=fast):
        words = WORD.findall(line.lower())
        if len(words) < 3:
            short.add(tuple(words))
        else:
            trigrams.update(zip(words, words[1:], words[2:], strict=False))
    shares = np.zeros(len(texts))
    for i, text in enumerate(texts):
        words = WORD.findall(text.lower())
        if len(words) >= 3:
            shares[i] = sum(
                t in trigrams for t in zip(words, words[1:], words[2:], strict=False)
            ) / (len(words) - 2)
        elif words:
            shares[i] = tuple(words) in short
    return shares
