"""Features of a block from its own text: lengths, punctuation, words, overlap with the page's headline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.model import character_columns
from copydesk.transforms.extract.model.character_columns import WORD, Characters, Index
from copydesk.transforms.extract.model.vocabulary import GROUPS_OF_WORD, WORD_GROUPS

Column = npt.NDArray[np.float64]

NAMES = (
    "chars",
    "words",
    "link_density",
    "links",
    "bold",
    "word_length",
    "commas",
    "sentence_ends",
    "ends_sentence",
    "ends_colon",
    "ends_ellipsis",
    "ends_question",
    "starts_lower",
    "starts_symbol",
    "starts_digit",
    "starts_quote",
    "upper_per_word",
    "digit_share",
    "quotes",
    "at_sign",
    "hash",
    "bar",
    "copyright",
    "url",
    "year",
    "time",
    "date",
    "cjk",
    "title_share",
    "title_cover",
    "description_share",
    "repeats",
    "cells",
    "after_break",
    "no_ascii",
    "body_share",
    "headline_exact",
    *(f"word_{name}" for name, _ in WORD_GROUPS),
    *(f"first_{name}" for name, _ in WORD_GROUPS),
)
#: A longer block is not a headline or a description (arbitrary: the longest headline measured has
#: 31 words).
_HEADLINE_WORDS = 60


@dataclass(frozen=True, slots=True)
class Lines:
    """One row of numbers for each block, named by `NAMES`, its number of words, and its words."""

    rows: Column
    words: Column
    vocabulary: Vocabulary
    is_cjk: npt.NDArray[np.bool_]

    def column(self, name: str) -> Column:
        """Return one number of every block."""
        return self.rows[:, NAMES.index(name)]


class Vocabulary:
    """The words of all blocks in order, as numbers of the distinct words of the page and its head."""

    def __init__(self, characters: Characters, blocks: int) -> None:
        first = characters.first_word
        n_words = first[blocks]
        self.counts = np.diff(first[: blocks + 1])
        self.word = characters.word[:n_words]
        self.block = np.repeat(np.arange(blocks), self.counts)
        #: The hash and the letters of each distinct word.
        self.hashes, self.size = characters.hashes, characters.letters
        #: Whether each word is the first such word of its block, and each distinct word of each block.
        self.is_first = characters.is_first[:n_words]
        self.pair_block, self.pair_word = self.block[self.is_first], self.word[self.is_first]
        #: The words of each title, of the description and of the article body in the head.
        *self.titles, self.description, self.body = (
            characters.word[start:end] for start, end in pairwise(first[blocks:].tolist())
        )

    def are(self, words: Index) -> npt.NDArray[np.bool_]:
        """Return for each distinct word whether it is one of these."""
        found = np.zeros(len(self.size), dtype=np.bool_)
        found[words] = True
        return found

    def distinct(self, among: npt.NDArray[np.bool_] | None = None) -> Column:
        """Return how many distinct words each block has, or how many of those that `among` marks."""
        weights = None if among is None else among[self.pair_word].astype(np.float64)
        return np.bincount(self.pair_block, weights, minlength=len(self.counts)).astype(np.float64)


def read(page: Page, hints: Hints) -> Lines:
    """Compute the features of the text of each block."""
    texts = page.text
    characters = character_columns.read([*texts, *hints.titles, hints.description, hints.body])
    facts = {name: column[: len(texts)] for name, column in characters.facts.items()}
    vocabulary = Vocabulary(characters, len(texts))
    counts = vocabulary.counts
    letters = np.bincount(vocabulary.block, vocabulary.size[vocabulary.word], minlength=len(texts))
    is_cjk = (facts["not_ascii"] > 0) & (letters > 0) & (letters < 1.5 * counts)
    n_words = counts.astype(np.float64)
    size = characters.sizes[: len(texts)].astype(np.float64)
    columns = {
        "cjk": is_cjk,
        "repeats": _repeats(texts),
        **_ends(characters, len(texts)),
        **_shared_with_head(texts, vocabulary, hints),
        **_groups(vocabulary),
        **_over_page(page, facts, size, n_words),
        "word_length": letters * (1.0 / np.maximum(n_words, 1.0)),
    }
    rows = np.empty((len(NAMES), len(texts)))
    for place, name in enumerate(NAMES):
        rows[place] = columns[name]
    return Lines(rows.T, n_words, vocabulary, is_cjk)


def _repeats(texts: list[str]) -> Column:
    """Return how often the text of each block occurs on the page."""
    count = Counter(texts)
    return np.fromiter(map(count.__getitem__, texts), dtype=np.float64, count=len(texts))


def _ends(characters: Characters, blocks: int) -> dict[str, Column]:
    """Return the kinds of the first and the last character of each block, as 0 or 1."""
    codes, starts = characters.codes, characters.starts
    first, end = starts[:blocks], starts[1 : blocks + 1]
    begins, ends = _of_each(codes[first], _kinds_of_first), _of_each(codes[end - 1], _kinds_of_last)
    has_three = np.flatnonzero((end - first >= 3) & (codes[end - 1] == _FULL_STOP))
    two_before = (codes[end[has_three] - k] == _FULL_STOP for k in (2, 3))
    ends[2, has_three[np.logical_and(*two_before)]] = 1.0
    names = ("starts_lower", "starts_symbol", "starts_digit", "starts_quote")
    found = dict(zip(names, begins, strict=True))
    names = ("ends_sentence", "ends_colon", "ends_ellipsis", "ends_question")
    return found | dict(zip(names, ends, strict=True))


_FULL_STOP = ord(".")


@lru_cache(maxsize=1 << 12)
def _kinds_of_first(code: int) -> int:
    """Return the kinds of a first character as bits."""
    first = chr(code)
    is_quote = first in "\"'“‘«„「『"
    return first.islower() | (not first.isalnum()) << 1 | first.isdigit() << 2 | is_quote << 3


@lru_cache(maxsize=1 << 12)
def _kinds_of_last(code: int) -> int:
    """Return the kinds of a last character as bits."""
    last = chr(code)
    is_colon, is_question = last in ":：", last in "?？"
    return (last in '.!?。！？"”’»)') | is_colon << 1 | (last == "…") << 2 | is_question << 3


#: The four lowest bits of each number, as 0 or 1.
_BITS = (np.arange(16)[:, None] >> np.arange(4) & 1).astype(np.float64)


def _of_each(codes: npt.NDArray[np.uint32], kinds: Callable[[int], int]) -> Column:
    """Return the kinds of each character, one kind a row."""
    bits = np.fromiter(map(kinds, codes.tolist()), dtype=np.int64, count=len(codes))
    return np.ascontiguousarray(_BITS[bits].T)


def _over_page(
    page: Page, facts: dict[str, Column], size: Column, n_words: Column
) -> dict[str, Column]:
    """Return lengths, links and punctuation of all blocks at once."""
    per = 1.0 / np.maximum(n_words, 1.0)
    return {
        "chars": np.log1p(size),
        "words": np.log1p(n_words),
        "link_density": np.minimum(1.0, page.link_chars / size),
        "links": page.link_count.astype(np.float64),
        "bold": np.minimum(1.0, page.bold_chars / size),
        "commas": facts["comma"] * per,
        "upper_per_word": facts["upper"] * per,
        "digit_share": facts["digit"] / size,
        "quotes": facts["quote"] * per,
        "at_sign": np.minimum(1.0, facts["at"]),
        "hash": np.minimum(1.0, facts["hash"]),
        "bar": facts["bar"] * per,
        "cells": page.cells.astype(np.float64),
        "after_break": page.after_break.astype(np.float64),
        "no_ascii": np.minimum(1.0, facts["not_ascii"]),
    } | {name: facts[name] for name in _PATTERNS}


_PATTERNS = ("sentence_ends", "copyright", "url", "year", "time", "date")


def _shared_with_head(texts: list[str], vocabulary: Vocabulary, hints: Hints) -> dict[str, Column]:
    """Return the overlap of each block with headline, description and article body in the head.

    `title_share` is the share of the block's words in a headline, `title_cover` is the share of a
    headline's words in the block, and `body_share` is the share of the block's trigrams in the
    body. If the head has no description or no body, its share is -1.
    """
    is_short = (vocabulary.counts > 0) & (vocabulary.counts < _HEADLINE_WORDS)
    own = np.maximum(vocabulary.distinct(), 1.0)
    share, cover = np.zeros(len(texts)), np.zeros(len(texts))
    for title in {frozenset(title.tolist()) for title in vocabulary.titles if len(title)}:
        among = vocabulary.are(np.array(list(title), dtype=np.int64))
        common = vocabulary.distinct(among) * is_short
        share = np.maximum(share, common / own)
        cover = np.maximum(cover, common / len(title))
    said: Column | float = -1.0
    if len(vocabulary.description):
        said = vocabulary.distinct(vocabulary.are(vocabulary.description)) / own
    flat = {_flat(title) for title in hints.titles}
    is_headline = np.zeros(len(texts))
    for block in np.flatnonzero(cover > 0.5).tolist():
        is_headline[block] = _flat(texts[block]) in flat
    return {
        "title_share": share,
        "title_cover": cover,
        "description_share": np.where(is_short, said, 0.0),
        "body_share": _shared_with_body(vocabulary),
        "headline_exact": is_headline,
    }


def _flat(text: str) -> str:
    """Return the words of a text without the characters between them."""
    return "".join(WORD.findall(text.lower()))


def _shared_with_body(vocabulary: Vocabulary) -> Column:
    """Return the share of each block's word trigrams that the article body has, or -1 without body."""
    counts, block, word, body = (
        vocabulary.counts,
        vocabulary.block,
        vocabulary.word,
        vocabulary.body,
    )
    if not len(body):
        return np.full(len(counts), -1.0)
    size = len(vocabulary.size)
    places = np.flatnonzero(block[2:] == block[:-2])
    is_shared = np.isin(_trigrams(word, size)[places], _trigrams(body, size))
    found = np.bincount(block[places], is_shared, minlength=len(counts))
    return np.asarray(found / np.maximum(counts - 2, 1))


