"""The text that an element of a page shows."""

from __future__ import annotations

import html
import re
from functools import cached_property

import numpy as np

from copydesk.transforms.extract.page_elements import Elements, decoded
from copydesk.transforms.tag.persons.name_lexicon import words

MAX_PARTS = 400  # Pieces of text that are read for one mark.
MAX_MARK_CHARS = 400  # Longer "bylines" are biographies.
_FEW_ELEMENTS = (MAX_PARTS - 1) // 4  # Inside a mark. Each gives two texts and two borders at most.
_MAX_LEVELS = 30  # Nested elements inside a mark.
MOST_CHARS = 3 * MAX_MARK_CHARS  # Characters of a mark that are kept.
# Characters. A page may nest a thousand marks around one text of several megabytes.
_MAX_PART_CHARS = MOST_CHARS + 1
_MANY_PARTS = 10  # Pieces after which the characters read so far are counted (arbitrary).

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
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS, reverse=True))})(?=[ />])[^>]*>")
_TAG = re.compile(r"<[^>]*>")

#: Marks the border of an inline element.
_BORDER = "\ue000"
_BORDERS = f" {_BORDER}"


class VisibleText:
    """The text that elements of a page show."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.opened, self.closed = elements.opened_at, elements.closed_at
        self.starts, self.ends = elements.tag_starts.data, elements.tag_ends.data
        self.depth, self.parent = elements.depth.data, elements.parent.data
        self.end, self.deepest = elements.end.data, int(elements.depth.max(initial=0))
        self.is_hidden = elements.are(HIDDEN).tobytes()

    def of(self, element: int, most: int = MOST_CHARS) -> str:
        """Return the text of an element, one line for each block.

        Inline neighbours are separated even if there is no white space between two letters, because
        some pages separate them by style alone. The text ends after `MAX_PARTS` pieces, or some
        pieces after `most` printed characters.
        """
        if self.closed[element] - self.opened[element] == 1:  # most of them
            text = self.elements.text_after(self.opened[element])
            if _BORDER not in text:
                return " ".join(text[:_MAX_PART_CHARS].split())
        short = self._short(element, most)
        lines = []
        for printed in ("".join(self._parts(element, most)) if short is None else short).split(
            "\n"
        ):
            line = " ".join(printed.split()).strip(_BORDERS)
            if _BORDER in line:
                line = _INLINE.sub(_between, line)
            if line:
                lines.append(line)
        return "\n".join(lines)

    def _short(self, element: int, most: int) -> str | None:
        """Return the joined `_parts` of an element, or None if it may reach one of their limits.

        Most marks reach none, and two replacements take a third of the time of the loop.
        """
        opened, closed, end = self.opened[element], self.closed[element], self.end[element]
        is_deep = self.deepest - self.depth[element] > _MAX_LEVELS
        if opened == closed or is_deep or end - element > _FEW_ELEMENTS:
            return None
        content, starts, ends = self.elements.content, self.starts, self.ends
        pieces, at, inner = [], ends[opened] + 1, element
        while (inner := self.is_hidden.find(1, inner + 1, end)) >= 0:
            pieces.append(content[at : starts[self.opened[inner]] - 1])
            at, inner = ends[self.closed[inner]] + 1, self.end[inner] - 1
        pieces.append(content[at : starts[closed] - 1])
        inside = b"".join(pieces).decode().replace("\n", " ")
        text = _TAG.sub(_BORDER, _BLOCK_TAG.sub("\n", inside))
        return decoded(text) if len(text) <= most else None

    def _parts(self, element: int, most: int) -> list[str]:
        """Return the pieces of text, with a border before and after each inner element."""
        opened, closed, of_tag, border_of = self.opened, self.closed, self.of_tag, self.border_of
        text_after, kind, has_text = self.elements.text_after, self.kind, self.has_text
        is_hidden, depth = self.is_hidden, self.depth
        tag, stop = opened[element], closed[element]
        parts: list[str] = []
        if tag == stop:
            return parts
        if text := text_after(tag):
            parts.append(text[:_MAX_PART_CHARS].replace("\n", " "))
        deepest = self.depth[element] + _MAX_LEVELS
        n_read = n_printed = 0
        tag += 1
        while tag < stop:
            if len(parts) >= n_read + _MANY_PARTS:
                n_printed += _printed_chars(parts[n_read:])
                n_read = len(parts)
                if n_printed > most:
                    break
            inner = of_tag[tag]
            opens = tag == opened[inner]
            if opens and len(parts) > MAX_PARTS:
                tag = closed[self.parent[inner]]
                continue
            if opens and (is_hidden[inner] or depth[inner] > deepest):
                tag = closed[inner]
            else:
                border = border_of[kind[inner]]
                parts.append(border)
                if opens and tag == closed[inner]:
                    parts.append(border)
            if has_text[tag]:
                parts.append(text_after(tag)[:_MAX_PART_CHARS].replace("\n", " "))
            tag += 1
        return parts

    @cached_property
    def has_text(self) -> memoryview[int]:
        """Whether there is text between each tag and the next."""
        found = np.zeros(len(self.elements.tag_starts), dtype=np.bool_)
        found[:-1] = self.elements.tag_starts[1:] - self.elements.tag_ends[:-1] > 2
        return found.data

    @cached_property
    def kind(self) -> memoryview[int]:
        """The kind of each element."""
        return self.elements.kind.data

    @cached_property
    def border_of(self) -> list[str]:
        """The mark before and after an element of each kind."""
        return ["\n" if name in _BLOCKS else _BORDER for name in self.elements.names]

    @cached_property
    def of_tag(self) -> memoryview[int]:
        """The element of each tag."""
        return self.elements.of_tag().data


def _printed_chars(parts: list[str]) -> int:
    return len("".join("".join([part for part in parts if part != _BORDER]).split()))


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


_SIGN_OF_RIGHTS = "©".encode()
_RIGHTS_BYTES, _RIGHTS_CHARS = 600, 120
_ANY_TAG = re.compile(r"<[^<>]*>?")


def rights_line(content: bytes) -> str:
    """Return the text after the last copyright sign of a serialised page, without tags.

    One byte is found much faster than two, and few other characters begin with the sign's.

    >>> rights_line("<p>© 2023 <b>Ana Ruiz</b></p><p>é © 2024 Harbour <b>Post</b></p>".encode())
    '2024 Harbour Post'
    """
    at = len(content)
    while (at := content.rfind(_SIGN_OF_RIGHTS[:1], 0, at)) >= 0:
        if content.startswith(_SIGN_OF_RIGHTS, at):
            text = content[at : at + _RIGHTS_BYTES].decode(errors="ignore")
            return fold(_ANY_TAG.sub(" ", text).lstrip("©"))[:_RIGHTS_CHARS]
    return ""
