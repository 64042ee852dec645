"""Train the line model of the text rules on pages with gold text.

    python -m training.clean_lines --gold GOLD_DIR --cache lines.jsonl.gz

Pages are extracted by plain extractors and their lines labelled as `benchmarks/clean_text.py` does.
Five folds split by site give the figures printed: the share of bad lines dropped where that number of good
lines in a thousand are lost. The model is then trained on all pages and written into the package.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import itertools
import math
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from copydesk.transforms import clean
from copydesk.transforms.boosted_trees import Forest
from copydesk.transforms.clean.clean import numbered_lines
from copydesk.transforms.clean.lines import line_context_features, line_facts, line_features
from copydesk.transforms.clean.lines import line_model as model
from copydesk.transforms.clean.lines.line import Line

FOLDS = 5
MIN_SITES = 15  # a word seen in fewer documents says more of the site than of the kind of line
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 63,
    "learning_rate": 0.1,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.35,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "max_bin": 63,
}
ROUNDS = {"first": 90, "second": 110}
# Each look is the mean of forests: a seed, and the weight of lines of a page's full text, which has five times the lines of its main content.
MEMBERS = {"first": ((7, 0.5), (8, 0.7)), "second": ((7, 0.5), (8, 1.0), (9, 0.7))}
SHORT_SHARE = 4  # one short line in this number is trained on: short lines are most of the lines, and long ones are what counts
LOST_PER_1000 = 1.6  # good lines of four tokens or more that rules and model may lose together; 2 are allowed, and pages not seen vary
LOST_SHORT_PER_1000 = 4.0  # of lines under four tokens, beside what rules lose; most of them are sub-headings and list items
RULE_THRESHOLDS = (2.0, 3.0, 3.5, 4.0, 4.5)  # log odds tried for lines that an unsure rule matches
UNSURE_SHARE = 0.01  # of the lines of four words or more a rule matches: one that cuts more good lines than that asks the model
UNSURE_LINES = 2
FULL_WEIGHT = 0.5  # in the table of words


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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="labelled lines, kept between runs")
    parser.add_argument(
        "--out", type=Path, default=Path(model.__file__).parent / "data" / "lines.npz"
    )
    parser.add_argument(
        "--lost",
        type=Path,
        help="write every good line that goes, held out, with its page, rule and log odds: to be read",
    )
    args = parser.parse_args()
    scorer = benchmark()
    sites = scorer.sites(args.gold)
    documents, labels, tokens, folds, extractors, of = [], [], [], [], [], []
    for page in scorer.cached(args.cache, args.gold, list(scorer.EXTRACTORS)):
        found = numbered_lines("\n".join(line.text for line in page.lines), clean.Options())
        if found:
            documents.append([line for _, line in found])
            labels += [not page.lines[number].good for number, _ in found]
            tokens += [page.lines[number].tokens for number, _ in found]
            folds += [zlib.crc32(sites[page.dataset, page.id].encode()) % FOLDS] * len(found)
            extractors += [page.extractor] * len(found)
            of += [f"{page.dataset}\t{page.id}\t{page.extractor}"] * len(found)
    lines = [line for document in documents for line in document]
    columns = {
        "bad": np.array(labels),
        "tokens": np.array(tokens),
        "fold": np.array(folds),
        "extractor": np.array(extractors),
        "page": np.array(of),
        "weight": np.where(np.array(extractors) == "resiliparse_full", FULL_WEIGHT, 1.0),
        "rule": np.array([line.rule for line in lines]),
        "judged": np.array([model.may_be_cut(line._replace(category="")) for line in lines]),
        "words": np.array([len(model.WORD.findall(line.low)) for line in lines]),
    }
    train(documents, columns, args.out, args.lost)


def word_weights(
    texts: list[set[str]], starts: np.ndarray, columns: dict[str, Any], rows: np.ndarray
) -> dict[str, float]:
    """A logistic regression over the words of short lines, as a table of the words that matter."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    chosen = np.flatnonzero(rows)
    seen: dict[str, set[int]] = collections.defaultdict(set)
    for i in chosen:
        for word in texts[i]:
            seen[word].add(int(starts[i]))
    vocabulary = {
        word: k for k, word in enumerate(sorted(w for w, s in seen.items() if len(s) >= MIN_SITES))
    }
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
    return {
        word: round(float(fitted.coef_[0][k]), 2)
        for word, k in vocabulary.items()
        if abs(fitted.coef_[0][k]) >= 0.4
    }


def _tokens(line: Line) -> set[str]:
    words = model.WORD.findall(line.low)
    if not words or len(words) > line_facts.LONGEST:
        return set()
    return {*words, "^" + words[0], "^" + " ".join(words[:2])}


