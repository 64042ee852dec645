"""Train the line model of `transforms/extract` from folders of labelled pages.

    python -m training.line_model --gold DIR --out transforms/extract/data/line_model.npz
    python -m training.line_model --gold DIR --check

DIR holds `*.jsonl.gz` files as `copydesk evaluate` reads them; the figures of `--check` come from models that saw no
page of the site they are asked about. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from lxml.html import HtmlElement

from copydesk.flows import evaluate
from copydesk.transforms.article import Refused
from copydesk.transforms.extract import baseline, choosing, context, features, finding
from copydesk.transforms.extract.blocks import Page, read_blocks
from copydesk.transforms.extract.features import Column, Matrix
from copydesk.transforms.extract.hints import read_hints
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_tree import parse
from copydesk.transforms.trees import Forest
from training import splicing
from training.labels import Labels, label, site

FOLDS = 5
SEED = 7
#: Small trees and few of them: more of either gained nothing across sites. Deterministic for one LightGBM version.
PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy", "learning_rate": 0.08, "num_leaves": 31, "min_data_in_leaf": 40, "max_bin": 63,
    "feature_fraction": 0.2, "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 5.0,
    "verbose": -1, "num_threads": 1, "seed": SEED, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
ROUNDS = 130
#: Blocks of little but links, or of hardly a word, that are not of the article: so many of them are enough.
_EASY_SHARE = 0.15
#: The weight of a spliced page against a page as it was, and how many there are of each collection.
_SPLICED_WEIGHT = 0.5
_SPLICED_SHARE = {"wcxb_article": 0.35}
_SPLICED_SHARE_ELSE = 0.7


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
    is_spliced: bool = False


def samples(folder: Path) -> list[Sample]:
    """Every page of the folder with a gold text and any block, in file and line order; after them the spliced ones."""
    rows = [(path.name.split(".")[0], row) for path in sorted(folder.glob("*.jsonl*")) for row in evaluate.read(path) if row.get("gold_text")]
    plain = [_sample(name, row, parse(row["html"])) for name, row in rows]
    pages = [s for s in (*plain, *_spliced(rows)) if s is not None]
    return pages


def _spliced(rows: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[Sample | None]:
    """Pages with text of other sites of the same fold beside their article."""
    rng = random.Random(SEED)
    sites = [_site(row) for _, row in rows]
    folds = defaultdict(list)
    for i, name in enumerate(sites):
        folds[_fold(name)].append(i)
    for i, (collection, row) in enumerate(rows):
        if rng.random() > _SPLICED_SHARE.get(collection, _SPLICED_SHARE_ELSE):
            continue
        tree = parse(row["html"])
        place = splicing.article_element(tree, row["gold_text"])
        peers = folds[_fold(sites[i])]
        others = [j for j in rng.sample(peers, min(8, len(peers))) if sites[j] != sites[i]][:5]
        articles = [a for j in others if (a := splicing.article_element(parse(rows[j][1]["html"]), rows[j][1]["gold_text"])) is not None]
        if place is not None and len(articles) > 1 and splicing.splice(place, articles, rng):
            yield _sample(collection, row, tree, is_spliced=True)


def _site(row: dict[str, Any]) -> str:
    return site(row.get("url"), row["html"], str(row.get("id")))


def _sample(collection: str, row: dict[str, Any], tree: HtmlElement, *, is_spliced: bool = False) -> Sample | None:
    try:
        hints = read_hints(tree)
        page = read_blocks(tree, Options())
    except Refused:
        return None
    if not page.text:
        return None
    names, own, words = features.build(page, hints)
    golds = [gold for gold in (row["gold_text"], *(row.get("gold_text_alt") or ())) if gold]
    kept = baseline.share_kept(page.text, tree, url=row.get("url"))
    return Sample(collection, str(row.get("id")), _site(row), golds, page, own, words, kept, label(page.text, golds), names, is_spliced)


def _fold(name: str) -> int:
    """The fold of a site, by a hash that no run changes."""
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def weights(pages: Sequence[Sample]) -> list[Column]:
    """The weight of each block: its tokens against the article's, small collections lifted by the root of their size."""
    size = Counter(s.collection for s in pages if not s.is_spliced)
    found = []
    for number, s in enumerate(pages):
        weight = np.minimum(s.labels.trust * (s.labels.tokens + 2) / (s.labels.article_tokens + 150) * 300, 200)
        weight *= (150 / size[s.collection]) ** 0.5 * (_SPLICED_WEIGHT if s.is_spliced else 1.0)
        links = s.own[:, s.names.index("link_density")]
        easy = (s.labels.share < 0.5) & ((links > 0.7) | (s.words <= 4))
        drawn = np.random.default_rng([SEED, number]).random(len(weight)) < _EASY_SHARE
        found.append(np.where(easy, np.where(drawn, weight / _EASY_SHARE, 0.0), weight))
    return found


