"""Words, shingles and signatures of many texts at once, from Arrow buffers without a copy.

The kernel computes the same numbers as `copydesk.shingles` and `datasketch.MinHash`.
`shingle_definition` defines them. It is fast because words are found 64 bytes at a time and hashed
eight bytes at a time, case is folded in the register, and each pass over the signature takes four
shingles.
"""

# ruff: noqa: PLR0915, PLW3301 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

from typing import Any

import numpy as np

from copydesk.transforms.intrinsics import (
    compiled,
    kernel_part,
    load8,
    load32,
    load64,
    store64,
    trailing_zeros,
    word_mask,
)

# Odd multipliers for the word hash, its last round, the sum of five words (their powers), and the
# two rounds of the shingle hash.
WORD_1 = np.uint64(0x9E3779B97F4A7C15)  # The golden ratio, as in splitmix64.
WORD_2 = np.uint64(0xBF58476D1CE4E5B9)  # splitmix64
SUM = np.uint64(0xD6E8FEB86659FD93)
MIX_1 = np.uint64(0xFF51AFD7ED558CCD)  # From the finaliser of murmur3.
MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
HIGH_BITS = np.uint64(0x8080808080808080)
FOLD_BITS = np.uint64(0x2020202020202020)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)

NEEDS_NORMALISING = -1


@kernel_part
def word_end(h: Any) -> Any:
    """Apply the last round of a word hash."""
    h = (h ^ (h >> np.uint64(32))) * WORD_2
    return h ^ (h >> np.uint64(29))


@kernel_part
def mix(h: Any) -> Any:
    """Apply the finaliser of murmur3."""
    h = (h ^ (h >> np.uint64(33))) * MIX_1
    h = (h ^ (h >> np.uint64(33))) * MIX_2
    return h ^ (h >> np.uint64(33))


@kernel_part
def long_run(address: Any, length: Any, table: Any, is_normal: Any, words: Any, n: Any) -> Any:
    """Append the words of a run with characters beyond ASCII, and return the new count.

    Its characters are decoded, classified and folded one by one.
    """
    classes, folded, expansions = table
    h = np.uint64(0)
    chunk = np.uint64(0)
    filled = np.uint64(0)
    open_word = False
    after_mark = False
    i = 0
    while i < length:
        lead = np.int64(load8(address + i))
        if lead < 0x80:
            code = lead
            i += 1
        else:
            four = load64(address + i)
            b1 = np.int64((four >> np.uint64(8)) & np.uint64(0x3F))
            if lead < 0xE0:
                code = ((lead & 0x1F) << 6) | b1
                i += 2
            else:
                b2 = np.int64((four >> np.uint64(16)) & np.uint64(0x3F))
                if lead < 0xF0:
                    code = ((lead & 0x0F) << 12) | (b1 << 6) | b2
                    i += 3
                else:
                    b3 = np.int64((four >> np.uint64(24)) & np.uint64(0x3F))
                    code = ((lead & 0x07) << 18) | (b1 << 12) | (b2 << 6) | b3
                    i += 4
        more = np.int64(0)
        place = np.int64(0)
        if code < 0x20000:
            kind = load8(classes + code)
            if kind >= 4:
                if is_normal:
                    kind &= np.uint8(3)
                elif kind & 4:
                    return np.int64(NEEDS_NORMALISING)
                elif kind & 8:
                    if after_mark:
                        return np.int64(NEEDS_NORMALISING)
                else:
                    place = np.int64(load32(folded + 4 * code))
                    more = np.int64(load32(expansions + 4 * place))
            after_mark = (kind & 8) != 0
            kind &= np.uint8(3)
            if more == 0 and (not is_normal or code < 0x80):
                code = np.int64(load32(folded + 4 * code))
        else:
            after_mark = False
            kind = np.uint8(2)
            if code >= 0x2F800 and not is_normal:
                return np.int64(NEEDS_NORMALISING)
            if code > 0x3FFFF:
                kind = np.uint8(0)
        while True:
            if more > 0:
                place += 1
                more -= 1
                code = np.int64(load32(expansions + 4 * place))
                kind = load8(classes + code) & np.uint8(3)
            if kind != 1 and open_word:
                store64(words + 8 * n, word_end((h ^ chunk) * WORD_1))
                n += 1
                open_word = False
                h = np.uint64(0)
                chunk = np.uint64(0)
                filled = np.uint64(0)
            if kind == 2:
                store64(words + 8 * n, word_end(np.uint64(code) * WORD_1))
                n += 1
            elif kind == 1:
                # A character is hashed as its UTF-8 bytes, so ASCII words have the same hash as in
                # the fast path.
                open_word = True
                if code < 0x80:
                    utf8, size = np.uint64(code), np.uint64(1)
                elif code < 0x800:
                    utf8 = np.uint64((0xC0 | (code >> 6)) | ((0x80 | (code & 0x3F)) << 8))
                    size = np.uint64(2)
                elif code < 0x10000:
                    utf8 = np.uint64(
                        (0xE0 | (code >> 12))
                        | ((0x80 | ((code >> 6) & 0x3F)) << 8)
                        | ((0x80 | (code & 0x3F)) << 16)
                    )
                    size = np.uint64(3)
                else:
                    utf8 = np.uint64(
                        (0xF0 | (code >> 18))
                        | ((0x80 | ((code >> 12) & 0x3F)) << 8)
                        | ((0x80 | ((code >> 6) & 0x3F)) << 16)
                        | ((0x80 | (code & 0x3F)) << 24)
                    )
                    size = np.uint64(4)
                if filled == 8:
                    h = (h ^ chunk) * WORD_1
                    h ^= h >> np.uint64(32)
                    chunk = np.uint64(0)
                    filled = np.uint64(0)
                chunk |= utf8 << (np.uint64(8) * filled)
                if filled + size > 8:
                    rest = np.uint64(8) - filled
                    h = (h ^ chunk) * WORD_1
                    h ^= h >> np.uint64(32)
                    chunk = utf8 >> (np.uint64(8) * rest)
                    filled = size - rest
                else:
                    filled += size
            if more == 0:
                break
    if open_word:
        store64(words + 8 * n, word_end((h ^ chunk) * WORD_1))
        n += 1
    return n


