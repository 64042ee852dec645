"""The rows of indexed documents, which are stored in several files of the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index.index_files import REBUILD, IndexFile, IndexRefused


class DocumentFiles:
    """Indexed documents by number. The files must contain all numbers from 0 on, without a gap.

    Raises IndexRefused if documents are missing.
    """

    def __init__(self, files: Sequence[IndexFile]) -> None:
        self._files = sorted(files, key=lambda file: file.first)
        self._firsts = np.array([file.first for file in self._files], np.int64)
        self.n_documents = 0
        for file in self._files:
            if file.first != self.n_documents:
                raise IndexRefused(
                    f"documents {self.n_documents} to {file.first} are missing in the index; {REBUILD}"
                )
            self.n_documents += file.count

    def column(self, name: str, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A column (doc_id, time, n_words, sequence, signature) of the documents with these numbers.

        Raises IndexRefused for a number that is not in the index.
        """
        if not len(numbers):
            return np.empty(0, np.dtype("S32")) if name == "doc_id" else np.empty(0, np.int64)
        if numbers.max() >= self.n_documents:
            raise IndexRefused(f"the index has keys of documents that are not in it; {REBUILD}")
        file_of = np.searchsorted(self._firsts, numbers, side="right") - 1
        stored = {int(at): self._files[at].array(name) for at in np.unique(file_of)}
        values = next(iter(stored.values()))
        out = np.empty((len(numbers), *values.shape[1:]), values.dtype)
        for at, values in stored.items():
            chosen = file_of == at
            out[chosen] = values[numbers[chosen] - self._firsts[at]]
        return out
