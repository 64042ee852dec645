"""Keep the indexes consistent with the tables: delete documents, and find differences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.index import Index, IndexRefused, IndexUpdate
from copydesk.flows.index.index_files import SUFFIX
from copydesk.flows.warehouse import Snapshot
from copydesk.transforms.dedup.options import Options

if TYPE_CHECKING:
    from copydesk.flows.maintenance.forget import IndexWithout

_INDEXED = ("articles", "duplicates")
_WINDOW = "stories-window-"
# The id that replaces a forgotten document, so that the numbers of the others do not change.
_ERASED = "0" * 32


def removal_from_index(options: Options) -> IndexWithout:
    """Return the function with which `forget` deletes documents from the indexes of a snapshot."""

    def index_without(
        snapshot: Snapshot, ids: Collection[str], folder: Path
    ) -> tuple[Mapping[str, Path], Sequence[str]]:
        # The file of the stories' time window has a vector for each document, so it is deleted, and
        # the next run rebuilds it from `articles`. The word counts of an epoch are kept, because
        # they are sums over the corpus.
        others = {
            name: path
            for name, path in snapshot.index_files().items()
            if not name.startswith(_WINDOW)
        }
        mine = {name: others.pop(name) for name in [*others] if name.endswith(SUFFIX)}
        if not mine:
            return {}, list(others)
        written = Index(mine.values(), options).without(ids, folder)
        new = {path.name: path for path in written.new}
        unsigned = _unsigned_equals(
            snapshot, ids, Index([{**mine, **new}[name] for name in written.names], options)
        )
        if unsigned.num_rows:
            written = _with_signatures(
                unsigned, [{**mine, **new}[name] for name in written.names], options, folder
            )
            new |= {path.name: path for path in written.new}
        return {name: path for name, path in new.items() if name in written.names}, [
            *others,
            *(name for name in written.names if name in mine and name not in new),
        ]

    return index_without


def faults(snapshot: Snapshot, options: Options) -> Iterator[str]:
    """Yield the differences between the index of copies and the tables, one sentence each."""
    mine = [path for name, path in snapshot.index_files().items() if name.endswith(SUFFIX)]
    if not mine:
        return  # No document has a signature yet.
    try:
        index = Index(mine, options)
        signed = index.doc_ids(np.arange(index.n_documents))
    except (IndexRefused, OSError) as error:
        yield f"the index cannot be used: {error}"
        return
    rows = pa.concat_tables(
        [snapshot.table(table, ["doc_id", "content_sha256"]) for table in _INDEXED]
    )
    known = set(rows["doc_id"].to_pylist())
    strange = sorted(set(signed) - known - {_ERASED})
    if strange:
        yield f"the index has {len(strange)} documents that are in no table, such as {strange[0]}"
    is_signed = pc.is_in(rows["doc_id"], value_set=pa.array(sorted(set(signed)), pa.string()))
    texts = pc.unique(rows.filter(is_signed)["content_sha256"])
    # If several documents have the same text, only one of them has a signature.
    missing = rows.filter(pc.invert(pc.is_in(rows["content_sha256"], value_set=texts)))[
        "doc_id"
    ].to_pylist()
    if missing:
        yield f"{len(missing)} documents are not in the index, such as {min(missing)}; `copydesk index rebuild` rebuilds it"


def _unsigned_equals(snapshot: Snapshot, ids: Collection[str], index: Index) -> pa.Table:
    """One document for each text that lost its only document with a signature."""
    columns = ["doc_id", "content_sha256"]
    gone = pa.concat_tables([snapshot.documents(table, ids, columns) for table in _INDEXED])
    texts = pc.unique(gone["content_sha256"])
    equal = pa.concat_tables(
        [
            snapshot.table(table, columns, pc.field("content_sha256").isin(texts))
            for table in _INDEXED
        ]
    )
    remaining = [row for row in equal.sort_by("doc_id").to_pylist() if row["doc_id"] not in ids]
    signed = set(index.doc_ids(np.arange(index.n_documents))) if remaining else set()
    signed_texts = {row["content_sha256"] for row in remaining if row["doc_id"] in signed}
    unsigned = {
        row["content_sha256"]: row["doc_id"]
        for row in reversed(remaining)
        if row["content_sha256"] not in signed_texts
    }
    wanted = sorted(unsigned.values())
    return pa.concat_tables(
        [
            snapshot.documents(table, wanted, ["doc_id", "text", "published_at"])
            for table in _INDEXED
        ]
    )


def _with_signatures(
    unsigned: pa.Table, paths: Sequence[Path], options: Options, folder: Path
) -> IndexUpdate:
    """The index in these files, with the signatures of more documents added."""
    from copydesk.transforms.dedup import in_memory_search
    from copydesk.transforms.dedup.sketches import as_texts, sketch

    sketches = sketch(as_texts(unsigned["text"]), options)
    times = in_memory_search.as_times(unsigned["published_at"], unsigned.num_rows)
    return Index(paths, options).add(
        unsigned["doc_id"].to_pylist(), sketches, times, np.arange(unsigned.num_rows), folder
    )