@kernel_part
def run_words(address: Any, length: Any, table: Any, is_normal: Any, words: Any, n: Any) -> Any:
    """Append the words of a run of letters, digits and long characters, and return the new count."""
    if length <= 8:
        chunk = load64(address) & (ALL >> np.uint64(64 - 8 * length))
        if chunk & HIGH_BITS:
            return long_run(address, length, table, is_normal, words, n)
        # The fold bits of the empty bytes are cleared too: a word consists of its bytes and zeros.
        chunk |= FOLD_BITS & (ALL >> np.uint64(64 - 8 * length))
        store64(words + 8 * n, word_end(chunk * WORD_1))
        return n + 1
    h = np.uint64(0)
    at = np.int64(0)
    while length - at > 8:
        chunk = load64(address + at)
        if chunk & HIGH_BITS:
            return long_run(address, length, table, is_normal, words, n)
        h = (h ^ (chunk | FOLD_BITS)) * WORD_1
        h ^= h >> np.uint64(32)
        at += 8
    keep = ALL >> np.uint64(64 - 8 * (length - at))
    chunk = load64(address + at) & keep
    if chunk & HIGH_BITS:
        return long_run(address, length, table, is_normal, words, n)
    store64(words + 8 * n, word_end((h ^ (chunk | (FOLD_BITS & keep))) * WORD_1))
    return n + 1


@kernel_part
def text_words(address: Any, length: Any, table: Any, is_normal: Any, words: Any) -> Any:
    """Store the word hashes of one text and return their number.

    Returns -1 if the text must be normalised first. Up to 71 bytes after the text are read and
    ignored.
    """
    n = np.int64(0)
    carry = np.uint64(0)
    start = np.int64(0)
    block = np.int64(0)
    while block < length:
        mask = word_mask(address + block)
        if length - block < 64:
            mask &= ALL >> np.uint64(64 - (length - block))
        turns = mask ^ ((mask << np.uint64(1)) | carry)
        inside = carry
        carry = mask >> np.uint64(63)
        while turns:
            at = block + np.int64(trailing_zeros(turns))
            turns &= turns - np.uint64(1)
            if inside:
                n = run_words(address + start, at - start, table, is_normal, words, n)
                if n < 0:
                    return n
                inside = np.uint64(0)
            else:
                start = at
                inside = np.uint64(1)
        block += 64
    if carry:
        n = run_words(address + start, length - start, table, is_normal, words, n)
    return n


@kernel_part
def shingle_hashes(words: Any, n_words: Any, ngram: Any, shingles: Any) -> Any:
    """Store the mixed 64-bit hash of every shingle of a text and return their number.

    The upper half of each hash is `shingle_hash`.
    """
    if n_words == 0:
        return np.int64(0)
    width = min(np.int64(ngram), n_words)
    count = n_words - width + 1
    if width == 3:  # Written out, so that eight hashes are computed at once.
        for i in range(count):
            shingles[i] = mix(((words[i] * SUM + words[i + 1]) * SUM + words[i + 2]) * SUM)
        return count
    for i in range(count):
        h = np.uint64(0)
        for j in range(width):
            h = (h + words[i + j]) * SUM
        shingles[i] = mix(h)
    return count


