"""What the stories step keeps between runs.

Two files are in the index folder: `stories-epoch-...` with the word frequencies of the epoch, and
`stories-window-...` with the vectors of the documents that the next run will most likely compare.
Both are Arrow files. Either may be missing: older articles are read from the snapshot itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.flows.pipeline.stories.compared_pairs import ComparedPairs
from copydesk.flows.pipeline.stories.state_checks import is_epoch, is_window
from copydesk.flows.support import atomic_write
from copydesk.flows.support.file_pieces import read_pieces
from copydesk.transforms.stories import tfidf
from copydesk.transforms.stories.cosine import Edges
from copydesk.transforms.stories.term_counts import SPACE, count
from copydesk.transforms.stories.tfidf import Vectors

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

# The version of both files and of the feature space: raise it when either changes.
FORMAT = "2"
PREFIX = "stories-"
_EPOCH, _WINDOW = f"{PREFIX}epoch-", f"{PREFIX}window-"
_SUFFIX = ".arrow"
_NO_VECTORS = Vectors(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint16))


@dataclass(frozen=True, slots=True)
class Epoch:
    """Word frequencies, the number of articles from which they were counted, and their file."""

    weights: tfidf.Epoch
    n_articles: int
    name: str | None  # None until it is written


@dataclass(frozen=True, slots=True)
class State:
    """The content of the state files of a snapshot. The vectors belong to its epoch."""

    epoch: Epoch | None
    positions: Mapping[str, int]
    vectors: Vectors
    compared: ComparedPairs


@dataclass(frozen=True, slots=True)
class Written:
    """Staged files, and the names of all state files after the switch."""

    new: tuple[Path, ...]
    names: tuple[str, ...]


NOTHING = State(None, {}, _NO_VECTORS, ComparedPairs())


def load(parent: Snapshot | None) -> State:
    """Load the state of a snapshot. A file that is missing or has another format is ignored."""
    epoch, vectors, compared = None, _NO_VECTORS, ComparedPairs()
    for name, path in sorted((parent.index_files() if parent else {}).items()):
        if not name.startswith(PREFIX):
            continue
        table = _read(path)
        if table is None or not (is_epoch if name.startswith(_EPOCH) else is_window)(table):
            continue
        if name.startswith(_EPOCH):
            epoch = _epoch(table, name)
        else:
            vectors, compared = _vectors(table), _compared(table)
    return State(epoch, compared.positions, vectors, compared)


class VectorSpill:
    """Vectors of the new articles of a run, in files of the staging folder.

    Memory holds the offset of each vector.
    """

    def __init__(self, staging: Path, epoch: Epoch, n: int) -> None:
        self.epoch = epoch
        self._starts = np.zeros(n, np.int64)
        self._lengths = np.zeros(n, np.int32)
        self._end = 0
        self._files = {
            name: (staging / f"new-{name}.bin").open("w+b") for name in ("slots", "weights")
        }

    def __enter__(self) -> VectorSpill:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()
            Path(file.name).unlink()

    def add(self, rows: NDArray[np.int64], vectors: Vectors) -> None:
        """Append the vectors of these articles."""
        self._starts[rows] = self._end + vectors.starts[:-1]
        self._lengths[rows] = np.diff(vectors.starts)
        self._end += int(vectors.starts[-1])
        self._files["slots"].write(vectors.slots.tobytes())
        self._files["weights"].write(vectors.weights.tobytes())

    def put(self, rows: NDArray[np.int64], where: NDArray[np.int64], into: Vectors) -> None:
        """Read the vectors of articles into the positions `where`."""
        if not len(into.slots) or not len(rows):
            return
        for name, values in (("slots", into.slots), ("weights", into.weights)):
            file, width = self._files[name], values.itemsize
            file.flush()
            read_pieces(
                file.fileno(),
                self._starts[rows] * width,
                self.lengths(rows) * width,
                values,
                into.starts[where] * width,
            )

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of features of the vectors of these articles."""
        return self._lengths[rows].astype(np.int64)


def vectors_of(
    ids: Sequence[str],
    rows: NDArray[np.int64],
    spill: VectorSpill,
    state: State,
    parent: Snapshot | None,
) -> Vectors:
    """Return the vectors of documents, in the order of `ids`.

    `rows` has the number of each new article. A row of -1 is a published article, whose vector comes
    from the state or is computed again from its text.
    """
    stored = np.array(
        [
            -1 if row >= 0 else state.positions.get(doc, -1)
            for doc, row in zip(ids, rows.tolist(), strict=True)
        ],
        np.int64,
    )
    missing = np.flatnonzero((rows < 0) & (stored < 0)).tolist()
    read = _read_again([ids[position] for position in missing], spill.epoch, parent)
    lengths = np.zeros(len(ids), np.int64)
    is_new, is_stored = np.flatnonzero(rows >= 0), np.flatnonzero(stored >= 0)
    lengths[is_new] = spill.lengths(rows[is_new])
    lengths[is_stored] = np.diff(state.vectors.starts)[stored[is_stored]]
    lengths[missing] = np.diff(read.starts)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    found = Vectors(starts, np.empty(starts[-1], np.int32), np.empty(starts[-1], np.uint16))
    spill.put(rows[is_new], is_new, found)
    for positions, vectors in (
        (is_stored, state.vectors.take(stored[is_stored])),
        (np.array(missing, np.int64), read),
    ):
        at = np.repeat(
            starts[positions] - vectors.starts[:-1], np.diff(vectors.starts)
        ) + np.arange(vectors.starts[-1])
        found.slots[at], found.weights[at] = vectors.slots, vectors.weights
    return found


