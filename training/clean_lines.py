"""Train the line model of the text rules on pages with gold text.

    python -m training.clean_lines --gold GOLD_DIR --cache lines.jsonl.gz

Pages are extracted by plain extractors and their lines labelled as `benchmarks/clean_text.py` does.
Five folds split by site give the figures printed: the share of bad lines dropped where so many good
lines in a thousand are lost. The model is then trained on all pages and written into the package.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import math
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from copydesk.transforms import clean
from copydesk.transforms.clean import lines as model
from copydesk.transforms.clean.clean import marked
from copydesk.transforms.trees import Forest

FOLDS = 3
MIN_SITES = 15  # a word seen in fewer documents says more of the site than of the kind of line
PARAMETERS = {
    "objective": "binary", "num_leaves": 31, "learning_rate": 0.08, "min_data_in_leaf": 60, "feature_fraction": 0.6,
    "bagging_fraction": 0.7, "bagging_freq": 1, "verbose": -1, "num_threads": 1, "deterministic": True, "seed": 7, "max_bin": 63,
}  # fmt: skip
ROUNDS = 120
LOST_SHORT_PER_1000 = 8.0  # of lines under four tokens; most of them are sub-headings and list items
LOST_PER_1000 = 1.0  # good lines the model may lose; the rules and the model together must stay below two
FULL_WEIGHT = 1.2  # a page's full text has five times the lines of its main content, and
FULL_SHARE = 3  # only every third page is used so


def benchmark() -> ModuleType:
    """The scorer, which knows how pages become labelled lines."""
    path = Path(__file__).parent.parent / "benchmarks" / "clean_text.py"
    spec = importlib.util.spec_from_file_location("clean_text", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Read the pages, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="labelled lines, kept between runs")
    parser.add_argument("--out", type=Path, default=Path(model.__file__).parent / "data" / "lines.npz")
    args = parser.parse_args()
    scorer = benchmark()
    sites = scorer.sites(args.gold)
    documents, labels, folds, weights, judged, tokens, extractors = [], [], [], [], [], [], []
    for page in scorer.cached(args.cache, args.gold, list(scorer.EXTRACTORS)):
        if page.extractor == "resiliparse_full" and zlib.crc32(page.id.encode()) % FULL_SHARE:
            continue
        found = marked("\n".join(line.text for line in page.lines), clean.Options())
        if not found:
            continue
        documents.append([line for _, line in found])
        for number, line in found:
            label = page.lines[number]
            labels.append(not label.good)
            tokens.append(label.tokens)
            judged.append(model.judged(line))
            folds.append(zlib.crc32(sites[page.dataset, page.id].encode()) % FOLDS)
            weights.append(FULL_WEIGHT if page.extractor == "resiliparse_full" else 1.0)
            extractors.append(page.extractor)
    columns = {
        "bad": np.array(labels), "fold": np.array(folds), "weight": np.array(weights), "judged": np.array(judged),
        "tokens": np.array(tokens), "extractor": np.array(extractors),
    }  # fmt: skip
    train(documents, columns, args.out)


def word_weights(texts: list[set[str]], starts: np.ndarray, columns: dict[str, Any], rows: np.ndarray) -> dict[str, float]:
    """A logistic regression over the words of short lines, as a table of the words that matter."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    chosen = np.flatnonzero(rows)
    seen: dict[str, set[int]] = collections.defaultdict(set)
    for i in chosen:
        for word in texts[i]:
            seen[word].add(int(starts[i]))
    vocabulary = {word: k for k, word in enumerate(sorted(w for w, s in seen.items() if len(s) >= MIN_SITES))}
    data, indices, pointers = [], [], [0]
    for i in chosen:
        own = [vocabulary[w] for w in texts[i] if w in vocabulary]
        scale = 1 / math.sqrt(max(1, len(texts[i])))
        indices += own
        data += [scale] * len(own)
        pointers.append(len(indices))
    matrix = csr_matrix((data, indices, pointers), shape=(len(chosen), len(vocabulary)))
    fitted = SGDClassifier(loss="log_loss", alpha=5e-6, max_iter=4, tol=None, random_state=7)
    fitted.fit(matrix, columns["bad"][chosen], sample_weight=columns["weight"][chosen])
    return {word: round(float(fitted.coef_[0][k]), 2) for word, k in vocabulary.items() if abs(fitted.coef_[0][k]) >= 0.4}


