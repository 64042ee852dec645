"""Train the line model of plain text on labelled lines and on pages with gold text.

    python -m training.clean_lines --gold GOLD_DIR --cache lines.jsonl.gz

Labelled lines (`training.labelled_lines`, all parts but the final one) count `LABEL_WEIGHT` times.
Pages with gold text show what articles look like. They are extracted by plain extractors, and a
line is good if the gold text has it, as in `benchmarks/clean_text.py`. The printed figures come
from five folds, split by site. The model is then trained on all lines and written into the package.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import clean_text
from copydesk.transforms import clean, normalise
from copydesk.transforms.clean.clean import numbered_lines
from copydesk.transforms.clean.lines import line_context_features, line_features, line_properties
from copydesk.transforms.clean.lines import line_model as model
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.forest.boosted_trees import Forest
from training import labelled_lines
from training.reproducible import REPRODUCIBLE

FOLDS = 5
# A word seen in fewer documents says more about the site than about the kind of line.
MIN_SITES = 15
PARAMETERS = {
    **REPRODUCIBLE,
    "objective": "binary",
    "num_leaves": 63,
    "learning_rate": 0.1,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.35,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "verbose": -1,
    "max_bin": 63,
    "seed": 7,
}
ROUNDS = {"first": 90, "second": 110}
SHORT_SHARE = 4  # one in this many short lines of a gold page is used, because most lines are short
# Weight of a labelled line; 3 cuts 80.5 % of the boilerplate instead of 81.4 %, see README.md.
LABEL_WEIGHT = 6.0
# Weight of a line of a page's full text, which has five times the lines of its main content.
FULL_WEIGHT = 0.5
GOLD_SHARE = 4  # one in this many pages with gold text is read
MOST_LINES = 600  # the most that are read of such a page
WITH_COMMENTS = frozenset({"dragnet"})  # collections whose gold text holds readers' comments
# Shares of good lines of gold pages that the model may cut: lines of four words or more, and
# shorter ones. Labels of menus that occur in the article too count as good, so the second figure is
# far too high.
LOST_PER_1000, LOST_SHORT_PER_1000 = 1.6, 10.0
LIST_LIMIT = 4.5  # for a line among lines that rules cut: an article may end with a short line


class Document(NamedTuple):
    """The lines of a text, and whether each line that counts is boilerplate."""

    name: str
    site: str
    extractor: str
    language: str  # known for labelled documents
    lines: list[Line]
    boilerplate: list[bool | None]


def main() -> None:
    """Read the pages, train the model and write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path, required=True, help="folder of pages with gold text")
    parser.add_argument(
        "--cache", type=Path, help="file that keeps the lines of gold pages between runs"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(model.__file__).parents[1] / "data" / "lines.npz",
        help="file to write the model to",
    )
    parser.add_argument(
        "--lost",
        type=Path,
        help="write each good line that held-out models cut to this file, for reading",
    )
    args = parser.parse_args()
    labelled = list(labelled_documents(args.gold))
    kept_back = {page.site for page in labelled_lines.labelled(args.gold, labelled_lines.FINAL)}
    gold = gold_documents(
        args.gold, args.cache, without={document.site for document in labelled} | kept_back
    )
    train([*labelled, *gold], args.out, args.lost)


def labelled_documents(gold: Path) -> Iterator[Document]:
    """The labelled pages of all parts except the final one."""
    for part in labelled_lines.PARTS:
        if part == labelled_lines.FINAL:
            continue
        for page in labelled_lines.labelled(gold, part):
            found = numbered_lines(normalise.text("\n".join(page.lines)), clean.Options())
            kinds = [page.labels.get(number, "title") for number, _ in found]
            yield Document(
                f"{page.dataset}/{page.page}",
                page.site,
                page.extractor,
                page.language,
                [line for _, line in found],
                [None if kind in labelled_lines.NEITHER else kind != "article" for kind in kinds],
            )


