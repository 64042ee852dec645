"""How each Unicode character forms words, stored in a table so that signatures never change.

A word is a run of letters, digits and marks of the NFKC-normalised, case-folded text. In scripts
that are written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each character is a word.
Almost every character can be classified and folded on its own. The few whose normal form depends on
their neighbours are flagged. A text with a flagged character is normalised as a whole before it is
split into words.

Characters that nobody sees, such as soft hyphens and zero-width spaces, are in no word and separate
none. The zero-width non-joiner separates two, because in Persian it is between the parts of a
word, and other outlets write a space there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms import packaged_arrays

SEPARATOR, WORD, SINGLE = 0, 1, 2
COMPLEX = 4  # Flag: normalise the whole text before reading this character.
# Flag: a mark that may be sorted among others. A second one in a row makes the text complex.
MARK = 8
# Flag: several characters. `folded` gives their position in `expansions`, after their number.
EXPANDS = 16
# Flag: the character is not part of the normalised text.
IGNORED = 32
N_CODE_POINTS = 0x20000  # Planes 0 and 1. Beyond them are only Han ideographs.
TABLE = "unicode_tables.npz"

# Blocks of scripts written without spaces between words.
UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3031, 0x3035),
    (0x303B, 0x303C),
    (0x3041, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)
# Soft hyphen, joiners, zero-width spaces, marks of direction, variation selectors and byte order mark.
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def normalise(text: str) -> str:
    """Return the form of a text whose words are compared: NFKC, case-folded, without `IGNORED`.

    >>> normalise("The ﬁrst ＴＷＯ Stra\u00adßen")
    'the first two strassen'
    """
    return folded(_IGNORED.sub("", text))


def folded(text: str) -> str:
    """Return the text in NFKC, case-folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def is_ignored(character: str) -> bool:
    """Tell whether the character is not part of the normalised text.

    >>> [is_ignored(c) for c in "a \u00ad\u200b\u200c"]
    [False, False, True, True, False]
    """
    return _IGNORED.match(character) is not None


def class_of(character: str) -> int:
    """Classify a character of a normalised text as SEPARATOR, WORD or SINGLE.

    >>> [class_of(c) for c in "a7-é日"]
    [1, 1, 0, 1, 2]
    """
    if unicodedata.category(character)[0] not in "LNM":
        return SEPARATOR
    code = ord(character)
    return SINGLE if any(first <= code <= last for first, last in UNSPACED) else WORD


def class_beyond(code: int) -> int:
    """Classify a code point beyond the table: an ideograph up to 0x3FFFF, or a separator."""
    return SINGLE if code <= 0x3FFFF else SEPARATOR


def is_single(code: int) -> bool:
    """Tell whether the character is a word by itself."""
    return (
        bool(table()[0][code] & 3 == SINGLE)
        if code < N_CODE_POINTS
        else class_beyond(code) == SINGLE
    )


Table = tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.int32]]


def build() -> Table:
    """Compute class, folded form and expansions of every character from Python's Unicode data."""
    second = _seconds_of_composites()
    classes = np.zeros(N_CODE_POINTS, np.uint8)
    folded = np.arange(N_CODE_POINTS, dtype=np.int32)
    expansions: list[int] = []
    for code in range(0x80, N_CODE_POINTS):
        if 0xD800 <= code <= 0xDFFF:
            continue
        character = chr(code)
        normal = normalise(character)
        own_class = class_of(character)
        is_stable = unicodedata.normalize("NFKC", character) == character
        if is_ignored(character):
            classes[code] = IGNORED | COMPLEX
        elif code in second or (
            unicodedata.combining(character) and not (is_stable and normal == character)
        ):
            classes[code] = own_class | COMPLEX
        elif unicodedata.combining(character):
            classes[code] = own_class | MARK
        elif all(class_of(c) == SEPARATOR for c in normal):
            classes[code] = SEPARATOR  # No-break spaces and the ellipsis are separators, too.
        elif any(unicodedata.combining(c) or ord(c) in second for c in normal):
            classes[code] = own_class | COMPLEX
        elif len(normal) == 1:
            classes[code], folded[code] = class_of(normal), ord(normal)
        elif len(normal) > len(character.encode()):  # The kernel has room for one word per byte.
            classes[code] = own_class | COMPLEX
        else:
            classes[code], folded[code] = own_class | EXPANDS, len(expansions)
            expansions += [len(normal), *map(ord, normal)]
    for code in map(ord, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        classes[code], folded[code] = WORD, ord(chr(code).lower())
    return classes, folded, np.array(expansions, np.int32)


def _seconds_of_composites() -> set[int]:
    """Return the characters that may combine with the one before (NFC quick check "maybe")."""
    found = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # Hangul vowels and final consonants.
    for code in range(N_CODE_POINTS):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(int(parts[1], 16))
    return found


@cache
def table() -> Table:
    """Return the packaged table: `build()` with Unicode 14, which later versions only extend."""
    arrays = packaged_arrays.read("copydesk.transforms", TABLE)
    return arrays["classes"], arrays["folded"].cumsum(dtype=np.int32), arrays["expansions"]


@cache
def addresses() -> tuple[int, int, int]:
    """Return the memory addresses of the arrays of the table, for the kernels."""
    classes, folded, expansions = table()
    return classes.ctypes.data, folded.ctypes.data, expansions.ctypes.data
