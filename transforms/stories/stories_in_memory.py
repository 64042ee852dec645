"""The public function `group_stories`: the stories of texts in memory, without a warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from copydesk.schemas.column import TIMESTAMP, column
from copydesk.transforms.argument_checks import check_texts, check_times
from copydesk.transforms.stories import day_blocks, tfidf
from copydesk.transforms.stories.cosine import UNDATED
from copydesk.transforms.stories.options import Options
from copydesk.transforms.stories.term_counts import count

STORIES = pa.schema(
    [
        column("row", pa.int64(), "Index of the text in the input, from 0.", required=True),
        column(
            "story",
            pa.int64(),
            "Index of the first text of the story in the order of the input.",
            required=True,
        ),
    ]
)


def group_stories(
    texts: Sequence[str | None] | pa.Array | pa.ChunkedArray,
    *,
    titles: Sequence[str | None] | pa.Array | pa.ChunkedArray | None = None,
    published_at: Sequence[datetime | None] | pa.Array | pa.ChunkedArray | None = None,
    options: Options | None = None,
) -> pa.Table:
    """Group texts about the same event: returns a table with the columns `row` and `story`.

    Every text belongs to exactly one story, possibly alone. The groups do not depend on the order
    of the input. Times without a time zone count as UTC. Without `published_at`, any two texts may
    share a story. Raises TypeError if the arguments are not sequences of texts, titles and times, and
    ValueError if their lengths differ.

    >>> group_stories(["Storm Ada tore the roof off Vik church.", "Vik church lost its roof in storm Ada.", "Eggs got dearer."]).to_pydict()
    {'row': [0, 1, 2], 'story': [0, 0, 2]}
    """
    check_texts(texts, name="texts")
    if titles is not None:
        check_texts(titles, name="titles")
    check_times(published_at)
    bodies = [text or "" for text in _to_list(texts)]
    headlines = (
        [title or "" for title in _to_list(titles)] if titles is not None else [""] * len(bodies)
    )
    times = _times(published_at, len(bodies))
    for name, given in (("titles", headlines), ("published_at", times)):
        if len(given) != len(bodies):
            raise ValueError(
                f"{name} has {len(given)} entries for {len(bodies)} texts; it needs one for each, null for none"
            )
    stories = _stories(bodies, headlines, times, options or Options())
    return pa.table(
        [pa.array(range(len(bodies)), pa.int64()), pa.array(stories, pa.int64())], schema=STORIES
    )


def warm() -> None:
    """Load the packaged word frequencies and compile the loops; later calls open no file."""
    group_stories(
        ["Rain fell on Bergen.", "Bergen had rain."], published_at=[None, datetime(2026, 1, 1)]
    )


def _stories(
    texts: list[str], titles: list[str], times: NDArray[np.int64], options: Options
) -> NDArray[np.int64]:
    # Texts with equal title and day are one document, so that ten thousand copies cost as much as one.
    keys = [
        (time, sha256(f"{title}\0{text}".encode("utf-8", "surrogatepass")).digest())
        for time, title, text in zip(times.tolist(), titles, texts, strict=True)
    ]
    order = {key: position for position, key in enumerate(sorted(set(keys), key=_canonical))}
    positions = np.array([order[key] for key in keys], np.int64)
    if not len(positions):
        return positions
    _, rows = np.unique(positions, return_index=True)
    counted = count([texts[row] for row in rows], [titles[row] for row in rows])
    epoch = tfidf.epoch_of(1, counted)
    n = len(rows)
    documents = day_blocks.Documents(
        vectors=tfidf.vectors(counted, epoch),
        published=times[rows],
        arrival=np.arange(n, dtype=np.int64),
        stories=np.full(n, day_blocks.NO_STORY, np.int32),
        roots=np.zeros(0, np.int64),
        is_whole=np.zeros(0, bool),
        n_published=0,
    )
    stories = day_blocks.group_blocks(documents, options).stories[positions]
    _, firsts, inverse = np.unique(stories, return_index=True, return_inverse=True)
    return firsts[inverse].astype(np.int64)


def _canonical(key: tuple[int, bytes]) -> tuple[bool, int, bytes]:
    return key[0] == UNDATED, *key


def _to_list(values: Sequence[str | None] | pa.Array | pa.ChunkedArray) -> list[str | None]:
    return values.to_pylist() if isinstance(values, pa.Array | pa.ChunkedArray) else list(values)


def _times(
    published_at: Sequence[datetime | None] | pa.Array | pa.ChunkedArray | None, n: int
) -> NDArray[np.int64]:
    if published_at is None:
        return np.full(n, UNDATED)
    values = (
        published_at
        if isinstance(published_at, pa.Array | pa.ChunkedArray)
        else pa.array(list(published_at), TIMESTAMP)
    )
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return microseconds(values)


def microseconds(times: pa.Array) -> NDArray[np.int64]:
    """Convert times to microseconds since 1970; null becomes UNDATED."""
    counted = times.cast(TIMESTAMP).cast(pa.int64())
    return np.asarray(counted.fill_null(UNDATED).to_numpy(zero_copy_only=False), np.int64)
