"""The definition of a shingle in Python, which the compiled kernel computes as well.

Word: a run of letters, digits and marks of the text without HTML escapes, NFKC-normalised and
case-folded (`unicode_tables.normalise`).
Word hash: the UTF-8 bytes of the word, eight at a time, little-endian and padded with zeros,
through two multiplications of 64 bits. Shingle: the hashes of `ngram` words in a row, eight bytes
each. A text with fewer words has one shingle of all its words. Shingle hash: the words of the
shingle through a polynomial and the finaliser of murmur3. Its upper 32 bits are given to
datasketch.
"""

from __future__ import annotations

import html
import re

from copydesk.transforms import unicode_tables

WORD_1, WORD_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9
SUM = 0xD6E8FEB86659FD93
MIX_1, MIX_2 = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53
MASK = 0xFFFFFFFFFFFFFFFF
NGRAM = 3
# For Python and for the regular expressions of Arrow.
ESCAPE = re.compile("&(?:#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}[0-9]{0,2});")


def shingles(text: str, *, ngram: int = NGRAM) -> list[bytes]:
    """Return the shingles of a text in order, with repeats.

    datasketch takes them with `shingle_hash`.

    >>> [len(s) for s in shingles("One two three four.")]
    [24, 24]
    >>> shingles("ONE, two - three!") == shingles("one two three")
    True
    >>> shingles("")
    []
    """
    hashes = [word_hash(word).to_bytes(8, "little") for word in words(text)]
    width = min(ngram, len(hashes))
    return (
        [b"".join(hashes[i : i + width]) for i in range(len(hashes) - width + 1)] if hashes else []
    )


def shingle_hash(shingle: bytes) -> int:
    """Return the 32-bit hash of a shingle, for `datasketch.MinHash(hashfunc=...)`.

    datasketch needs `scheme="affine32"` as well.

    >>> 0 <= shingle_hash(shingles("One two three")[0]) < 2**32
    True
    """
    total = 0
    for at in range(0, len(shingle), 8):
        total = (total + int.from_bytes(shingle[at : at + 8], "little")) * SUM & MASK
    total = (total ^ (total >> 33)) * MIX_1 & MASK
    total = (total ^ (total >> 33)) * MIX_2 & MASK
    return (total ^ (total >> 33)) >> 32


def words(text: str) -> list[str]:
    """Return the words of a text that are compared.

    >>> words("Lowe's £5 café: 東京 U.S.")
    ['lowe', 's', '5', 'café', '東', '京', 'u', 's']
    >>> words("the o&#64259;ce of M&amp;S")
    ['the', 'office', 'of', 'm', 's']
    """
    classes = unicode_tables.table()[0]
    found, start = [], -1
    normal = unicode_tables.normalise(
        unescaped(text).encode("utf-8", "replace").decode()
    )  # A lone surrogate becomes "?".
    for at, character in enumerate(normal):
        code = ord(character)
        kind = (
            classes[code] & 3
            if code < unicode_tables.N_CODE_POINTS
            else unicode_tables.class_beyond(code)
        )
        if kind != unicode_tables.WORD and start >= 0:
            found.append(normal[start:at])
            start = -1
        if kind == unicode_tables.SINGLE:
            found.append(character)
        elif kind == unicode_tables.WORD and start < 0:
            start = at
    return [*found, normal[start:]] if start >= 0 else found


def unescaped(text: str) -> str:
    """Return the text with the HTML escapes that were left in it as characters.

    >>> unescaped("&quot;It&#8217;s AT&T;&quot;")
    '"It’s AT&T;"'
    """
    return ESCAPE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def word_hash(word: str) -> int:
    """Return the 64-bit hash of a word.

    If a character is a word by itself, this is the hash of its code point.
    """
    if len(word) == 1 and unicode_tables.is_single(ord(word)):
        return _end(ord(word) * WORD_1 & MASK)
    encoded = word.encode()
    total = 0
    for at in range(0, len(encoded), 8):
        chunk = int.from_bytes(encoded[at : at + 8], "little")
        total = (total ^ chunk) * WORD_1 & MASK
        if at + 8 < len(encoded):
            total ^= total >> 32
    return _end(total)


def _end(total: int) -> int:
    total = (total ^ (total >> 32)) * WORD_2 & MASK
    return total ^ (total >> 29)
