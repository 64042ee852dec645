"""The new articles that the stories step groups: facts in memory, texts and word counts on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline.staging.shard_files import ROW, StagedRows
from copydesk.flows.pipeline.stories import shard_counts
from copydesk.flows.support import arrow_file
from copydesk.flows.support.id_index import Keyed, whole
from copydesk.flows.support.in_threads import in_threads
from copydesk.schemas.column import TIMESTAMP
from copydesk.transforms.stories.stories_in_memory import microseconds
from copydesk.transforms.stories.term_counts import Counts, count

_AT_ONCE = 2_000  # texts: 6 MB
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class New:
    """The new articles, numbered in canonical order.

    Dated articles come first, by time and id. Undated ones follow, by id.
    """

    ids: Keyed
    published: NDArray[np.int64]
    """Publication times in microseconds since 1970, or UNDATED for an article without one."""
    outlets: NDArray[np.int32]
    """The position of each article's outlet in `outlet_ids`, or -1 for an article without an outlet.
    """
    outlet_ids: pa.Array
    n_words: NDArray[np.int32]
    copy_of: pa.Array
    """The id of the kept document of each new copy. The kept document is new or published."""
    copy_outlets: NDArray[np.int32]
    """The position of each new copy's outlet in `outlet_ids`, or -1 for a copy without an outlet."""
    shards: tuple[StagedRows, ...]

    def __len__(self) -> int:
        return len(self.published)

    @classmethod
    def read(cls, shards: Sequence[StagedRows], duplicates: pa.Table) -> New:
        """Read the articles of the shards.

        `duplicates` lists the copies among them, each with its kept document.
        """
        copies = Keyed(duplicates["doc_id"])
        parts = [_FACTS.empty_table()]
        outlets_of_copies: list[pa.Array] = []
        positions = [np.zeros(0, np.int64)]
        for shard in shards:
            table = shard.read(_FACTS.names).cast(_FACTS)
            position = copies.row_numbers(table["doc_id"])
            parts.append(table.filter(pa.array(position < 0)))
            positions.append(position[position >= 0])
            outlets_of_copies += table["outlet_id"].filter(pa.array(position >= 0)).chunks
        facts = pa.concat_tables(parts)
        del parts
        n = facts.num_rows
        outlets = whole(
            pa.chunked_array([*facts["outlet_id"].chunks, *outlets_of_copies]).unify_dictionaries()
        )
        codes = pc.fill_null(outlets.indices, -1)
        facts = facts.drop_columns(["outlet_id"]).combine_chunks()
        # Arrow sorts nulls last, so dated articles come first, by time and id; undated ones follow,
        # by id.
        order = pc.sort_indices(
            facts.select(["published_at", "doc_id"]),
            sort_keys=[("published_at", "ascending"), ("doc_id", "ascending")],
        )
        return cls(
            Keyed(whole(facts["doc_id"]).take(order)),
            microseconds(whole(facts["published_at"]).take(order)),
            codes.slice(0, n).take(order).to_numpy().astype(np.int32),
            outlets.dictionary,
            pc.fill_null(whole(facts["n_words"]), 0).take(order).to_numpy().astype(np.int32),
            whole(duplicates["kept_doc_id"]).take(pa.array(np.concatenate(positions))),
            codes.slice(n).to_numpy().astype(np.int32),
            tuple(shards),
        )

    def ids_between(self, first: int, end: int) -> list[str]:
        """Ids of the articles with the numbers `first` to `end` - 1."""
        names: list[str] = self.ids.ids.slice(first, max(0, end - first)).to_pylist()
        return names

    def rows_of(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """The numbers of the articles with these ids, or -1 for an id that is not new."""
        return self.ids.row_numbers(pa.array(ids, pa.string()))

    def counted(
        self,
        function: Callable[[NDArray[np.int64], Counts], _Result],
        *,
        wanted: NDArray[np.bool_] | None = None,
        threads: int = 1,
    ) -> Iterator[_Result]:
        """Yield `function(numbers, counts)` for the word counts of the articles, batch by batch.

        `wanted` is a mask over all new articles. The shards are read in threads.
        """

        def of_shard(shard: StagedRows) -> list[_Result]:
            return [function(*batch) for batch in self._counts(shard, wanted)]

        for results in in_threads(of_shard, self.shards, threads=threads):
            yield from results

    def _counts(
        self, shard: StagedRows, wanted: NDArray[np.bool_] | None
    ) -> Iterator[tuple[NDArray[np.int64], Counts]]:
        for ids, counts in _counts(shard):
            rows = self.ids.row_numbers(ids)
            chosen = np.flatnonzero(rows >= 0)
            if wanted is not None:
                chosen = chosen[wanted[rows[chosen]]]
            if len(chosen) == len(rows):
                yield rows, counts
            elif len(chosen):
                yield rows[chosen], counts.take(chosen)

    def titles(self, of: NDArray[np.int64]) -> pa.Array:
        """Titles of the articles with these numbers, in the same order."""
        position_of = np.full(len(self), -1, np.int64)
        position_of[of] = np.arange(len(of))
        parts, positions = [pa.array([], pa.string())], [np.zeros(0, np.int64)]
        for batch, rows in self.read_again(("doc_id", "title")):
            chosen = np.flatnonzero((rows >= 0) & (position_of[rows] >= 0))
            parts.append(whole(batch["title"].take(pa.array(chosen)).cast(pa.string())))
            positions.append(position_of[rows[chosen]])
        return pa.concat_arrays(parts).take(pa.array(np.argsort(np.concatenate(positions))))

    def read_again(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, NDArray[np.int64]]]:
        """Yield columns of all documents of the shards, with their numbers (-1 for copies)."""
        for shard in self.shards:
            for batch in shard.batches(columns, _AT_ONCE):
                yield batch, self.ids.row_numbers(batch["doc_id"])

    def id_of(self, rows: NDArray[np.int64]) -> pa.Array:
        """The ids of the articles with these numbers, as a column."""
        return self.ids.ids.take(pa.array(rows))


def _counts(shard: StagedRows) -> Iterator[tuple[pa.Array, Counts]]:
    """Yield ids and word counts of the documents. If no worker has counted the words, count them."""
    if shard.counts is None:
        for batch in shard.batches(["doc_id", "title", "text"], _AT_ONCE):
            yield (
                whole(batch["doc_id"]),
                count(batch["text"].to_pylist(), batch["title"].to_pylist()),
            )
        return
    ids, counts = shard_counts.read(shard.counts)
    if shard.decisions is not None:
        decided = arrow_file.read(shard.decisions, ["doc_id", ROW])
        row_numbers = decided[ROW].to_numpy()
        if not np.array_equal(row_numbers, np.arange(len(counts))):
            counts = counts.take(row_numbers)
        ids = whole(decided["doc_id"])
    yield ids, counts


_FACTS = pa.schema(
    [
        ("doc_id", pa.string()),
        ("published_at", TIMESTAMP),
        ("outlet_id", pa.dictionary(pa.int32(), pa.string())),
        ("n_words", pa.int32()),
    ]
)
