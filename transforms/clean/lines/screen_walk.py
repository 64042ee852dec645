"""The compiled walk that finds the patterns that may match a line (`line_screen`).

The walk is one function, because a kernel is cached by its own source.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int32]


def walk(
    codes: Codes,
    starts: npt.NDArray[np.int64],
    factors: Codes,
    literals: tuple[Codes, Ints, npt.NDArray[np.bool_]],
    anchors: tuple[Ints, Ints, Codes, npt.NDArray[np.bool_]],
    heads: tuple[Codes, Ints, Ints, Ints, Ints],
    programs: tuple[Ints, Ints, Ints],
    first_word: int,
    is_always_open: bool,
) -> tuple[npt.NDArray[np.int64], Ints, npt.NDArray[np.bool_]]:
    """Return the patterns that may match the lines `codes[starts[i]:starts[i + 1]]`.

    The first array says where the patterns of each line begin in the second one, which has their
    numbers. The third one tells whether a line has a literal from number `first_word` on as a word.
    `line_screen` makes the other arguments.
    """
    letters, letter_starts, is_of_open = literals
    anchor_buckets, anchored, anchor_hashes, is_anchor = anchors
    head_hashes, head_starts, under_heads, head_buckets, headed = heads
    tests, elsewhere, program_starts = programs
    match, jump, no_size = -1, -2, -3
    longest_head, longest_anchor, long_line = 5, 4, 80
    spread = np.uint32(0x9E3779B1)
    anchor_shift, head_shift = np.uint32(32), np.uint32(32)
    while (1 << (32 - np.int64(anchor_shift))) < len(anchor_buckets) - 1:
        anchor_shift -= np.uint32(1)
    while (1 << (32 - np.int64(head_shift))) < len(head_buckets) - 1:
        head_shift -= np.uint32(1)
    n = len(starts) - 1
    row_with = np.full(len(letter_starts) - 1, -1, np.int32)  # The last row that has a literal.
    row_of_pattern = np.full(len(program_starts), -1, np.int32)
    first, found = np.zeros(n + 1, np.int64), np.empty(64 + 8 * n, np.int32)
    has_word = np.zeros(n, np.bool_)
    n_found = 0
    for row in range(n):
        start, end = starts[row], starts[row + 1]
        may_be_open = is_always_open
        for i in range(start, end):
            h = np.uint32(0)
            for k in range(min(longest_anchor, end - i)):
                h = np.uint32(h + codes[i + k] * factors[k])
                bucket = np.int64(np.uint32(h * spread) >> anchor_shift)
                if not is_anchor[bucket]:
                    continue
                for at in range(anchor_buckets[bucket], anchor_buckets[bucket + 1]):
                    if anchor_hashes[at] != h:
                        continue
                    literal = anchored[at]
                    if row_with[literal] == row:
                        continue
                    begin = letter_starts[literal]
                    length = letter_starts[literal + 1] - begin
                    if i + length > end:
                        continue
                    is_same = True
                    for j in range(length - 1, -1, -1):
                        if codes[i + j] != letters[begin + j]:
                            is_same = False
                            break
                    if not is_same:
                        continue
                    if literal < first_word:
                        row_with[literal] = row
                        may_be_open |= is_of_open[literal]
                    elif not has_word[row]:
                        # A letter, digit or underscore of ASCII may not be beside a word. Of a long
                        # line only an end may be read, which may begin inside a word.
                        before = codes[i - 1] if i > start else np.uint32(32)
                        after = codes[i + length] if i + length < end else np.uint32(32)
                        is_inside = 97 <= before <= 122 or 48 <= before <= 57 or before == 95
                        goes_on = 97 <= after <= 122 or 48 <= after <= 57 or after == 95
                        has_word[row] = not goes_on and (not is_inside or end - start > long_line)
        size, h = end - start, np.uint32(0)
        for length in range(longest_head + 1):
            if length > 0:
                if length > size:
                    break
                h = np.uint32(h + codes[start + length - 1] * factors[length - 1])
            elif not may_be_open:
                continue
            bucket = np.int64(np.uint32(h * spread) >> head_shift)
            for place in range(head_buckets[bucket], head_buckets[bucket + 1]):
                head = headed[place]
                if head_hashes[head] != h:
                    continue
                for at in range(head_starts[head], head_starts[head + 1]):
                    pattern = under_heads[at]
                    if row_of_pattern[pattern] == row:
                        continue
                    row_of_pattern[pattern] = row
                    step = np.int64(program_starts[pattern])
                    while step >= 0 and tests[step] != match:
                        test = tests[step]
                        if test >= 0:
                            passes = row_with[test] == row
                        else:
                            passes = test != jump and size <= no_size - test
                        step = step + 1 if passes else np.int64(elsewhere[step])
                    if step < 0:
                        continue
                    if n_found == len(found):
                        longer = np.empty(2 * len(found), np.int32)
                        for k in range(n_found):
                            longer[k] = found[k]
                        found = longer
                    found[n_found] = pattern
                    n_found += 1
        first[row + 1] = n_found
    return first, found[:n_found].copy(), has_word
