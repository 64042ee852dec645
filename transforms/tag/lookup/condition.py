"""A named condition with its examples: bylines and datelines are recognised by tables of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition(Generic[T]):
    """What must hold of a reading of a line, with lines that it accepts and lines that it does not."""

    name: str
    holds: Callable[[T], bool]
    accepts: tuple[str, ...]
    refuses: tuple[str, ...] = ()
