"""How a column is declared: an Arrow field that carries a sentence for the person who queries it."""

from __future__ import annotations

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())
TEXT_BY_NAME = pa.map_(pa.string(), pa.string())


def column(name: str, type_: pa.DataType, meaning: str, *, required: bool = False) -> pa.Field:
    """An Arrow field whose metadata holds its meaning.

    >>> column("n_words", pa.int32(), "Words in `text`.").metadata
    {b'meaning': b'Words in `text`.'}
    """
    return pa.field(name, type_, nullable=not required, metadata={"meaning": meaning})
