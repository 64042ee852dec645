"""The groups of the names in the attributes of each kind of element, read in one compiled loop."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from copydesk.transforms import numba_cache
from copydesk.transforms.extract.model.fragment_automaton import Automaton, automaton
from copydesk.transforms.extract.page_elements import TELLING, Elements, Index, Marks


class KindNames(NamedTuple):
    """The bits of the names of each kind, whether they must be read in another way, and a hash.

    Kinds with the same values, joined by spaces, have the same hash.
    """

    bits: Index
    is_unsure: Marks
    hashes: Index


@dataclass(frozen=True)
class Names:
    """The names in some attributes, and the expressions that are searched in them.

    With `by_word` an expression must be found in a word of a name, such as the second of
    `relatedLinks`. Values of more than `most_of_value` bytes are not read, and none of a kind with
    more than `most_of_kind`.
    """

    attributes: Collection[str]
    patterns: tuple[tuple[int, str], ...]
    symbols: str
    by_word: bool
    most_of_value: int
    most_of_kind: int

    @cached_property
    def _chosen(self) -> Marks:
        return np.array([name in self.attributes for name in TELLING])

    @cached_property
    def _automaton(self) -> Automaton:
        return automaton(self.patterns, self.symbols)

    def read(self, elements: Elements) -> KindNames:
        """Return what the names of each kind say."""
        found = _walk()(
            np.frombuffer(elements.content, dtype=np.uint8),
            elements.values,
            self._chosen,
            (len(elements.names), self.most_of_value, self.most_of_kind),
            self.by_word,
            tuple(self._automaton),
        )
        return KindNames(*found)


def with_attributes(elements: Elements, attributes: Collection[str]) -> Index:
    """Return the rows of `values` that have one of these attributes."""
    chosen = np.array([name in attributes for name in TELLING])
    return np.asarray(elements.values[chosen[elements.values[:, 1]]])


@cache
def _walk() -> Any:
    from copydesk.transforms.extract.model import name_walk  # numba takes half a second to import

    return numba_cache.either(name_walk.walk, name_walk.walk_in_python)
