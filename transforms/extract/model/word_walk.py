"""The compiled loop over the characters and words of texts.

`character_columns` describes its results.

Import it only when a page is read, because `numba_cache.part` compiles.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

Codes = npt.NDArray[np.uint32]
Index = npt.NDArray[np.int64]
Column = npt.NDArray[np.float64]
Classes = npt.NDArray[np.uint16]
Marks = npt.NDArray[np.bool_]

#: Classes of characters. The first `N_COUNTED` are counted.
COMMA, UPPER, DIGIT, QUOTE, BAR, AT, HASH, NOT_ASCII, SPACE, CLOSING, WORD = (
    1 << bit for bit in range(11)
)
N_COUNTED = 8
#: The rows of facts after those of the counted classes.
SENTENCE_ENDS, YEAR, TIME, DATE = range(N_COUNTED, N_COUNTED + 4)
N_FACTS = N_COUNTED + 4
_HASH_START, _HASH_FACTOR, _HASH_BITS = 0x1D3F9A5B7C1, 0x100000001B3, (1 << 61) - 1


def hash_of(word: str) -> int:
    """Return the hash of a word, as the loop computes it."""
    found = _HASH_START
    for character in word:
        found = (found * _HASH_FACTOR ^ ord(character)) & _HASH_BITS
    return found


@numba_cache.part
def _is_of_script_without_spaces(code: int) -> bool:
    return 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF


@numba_cache.part
def _run_of_digits(codes: Codes, at: int, end: int, classes: Classes) -> int:
    """Return where the digits from a position on end."""
    while at < end and classes[at] & DIGIT:
        at += 1
    return at


@numba_cache.part
def _is_one_of(code: int, first: int, second: int, third: int) -> bool:
    return code == first or code == second or code == third


@numba_cache.part
def _is_date(codes: Codes, at: int, end: int, classes: Classes) -> bool:
    """Tell whether a date goes on at the mark after its first number: `.5.2024`, `年5月2`."""
    if not (45 <= codes[at] <= 47 or codes[at] == 0x5E74):
        return False
    at += 1
    if at < end and classes[at] & SPACE:
        at += 1
    stop = _run_of_digits(codes, at, end, classes)
    if not 1 <= stop - at <= 2 or stop >= end:
        return False
    if not (45 <= codes[stop] <= 47 or codes[stop] == 0x6708):
        return False
    at = stop + 1
    if at < end and classes[at] & SPACE:
        at += 1
    return at < end and (classes[at] & DIGIT) != 0


@numba_cache.part
def _read_number(
    codes: Codes, at: int, end: int, classes: Classes, facts: Column, text: int
) -> int:
    """Record the year, time or date that begins with the digits at a position, and return its end."""
    stop = _run_of_digits(codes, at, end, classes)
    size = stop - at
    if size == 4 and (
        (codes[at] == 49 and codes[at + 1] == 57) or (codes[at] == 50 and codes[at + 1] == 48)
    ):
        facts[YEAR, text] = 1.0
    if size <= 4 and stop < end:
        if size <= 2 and _is_one_of(codes[stop], 58, 46, 104):
            minutes = _run_of_digits(codes, stop + 1, end, classes)
            if minutes - stop == 3:
                facts[TIME, text] = 1.0
        if _is_date(codes, stop, end, classes):
            facts[DATE, text] = 1.0
    return stop


@numba_cache.part
def _is_sentence_end(codes: Codes, at: int, end: int, classes: Classes) -> bool:
    """Tell whether a sentence ends at a mark.

    White space or nothing must follow the mark, or the quotation mark after it.
    """
    at += 1
    if at < end and classes[at] & CLOSING:
        at += 1
    return at >= end or (classes[at] & SPACE) != 0


@numba_cache.part
def _read_marks(
    codes: Codes, at: int, end: int, classes: Classes, facts: Column, text: int
) -> None:
    """Count the characters of a text, and record its numbers and ends of sentences."""
    number_end = at
    for i in range(at, end):
        code = codes[i]
        own = classes[i]
        if own & (NOT_ASCII * 2 - 1):
            for bit in range(N_COUNTED):
                facts[bit, text] += (own >> bit) & 1
            if own & DIGIT and i >= number_end:
                number_end = _read_number(codes, i, end, classes, facts, text)
            if _is_one_of(code, 0x3002, 0xFF01, 0xFF1F):
                facts[SENTENCE_ENDS, text] += 1
        elif _is_one_of(code, 46, 33, 63) and _is_sentence_end(codes, i, end, classes):
            facts[SENTENCE_ENDS, text] += 1


def walk(
    codes: Codes, classes: Classes, starts: Index, low: Codes, is_letter: Marks, low_starts: Index
) -> tuple[Column, Index, Marks, Index, Index, Index]:
    """Return the facts of texts `codes[starts[i]:starts[i + 1]]`, and their words in lower case.

    `low` is the lower case, `classes` are the classes of each character, and `is_letter` marks the
    characters of `low` that are parts of words. The result has the rows of facts, the number of
    each word in the order of first occurrence, whether it is the first such word of its text, the
    first word of each text, and the hash and the letters of each number.
    """
    n = len(starts) - 1
    facts = np.zeros((N_FACTS, n))
    first_word = np.zeros(n + 1, np.int64)
    words, is_first = np.empty(len(low), np.int64), np.empty(len(low), np.bool_)
    hashes, letters = np.empty(len(low), np.int64), np.empty(len(low), np.int64)
    last_text = np.full(len(low), -1, np.int64)
    n_slots = 64
    while n_slots <= len(low):
        n_slots *= 2
    slots = np.full(n_slots, -1, np.int32)
    n_words = n_numbers = 0
    for text in range(n):
        _read_marks(codes, starts[text], starts[text + 1], classes, facts, text)
        at, end = low_starts[text], low_starts[text + 1]
        while at < end:
            found, size = _HASH_START, 0
            while at < end:
                code = low[at]
                is_alone = _is_of_script_without_spaces(code)
                if not is_letter[at] or (is_alone and size > 0):
                    break
                found = (found * _HASH_FACTOR ^ code) & _HASH_BITS
                size, at = size + 1, at + 1
                if is_alone:
                    break
            if size == 0:
                at += 1
                continue
            slot = (found ^ (found >> 31)) & (n_slots - 1)
            while slots[slot] >= 0 and hashes[slots[slot]] != found:
                slot = (slot + 1) & (n_slots - 1)
            if slots[slot] < 0:
                slots[slot], hashes[n_numbers], letters[n_numbers] = n_numbers, found, size
                n_numbers += 1
            number = slots[slot]
            words[n_words], is_first[n_words] = number, last_text[number] < text
            last_text[number] = text
            n_words += 1
        first_word[text + 1] = n_words
    return (
        facts,
        words[:n_words].copy(),
        is_first[:n_words].copy(),
        first_word,
        hashes[:n_numbers].copy(),
        letters[:n_numbers].copy(),
    )


def walk_in_python(
    codes: Codes, classes: Classes, starts: Index, low: Codes, is_letter: Marks, low_starts: Index
) -> tuple[Column, Index, Marks, Index, Index, Index]:
    """Compute `walk` without a compiler, with Python's integers."""
    lists = (column.tolist() for column in (codes, classes, starts, low, is_letter, low_starts))
    return walk(*lists)
