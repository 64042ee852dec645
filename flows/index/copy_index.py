"""The near-duplicate index of a snapshot: look-ups, additions, deletions, all without changing a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index import index_files, posting_search
from copydesk.flows.index.blockwise_arrays import Blocks, Chained, Merged
from copydesk.flows.index.index_files import IndexFile, IndexRefused
from copydesk.transforms.dedup import candidates, verification
from copydesk.transforms.dedup import sketches as sketching
from copydesk.transforms.dedup.candidates import UNDATED
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.dedup.sketches import Sketches

DAY_US = 86_400_000_000
UNDATED_DAY = 1 << 30
# A run is merged into the one before it unless that is three times its size: so there are at most
# log4(documents / batch) runs, 6 at 5 million documents in days of 5,000, and each entry is rewritten as often.
MERGE_BELOW = 3
MOST_ENTRIES = 1 << 26  # 512 MB, 2 million documents: larger runs are left as they are
MOST_DOCS = (
    50_000  # signatures are not rewritten beyond 27 MB: they are looked up by number, not searched
)
_ASKED = 2_500  # rows looked up at once: popular passages meet thousands of documents a row
_AGREEING = 16_384  # pairs whose signatures are compared at once: 16 MB


@dataclass(frozen=True, slots=True)
class Written:
    """What a change of the index leaves to the publisher: new files to move in, names of the whole index."""

    new: tuple[Path, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Indexed documents worth comparing with new rows."""

    rows: NDArray[np.int64]
    numbers: NDArray[np.int64]
    estimated: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Part:
    """Documents first..last of a run file."""

    run: IndexFile
    first: int
    last: int