@kernel_part
def without_repeats(values: Any, count: Any) -> Any:
    """Drop values that equal their neighbour, and return the new count."""
    kept = min(count, 1)
    for i in range(1, count):
        if values[i] != values[i - 1]:
            values[kept] = values[i]
            kept += 1
    return kept


@kernel_part
def sample(shingles: Any, n: Any, rate_bits: Any, low: Any, high: Any, out: Any) -> Any:
    """Store the text's keys in ascending order and return their number.

    The keys are the shingles with the smallest hashes, one in 2**rate_bits or fewer. The rate is
    halved until at most `high` keys are expected and found. It is doubled while there are fewer
    than `low`, until every shingle is taken. Two samples share the keys that the coarser one has of
    both texts.
    """
    bits = np.uint64(rate_bits)
    while n >> np.int64(bits) > high:
        bits += np.uint64(1)
    count = np.int64(0)
    while True:
        limit = ALL >> bits
        count = np.int64(0)
        for i in range(n):
            out[count] = shingles[i]
            count += np.int64(shingles[i] <= limit)
        if count >= low or bits == 0:
            break
        bits -= np.uint64(1)
    if count > high:
        out[:count].sort()
        count = without_repeats(out, count)
        while count > high:
            bits += np.uint64(1)
            limit = ALL >> bits
            while count > 0 and out[count - 1] > limit:
                count -= 1
        return count
    for i in range(1, count):
        value = out[i]
        j = i - 1
        while j >= 0 and out[j] > value:
            out[j + 1] = out[j]
            j -= 1
        out[j + 1] = value
    return without_repeats(out, count)


@compiled
def sign(
    address: Any,
    offsets: Any,
    rows: Any,
    is_normal: Any,
    table: Any,
    multipliers: Any,
    additions: Any,
    ngram: Any,
    rate_bits: Any,
    low: Any,
    high: Any,
    words: Any,
    shingles: Any,
    mixed: Any,
    signatures: Any,
    keys: Any,
    n_keys: Any,
    n_words: Any,
    sequence: Any,
) -> Any:
    """Fill row `rows[i]` for each text i.

    Returns the rows that must be normalised first. These are not filled.
    """
    n_perm = multipliers.size
    redo = np.empty(rows.size, np.int64)
    n_redo = 0
    for at in range(rows.size):
        row = rows[at]
        start = offsets[at]
        length = offsets[at + 1] - start
        n = text_words(address + start, length, table, is_normal, words.ctypes.data)
        if n < 0:
            redo[n_redo] = row
            n_redo += 1
            continue
        n_words[row] = n
        signature = signatures[row]
        signature[:] = np.uint32(0xFFFFFFFF)
        count = shingle_hashes(words, n, ngram, shingles)
        total = np.uint64(n)
        for i in range(n):
            place = (words[i] + np.uint64(i) * WORD_1) * MIX_1
            total += (place ^ (place >> np.uint64(32))) * MIX_2
        sequence[row] = mix(total)
        for i in range(count):
            h = np.uint32(shingles[i] >> np.uint64(32))
            h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
            h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
            mixed[i] = h ^ (h >> np.uint32(16))
        # Eight shingles for each pass. The last passes repeat the last shingle, which changes no
        # minimum.
        for i in range(count, (count + 7) & ~7):
            mixed[i] = mixed[count - 1]
        for i in range(0, count, 8):
            h0, h1, h2, h3 = mixed[i], mixed[i + 1], mixed[i + 2], mixed[i + 3]
            h4, h5, h6, h7 = mixed[i + 4], mixed[i + 5], mixed[i + 6], mixed[i + 7]
            for k in range(n_perm):
                a = multipliers[k]
                b = additions[k]
                low4 = min(
                    min(np.uint32(a * h0 + b), np.uint32(a * h1 + b)),
                    min(np.uint32(a * h2 + b), np.uint32(a * h3 + b)),
                )
                high4 = min(
                    min(np.uint32(a * h4 + b), np.uint32(a * h5 + b)),
                    min(np.uint32(a * h6 + b), np.uint32(a * h7 + b)),
                )
                signature[k] = min(signature[k], min(low4, high4))
        taken = sample(shingles, count, rate_bits, low, high, words)
        for k in range(taken):
            keys[row, k] = words[k]
        n_keys[row] = taken
    return redo[:n_redo]
