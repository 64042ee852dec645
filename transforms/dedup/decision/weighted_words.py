"""The words of texts with their sentences, and with the rarity of each word in news.

Words are weighted by the document frequencies of `stories.tfidf.background`, so that stock phrases
count little. Their hash is that of `stories.term_counts`, because the frequencies are numbered by
it.
"""

# ruff: noqa: PLR0915 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms import unicode_tables
from copydesk.transforms.dedup.decision import hash_set
from copydesk.transforms.intrinsics import compiled, kernel_part, load32
from copydesk.transforms.stories import tfidf
from copydesk.transforms.stories.term_counts import HALF, SEED, mix, stir
from copydesk.transforms.unicode_tables import IGNORED

NUMBER, NAME = 1, 2
"""Flags of a word: it has a digit; it is capitalised inside a sentence."""
MAX_WORDS = 50_000  # Words of one text. Only the beginning of a longer text is compared.
LEAST_WEIGHT = 0.01  # The least weight of a word. 0 marks the repeats of a word.
_CHUNK = 64  # Texts that are split at the same time: 1 MB of characters, which stay in the cache.
_KINDS = {"hashes": np.uint64, "flags": np.uint8, "sentences": np.int32, "weights": np.float32}
# Parts of an entry of `_ascii_letters`.
_FOLDED, _LETTER, _DIGIT, _CAPITAL = 0x7F, 0x80, 0x100, 0x200


@dataclass(frozen=True, slots=True)
class Words:
    """The words of several texts, one text after the other."""

    starts: NDArray[np.int64]
    """Index of the first word of each text, and the end of the last text."""
    hashes: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    sentences: NDArray[np.int32]
    """Number of the sentence of each word, from 0 in each text."""
    weights: NDArray[np.float32]
    """Inverse document frequency of each word at its first occurrence in its text, 0 at later ones."""


def split_words(texts: Sequence[str]) -> Words:
    """Split texts into words with their sentences and flags.

    >>> words = split_words(["Rain fell in Oslo. It was 5 mm."])
    >>> words.sentences.tolist(), words.flags.tolist()
    ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 2, 0, 0, 1, 0])
    """
    parts = [_words_of(texts[at : at + _CHUNK]) for at in range(0, len(texts), _CHUNK)]
    if len(parts) == 1:
        return parts[0]
    n_words = np.cumsum([0, *(len(part.hashes) for part in parts)])
    starts = [part.starts[1:] + n for part, n in zip(parts, n_words, strict=False)]
    return Words(
        np.concatenate([np.zeros(1, np.int64), *starts]),
        *(
            np.concatenate([np.zeros(0, kind), *(getattr(part, name) for part in parts)])
            for name, kind in _KINDS.items()
        ),
    )


def _words_of(texts: Sequence[str]) -> Words:
    prepared = [_composed(text) for text in texts]
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in prepared], out=bounds[1:])
    codes = np.frombuffer("".join(prepared).encode("utf-32-le", "surrogatepass"), np.uint32)
    classes, folded, _ = unicode_tables.table()
    return Words(*_split(codes, bounds, classes, folded, _ascii_letters(), _idf(), MAX_WORDS))


def _composed(text: str) -> str:
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    return unicodedata.normalize("NFKC", text)


@cache
def _idf() -> NDArray[np.float32]:
    known = tfidf.background()
    share = (np.maximum(known.frequencies[:HALF], 1) + 0.5) / known.n_documents
    return np.maximum(np.asarray(-np.log(share), np.float32), np.float32(LEAST_WEIGHT))


@cache
def _ascii_letters() -> NDArray[np.uint16]:
    """Return for each ASCII character its lower case with flags, or 0 if it is in no word."""
    letters = np.zeros(128, np.uint16)
    for character in filter(str.isalnum, map(chr, range(128))):
        flags = _LETTER + _DIGIT * character.isdigit() + _CAPITAL * character.isupper()
        letters[ord(character)] = ord(character.lower()) | flags
    return letters


@kernel_part
def _ends_sentence(codes: Any, i: Any, stop: Any, after_initial: Any) -> Any:
    """Tell whether the separator at i ends a sentence.

    A line end does, and a full stop before a space or quote. The full stop after a word of one
    letter is that of an initial.
    """
    code = codes[i]
    is_wide = code == 0x3002 or code == 0xFF01 or code == 0xFF1F or code == 0x61F or code == 0x964
    if code == 0x0A or is_wide:
        return True
    if not (code == 0x2E or code == 0x21 or code == 0x3F or code == 0x2026):
        return False
    if after_initial and code == 0x2E:
        return False
    if i + 1 == stop:
        return True
    after = codes[i + 1]
    return after <= 0x20 or after == 0xA0 or after == 0x22 or after == 0x201D


