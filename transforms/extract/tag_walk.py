"""The compiled loop over the tags of a serialised page. `page_elements` describes its columns.

Import it only when a page is read, because `numba_cache.part` compiles.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

#: The rows of the columns of elements.
KIND, PARENT, DEPTH, OPENED, CLOSED, END, ADDRESS, ADDRESS_END = range(8)
#: What the text after a tag may contain: the first letters of a byline, or a year or a date.
MAY_BE_BYLINE, MAY_BE_DATE = 1, 2
#: Texts of more bytes are not searched: no line with a byline or a date is longer.
MAX_LINE_BYTES = 2_000
# A hash of 61 bits. Python's integers and those of 64 bits, which wrap around, have the same low
# bits.
_HASH_START, _HASH_FACTOR, _HASH_BITS = 0x1D3F9A5B7C1, 0x100000001B3, (1 << 61) - 1
_SPACE, _QUOTE, _FULL_STOP, _SLASH, _ZERO, _NINE, _EQUALS = 32, 34, 46, 47, 48, 57, 61
#: The first byte of characters from U+0640 on, which include digits of other scripts.
_OTHER_DIGITS = 0xD9


def hash_of(text: str) -> int:
    """Return the hash of a text, as the loop computes it."""
    found = _HASH_START
    for byte in text.encode():
        found = (found * _HASH_FACTOR ^ byte) & _HASH_BITS
    return found


@numba_cache.part
def _start_tag(
    content: Bytes, at: int, end: int, telling: Index, address_name: int, values: Index
) -> tuple[int, int, int, int]:
    """Return the hash of a start tag's name and telling attributes, its address, and their number.

    The address is a range. The number is that of the telling attributes.

    Each of these gets a row of `values`: its number in `telling` and the range of its value, in the
    second to the fourth column.
    """
    found, address, address_end, n_told = _HASH_START, 0, 0, 0
    while at < end and content[at] != _SPACE:
        found = (found * _HASH_FACTOR ^ content[at]) & _HASH_BITS
        at += 1
    while at < end:
        name, at = _HASH_START, at + 1
        while at < end and content[at] != _EQUALS:
            name = (name * _HASH_FACTOR ^ content[at]) & _HASH_BITS
            at += 1
        at += 2
        start, told = at, -1
        for k in range(len(telling)):
            if name == telling[k]:
                told = k
        if told >= 0:
            found = (found * _HASH_FACTOR ^ name) & _HASH_BITS
            while at < end and content[at] != _QUOTE:
                found = (found * _HASH_FACTOR ^ content[at]) & _HASH_BITS
                at += 1
            if n_told < len(values):
                values[n_told, 1], values[n_told, 2], values[n_told, 3] = told, start, at
                n_told += 1
        else:
            while at < end and content[at] != _QUOTE:
                at += 1
            if name == address_name:
                address, address_end = start, at
        at += 1
    return found, address, address_end, n_told


@numba_cache.part
def _may_hold(content: Bytes, at: int, end: int, byline_starts: Bytes) -> int:
    """Return what a text may contain."""
    while at < end and (content[at] == _SPACE or 9 <= content[at] <= 13):
        at += 1
    if at >= end:
        return 0
    second = content[at + 1] if at + 1 < end else _SPACE
    found = MAY_BE_BYLINE if byline_starts[256 * content[at] + second] else 0
    for i in range(at, end):
        byte = content[i]
        if byte >= _OTHER_DIGITS:
            return found | MAY_BE_DATE
        if _ZERO <= byte <= _NINE and i + 1 < end:
            second = content[i + 1]
            if second == _FULL_STOP or second == _SLASH:
                return found | MAY_BE_DATE
            is_century = (byte == _ZERO + 1 and second == _NINE) or (
                byte == _ZERO + 2 and second == _ZERO
            )
            if is_century and i + 2 < end and _ZERO <= content[i + 2] <= _NINE:
                return found | MAY_BE_DATE
    return found


def walk(
    content: Bytes,
    first: Index,
    last: Index,
    telling: Index,
    address_name: int,
    byline_starts: Bytes,
) -> tuple[Index, Index, Index, Bytes]:
    """Return the columns of a page's elements, and the kinds and possible contents in it.

    The parts are the columns, the first tag of each kind, the telling attributes of the kinds, and
    what each text may contain.

    An attribute has the number of its kind, its own number in `telling`, and the range of its
    value.

    `first` and `last` are the positions of the marks of the tags. `telling` and `address_name` are
    hashes of the names of attributes. `byline_starts` says for every two bytes whether a byline may
    begin with them. The texts are those after each tag.
    """
    n_tags = len(first)
    columns = np.zeros((8, n_tags), np.int64)
    tag_of_kind, stack = np.zeros(n_tags, np.int64), np.zeros(n_tags + 1, np.int64)
    holds = np.zeros(n_tags, np.uint8)
    n_slots = 16
    while n_slots < 2 * n_tags:
        n_slots *= 2
    hashes, numbers = np.zeros(n_slots, np.int64), np.full(n_slots, -1, np.int64)
    values = np.empty((len(telling) * n_tags, 4), np.int64)
    n_elements = n_open = n_kinds = n_values = 0
    for tag in range(n_tags):
        start, stop = first[tag] + 1, last[tag]
        text_end = first[tag + 1] if tag + 1 < n_tags else len(content)
        if text_end - stop - 1 < MAX_LINE_BYTES:
            holds[tag] = _may_hold(content, stop + 1, text_end, byline_starts)
        if content[start] == _SLASH:
            if n_open > 0:
                n_open -= 1
                columns[CLOSED, stack[n_open]] = tag
                columns[END, stack[n_open]] = n_elements
            continue
        is_empty = content[stop - 1] == _SLASH
        found, address, address_end, n_told = _start_tag(
            content,
            start,
            stop - 1 if is_empty else stop,
            telling,
            address_name,
            values[n_values:],
        )
        slot = (found ^ (found >> 31)) & (n_slots - 1)
        while numbers[slot] >= 0 and hashes[slot] != found:
            slot = (slot + 1) & (n_slots - 1)
        if numbers[slot] < 0:
            hashes[slot], numbers[slot], tag_of_kind[n_kinds] = found, n_kinds, tag
            values[n_values : n_values + n_told, 0] = n_kinds
            n_values, n_kinds = n_values + n_told, n_kinds + 1
        columns[KIND, n_elements] = numbers[slot]
        columns[PARENT, n_elements] = stack[n_open - 1] if n_open > 0 else -1
        columns[DEPTH, n_elements] = n_open + 1
        columns[OPENED, n_elements] = columns[CLOSED, n_elements] = tag
        columns[END, n_elements] = n_elements + 1
        columns[ADDRESS, n_elements], columns[ADDRESS_END, n_elements] = address, address_end
        if not is_empty:
            stack[n_open] = n_elements
            n_open += 1
        n_elements += 1
    return columns[:, :n_elements], tag_of_kind[:n_kinds], values[:n_values].copy(), holds


def walk_in_python(
    content: Bytes,
    first: Index,
    last: Index,
    telling: Index,
    address_name: int,
    byline_starts: Bytes,
) -> tuple[Index, Index, Index, Bytes]:
    """Compute `walk` without a compiler, with Python's integers."""
    lists: list[Any] = [column.tolist() for column in (first, last, telling)]
    arguments: list[Any] = [content.tobytes(), *lists, address_name, byline_starts.tobytes()]
    return walk(*arguments)
