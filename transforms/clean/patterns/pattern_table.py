"""The patterns of one place and one set of languages, filed by how their matches begin.

A document needs few of the thousands of patterns of its languages, so each one is kept as a line of
JSON until it is needed.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.clean.patterns import pattern_program
from copydesk.transforms.clean.patterns.pattern_guard import Guard, unpacked
from copydesk.transforms.clean.patterns.pattern_literals import UNBOUNDED
from copydesk.transforms.clean.patterns.pattern_needs import Needs
from copydesk.transforms.clean.patterns.pattern_program import Program

Ints = npt.NDArray[np.int32]
_PACKED = np.dtype("<i4")  # The numbers of a packed table. Their JSON would be read more slowly.


class Alternative(NamedTuple):
    """One alternative of a rule's patterns. They are tried in the order of `number`."""

    number: int
    rule: int  # Index of the rule in `RuleTable.entries`.
    pattern: str
    literals: Sequence[str]  # Every match contains one of these.
    # The most sentence-like lines that it matches: `NO_SENTENCE`, `SHORT_SENTENCE` or `SENTENCE`.
    takes: int
    needs_digit: bool
    guard: Guard | None

    @property
    def needs(self) -> Needs:
        """All that is known of what a text must have if the pattern is to match it."""
        literals: Needs = [[UNBOUNDED, literal] for literal in self.literals]
        return [[UNBOUNDED, literals, self.guard.needs]] if self.guard else literals


class PackedTable(NamedTuple):
    """A table as values of JSON."""

    rows: Sequence[str]
    """The alternatives, each as the JSON of its fields, with the parts of its guard or null."""
    heads: str
    """How matches begin: one head a line, in order."""
    n_filed: str
    """How many alternatives are filed under each head. This and the next are arrays in base 64."""
    filed: str
    """The numbers of the alternatives under each head, one head after another."""
    program: Sequence[Any] | None = None
    """What the patterns need (`Program.packed`)."""


def packed(rows: Sequence[Sequence[Any]], heads: Mapping[str, Sequence[int]]) -> PackedTable:
    """Return the packed table of the fields of some alternatives, which are filed under the heads.

    >>> made = packed([[7, 0, "read (?:on|more)", ["read "], 2, False, None]], {"read ": [0]})
    >>> PatternTable(made).filed_under("read "), PatternTable(made).filed_under("reed ")
    ([0], [])
    """
    in_order = sorted(heads)
    return PackedTable(
        [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows],
        "\n".join(in_order),
        _packed_ints([len(heads[head]) for head in in_order]),
        _packed_ints([number for head in in_order for number in heads[head]]),
    )


class PatternTable:
    """A table whose alternatives are read on demand."""

    def __init__(self, packed_table: PackedTable) -> None:
        self._packed = packed_table
        self._read: dict[int, Alternative] = {}
        self.n_filed = _ints(packed_table.n_filed)
        """How many alternatives are filed under each head."""
        self.filed = _ints(packed_table.filed)
        """The numbers of the alternatives under each head, one head after another."""
        self.heads: Sequence[str] = packed_table.heads.split("\n") if len(self.n_filed) else ()
        """How matches begin, in order."""

    def __len__(self) -> int:
        """Return the number of alternatives."""
        return len(self._packed.rows)

    def __iter__(self) -> Iterator[Alternative]:
        return map(self.alternative, range(len(self)))

    def alternative(self, row: int) -> Alternative:
        """Return the alternative of a row, which is counted from 0."""
        found = self._read.get(row)
        if found is None:
            number, rule, pattern, literals, takes, needs_digit, guard = json.loads(
                self._packed.rows[row]
            )
            found = self._read[row] = Alternative(
                number, rule, pattern, literals, takes, needs_digit, unpacked(guard)
            )
        return found

    def filed_under(self, head: str) -> Sequence[int]:
        """Return the rows of the alternatives that are filed under a head."""
        at = bisect_left(self.heads, head)
        if at == len(self.heads) or self.heads[at] != head:
            return []
        rows: list[int] = self.filed[self._ends[at] : self._ends[at + 1]].tolist()
        return rows

    @cached_property
    def _ends(self) -> Sequence[int]:
        return [0, *accumulate(self.n_filed.tolist())]

    @cached_property
    def firsts(self) -> frozenset[str]:
        """The first characters of the heads."""
        return frozenset([head[0] for head in self.heads if head])

    @property
    def program(self) -> Program:
        """What the patterns need. If it is not packaged, it is made from them."""
        if self._packed.program is not None:
            return pattern_program.unpacked(self._packed.program)
        return pattern_program.program([one.needs for one in self], self.filed_under(""))


def _packed_ints(values: Sequence[int]) -> str:
    return b64encode(np.array(values, _PACKED).tobytes()).decode()


def _ints(packed_values: str) -> Ints:
    return np.frombuffer(b64decode(packed_values), _PACKED)
