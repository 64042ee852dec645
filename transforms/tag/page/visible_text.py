"""The text that an element of a page shows."""

from __future__ import annotations

import html
import re
from functools import cached_property

from copydesk.transforms.extract.page_elements import Elements
from copydesk.transforms.tag.persons.name_lexicon import words

MAX_PARTS = 400  # Pieces of text that are read for one mark.
MAX_MARK_CHARS = 400  # Longer "bylines" are biographies.
_MAX_LEVELS = 30  # Nested elements inside a mark.
MOST_CHARS = 3 * MAX_MARK_CHARS  # Characters of a mark that are kept.
# Characters. A page may nest a thousand marks around one text of several megabytes.
_MAX_PART_CHARS = MOST_CHARS + 1
_MANY_PARTS = 40  # Pieces after which the characters read so far are counted (arbitrary).

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


#: Marks the border of an inline element.
_BORDER = "\ue000"


class VisibleText:
    """The text that elements of a page show."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.opened, self.closed = elements.opened_at, elements.closed_at
        self.depth, self.is_hidden = elements.depth.data, elements.are(HIDDEN).data

    def of(self, element: int) -> str:
        """Return the text of an element, one line for each block.

        Inline neighbours are separated even if there is no white space between two letters, because
        some pages separate them by style alone. The text ends after `MAX_PARTS` pieces, or some
        pieces after `MOST_CHARS` printed characters.
        """
        if self.closed[element] - self.opened[element] == 1:  # most of them
            text = self.elements.text_after(self.opened[element])
            if _BORDER not in text:
                return " ".join(text[:_MAX_PART_CHARS].split())
        text = "".join(self._parts(element))
        lines = (" ".join(line.split()) for line in text.split("\n"))
        return "\n".join(
            _INLINE.sub(_between, line).strip() for line in lines if line.strip(" \ue000")
        )

    def _parts(self, element: int) -> list[str]:
        """Return the pieces of text, with a border before and after each inner element."""
        elements, opened, closed, of_tag = self.elements, self.opened, self.closed, self.of_tag
        tag, stop = opened[element], closed[element]
        parts: list[str] = []
        if tag == stop:
            return parts
        self._add(parts, tag)
        deepest = self.depth[element] + _MAX_LEVELS
        n_read = n_printed = 0
        tag += 1
        while tag < stop:
            if len(parts) >= n_read + _MANY_PARTS:
                n_printed += _printed_chars(parts[n_read:])
                n_read = len(parts)
                if n_printed > MOST_CHARS:
                    break
            inner = of_tag[tag]
            if tag == opened[inner] and len(parts) > MAX_PARTS:
                tag = closed[int(elements.parent[inner])]
                continue
            if tag == opened[inner] and (self.is_hidden[inner] or self.depth[inner] > deepest):
                tag = closed[inner]
            else:
                border = "\n" if elements.tag[inner] in _BLOCKS else _BORDER
                parts.append(border)
                if opened[inner] == closed[inner]:
                    parts.append(border)
            self._add(parts, tag)
            tag += 1
        return parts

    def _add(self, parts: list[str], tag: int) -> None:
        text = self.elements.text_after(tag)
        if text:
            parts.append(text[:_MAX_PART_CHARS].replace("\n", " "))

    @cached_property
    def of_tag(self) -> memoryview[int]:
        """The element of each tag."""
        return self.elements.of_tag().data


def _printed_chars(parts: list[str]) -> int:
    return sum(len(word) for part in parts if part != _BORDER for word in part.split())


_INLINE = re.compile(" ?\ue000[ \ue000]*")


def _between(match: re.Match[str]) -> str:
    """Return the text for the border of an inline element.

    It is a space where white space was, and a line break where letters touch.
    """
    if " " in match[0]:
        return " "
    text, start, end = match.string, match.start(), match.end()
    touching = start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    return "\n" if touching else ""


def fold(text: str) -> str:
    """Return a text with entities decoded and white space folded.

    >>> fold(" A&amp;B \\n c ")
    'A&B c'
    """
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split())
