"""Store texts that a run needs later on disk instead of in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.flows.support.file_pieces import read_pieces


class Texts(Protocol):
    """Texts that are stored in the order in which they were read."""

    def append(self, texts: pa.LargeStringArray) -> None:
        """Add the texts of the next rows."""

    def close_writing(self) -> None:
        """Finish writing. After that, `take` may be called."""

    def take(self, rows: NDArray[np.int64]) -> pa.LargeStringArray:
        """Texts of the given rows."""

    def remove(self) -> None:
        """Delete what was written."""


class SpilledTexts:
    """Stores texts in one file of a folder, and reads them back by row number."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "texts.spill"
        self._file = self.path.open("w+b")
        self._lengths: list[NDArray[np.int64]] = []
        self._offsets = np.zeros(1, np.int64)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def append(self, texts: pa.LargeStringArray) -> None:
        """Append the texts of the next rows."""
        _, offset_buffer, data = texts.buffers()
        offsets = np.frombuffer(offset_buffer, np.int64)[
            texts.offset : texts.offset + len(texts) + 1
        ]
        if data is not None:
            self._file.write(memoryview(data)[offsets[0] : offsets[-1]])
        self._lengths.append(np.diff(offsets))

    def close_writing(self) -> None:
        """End writing, so that all rows can be read."""
        self._file.flush()
        self._offsets = np.concatenate(
            [[0], np.cumsum(np.concatenate([[], *self._lengths]))]
        ).astype(np.int64)

    def take(self, rows: NDArray[np.int64]) -> pa.LargeStringArray:
        """Return the texts of the given rows."""
        lengths = self._offsets[rows + 1] - self._offsets[rows]
        ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        texts = np.empty(ends[-1], np.uint8)
        read_pieces(self._file.fileno(), self._offsets[rows], lengths, texts, ends[:-1])
        return pa.LargeStringArray.from_buffers(len(rows), pa.py_buffer(ends), pa.py_buffer(texts))

    def remove(self) -> None:
        """Delete the file."""
        self._file.close()
        self.path.unlink(missing_ok=True)
