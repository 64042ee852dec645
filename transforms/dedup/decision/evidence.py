"""What one text of a pair says that the other does not: the evidence for dropping a document.

`measure` compares two texts in both directions. Every number of `FEATURES` describes *dropping d
when k is kept*: how much of d's wording k holds, and which rare words, names, numbers and sentences
of d are missing in k. Words are weighted by how rare they are in news (the document frequencies of
`stories.tfidf.background`), so that stock phrases count little.
"""

# ruff: noqa: PLR0912, PLR0915 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms import unicode_tables
from copydesk.transforms.intrinsics import compiled
from copydesk.transforms.stories import tfidf
from copydesk.transforms.stories.term_counts import HALF, SEED, mix, stir

NUMBER, NAME = 1, 2
"""Flags of a word: it holds a digit; it is capitalised inside a sentence."""
RARE = 4.6  # inverse document frequency of a word in fewer than one of a hundred articles
NGRAM = 3
LEAD = 40  # words; the first two sentences of a report
MAX_HOURS = 72.0
MAX_WORDS = 50_000  # of one text; a longer text is compared by its beginning
FEATURES = (
    "shingles_in_kept",
    "covered",
    "words_in_kept",
    "missing_weight",
    "rare_missing_share",
    "rare_missing",
    "names_missing_share",
    "names_missing",
    "numbers_missing_share",
    "numbers_missing",
    "sentences_whole",
    "sentences_new",
    "new_words",
    "longest_new",
    "lead_covered",
    "first_third_covered",
    "longest_shared",
    "shared_runs",
    "facts_missing_share",
    "facts_missing",
    "longer_kept",
    "length",
    "shingles_of_kept",
    "words_of_kept",
    "rare_of_kept_missing_share",
    "names_of_kept_missing_share",
    "numbers_of_kept_missing_share",
    "conflicting_numbers",
    "lead_of_kept_covered",
    "facts_of_kept_missing_share",
    "hours_later",
)
"""Columns of the evidence, in order. Shares are 0 to 1; counts are log1p of words.

The columns up to `length` are about d given k, those named "of kept" about k given d.
`conflicting_numbers` is the smaller of both counts of missing numbers: two reports whose figures
differ. The words are hashed as `stories.term_counts` does, because their weights are numbered so.
"""
N_OWN = FEATURES.index("longer_kept")  # columns that the comparison of one direction gives
_OWN = {name: number for number, name in enumerate(FEATURES[:N_OWN])}
HELD, FACTS, NUMBERS = _OWN["words_in_kept"], _OWN["facts_missing"], _OWN["numbers_missing"]
# Columns about k given d, in the order in which FEATURES lists them before and after
# `conflicting_numbers`.
_OF_KEPT = [
    _OWN[name]
    for name in (
        "shingles_in_kept",
        "words_in_kept",
        "rare_missing_share",
        "names_missing_share",
        "numbers_missing_share",
    )
]
_OF_KEPT_LATER = [_OWN["lead_covered"], _OWN["facts_missing_share"]]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of several texts, one text after the other."""

    starts: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    sentences: NDArray[np.int32]
    """Number of the sentence of each word, from 0 in each text."""
    weights: NDArray[np.float32]
    """Inverse document frequency of each word at its first place in its text, 0 at later ones."""


def split_words(texts: Sequence[str]) -> Words:
    """Split texts into words with their sentences and flags.

    >>> words = split_words(["Rain fell in Oslo. It was 5 mm."])
    >>> words.sentences.tolist(), words.flags.tolist()
    ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 2, 0, 0, 1, 0])
    """
    prepared = [_composed(text) for text in texts]
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in prepared], out=bounds[1:])
    codes = np.frombuffer("".join(prepared).encode("utf-32-le", "surrogatepass"), np.uint32)
    classes, folded, _ = unicode_tables.table()
    return Words(*_split(codes, bounds, classes, folded, _idf(), MAX_WORDS))


def _composed(text: str) -> str:
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    return unicodedata.normalize("NFKC", text)


def measure(
    words: Words,
    dropped: NDArray[np.int64],
    kept: NDArray[np.int64],
    hours_later: NDArray[np.float64],
) -> NDArray[np.float32]:
    """The evidence for dropping each text `dropped` when the text `kept` stays: (pairs, FEATURES).

    `hours_later` says how much later the kept text was published, 0 where a side has no time.
    """
    if not len(dropped):
        return np.zeros((0, len(FEATURES)), np.float32)
    given = np.concatenate([kept, dropped])
    of = np.concatenate([dropped, kept])
    order = np.lexsort((of, given))  # the table of a text is filled once for all its pairs
    rows = np.empty((len(of), N_OWN), np.float32)
    rows[order] = _compare(
        words.starts,
        words.hashes,
        words.flags,
        words.sentences,
        words.weights,
        of[order],
        given[order],
    )
    one, other = rows[: len(dropped)], rows[len(dropped) :]
    length = np.diff(words.starts).astype(np.float64)
    return np.column_stack(
        [
            one,
            np.log((length[kept] + 1) / (length[dropped] + 1)),
            np.log1p(length[dropped]),
            other[:, _OF_KEPT],
            np.minimum(one[:, NUMBERS], other[:, NUMBERS]),
            other[:, _OF_KEPT_LATER],
            np.clip(hours_later, -MAX_HOURS, MAX_HOURS),
        ]
    ).astype(np.float32)


def facts_missing(rows: NDArray[np.float32]) -> NDArray[np.int32]:
    """The number of rare words, names and numbers of d that k lacks, from rows of `measure`."""
    return np.rint(np.expm1(rows[:, FACTS])).astype(np.int32)


@cache
def _idf() -> NDArray[np.float32]:
    known = tfidf.background()
    share = (np.maximum(known.frequencies[:HALF], 1) + 0.5) / known.n_documents
    return np.asarray(-np.log(share), np.float32)


@compiled
def _split(codes: Any, bounds: Any, classes: Any, folded: Any, idf: Any, most: Any) -> Any:
    n = bounds.size - 1
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
            code = codes[i]
            kind = 2 if code > 0x1FFFF else classes[code] & 3
            if code >= 0x40000:
                kind = 0
            if kind == 0:
                # A sentence ends at a line end, and at a full stop followed by a space.
                is_stop = code == 0x2E or code == 0x21 or code == 0x3F or code == 0x2026
                is_wide = code == 0x3002 or code == 0xFF01 or code == 0xFF1F or code == 0x61F
                follows = i + 1 == stop or codes[i + 1] <= 0x20 or codes[i + 1] == 0xA0
                quoted = i + 1 < stop and (codes[i + 1] == 0x22 or codes[i + 1] == 0x201D)
                if code == 0x0A or is_wide or code == 0x964 or (is_stop and (follows or quoted)):
                    is_initial = is_stop and end > begin and i - first <= 1
                    if not opens and not (is_initial and code == 0x2E):
                        sentence += 1
                        opens = True
                i += 1
                continue
            first = i
            h = SEED
            flag = np.uint8(0)
            if kind == 2:
                h = stir(h, code)
                i += 1
            else:
                is_capital = code <= 0x1FFFF and classes[code] & 16 == 0 and folded[code] != code
                while i < stop:
                    code = codes[i]
                    if code > 0x1FFFF or classes[code] & 3 != 1:
                        break
                    if 0x30 <= code <= 0x39 or 0x660 <= code <= 0x669 or 0x966 <= code <= 0x96F:
                        flag = np.uint8(1)
                    h = stir(h, code if classes[code] & 16 else np.uint32(folded[code]))
                    i += 1
                # The decimals of a number belong to it: 3.5 and 1,200 are one word each.
                while (
                    flag == 1
                    and i + 1 < stop
                    and (codes[i] == 0x2E or codes[i] == 0x2C)
                    and 0x30 <= codes[i + 1] <= 0x39
                ):
                    i += 1
                    while i < stop and 0x30 <= codes[i] <= 0x39:
                        h = stir(h, codes[i])
                        i += 1
                if is_capital:
                    capitals += 1
                    if flag == 0 and not opens:
                        flag = np.uint8(2)
            h = mix(h)
            hashes[end], flags[end], sentences[end] = h, flag, sentence
            opens = False
            end += 1
        if 2 * capitals > end - begin:  # capitals throughout name nobody
            for k in range(begin, end):
                flags[k] &= np.uint8(1)
        starts[d + 1] = end
        size = _table_size(end - begin)
        if size > room.size:
            room = np.empty(size, np.uint64)
        own, mask = room[:size], np.uint64(size - 1)
        own[:] = np.uint64(0)
        for k in range(begin, end):
            if _insert(own, hashes[k], mask):
                weights[k] = max(idf[hashes[k] >> np.uint64(44)], np.float32(0.01))
    return (
        starts,
        hashes[:end].copy(),
        flags[:end].copy(),
        sentences[:end].copy(),
        weights[:end].copy(),
    )


@compiled
def _compare(
    starts: Any, hashes: Any, flags: Any, sentences: Any, weights: Any, of: Any, given: Any
) -> Any:
    """Rows of N_OWN numbers: each text of `of` against the text of `given`; equal `given` adjoin."""
    longest = 1
    for d in range(starts.size - 1):
        longest = max(longest, starts[d + 1] - starts[d])
    room = _table_size(longest)
    word_room, shingle_room = np.empty(room, np.uint64), np.empty(room, np.uint64)
    word_table, shingle_table, mask = word_room, shingle_room, np.uint64(room - 1)
    covered = np.empty(longest, np.uint8)
    out = np.zeros((of.size, N_OWN), np.float32)
    filled = -1
    for pair in range(of.size):
        k, d = given[pair], of[pair]
        if k != filled:
            size = _table_size(starts[k + 1] - starts[k])
            word_table, shingle_table = word_room[:size], shingle_room[:size]
            word_table[:] = np.uint64(0)
            shingle_table[:] = np.uint64(0)
            mask = np.uint64(size - 1)
            for at in range(starts[k], starts[k + 1]):
                _insert(word_table, hashes[at], mask)
                if at + NGRAM <= starts[k + 1]:
                    _insert(shingle_table, _shingle(hashes, at), mask)
            filled = k
        begin, end = starts[d], starts[d + 1]
        n = end - begin
        if n == 0:
            continue
        covered[:n] = 0
        shared = 0
        for at in range(begin, end - NGRAM + 1):
            if _holds(shingle_table, _shingle(hashes, at), mask):
                shared += 1
                covered[at - begin] = covered[at - begin + 1] = covered[at - begin + 2] = 1
        if n < NGRAM:
            for at in range(begin, end):
                covered[at - begin] = _holds(word_table, hashes[at], mask)
        weight, missing = 0.0, 0.0
        n_rare, rare, n_names, names, n_numbers, numbers = 0, 0, 0, 0, 0, 0
        n_covered, run, longest_run = 0, 0, 0
        shared_run, longest_shared, shared_runs, lead, third = 0, 0, 0, 0, 0
        n_facts, facts = 0, 0
        whole, new, sentence_begin = 0, 0, 0
        for at in range(begin, end):
            i = at - begin
            n_covered += covered[i]
            run = 0 if covered[i] else run + 1
            longest_run = max(longest_run, run)
            shared_runs += covered[i] and shared_run == 0
            shared_run = shared_run + 1 if covered[i] else 0
            longest_shared = max(longest_shared, shared_run)
            lead += covered[i] and i < LEAD
            third += covered[i] and 3 * i < n
            if at + 1 == end or sentences[at + 1] != sentences[at]:
                length = i + 1 - sentence_begin
                found = 0
                for j in range(sentence_begin, i + 1):
                    found += covered[j]
                if found >= 0.8 * length:
                    whole += length
                elif found < 0.3 * length:
                    new += length
                sentence_begin = i + 1
            w = weights[at]
            if w > 0:
                is_there = covered[i] == 1 or _holds(word_table, hashes[at], mask)
                weight += w
                missing += 0.0 if is_there else w
                if w >= RARE:
                    n_rare += 1
                    rare += not is_there
                if w >= RARE or flags[at]:
                    n_facts += 1
                    facts += not is_there
                if flags[at] & 1:
                    n_numbers += 1
                    numbers += not is_there
                elif flags[at] & 2:
                    n_names += 1
                    names += not is_there
        out[pair, 0] = shared / max(1, n - NGRAM + 1) if n >= NGRAM else n_covered / n
        out[pair, 1] = n_covered / n
        out[pair, 2] = 1 - missing / weight if weight > 0 else 1.0
        out[pair, 3] = np.log1p(missing)
        out[pair, 4] = rare / max(1, n_rare)
        out[pair, 5] = np.log1p(rare)
        out[pair, 6] = names / max(1, n_names)
        out[pair, 7] = np.log1p(names)
        out[pair, 8] = numbers / max(1, n_numbers)
        out[pair, 9] = np.log1p(numbers)
        out[pair, 10] = whole / n
        out[pair, 11] = new / n
        out[pair, 12] = np.log1p(new)
        out[pair, 13] = np.log1p(longest_run)
        out[pair, 14] = lead / min(n, LEAD)
        out[pair, 15] = third / ((n + 2) // 3)
        out[pair, 16] = longest_shared / n
        out[pair, 17] = np.log1p(shared_runs)
        out[pair, 18] = facts / max(1, n_facts)
        out[pair, 19] = np.log1p(facts)
    return out


@compiled
def _table_size(n: Any) -> Any:
    """Slots of a hash table for n entries: at most half are taken."""
    size = 8
    while size < 2 * n:
        size *= 2
    return size


@compiled
def _shingle(hashes: Any, at: Any) -> Any:
    h = hashes[at] * np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ hashes[at + 1]) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ hashes[at + 2]) * np.uint64(0x165667B19E3779F9)
    return h ^ (h >> np.uint64(29))


@compiled
def _insert(table: Any, h: Any, mask: Any) -> Any:
    """Add a hash to the set; returns whether it is new. The hash 0 marks an empty slot."""
    h = max(h, np.uint64(1))
    slot = h & mask
    while table[slot] != 0:
        if table[slot] == h:
            return False
        slot = (slot + np.uint64(1)) & mask
    table[slot] = h
    return True


@compiled
def _holds(table: Any, h: Any, mask: Any) -> Any:
    h = max(h, np.uint64(1))
    slot = h & mask
    while table[slot] != 0:
        if table[slot] == h:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False