def _tokens(line: model.Line) -> set[str]:
    words = model._WORD.findall(line.low)
    if not words or len(words) > model.LONGEST:
        return set()
    return {*words, "^" + words[0], "^" + " ".join(words[:2])}


def train(documents: list[list[model.Line]], columns: dict[str, Any], out: Path) -> None:
    """Cross-validate, print, train on everything, write."""
    import lightgbm

    usable = columns["tokens"] > 0
    fold_of_document = [columns["fold"][i] for i in np.cumsum([0, *(len(d) for d in documents[:-1])])]
    texts = [_tokens(line) for document in documents for line in document]
    starts = np.repeat(np.arange(len(documents)), [len(d) for d in documents])
    by_fold = [word_weights(texts, starts, columns, usable & (columns["fold"] != k)) for k in range(FOLDS)]
    rows = [row for document, k in zip(documents, fold_of_document, strict=True) for row in model.features(document, by_fold[k])]
    matrix = np.array(rows, dtype=np.float32)
    predicted = np.zeros(len(matrix))
    fit = usable & columns["judged"]
    for k in range(FOLDS):
        train_rows = fit & (columns["fold"] != k)
        booster = lightgbm.train(PARAMETERS, lightgbm.Dataset(matrix[train_rows], columns["bad"][train_rows], weight=columns["weight"][train_rows]), ROUNDS)
        predicted[columns["fold"] == k] = booster.predict(matrix[columns["fold"] == k])
        print(f"fold {k} done", flush=True)
    predicted[~columns["judged"]] = 0
    threshold = report(predicted, columns)
    short = np.sort(predicted[usable & ~columns["bad"] & (columns["tokens"] < 4)])[::-1]
    short_threshold = max(threshold, float(short[int(LOST_SHORT_PER_1000 / 1000 * len(short))]))
    short_bad = usable & columns["bad"] & (columns["tokens"] < 4)
    print(f"under four tokens: {np.mean(predicted[short_bad] > short_threshold):.3f} ({short_threshold:.3f})")
    words = word_weights(texts, starts, columns, usable)
    booster = lightgbm.train(PARAMETERS, lightgbm.Dataset(matrix[fit], columns["bad"][fit], weight=columns["weight"][fit]), ROUNDS)
    forest = Forest.from_lightgbm(booster.dump_model()["tree_info"])
    out.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        out,
        words=np.array("\n".join(words)), weights=np.array(list(words.values()), np.float32), threshold=np.float64(threshold),
        short_threshold=np.float64(short_threshold), **forest.arrays("lines")
    )
    print(f"{len(words)} words, {len(forest.roots)} trees, {out.stat().st_size:,} bytes in {out}")


def report(predicted: np.ndarray, columns: dict[str, Any]) -> float:
    """Print what each loss buys, and give the threshold for `LOST_PER_1000` over all extractors."""
    threshold = 1.0
    for name in [*sorted(set(columns["extractor"])), "all"]:
        chosen = (columns["tokens"] >= 4) & (columns["extractor"] == name if name != "all" else True)
        bad, good = predicted[chosen & columns["bad"]], np.sort(predicted[chosen & ~columns["bad"]])[::-1]
        cells = []
        for lost in (0.5, 1.0, 1.5, 2.0, 3.0, 5.0):
            limit = good[int(lost / 1000 * len(good))]
            cells.append(f"{lost}: {np.mean(bad > limit):.3f} ({limit:.3f})")
            if name == "all" and lost == LOST_PER_1000:
                threshold = float(limit)
        print(f"{name:18s}", "  ".join(cells))
    return threshold


if __name__ == "__main__":
    main()
