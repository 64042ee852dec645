"""Train the model that says whether one document may be dropped for another one.

    pip install lightgbm
    python -m training.drop_model --gold DIR --check     # figures of left-out groups
    python -m training.drop_model --gold DIR --out transforms/dedup/decision/drop_model.npz

DIR holds four files, which are not part of the repository:

- `reuters_20k.parquet`: wire stories (columns ts, body)
- `pairs_dev.jsonl`: pairs of its rows that were read by hand (`row_a`, `row_b`, `drop`, `sure`)
- `templates_dev.jsonl`: families of news that share a template, with copies and chains of updates
- `wirecopy_dev.parquet`: wire stories with edited copies

`labelled_pairs.tsv` beside this script has more pairs of `reuters_20k.parquet`, as hashes of the
two texts. training/README.md says how they were chosen and read.

Every example is one direction of a pair: the evidence for dropping one text and keeping the other.
The labelled sets have few families, so texts that are cut and spliced from the wire stories
(`spliced`) add many templates, shared backgrounds and chains of updates. Copies with errors of text
recognition (`read_scanned`) are examples of texts with many rare words that are not news.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.decision import drop_model, evidence
from copydesk.transforms.forest.boosted_trees import Forest
from training import drop_examples, drop_examples_made
from training.drop_examples import Examples
from training.reproducible import REPRODUCIBLE

FOLDS = 5
MEMBERS = 2  # forests; their mean is shipped
ROUNDS = 200
WEIGHTS = {
    "pairs": 20.0,
    "labelled": 20.0,
    "families": 16.0,
    "wire": 4.0,
    "spliced": 0.3,
    "scanned": 6.0,
}
PARAMETERS = {
    **REPRODUCIBLE,
    "objective": "binary",
    "learning_rate": 0.05,
    "max_depth": 6,
    "num_leaves": 24,
    "min_data_in_leaf": 25,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 20.0,
    "verbosity": -1,
}
# If k has more of d, d is never less likely to go. If k lacks more facts of d, d is never more
# likely to go.
RISING = {
    "shingles_in_kept",
    "covered",
    "words_in_kept",
    "sentences_whole",
    "lead_covered",
    "first_third_covered",
    "last_third_covered",
}
FALLING = {
    "missing_weight",
    "rare_missing_share",
    "rare_missing",
    "names_missing_share",
    "names_missing",
    "numbers_missing_share",
    "numbers_missing",
    "sentences_new",
    "new_words",
    "longest_new",
    "facts_missing_share",
    "facts_missing",
    "conflicting_numbers",
    "unheard",
    "most_missing_at_once",
    "facts_missing_in_new",
    "facts_changed",
}
MONOTONE = [(name in RISING) - (name in FALLING) for name in evidence.FEATURES]


def fit(x: NDArray[Any], y: NDArray[Any], w: NDArray[Any], seed: int) -> Any:
    """Train one boosted forest."""
    import lightgbm

    data = lightgbm.Dataset(x, y, weight=w, feature_name=list(evidence.FEATURES))
    parameters = {**PARAMETERS, "monotone_constraints": MONOTONE, "seed": seed}
    return lightgbm.train(parameters, data, ROUNDS)


def check(examples: Examples, x: NDArray[Any], y: NDArray[Any], w: NDArray[Any]) -> None:
    """Print the area under the curve by source. Each example is scored without its group."""
    from sklearn.metrics import roc_auc_score

    groups = sorted({row.group for row in examples.rows})
    random.Random(3).shuffle(groups)
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    folds = np.array([fold[row.group] for row in examples.rows])
    sources = np.array([row.source for row in examples.rows])
    scores = np.zeros(len(y))
    for held_out in range(FOLDS):
        rest = folds != held_out
        scores[~rest] = fit(x[rest], y[rest], w[rest], 7).predict(x[~rest])
    for source in WEIGHTS:
        chosen = sources == source
        print(f"{source:10} {chosen.sum():6,} AUC {roc_auc_score(y[chosen], scores[chosen]):.3f}")


def main() -> None:
    """Read the gold, then check or train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--check", action="store_true", help="print held-out figures")
    parser.add_argument("--out", type=Path, help="file to write the model to")
    given = parser.parse_args()
    examples = Examples()
    drop_examples.read_pairs(given.gold, examples)
    drop_examples.read_families(given.gold, examples)
    drop_examples.read_wire(given.gold, examples)
    drop_examples_made.read_spliced(examples)
    drop_examples_made.read_scanned(examples)
    x = examples.matrix()
    y = np.array([row.may_go for row in examples.rows])
    w = np.array([row.weight * WEIGHTS[row.source] for row in examples.rows])
    if given.check:
        check(examples, x, y, w)
    if given.out:
        forests = [
            Forest.from_lightgbm(fit(x, y, w, 7 + n).dump_model()["tree_info"])
            for n in range(MEMBERS)
        ]
        np.savez_compressed(given.out, **Forest.mean(forests).arrays(drop_model.NAME))
        print(f"{given.out}: {given.out.stat().st_size:,} bytes from {len(y):,} examples")


if __name__ == "__main__":
    main()