def gold_documents(gold: Path, cache: Path | None, *, without: set[str]) -> Iterator[Document]:
    """Yield a share of the pages with gold text, from other sites than `without`.

    A line that a rule cuts is boilerplate.
    """
    sites = clean_text.sites(gold)
    for page in clean_text.cached(cache, gold, list(clean_text.EXTRACTORS)):
        site = sites[page.dataset, page.id]
        drawn = zlib.crc32(f"{page.dataset}{page.id}{page.extractor}".encode()) % GOLD_SHARE == 0
        if (
            page.dataset in WITH_COMMENTS
            or site in without
            or not drawn
            or len(page.lines) > MOST_LINES
        ):
            continue
        found = numbered_lines("\n".join(line.text for line in page.lines), clean.Options())
        if found:
            yield Document(
                f"{page.dataset}/{page.id}",
                site,
                page.extractor,
                "",
                [line for _, line in found],
                [
                    None
                    if not page.lines[number].tokens
                    else not page.lines[number].good or line.rule != ""
                    for number, line in found
                ],
            )


def columns_of(documents: list[Document]) -> dict[str, Any]:
    """Return what training needs of each line, as columns."""
    sizes = [len(document.lines) for document in documents]
    lines = [line for document in documents for line in document.lines]
    extractor = np.repeat([document.extractor for document in documents], sizes)
    is_labelled = np.repeat([document.language != "" for document in documents], sizes)
    marks = [mark for document in documents for mark in document.boilerplate]
    full = np.where(extractor == "resiliparse_full", FULL_WEIGHT, 1.0)
    folds = [zlib.crc32(document.site.encode()) % FOLDS for document in documents]
    return {
        "bad": np.array([mark is True for mark in marks]),
        "counted": np.array([mark is not None for mark in marks]),
        "fold": np.repeat(folds, sizes),
        "extractor": extractor,
        "language": np.repeat([document.language for document in documents], sizes),
        "labelled": is_labelled,
        "weight": np.where(is_labelled, LABEL_WEIGHT, full),
        "rule": np.array([line.rule for line in lines]),
        "may_go": np.array(
            [
                may_go(i)
                for document in documents
                for may_go in [
                    model.cuttable([line._replace(category="") for line in document.lines])
                ]
                for i in range(len(document.lines))
            ]
        ),
        "words": np.array([len(model.WORD.findall(line.low)) for line in lines]),
        "asked": np.repeat(
            [
                sum(line.category not in {"", "layout"} for line in document.lines)
                >= model.MIN_BOILERPLATE
                for document in documents
            ],
            sizes,
        ),
    }


def word_weights(
    texts: list[set[str]], starts: np.ndarray, columns: dict[str, Any], rows: np.ndarray
) -> dict[str, float]:
    """Fit a logistic regression over the words of short lines; return the words that matter."""
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
    if not words or len(words) > line_properties.LONGEST:
        return set()
    return {*words, "^" + words[0], "^" + " ".join(words[:2])}


def rule_odds(columns: dict[str, Any], rows: np.ndarray) -> dict[str, float]:
    """Return the log odds that a line is boilerplate if a rule matches it.

    A rule without matches is trusted.
    """
    odds = {}
    for name in sorted(set(columns["rule"]) - {""}):
        bad = columns["bad"][rows & (columns["rule"] == name)]
        odds[name] = round(math.log((bad.sum() + 3) / ((~bad).sum() + 0.3)), 3)
    return odds


