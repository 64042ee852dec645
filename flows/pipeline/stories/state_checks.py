"""Check the content of a state file, since a warehouse may come from an untrusted source.

Compiled code uses the numbers of the file as array positions without checking bounds.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.transforms.stories.cosine import UNIT
from copydesk.transforms.stories.term_counts import SPACE

_INT32 = pa.list_(pa.int32())
EPOCH = pa.schema([("step", pa.int32()), ("frequency", pa.uint32())])
WINDOW = pa.schema(
    [
        ("doc_id", pa.string()),
        ("slots", _INT32),
        ("weights", pa.list_(pa.uint16())),
        ("twin", pa.int32()),
        ("near", _INT32),
        ("similarity", _INT32),
    ]
)
_FACTS = (b"number", b"n_documents", b"n_articles")


def is_epoch(table: pa.Table) -> bool:
    """Whether a table has the columns and types of an epoch, and slots in the feature space."""
    metadata = table.schema.metadata or {}
    if not _is_whole(table, EPOCH) or not all(metadata.get(name, b"").isdigit() for name in _FACTS):
        return False
    return _are_below(np.cumsum(table["step"].to_numpy(), dtype=np.int64), SPACE)


def is_window(table: pa.Table) -> bool:
    """Whether a table has the columns and types of a window, and its numbers are in range.

    Slots must be in the feature space. Neighbours and originals (the column `twin`) must be
    documents of the window.
    """
    if not _is_whole(table, WINDOW):
        return False
    columns = {name: table[name].combine_chunks() for name in WINDOW.names}
    for one, other in (("slots", "weights"), ("near", "similarity")):
        if (
            columns[one].value_lengths() != columns[other].value_lengths()
            or columns[one].offset
            or columns[other].offset
        ):
            return False
        if any(
            columns[name].offsets[0].as_py() or columns[name].flatten().null_count
            for name in (one, other)
        ):
            return False
    return (
        _are_below(columns["slots"].flatten().to_numpy(), SPACE)
        and _are_below(columns["near"].flatten().to_numpy(), table.num_rows)
        and _are_below(columns["twin"].to_numpy(), table.num_rows)
        and _are_below(columns["similarity"].flatten().to_numpy(), 2 * UNIT)
        and len(set(columns["doc_id"].to_pylist())) == table.num_rows
    )


def _is_whole(table: pa.Table, schema: pa.Schema) -> bool:
    if table.schema.names != schema.names or table.schema.types != schema.types:
        return False
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return all(column.null_count == 0 for column in table.columns)


def _are_below(numbers: NDArray[np.int64] | NDArray[np.int32], end: int) -> bool:
    return not len(numbers) or bool(numbers.min() >= 0 and numbers.max() < end)
