"""Signed shards: texts and sketches of the placed articles, in flat files that any worker maps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.flows.engines.dask.transfer import Place
from copydesk.flows.index import index_files
from copydesk.flows.index.index_files import IndexFile, IndexRefused
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.sketches import Sketches

WORDS = ("n_words", "sequence")


def write(texts: pa.LargeStringArray, options: Options, folder: Path) -> IndexFile:
    """Sign the texts; the file is named by its content, so that it does not matter who writes it, or how often."""
    sketches = sketching.sketch(texts, options)
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    raw = (
        np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]
        if data is not None
        else np.empty(0, np.uint8)
    )
    arrays = {**arrays_of(sketches), "offsets": offsets - offsets[0], "text": raw}
    return index_files.write(folder, "signed", {"count": len(texts)}, arrays)


def arrays_of(sketches: Sketches) -> dict[str, NDArray[np.generic]]:
    """The columns of sketches, to be written."""
    return {
        "signature": sketches.signatures,
        "keys": sketches.keys,
        "n_keys": sketches.n_keys,
        "n_words": sketches.n_words,
        "sequence": sketches.sequence,
    }


def sketches_of(file: IndexFile) -> Sketches:
    """Sketches as `arrays_of` wrote them, mapped."""
    return Sketches(
        *(file.array(name) for name in ("signature", "keys", "n_keys", "n_words", "sequence"))
    )


@lru_cache(maxsize=4096)  # headers, 2 kB each
def opened(path: Path) -> IndexFile:
    """A file of flat arrays that a worker of this run wrote. Raises IndexRefused for one whose bytes would be taken for addresses in memory."""
    with path.open("rb") as file:
        header = json.loads(file.read(index_files.HEADER_BYTES))
    if any(np.dtype(entry["type"]).hasobject for entry in header["arrays"].values()):
        raise IndexRefused(f"the staged file {path} does not hold numbers")
    return IndexFile(path, header)


class SignedTexts:
    """The documents of signed shards, numbered through in the order of the shards."""

    def __init__(self, place: Place, names: Sequence[str], counts: Sequence[int]) -> None:
        self._place, self._names = place, list(names)
        self._starts = np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))]).astype(
            np.int64
        )

    def append(self, texts: pa.LargeStringArray) -> None:
        """Nothing to do: the signed shards hold the texts."""

    def close_writing(self) -> None:
        """Nothing to do."""

    def remove(self) -> None:
        """Delete the signed shards."""
        for name in self._names:
            self._place.path(name).unlink(missing_ok=True)

    def take(self, rows: NDArray[np.int64]) -> pa.LargeStringArray:
        """Texts of the given documents."""
        found: list[bytes] = [b""] * len(rows)
        for file, where, local in self._by_file(rows):
            text, offsets = file.array("text"), file.array("offsets")
            for at, row in zip(where.tolist(), local.tolist(), strict=True):
                found[at] = text[offsets[row] : offsets[row + 1]].tobytes()
        ends = np.concatenate([[0], np.cumsum([len(raw) for raw in found])]).astype(np.int64)
        return pa.LargeStringArray.from_buffers(
            len(rows), pa.py_buffer(ends), pa.py_buffer(b"".join(found))
        )

    def sketches(self, rows: NDArray[np.int64]) -> Sketches:
        """Sketches of the given documents."""
        if not len(rows):
            return sketching.joined([])
        parts, order = [], []
        for file, where, local in self._by_file(rows):
            parts.append(sketches_of(file).take(local))
            order.append(where)
        back = np.empty(len(rows), np.int64)
        back[np.concatenate(order)] = np.arange(len(rows))
        return sketching.joined(parts).take(back)

    def _by_file(
        self, rows: NDArray[np.int64]
    ) -> list[tuple[IndexFile, NDArray[np.int64], NDArray[np.int64]]]:
        """For each file asked: where its documents stand among the rows, and their places in the file, ascending."""
        order = np.argsort(rows, kind="stable")
        which = np.searchsorted(self._starts, rows[order], side="right") - 1
        asked = np.unique(which).tolist()
        found = []
        for at, path in zip(
            asked, self._place.all_fetched([self._names[at] for at in asked]), strict=True
        ):
            where = order[which == at]
            found.append((opened(path), where, rows[where] - self._starts[at]))
        return found
