"""Find rows by id, with eight bytes of memory for each row of a table."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ids: TypeAlias = pa.Array | pa.ChunkedArray

_NIBBLE = np.full(256, 255, np.uint8)
for _digit in range(16):
    _NIBBLE[ord("0123456789abcdef"[_digit])] = _digit


def keys_of(ids: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """64-bit keys of ids.

    The key of a doc_id is its first 16 hex digits. The key of any other id is a hash. Nulls are
    left out.

    >>> keys_of(pa.array(["00000000000000ff" + "0" * 16, None]))
    array([255], dtype=uint64)
    """
    flat = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    flat = flat.drop_null().cast(pa.large_string())
    if len(flat) == 0:
        return np.empty(0, np.uint64)
    offsets = np.frombuffer(flat.buffers()[1], np.int64)[flat.offset : flat.offset + len(flat) + 1]
    if np.all(np.diff(offsets) == 32):
        letters = np.frombuffer(flat.buffers()[2], np.uint8)[offsets[0] : offsets[-1]].reshape(
            -1, 32
        )
        nibbles = _NIBBLE[letters[:, :16]]
        if nibbles.max() < 16:
            bytes_ = (nibbles[:, 0::2] << 4) | nibbles[:, 1::2]
            return np.ascontiguousarray(bytes_).view(">u8").ravel().astype(np.uint64)
    return np.fromiter((_hashed(item) for item in flat.to_pylist()), np.uint64, len(flat))


def _hashed(identifier: str) -> int:
    if len(identifier) == 32 and all(letter in "0123456789abcdef" for letter in identifier):
        return int(identifier[:16], 16)
    return int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8).digest(), "big")


class Keyed:
    """Maps each id to its row number. Ids must be unique and not null.

    >>> Keyed(pa.array(["b", "a"])).row_numbers(pa.array(["a", "c", "b"])).tolist()
    [1, -1, 0]
    """

    def __init__(self, ids: Ids) -> None:
        self.ids: pa.Array = whole(ids)
        keys = keys_of(self.ids)
        # A table that is sorted by id is also sorted by key, so no order has to be stored.
        self._order: NDArray[np.int64] | None = (
            None if (keys[1:] > keys[:-1]).all() else np.argsort(keys, kind="stable")
        )
        self._keys: NDArray[np.uint64] = keys if self._order is None else keys[self._order]

    def row_numbers(self, ids: Ids) -> NDArray[np.int64]:
        """The row number of each id, or -1 for an unknown id. Ids must not be null."""
        wanted = whole(ids)
        found = np.full(len(wanted), -1, np.int64)
        if not len(wanted) or not len(self._keys):
            return found
        keys = keys_of(wanted)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        hit = np.flatnonzero(self._keys[at] == keys)
        if not len(hit):
            return found
        here = at[hit] if self._order is None else self._order[at[hit]]
        # Two ids may share a 64-bit key, so the ids themselves are compared.
        same = pc.equal(self.ids.take(pa.array(here)), wanted.take(pa.array(hit))).to_numpy(
            zero_copy_only=False
        )
        found[hit[same]] = here[same]
        for i in hit[~same]:
            found[i] = pc.index(self.ids, wanted[int(i)]).as_py()
        return found

    def holds(self, ids: Ids) -> NDArray[np.bool_]:
        """True for each id that has a row."""
        return self.row_numbers(ids) >= 0


class Table:
    """Looks up columns by `doc_id`."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table.combine_chunks()
        self._rows = Keyed(table["doc_id"])

    def holds(self, ids: Ids) -> NDArray[np.bool_]:
        """True for each id that has a row."""
        return self._rows.holds(ids)

    def columns(self, ids: Ids, names: tuple[str, ...]) -> dict[str, pa.Array]:
        """The columns for each id. They are null for an id without a row."""
        rows = self._rows.row_numbers(ids)
        taken = self._table.select(list(names)).take(pa.array(rows, mask=rows < 0))
        return {name: whole(taken[name]) for name in names}


def whole(column: Ids) -> pa.Array:
    """The column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