def _trigrams(word: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """Return every three consecutive words as one number. `size` is the size of the vocabulary."""
    return np.asarray((word[:-2] * size + word[1:-1]) * size + word[2:])


def _groups(vocabulary: Vocabulary) -> dict[str, Column]:
    """Return the share of each group of words in the block, and its place in the first three words."""
    counts, block = vocabulary.counts, vocabulary.block
    blocks, groups = len(counts), len(WORD_GROUPS)
    hashes, rows = _rows_of_words()
    nearest = np.minimum(np.searchsorted(hashes, vocabulary.hashes), len(hashes) - 1)
    is_known = hashes[nearest] == vocabulary.hashes
    row = np.where(is_known, rows[nearest], 0)[vocabulary.word]
    known = np.flatnonzero(row)
    times = _TIMES_IN_GROUP[row[known]]
    which, group = np.nonzero(times)
    where = known[which]
    at = block[where]
    weights = times[which, group] * (1.0 / np.maximum(counts, 1))[at]
    shares = np.bincount(at * groups + group, weights, minlength=blocks * groups)
    firsts = np.zeros(blocks * groups, dtype=np.float64)
    place = where - (np.cumsum(counts) - counts)[at]
    is_early = place < 3
    np.maximum.at(firsts, (at * groups + group)[is_early], 3.0 - place[is_early])
    names = [name for name, _ in WORD_GROUPS]
    return {
        f"{kind}_{name}": np.asarray(column, dtype=np.float64)
        for kind, table in (("word", shares), ("first", firsts))
        for name, column in zip(names, table.reshape(blocks, groups).T, strict=True)
    }


#: How often each distinct list of groups names each group, the first row of no group; and the row of each word.
_LISTS = ((), *sorted(set(GROUPS_OF_WORD.values())))
_TIMES_IN_GROUP = np.array(
    [[groups.count(group) for group in range(len(WORD_GROUPS))] for groups in _LISTS],
    dtype=np.float64,
)


@cache
def _rows_of_words() -> tuple[Index, Index]:
    """Return the hashes of the words of groups in order, and the row of each."""
    found = sorted(
        (character_columns.word_hash(word), _LISTS.index(groups))
        for word, groups in GROUPS_OF_WORD.items()
    )
    hashes, rows = zip(*found, strict=True)
    return np.array(hashes, dtype=np.int64), np.array(rows, dtype=np.int64)