@kernel_part
def _word_end(codes: Any, i: Any, stop: Any, classes: Any, folded: Any, letters: Any) -> Any:
    """Read the word that begins at i and return (end, hash, flag NUMBER or 0)."""
    h = SEED
    seen = np.uint16(0)
    while i < stop:
        code = codes[i]
        if code < 128:
            letter = letters[code]
            if letter == 0:
                break
            seen |= letter
            h = stir(h, np.uint32(letter & np.uint16(_FOLDED)))
        else:
            if code > 0x1FFFF:
                break
            if classes[code] & IGNORED:
                i += 1
                continue
            if classes[code] & 3 != 1:
                break
            if 0x660 <= code <= 0x669 or 0x966 <= code <= 0x96F:
                seen |= np.uint16(_DIGIT)
            h = stir(h, code if classes[code] & 16 else np.uint32(folded[code]))
        i += 1
    if not seen & np.uint16(_DIGIT):
        return i, h, np.uint8(0)
    # The decimals of a number belong to it: 3.5 and 1,200 are single words.
    while i + 1 < stop and (codes[i] == 0x2E or codes[i] == 0x2C) and 0x30 <= codes[i + 1] <= 0x39:
        i += 1
        while i < stop and 0x30 <= codes[i] <= 0x39:
            h = stir(h, codes[i])
            i += 1
    return i, h, np.uint8(NUMBER)


@compiled
def _split(
    codes: Any, bounds: Any, classes: Any, folded: Any, letters: Any, idf: Any, most: Any
) -> Any:
    n = bounds.size - 1
    address = codes.ctypes.data  # Loads from it need no check for a negative index.
    starts = np.zeros(n + 1, np.int64)
    hashes = np.empty(codes.size, np.uint64)
    flags = np.empty(codes.size, np.uint8)
    sentences = np.empty(codes.size, np.int32)
    weights = np.zeros(codes.size, np.float32)
    room = np.empty(8, np.uint64)
    end = 0
    for d in range(n):
        begin = end
        sentence, opens, capitals, first = np.int32(0), True, 0, bounds[d]
        i, stop = bounds[d], bounds[d + 1]
        while i < stop and end - begin < most:
            code = np.uint32(load32(address + 4 * i))
            if code == 0x20:
                i += 1
                continue
            if code < 128:
                letter = letters[code]
                kind, is_capital = letter != 0, letter & np.uint16(_CAPITAL) != 0
            elif code > 0x1FFFF:
                kind, is_capital = 2 * (code < 0x40000), False
            else:
                kind = classes[code] & 3
                is_capital = classes[code] & 16 == 0 and folded[code] != code
            if kind == 0:
                if not opens and _ends_sentence(codes, i, stop, i - first <= 1):
                    sentence += 1
                    opens = True
                i += 1
                continue
            first = i
            flag = np.uint8(0)
            if kind == 2:
                h = stir(SEED, code)
                i += 1
            else:
                # A word of ASCII letters is read here, because a call takes longer than most words.
                h, seen = SEED, np.uint16(0)
                while i < stop:
                    code = np.uint32(load32(address + 4 * i))
                    letter = letters[code] if code < 128 else np.uint16(0)
                    if letter == 0:
                        break
                    seen |= letter
                    h = stir(h, np.uint32(letter & np.uint16(_FOLDED)))
                    i += 1
                if seen & np.uint16(_DIGIT) or (i < stop and codes[i] >= 128):
                    i, h, flag = _word_end(codes, first, stop, classes, folded, letters)
                if is_capital:
                    capitals += 1
                    if flag == 0 and not opens:
                        flag = np.uint8(NAME)
            hashes[end], flags[end], sentences[end] = mix(h), flag, sentence
            opens = False
            end += 1
        if 2 * capitals > end - begin:  # Capitals throughout a sentence are not names.
            for k in range(begin, end):
                flags[k] &= np.uint8(NUMBER)
        starts[d + 1] = end
        size = hash_set.n_slots(end - begin)
        if size > room.size:
            room = np.empty(size, np.uint64)
        own, mask = room[:size], np.uint64(size - 1)
        own[:] = np.uint64(0)
        for k in range(begin, end):
            if hash_set.insert(own, hashes[k], mask):
                weights[k] = idf[hashes[k] >> np.uint64(44)]
    return (
        starts,
        hashes[:end].copy(),
        flags[:end].copy(),
        sentences[:end].copy(),
        weights[:end].copy(),
    )
