"""The compiled loop over the text of a serialised page. `text_runs` describes its results.

Import it only when a page is read, because `numba_cache.part` compiles.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

#: What the name of an element says. Inner elements inherit the bits from `LINK` to `EMPTY`.
LINK, BOLD, PRE, EMPTY, INLINE, BREAK, RULE = 1, 2, 4, 8, 16, 32, 64
_INHERITED = LINK | BOLD | PRE | EMPTY
#: The rows of the columns of runs.
LINK_CHARS, LINK_COUNT, BOLD_CHARS, END_TAG, AROUND, INNER, AFTER_BREAK = range(7)
_SPACE, _NEWLINE, _HASH, _AMPERSAND, _SEMICOLON, _X = 32, 10, 35, 38, 59, 120
_LONGEST_REFERENCE = 9


@numba_cache.part
def _reference(content: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return the character of the reference at a position and its end.

    An unknown reference is an ampersand.
    """
    stop = at + 1
    while stop < end and stop < at + _LONGEST_REFERENCE and content[stop] != _SEMICOLON:
        stop += 1
    if stop >= end or content[stop] != _SEMICOLON or stop < at + 3:
        return _AMPERSAND, at + 1
    first, size = content[at + 1], stop - at - 1
    if first == _HASH:
        if content[at + 2] == _X:
            return _SPACE, stop + 1
        number = 0
        for i in range(at + 2, stop):
            number = 10 * number + content[i] - 48
        return (_SPACE if number == 11 or number == 12 else number), stop + 1
    if first == 108 and size == 2:
        return 60, stop + 1
    if first == 103 and size == 2:
        return 62, stop + 1
    if first == 113 and size == 4:
        return 34, stop + 1
    return _AMPERSAND, (stop if first == 97 and size == 3 else at) + 1


@numba_cache.part
def _character(content: Bytes, at: int, end: int) -> tuple[int, int]:
    """Return the character at a position of a text in UTF-8 with references, and its end."""
    byte = content[at]
    if byte == _AMPERSAND:
        return _reference(content, at, end)
    if byte < 0x80:
        return byte, at + 1
    if byte < 0xE0:
        return (byte & 0x1F) << 6 | (content[at + 1] & 0x3F), at + 2
    if byte < 0xF0:
        high = (byte & 0x0F) << 12 | (content[at + 1] & 0x3F) << 6
        return high | (content[at + 2] & 0x3F), at + 3
    high = (byte & 0x07) << 18 | (content[at + 1] & 0x3F) << 12
    return high | (content[at + 2] & 0x3F) << 6 | (content[at + 3] & 0x3F), at + 4


@numba_cache.part
def _is_space(code: int) -> bool:
    """Tell whether a character is white space in Unicode, except no-break spaces, which stay."""
    if code < 0x80:
        return code == _SPACE or 9 <= code <= 13 or 28 <= code <= 31
    if code < 0x1680:
        return code == 0x85
    if 0x2000 <= code <= 0x200A:
        return code != 0x2007
    return code == 0x1680 or code == 0x2028 or code == 0x2029 or code == 0x205F or code == 0x3000


@numba_cache.part
def _is_no_break_space(code: int) -> bool:
    return code == 0xA0 or code == 0x202F or code == 0x2007


@numba_cache.part
def _is_printed(code: int) -> bool:
    """Tell whether a character is neither white space nor without width."""
    if code < 0x80:
        return code != _SPACE and not 9 <= code <= 13
    return code != 0xA0 and code != 0x200B and code != 0x3000 and code != 0xFEFF


@numba_cache.part
def _is_blank(content: Bytes, at: int, end: int) -> bool:
    """Tell whether a text is only white space."""
    while at < end:
        code, at = _character(content, at, end)
        if not _is_space(code) and not _is_no_break_space(code):
            return False
    return True


