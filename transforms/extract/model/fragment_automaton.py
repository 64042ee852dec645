"""One automaton for the fragments of many regular expressions, which reads a name once for all of them.

The expressions are those of class names: letters, alternatives, optional parts and conditions for
what is before or after. Each is spelled out as the few strings that it matches, and the strings make
an automaton of Aho and Corasick (https://doi.org/10.1145/360825.360855).
"""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from string import ascii_lowercase
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: The symbols of a name in ASCII: its letters in lower case, two marks, `D` for a digit and `N` for
#: any other character. `^` and `$` are its start and its end.
NAME_SYMBOLS = f"{ascii_lowercase}_-DN"
_ORDER = f"{NAME_SYMBOLS}^$"
START, END = _ORDER.index("^"), _ORDER.index("$")
_WORD_SYMBOLS = f"{ascii_lowercase}_D"


class Automaton(NamedTuple):
    """The next state for each state and symbol, and the bits of the expressions found in each state.

    `symbols` has the symbol of each byte.
    """

    steps: npt.NDArray[np.int32]
    bits: npt.NDArray[np.int64]
    symbols: npt.NDArray[np.uint8]


@cache
def automaton(patterns: tuple[tuple[int, str], ...], symbols: str) -> Automaton:
    """Return the automaton of expressions with their bits, for names of these symbols."""
    inner: list[dict[int, int]] = [{}]
    bits = [0]
    for bit, pattern in patterns:
        for string in spelled(pattern, symbols):
            state = 0
            for symbol in map(_ORDER.index, string):
                if symbol not in inner[state]:
                    inner[state][symbol] = len(inner)
                    inner.append({})
                    bits.append(0)
                state = inner[state][symbol]
            bits[state] |= bit
    steps = np.zeros((len(inner), len(_ORDER)), dtype=np.int32)
    waiting = deque([(0, 0)])
    while waiting:
        state, shorter = waiting.popleft()
        after_shorter = steps[shorter].tolist()
        bits[state] |= bits[shorter]
        steps[state] = steps[shorter]
        for symbol, longer in inner[state].items():
            waiting.append((longer, after_shorter[symbol]))
            steps[state, symbol] = longer
    return Automaton(steps, np.array(bits, dtype=np.int64), _symbols())


def _symbols() -> npt.NDArray[np.uint8]:
    found = np.full(256, _ORDER.index("N"), dtype=np.uint8)
    for characters, symbol in ((b"0123456789", "D"), (b"_", "_"), (b"-", "-")):
        found[list(characters)] = _ORDER.index(symbol)
    for letter in ascii_lowercase:
        found[[ord(letter), ord(letter.upper())]] = _ORDER.index(letter)
    return found


def spelled(pattern: str, symbols: str) -> set[str]:
    """Return the strings of symbols that an expression matches, with what must be around them.

    Strings with other symbols are left out.

    >>> sorted(spelled(r"tags?(?![a-z])|by[-_]?line", f"{ascii_lowercase}-"))
    ['by-line', 'byline', 'tag$', 'tag-', 'tags$', 'tags-']
    """
    speller = _Speller(pattern, symbols)
    found = speller.alternatives()
    if speller.at < len(pattern):
        raise ValueError(f"{pattern!r} cannot be spelled out from position {speller.at} on")
    return found


class _Speller:
    """Reads an expression from its start to its end."""

    def __init__(self, pattern: str, symbols: str) -> None:
        self.pattern, self.symbols = pattern, symbols
        self.at = 0

    def alternatives(self) -> set[str]:
        found = self._sequence()
        while self._comes("|"):
            found |= self._sequence()
        return found

    def _comes(self, *openings: str) -> bool:
        """Tell whether the expression goes on with one of these, and read it."""
        for opening in openings:
            if self.pattern.startswith(opening, self.at):
                self.at += len(opening)
                return True
        return False

    def _sequence(self) -> set[str]:
        found = {""}
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            item = self._item(is_first=found == {""})
            if self._comes("?"):
                item = item | {""}
            found = {before + after for before in found for after in item}
        return found

    def _item(self, *, is_first: bool) -> set[str]:
        if is_first and self._comes("(?<![a-z])"):
            return {"^", *self.symbols} - {*ascii_lowercase}
        if is_first and self._comes(r"\b"):
            return {"^", *self.symbols} - {*_WORD_SYMBOLS}
        if self._comes("(?!"):
            return self._other_than(self._group())
        if self._comes("(?:", "("):
            return self._group()
        if self._comes("["):
            return self._set()
        return self._character()

    def _group(self) -> set[str]:
        found = self.alternatives()
        if not self._comes(")"):
            raise ValueError(f"{self.pattern!r} has no bracket at position {self.at}")
        return found

    def _character(self) -> set[str]:
        if self._comes(r"\w"):
            return {*_WORD_SYMBOLS} & {*self.symbols}
        if self._comes(r"\s"):  # A name has no white space.
            return set()
        character = self.pattern[self.at]
        if not re.fullmatch(r"[\w$^-]", character):
            raise ValueError(f"{self.pattern!r} has {character!r} at position {self.at}")
        self.at += 1
        return {character} & {"^", "$", *self.symbols}

    def _set(self) -> set[str]:
        found: set[str] = set()
        while not self._comes("]"):
            if self._comes("a-z"):
                found |= {*ascii_lowercase}
            else:
                found |= self._character()
        return found

    def _other_than(self, strings: set[str]) -> set[str]:
        """Return the shortest strings that none of these strings continues or begins."""
        begun = {string[:size] for string in strings for size in range(len(string))}
        begun = {start for start in begun if not start.startswith(tuple(strings))}
        after = {before + symbol for before in begun for symbol in (*self.symbols, "$")}
        return after - begun - strings