class Index:
    """Opened from the paths a snapshot names; IndexRefused if they do not fit the options."""

    def __init__(self, paths: Iterable[Path], options: Options) -> None:
        self.options = options
        opened = [index_files.read(path) for path in paths]
        for file in opened:
            index_files.check(file, options)
        self.docs = sorted(
            (f for f in opened if f.header["kind"] == "docs"), key=lambda f: f.header["first"]
        )
        self.runs = sorted(
            (f for f in opened if f.header["kind"] == "keys"), key=lambda f: f.header["first"]
        )
        self._sections = {f.name: _sections_of(f) for f in self.runs}
        self._parts = [
            _Part(f, f.header["first"], f.header["first"] + f.header["count"] - 1)
            for f in self.runs
        ]
        self._firsts = np.array([f.header["first"] for f in self.docs], np.int64)
        self.n_documents = 0
        for file in self.docs:
            if file.header["first"] != self.n_documents:
                raise IndexRefused(
                    f"index lacks documents {self.n_documents} to {file.header['first']}; {index_files.REBUILD}"
                )
            self.n_documents += file.header["count"]
        covered = sum(f.header["count"] for f in self.runs)
        if covered != self.n_documents:
            raise IndexRefused(
                f"index has keys of {covered} of {self.n_documents} documents; {index_files.REBUILD}"
            )

    @classmethod
    def load(cls, named: Mapping[str, Path], options: Options) -> Index | None:
        """The index among the files a snapshot names, None where it names none of an index."""
        paths = [path for name, path in named.items() if name.endswith(index_files.SUFFIX)]
        return cls(paths, options) if paths else None

    @property
    def extents(self) -> tuple[tuple[int, int], ...]:
        """First and last document of each run."""
        return tuple((part.first, part.last) for part in self._parts)

    def as_of(self, extents: Sequence[tuple[int, int]]) -> Index:
        """The index as it stood when its runs had those extents, from its files of today.

        Runs only ever merge with their neighbours, so what was a run lies within one of today's.
        """
        then = copy(self)
        then._parts = []
        for first, last in extents:
            run = next(
                f
                for f in self.runs
                if f.header["first"] <= first < f.header["first"] + f.header["count"]
            )
            then._parts.append(_Part(run, first, last))
        then.n_documents = extents[-1][1] + 1 if extents else 0
        return then

    @property
    def names(self) -> tuple[str, ...]:
        """File names of the whole index."""
        return tuple(sorted(f.name for f in (*self.docs, *self.runs)))

    def column(self, name: str, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """A column (doc_id, time, n_words, sequence, signature) of the given documents."""
        file_of = np.searchsorted(self._firsts, numbers, side="right") - 1
        if not len(numbers):
            return np.empty(0, np.dtype("S32")) if name == "doc_id" else np.empty(0, np.int64)
        if not self.docs or numbers.max() >= self._firsts[-1] + self.docs[-1].header["count"]:
            raise IndexRefused(
                f"index has keys of documents that it does not hold; {index_files.REBUILD}"
            )
        parts: list[Any] = [None] * len(self.docs)
        out: NDArray[Any] | None = None
        for at in np.unique(file_of):
            values = self.docs[at].array(name)
            parts[at] = values
            if out is None:
                out = np.empty((len(numbers), *values.shape[1:]), values.dtype)
            chosen = file_of == at
            out[chosen] = values[numbers[chosen] - self._firsts[at]]
        assert out is not None
        return out

    def doc_ids(self, numbers: NDArray[np.int64]) -> list[str]:
        """Ids of the given documents."""
        return [raw.tobytes().hex() for raw in self.column("doc_id", numbers)]

    def find(
        self,
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        far: NDArray[np.uint64] | None = None,
    ) -> Found:
        """Indexed documents that may be copies of the given rows.

        `far` are the `far_hits` of the rows' far queries, where they have been looked up elsewhere.
        """
        pieces = (
            [rows]
            if far is not None
            else [rows[first : first + _ASKED] for first in range(0, len(rows) or 1, _ASKED)]
        )
        found = [self._find(sketches, times, rows, piece, far) for piece in pieces]
        return Found(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def _find(
        self,
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        piece: NDArray[np.int64],
        far: NDArray[np.uint64] | None,
    ) -> tuple[NDArray[Any], ...]:
        """Of some of the rows: row, number and estimate of each document found, in that order."""
        near = self._near(sketches, times, rows, piece)
        if far is None:
            far = self.far_hits(
                posting_search.queries(sketches.keys, sketches.n_keys, piece, candidates.SMALLEST)
            )
        distant = self._far(sketches, times, rows, far)
        found = [np.concatenate(part) for part in zip(near, distant, strict=True)]
        # Of a document with very many, those most alike; of equals the ones indexed first.
        order = np.lexsort((found[1], -found[2], found[0]))
        rows_found = found[0][order]
        place = np.arange(len(order)) - np.searchsorted(rows_found, rows_found)
        order = order[place < candidates.MOST_CANDIDATES]
        order = order[np.lexsort((found[1][order], found[0][order]))]
        return found[0][order], found[1][order], found[2][order]

    def _near(
        self,
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        piece: NDArray[np.int64],
    ) -> tuple[NDArray[Any], ...]:
        packed = []
        for day, asking in self._asking_by_day(times, piece).items():
            asked = posting_search.queries(
                sketches.keys, sketches.n_keys, asking, sketching.KEYS_MOST
            )
            for part in self._parts:
                section = self._sections[part.run.name].get(day)
                if section is not None:
                    packed.append(
                        posting_search.hits(
                            section,
                            asked,
                            *posting_search.ranges(section, asked, part.first, part.last),
                        )
                    )
        row, number, shared = posting_search.count(
            np.concatenate(packed) if packed else np.empty(0, np.uint64)
        )
        fewest = sketches.n_keys[row]
        chosen = shared >= np.minimum(candidates.NEAR_SHARED, np.maximum(1, fewest // 4))
        row, number = row[chosen], number[chosen]
        their_times = self.column("time", number)
        apart = np.searchsorted(rows, row) + self.n_documents - number
        inside = verification.is_inside(times[row], their_times, apart, self.options)
        return self._agreeing(sketches, row[inside], number[inside], candidates.NEAR_AGREE)

    def far_hits(self, asked: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Pairs (asking row, document) that share one of the asked keys, packed, once for each key."""
        packed = []
        for part in self._parts:
            section = part.run.array("far")
            packed.append(
                posting_search.hits(
                    section, asked, *posting_search.ranges(section, asked, part.first, part.last)
                )
            )
        return np.concatenate(packed) if packed else np.empty(0, np.uint64)

    def _far(
        self,
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        packed: NDArray[np.uint64],
    ) -> tuple[NDArray[Any], ...]:
        row, number, shared = posting_search.count(packed)
        fewest = np.minimum(sketches.n_keys[row], candidates.SMALLEST)
        chosen = shared >= np.minimum(candidates.FAR_SHARED, np.maximum(1, fewest // 2))
        row, number = row[chosen], number[chosen]
        their_times = self.column("time", number)
        apart = np.searchsorted(rows, row) + self.n_documents - number
        outside = ~verification.is_inside(times[row], their_times, apart, self.options)
        return self._agreeing(sketches, row[outside], number[outside], candidates.FAR_AGREE)

    def _agreeing(
        self, sketches: Sketches, row: NDArray[np.int64], number: NDArray[np.int64], least: float
    ) -> tuple[NDArray[Any], ...]:
        estimated = np.empty(len(row), np.float32)
        for first in range(0, len(row), _AGREEING):
            part = slice(first, first + _AGREEING)
            theirs = self.column("signature", number[part])
            same = (
                (sketches.signatures[row[part]] == theirs).sum(axis=1)
                if len(theirs)
                else np.empty(0)
            )
            estimated[part] = (same / np.float32(self.options.num_perm)).astype(np.float32)
        chosen = (estimated >= least) & verification.promising(
            estimated, sketches.n_words[row], self.column("n_words", number), self.options
        )
        return row[chosen], number[chosen], estimated[chosen]

    def _asking_by_day(
        self, times: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> dict[int, NDArray[np.int64]]:
        """For every indexed day the rows whose window reaches into it."""
        days = {day for sections in self._sections.values() for day in sections}
        dated = rows[times[rows] != UNDATED]
        undated = rows[times[rows] == UNDATED]
        first_day = (times[dated] - self.options.window_us) // DAY_US
        last_day = (times[dated] + self.options.window_us) // DAY_US
        low, high = int(first_day.min(initial=1 << 40)), int(last_day.max(initial=-(1 << 40)))
        recent_days: set[int] = set()
        if len(undated) and self.n_documents:
            last = np.arange(
                max(0, self.n_documents - self.options.undated_window), self.n_documents
            )
            recent_days = set(np.unique(days_of(self.column("time", last))).tolist())
        asking = {}
        for day in sorted(days):
            if day == UNDATED_DAY:
                chosen = rows
            elif low <= day <= high:
                chosen = dated[(first_day <= day) & (day <= last_day)]
                chosen = np.concatenate([chosen, undated]) if day in recent_days else chosen
            elif day in recent_days:
                chosen = undated
            else:
                continue
            if len(chosen):
                asking[day] = chosen
        return asking

    def add(
        self,
        doc_ids: Sequence[str],
        sketches: Sketches,
        times: NDArray[np.int64],
        rows: NDArray[np.int64],
        folder: Path,
    ) -> Written:
        """The index with the given rows, in their order, as new files in `folder`."""
        if not len(rows):
            return Written((), self.names)
        new: dict[str, IndexFile] = {}
        raw = np.frombuffer(bytes.fromhex("".join(doc_ids)), np.uint8).reshape(-1, 16)
        arrays: dict[str, NDArray[Any]] = {
            "doc_id": raw,
            "time": times[rows],
            "n_words": sketches.n_words[rows],
            "sequence": sketches.sequence[rows],
            "signature": sketches.signatures[rows],
        }
        docs, counts = [*self.docs], {"first": self.n_documents, "count": len(rows)}
        while (
            docs
            and docs[-1].header["count"] < MERGE_BELOW * counts["count"]
            and docs[-1].header["count"] + counts["count"] <= MOST_DOCS
        ):
            before = docs.pop()
            arrays = {
                name: np.concatenate([before.array(name), values])
                for name, values in arrays.items()
            }
            counts = {
                "first": before.header["first"],
                "count": before.header["count"] + counts["count"],
            }
        docs.append(self._write(folder, "docs", counts, arrays, new))
        numbers = np.arange(self.n_documents, self.n_documents + len(rows), dtype=np.int64)
        near = [_sections(sketches, times, rows, numbers)]
        far = [
            candidates.entries(
                sketches.keys[rows], sketches.n_keys[rows], numbers, candidates.SMALLEST
            )
        ]
        runs, counts = [*self.runs], {"first": self.n_documents, "count": len(rows)}
        while runs and runs[-1].header["count"] < MERGE_BELOW * counts["count"]:
            before = runs[-1]
            size = (
                sum(len(s) for part in near for s in part.values())
                + before.header["arrays"]["near"]["shape"][0]
            )
            if size > MOST_ENTRIES:
                break
            runs.pop()
            near.append(_sections_of(before))
            far.append(before.array("far"))
            counts = {
                "first": before.header["first"],
                "count": before.header["count"] + counts["count"],
            }
        days = sorted({day for part in near for day in part})
        by_day: dict[int, Blocks] = {
            day: Merged([part[day] for part in near if day in part]) for day in days
        }
        runs.append(self._write_run(folder, counts, by_day, Merged(far), new))
        return Written(
            tuple(f.path for f in new.values()), tuple(sorted(f.name for f in (*docs, *runs)))
        )

    def without(self, doc_ids: Collection[str], folder: Path) -> Written:
        """The index without the given documents: files that held them are rewritten, numbers stay."""
        gone = {bytes.fromhex(doc_id) for doc_id in doc_ids}
        new: dict[str, IndexFile] = {}
        numbers, docs = [], []
        for file in self.docs:
            ids = np.ascontiguousarray(file.array("doc_id")).view("V16").ravel()
            where = (
                np.flatnonzero(np.isin(ids, np.array(sorted(gone), "V16")))
                if gone
                else np.empty(0, np.int64)
            )
            if not len(where):
                docs.append(file)
                continue
            numbers.append(where + file.header["first"])
            arrays = {name: np.array(file.array(name)) for name in file.header["arrays"]}
            for values in arrays.values():
                values[where] = 0
            docs.append(self._write(folder, "docs", _counts(file), arrays, new))
        if not numbers:
            return Written((), self.names)
        erased = np.concatenate(numbers).astype(np.uint64)
        runs = []
        for run in self.runs:
            near: dict[int, Blocks] = {
                day: _less(s, erased) for day, s in _sections_of(run).items()
            }
            far = _less(run.array("far"), erased)
            before = run.header["arrays"]
            if (
                len(far) == before["far"]["shape"][0]
                and sum(map(len, near.values())) == before["near"]["shape"][0]
            ):
                runs.append(run)
            else:
                runs.append(self._write_run(folder, _counts(run), near, far, new))
        return Written(
            tuple(f.path for f in new.values()), tuple(sorted(f.name for f in (*docs, *runs)))
        )

    def _write_run(
        self,
        folder: Path,
        counts: dict[str, int],
        near: Mapping[int, Blocks],
        far: Blocks,
        new: dict[str, IndexFile],
    ) -> IndexFile:
        days = [day for day in sorted(near) if len(near[day])]
        sizes = np.array([(day, len(near[day])) for day in days], np.int64).reshape(-1, 2)
        return self._write(
            folder,
            "keys",
            counts,
            {"days": sizes, "near": Chained([near[day] for day in days]), "far": far},
            new,
        )

    def _write(
        self,
        folder: Path,
        kind: str,
        header: dict[str, Any],
        arrays: Mapping[str, Blocks],
        new: dict[str, IndexFile],
    ) -> IndexFile:
        file = index_files.write(folder, kind, index_files.made_as(self.options) | header, arrays)
        new[file.name] = file
        return file


def days_of(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days since 1970, UNDATED_DAY for none."""
    return np.where(times == UNDATED, UNDATED_DAY, times // DAY_US)


def _counts(file: IndexFile) -> dict[str, int]:
    return {"first": file.header["first"], "count": file.header["count"]}


def _less(values: NDArray[np.uint64], erased: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return np.asarray(
        values[~np.isin(values & np.uint64((1 << candidates.DOCUMENT_BITS) - 1), erased)]
    )


def _sections(
    sketches: Sketches,
    times: NDArray[np.int64],
    rows: NDArray[np.int64],
    numbers: NDArray[np.int64],
) -> dict[int, NDArray[np.uint64]]:
    days = days_of(times[rows])
    found = {}
    for day in np.unique(days):
        chosen = days == day
        found[int(day)] = candidates.entries(
            sketches.keys[rows[chosen]],
            sketches.n_keys[rows[chosen]],
            numbers[chosen],
            sketching.KEYS_MOST,
        )
    return found


def _sections_of(run: IndexFile) -> dict[int, NDArray[np.uint64]]:
    near, days = run.array("near"), np.array(run.array("days"))
    ends = np.cumsum(days[:, 1])
    return {int(day): near[end - n : end] for (day, n), end in zip(days, ends, strict=True)}