@numba_cache.part
def _write(
    content: Bytes,
    tag_starts: Index,
    tag_ends: Index,
    owner: Index,
    inherited: Index,
    tags: tuple[int, int],
    is_pre: bool,
    codes: npt.NDArray[np.uint32],
    first: int,
) -> tuple[int, int, int]:
    """Write the text after some tags from a position on.

    Returns the end, and the numbers of its characters in links and in bold. White space is folded
    in text that is not preformatted. A text without a printed character is not written.
    """
    at, n_linked, n_bold = first, 0, 0
    is_spaced, is_printed = False, False
    for tag in range(tags[0], tags[1]):
        if owner[tag] < 0:
            continue
        own, place, end = inherited[owner[tag]], tag_ends[tag] + 1, tag_starts[tag + 1] - 1
        while place < end:
            code, place = _character(content, place, end)
            n_linked += (own & LINK) != 0
            n_bold += (own & BOLD) != 0
            if not is_pre and _is_space(code):
                is_spaced = at > first
                continue
            if is_spaced:
                codes[at] = _SPACE
                at += 1
                is_spaced = False
            codes[at] = code
            at += 1
            is_printed = is_printed or _is_printed(code)
    if not is_printed:
        return first, n_linked, n_bold
    if is_pre:
        n_lines = 0
        while codes[first + n_lines] == _NEWLINE:
            n_lines += 1
        if n_lines > 0:
            for i in range(first + n_lines, at):
                codes[i - n_lines] = codes[i]
        at -= n_lines
        while codes[at - 1] == _NEWLINE:
            at -= 1
    return at, n_linked, n_bold


def walk(
    content: Bytes, tag_starts: Index, tag_ends: Index, of_tag: Index, elements: Index, flags: Index
) -> tuple[npt.NDArray[np.uint32], Index, Index, npt.NDArray[np.bool_]]:
    """Return the runs of text of a page and the elements that may contain text.

    A run has its characters, its start (and the end of the last one), and its columns. `elements`
    are the rows parent, opened and closed. `flags` is what the name of each element says.
    """
    n_tags, n_elements = len(tag_starts), len(flags)
    parent, opened, closed = elements[0], elements[1], elements[2]
    inherited = np.zeros(n_elements, np.int64)
    for element in range(n_elements):
        own = flags[element] & _INHERITED
        if element > 0:
            inherited[element] = own | inherited[parent[element]]
        else:
            inherited[0] = own & ~EMPTY
    owner, columns = np.full(n_tags, -1, np.int64), np.zeros((7, n_tags), np.int64)
    starts = np.zeros(n_tags + 1, np.int64)
    codes = np.empty(len(content), np.uint32)
    n_runs = n_links = at = begin = 0
    first, start, last_left, is_left_pre, is_pre = -1, 0, 0, False, False
    for tag in range(n_tags):
        element = of_tag[tag]
        is_start = tag == opened[element]
        around = element if is_start and tag < closed[element] else parent[element]
        if not inherited[element] & EMPTY:
            last_left = tag
            is_left_pre = around >= 0 and (inherited[around] & PRE) != 0
            if element == 0 or not flags[element] & INLINE:
                if first >= 0:
                    at, n_linked, n_bold = _write(
                        content, tag_starts, tag_ends, owner, inherited, (start, tag), is_pre, codes, at
                    )  # fmt: skip
                    if at > starts[n_runs]:
                        opening = of_tag[begin]
                        is_inside = begin == opened[opening] and begin < closed[opening]
                        block = opening if is_inside else parent[opening]
                        while block > 0 and flags[block] & INLINE:
                            block = parent[block]
                        is_break = flags[opening] & BREAK or (
                            flags[opening] & RULE and begin < closed[opening]
                        )
                        columns[LINK_CHARS, n_runs] = n_linked
                        columns[LINK_COUNT, n_runs] = n_links
                        columns[BOLD_CHARS, n_runs] = n_bold
                        columns[END_TAG, n_runs] = tag
                        columns[AROUND, n_runs] = block
                        columns[INNER, n_runs] = owner[first]
                        columns[AFTER_BREAK, n_runs] = 1 if is_break else 0
                        n_runs += 1
                        starts[n_runs] = at
                    first, n_links = -1, 0
                begin = tag
            if is_start and flags[element] & LINK:
                n_links += 1
        if around < 0 or inherited[around] & EMPTY or tag + 1 >= n_tags:
            continue
        place, end = tag_ends[tag] + 1, tag_starts[tag + 1] - 1
        if place == end:
            continue
        owner[tag] = around
        if first < 0 and (inherited[around] & PRE or not _is_blank(content, place, end)):
            first, start, is_pre = tag, last_left, is_left_pre
    return codes[:at], starts[: n_runs + 1], columns[:, :n_runs], (inherited & EMPTY) == 0


def walk_in_python(
    content: Bytes, tag_starts: Index, tag_ends: Index, of_tag: Index, elements: Index, flags: Index
) -> tuple[npt.NDArray[np.uint32], Index, Index, npt.NDArray[np.bool_]]:
    """Compute `walk` without a compiler, with Python's integers."""
    lists: list[Any] = [column.tolist() for column in (tag_starts, tag_ends, of_tag)]
    arguments: list[Any] = [content.tobytes(), *lists, elements.tolist(), flags.tolist()]
    return walk(*arguments)
