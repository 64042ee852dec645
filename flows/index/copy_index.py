"""The near-duplicate index of a snapshot: queries, additions and deletions.

The files of an index never change. Each change of the index writes new files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index import index_files
from copydesk.flows.index.blockwise_arrays import Blocks, Chained, Merged
from copydesk.flows.index.candidate_query import CandidateQuery, IndexedCandidates, NewDocuments
from copydesk.flows.index.day_sections import new_sections, stored_sections
from copydesk.flows.index.document_files import DocumentFiles
from copydesk.flows.index.index_files import IndexFile, IndexRefused
from copydesk.transforms.dedup import candidates
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.sketches import Sketches

# A new segment is merged with the one before it unless that one has at least three times as many
# documents. So there are at most log4(documents / batch) segments, 6 at 5 million documents in
# daily batches of 5,000, and each posting is rewritten as often.
MERGE_BELOW = 3
MOST_POSTINGS = 1 << 26  # 512 MB, 2 million documents: larger segments are not merged
# Files of signatures above 27 MB are not merged, because signatures are read by document number and
# not searched.
MOST_DOCUMENTS = 50_000


@dataclass(frozen=True, slots=True)
class IndexUpdate:
    """A changed index: paths of the new files, and the file names of the whole index."""

    new: tuple[Path, ...]
    names: tuple[str, ...]


class Index:
    """An index opened from its files. Raises IndexRefused if they do not fit the options."""

    def __init__(self, paths: Iterable[Path], options: Options) -> None:
        self.options = options
        opened = sorted(
            (index_files.read(path) for path in paths), key=lambda file: file.header["first"]
        )
        for file in opened:
            index_files.check(file, options)
        self.docs = [file for file in opened if file.header["kind"] == "docs"]
        self.segments = [file for file in opened if file.header["kind"] == "keys"]
        self._documents = DocumentFiles(self.docs)
        self.n_documents = self._documents.n_documents
        n_covered = sum(segment.count for segment in self.segments)
        if n_covered != self.n_documents:
            raise IndexRefused(
                f"the index has keys for only {n_covered} of {self.n_documents} documents; {index_files.REBUILD}"
            )
        self._query = CandidateQuery(self._documents, self.segments, options)

    @classmethod
    def load(cls, named: Mapping[str, Path], options: Options) -> Index | None:
        """The index among the files that a snapshot names, or None if it has no index."""
        paths = [path for name, path in named.items() if name.endswith(index_files.SUFFIX)]
        return cls(paths, options) if paths else None

    @property
    def names(self) -> tuple[str, ...]:
        """File names of the whole index."""
        return _names((*self.docs, *self.segments))

    def column(self, name: str, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A column (doc_id, time, n_words, sequence, signature) of the documents with these numbers."""
        return self._documents.column(name, numbers)

    def doc_ids(self, numbers: NDArray[np.int64]) -> list[str]:
        """Ids of the documents with these numbers."""
        return [raw.tobytes().hex() for raw in self.column("doc_id", numbers)]

    def find(
        self,
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        *,
        threads: int = 1,
    ) -> IndexedCandidates:
        """Indexed documents that may be copies of these rows. Times are microseconds since 1970."""
        return self._query.find(NewDocuments(sketches, times, rows), threads=threads)

    def add(
        self,
        doc_ids: Sequence[str],
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        folder: Path,
    ) -> IndexUpdate:
        """Return the index with these rows added, numbered in order, as new files in `folder`."""
        if not len(rows):
            return IndexUpdate((), self.names)
        raw = np.frombuffer(bytes.fromhex("".join(doc_ids)), np.uint8).reshape(-1, 16)
        columns: dict[str, NDArray[Any]] = {
            "doc_id": raw,
            "time": times[rows],
            "n_words": sketches.n_words[rows],
            "sequence": sketches.sequence[rows],
            "signature": sketches.signatures[rows],
        }
        docs, new_docs = self._with_documents(columns, folder)
        numbers = np.arange(self.n_documents, self.n_documents + len(rows), dtype=np.int64)
        out_of_window = candidates.sorted_postings(
            sketches.keys[rows], sketches.n_keys[rows], numbers, candidates.SMALLEST
        )
        segments, new_segment = self._with_postings(
            len(rows), new_sections(sketches, times, rows, numbers), out_of_window, folder
        )
        return IndexUpdate(
            (new_docs.path, new_segment.path), _names((*docs, new_docs, *segments, new_segment))
        )

    def _with_documents(
        self, columns: dict[str, NDArray[Any]], folder: Path
    ) -> tuple[list[IndexFile], IndexFile]:
        """Write the rows of new documents, merged with small files before them.

        Returns the old files that are still valid, and the new one.
        """
        docs = [*self.docs]
        first, count = self.n_documents, len(columns["time"])
        while (
            docs
            and docs[-1].count < MERGE_BELOW * count
            and docs[-1].count + count <= MOST_DOCUMENTS
        ):
            before = docs.pop()
            columns = {
                name: np.concatenate([before.array(name), values])
                for name, values in columns.items()
            }
            first, count = before.first, before.count + count
        return docs, self._write(folder, "docs", first, count, columns)

    def _with_postings(
        self,
        n_new: int,
        sections: dict[int, NDArray[np.uint64]],
        out_of_window: NDArray[np.uint64],
        folder: Path,
    ) -> tuple[list[IndexFile], IndexFile]:
        """Write the postings of new documents, merged with small segments before them.

        Returns the old segments that are still valid, and the new one.
        """
        segments = [*self.segments]
        first, count = self.n_documents, n_new
        merged, merged_out = [sections], [out_of_window]
        while segments and segments[-1].count < MERGE_BELOW * count:
            before = segments[-1]
            n_postings = sum(len(postings) for part in merged for postings in part.values())
            if n_postings + before.length("near") > MOST_POSTINGS:
                break
            segments.pop()
            merged.append(stored_sections(before))
            merged_out.append(before.array("far"))
            first, count = before.first, before.count + count
        days = sorted({day for part in merged for day in part})
        by_day: dict[int, Blocks] = {
            day: Merged([part[day] for part in merged if day in part]) for day in days
        }
        return segments, self._write_segment(folder, first, count, by_day, Merged(merged_out))

    def without(self, doc_ids: Collection[str], folder: Path) -> IndexUpdate:
        """Return the index without these documents, as new files in `folder`.

        The numbers of the other documents do not change.
        """
        if not doc_ids:
            return IndexUpdate((), self.names)
        docs, erased = self._erased_documents(doc_ids, folder)
        if not len(erased):
            return IndexUpdate((), self.names)
        segments = [self._erased_postings(segment, erased, folder) for segment in self.segments]
        files = (*docs, *segments)
        new = tuple(file.path for file in files if file.name not in self.names)
        return IndexUpdate(new, _names(files))

    def _erased_documents(
        self, doc_ids: Collection[str], folder: Path
    ) -> tuple[list[IndexFile], NDArray[np.uint64]]:
        """Return the files of documents with zeros in these rows, and the numbers of the documents.

        A file without such a document is returned as it is.
        """
        erased_ids = np.array(sorted({bytes.fromhex(doc_id) for doc_id in doc_ids}), "V16")
        docs: list[IndexFile] = []
        numbers = [np.empty(0, np.uint64)]
        for file in self.docs:
            ids = np.ascontiguousarray(file.array("doc_id")).view("V16").ravel()
            rows = np.flatnonzero(np.isin(ids, erased_ids))
            if not len(rows):
                docs.append(file)
                continue
            numbers.append((rows + file.first).astype(np.uint64))
            columns = {name: np.array(file.array(name)) for name in file.header["arrays"]}
            for values in columns.values():
                values[rows] = 0
            docs.append(self._write(folder, "docs", file.first, file.count, columns))
        return docs, np.concatenate(numbers)

    def _erased_postings(
        self, segment: IndexFile, erased: NDArray[np.uint64], folder: Path
    ) -> IndexFile:
        """Return the segment without the postings of these documents, or the same if it has none."""
        by_day: dict[int, Blocks] = {
            day: _without_numbers(postings, erased)
            for day, postings in stored_sections(segment).items()
        }
        out_of_window = _without_numbers(segment.array("far"), erased)
        n_left = sum(map(len, by_day.values()))
        if len(out_of_window) == segment.length("far") and n_left == segment.length("near"):
            return segment
        return self._write_segment(folder, segment.first, segment.count, by_day, out_of_window)

    def _write_segment(
        self,
        folder: Path,
        first: int,
        count: int,
        by_day: Mapping[int, Blocks],
        out_of_window: Blocks,
    ) -> IndexFile:
        """Write posting lists. In the file format, the arrays are named `near` and `far`."""
        days = [day for day in sorted(by_day) if len(by_day[day])]
        sizes = np.array([(day, len(by_day[day])) for day in days], np.int64).reshape(-1, 2)
        arrays: dict[str, Blocks] = {
            "days": sizes,
            "near": Chained([by_day[day] for day in days]),
            "far": out_of_window,
        }
        return self._write(folder, "keys", first, count, arrays)

    def _write(
        self, folder: Path, kind: str, first: int, count: int, arrays: Mapping[str, Blocks]
    ) -> IndexFile:
        header = index_files.made_as(self.options) | {"first": first, "count": count}
        return index_files.write(folder, kind, header, arrays)


def _names(files: Iterable[IndexFile]) -> tuple[str, ...]:
    return tuple(sorted(file.name for file in files))


def _without_numbers(
    postings: NDArray[np.uint64], erased: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    numbers = postings & np.uint64((1 << candidates.DOCUMENT_BITS) - 1)
    return np.asarray(postings[~np.isin(numbers, erased)])
