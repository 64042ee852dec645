"""What the patterns of a table need, as a program for the compiled walk over lines (`line_screen`).

Making the program of a language takes some ten milliseconds, so the packaged table of rules has it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.patterns.pattern_literals import UNBOUNDED
from copydesk.transforms.clean.patterns.pattern_needs import Needs

# Steps of a program: the end, and a jump. A test of a size is `_NO_SIZE` minus the size.
MATCH, _JUMP, _NO_SIZE = -1, -2, -3
_IN_MOST_LINES = frozenset(["", *" aefinorst"])
_PACKED = np.dtype("<i4")  # The numbers of a packed program. Its JSON is read four times as fast.

Ints = npt.NDArray[np.int32]


class Program(NamedTuple):
    """The needs of patterns as steps: tests for a literal, by its number, or for a size.

    The steps of a pattern follow those of the one before, and end with `MATCH`.
    """

    literals: Sequence[str]
    of_open: Sequence[int]
    """The literals, by number, that patterns that begin with anything need."""
    is_always_open: bool
    """A pattern that begins with anything needs no literal."""
    tests: Ints
    skips: Ints
    """How many steps further the walk goes on if a test fails. After 0 the pattern cannot match."""

    def packed(self) -> tuple[Any, ...]:
        """Return values of JSON from which `unpacked` makes the program again."""
        steps = [
            b64encode(of.astype(_PACKED).tobytes()).decode() for of in (self.tests, self.skips)
        ]
        return (self.literals, self.of_open, self.is_always_open, *steps)


def unpacked(parts: Sequence[Any]) -> Program:
    """Return the program of which these are the packed parts."""
    literals, of_open, is_always_open, *steps = parts
    tests, skips = (np.frombuffer(b64decode(part), _PACKED) for part in steps)
    return Program(literals, of_open, is_always_open, tests, skips)


def program(of_patterns: Iterable[Needs], is_open: Collection[int]) -> Program:
    """Return the program for the needs of some patterns.

    The patterns with a number in `is_open` begin with anything.

    >>> made = program([[[9, "share"]], [[65536, "mail", [[8, "x"], [9, "vk"]]]]], {1})
    >>> made.literals, made.of_open
    (['share', 'mail', 'x', 'vk'], [1, 2, 3])
    >>> made.tests.tolist(), made.skips.tolist()
    ([-12, 0, -1, 1, -11, 2, -2, -12, 3, -1], [0, 0, 0, 0, 3, 2, 3, 0, 0, 0])
    """
    steps, literals = _Steps([], []), dict[str, int]()
    of_open, is_always_open = set[int](), False
    for number, needs in enumerate(of_patterns):
        steps.add_needs(needs, literals)
        steps.add(MATCH)
        if number in is_open:
            of_open.update(literals[one] for one in _literals_in(needs) if one in literals)
            is_always_open |= not _needs_literal(needs)
    tests, skips = np.array(steps.tests, np.int32), np.array(steps.skips, np.int32)
    return Program(list(literals), sorted(of_open), is_always_open, tests, skips)


def _is_telling(literal: str) -> bool:
    """Tell whether the walk should look for a literal. Nearly every line has the others."""
    return literal not in _IN_MOST_LINES


def _literals_in(needs: Needs) -> Iterator[str]:
    for _, *others in needs:
        for one in others:
            yield from (one,) if isinstance(one, str) else _literals_in(one)


def _needs_literal(needs: Needs) -> bool:
    """Tell whether no text without a literal meets the needs."""
    return all(
        any(_is_telling(one) if isinstance(one, str) else _needs_literal(one) for one in others)
        for _, *others in needs
    )


class _Steps(NamedTuple):
    """The steps of a program that is being made."""

    tests: list[int]
    skips: list[int]

    def add(self, test: int) -> int:
        self.tests.append(test)
        self.skips.append(0)
        return len(self.tests) - 1

    def go_on_here(self, steps: Sequence[int]) -> None:
        """Let the walk go on at the next step if one of these tests fails."""
        for step in steps:
            self.skips[step] = len(self.tests) - step

    def add_needs(self, needs: Needs, literals: dict[str, int]) -> list[int]:
        """Add the steps of some needs, and return the tests after which they are not met."""
        met, failing = list[int](), list[int]()
        for n, (most, *others) in enumerate(needs):
            if n:
                met.append(self.add(_JUMP))
                self.go_on_here(failing)
            failing = [self.add(_NO_SIZE - most)] if most < UNBOUNDED else []
            for one in others:
                if not isinstance(one, str):
                    failing += self.add_needs(one, literals)
                elif _is_telling(one):
                    failing.append(self.add(literals.setdefault(one, len(literals))))
        self.go_on_here(met)
        return failing
