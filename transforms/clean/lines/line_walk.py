"""The compiled walk over the characters of a text's lines. `line_properties` describes its results.

Words are distinguished by 64-bit hashes of their code points. The walk is one function, because a
kernel is cached by its own source and calls inside would cost as much as the work.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]


def walk(
    text: npt.NDArray[np.uint32],
    low: npt.NDArray[np.uint32],
    starts: Ints,
    flags: npt.NDArray[np.uint8],
    keys: Hashes,
    values: Floats,
    time_words: Hashes,
    bullets: npt.NDArray[np.uint32],
) -> tuple[
    Ints, Floats, Floats, Floats, Floats, Floats, Ints, Ints,
    Ints, Ints, Ints, Ints, Ints, Ints, Ints, Ints,
]:  # fmt: skip
    """Return the properties of lines `text[starts[i]:starts[i + 1]]`, whose folded form is `low`.

    `flags` are by code point. `keys` and `values` are a hash table of word weights. The result has
    the columns of `LineProperties` in order, with a bag as its four arrays.
    """
    word_flag, space, upper, lower = 2, 4, 8, 16
    title, decimal, digit_sign = 32, 64, 128
    longest, dated_words, head_chars = 60, 14, 400
    prime, basis = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)
    shift, nothing = np.uint64(32), np.uint64(0)
    caret = (basis ^ np.uint64(94)) * prime

    n = len(starts) - 1
    size, indent, bullet = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    shape, scores = np.zeros((n, 17)), np.zeros((n, 2))
    often, dated, digits = np.zeros(n), np.zeros(n), np.zeros(n)
    most = len(text) // 2 + n + 1
    width = 16
    while width < 2 * most:
        width *= 2
    mask, weights_mask = np.uint64(width - 1), np.uint64(len(keys) - 1)
    # Words of the folded lines: slot of the hash table, hash, last line that had the word, number
    # in the bag, weight.
    slots = np.full(width, -1, np.int32)
    hashes, last_row = np.empty(most, np.uint64), np.empty(most, np.int32)
    number, weight = np.empty(most, np.int32), np.empty(most, np.float64)
    n_words = n_numbered = n_at = 0
    bag_at, bag_row, bag_size = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(n, np.int64)  # fmt: skip
    letters = np.empty(most, np.int64)
    # The same for names of the printed lines.
    name_slots = np.full(width, -1, np.int32)
    name_hashes, name_row = np.empty(most, np.uint64), np.empty(most, np.int32)
    n_names = n_name_at = 0
    name_at, name_at_row, name_size = np.empty(most, np.int64), np.empty(most, np.int64), np.zeros(n, np.int64)  # fmt: skip
    name_letters = np.empty(most, np.int64)
    line_hash = np.empty(n, np.uint64)

    for row in range(n):
        start, end = starts[row], starts[row + 1]
        # The folded line: its hash and its words.
        first, last = start, end
        while first < last and flags[low[first]] & space:
            first += 1
        while last > first and flags[low[last - 1]] & space:
            last -= 1
        h = basis
        for i in range(first, last):
            h = (h ^ np.uint64(low[i])) * prime
        line_hash[row] = h
        n_own, total, first_weight, second_hash = 0, 0.0, 0.0, nothing
        has_time, hour_end = False, -1
        i = start
        while i < end:
            if not flags[low[i]] & word_flag:
                i += 1
                continue
            begin, h, all_decimal = i, basis, True
            while i < end and flags[low[i]] & word_flag:
                h = (h ^ np.uint64(low[i])) * prime
                if not flags[low[i]] & decimal:
                    all_decimal = False
                i += 1
            length = i - begin
            n_own += 1
            if not has_time:
                if (length == 2 and all_decimal and begin == hour_end) or (
                    length == 4
                    and all_decimal
                    and (
                        (low[begin] == 49 and low[begin + 1] == 57)
                        or (low[begin] == 50 and low[begin + 1] == 48)
                    )
                ):
                    has_time = True
                else:
                    for one in time_words:
                        if one == h:
                            has_time = True
                            break
            hour_end = -1
            if length <= 2 and all_decimal and i < end and low[i] == 58:
                hour_end = i + 1
            slot = (h ^ (h >> shift)) & mask
            while slots[slot] >= 0 and hashes[slots[slot]] != h:
                slot = (slot + np.uint64(1)) & mask
            known = slots[slot]
            if known < 0:
                known = n_words
                slots[slot] = known
                hashes[known], last_row[known], number[known] = h, -1, -1
                value, at = 0.0, (h ^ (h >> shift)) & weights_mask
                while keys[at] != nothing:
                    if keys[at] == h:
                        value = values[at]
                        break
                    at = (at + np.uint64(1)) & weights_mask
                weight[known] = value
                n_words += 1
            if last_row[known] != row:
                last_row[known] = row
                total += weight[known]
                if length > 3:
                    if number[known] < 0:
                        number[known] = n_numbered
                        letters[n_numbered] = length
                        n_numbered += 1
                    bag_at[n_at], bag_row[n_at] = number[known], row
                    bag_size[row] += 1
                    n_at += 1
            if n_own <= 2:  # "^word" and "^word word"
                if n_own == 1:
                    h = caret
                else:
                    h = (second_hash ^ np.uint64(32)) * prime
                for k in range(begin, i):
                    h = (h ^ np.uint64(low[k])) * prime
                second_hash = h
                at = (h ^ (h >> shift)) & weights_mask
                while keys[at] != nothing:
                    if keys[at] == h:
                        if n_own == 1:
                            first_weight = values[at]
                        else:
                            scores[row, 1] = values[at]
                        break
                    at = (at + np.uint64(1)) & weights_mask
        if n_own == 1:  # The first two words are the only one.
            scores[row, 1] = first_weight
        size[row] = n_own
        if 0 < n_own <= longest:
            scores[row, 0] = total / math.sqrt(n_own)
            scores[row, 1] = first_weight + scores[row, 1]
        else:
            scores[row, 1] = 0.0
        if has_time and n_own < dated_words:
            dated[row] = 1.0

        # The shape of the printed line.
        first, last = start, end
        while first < last and flags[text[first]] & space:
            first += 1
        while last > first and flags[text[last - 1]] & space:
            last -= 1
        indent[row] = first - start
        length, m = last - first, max(1, n_own)
        begins = flags[text[first]]
        for one in bullets:
            if one == text[first]:
                bullet[row] = text[first]
        commas = dots = n_parts = n_capital = 0
        has_question = has_bracket = has_address = has_lower = has_upper = False
        for i in range(first, last):
            c, flag = text[i], flags[text[i]]
            if c == 44:
                commas += 1
            elif c == 46:
                dots += 1
            elif c == 63:
                has_question = True
            elif c == 40:
                has_bracket = True
            elif c == 64 or (
                c == 104
                and i + 3 < last
                and text[i + 1] == 116
                and text[i + 2] == 116
                and text[i + 3] == 112
            ):
                has_address = True
            if flag & upper:
                has_upper = True
            elif flag & (lower | title):
                has_lower = True
            if (
                i - first < head_chars
                and not flag & space
                and (i == first or flags[text[i - 1]] & space)
            ):
                n_parts += 1
                if flag & upper:
                    n_capital += 1
        sentence = 0.0
        for k in range(4):
            i = end - 1 - k
            if i < start:
                break
            c = text[i]
            if c == 46 or c == 33 or c == 63 or c == 0x2026 or c == 0x3002:
                sentence = 1.0
                break
            if not (
                c == 34
                or c == 39
                or c == 0x201D
                or c == 0x2019
                or c == 0xBB
                or c == 41
                or c == 93
                or c == 32
            ):
                break
        c = text[first]
        shape[row, 0] = math.log1p(length)
        shape[row, 1] = math.log1p(n_own)
        shape[row, 2] = sentence
        shape[row, 3] = text[last - 1] == 58
        shape[row, 4] = has_question
        shape[row, 5] = bullet[row] > 0
        shape[row, 6] = (begins & digit_sign) > 0
        shape[row, 7] = (begins & lower) > 0
        shape[row, 8] = c == 34 or c == 39 or c == 0x201C or c == 0x2018 or c == 0xAB or c == 0x201E
        shape[row, 9] = n_capital / max(1, n_parts)
        shape[row, 10] = length / m
        shape[row, 11] = has_address
        shape[row, 12] = has_bracket
        shape[row, 13] = min(4, commas) / m
        shape[row, 14] = min(4, dots)
        shape[row, 15] = min(6, indent[row]) / 6.0
        shape[row, 16] = has_upper and not has_lower

        # Digits and names at its beginning.
        end = min(end, start + head_chars)
        n_digits, is_first, i = 0, True, start
        while i < end:
            if flags[text[i]] & decimal:
                n_digits += 1
            if not flags[text[i]] & word_flag:
                i += 1
                continue
            begin, h = i, basis
            while i < end and flags[text[i]] & word_flag:
                if i > begin and flags[text[i]] & decimal:
                    n_digits += 1
                h = (h ^ np.uint64(text[i])) * prime
                i += 1
            if is_first:
                is_first = False
                continue
            if i - begin <= 2 or not flags[text[begin]] & upper:
                continue
            slot = (h ^ (h >> shift)) & mask
            while name_slots[slot] >= 0 and name_hashes[name_slots[slot]] != h:
                slot = (slot + np.uint64(1)) & mask
            known = name_slots[slot]
            if known < 0:
                known = n_names
                name_slots[slot] = known
                name_hashes[known], name_row[known], name_letters[known] = h, -1, i - begin
                n_names += 1
            if name_row[known] != row:
                name_row[known] = row
                name_at[n_name_at], name_at_row[n_name_at] = known, row
                name_size[row] += 1
                n_name_at += 1
        digits[row] = n_digits / (end - start)

    slots[:] = -1
    for row in range(n):  # Count the lines that are equal.
        h = line_hash[row]
        slot = (h ^ (h >> shift)) & mask
        while slots[slot] >= 0 and line_hash[slots[slot]] != h:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] < 0:
            slots[slot] = row
        often[slots[slot]] += 1
        number[row] = slots[slot]
    for row in range(n - 1, -1, -1):
        often[row] = often[number[row]]
    return (
        size, shape, scores, often, dated, digits, indent, bullet,
        bag_at[:n_at].copy(), bag_row[:n_at].copy(), bag_size, letters[:n_numbered].copy(),
        name_at[:n_name_at].copy(), name_at_row[:n_name_at].copy(), name_size, name_letters[:n_names].copy(),
    )  # fmt: skip
