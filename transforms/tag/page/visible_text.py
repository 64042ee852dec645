"""The text that an element of a page shows."""

from __future__ import annotations

import html
import re
from typing import Any

from copydesk.transforms.tag.persons.name_lexicon import words

MAX_PARTS = 400  # pieces of text read for one mark
MAX_MARK_CHARS = 400  # longer "bylines" are biographies
# Characters; a page may nest a thousand marks around one text of megabytes.
_MOST_OF_A_PART = 3 * MAX_MARK_CHARS + 1

HIDDEN = words(
    """
    script style noscript template svg iframe object select option textarea
    """
)
_BLOCKS = words(
    """
    address article aside blockquote br button dd div dl dt figcaption figure footer h1 h2 h3
    h4 h5 h6 header hr li main nav ol p section table td th time tr ul
    """
)


def visible_text(element: Any) -> str:
    """The text of an element, one line a block.

    Inline neighbours without white space between two letters are set apart as well: pages
    separate them by style alone. After some 400 pieces the rest is left out.
    """
    parts: list[str] = []
    _collect(element, parts, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(_INLINE.sub(_between, line).strip() for line in lines if line.strip(" \ue000"))


_INLINE = re.compile(" ?\ue000[ \ue000]*")


def _between(match: re.Match[str]) -> str:
    """The text for the border of an inline element: a space where one was, a line break where letters touch."""
    if " " in match[0]:
        return " "
    text, start, end = match.string, match.start(), match.end()
    touching = start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    return "\n" if touching else ""


def _collect(element: Any, parts: list[str], depth: int) -> None:
    if element.text:
        parts.append(element.text[:_MOST_OF_A_PART].replace("\n", " "))
    for child in element:
        if len(parts) > MAX_PARTS:
            break
        tag = child.tag
        if isinstance(tag, str) and tag not in HIDDEN and depth < 30:
            border = "\n" if tag in _BLOCKS else "\ue000"
            parts.append(border)
            _collect(child, parts, depth + 1)
            parts.append(border)
        if child.tail:
            parts.append(child.tail[:_MOST_OF_A_PART].replace("\n", " "))


def fold(text: str) -> str:
    """Entities decoded, white space folded.

    >>> fold(" A&amp;B \\n c ")
    'A&B c'
    """
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split())