def rule_odds(columns: dict[str, Any], rows: np.ndarray) -> dict[str, float]:
    """Log odds that a line which a rule matches is bad; those of a rule never seen speak for it."""
    odds = {}
    for name in sorted(set(columns["rule"]) - {""}):
        bad = columns["bad"][rows & (columns["rule"] == name)]
        odds[name] = round(math.log((bad.sum() + 3) / ((~bad).sum() + 0.3)), 3)
    return odds


def unsure_rules(columns: dict[str, Any], rows: np.ndarray) -> frozenset[str]:
    """Rules of which gold keeps some lines. Corrections become a column, and blank lines are none: they go always."""
    asking = {
        rule.name
        for rule in clean.RULES
        if rule.category not in {"layout", "learned", "correction"}
    }
    found = set()
    for name in sorted(asking):
        good = ~columns["bad"][rows & (columns["rule"] == name)]
        if good.sum() >= UNSURE_LINES and good.mean() > UNSURE_SHARE:
            found.add(name)
    return frozenset(found)


def train(
    documents: list[list[Line]],
    columns: dict[str, Any],
    out: Path,
    lost_to: Path | None,
) -> None:
    """Cross-validate both looks, print, train on everything, write.

    What a fold is judged by saw no page of its sites: words, rules, first look and second look. The second
    look is trained on opinions so held out, as a first look that has seen a page is too sure of itself.
    """
    starts = np.cumsum([0, *(len(d) for d in documents)])
    number = np.repeat(np.arange(len(documents)), np.diff(starts))
    fold = columns["fold"]
    counted = columns["tokens"] > 0
    texts = [_tokens(line) for document in documents for line in document]
    words = [word_weights(texts, number, columns, counted & (fold != k)) for k in range(FOLDS)]
    rules = [rule_odds(columns, counted & (fold != k)) for k in range(FOLDS)]
    seen = [
        line_features.features(d, line_facts.word_weights(words[fold[at]]), rules[fold[at]])
        for d, at in zip(documents, starts[:-1], strict=True)
    ]
    rows = np.concatenate([document.rows for document in seen])
    print(f"{len(documents)} documents, {len(rows)} lines, {rows.shape[1]} features", flush=True)
    long = columns["words"] >= model.MIN_WORDS
    fit = (
        counted
        & (columns["judged"] | (columns["rule"] != ""))
        & (long | (np.arange(len(rows)) % SHORT_SHARE == 0))
    )
    first = held_out("first", rows, columns, fit)
    spans = list(itertools.pairwise(starts))
    both = np.concatenate(
        [
            rows,
            np.concatenate(
                [
                    line_context_features.context(first[a:b], document)
                    for (a, b), document in zip(spans, seen, strict=True)
                ]
            ),
        ],
        axis=1,
    )
    hard = fit & (first > model.DOUBTFUL)
    second = np.where(first > model.DOUBTFUL, held_out("second", both, columns, hard), first)
    second -= np.repeat(
        [
            line_context_features.caution(first[a:b], document.n_words)
            for (a, b), document in zip(spans, seen, strict=True)
        ],
        np.diff(starts),
    )
    limits, gone = report(
        documents,
        starts,
        columns,
        second,
        [unsure_rules(columns, long & counted & (fold != k)) for k in range(FOLDS)],
    )
    if lost_to is not None:
        lost = np.flatnonzero(gone & counted & ~columns["bad"])
        texts_of = [line.text for document in documents for line in document]
        lost_to.write_text(
            "".join(
                f"{columns['page'][i]}\t{columns['tokens'][i]}\t{columns['rule'][i]}\t{second[i]:.1f}\t{texts_of[i]}\n"
                for i in lost
            ),
            encoding="utf-8",
        )
    final = word_weights(texts, number, columns, counted)
    odds, unsure = rule_odds(columns, counted), unsure_rules(columns, long & counted)
    # The shipped first look weighs words and rules by all pages, but learns from weights held out, as the second does from opinions.
    looks = {
        "first": Forest.mean(grown("first", rows, columns, fit)),
        "second": Forest.mean(grown("second", both, columns, hard)),
    }
    out.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        out,
        words=np.array("\n".join(final)),
        words_odds=np.array(list(final.values()), np.float32),
        rules=np.array("\n".join(odds)),
        rules_odds=np.array(list(odds.values()), np.float32),
        unsure=np.array("\n".join(sorted(unsure))),
        limits=np.array(limits),
        **looks["first"].arrays("first"),
        **looks["second"].arrays("second"),
    )
    print(
        f"limits {limits}; unsure: {', '.join(sorted(unsure))}; {len(final)} words, {out.stat().st_size:,} bytes in {out}"
    )


def held_out(look: str, rows: np.ndarray, columns: dict[str, Any], fit: np.ndarray) -> np.ndarray:
    """The log odds of every line by forests that saw no page of its site."""
    odds = np.zeros(len(rows), np.float32)
    for k in range(FOLDS):
        held = columns["fold"] == k
        odds[held] = Forest.mean(grown(look, rows, columns, fit & ~held)).sums(rows[held])
        print(f"{look} look, fold {k} done", flush=True)
    return odds


