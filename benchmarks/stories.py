"""Measure the grouping of texts in memory into stories, and that of a day of new articles.

    python -m benchmarks.stories
    python -m benchmarks.stories --texts stories.parquet --column body

The day is grouped with a window of 20,000 earlier articles. Figures are CPU seconds of this
process. Without --texts the articles are made up.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

import numpy as np
import pyarrow.parquet as pq

from copydesk.transforms import stories
from copydesk.transforms.stories import day_blocks, tfidf
from copydesk.transforms.stories.cosine import UNDATED
from copydesk.transforms.stories.term_counts import count

WINDOW, DAY = 20_000, 2_000


def made_up(n: int) -> list[str]:
    """Return articles of 450 words with the word frequencies of English, four for each event."""
    dice = random.Random(0)
    ranks = np.arange(1, 60_001)
    draw = np.random.default_rng(0).choice(ranks, p=(1 / ranks) / (1 / ranks).sum(), size=n * 400)
    texts = []
    for number in range(n):
        subject = [f"name{number // 4}x{k}" for k in range(12)]
        words = [f"w{rank}" for rank in draw[number * 400 : number * 400 + 400]] + [
            dice.choice(subject) for _ in range(50)
        ]
        dice.shuffle(words)
        texts.append(" ".join(words))
    return texts


def measure(texts: list[str]) -> dict[str, float]:
    """Return the documents per second of each step."""
    stories.warm()
    figures = {}
    titles: list[str | None] = [None] * len(texts)
    begun = time.process_time()
    stories.group_stories(texts)
    figures["text to stories, all at once"] = len(texts) / (time.process_time() - begun)
    new = min(DAY, len(texts) // 10)
    epoch = tfidf.epoch_of(1, count(texts, titles))
    before = tfidf.vectors(count(texts[:-new], titles[:-new]), epoch)
    arrival = np.arange(len(texts))

    def grouped(vectors: tfidf.Vectors, known: day_blocks.Grouping | None) -> day_blocks.Grouping:
        n, n_published = len(vectors), len(known.stories) if known else 0
        standing = np.full(n, day_blocks.NO_STORY, np.int32)
        roots = np.zeros(0, np.int64)
        if known:
            names, numbers = np.unique(known.stories, return_inverse=True)
            standing[:n_published], roots = numbers, np.array(known.roots)[names]
        return day_blocks.group_blocks(
            day_blocks.Documents(
                vectors=vectors,
                published=np.full(n, UNDATED),
                arrival=arrival[:n],
                stories=standing,
                roots=roots,
                is_whole=np.ones(len(roots), bool),
                n_published=n_published,
                known_edges=known.edges if known else None,
                originals=known.originals if known else None,
            ),
            stories.Options(),
        )

    window = grouped(before, None)
    begun = time.process_time()
    counted = count(texts[-new:], titles[-new:])
    figures["count"] = new / (time.process_time() - begun)
    vectors = tfidf.vectors(counted, epoch)
    grouped(tfidf.concatenate([before, vectors]), window)
    figures[f"text to stories, {new:,} new against {len(before):,}"] = new / (
        time.process_time() - begun
    )
    return figures


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", help="Parquet file with an article in each row")
    parser.add_argument("--column", default="text", help="column with the texts (default: text)")
    options = parser.parse_args(arguments)
    texts = (
        [t or "" for t in pq.read_table(options.texts)[options.column].to_pylist()]
        if options.texts
        else made_up(WINDOW)
    )
    for step, rate in measure(texts).items():
        sys.stdout.write(f"{step:50} {rate:10,.0f} documents/s/core\n")


if __name__ == "__main__":
    main()
