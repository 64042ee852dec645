"""Which file a row belongs to: by month of publication, sorted so that filters read little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Partition:
    """How one table lies in its files.

    `date`: the column whose month names the file. `follows`: the column with the doc_id whose
    month it is instead. Neither: all rows are `undated`. `keys`: columns that `locate` finds rows
    by. `cut`: the order in which a month is cut into files. `sort`: the order within a file.
    """

    sort: tuple[str, ...]
    date: str | None = None
    follows: str | None = None
    keys: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    row_group: tuple[int, int] = (50_000, 50_000)  # fewest and most rows; narrow rows make a few MB


# Files are cut by date and sorted by outlet inside: the row groups' statistics then serve both
# filters. A file has eight row groups where they hold 500 to 5,000 documents: an outlet then stands in
# one or two of eight. (Measured on 50,000 documents: groups of 1,000 instead of 10,000 cost 0.5 % of
# size and a fifth of the time of a full scan, and make a point lookup four times as fast.)
_DOCUMENTS = Partition(
    date="published_date",
    keys=("doc_id",),
    cut=("published_date", "outlet_id", "doc_id"),
    sort=("outlet_id", "published_date", "doc_id"),
    row_group=(500, 5_000),
)

PARTITIONS: Mapping[str, Partition] = {
    "articles": _DOCUMENTS,
    "duplicates": _DOCUMENTS,
    "quarantined": _DOCUMENTS,
    "pairs": Partition(follows="doc_a", keys=("doc_a", "doc_b"), sort=("doc_a", "doc_b")),
    "removed": Partition(follows="doc_id", keys=("doc_id",), sort=("doc_id", "start", "end")),
    "rejects": Partition(sort=("source_uri", "record_number", "run_id", "step", "reason")),
    "stories": Partition(date="first_published_at", keys=("story_id",), sort=("story_id",)),
    "templates": Partition(sort=("outlet_id", "line", "version")),
    "tombstones": Partition(keys=("doc_id",), sort=("doc_id", "url_sha256", "scope")),
    "runs": Partition(sort=("finished_at", "run_id")),
}

# A document stands in exactly one of these.
DOCUMENT_TABLES = ("articles", "duplicates", "quarantined")


def months(dates: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The month of each date or timestamp, `undated` for null.

    >>> import datetime
    >>> months(pa.array([datetime.date(2026, 11, 2), None])).to_pylist()
    ['2026-11', 'undated']
    """
    if isinstance(dates, pa.ChunkedArray):
        dates = dates.combine_chunks()
    names = dates.cast(pa.date32()).dictionary_encode()
    labels = pc.fill_null(pc.strftime(names.dictionary, format="%Y-%m"), UNDATED)
    return pc.fill_null(labels.take(names.indices), UNDATED)


def rounds(sizes: Sequence[float], most: float) -> Iterator[tuple[int, int]]:
    """Cut a sequence into runs of items that have at most this many bytes together and at least one item; yields start and end of each.

    >>> list(rounds([4, 5, 9, 30, 1], most=10))
    [(0, 2), (2, 3), (3, 4), (4, 5)]
    """
    first, held = 0, 0.0
    for place, size in enumerate(sizes):
        if place > first and held + size > most:
            yield first, place
            first, held = place, 0.0
        held += size
    if first < len(sizes):
        yield first, len(sizes)
