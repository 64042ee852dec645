"""Repairs text that was decoded with the wrong encoding, before its words are compared."""

from __future__ import annotations

import re

# The characters that a lead byte of UTF-8 and its followers become if read as Windows-1252 or
# Latin-1.
_FOLLOWER = "[\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
# The pattern begins with the lead byte and checks its kind afterwards. Alternatives that begin
# differently would each be tried at every letter.
_MANGLED = re.compile(
    f"[\xc2-\xf4](?:(?<=[\xc2-\xdf]){_FOLLOWER}|(?<=[\xe0-\xef]){_FOLLOWER}{{2}}|(?<=[\xf0-\xf4]){_FOLLOWER}{{3}})"
)


def repaired(text: str) -> str:
    """Return the text with UTF-8 that was read as Windows-1252 decoded again.

    Everything else is left as it is. The result is only for comparisons: the stored text keeps what
    the publisher printed.

    >>> repaired("Sinn FÃ©in wonâ€™t sign")
    'Sinn Féin won’t sign'
    >>> repaired("Ménage à trois, SÃO PAULO")   # no whole sequence: nothing to repair
    'Ménage à trois, SÃO PAULO'
    """
    return text if text.isascii() else _MANGLED.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    mangled = match.group()
    try:
        raw = b"".join(bytes([ord(c)]) if ord(c) < 0x100 else c.encode("cp1252") for c in mangled)
        return raw.decode("utf-8")
    except UnicodeError:
        return mangled
