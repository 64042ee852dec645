"""Texts of a run that are needed later, stored on disk instead of in memory."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        """End writing; all rows can be read now."""
        self._file.flush()
        self._offsets = np.concatenate(
            [[0], np.cumsum(np.concatenate([[], *self._lengths]))]
        ).astype(np.int64)

    def take(self, rows: NDArray[np.int64]) -> pa.LargeStringArray:
        """Return the texts of the given rows."""
        starts, sizes = self._offsets[rows], self._offsets[rows + 1] - self._offsets[rows]
        raw = b"".join(
            os.pread(self._file.fileno(), int(n), int(at))
            for at, n in zip(starts, sizes, strict=True)
        )
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return pa.LargeStringArray.from_buffers(len(rows), pa.py_buffer(offsets), pa.py_buffer(raw))

    def remove(self) -> None:
        """Delete the file."""
        self._file.close()
        self.path.unlink(missing_ok=True)
