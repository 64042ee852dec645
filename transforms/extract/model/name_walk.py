"""The compiled loop over the names in attributes: classes, ids and the like of each kind of element.

Import it only when a page is read, because `numba_cache.part` compiles.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.extract.model.fragment_automaton import END, START

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Steps = npt.NDArray[np.int32]

_HASH_START, _HASH_FACTOR, _HASH_BITS = 0x1D3F9A5B7C1, 0x100000001B3, (1 << 61) - 1
_SPACE, _AMPERSAND, _NOT_ASCII = 32, 38, 128


@numba_cache.part
def _is_upper(byte: int) -> bool:
    return 65 <= byte <= 90


@numba_cache.part
def _is_lower(byte: int) -> bool:
    return 97 <= byte <= 122


@numba_cache.part
def _word(content: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return the range of the next word: `related` and `Links` in `relatedLinks`."""
    while at < end:
        first, second = content[at], content[at + 1] if at + 1 < end else _SPACE
        if _is_lower(first) or (_is_upper(first) and _is_lower(second)):
            stop = at + 1
            while stop < end and _is_lower(content[stop]):
                stop += 1
            return at, stop
        if _is_upper(first) and _is_upper(second):
            stop = at + 2
            while stop < end and _is_upper(content[stop]):
                stop += 1
            return at, stop
        at += 1
    return end, end


@numba_cache.part
def _name(content: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return the range of the next name, up to white space."""
    while at < end and content[at] <= _SPACE:
        at += 1
    stop = at
    while stop < end and content[stop] > _SPACE:
        stop += 1
    return at, stop


def walk(
    content: Bytes,
    values: Index,
    chosen: Marks,
    limits: tuple[int, int, int],
    by_word: bool,
    automaton: tuple[Steps, Index, Bytes],
) -> tuple[Index, Marks, Index]:
    """Return the bits of the names of each kind of element, whether they are unsure, and a hash.

    `values` are those of `tag_walk`, and `chosen` says which attributes have names. `limits` are
    the number of kinds, and the most bytes of one value and of all values of a kind. The bits are
    those of `automaton`, which reads whole names or their words one by one. They are unsure if a
    name is not plain ASCII or if there are more bytes. The hash is that of the values with a space
    between them.
    """
    n_kinds, most_of_value, most_of_kind = limits
    steps, bits, symbols = automaton
    found, sizes = np.zeros(n_kinds, np.int64), np.zeros(n_kinds, np.int64)
    hashes = np.full(n_kinds, _HASH_START, np.int64)
    is_unsure = np.zeros(n_kinds, np.bool_)
    for row in range(len(values)):
        kind, attribute, start, end = values[row]
        if start == end or not chosen[attribute]:
            continue
        # Without a compiler an integer of numpy would warn of overflows.
        hashed = int(hashes[kind])
        if sizes[kind] > 0:
            hashed = (hashed * _HASH_FACTOR ^ _SPACE) & _HASH_BITS
        sizes[kind] += end - start + 1
        is_plain = end - start <= most_of_value and sizes[kind] <= most_of_kind
        for at in range(start, end):
            byte = content[at]
            hashed = (hashed * _HASH_FACTOR ^ byte) & _HASH_BITS
            if byte >= _NOT_ASCII or byte == _AMPERSAND:
                is_plain = False
        hashes[kind] = hashed
        if not is_plain:
            is_unsure[kind] = True
            continue
        at = start
        while at < end:
            at, stop = _word(content, at, end) if by_word else _name(content, at, end)
            if at == stop:
                break
            state = steps[0, START]
            for place in range(at, stop):
                state = steps[state, symbols[content[place]]]
                found[kind] |= bits[state]
            found[kind] |= bits[steps[state, END]]
            at = stop
    return found, is_unsure, hashes


def walk_in_python(
    content: Bytes,
    values: Index,
    chosen: Marks,
    limits: tuple[int, int, int],
    by_word: bool,
    automaton: tuple[Steps, Index, Bytes],
) -> tuple[Index, Marks, Index]:
    """Compute `walk` without a compiler, with Python's integers."""
    steps, bits, symbols = automaton
    tables: Any = (_Rows(steps), bits.tolist(), symbols.tolist())
    lists: list[Any] = [values.tolist(), chosen.tolist()]
    arguments: list[Any] = [content.tobytes(), *lists, limits, by_word, tables]
    return walk(*arguments)


class _Rows(dict[tuple[int, int], int]):
    """The steps of an automaton, read when they are needed."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps

    def __missing__(self, key: tuple[int, int]) -> int:
        found = self[key] = int(self._steps[key])
        return found