def train(documents: list[Document], out: Path, lost_to: Path | None) -> None:
    """Cross-validate both passes and print the figures; then train on everything and write.

    A fold is judged by words, rules and passes that saw no page of its sites. The second pass is
    trained on such held-out results of the first pass, because a first pass is too sure about pages
    that it has seen.
    """
    columns = columns_of(documents)
    starts = np.cumsum([0, *(len(document.lines) for document in documents)])
    spans = list(itertools.pairwise(starts))
    number = np.repeat(np.arange(len(documents)), np.diff(starts))
    fold, counted = columns["fold"], columns["counted"]
    texts = [_tokens(line) for document in documents for line in document.lines]
    words = [word_weights(texts, number, columns, counted & (fold != k)) for k in range(FOLDS)]
    rules = [rule_odds(columns, counted & (fold != k)) for k in range(FOLDS)]
    seen = [
        line_features.features(
            document.lines, line_properties.word_weights(words[fold[at]]), rules[fold[at]]
        )
        for document, at in zip(documents, starts[:-1], strict=True)
    ]
    rows = np.concatenate([found.rows for found in seen])
    print(f"{len(documents)} documents, {len(rows)} lines, {rows.shape[1]} features", flush=True)
    every = (columns["words"] >= model.MIN_WORDS) | columns["labelled"]
    fit = (
        counted
        & (columns["may_go"] | (columns["rule"] != ""))
        & (every | (np.arange(len(rows)) % SHORT_SHARE == 0))
    )
    first = held_out("first", rows, columns, fit)
    around = [
        line_context_features.context(first[a:b], found)
        for (a, b), found in zip(spans, seen, strict=True)
    ]
    both = np.concatenate([rows, np.concatenate(around)], axis=1)
    hard = fit & (first > model.DOUBTFUL)
    second = np.where(first > model.DOUBTFUL, held_out("second", both, columns, hard), first)
    second -= np.repeat(
        [
            line_context_features.caution(first[a:b], found.n_words)
            for (a, b), found in zip(spans, seen, strict=True)
        ],
        np.diff(starts),
    )
    limits, gone = report(columns, second)
    if lost_to is not None:
        lines = [line for document in documents for line in document.lines]
        lost_to.write_text(
            "".join(
                f"{documents[number[i]].name}\t{columns['extractor'][i]}\t{second[i]:.1f}\t{lines[i].text}\n"
                for i in np.flatnonzero(gone & counted & ~columns["bad"])
            ),
            encoding="utf-8",
        )
    final, odds = word_weights(texts, number, columns, counted), rule_odds(columns, counted)
    # The shipped first pass uses weights of words and rules from all pages. It is trained with
    # weights from held-out pages.
    np.savez_compressed(
        out,
        words=np.array("\n".join(final)),
        words_odds=np.array(list(final.values()), np.float32),
        rules=np.array("\n".join(odds)),
        rules_odds=np.array(list(odds.values()), np.float32),
        limits=np.array(limits),
        **grown("first", rows, columns, fit).arrays("first"),
        **grown("second", both, columns, hard).arrays("second"),
    )
    print(f"limits {limits}; {len(final)} words, {out.stat().st_size:,} bytes in {out}")


def held_out(look: str, rows: np.ndarray, columns: dict[str, Any], fit: np.ndarray) -> np.ndarray:
    """Return the log odds of every line, from forests that saw no page of its site."""
    odds = np.zeros(len(rows), np.float32)
    for k in range(FOLDS):
        held = columns["fold"] == k
        odds[held] = grown(look, rows, columns, fit & ~held).sums(rows[held])
        print(f"{look} look, fold {k} done", flush=True)
    return odds


def grown(look: str, rows: np.ndarray, columns: dict[str, Any], chosen: np.ndarray) -> Forest:
    """Return a forest trained on the chosen rows."""
    import lightgbm

    table = lightgbm.Dataset(rows[chosen], columns["bad"][chosen], weight=columns["weight"][chosen])
    trees = lightgbm.train(PARAMETERS, table, ROUNDS[look]).dump_model()["tree_info"]
    return Forest.from_lightgbm(trees)


def limit(odds: np.ndarray, allowed: float) -> float:
    """Return the log odds that only the allowed number of lines exceed."""
    falling = -np.sort(-odds)
    return float(falling[int(allowed)]) if allowed < len(falling) else -99.0


def report(
    columns: dict[str, Any], odds: np.ndarray
) -> tuple[tuple[float, float, float], np.ndarray]:
    """Print how many of the labelled lines are cut, by extractor and language.

    Return the limits, which gold pages alone set, and which lines are cut.
    """
    bad, counted, is_labelled = columns["bad"], columns["counted"], columns["labelled"]
    asked = columns["may_go"] & (columns["rule"] == "") & columns["asked"]
    long = columns["words"] >= model.MIN_WORDS
    good = counted & ~bad & ~is_labelled
    threshold, short = (
        limit(odds[good & size & asked], lost / 1000 * (good & size).sum())
        for size, lost in ((long, LOST_PER_1000), (~long, LOST_SHORT_PER_1000))
    )
    limits = (threshold, max(threshold, short), LIST_LIMIT)
    gone = (columns["rule"] != "") | (asked & (odds > np.where(long, limits[0], limits[1])))
    for column in ("labelled", "extractor", "language"):
        for name in sorted(set(columns[column][is_labelled])):
            own = counted & is_labelled & (columns[column] == name)
            print(
                f"{name!s:12s} {(gone & own & bad).sum()} of {(own & bad).sum()} boilerplate lines cut,"
                f" {(gone & own & ~bad).sum()} of {(own & ~bad).sum()} article lines",
                flush=True,
            )
    return limits, gone


if __name__ == "__main__":
    main()
