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

FOLDS = 5
MIN_RESIDUE = 3  # lines that rules took, as in `clean.py`: in other texts the model does not act
MIN_SITES = 15  # a word seen in fewer documents says more of the site than of the kind of line
PARAMETERS = {
    "objective": "binary", "num_leaves": 31, "learning_rate": 0.08, "min_data_in_leaf": 60, "feature_fraction": 0.6,
    "bagging_fraction": 0.7, "bagging_freq": 1, "verbose": -1, "num_threads": 1, "deterministic": True, "seed": 7, "max_bin": 63,
}  # fmt: skip
ROUNDS = 120
LOST_SHORT_PER_1000 = 4.0  # of lines under four tokens; most of them are sub-headings and list items
LOST_PER_1000 = 0.5  # good lines the model may lose beside those of the rules; docs/cleaning.md has the curve
FULL_WEIGHT = 0.5  # a page's full text has five times the lines of its main content


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
    documents, labels, folds, weights, judged, tokens, extractors, residue, taken = [], [], [], [], [], [], [], [], []
    for page in scorer.cached(args.cache, args.gold, list(scorer.EXTRACTORS)):
        found = marked("\n".join(line.text for line in page.lines), clean.Options())
        if not found:
            continue
        documents.append([line for _, line in found])
        n_taken = sum(bool(line.category) for line in documents[-1])
        listed = {*model.below_the_end(documents[-1]), *model.above_the_start(documents[-1])}
        taken += [bool(line.category) or i in listed for i, line in enumerate(documents[-1])]
        for number, line in found:
            label = page.lines[number]
            labels.append(not label.good)
            tokens.append(label.tokens)
            judged.append(model.judged(line))
            folds.append(zlib.crc32(sites[page.dataset, page.id].encode()) % FOLDS)
            weights.append(FULL_WEIGHT if page.extractor == "resiliparse_full" else 1.0)
            extractors.append(page.extractor)
            residue.append(n_taken)
    columns = {
        "bad": np.array(labels), "fold": np.array(folds), "weight": np.array(weights), "judged": np.array(judged),
        "tokens": np.array(tokens), "extractor": np.array(extractors),
        "residue": np.array(residue), "taken": np.array(taken),
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
    starts = np.cumsum([0, *(len(d) for d in documents)])
    texts = [_tokens(line) for document in documents for line in document]
    number = np.repeat(np.arange(len(documents)), np.diff(starts))
    fit = (columns["tokens"] > 0) & columns["judged"] & (columns["residue"] >= MIN_RESIDUE)
    by_fold = [word_weights(texts, number, columns, fit & (columns["fold"] != k)) for k in range(FOLDS)]
    # Words are weighed by pages of other sites here too: a forest fed weights fitted on its own pages trusts them too much.
    rows = np.concatenate([np.array(model.features(d, by_fold[columns["fold"][start]]), dtype=np.float32) for d, start in zip(documents, starts[:-1], strict=True)])
    predicted = np.zeros(len(number))
    for k in range(FOLDS):
        held = columns["fold"] == k
        predicted[held] = _fitted(rows, columns, fit & ~held).predict(rows[held])
        print(f"fold {k} done", flush=True)
    predicted[~fit] = 0
    report(predicted, columns)
    long = columns["tokens"] >= benchmark().SHORT
    good = fit & ~columns["bad"] & ~columns["taken"]
    threshold = limit(predicted[good & long], LOST_PER_1000 / 1000 * (long & ~columns["bad"]).sum())
    short_threshold = max(threshold, limit(predicted[good & ~long], LOST_SHORT_PER_1000 / 1000 * (~long & ~columns["bad"]).sum()))
    for name, chosen, least in (("long", long, threshold), ("short", ~long & (columns["tokens"] > 0), short_threshold)):
        gone = columns["taken"] | (predicted > least)
        kept, bad = chosen & ~columns["bad"], chosen & columns["bad"]
        print(f"{name}: {gone[bad].mean():.3f} of the bad lines go, {1000 * gone[kept].mean():.2f} good ones in 1,000,"
              f" {1000 * columns['taken'][kept].mean():.2f} of them by rules")  # fmt: skip
    words = word_weights(texts, number, columns, fit)
    forest = Forest.from_lightgbm(_fitted(rows, columns, fit).dump_model()["tree_info"])
    out.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        out, words=np.array("\n".join(words)), weights=np.array(list(words.values()), np.float32),
        threshold=np.float64(threshold), short_threshold=np.float64(short_threshold), **forest.arrays("lines"),
    )
    print(f"thresholds {threshold:.3f}, {short_threshold:.3f}; {len(words)} words, {len(forest.roots)} trees, {out.stat().st_size:,} bytes in {out}")


def limit(likely: np.ndarray, allowed: float) -> float:
    """The probability above which no more good lines than allowed stand."""
    falling = -np.sort(-likely)
    return float(falling[int(allowed)]) if allowed < len(falling) else 0.0


def _fitted(rows: np.ndarray, columns: dict[str, Any], chosen: np.ndarray) -> Any:
    import lightgbm

    return lightgbm.train(PARAMETERS, lightgbm.Dataset(rows[chosen], columns["bad"][chosen], weight=columns["weight"][chosen]), ROUNDS)


def report(predicted: np.ndarray, columns: dict[str, Any]) -> None:
    """Print, by extractor, what rules take and what rules and model take together where the model loses so many more good lines in 1,000."""
    for name in [*sorted(set(columns["extractor"])), "all"]:
        chosen = (columns["tokens"] >= benchmark().SHORT) & (columns["extractor"] == name if name != "all" else True)
        good, bad = chosen & ~columns["bad"], chosen & columns["bad"]
        taken = columns["taken"]
        cells = []
        for lost in (0.3, 0.5, 1.0, 2.0, 3.5):
            least = limit(predicted[good & ~taken], lost / 1000 * good.sum())
            cells.append(f"{lost}: {(taken | (predicted > least))[bad].mean():.3f} ({least:.3f})")
        print(f"{name:18s} rules {taken[bad].mean():.3f} at {1000 * taken[good].mean():.2f};", "  ".join(cells))


if __name__ == "__main__":
    main()
