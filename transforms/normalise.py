"""Turns a plain text into the extracted text, in which ledger offsets count."""

from __future__ import annotations

import re
import unicodedata

# Every line end of Unicode. U+0085 is one of them: a decoder that follows the web's tables has
# already read the byte 85 of Windows-1252 as an ellipsis.
_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters are not text, and they break XML, Arrow readers written in C, and terminals.
# The tab stays.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_EITHER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]"
)  # One search instead of two for a text without any of these.
# The same in UTF-8, in which bytes are searched several times faster than characters.
_ASCII_EITHER = bytes(byte for byte in range(128) if _EITHER.match(chr(byte)))
_OTHERS = re.compile(b"\xc2[\x80-\x9f]")
_LINE_END = "\u2028".encode()
_PARAGRAPH_END = "\u2029".encode()
_SURROGATE = re.compile("[\ud800-\udfff]")


def text(decoded: str) -> str:
    """Return the text in NFC, with `\\n` as its only line end, and encodable as UTF-8.

    Control characters and leading byte order marks are dropped, and a lone surrogate becomes
    U+FFFD. Spaces stay as they are, including no-break and zero-width ones: they are the
    publisher's, and offsets count them.

    >>> text("Cafe\\u0301\\r\\nRain\\xa0fell.\\x00")
    'Café\\nRain\\xa0fell.'
    """
    try:
        encoded = decoded.encode()
    except UnicodeEncodeError:
        return text(_SURROGATE.sub("\ufffd", decoded))
    plain = decoded
    if _has_either(encoded):
        plain = _CONTROL.sub("", _NEWLINE.sub("\n", decoded))
    if plain.isascii():
        return plain
    return unicodedata.normalize("NFC", plain.lstrip("\ufeff"))


def _has_either(encoded: bytes) -> bool:
    """Tell whether a text in UTF-8 has a control character or an unusual line end."""
    if len(encoded.translate(None, _ASCII_EITHER)) != len(encoded):
        return True
    return not encoded.isascii() and (
        _OTHERS.search(encoded) is not None or _LINE_END in encoded or _PARAGRAPH_END in encoded
    )
