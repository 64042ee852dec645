"""The ranks of articles within their stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.pipeline.stories.incremental_clustering import IncrementalClustering
from copydesk.transforms.stories.cosine import UNDATED

LAST = np.iinfo(np.int64).max
"""The time of undated articles, which are ranked last."""


def ranked(
    clustering: IncrementalClustering, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rank published articles within their stories.

    Articles that were in the story before come first. Those of merged stories follow, older stories
    first.
    """
    ordered: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    ages = clustering.numbers.ages([row["was"] for row in rows])
    for position, (row, age) in enumerate(zip(rows, ages, strict=True)):
        key = (
            int(row["was"] != row["story"]),
            *age,
            row["was_ranked"] or 0,
            row["doc_id"],
        )
        ordered[row["story"]].append((key, position))
    names = clustering.numbers.ids(np.array(list(ordered), np.int64)).to_pylist()
    for name, entries in zip(names, ordered.values(), strict=True):
        for rank, (_, position) in enumerate(sorted(entries), start=1):
            rows[position].update(story_id=name, story_rank=rank)
    return list(rows)


class ArticleRanks:
    """Ranks of the new articles.

    Within a story, articles are ordered by publication (undated last), length (longer first) and
    id.
    """

    def __init__(
        self, clustering: IncrementalClustering, story: NDArray[np.int32], before: NDArray[np.int64]
    ) -> None:
        self.published = np.where(
            clustering.new.published == UNDATED, LAST, clustering.new.published
        )
        self.order = np.lexsort(
            (np.arange(len(story)), -clustering.new.n_words.astype(np.int64), self.published, story)
        )
        self.stories, self.first, self.count = np.unique(
            story[self.order], return_index=True, return_counts=True
        )
        """Stories with new articles, the position of their first article in `order`, and counts."""
        self.of_article = np.empty(len(story), np.int32)
        within = np.arange(len(story)) - np.repeat(self.first, self.count)
        self.of_article[self.order] = within + 1 + np.repeat(before[self.stories], self.count)

    def articles(self, story: int) -> NDArray[np.int64]:
        """The new articles of a story, by rank."""
        at = int(np.searchsorted(self.stories, story))
        if at == len(self.stories) or self.stories[at] != story:
            return np.zeros(0, np.int64)
        return self.order[self.first[at] : self.first[at] + self.count[at]]
