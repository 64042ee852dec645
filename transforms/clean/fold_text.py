"""The folded form in which rules read a line: one case, one kind of quotation mark, dash and space."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

# Pairs for str.replace, which is ten times faster than str.translate on a line with one curly
# apostrophe.
_SAME = tuple(zip("’‘‛´`“”„‟–—‒―‐‑\u00a0\u202f\u2009", "'''''\"\"\"\"------   ", strict=True))
# Signs around boilerplate that are not part of it: bullets, bars, brackets, arrows, end marks.
_OUTER = " \t.,:;!?…*•·●▪■◆►▶▸▼▲◀◄→←↑↓»«›‹>|<-–—_~=+#[](){}/\\✕×✓★☆🙂👍¿¡【】〔〕□◇◎○※\u200b\u200e\u200f\ufeff\xad"
# Characters that `plain` leaves out: accents, Hebrew points, Arabic vowel signs, the Arabic
# stretching mark, invisible marks of direction and joining, picture signs.
_UNSEEN = (
    *range(0x300, 0x370),
    *range(0x591, 0x5BE),
    0x5BF,
    *range(0x5C1, 0x5C3),
    0x640,
    *range(0x64B, 0x660),
    0x670,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    *range(0x2600, 0x2607),
    *range(0x260E, 0x2610),
    *range(0x2700, 0x27C0),
    *range(0xFE00, 0xFE10),
    *range(0x1F300, 0x1FB00),
    0xFEFF,
    0xAD,
)
_PLAIN: dict[int, str | None] = dict.fromkeys(_UNSEEN)
_PLAIN |= {
    ord(a): b for a, b in zip("ı״׳ςیىکہھ،۔。、؛؟।・·‐–—―−", "i\"'σييكهه,..,;?.··-----", strict=True)
}
# Arrows and pointing hands come before the title of a link.
_PLAIN |= dict.fromkeys(
    (0x2794, 0x261B, 0x261E, 0x1F449, *range(0x2798, 0x27B0), *range(0x27B1, 0x27BF)), "→"
)
_DIGITS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙")
_PLAIN |= {ord(d): str(n) for digits in _DIGITS for n, d in enumerate(digits)}
_DROPPED = 0xFFFFFFFF  # No code point.
_LONG = 100  # Characters. For shorter texts `str.translate` is as fast as the table (measured).
_UNQUOTED = _OUTER.replace("«", "").replace("»", "")


def folded(text: str) -> str:
    """Return `text` in lower case with plain punctuation. Offsets stay the same.

    >>> folded("READ MORE\\xa0– “Ana’s”")
    'read more - "ana\\'s"'
    """
    low = text.replace("İ", "i").lower()  # the one letter that becomes two characters
    low = low.replace("\t", " ").replace("`", "'")
    if not low.isascii():
        for mark, plain in _SAME:
            low = low.replace(mark, plain)
    return low


def plain(folded_text: str) -> str:
    """Return the form in which whole lines are compared.

    Full-width and presentation forms become the usual letters. Accents of Latin, Greek and Cyrillic
    letters, points and vowel signs of Hebrew and Arabic, and invisible marks are dropped. Digits
    become 0 to 9. Unlike in `folded`, offsets change.

    >>> plain("διαβάστε επίσης"), plain("ｍｏｒｅ：１２"), plain("۱۲ نظر")
    ('διαβαστε επισησ', 'more:12', '12 نظر')
    """
    if folded_text.isascii():
        return folded_text
    return unicodedata.normalize(
        "NFC", _translated(unicodedata.normalize("NFKD", folded_text))
    ).lower()


def _translated(text: str) -> str:
    """Return `text.translate(_PLAIN)`, for a long text from an array, which is fifteen times faster."""
    if len(text) < _LONG:
        return text.translate(_PLAIN)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    try:
        found = _plain_codes()[codes]
    except IndexError:  # A character beyond the array, which has none of those to translate.
        return text.translate(_PLAIN)
    return str(found[found != _DROPPED].tobytes(), "utf-32-le", "surrogatepass")


@cache
def _plain_codes() -> npt.NDArray[np.uint32]:
    """Return `_PLAIN` as an array by code point, as long as its last character needs."""
    found = np.arange(max(_PLAIN) + 1, dtype=np.uint32)
    for code, character in _PLAIN.items():
        found[code] = _DROPPED if character is None else ord(character)
    return found


def undecorated(folded_line: str) -> str:
    """Return a folded line without the decoration around it.

    Unlike in `key`, quotation marks of all kinds are dropped with it.

    >>> undecorated("« • read more »")
    'read more'
    """
    return folded_line.strip(_OUTER)


@lru_cache(maxsize=4096)  # Rules of several places, and the next pass, ask for the same line.
def key(folded_line: str) -> str:
    """Return a folded line in its plain form, with single spaces and without decoration around it.

    Quotation marks stay.

    >>> key("  • [read  more…] »")
    'read more'
    >>> key("«leggi anche»"), key("leggi anche »")
    ('«leggi anche»', 'leggi anche')
    """
    return key_of_plain(plain(folded_line))


def key_of_plain(plain_line: str) -> str:
    """Return the `key` of a line that is in its plain form already."""
    line = plain_line
    if "  " in line or not line.isprintable():  # White space other than a space is not printable.
        line = " ".join(line.split())
    if line[:1].isalnum() and line[-1:].isalnum():  # No sign of `_OUTER` is a letter or digit.
        return line
    return line.strip(_OUTER if "«" not in line or "»" not in line else _UNQUOTED)
