"""A named condition with its examples. Tables of conditions recognise bylines and datelines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Condition(Generic[T]):
    """A condition on a parsed line, with lines that fulfil it and lines that do not."""

    name: str
    holds: Callable[[T], bool]
    accepts: tuple[str, ...]
    refuses: tuple[str, ...] = ()
