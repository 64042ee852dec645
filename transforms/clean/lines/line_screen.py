"""Finds the patterns that may match the lines of a text, of all lines at once.

Most lines of a text match none of some thousand patterns. To ask Python about each pattern that
begins as a line does takes longer than all other steps of cleaning. A compiled walk
(`screen_walk`) finds which literals a line has, and which patterns have all that they need.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.clean.fold_text import plain
from copydesk.transforms.clean.patterns import pattern_program
from copydesk.transforms.clean.patterns.pattern_index import matches
from copydesk.transforms.clean.patterns.pattern_table import Alternative, PatternTable
from copydesk.transforms.clean.patterns.photo_agencies import CREDIT_WORDS
from copydesk.transforms.clean.rule import RuleEntry

_ANCHOR, _HEAD = 4, 5  # Letters by which the walk looks for literals, and of the longest head.
# What the letters of an anchor or head are multiplied with, and their sum. Arbitrary odd numbers.
_FACTORS = np.array([0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1], np.uint32)
_SPREAD = np.uint32(0x9E3779B1)
_BUCKETS = 8  # Buckets for each hash (measured: the walk takes as long with more of them).
_DIGIT = re.compile(r"\d")

Codes = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int32]


class Screened(NamedTuple):
    """What the walk found out about a line."""

    key: str
    """The line in the form in which patterns are matched (`fold_text.key`)."""
    patterns: Sequence[int]
    """The numbers of the patterns of the screen that may match the line."""
    may_have_credit: bool
    """False for a line of ASCII if it has no word that all photo credits have."""


class Screen:
    """The patterns of some rules for whole lines, in the form in which the walk reads them."""

    def __init__(self, tables: Sequence[PatternTable], on: Mapping[int, RuleEntry]) -> None:
        """`on` are the rules that are used, by their row in the table of rules."""
        self._on = on
        self._tables, self._ends = tables, [*accumulate(map(len, tables))]
        self._read: list[Alternative | None] = [None] * sum(map(len, tables))
        parts = [_part(table) for table in tables]
        words = [*(part.literals for part in parts), _credit_words()]
        n_literals = [len(of_part) for of_part in words]
        self._first_word = sum(n_literals[:-1])
        self._literals = (
            np.concatenate([of_part.letters for of_part in words]),
            _ends([of_part.lengths for of_part in words]),
            np.concatenate([*(part.is_of_open for part in parts), np.zeros(n_literals[-1], bool)]),
        )
        hashes = np.concatenate([of_part.hashes for of_part in words])
        buckets, anchored = _buckets(hashes)
        self._anchors = buckets, anchored, hashes[anchored], np.diff(buckets) > 0
        head_hashes = np.concatenate([part.heads for part in parts])
        self._heads = (
            head_hashes,
            _ends([table.n_filed for table in tables]),
            _shifted([table.filed for table in tables], [len(table) for table in tables]),
            *_buckets(head_hashes),
        )
        self._is_always_open = any(part.is_always_open for part in parts)
        n_steps = [len(part.tests) for part in parts]
        self._programs = (
            _shifted([part.tests for part in parts], n_literals),
            _shifted([part.elsewhere for part in parts], n_steps),
            _shifted([part.starts for part in parts], n_steps),
        )

    def of(self, keys: Sequence[str]) -> list[Screened]:
        """Return what the walk finds in lines, which are in the form of `fold_text.key`."""
        first, found, has_word = _kernel()(
            _codes("".join(keys)),
            np.array([0, *accumulate(map(len, keys))], np.int64),
            _FACTORS,
            self._literals,
            self._anchors,
            self._heads,
            self._programs,
            self._first_word,
            self._is_always_open,
        )
        at, numbers = first.tolist(), found.tolist()
        return [
            Screened(key, numbers[begin:end], has)
            for key, begin, end, has in zip(keys, at, at[1:], has_word.tolist(), strict=False)
        ]

    def find(self, line: Screened, sentence: int) -> RuleEntry | None:
        """Return the first rule, in table order, with a pattern that matches the line.

        `sentence` tells how the line ends (see `rule`).
        """
        read = self._read
        found = [read[number] or self._alternative(number) for number in line.patterns]
        if len(found) > 1:
            found.sort(key=itemgetter(0))
        for one in found:
            if (
                one.takes >= sentence
                and one.rule in self._on
                and (not one.needs_digit or _DIGIT.search(line.key))
                and matches(one.pattern, one.guard, line.key, 0)
            ):
                return self._on[one.rule]
        return None

    def _alternative(self, number: int) -> Alternative:
        """Return the alternative with this number in the screen."""
        of_table = bisect_right(self._ends, number)
        table = self._tables[of_table]
        found = table.alternative(number - (self._ends[of_table] - len(table)))
        self._read[number] = found
        return found


@cache
def _kernel() -> Any:
    from copydesk.transforms.clean.lines.screen_walk import walk

    return numba_cache.compiled(walk, boundscheck=False)


class _Words(NamedTuple):
    """Some literals or heads, in the form in which the walk reads them."""

    letters: Codes  # Of all of them, one after another.
    lengths: Ints
    hashes: Codes  # Of the first letters of each.

    def __len__(self) -> int:
        return len(self.lengths)


def _words(texts: Sequence[str], longest: int) -> _Words:
    """Return the words with hashes of at most `longest` letters, as the walk computes them."""
    letters, lengths = _codes("".join(texts)), np.array(list(map(len, texts)), np.int32)
    starts, hashes = np.cumsum(lengths) - lengths, np.zeros(len(texts), np.uint32)
    for n in range(longest):
        has = lengths > n
        hashes[has] += letters[starts[has] + n] * _FACTORS[n]
    return _Words(letters, lengths, hashes)


@cache
def _credit_words() -> _Words:
    """Return the words that show a credit, in plain form."""
    return _words(sorted(set(map(plain, CREDIT_WORDS))), _ANCHOR)


class _Part(NamedTuple):
    """The heads and the program of one table."""

    heads: Codes  # Hashes.
    literals: _Words
    #: Of each literal: a pattern that begins with anything needs it.
    is_of_open: npt.NDArray[np.bool_]
    is_always_open: bool
    tests: Ints
    elsewhere: Ints  # The step at which the walk goes on if a test fails. -1 is the end.
    starts: Ints  # The first step of each pattern.


_PARTS: dict[int, tuple[PatternTable, _Part]] = {}
"""The parts that were made, by the identity of their table. Several sets of rules share a table."""


def _part(table: PatternTable) -> _Part:
    if id(table) not in _PARTS:
        _PARTS[id(table)] = table, _made_part(table)
    return _PARTS[id(table)][1]


def _made_part(table: PatternTable) -> _Part:
    program = table.program
    tests, skips = program.tests, program.skips
    ends = np.flatnonzero(tests == pattern_program.MATCH)
    is_of_open = np.zeros(len(program.literals), bool)
    is_of_open[np.array(program.of_open, np.int32)] = True
    return _Part(
        _words(table.heads, _HEAD).hashes,
        _words(program.literals, _ANCHOR),
        is_of_open,
        program.is_always_open,
        tests,
        np.where(skips > 0, np.arange(len(skips)) + skips, -1).astype(np.int32),
        np.concatenate(([0], ends[:-1] + 1)).astype(np.int32),
    )


def _shifted(parts: Sequence[Ints], sizes: Sequence[int]) -> Ints:
    """Return the numbers of all parts. Those from 0 on are raised by the sizes of the parts before."""
    before = [0, *accumulate(sizes)]
    return np.concatenate(
        [np.where(part >= 0, part + n, part) for part, n in zip(parts, before, strict=False)]
    ).astype(np.int32)


def _buckets(hashes: Codes) -> tuple[Ints, Ints]:
    """Return where each bucket of some hashes begins, and the numbers of the hashes in order."""
    n_bits = max(10, (_BUCKETS * len(hashes)).bit_length())
    buckets = (hashes * _SPREAD) >> np.uint32(32 - n_bits)
    starts = np.zeros((1 << n_bits) + 1, np.int32)
    np.cumsum(np.bincount(buckets, minlength=1 << n_bits), out=starts[1:])
    return starts, np.argsort(buckets, kind="stable").astype(np.int32)


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _ends(lengths: Sequence[Ints]) -> Ints:
    """Return where each of some spans of these lengths ends, one after another, after a zero."""
    return np.concatenate([[0], *lengths]).cumsum(dtype=np.int32)
