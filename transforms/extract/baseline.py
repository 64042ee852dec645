"""What trafilatura takes from a page. The only module that knows it."""

from __future__ import annotations

import copy
import logging

import trafilatura
from lxml.html import HtmlElement

# Its warnings speak of its own fallbacks; what matters here is the answer.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def lines(tree: HtmlElement, *, url: str | None = None, fast: bool = True, focus: str = "balanced") -> tuple[str, ...]:
    """The text lines trafilatura keeps of a tree, which stays as it was; none where it fails.

    Never with `deduplicate`: its process-wide cache would make a page's text depend on the pages before it.
    """
    try:
        found = trafilatura.bare_extraction(
            copy.copy(tree),
            url=url,
            fast=fast,
            favor_precision=focus == "precision",
            favor_recall=focus == "recall",
            include_comments=False,
            with_metadata=False,
        )
    except (ValueError, TypeError, AttributeError, RecursionError, AssertionError):
        return ()
    text = (getattr(found, "text", None) or "") if found is not None else ""
    return tuple(line for line in (raw.strip() for raw in text.split("\n")) if line)
