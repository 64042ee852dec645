"""What is known of a block from its own text: lengths, punctuation, words, and the page's headline."""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.vocabulary import GROUPS_OF_WORD, WORD_GROUPS

Column = npt.NDArray[np.float64]

#: Words; a character of a script without spaces is a word of its own.
WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿]|[^\W぀-ヿ㐀-䶿一-鿿]+")
_PLAIN_WORD = re.compile(r"\w+")
_HAS_CJK = re.compile(r"[぀-ヿ㐀-䶿一-鿿]")
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]?(?=\s|$)|[。！？]")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω]")
_DIGITS = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)")
_DATE = re.compile(r"(?<!\d)\d{1,4}[-./年]\s?\d{1,2}[-./月]\s?\d{1,4}")
_BAR = re.compile(r"[|•·»›→▶/]")
_ASCII_UPPER = bytes(range(ord("A"), ord("Z") + 1))
_ASCII_DIGITS = b"0123456789"
_QUOTES = "“”„«»「"

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
    seen: dict[str, int] = {}
    for text in page.text:
        seen[text] = seen.get(text, 0) + 1
    numbers, counts, telling = array("d"), [], []
    for i, text in enumerate(page.text):
        lower = text.lower()
        words = (_PLAIN_WORD if text.isascii() or not _HAS_CJK.search(text) else WORD).findall(
            lower
        )
        letters = sum(map(len, words))
        n = len(words)
        is_cjk = 0 < letters < 1.5 * n and not text.isascii()
        numbers.extend(
            (
                *_shape(text, lower, words, letters, is_cjk, page, i),
                *named.shares(words),
                seen[text],
                page.cells[i],
                page.after_break[i],
                not text.isascii(),
                *named.body_and_headline(words),
                *_groups(words),
            )
        )
        counts.append(n)
        telling.append(words if is_cjk else [w for w in words if len(w) > 3])
    rows = np.frombuffer(numbers, dtype=np.float64).reshape(len(counts), len(NAMES))
    return Lines(rows, np.array(counts, dtype=np.float64), telling)


def _shape(
    text: str, lower: str, words: list[str], letters: int, is_cjk: bool, page: Page, block: int
) -> tuple[float, ...]:
    """Lengths, links, punctuation and the first and last characters: `chars` to `cjk`."""
    size, per = len(text), 1.0 / (len(words) or 1)
    first, last = text[0], text[-1]
    if text.isascii():
        content = text.encode()
        upper, digits = (
            size - len(content.translate(None, _ASCII_UPPER)),
            size - len(content.translate(None, _ASCII_DIGITS)),
        )
        quotes, has_copyright = text.count('"'), "(c)" in lower
    else:
        upper, digits = len(_UPPER.findall(text)), len(_DIGITS.findall(text))
        quotes, has_copyright = (
            text.count('"') + sum(map(text.count, _QUOTES)),
            "©" in text or "(c)" in lower,
        )
    return (
        math.log1p(size),
        math.log1p(len(words)),
        min(1.0, page.link_chars[block] / size),
        page.link_count[block],
        min(1.0, page.bold_chars[block] / size),
        letters * per,
        text.count(",") * per,
        len(_SENTENCE_END.findall(text)),
        last in '.!?。！？"”’»)',
        last in ":：",
        last == "…" or text.endswith("..."),
        last in "?？",
        first.islower(),
        not first.isalnum(),
        first.isdigit(),
        first in "\"'“‘«„「『",
        upper * per,
        digits / size,
        quotes * per,
        "@" in text,
        "#" in text,
        len(_BAR.findall(text)) * per,
        has_copyright,
        "http" in lower or "www." in lower or ".com" in lower,
        *(
            (
                _YEAR.search(text) is not None,
                _TIME.search(text) is not None,
                _DATE.search(text) is not None,
            )
            if digits
            else (False, False, False)
        ),
        is_cjk,
    )


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

    def shares(self, words: list[str]) -> tuple[float, float, float]:
        """The share of the block's words in a headline, of a headline's in the block, of the block's in the description."""
        self._cover = 0.0
        if not 0 < len(words) < _HEADLINE_WORDS:
            return 0.0, 0.0, 0.0
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