def grown(look: str, rows: np.ndarray, columns: dict[str, Any], chosen: np.ndarray) -> list[Forest]:
    """One forest for each of `MEMBERS`."""
    import lightgbm

    forests = []
    for seed, full in MEMBERS[look]:
        weight = np.where(columns["extractor"] == "resiliparse_full", full, 1.0)
        table = lightgbm.Dataset(rows[chosen], columns["bad"][chosen], weight=weight[chosen])
        forests.append(
            Forest.from_lightgbm(
                lightgbm.train({**PARAMETERS, "seed": seed}, table, ROUNDS[look]).dump_model()[
                    "tree_info"
                ]
            )
        )
    return forests


def limit(odds: np.ndarray, allowed: float) -> float:
    """The log odds above which no more lines than allowed stand."""
    falling = -np.sort(-odds)
    return (
        99.0 if allowed < 0 else float(falling[int(allowed)]) if allowed < len(falling) else -99.0
    )


def dropped(
    documents: list[list[Line]],
    starts: np.ndarray,
    columns: dict[str, Any],
    odds: np.ndarray,
    unsure: list[frozenset[str]],
    limits: tuple[float, float, float],
) -> np.ndarray:
    """Which lines go, one pass, by `line_model.decide` itself."""
    gone = np.zeros(len(odds), bool)
    for document, at in zip(documents, starts[:-1], strict=True):
        known = model.Model({}, {}, unsure[columns["fold"][at]], None, None, *limits)  # type: ignore[arg-type]  # the odds are known
        short = columns["words"][at : at + len(document)].sum() < model.FEW_WORDS
        found = model.decide(
            document, None if short else odds[at : at + len(document)].tolist(), known
        )
        own = [i for i, line in enumerate(document) if line.category and i not in found.stay]
        gone[[at + i for i in (*own, *found.below, *found.above, *found.unlikely)]] = True
    return gone


def report(
    documents: list[list[Line]],
    starts: np.ndarray,
    columns: dict[str, Any],
    odds: np.ndarray,
    unsure: list[frozenset[str]],
) -> tuple[tuple[float, float, float], np.ndarray]:
    """Print what goes at what loss; the limits under which most bad lines go at the loss allowed, and which lines go."""
    scorer = benchmark()
    bad, long, short = (
        columns["bad"],
        columns["tokens"] >= scorer.SHORT,
        (columns["tokens"] > 0) & (columns["tokens"] < scorer.SHORT),
    )
    never = 99.0
    alone = dropped(documents, starts, columns, odds, unsure, (never, never, -never))
    print(
        f"rules and lists alone: {alone[long & bad].mean():.3f} of the bad lines at {1000 * alone[long & ~bad].mean():.2f} good ones in 1,000"
    )
    base = {
        least: dropped(documents, starts, columns, odds, unsure, (never, never, least))
        for least in RULE_THRESHOLDS
    }

    def under(lost: float, least: float) -> tuple[float, float, tuple[float, float, float]]:
        """The share of bad lines that go and the good ones lost in 1,000, by these limits."""
        candidates = columns["judged"] & (columns["rule"] == "") & ~base[least]
        threshold = limit(
            odds[long & ~bad & candidates],
            lost / 1000 * (long & ~bad).sum() - base[least][long & ~bad].sum(),
        )
        allowed = LOST_SHORT_PER_1000 / 1000 * (short & ~bad).sum()
        limits = (threshold, max(threshold, limit(odds[short & ~bad & candidates], allowed)), least)
        gone = dropped(documents, starts, columns, odds, unsure, limits)
        return float(gone[long & bad].mean()), 1000 * float(gone[long & ~bad].mean()), limits

    found = [under(LOST_PER_1000, least) for least in RULE_THRESHOLDS]
    for share, lost, limits in found:
        print(
            f"rules asked for {limits[2]}: {share:.3f} of the bad lines at {lost:.2f} good ones in 1,000",
            flush=True,
        )
    best = max(found)[2]
    for wanted in (1.0, 1.5, 2.0, 2.5, 3.0, 4.0):
        print(
            f"the best of these, up to {wanted} in 1,000: {under(wanted, best[2])[0]:.3f} of the bad lines",
            flush=True,
        )
    gone = dropped(documents, starts, columns, odds, unsure, best)
    for name in [*sorted(set(columns["extractor"])), "all"]:
        own = (columns["extractor"] == name) | (name == "all")
        cells = [
            f"{gone[own & size & bad].mean():.3f} of the bad lines, {1000 * gone[own & size & ~bad].mean():.2f} good in 1,000"
            for size in (long, short)
        ]
        print(f"{name:18s} {cells[0]}; under four tokens {cells[1]}", flush=True)
    return best, gone


if __name__ == "__main__":
    main()
