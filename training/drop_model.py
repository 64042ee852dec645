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
import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.transforms.dedup import find_duplicates
from copydesk.transforms.dedup.decision import drop_model, evidence, weighted_words
from copydesk.transforms.forest.boosted_trees import Forest

FOLDS = 5
MEMBERS = 2  # forests; their mean is shipped
ROUNDS = 200
LABELLED = Path(__file__).with_name("labelled_pairs.tsv")
WEIGHTS = {
    "pairs": 20.0,
    "labelled": 20.0,
    "families": 16.0,
    "wire": 4.0,
    "spliced": 0.3,
    "scanned": 6.0,
}
# Weight of a pair read by hand in which the text that must stay is the later one. Made examples say
# little about the order of news: an editor's copy is later and says the same, but a later report of
# the same length mostly has news. training/README.md has the figures.
LATER_NEWS = 3.0
PARAMETERS = {
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
    "deterministic": True,
    "num_threads": 1,
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


class Example(NamedTuple):
    """One direction of a pair: two texts by number, hours between them, and whether d may go."""

    dropped: int
    kept: int
    hours: float
    may_go: float
    source: str
    group: str
    weight: float = 1.0


class Examples:
    """Texts and the examples among them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows: list[Example] = []

    def add_texts(self, texts: Sequence[str]) -> int:
        """Add texts; return the number of the first one."""
        first = len(self.texts)
        self.texts += texts
        return first

    def matrix(self) -> NDArray[np.float32]:
        """The evidence of every example, (examples, FEATURES)."""
        words = weighted_words.split_words(self.texts)
        d, k = (np.array([getattr(row, side) for row in self.rows]) for side in ("dropped", "kept"))
        return evidence.measure(words, d, k, np.array([row.hours for row in self.rows]))[0]


def read_pairs(gold: Path, into: Examples) -> None:
    """Pairs of wire stories that were read by hand, grouped by month."""
    table = pq.read_table(gold / "reuters_20k.parquet", columns=["ts", "body"])
    texts, times = [text or "" for text in table["body"].to_pylist()], table["ts"].to_pylist()
    first = into.add_texts(texts)

    def add(a: int, b: int, drop: str, sure: int, source: str) -> None:
        for side, d, k in (("a", a, b), ("b", b, a)):
            hours = (times[k] - times[d]).total_seconds() / 3600
            may_go = float(drop in (side, "either"))
            weight = 1.0 if sure >= 2 else 0.5
            if hours < 0 and not may_go:
                weight *= LATER_NEWS
            group = f"pairs {times[a]:%Y-%m}"
            into.rows.append(Example(first + d, first + k, hours, may_go, source, group, weight))

    for line in (gold / "pairs_dev.jsonl").read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        add(pair["row_a"], pair["row_b"], pair["drop"], pair["sure"], "pairs")
    row_of = {text_hash(text): row for row, text in enumerate(texts)}
    with LABELLED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            a, b = row_of[row["earlier"]], row_of[row["later"]]
            drop = {"earlier": "a", "later": "b", "none": "none"}[row["drop"]]
            add(a, b, drop, int(row["sure"]), "labelled")


def text_hash(text: str) -> str:
    """The name of a text in `labelled_pairs.tsv`.

    >>> text_hash("")
    'e4a6a0577479b2b4'
    """
    return blake2b(text.encode(), digest_size=8).hexdigest()


def read_families(gold: Path, into: Examples) -> None:
    """Families of different news with shared text, their copies and chains, grouped by family."""
    lines = (gold / "templates_dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    first = into.add_texts([row["text"] for row in rows])
    families: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        name = row["member"] if row["kind"] == "update" else row["family"]
        families.setdefault(name, []).append(number)
    for family, members in families.items():
        for a, b in combinations(members, 2):
            for d, k in ((a, b), (b, a)):
                may_go = _family_label(rows[d], rows[k])
                if may_go is None:
                    continue
                times = [datetime.fromisoformat(rows[row]["published_at"]) for row in (d, k)]
                hours = (times[1] - times[0]).total_seconds() / 3600
                weight = 2.0 if rows[d]["member"] == rows[k]["member"] else 1.0
                row = Example(first + d, first + k, hours, may_go, "families", family, weight)
                into.rows.append(row)


def _family_label(d: dict[str, Any], k: dict[str, Any]) -> float | None:
    """Return whether d may go for k, or None if the labels do not say."""
    n_d, n_k = len(d["text"].split()), len(k["text"].split())
    if d["member"] != k["member"]:
        return 0.0
    if d["kind"] == k["kind"] == "update":
        if k.get("fullest") or d.get("fullest"):
            return float(bool(k.get("fullest")))
        if k["version"] > d["version"] and n_k > n_d:
            return 1.0
        return 0.0 if n_k < 0.9 * n_d else None
    return 1.0 if n_k >= 0.97 * n_d else None


def read_wire(gold: Path, into: Examples, share: float = 0.6) -> None:
    """Read wire stories with edited copies: the pairs that `find_duplicates` measures.

    They are grouped by cluster.
    """
    table = pq.read_table(gold / "wirecopy_dev.parquet")
    texts, clusters = table["text"].to_pylist(), table["cluster"].to_pylist()
    edits, times = table["ops"].to_pylist(), table["published_at"].to_pylist()
    first = into.add_texts(texts)
    # With 1 nothing but equal texts is dropped, so the pairs do not depend on the packaged model.
    found = find_duplicates(texts, published_at=table["published_at"], may_go=1.0).pairs
    rng = random.Random(1)
    for a, b in zip(found["row_a"].to_pylist(), found["row_b"].to_pylist(), strict=True):
        if rng.random() > share or texts[a] == texts[b]:
            continue
        group = f"wire {min(clusters[a], clusters[b]) % 40}"
        for d, k in ((a, b), (b, a)):
            longer = len(texts[k]) / max(1, len(texts[d]))
            if "roundup" in (edits[k] or "") and "roundup" not in (edits[d] or ""):
                continue  # Many round-ups hold the whole story, others a part of it.
            if "roundup" in (edits[d] or "") or clusters[a] != clusters[b]:
                may_go = 0.0
            elif longer >= 0.97 and "local" not in (edits[d] or ""):
                may_go = 1.0
            elif longer < 0.7:
                may_go = 0.0
            else:
                continue
            hours = (times[k] - times[d]).total_seconds() / 3600
            into.rows.append(Example(first + d, first + k, hours, may_go, "wire", group))


def spliced(texts: Sequence[str], n: int, rng: random.Random) -> Iterator[tuple[str, str, bool]]:
    """Return pairs of texts (d, k, whether d may go) made from sentences of other texts.

    A turn gives ten directions: two texts of one template with other names and numbers; two reports
    with the same background; two round-ups that share a story; such a round-up and the full text of
    that story; and a report and its fuller update, in both directions.
    """
    stories = [
        s for s in map(_sentences, rng.sample(list(texts), min(6_000, len(texts)))) if len(s) > 5
    ]
    names = [name for story in stories[:800] for name in _NAME.findall(" ".join(story))]
    for _ in range(n):
        template, other, background, update, news = (rng.choice(stories) for _ in range(5))
        base = " ".join(template[: rng.randint(3, 8)])
        change = (rng.uniform(0.5, 1), rng.uniform(0.3 if re.search(r"\d", base) else 0.7, 1))
        one, two = (_refilled(base, names, change, rng) for _ in range(2))
        yield from ((one, two, False), (two, one, False))
        shared = background[: rng.randint(3, min(10, len(background)))]
        one = " ".join([*other[: rng.randint(1, 4)], *shared])
        two = " ".join([*news[: rng.randint(1, 4)], *shared])
        yield from ((one, two, False), (two, one, False))
        yield from ((d, k, False) for d, k in _round_ups(background, other, news, rng))
        before = update[: rng.randint(4, min(14, len(update)))]
        left = rng.sample(before[1:], max(1, round(len(before[1:]) * rng.uniform(0.35, 0.85))))
        added = news[1 : 1 + max(2, round(len(before) * rng.uniform(0.4, 1.6)))]
        body = left + added
        rng.shuffle(body)
        one, two = " ".join(before), "\n".join([news[0], before[0], *body])
        if len(two) > len(one):
            yield from ((one, two, True), (two, one, False))


def filled_forms(texts: Sequence[str], n: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Return both directions of `n` pairs of made texts.

    Both texts of a pair are one form with other short sentences in its gaps. Such texts have few
    names and numbers, as horoscopes do.
    """
    stories = [s for s in map(_sentences, rng.sample(list(texts), 3 * n)) if len(s) > 5]
    for _ in range(n):
        frame, *fillings = (rng.choice(stories) for _ in range(3))
        frame = frame[: rng.randint(4, 8)]
        gaps = sorted(rng.sample(range(len(frame)), rng.randint(2, 4)))
        pair = []
        for sentences in fillings:
            filled = list(frame)
            for gap in reversed(gaps):
                words = rng.choice(sentences).split()
                filled.insert(gap, " ".join(words[: rng.randint(4, 10)]).rstrip(",.") + ".")
            pair.append(" ".join(filled))
        one, two = pair
        yield from ((one, two), (two, one))


def _round_ups(
    shared: list[str], second: list[str], third: list[str], rng: random.Random
) -> Iterator[tuple[str, str]]:
    """Return directions (d, k) in which k lacks one story of d and has another one."""
    story = shared[: rng.randint(3, min(9, len(shared)))]
    others = [other[: rng.randint(2, min(9, len(other)))] for other in (second, third)]
    one, two = (
        "\n".join([*story, *other] if rng.random() < 0.6 else [*other, *story]) for other in others
    )
    yield from ((one, two), (two, one), (one, " ".join(shared)), (two, " ".join(shared)))


_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if len(part.split()) > 3]


