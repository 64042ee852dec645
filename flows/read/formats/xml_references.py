"""Repairs the references in feeds that XML does not know: a bare "&", and names of HTML such as "&nbsp;".

The parser goes on after such a fault, but it drops every later reference. The text of the items,
which feeds escape, would then lose all its tags.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Protocol

# "&" where no reference of XML begins, and the name behind it if there is one.
_FAULT = re.compile(
    rb"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:lt|gt|amp|quot|apos);)([A-Za-z][A-Za-z0-9]{1,30};)?"
)
_OPEN, _CLOSE = b"<![CDATA[", b"]]>"
_LONGEST = 40  # bytes; longer than any reference
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


class Source(Protocol):
    """What can be read as a file."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""


class Repaired:
    """A stream whose references are those of XML. What is in CDATA stays as it is."""

    def __init__(self, source: Source) -> None:
        self._source, self._held = source, b""
        self._is_data, self._is_wide = False, False
        self._is_first = True

    def read(self, size: int) -> bytes:
        """Return the next bytes, or none at the end."""
        while True:
            chunk = self._source.read(size)
            if self._is_first:
                self._is_first, self._is_wide = False, chunk.startswith(_UTF_16)
            if self._is_wide:
                return chunk
            content = self._held + chunk
            whole = _whole(content) if chunk else len(content)
            self._held = content[whole:]
            if whole or not chunk:
                return self._repaired(content[:whole])

    def _repaired(self, content: bytes) -> bytes:
        parts, at = [], 0
        while at < len(content):
            mark = _CLOSE if self._is_data else _OPEN
            end = content.find(mark, at)
            end = len(content) if end < 0 else end + len(mark)
            part = content[at:end]
            parts.append(part if self._is_data else _FAULT.sub(_reference, part))
            if part.endswith(mark):
                self._is_data = not self._is_data
            at = end
        return b"".join(parts)


def _whole(content: bytes) -> int:
    """Return where the last reference or mark of CDATA begins that the next bytes may complete."""
    begun = [content.rfind(b"&", max(0, len(content) - _LONGEST))]
    begun += [content.rfind(mark[:1], max(0, len(content) - len(mark))) for mark in (_OPEN,)]
    begun += [len(content) - n for n in (2, 1) if content.endswith(_CLOSE[:n])][:1]
    found = [place for place in begun if place >= 0]
    return min(found, default=len(content))


def _reference(fault: re.Match[bytes]) -> bytes:
    """Return a reference for XML.

    A name that HTML does not know may be declared by the document, and stays.
    """
    name = fault[1]
    if name is None:
        return b"&amp;"
    characters = html5.get(name.decode())
    if characters is None:
        return fault[0]
    return "".join(f"&#{ord(one)};" for one in characters).encode()
