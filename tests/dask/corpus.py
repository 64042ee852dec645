"""Made-up articles that test the caps and the order of a fold.

They have popular passages, templates, repeats, undated texts and tiny texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from tests.dedup.newsroom import START, Newsroom, articles, story


def trying(seed: int) -> pa.Table:
    """700 articles in random order."""
    rng = random.Random(seed)
    texts: list[str] = []
    times: list[datetime | None] = []
    passage, template = " ".join(story(rng, 5)), story(rng, 8)
    # On one day, more documents with a key than the cap allows, counted from both ends.
    for number in range(180):
        texts.append(" ".join([*story(rng, 4), passage]))
        times.append(START + timedelta(minutes=number))
    # A form with one changed sentence, every other day: similar texts beyond the window.
    for number in range(200):
        texts.append(" ".join([*template[: number % 8], *story(rng, 1), *template[number % 8 :]]))
        times.append(START + timedelta(days=2 * (number % 150)))
    room = Newsroom(seed, stories=50, singles=30)
    texts += room.texts
    times += [None if rng.random() < 0.15 else at for at in room.times]
    for text in ("", "!!!", "Yes.", "No comment.", "東京で雨が降りました。", "ไม่มีข่าว"):
        texts += [text] * 6
        times += [START + timedelta(days=rng.randrange(200)) for _ in range(5)] + [None]
    rows = list(range(len(texts)))
    rng.shuffle(rows)
    ids = [f"{rng.getrandbits(128):032x}" for _ in rows]
    return articles(ids, [texts[row] for row in rows], [times[row] for row in rows])


def in_parts(table: pa.Table, sizes: Sequence[int]) -> Iterator[pa.Table]:
    """Return the rows in parts of these sizes, with the rest in a last part."""
    at = 0
    for size in (*sizes, table.num_rows):
        part = table.slice(at, size)
        if part.num_rows:
            yield part
        at += size
