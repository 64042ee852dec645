"""Count the words and word pairs of texts, hashed into a fixed feature space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms import unicode_tables
from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories.mojibake import repaired
from copydesk.transforms.unicode_tables import IGNORED

# Words hash into the lower half, pairs into the upper half. By chance alone two articles of 500
# pairs each share a quarter of a pair, against some hundred pairs that decide.
HALF = 1 << 20
SEED = np.uint64(0x9E3779B97F4A7C15)  # Start of a word's hash. The golden ratio, as in SplitMix64.
SPACE = 2 * HALF
TITLE_WEIGHT = 3  # A word of the title counts three times: +.01 B-cubed on WikiNews events.
# Of one text. The beginning says what happened, and the time per text stays bounded.
MAX_CHARACTERS = 20_000
_CHUNK = 256  # documents per buffer
# Kinds of characters, as `unicode_tables` numbers them. An unspaced script is one like Chinese.
_NO_LETTER, _LETTER, _UNSPACED = 0, 1, 2

_Value = TypeVar("_Value", np.uint8, np.uint16)

Features: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]
"""A hash table of positions in the other two arrays: the slots of features, and their counts."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Features of several documents, one document after the other, in order of first occurrence."""

    starts: NDArray[np.int64]
    """Index of the first feature of each document, and the end of the last document."""
    slots: NDArray[np.int32]
    """Feature numbers, from 0 to SPACE - 1."""
    counts: NDArray[np.uint8]
    """Number of occurrences in the document, at most 255."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> Counts:
        """Return the features of these documents, in this order."""
        return Counts(*features_of(self.starts, self.slots, self.counts, rows.astype(np.int64)))


@compiled
def features_of(
    starts: NDArray[np.int64],
    slots: NDArray[np.int32],
    values: NDArray[_Value],
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[_Value]]:
    """Return starts, slots and values of some of the documents that these arrays have in sequence."""
    new_starts = np.zeros(len(rows) + 1, np.int64)
    for n in range(len(rows)):
        new_starts[n + 1] = new_starts[n] + starts[rows[n] + 1] - starts[rows[n]]
    new_slots = np.empty(new_starts[-1], slots.dtype)
    new_values = np.empty(new_starts[-1], values.dtype)
    for n in range(len(rows)):
        first = starts[rows[n]] - new_starts[n]
        for at in range(new_starts[n], new_starts[n + 1]):
            new_slots[at] = slots[first + at]
            new_values[at] = values[first + at]
    return new_starts, new_slots, new_values


def concatenate(parts: Sequence[Counts]) -> Counts:
    """Concatenate several sets of counts."""
    lengths = np.concatenate([np.zeros(0, np.int64), *(np.diff(part.starts) for part in parts)])
    return Counts(
        np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
        np.concatenate([np.zeros(0, np.int32), *(part.slots for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.counts for part in parts)]),
    )


def count(texts: Sequence[str], titles: Sequence[str | None]) -> Counts:
    """Count the features of each document.

    >>> counted = count(["Rain fell."], [None])
    >>> len(counted), counted.counts.tolist()      # rain, fell, rain fell
    (1, [1, 1, 1])
    """
    classes = unicode_tables.table()[0]
    return concatenate(
        [Counts(*_count_chunk(codes, bounds, classes)) for codes, bounds in _chunks(texts, titles)]
    )


def folded(text: str) -> str:
    """Return the form whose words are counted: repaired, NFKC, case-folded, cut to MAX_CHARACTERS."""
    text = text[:MAX_CHARACTERS]
    return text.lower() if text.isascii() else unicode_tables.folded(repaired(text))


def _chunks(
    texts: Sequence[str], titles: Sequence[str | None]
) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
    for first in range(0, len(texts), _CHUNK):
        pieces = [
            folded(piece or "")
            for pair in zip(
                titles[first : first + _CHUNK], texts[first : first + _CHUNK], strict=True
            )
            for piece in pair
        ]
        bounds = np.concatenate(
            [np.zeros(1, np.int64), np.cumsum([len(piece) for piece in pieces], dtype=np.int64)]
        )
        yield np.frombuffer("".join(pieces).encode("utf-32-le", "surrogatepass"), np.uint32), bounds


@compiled
def _count_chunk(
    codes: NDArray[np.uint32], bounds: NDArray[np.int64], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """Count the features of some documents: return where those of each begin, and slots and counts.

    Document `d` has two pieces of `codes`: its title, which begins at `bounds[2 * d]`, and its
    text, which begins at `bounds[2 * d + 1]`.
    """
    n = (len(bounds) - 1) // 2
    # At most one feature per character and one pair per word.
    capacity = 2 * len(codes) + 2
    slots = np.empty(capacity, np.int32)
    counts = np.empty(capacity, np.uint8)
    starts = np.zeros(n + 1, np.int64)
    size = 1 << 10
    widest = 0
    for d in range(n):
        widest = max(widest, bounds[2 * d + 2] - bounds[2 * d])
    while size < 4 * widest + 4:
        size *= 2
    table = np.full(size, -1, np.int64)  # hash table of output indices
    features = (table, slots, counts)
    end = int(starts[0])  # With 0 numba would compile what counts a piece for that number as well.
    for d in range(n):
        begin = end
        for piece in range(2 * d, 2 * d + 2):
            at, stop = bounds[piece], bounds[piece + 1]
            weight = 1 if piece % 2 else TITLE_WEIGHT
            end = _count_piece(codes, at, stop, classes, weight, features, end)
        for k in range(begin, end):
            _clear(table, slots[k])
        starts[d + 1] = end
    return starts, slots[:end].copy(), counts[:end].copy()


@compiled
def _count_piece(
    codes: NDArray[np.uint32],
    at: int,
    stop: int,
    classes: NDArray[np.uint8],
    weight: int,
    features: Features,
    end: int,
) -> int:
    """Count the words of a title or text, and each pair of words that follow each other.

    `end` is the number of features so far. Return it with the new ones.
    """
    before = np.uint64(0)
    has_before = False
    while at < stop:
        kind = _kind(codes[at], classes)
        first = at
        if kind == _NO_LETTER:
            at += 1
        elif kind == _UNSPACED:
            while at < stop and _kind(codes[at], classes) == _UNSPACED:
                at += 1
            end = _count_unspaced(codes, first, at, weight, features, end)
            has_before = False
        else:
            h = SEED
            while at < stop:
                if _kind(codes[at], classes) == _LETTER:
                    h = stir(h, codes[at])
                elif not _is_ignored(codes[at], classes):
                    break
                at += 1
            if _is_possessive(codes, first, at):
                continue
            h = mix(h)
            end = _add(features, end, int(h >> np.uint64(44)), weight)
            if has_before:
                pair = mix(before * np.uint64(0xC2B2AE3D27D4EB4F) + h)
                end = _add(features, end, int(pair >> np.uint64(44)) + HALF, weight)
            before, has_before = h, True
    return end


@compiled
def _count_unspaced(
    codes: NDArray[np.uint32], first: int, stop: int, weight: int, features: Features, end: int
) -> int:
    """Count every two neighbouring characters of a script without spaces as a word.

    A single character is a word, too. Two characters of hiragana are grammar and not a word.
    """
    if stop - first == 1:
        h = mix(stir(SEED, codes[first]))
        return _add(features, end, int(h >> np.uint64(44)), weight)
    for k in range(first, stop - 1):
        if not (_is_hiragana(codes[k]) and _is_hiragana(codes[k + 1])):
            h = mix(stir(stir(SEED, codes[k]), codes[k + 1]))
            end = _add(features, end, int(h >> np.uint64(44)), weight)
    return end


@compiled
def _is_possessive(codes: NDArray[np.uint32], first: int, stop: int) -> bool:
    """Tell whether a word is the "s" of a possessive, which is not counted."""
    is_s = stop - first == 1 and codes[first] == 0x73
    return bool(is_s and first > 0 and _is_apostrophe(codes[first - 1]))


@compiled
def _kind(code: np.uint32, classes: NDArray[np.uint8]) -> int:
    if code < len(classes):
        return int(classes[code] & 3)
    return _UNSPACED if code <= 0x3FFFF else _NO_LETTER


@compiled
def _is_ignored(code: np.uint32, classes: NDArray[np.uint8]) -> bool:
    return bool(code < len(classes) and classes[code] & IGNORED)


@compiled
def _is_apostrophe(code: np.uint32) -> bool:
    return bool(code in (0x27, 0x2019, 0x2BC))


@compiled
def _is_hiragana(code: np.uint32) -> bool:
    return bool(0x3041 <= code <= 0x309F)


@compiled
def stir(h: np.uint64, code: np.uint32) -> np.uint64:
    """Add one code point to the hash of a word, which begins as SEED."""
    return (h ^ np.uint64(code)) * np.uint64(0x100000001B3)  # FNV-1a by code point


@compiled
def mix(h: np.uint64) -> np.uint64:
    """Finish a hash, so that its upper bits can number a feature: `mix(h) >> 44`."""
    h ^= h >> np.uint64(33)  # murmur3's finaliser
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    h ^= h >> np.uint64(33)
    return h


@compiled
def _add(features: Features, end: int, slot: int, weight: int) -> int:
    """Add to the count of a feature; return the number of features, which is one more if it is new."""
    table, slots, counts = features
    mask = len(table) - 1
    at = slot * 0x9E3779B1 & mask
    while table[at] >= 0 and slots[table[at]] != slot:
        at = (at + 1) & mask
    if table[at] < 0:
        table[at] = end
        slots[end] = slot
        counts[end] = weight
        return end + 1
    counts[table[at]] = min(255, counts[table[at]] + weight)
    return end


@compiled
def _clear(table: NDArray[np.int64], slot: int) -> None:
    # Clears the whole probe sequence, because all features of the document are removed.
    mask = len(table) - 1
    at = slot * 0x9E3779B1 & mask
    while table[at] >= 0:
        table[at] = -1
        at = (at + 1) & mask
