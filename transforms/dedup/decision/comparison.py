"""Counts what one text says and another one does not: wording, sentences, names and numbers."""

# ruff: noqa: PLR0915 -- kernels: one loop without calls is what makes them fast
from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.decision import hash_set
from copydesk.transforms.dedup.decision.weighted_words import NAME, NUMBER, Words
from copydesk.transforms.intrinsics import compiled, kernel_part

# The inverse document frequency of a word that is in fewer than one of a hundred articles.
RARE = 4.6
NGRAM = 3
LEAD = 40  # Words of the first two sentences of a report.
_ONE = np.uint64(1)
COLUMNS = (
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
    "unheard",
    "most_missing_at_once",
    "facts_missing_in_new",
    "facts_changed",
    "last_third_covered",
)
"""The counts of a text d against a text k. Shares are 0 to 1, counts are log1p of words.

A word of d is covered if k has one of its 3-grams. A text of fewer than three words is covered word
by word. A sentence is whole if four fifths of its words are covered, and new if fewer than three
tenths are. A fact is a rare word, a name or a number. It is missing if k has no such word. Missing
facts of new sentences are told from those of other sentences, which are changed.

`unheard` is the share of d's wording, weighted by rarity, in sentences of which k lacks at least
half of it: a sentence in other words is not unheard. `most_missing_at_once` is the highest weight
that k lacks of one sentence.
"""


def compare(
    words: Words, texts: NDArray[np.int64], against: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Compare each text of `texts` with the text of `against` at the same position.

    Returns an array of shape (pairs, COLUMNS).
    """
    order = np.lexsort((texts, against))  # The sets of a text are filled once for all its pairs.
    rows = np.empty((len(texts), len(COLUMNS)), np.float32)
    rows[order] = _compare(
        words.starts,
        words.hashes,
        words.flags,
        words.sentences,
        words.weights,
        texts[order],
        against[order],
    )
    return rows


@kernel_part
def _shingle(hashes: Any, at: Any) -> Any:
    h = hashes[at] * np.uint64(0x9E3779B97F4A7C15)
    h = (h ^ hashes[at + _ONE]) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ hashes[at + _ONE + _ONE]) * np.uint64(0x165667B19E3779F9)
    return h ^ (h >> np.uint64(29))


@kernel_part
def _cover(hashes: Any, begin: Any, n: Any, words: Any, shingles: Any, mask: Any, out: Any) -> Any:
    """Mark the covered words of a text in `out`, and return how many of its 3-grams are shared.

    Its indices are unsigned, because a signed one is checked for being negative, which takes an
    eighth of the time.
    """
    out[:n] = 0
    begin = np.uint64(begin)
    if n < NGRAM:
        for i in range(np.uint64(n)):
            out[i] = hash_set.holds(words, hashes[begin + i], mask)
        return 0
    shared = 0
    for i in range(np.uint64(n - NGRAM + 1)):
        if hash_set.holds(shingles, _shingle(hashes, begin + i), mask):
            shared += 1
            out[i] = out[i + _ONE] = out[i + _ONE + _ONE] = 1
    return shared


@compiled
def _compare(
    starts: Any, hashes: Any, flags: Any, sentences: Any, weights: Any, of: Any, given: Any
) -> Any:
    """Compute `compare` for pairs in an order in which equal texts of `given` are neighbours."""
    longest = 1
    for d in range(starts.size - 1):
        longest = max(longest, starts[d + 1] - starts[d])
    room = hash_set.n_slots(longest)
    word_room, shingle_room = np.empty(room, np.uint64), np.empty(room, np.uint64)
    words, shingles, mask = word_room, shingle_room, np.uint64(room - 1)
    covered = np.empty(longest, np.uint8)
    out = np.zeros((of.size, len(COLUMNS)), np.float32)
    filled = -1
    for pair in range(of.size):
        k, d = given[pair], of[pair]
        if k != filled:
            size = hash_set.n_slots(starts[k + 1] - starts[k])
            words, shingles = word_room[:size], shingle_room[:size]
            words[:] = np.uint64(0)
            shingles[:] = np.uint64(0)
            mask = np.uint64(size - 1)
            for place in range(starts[k], starts[k + 1]):
                if weights[place] > 0:  # The first occurrence of a word.
                    hash_set.insert(words, hashes[place], mask)
                if place + NGRAM <= starts[k + 1]:
                    hash_set.insert(shingles, _shingle(hashes, np.uint64(place)), mask)
            filled = k
        begin, end = starts[d], starts[d + 1]
        n = end - begin
        if n == 0:
            continue
        shared = _cover(hashes, begin, n, words, shingles, mask, covered)
        weight, missing = 0.0, 0.0
        n_rare, rare, n_names, names, n_numbers, numbers = 0, 0, 0, 0, 0, 0
        n_covered, run, longest_run = 0, 0, 0
        shared_run, longest_shared, shared_runs, lead, third = 0, 0, 0, 0, 0
        n_facts, facts, new_facts, last_third = 0, 0, 0, 0
        unheard, at_once = 0.0, 0.0
        weight_before, missing_before, facts_before = 0.0, 0.0, 0
        whole, new, sentence_begin, covered_before = 0, 0, 0, 0
        for i in range(n):
            at, is_covered = np.uint64(begin + i), covered[np.uint64(i)]
            if is_covered:
                n_covered += 1
                longest_run = max(longest_run, run)
                run = 0
                shared_runs += shared_run == 0
                shared_run += 1
                lead += i < LEAD
                third += 3 * i < n
                last_third += 3 * i >= 2 * n
            else:
                run += 1
                longest_shared = max(longest_shared, shared_run)
                shared_run = 0
            w = weights[at]
            if w > 0:
                weight += w
                is_missing = not is_covered and not hash_set.holds(words, hashes[at], mask)
                missing += w if is_missing else 0.0
                is_rare = w >= RARE
                n_rare += is_rare
                rare += is_rare and is_missing
                if is_rare or flags[at]:
                    n_facts += 1
                    facts += is_missing
                    if flags[at] & NUMBER:
                        n_numbers += 1
                        numbers += is_missing
                    elif flags[at] & NAME:
                        n_names += 1
                        names += is_missing
            if i + 1 == n or sentences[at + _ONE] != sentences[at]:
                length = i + 1 - sentence_begin
                found = n_covered - covered_before
                if found >= 0.8 * length:
                    whole += length
                elif found < 0.3 * length:
                    new += length
                    new_facts += facts - facts_before
                at_once = max(at_once, missing - missing_before)
                if 2 * (missing - missing_before) >= weight - weight_before:
                    unheard += weight - weight_before
                sentence_begin, covered_before = i + 1, n_covered
                weight_before, missing_before, facts_before = weight, missing, facts
        longest_run = max(longest_run, run)
        longest_shared = max(longest_shared, shared_run)
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
        out[pair, 20] = unheard / weight if weight > 0 else 0.0
        out[pair, 21] = np.log1p(at_once)
        out[pair, 22] = np.log1p(new_facts)
        out[pair, 23] = np.log1p(facts - new_facts)
        out[pair, 24] = last_third / max(1, n - (2 * n + 2) // 3)
    return out
