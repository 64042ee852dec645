"""What is known of a block from its own text: lengths, punctuation, words, and the page's headline."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.character_columns import Characters
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.vocabulary import GROUPS_OF_WORD, WORD_GROUPS

Column = npt.NDArray[np.float64]

#: Words; a character of a script without spaces is a word of its own.
WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿]|[^\W぀-ヿ㐀-䶿一-鿿]+")
_PLAIN_WORD = re.compile(r"\w+")
_HAS_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿]")

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
    """One row of numbers per block, named by `NAMES`; its number of words; its telling words, for topics."""

    rows: Column
    words: Column
    telling: list[list[str]]

    def column(self, name: str) -> Column:
        """One number of every block."""
        return self.rows[:, NAMES.index(name)]


def read(page: Page, hints: Hints) -> Lines:
    """The text of each block in numbers."""
    named = _Named(hints)
    texts = page.text
    seen: dict[str, int] = {}
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
    characters = Characters(texts)
    plain = characters.counts["not_ascii"] == 0
    numbers, counts, telling = array("d"), [], []
    for text, is_plain in zip(texts, plain.tolist(), strict=True):
        words = (_PLAIN_WORD if is_plain or not _HAS_CJK.search(text) else WORD).findall(
            text.lower()
        )
        letters = sum(map(len, words))
        n = len(words)
        is_cjk = not is_plain and 0 < letters < 1.5 * n
        first, last = text[0], text[-1]
        numbers.extend(
            (
                letters,
                last in '.!?。！？"”’»)',
                last in ":：",
                last == "…" or text.endswith("..."),
                last in "?？",
                first.islower(),
                not first.isalnum(),
                first.isdigit(),
                first in "\"'“‘«„「『",
                is_cjk,
                *named.shares(words),
                seen[text],
                *named.body_and_headline(words),
                *_groups(words),
            )
        )
        counts.append(n)
        telling.append(words if is_cjk else [w for w in words if len(w) > 3])
    n_words = np.array(counts, dtype=np.float64)
    columns = dict(
        zip(_OF_BLOCK, np.frombuffer(numbers).reshape(len(counts), len(_OF_BLOCK)).T, strict=True)
    )
    columns |= _over_page(page, characters, n_words, columns["word_length"])
    rows = np.empty((len(counts), len(NAMES)))
    for place, name in enumerate(NAMES):
        rows[:, place] = columns[name]
    return Lines(rows, n_words, telling)


#: What is read block by block, in the order in which it is written down.
_OF_BLOCK = (
    "word_length",
    "ends_sentence",
    "ends_colon",
    "ends_ellipsis",
    "ends_question",
    "starts_lower",
    "starts_symbol",
    "starts_digit",
    "starts_quote",
    "cjk",
    "title_share",
    "title_cover",
    "description_share",
    "repeats",
    "body_share",
    "headline_exact",
    *(f"word_{name}" for name, _ in WORD_GROUPS),
    *(f"first_{name}" for name, _ in WORD_GROUPS),
)


def _over_page(
    page: Page, characters: Characters, n_words: Column, letters: Column
) -> dict[str, Column]:
    """Lengths, links and punctuation of all blocks at once."""
    size, per = characters.sizes.astype(np.float64), 1.0 / np.maximum(n_words, 1.0)
    counts = characters.counts
    return {
        "chars": np.log1p(size),
        "words": np.log1p(n_words),
        "link_density": np.minimum(1.0, np.array(page.link_chars) / size),
        "links": np.array(page.link_count, dtype=np.float64),
        "bold": np.minimum(1.0, np.array(page.bold_chars) / size),
        "word_length": letters * per,
        "commas": counts["comma"] * per,
        "upper_per_word": counts["upper"] * per,
        "digit_share": counts["digit"] / size,
        "quotes": counts["quote"] * per,
        "at_sign": np.minimum(1.0, counts["at"]),
        "hash": np.minimum(1.0, counts["hash"]),
        "bar": counts["bar"] * per,
        "cells": np.array(page.cells, dtype=np.float64),
        "after_break": np.array(page.after_break, dtype=np.float64),
        "no_ascii": np.minimum(1.0, counts["not_ascii"]),
        **characters.patterns(page.text),
    }


class _Named:
    """The words of headline, description and article body that the page's head gives."""

    def __init__(self, hints: Hints) -> None:
        titles = [WORD.findall(title.lower()) for title in hints.titles]
        self._titles = [set(title) for title in titles if title]
        self._flat = {"".join(title) for title in titles}
        self._description = set(WORD.findall(hints.description.lower()))
        body = WORD.findall(hints.body.lower())
        self._body = set(zip(body, body[1:], body[2:], strict=False))
        self._has_body = bool(body)
        self._cover = 0.0
        self._any = self._description.union(*self._titles)

    def shares(self, words: list[str]) -> tuple[float, float, float]:
        """The share of the block's words in a headline, of a headline's in the block, of the block's in the description."""
        self._cover = 0.0
        if not 0 < len(words) < _HEADLINE_WORDS:
            return 0.0, 0.0, 0.0
        if self._any.isdisjoint(words):
            return 0.0, 0.0, 0.0 if self._description else -1.0
        own = set(words)
        share = 0.0
        for title in self._titles:
            common = len(own & title)
            share = max(share, common / len(own))
            self._cover = max(self._cover, common / len(title))
        return (
            share,
            self._cover,
            len(own & self._description) / len(own) if self._description else -1.0,
        )

    def body_and_headline(self, words: list[str]) -> tuple[float, float]:
        """The share of the block's trigrams in the article body, -1 where there is none; whether it is a headline, asked after `shares`."""
        is_headline = float(self._cover > 0.5 and "".join(words) in self._flat)
        if not self._has_body:
            return -1.0, is_headline
        if len(words) < 3:
            return 0.0, is_headline
        found = sum(gram in self._body for gram in zip(words, words[1:], words[2:], strict=False))
        return found / (len(words) - 2), is_headline


def _groups(words: list[str]) -> list[float]:
    """For each group of words its share of the block; then how early in the first three words it comes."""
    groups_of = GROUPS_OF_WORD.get
    per = 1.0 / (len(words) or 1)
    shares, firsts = [0.0] * len(WORD_GROUPS), [0.0] * len(WORD_GROUPS)
    for groups in filter(None, map(groups_of, words)):
        for group in groups:
            shares[group] += per
    for place, word in enumerate(words[:3]):
        for group in groups_of(word, ()):
            firsts[group] = firsts[group] or 3.0 - place
    return shares + firsts
