"""Parse conditions on columns, such as `language = 'en' and published_date >= 2026-01-01`."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.warehouse.errors import WarehouseError


class ConditionError(WarehouseError):
    """A condition that cannot be parsed. The message names the position of the fault."""


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<operator><=|>=|!=|<>|==|=|<|>|\(|\)|,)
    | (?P<word>[^\s'"<>=!(),]+)
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DEPTH = 50  # the most nested brackets; arbitrary, and far below Python's recursion limit


def condition(text: str, schema: pa.Schema) -> pc.Expression:
    """Return a condition as an Arrow expression, with which a Parquet reader can skip row groups.

    The condition may use `= != < <= > >=`, `in (...)`, `not in (...)`, `is null`, `is not null`,
    `like 'a%'`, `and`, `or`, `not` and brackets. As in SQL, a comparison with null is never true.
    Raises ConditionError.

    >>> condition("n_words > 3 and title is not null", pa.schema({"n_words": pa.int32(), "title": pa.string()}))
    <pyarrow.compute.Expression ((n_words > 3) and invert(is_null(title, {nan_is_null=false})))>
    """
    parser = _Parser(text, schema, _tokens(text))
    found = parser.disjunction(0)
    if parser.left:
        raise parser.error(f"{parser.left[0][1]!r} was not expected")
    return found


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ConditionError(
                f"in the condition {text!r}, {text[position:].strip()[:20]!r} cannot be read"
            )
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind), match.start(kind)))
        position = match.end()
    return found


@dataclass
class _Parser:
    text: str
    schema: pa.Schema
    left: list[tuple[str, str, int]] = field(default_factory=list)

    def error(self, why: str) -> ConditionError:
        at = f" at character {self.left[0][2] + 1}" if self.left else " at its end"
        return ConditionError(f"the condition {self.text!r} cannot be read{at}: {why}")

    def next_is(self, *words: str) -> bool:
        here = [token[1].lower() for token in self.left[: len(words)] if token[0] != "text"]
        if here == list(words):
            del self.left[: len(words)]
            return True
        return False

    def disjunction(self, depth: int) -> pc.Expression:
        if depth > _DEPTH:
            raise self.error("too many brackets")
        found = self.conjunction(depth)
        while self.next_is("or"):
            found = found | self.conjunction(depth)
        return found

    def conjunction(self, depth: int) -> pc.Expression:
        found = self.negation(depth)
        while self.next_is("and"):
            found = found & self.negation(depth)
        return found

    def negation(self, depth: int) -> pc.Expression:
        negated = False
        while self.next_is("not"):
            negated = not negated
        if self.next_is("("):
            found = self.disjunction(depth + 1)
            if not self.next_is(")"):
                raise self.error("a bracket is not closed")
        else:
            found = self.comparison()
        return ~found if negated else found

    def comparison(self) -> pc.Expression:
        column = self.column()
        here = pc.field(column.name)
        if self.next_is("is", "not", "null"):
            return ~here.is_null()
        if self.next_is("is", "null"):
            return here.is_null()
        if pa.types.is_nested(column.type):
            raise self.error(
                f"{column.name!r} is a list; only `is null` and `is not null` work with lists"
            )
        if self.next_is("not", "in"):
            return ~here.isin(self.values(column)) & here.is_valid()
        if self.next_is("in"):
            return here.isin(self.values(column))
        if self.next_is("like"):
            return pc.match_like(here, str(self.value(column).as_py()))
        if self.left and self.left[0][1] in _COMPARE:
            compared = _COMPARE[self.left.pop(0)[1]]
            return compared(here, pc.scalar(self.value(column)))
        raise self.error("a comparison (=, !=, <, <=, >, >=, in, like, is null) is missing")

    def column(self) -> pa.Field:
        if not self.left:
            raise self.error("a column is missing")
        kind, name, _ = self.left[0]
        if kind != "word" or name not in self.schema.names:
            near = difflib.get_close_matches(name, self.schema.names, n=1)
            raise self.error(
                f"there is no column {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
            )
        del self.left[0]
        return self.schema.field(name)

    def values(self, column: pa.Field) -> pa.Array:
        found: list[pa.Scalar] = []
        if not self.next_is("("):
            raise self.error("a list in brackets is missing, such as ('en', 'de')")
        while not found or self.next_is(","):
            found.append(self.value(column))
        if not self.next_is(")"):
            raise self.error("a bracket is not closed")
        return pa.array([item.as_py() for item in found], column.type)

    def value(self, column: pa.Field) -> pa.Scalar:
        if not self.left or self.left[0][0] == "operator":
            raise self.error(f"a value to compare {column.name!r} with is missing")
        kind, token, _ = self.left[0]
        text = token[1:-1].replace(token[0] * 2, token[0]) if kind == "text" else token
        if (
            kind == "word"
            and pa.types.is_large_string(column.type) | pa.types.is_string(column.type)
            and text in self.schema.names
        ):
            raise self.error(
                f"{text!r} is not in quotes; add them, because two columns cannot be compared"
            )
        try:
            value = _scalar(text, column.type)
        except (pa.ArrowInvalid, ValueError) as error:
            raise self.error(
                f"{column.name!r} has type {column.type}, and {text!r} is not such a value"
            ) from error
        del self.left[0]
        return value


def _scalar(text: str, type_: pa.DataType) -> pa.Scalar:
    if pa.types.is_timestamp(type_):
        moment = text.replace(" ", "T").removesuffix("Z")
        return pc.strptime(
            pa.scalar(moment if "T" in moment else f"{moment}T00:00:00"), "%Y-%m-%dT%H:%M:%S", "us"
        ).cast(type_)
    return pa.scalar(text).cast(type_)


def columns_of(wanted: Sequence[str], schema: pa.Schema) -> list[str]:
    """Return the names after checking that the schema has them.

    Raises ConditionError, with the most similar name, for an unknown column.
    """
    for name in wanted:
        if name not in schema.names:
            near = difflib.get_close_matches(name, schema.names, n=1)
            raise ConditionError(
                f"there is no column {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
            )
    return list(wanted)
