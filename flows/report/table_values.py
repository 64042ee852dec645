"""Read columns of a snapshot's tables as Python values, and shorten texts for the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import pyarrow as pa


class Tables(Protocol):
    """The methods of a snapshot that a report needs."""

    def table(self, table: str, columns: Any = None, where: Any = None) -> pa.Table:
        """The rows of a table that meet a condition."""

    def batches(
        self, table: str, columns: Any = None, where: Any = None
    ) -> Iterator[pa.RecordBatch]:
        """The same rows, in pieces."""

    def documents(self, table: str, ids: Iterable[str], columns: Any = None) -> pa.Table:
        """The rows of some documents."""


def value_counts(values: pa.ChunkedArray) -> dict[Any, int]:
    """How often each value occurs."""
    counts = values.value_counts()
    return dict(
        zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    )


def column_rows(table: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns as tuples."""
    return zip(*(table[name].to_pylist() for name in columns), strict=True)


def beginning(text: str, length: int) -> str:
    """The first words of a text.

    >>> beginning("It rained in Oslo", 10)
    'It rained …'
    """
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def ending(text: str, length: int) -> str:
    """The last words of a text.

    >>> ending("It rained in Oslo", 10)
    '… in Oslo'
    """
    return text if len(text) <= length else "… " + text[-length:].split(" ", 1)[-1]