def fit(pages: Sequence[Sample], rows: Sequence[Matrix], weight: Sequence[Column]) -> Forest:
    """A forest that predicts the share of a block that is in the article, from the blocks that have a weight."""
    import lightgbm

    used = [w > 0 for w in weight]
    table = lightgbm.Dataset(
        np.concatenate([r[u] for r, u in zip(rows, used, strict=True)]),
        np.concatenate([s.labels.share[u] for s, u in zip(pages, used, strict=True)]),
        weight=np.concatenate([w[u] for w, u in zip(weight, used, strict=True)]),
    )
    return Forest.from_lightgbm(lightgbm.train(PARAMETERS, table, ROUNDS).dump_model()["tree_info"])


def fit_twice(pages: Sequence[Sample], rows: Sequence[Matrix], weight: Sequence[Column]) -> Forest:
    """The mean of two forests: one saw the spliced pages, one did not.

    The first is better where a page holds more than its article, the second where it holds nothing else.
    """
    plain = [w * 0 if s.is_spliced else w for s, w in zip(pages, weight, strict=True)]
    return Forest.mean([fit(pages, rows, weight), fit(pages, rows, plain)])


Fit = Callable[[Sequence[Sample], Sequence[Matrix], Sequence[Column]], Forest]


def held_out(pages: Sequence[Sample], rows: Sequence[Matrix], weight: Sequence[Column], fitted: Fit) -> list[Column]:
    """For each page the predictions of a model that saw no page of its site."""
    folds = [_fold(s.site) for s in pages]
    found: list[Column] = [np.empty(0)] * len(pages)
    for k in range(FOLDS):
        seen = [i for i, fold in enumerate(folds) if fold != k]
        forest = fitted([pages[i] for i in seen], [rows[i] for i in seen], [weight[i] for i in seen])
        for i, fold in enumerate(folds):
            if fold == k:
                found[i] = forest.probabilities(rows[i])
    return found


def second_rows(pages: Sequence[Sample], first: Sequence[Column]) -> list[Matrix]:
    """What the second look sees: the first look around each block, and the block."""
    return [np.concatenate([context.build(s.page, q, s.words), s.own], axis=1) for s, q in zip(pages, first, strict=True)]


def third_rows(pages: Sequence[Sample], first: Sequence[Column]) -> list[Matrix]:
    """What the third look sees: the second's view, and what the other extractor kept."""
    return [np.concatenate([context.build(s.page, q, s.words, s.baseline), s.own], axis=1) for s, q in zip(pages, first, strict=True)]


def train(pages: Sequence[Sample], first: Sequence[Column]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of the model file, from all pages; the later looks are fed held-out predictions of the first."""
    weight = weights(pages)
    arrays = fit(pages, [s.own for s in pages], weight).arrays("first")
    arrays |= fit_twice(pages, second_rows(pages, first), weight).arrays("second")
    arrays |= fit_twice(pages, third_rows(pages, first), weight).arrays("third")
    return arrays | {"names": np.array(pages[0].names)}


def report(pages: Sequence[Sample], predictions: Sequence[Column]) -> Iterator[str]:
    """A line per collection: text F1, precision and recall of the blocks chosen by these predictions."""
    by: dict[str, list[evaluate.TextScore]] = defaultdict(list)
    for sample, probability in zip(pages, predictions, strict=True):
        if not sample.is_spliced:
            kept = choosing.choose(probability, sample.words).kept
            text = "\n".join(t for t, k in zip(sample.page.text, kept, strict=True) if k)
            by[sample.collection].append(max((evaluate.score_text(g, text) for g in sample.golds), key=lambda t: t.f1))
    for name, texts in by.items():
        scores = evaluate.SetScore(name, [evaluate.PageScore("", None, t, {}) for t in texts]).text()
        assert scores is not None
        yield f"{name:20} {scores['f1']:.4f} ({scores['precision']:.3f} / {scores['recall']:.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the model, write it, or both."""
    parser = argparse.ArgumentParser(prog="python -m training.line_model", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--gold", type=Path, required=True, metavar="DIR", help="folder of labelled pages")
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="where to write the model")
    parser.add_argument("--check", action="store_true", help="print the held-out figures, which takes three times as long")
    chosen = parser.parse_args(arguments)
    pages = samples(chosen.gold)
    if not pages:
        sys.exit(f"{chosen.gold} holds no labelled page; a page is a line of a *.jsonl.gz file with `html` and `gold_text`")
    weight = weights(pages)
    first = held_out(pages, [s.own for s in pages], weight, fit)
    if chosen.check:
        second = held_out(pages, second_rows(pages, first), weight, fit_twice)
        third = held_out(pages, third_rows(pages, first), weight, fit_twice)
        asked = [finding.doubt(q, s.words) >= finding.DOUBT for q, s in zip(second, pages, strict=True)]
        final = [(q + t) / 2 if a else q for q, t, a in zip(second, third, asked, strict=True)]
        for name, predictions in (("first look", first), ("second look", second), ("third look", third), ("as used", final)):
            print(name, *report(pages, predictions), sep="\n    ", flush=True)
        print(f"trafilatura asked on {np.mean(asked):.2f} of the pages")
    if chosen.out:
        np.savez_compressed(chosen.out, **train(pages, first))
        print(f"wrote {chosen.out}: {chosen.out.stat().st_size:,} bytes, from {len(pages)} pages of {len({s.site for s in pages})} sites")


if __name__ == "__main__":
    main()
