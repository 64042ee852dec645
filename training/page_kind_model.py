"""Train the model of `transforms/extract/page_level/page_kind.py`: does a page hold an article?

    python -m training.page_kind_model --articles DIR --others FILE --out transforms/extract/data/page_kind_model.npz

DIR holds `*.jsonl.gz` files of pages with an article, FILE pages without one (`html`, `url`). Prints, from models that saw
no page of the site they are asked about, how many pages without an article are told for how many articles refused.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.flows import evaluation
from copydesk.transforms.article import Refused
from copydesk.transforms.boosted_trees import Forest
from copydesk.transforms.extract import extraction
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_level import page_kind
from copydesk.transforms.extract.parse import parse
from training.labels import site

FOLDS, SEED, FORESTS, ROUNDS = 5, 3, 3, 200
#: The most pages of one collection of articles.
MOST_PAGES = 400
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 5,
    "min_data_in_leaf": 12,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
#: Pages without an article are few, and weigh twice.
_WEIGHT = 2.0
_OF_ADDRESS = [i for i, name in enumerate(page_kind.NAMES) if name.startswith("address_")]

Rows = npt.NDArray[np.float32]


def rows_of(pages: Sequence[dict[str, Any]]) -> tuple[Rows, list[int]]:
    """One row a page, and the fold of each; a page without blocks has none."""
    rows, folds = [], []
    for page in pages:
        url = page.get("url")
        try:
            tree = parse(page["html"])
            reading, hints = extraction.read(tree, url, Options())
        except Refused:
            continue
        if reading is None:
            continue
        rows.append(page_kind.features(reading, hints, url)[0])
        name = site(url, page["html"], str(page.get("id")))
        digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        folds.append(int(digest, 16) % FOLDS)
    return np.array(rows, dtype=np.float32), folds


def fit(rows: Rows, labels: npt.NDArray[np.float64]) -> Forest:
    """The mean of a few forests, of each page with its address and without."""
    import lightgbm

    bare = rows.copy()
    bare[:, _OF_ADDRESS] = -1.0
    both, twice = np.concatenate([rows, bare]), np.concatenate([labels, labels])
    weight = np.where(twice == 1, _WEIGHT, 1.0)
    forests = []
    for number in range(FORESTS):
        table = lightgbm.Dataset(both, twice, weight=weight)
        booster = lightgbm.train(PARAMETERS | {"seed": SEED + number}, table, ROUNDS)
        forests.append(Forest.from_lightgbm(booster.dump_model()["tree_info"]))
    return Forest.mean(forests)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print held-out figures, and write the model."""
    parser = argparse.ArgumentParser(prog="python -m training.page_kind_model")
    parser.add_argument("--articles", type=Path, required=True, metavar="DIR")
    parser.add_argument("--others", type=Path, required=True, metavar="FILE.jsonl.gz")
    parser.add_argument("--out", type=Path, metavar="FILE.npz")
    chosen = parser.parse_args(arguments)
    rng = random.Random(SEED)
    articles: list[dict[str, Any]] = []
    for path in sorted(chosen.articles.glob("*.jsonl*")):
        if path.resolve() != chosen.others.resolve():
            found = list(evaluation.read(path))
            articles += rng.sample(found, min(len(found), MOST_PAGES))
    good, good_folds = rows_of(articles)
    bad, bad_folds = rows_of(list(evaluation.read(chosen.others)))
    report(np.concatenate([good, bad]), len(good), np.array(good_folds + bad_folds))
    if chosen.out:
        labels = np.array([0.0] * len(good) + [1.0] * len(bad))
        forest = fit(np.concatenate([good, bad]), labels)
        np.savez_compressed(chosen.out, names=np.array(page_kind.NAMES), **forest.arrays("kind"))


def report(rows: Rows, n_articles: int, folds: npt.NDArray[np.int64]) -> None:
    """What is told at several limits, with the addresses and without."""
    labels = (np.arange(len(rows)) >= n_articles).astype(np.float64)
    bare = rows.copy()
    bare[:, _OF_ADDRESS] = -1.0
    odds = np.zeros((2, len(rows)))
    for fold in range(FOLDS):
        forest = fit(rows[folds != fold], labels[folds != fold])
        for k, table in enumerate((rows, bare)):
            odds[k, folds == fold] = forest.sums(table[folds == fold])
    for limit in (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0):
        told = odds >= limit
        print(
            f"log odds {limit:.2f}:",
            *(
                f"{name} {told[k, n_articles:].mean():.3f} told, "
                f"{told[k, :n_articles].sum()} of {n_articles} articles refused"
                for k, name in enumerate(("with address", "without"))
            ),
            sep="  ",
            flush=True,
        )


if __name__ == "__main__":
    main()
