"""Train the line model of `transforms/extract` from folders of labelled pages.

    python -m training.line_model --gold DIR --out transforms/extract/data/line_model.npz
    python -m training.line_model --gold DIR --check

DIR holds `*.jsonl.gz` files as `copydesk evaluate` reads them; the figures of `--check` come from models that saw no
page of the site they are asked about. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.flows import evaluate
from copydesk.transforms.article import Refused
from copydesk.transforms.extract import baseline, choosing, context, features, finding
from copydesk.transforms.extract.blocks import Page, read_blocks
from copydesk.transforms.extract.features import Column, Matrix
from copydesk.transforms.extract.hints import read_hints
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_tree import parse
from copydesk.transforms.extract.trees import Forest
from training.labels import Labels, label, site

FOLDS = 5
SEED = 7
#: Small trees and few of them: more of either gained nothing across sites. Deterministic for one LightGBM version.
PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy", "learning_rate": 0.1, "num_leaves": 31, "min_data_in_leaf": 30, "max_bin": 63,
    "feature_fraction": 0.25, "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 5.0,
    "verbose": -1, "num_threads": 1, "seed": SEED, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
ROUNDS = 120
#: Of the blocks that a quick model is sure are not of the article, so many are enough, with their weight.
_EASY, _EASY_SHARE = 0.01, 0.12


@dataclass(slots=True)
class Sample:
    """One labelled page, read."""

    collection: str
    id: str
    site: str
    golds: list[str]
    page: Page
    own: Matrix
    words: Column
    baseline: Column
    labels: Labels
    names: list[str]


def samples(folder: Path) -> list[Sample]:
    """Every page of the folder with a gold text and any block, in file and line order."""
    work = [(path.name.split(".")[0], row) for path in sorted(folder.glob("*.jsonl*")) for row in evaluate.read(path) if row.get("gold_text")]
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        return [s for s in pool.map(_sample, work, chunksize=8) if s is not None]


def _sample(work: tuple[str, dict[str, Any]]) -> Sample | None:
    collection, row = work
    try:
        tree = parse(row["html"])
        hints = read_hints(tree)
        page = read_blocks(tree, Options())
    except Refused:
        return None
    if not page.text:
        return None
    names, own, words = features.build(page, hints)
    golds = [gold for gold in (row["gold_text"], *(row.get("gold_text_alt") or ())) if gold]
    return Sample(
        collection, str(row.get("id")), site(row.get("url"), row["html"], str(row.get("id"))), golds, page, own, words,
        baseline.share_kept(page.text, tree, url=row.get("url")), label(page.text, golds), names,
    )  # fmt: skip


def fold_of(sample: Sample) -> int:
    """The fold of a sample's site, by a hash that no run changes."""
    return int(hashlib.md5(sample.site.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def weights(pages: Sequence[Sample]) -> list[Column]:
    """The weight of each block: its tokens against the article's, small collections lifted by the root of their size."""
    size = Counter(s.collection for s in pages)
    return [
        np.minimum(s.labels.trust * (s.labels.tokens + 2) / (s.labels.article_tokens + 150) * 300, 200) * (150 / size[s.collection]) ** 0.5
        for s in pages
    ]


def fit(rows: Sequence[Matrix], shares: Sequence[Column], weight: Sequence[Column], *, rounds: int = ROUNDS, seed: int = SEED) -> Forest:
    """A forest that predicts the share of a block that is in the article."""
    import lightgbm

    table = lightgbm.Dataset(np.concatenate(rows), np.concatenate(shares), weight=np.concatenate(weight))
    booster = lightgbm.train({**PARAMETERS, "seed": seed}, table, rounds)
    return Forest.from_lightgbm(booster.dump_model()["tree_info"])


def held_out(pages: Sequence[Sample], rows: Sequence[Matrix], weight: Sequence[Column], *, rounds: int = ROUNDS) -> list[Column]:
    """For each page the predictions of a model that saw no page of its site."""
    folds = [fold_of(s) for s in pages]
    found: list[Column] = [np.empty(0)] * len(pages)
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        jobs = []
        for k in range(FOLDS):
            seen = [i for i, fold in enumerate(folds) if fold != k]
            jobs.append(pool.submit(fit, [rows[i][weight[i] > 0] for i in seen], [pages[i].labels.share[weight[i] > 0] for i in seen], [weight[i][weight[i] > 0] for i in seen], rounds=rounds))
        for k, job in enumerate(jobs):
            forest = job.result()
            for i, fold in enumerate(folds):
                if fold == k:
                    found[i] = forest.probabilities(rows[i])
    return found


@dataclass(slots=True)
class Looks:
    """The held-out predictions of each model, and what the models were trained on."""

    weight: list[Column]
    first: list[Column]
    second_rows: list[Matrix]
    second: list[Column]
    third_rows: list[Matrix]
    third: list[Column]


def looks(pages: Sequence[Sample]) -> Looks:
    """The three models, each held out by site, the later ones fed the held-out predictions of the first."""
    full = weights(pages)
    own = [s.own for s in pages]
    quick = held_out(pages, own, full, rounds=25)
    weight = [_thinned(w, q, s.labels.share, i) for i, (w, q, s) in enumerate(zip(full, quick, pages, strict=True))]
    first = held_out(pages, own, weight)
    second_rows = [np.concatenate([context.build(s.page, q, s.words), s.own], axis=1) for s, q in zip(pages, first, strict=True)]
    third_rows = [np.concatenate([context.build(s.page, q, s.words, s.baseline), s.own], axis=1) for s, q in zip(pages, first, strict=True)]
    return Looks(weight, first, second_rows, held_out(pages, second_rows, weight), third_rows, held_out(pages, third_rows, weight))


def _thinned(weight: Column, quick: Column, share: Column, number: int) -> Column:
    """The weights with most of the easy blocks at 0 and the rest of them lifted to stand for all."""
    easy = (quick < _EASY) & (share < 0.5)
    drawn = np.random.default_rng([SEED, number]).random(len(weight)) < _EASY_SHARE
    return np.where(easy, np.where(drawn, weight / _EASY_SHARE, 0.0), weight)


def train(pages: Sequence[Sample], found: Looks) -> dict[str, npt.NDArray[Any]]:
    """The arrays of the model file: all pages, the second and third model fed held-out first predictions."""
    used = [w > 0 for w in found.weight]
    shares = [s.labels.share[u] for s, u in zip(pages, used, strict=True)]
    kept = [w[u] for w, u in zip(found.weight, used, strict=True)]
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, rows in (("first", [s.own for s in pages]), ("second", found.second_rows), ("third", found.third_rows)):
        arrays |= fit([r[u] for r, u in zip(rows, used, strict=True)], shares, kept).arrays(name)
    return arrays


def report(pages: Sequence[Sample], predictions: Sequence[Column]) -> Iterator[str]:
    """A line per collection: text F1, precision and recall of the blocks chosen by these predictions."""
    by: dict[str, list[evaluate.TextScore]] = defaultdict(list)
    for sample, probability in zip(pages, predictions, strict=True):
        kept = choosing.choose(probability, sample.words).kept
        text = "\n".join(t for t, k in zip(sample.page.text, kept, strict=True) if k)
        by[sample.collection].append(max((evaluate.score_text(g, text) for g in sample.golds), key=lambda t: t.f1))
    for name, texts in by.items():
        scores = evaluate.SetScore(name, [evaluate.PageScore("", None, t, {}) for t in texts]).text()
        assert scores is not None
        yield f"{name:20} {scores['f1']:.4f} ({scores['precision']:.3f} / {scores['recall']:.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Check or write the model."""
    parser = argparse.ArgumentParser(prog="python -m training.line_model", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--gold", type=Path, required=True, metavar="DIR", help="folder of labelled pages")
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="where to write the model")
    parser.add_argument("--check", action="store_true", help="print the held-out figures")
    chosen = parser.parse_args(arguments)
    pages = samples(chosen.gold)
    if not pages:
        sys.exit(f"{chosen.gold} holds no labelled page; a page is a line of a *.jsonl.gz file with `html` and `gold_text`")
    found = looks(pages)
    asked = [finding.doubt(q, s.words) >= finding.DOUBT for q, s in zip(found.second, pages, strict=True)]
    final = [t if a else q for q, t, a in zip(found.second, found.third, asked, strict=True)]
    for name, predictions in (("first look", found.first), ("second look", found.second), ("third look", found.third), ("as used", final)):
        print(name, f"(asked on {np.mean(asked):.2f})" if predictions is final else "")
        for line in report(pages, predictions):
            print("   ", line, flush=True)
    if chosen.out:
        np.savez_compressed(chosen.out, **train(pages, found))
        print(f"wrote {chosen.out}: {chosen.out.stat().st_size:,} bytes, from {len(pages)} pages of {len({s.site for s in pages})} sites")


if __name__ == "__main__":
    main()
