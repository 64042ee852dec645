"""Train the three passes of the line model, on all pages or with a part of them held out."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from copydesk.transforms.extract.model import block_context_features
from copydesk.transforms.extract.model.block_features import Column, Matrix
from copydesk.transforms.forest.boosted_trees import Forest
from training.page_samples import SEED, Sample, fold
from training.reproducible import REPRODUCIBLE

T = TypeVar("T")

#: A few small trees: larger or more trees gained nothing across sites. Deterministic for one
#: LightGBM version.
PARAMETERS: dict[str, Any] = {
    **REPRODUCIBLE,
    "objective": "cross_entropy",
    "learning_rate": 0.08,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "max_bin": 63,
    "feature_fraction": 0.15,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
}
ROUNDS = 130
#: Each pass is the mean of forests with different training data: with or without the spliced pages,
#: and with collections weighted by the square root of their size or all alike.
MEMBERS = ((True, False), (False, False), (True, True), (False, True))
#: The two members whose held-out results train the later passes. They differ in both respects.
_OPINION_MEMBERS = (0, 3)
#: The share of easy blocks used in training: outside the article, and mostly links or hardly a
#: word.
_EASY_SHARE = 0.15
#: The weight of a spliced page relative to an unchanged one.
_SPLICED_WEIGHT = 0.5


def weights(pages: Sequence[Sample], *, with_spliced: bool, all_alike: bool) -> list[Column]:
    """Return the weight of each block: its tokens relative to those of the article.

    Blocks of small collections weigh more.
    """
    size = Counter(s.collection for s in pages if not s.is_spliced)
    found = []
    for number, s in enumerate(pages):
        weight = np.minimum(
            s.labels.trust * (s.labels.tokens + 2) / (s.labels.article_tokens + 150) * 300, 200
        )
        weight *= (150 / size[s.collection]) ** (1.0 if all_alike else 0.5)
        if s.is_spliced:
            weight *= _SPLICED_WEIGHT if with_spliced else 0.0
        links = s.own[:, s.names.index("link_density")]
        easy = (s.labels.share < 0.5) & ((links > 0.7) | (s.words <= 4))
        drawn = np.random.default_rng([SEED, number]).random(len(weight)) < _EASY_SHARE
        found.append(np.where(easy, np.where(drawn, weight / _EASY_SHARE, 0.0), weight))
    return found


class Look:
    """The training data of one pass: rows and weights of all pages, by member of its ensemble."""

    def __init__(self, pages: Sequence[Sample], rows: Sequence[Matrix], seed: int) -> None:
        self.pages, self.rows, self.seed = pages, rows, seed
        self._weights = [
            weights(pages, with_spliced=spliced, all_alike=alike) for spliced, alike in MEMBERS
        ]

    def fit(
        self, among: Sequence[int], members: Sequence[int] = tuple(range(len(MEMBERS)))
    ) -> Forest:
        """Train a forest for each member on weighted blocks of some pages; return their mean."""
        return Forest.mean([self._member(m, among) for m in members])

    def _member(self, member: int, among: Sequence[int]) -> Forest:
        import lightgbm

        weight = self._weights[member]
        used = {i: weight[i] > 0 for i in among}
        table = lightgbm.Dataset(
            np.concatenate([self.rows[i][used[i]] for i in among]),
            np.concatenate([self.pages[i].labels.share[used[i]] for i in among]),
            weight=np.concatenate([weight[i][used[i]] for i in among]),
        )
        booster = lightgbm.train(PARAMETERS | {"seed": SEED + self.seed + member}, table, ROUNDS)
        return Forest.from_lightgbm(booster.dump_model()["tree_info"])


def each(task: Callable[[int], T], count: int, jobs: int) -> list[T]:
    """Run `task(0)` to `task(count - 1)` in processes that share the memory of this one."""
    if jobs == 1:
        return [task(number) for number in range(count)]
    _task.append(task)
    try:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            return pool.map(_run, range(count), chunksize=1)
    finally:
        _task.pop()


_task: list[Callable[[int], Any]] = []


def _run(number: int) -> Any:
    return _task[-1](number)


def second_rows(pages: Sequence[Sample], first: Sequence[Column]) -> list[Matrix]:
    """Return the features of the second pass.

    They are those of the first pass, and its results around the block.
    """
    return [
        np.concatenate([block_context_features.build(s.page, q, s.words), s.own], axis=1)
        for s, q in zip(pages, first, strict=True)
    ]


def third_rows(pages: Sequence[Sample], first: Sequence[Column]) -> list[Matrix]:
    """Return the features of the third pass.

    They are those of the second pass, and what the other extractor kept.
    """
    return [
        np.concatenate(
            [block_context_features.build(s.page, q, s.words, s.baseline), s.own], axis=1
        )
        for s, q in zip(pages, first, strict=True)
    ]


def held_out(
    look: Look,
    groups: Sequence[int],
    jobs: int,
    members: Sequence[int] = tuple(range(len(MEMBERS))),
) -> tuple[list[Forest], list[Column]]:
    """Return a forest for each group, trained without its pages, and its result for each page."""
    kinds = sorted(set(groups))
    forests = each(
        lambda k: look.fit([i for i, group in enumerate(groups) if group != kinds[k]], members),
        len(kinds),
        jobs,
    )
    return forests, [
        forests[kinds.index(group)].probabilities(rows)
        for group, rows in zip(groups, look.rows, strict=True)
    ]


Forests = tuple[Forest, Forest, Forest]


def train(pages: Sequence[Sample], jobs: int) -> Forests:
    """Train the three passes on all pages.

    Held-out results of the first pass train the later ones.
    """
    everything = range(len(pages))
    first = Look(pages, [s.own for s in pages], 0)
    _, before = held_out(first, [fold(s.site) for s in pages], jobs, _OPINION_MEMBERS)
    looks = (
        first,
        Look(pages, second_rows(pages, before), 100),
        Look(pages, third_rows(pages, before), 200),
    )
    found = each(lambda k: looks[k].fit(everything), 3, jobs)
    return found[0], found[1], found[2]


def train_held_out(pages: Sequence[Sample], groups: Sequence[int], jobs: int) -> list[Forests]:
    """Train the three passes for each group of pages, without the pages of the group.

    The models are in the order of the groups. The results of the first pass that train the later
    ones are held out by the same groups.
    """
    first, before = held_out(Look(pages, [s.own for s in pages], 0), groups, jobs)
    second, _ = held_out(Look(pages, second_rows(pages, before), 100), groups, jobs)
    third, _ = held_out(Look(pages, third_rows(pages, before), 200), groups, jobs)
    return list(zip(first, second, third, strict=True))