def _read_again(ids: Sequence[str], epoch: Epoch, parent: Snapshot | None) -> Vectors:
    """Compute the vectors of published articles again, in the order of their ids."""
    if not ids or parent is None:
        return Vectors(np.zeros(len(ids) + 1, np.int64), _NO_VECTORS.slots, _NO_VECTORS.weights)
    positions: dict[str, int] = {}
    parts = []
    for first in range(0, len(ids), 2_000):
        rows = parent.documents("articles", ids[first : first + 2_000], ["doc_id", "title", "text"])
        positions |= {
            doc: len(positions) + position
            for position, doc in enumerate(rows["doc_id"].to_pylist())
        }
        parts.append(
            tfidf.vectors(count(rows["text"].to_pylist(), rows["title"].to_pylist()), epoch.weights)
        )
    return tfidf.concatenate(parts).take(np.array([positions[doc] for doc in ids], np.int64))


def write(
    spill: VectorSpill,
    state: State,
    compared: ComparedPairs,
    latest: Mapping[str, int],
    parent: Snapshot | None,
    staging: Path,
) -> Written:
    """Stage the state files of the next snapshot.

    They contain the epoch, if it is new, and the vectors and pairs of the latest articles. `latest`
    maps the ids of these articles to their numbers in the run, or to -1 if they are published.
    """
    new = []
    epoch_name = spill.epoch.name
    if epoch_name is None:
        new.append(_write(_epoch_table(spill.epoch), _EPOCH, staging))
        epoch_name = new[-1].name
    kept = compared.only(list(latest))
    if not kept.ids:
        return Written(tuple(new), (epoch_name,))
    numbers = np.array([latest[doc] for doc in kept.ids], np.int64)
    new.append(
        _write(
            _window_table(kept, vectors_of(kept.ids, numbers, spill, state, parent)),
            _WINDOW,
            staging,
        )
    )
    return Written(tuple(new), (epoch_name, new[-1].name))


def _epoch_table(epoch: Epoch) -> pa.Table:
    slots = np.flatnonzero(epoch.weights.frequencies)
    table = pa.table(
        {
            "step": pa.array(np.diff(slots, prepend=0).astype(np.int32)),
            "frequency": pa.array(epoch.weights.frequencies[slots]),
        }
    )
    facts = {
        "number": epoch.weights.number,
        "n_documents": epoch.weights.n_documents,
        "n_articles": epoch.n_articles,
    }
    return table.replace_schema_metadata(
        {"format": FORMAT, **{name: str(value) for name, value in facts.items()}}
    )


def _epoch(table: pa.Table, name: str) -> Epoch:
    facts = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    frequencies = np.zeros(SPACE, np.uint32)
    frequencies[np.cumsum(table["step"].to_numpy(), dtype=np.int64)] = table["frequency"].to_numpy()
    return Epoch(
        tfidf.Epoch(int(facts["number"]), int(facts["n_documents"]), frequencies),
        int(facts["n_articles"]),
        name,
    )


def _window_table(compared: ComparedPairs, vectors: Vectors) -> pa.Table:
    order = np.argsort(compared.edges.later, kind="stable")
    ends = np.searchsorted(compared.edges.later[order], np.arange(len(compared.ids) + 1))
    of_vector, of_edges = pa.array(vectors.starts.astype(np.int32)), pa.array(ends.astype(np.int32))
    table = pa.table(
        {
            "doc_id": pa.array(compared.ids, pa.string()),
            "slots": pa.ListArray.from_arrays(of_vector, pa.array(vectors.slots)),
            "weights": pa.ListArray.from_arrays(of_vector, pa.array(vectors.weights)),
            "twin": pa.array(compared.originals),
            "near": pa.ListArray.from_arrays(of_edges, pa.array(compared.edges.earlier[order])),
            "similarity": pa.ListArray.from_arrays(
                of_edges, pa.array(compared.edges.similarity[order])
            ),
        }
    )
    return table.replace_schema_metadata({"format": FORMAT})


def _compared(table: pa.Table) -> ComparedPairs:
    compared, similarity = table["near"].combine_chunks(), table["similarity"].combine_chunks()
    later = np.repeat(
        np.arange(table.num_rows, dtype=np.int32), np.diff(compared.offsets.to_numpy())
    )
    edges = Edges(compared.values.to_numpy(), later, similarity.values.to_numpy())
    return ComparedPairs(
        table["doc_id"].to_pylist(), edges, table["twin"].combine_chunks().to_numpy()
    )


def _vectors(table: pa.Table) -> Vectors:
    slots, weights = table["slots"].combine_chunks(), table["weights"].combine_chunks()
    return Vectors(
        slots.offsets.to_numpy().astype(np.int64),
        slots.values.to_numpy(),
        weights.values.to_numpy(),
    )


def _write(table: pa.Table, prefix: str, staging: Path) -> Path:
    """Write an Arrow file that is named by its content."""
    draft = atomic_write.temporary_path(staging / prefix)
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    # Written to the file at once, since the vectors of 20,000 documents are 30 MB.
    with (
        pa.OSFile(str(draft), "wb") as sink,
        pa.ipc.new_file(sink, table.schema, options=options) as writer,
    ):
        writer.write_table(table)
    return draft.rename(staging / f"{prefix}{atomic_write.sha256(draft)[:16]}{_SUFFIX}")


def _read(path: Path) -> pa.Table | None:
    try:
        table = pa.ipc.open_file(path.read_bytes()).read_all().combine_chunks()
    except (OSError, pa.ArrowException):  # The file is lost or damaged, so it is computed again.
        return None
    return table if (table.schema.metadata or {}).get(b"format") == FORMAT.encode() else None
