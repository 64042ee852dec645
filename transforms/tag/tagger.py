"""The type of a tagger: the columns it declares and the function that fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

import pyarrow as pa

from copydesk.transforms import ledger
from copydesk.transforms.article import Document
from copydesk.transforms.ledger import Removal
from copydesk.transforms.tag.datelines import dateline_parser
from copydesk.transforms.tag.datelines.dateline_forms import Dateline
from copydesk.transforms.tag.headlines import text_header
from copydesk.transforms.tag.page.page_data import PageData


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the recipe's `[tag]` section."""

    cut_dateline: bool = False
    """Readers and gold sets expect the dateline in the text."""
    update_as_published: bool = True
    """Use the day of the last update if a page prints no other day: +.01 F1 on such pages."""
    outlets: Mapping[str, str] = field(default_factory=dict)
    """Registrable domain to display name. It wins over the packaged table."""
    max_headline_chars: int = 200
    """The longest of 774 known headlines has 175 characters; longer first lines are prose."""


Value = TypeVar("Value")


class once(Generic[Value]):  # noqa: N801  # A decorator.
    """A property that is computed when it is first asked for.

    `functools.cached_property` does the same with a lock, which takes longer than some properties.
    """

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function, self.__doc__ = function, function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        value = instance.__dict__[self._name] = self._function(instance)
        return value


@dataclass(eq=False)  # A frozen one takes twice as long to make.
class View:
    """What a tagger may read: the document, its kept lines, and the values of earlier taggers.

    What several taggers read from the lines is found once. No tagger assigns a field.
    """

    document: Document
    options: Options
    values: Mapping[str, Any] = field(default_factory=dict)
    removed: tuple[Removal, ...] = ()

    @once
    def page(self) -> PageData | None:
        """The page's own statements, or None for a plain text."""
        return self.document.page

    @once
    def text(self) -> str:
        """What no stage and no earlier tagger has removed."""
        return ledger.apply(self.document.extracted, (*self.document.removed, *self.removed))

    @once
    def lines(self) -> tuple[str, ...]:
        """The lines of `text`, blank lines included."""
        return tuple(self.text.split("\n"))

    @once
    def dateline(self) -> Dateline:
        """The dateline on one of the first lines, or an empty one."""
        return dateline_parser.of(self.lines)

    @once
    def opening(self) -> text_header.Opening:
        """Where a plain text has its headline and its bylines."""
        return text_header.read(self.lines, max_headline_chars=self.options.max_headline_chars)

    def without(self, removed: tuple[Removal, ...]) -> View:
        """Return the view after the cuts `removed` of a tagger."""
        return View(self.document, self.options, self.values, (*self.removed, *removed))


_EMPTY: Mapping[str, Any] = MappingProxyType({})


class TagResult(NamedTuple):
    """The result of a tagger: values by column, their sources, and the lines that became values."""

    values: Mapping[str, Any] = _EMPTY
    evidence: Mapping[str, str] = _EMPTY
    removed: tuple[Removal, ...] = ()


#: The result of a tagger that finds nothing.
NOTHING = TagResult()


@dataclass(frozen=True, slots=True)
class Tagger:
    """One tagger: its name, its columns, the function that fills them, and its ledger rules."""

    name: str
    columns: tuple[pa.Field, ...]
    find: Callable[[View], TagResult]
    # Each rule has a name, a version, and a sentence about what it cuts.
    rules: tuple[tuple[str, int, str], ...] = ()
    reads_only_pages: bool = False  # A plain text then has no value in its columns.
