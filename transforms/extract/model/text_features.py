"""Features of a block from its own text: lengths, punctuation, words, overlap with the page's headline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.model.character_columns import WORD, Characters
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
#: A longer block is no headline and no description (arbitrary: the longest headline measured has 31 words).
_HEADLINE_WORDS = 60


@dataclass(frozen=True, slots=True)
class Lines:
    """One row of numbers per block, named by `NAMES`, its number of words, and the words themselves."""

    rows: Column
    words: Column
    vocabulary: Vocabulary
    is_cjk: npt.NDArray[np.bool_]

    def column(self, name: str) -> Column:
        """One number of every block."""
        return self.rows[:, NAMES.index(name)]


class Vocabulary:
    """The words of all blocks in order, as numbers of the distinct words of the page."""

    def __init__(self, words: list[list[str]]) -> None:
        every = list(chain.from_iterable(words))
        self.index = {word: number for number, word in enumerate(dict.fromkeys(every))}
        self.counts = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        self.word = np.fromiter(
            map(self.index.__getitem__, every), dtype=np.int64, count=len(every)
        )
        self.block = np.repeat(np.arange(len(words)), self.counts)
        #: The letters of each distinct word.
        self.size = np.fromiter(map(len, self.index), dtype=np.int64, count=len(self.index))
        pairs = np.unique(self.block * max(1, len(self.index)) + self.word)
        #: Each distinct word of each block.
        self.pair_block, self.pair_word = np.divmod(pairs, max(1, len(self.index)))

    def is_among(self, words: Iterable[str]) -> npt.NDArray[np.bool_]:
        """For each distinct word of the page whether it is one of these."""
        found = np.zeros(len(self.index), dtype=np.bool_)
        found[[self.index[word] for word in words if word in self.index]] = True
        return found

    def distinct(self, among: npt.NDArray[np.bool_] | None = None) -> Column:
        """How many distinct words each block has, or how many of those that `among` marks."""
        weights = None if among is None else among[self.pair_word].astype(np.float64)
        return np.bincount(self.pair_block, weights, minlength=len(self.counts)).astype(np.float64)


def read(page: Page, hints: Hints) -> Lines:
    """Compute the features of the text of each block."""
    texts = page.text
    characters = Characters(texts)
    words = characters.words(texts)
    vocabulary = Vocabulary(words)
    counts = vocabulary.counts
    letters = np.bincount(vocabulary.block, vocabulary.size[vocabulary.word], minlength=len(words))
    is_cjk = (characters.counts["not_ascii"] > 0) & (letters > 0) & (letters < 1.5 * counts)
    n_words = counts.astype(np.float64)
    columns = {
        "cjk": is_cjk,
        "repeats": _repeats(texts),
        **_ends(texts),
        **_shared_with_head(words, vocabulary, hints),
        **_groups(vocabulary),
        **_over_page(page, characters, n_words, letters.astype(np.float64)),
    }
    rows = np.empty((len(NAMES), len(words)))
    for place, name in enumerate(NAMES):
        rows[place] = columns[name]
    return Lines(rows.T, n_words, vocabulary, is_cjk)


def _repeats(texts: list[str]) -> Column:
    """How often the text of each block occurs on the page."""
    count = Counter(texts)
    return np.fromiter(map(count.__getitem__, texts), dtype=np.float64, count=len(texts))


def _ends(texts: list[str]) -> dict[str, Column]:
    """The kinds of the first and the last character of each block, as 0 or 1."""
    kinds: dict[str, tuple[bool, ...]] = {}
    firsts, lasts = [text[0] for text in texts], [text[-1] for text in texts]
    for first in set(firsts):
        kinds["^" + first] = (
            first.islower(),
            not first.isalnum(),
            first.isdigit(),
            first in "\"'“‘«„「『",
        )
    for last in set(lasts):
        kinds[last + "$"] = (last in '.!?。！？"”’»)', last in ":：", last == "…", last in "?？")
    starts = np.array([kinds["^" + first] for first in firsts], dtype=np.float64)
    ends = np.array([kinds[last + "$"] for last in lasts], dtype=np.float64)
    for place, (text, last) in enumerate(zip(texts, lasts, strict=True)):
        if last == "." and text.endswith("..."):
            ends[place, 2] = 1.0
    names = ("starts_lower", "starts_symbol", "starts_digit", "starts_quote")
    found = dict(zip(names, starts.T, strict=True))
    names = ("ends_sentence", "ends_colon", "ends_ellipsis", "ends_question")
    return found | dict(zip(names, ends.T, strict=True))


def _over_page(
    page: Page, characters: Characters, n_words: Column, letters: Column
) -> dict[str, Column]:
    """Lengths, links and punctuation of all blocks at once."""
    size, per = characters.sizes.astype(np.float64), 1.0 / np.maximum(n_words, 1.0)
    counts = characters.counts
    return {
        "chars": np.log1p(size),
        "words": np.log1p(n_words),
        "link_density": np.minimum(1.0, page.link_chars / size),
        "links": page.link_count.astype(np.float64),
        "bold": np.minimum(1.0, page.bold_chars / size),
        "word_length": letters * per,
        "commas": counts["comma"] * per,
        "upper_per_word": counts["upper"] * per,
        "digit_share": counts["digit"] / size,
        "quotes": counts["quote"] * per,
        "at_sign": np.minimum(1.0, counts["at"]),
        "hash": np.minimum(1.0, counts["hash"]),
        "bar": counts["bar"] * per,
        "cells": page.cells.astype(np.float64),
        "after_break": page.after_break.astype(np.float64),
        "no_ascii": np.minimum(1.0, counts["not_ascii"]),
        **characters.patterns(page.text),
    }


def _shared_with_head(
    words: list[list[str]], vocabulary: Vocabulary, hints: Hints
) -> dict[str, Column]:
    """The overlap of each block with the headline, the description and the article body of the page's head.

    `title_share` is the share of the block's words in a headline, `title_cover` that of a headline's
    words in the block, `body_share` the share of the block's trigrams in the body. Where the head
    has no description or no body, its share is -1.
    """
    is_short = (vocabulary.counts > 0) & (vocabulary.counts < _HEADLINE_WORDS)
    own = np.maximum(vocabulary.distinct(), 1.0)
    share, cover = np.zeros(len(words)), np.zeros(len(words))
    titles = [WORD.findall(title.lower()) for title in hints.titles]
    for title in {frozenset(title) for title in titles if title}:
        common = vocabulary.distinct(vocabulary.is_among(title)) * is_short
        share = np.maximum(share, common / own)
        cover = np.maximum(cover, common / len(title))
    described = set(WORD.findall(hints.description.lower()))
    said = vocabulary.distinct(vocabulary.is_among(described)) / own if described else -1.0
    flat = {"".join(title) for title in titles}
    is_headline = np.zeros(len(words))
    for block in np.flatnonzero(cover > 0.5).tolist():
        is_headline[block] = "".join(words[block]) in flat
    return {
        "title_share": share,
        "title_cover": cover,
        "description_share": np.where(is_short, said, 0.0),
        "body_share": _shared_with_body(vocabulary, hints.body),
        "headline_exact": is_headline,
    }


def _shared_with_body(vocabulary: Vocabulary, text: str) -> Column:
    """The share of each block's trigrams of words that the article body has, -1 where there is no body."""
    counts, block, word = vocabulary.counts, vocabulary.block, vocabulary.word
    body = WORD.findall(text.lower())
    if not body:
        return np.full(len(counts), -1.0)
    number, size = vocabulary.index, len(vocabulary.index)
    said = np.fromiter(map(number.get, body, repeat(-1)), dtype=np.int64, count=len(body))
    is_known = (said[:-2] >= 0) & (said[1:-1] >= 0) & (said[2:] >= 0)
    places = np.flatnonzero(block[2:] == block[:-2])
    is_shared = np.isin(_trigrams(word, size)[places], _trigrams(said, size)[is_known])
    found = np.bincount(block[places], is_shared, minlength=len(counts))
    return np.asarray(found / np.maximum(counts - 2, 1))


def _trigrams(word: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """Every three consecutive words as one number; `size` is the size of the vocabulary."""
    return np.asarray((word[:-2] * size + word[1:-1]) * size + word[2:])


def _groups(vocabulary: Vocabulary) -> dict[str, Column]:
    """For each group of words its share of the block, and its position among the first three words."""
    counts, block = vocabulary.counts, vocabulary.block
    blocks, groups = len(counts), len(WORD_GROUPS)
    row = np.fromiter(
        map(_ROW_OF_WORD.get, vocabulary.index, repeat(0)),
        dtype=np.int64,
        count=len(vocabulary.index),
    )[vocabulary.word]
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
_ROW_OF_WORD = {word: _LISTS.index(groups) for word, groups in GROUPS_OF_WORD.items()}
