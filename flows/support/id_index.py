"""Rows found by their id, at eight bytes a row: for tables as long as the run, asked shard by shard."""

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
    """64-bit keys of ids: the first 16 hex digits (what is not a doc_id is hashed); nulls are left out.

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
    """The places of ids that stand once each, none null.

    >>> Keyed(pa.array(["b", "a"])).places(pa.array(["a", "c", "b"])).tolist()
    [1, -1, 0]
    """

    def __init__(self, ids: Ids) -> None:
        self.ids: pa.Array = whole(ids)
        keys = keys_of(self.ids)
        # Tables sorted by id are sorted by key, too: no order to keep then.
        self._order: NDArray[np.int64] | None = (
            None if (keys[1:] > keys[:-1]).all() else np.argsort(keys, kind="stable")
        )
        self._keys: NDArray[np.uint64] = keys if self._order is None else keys[self._order]

    def places(self, ids: Ids) -> NDArray[np.int64]:
        """The place of each id, none null; -1 where it does not stand."""
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
        # Keys are 64 bits of the id; the ids themselves have the last word.
        same = pc.equal(self.ids.take(pa.array(here)), wanted.take(pa.array(hit))).to_numpy(
            zero_copy_only=False
        )
        found[hit[same]] = here[same]
        for place in hit[~same]:
            other = pc.index(self.ids, wanted[int(place)]).as_py()
            found[place] = other
        return found

    def holds(self, ids: Ids) -> NDArray[np.bool_]:
        """Which of the ids stand."""
        return self.places(ids) >= 0


class Table:
    """Columns looked up by `doc_id`."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table.combine_chunks()
        self._rows = Keyed(table["doc_id"])

    def holds(self, ids: Ids) -> NDArray[np.bool_]:
        """Which of the ids have a row."""
        return self._rows.holds(ids)

    def columns(self, ids: Ids, names: tuple[str, ...]) -> dict[str, pa.Array]:
        """The columns for each id, null where it has no row."""
        places = self._rows.places(ids)
        taken = self._table.select(list(names)).take(pa.array(places, mask=places < 0))
        return {name: whole(taken[name]) for name in names}


def whole(column: Ids) -> pa.Array:
    """The column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