def _refilled(
    text: str, names: Sequence[str], shares: tuple[float, float], rng: random.Random
) -> str:
    """Return the text with these shares of its numbers and names exchanged."""
    chosen: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        other = re.sub(r"\d", lambda _: str(rng.randint(1, 9)), match[0])
        return chosen.setdefault(match[0], other if rng.random() < shares[0] else match[0])

    def name(match: re.Match[str]) -> str:
        other = rng.choice(names)
        return chosen.setdefault(match[0], other if rng.random() < shares[1] else match[0])

    return _NUMBER.sub(number, _NAME.sub(name, text))


def read_spliced(into: Examples, n: int = 900) -> None:
    """Add spliced examples, made from the texts of the gold."""
    rng = random.Random(11)
    sources = [text for text in into.texts[:20_000] if 60 < len(text.split()) < 900]

    def add(d: str, k: str, hours: float, may_go: bool, group: str) -> None:
        first = into.add_texts([d, k])
        hours = 0.0 if rng.random() < 0.2 else hours
        into.rows.append(Example(first, first + 1, hours, float(may_go), "spliced", group))

    for number, (d, k, may_go) in enumerate(spliced(sources, n, rng)):
        hours = rng.uniform(0.3, 30) if may_go else rng.uniform(-30, 30)
        add(d, k, hours, may_go, f"spliced {number // 10 % 50}")
    for number, (d, k) in enumerate(filled_forms(sources, n // 2, rng)):
        add(d, k, rng.uniform(-30, 30), False, f"spliced {number // 2 % 50}")


def read_scanned(into: Examples, n: int = 150) -> None:
    """Add `n` wire stories, each with two copies that have errors of text recognition."""
    rng = random.Random(12)
    sources = [text for text in into.texts[:20_000] if 60 < len(text.split()) < 900]

    def read(text: str) -> str:
        errors = rng.uniform(0.003, 0.015)
        return "".join(
            rng.choice("cle1ioh") if c.isalpha() and rng.random() < errors else c for c in text
        )

    for number in range(n):
        text, hours = rng.choice(sources), rng.uniform(-30, 30)
        first = into.add_texts([text, read(text), read(text)])
        for d, k in permutations(range(first, first + 3), 2):
            later, group = hours if d < k else -hours, f"spliced {number % 50}"
            into.rows.append(Example(d, k, later, 1.0, "scanned", group))


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
    read_pairs(given.gold, examples)
    read_families(given.gold, examples)
    read_wire(given.gold, examples)
    read_spliced(examples)
    read_scanned(examples)
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
