"""Measure the decision about copies on texts that the model has not seen.

    pip install lightgbm
    python -m training.left_out_figures --gold DIR [--divisions 3] [--first 0] [--may-go 0.3 0.7 0.9]

DIR is that of `drop_model.py`. Months, families and clusters are divided into five parts. A model
that is trained without one part scores all recorded pairs of all texts. The decision step that
ships (`Clustering.kept`) then decides with these scores. Only the part that was left out is
counted. Figures are means over the divisions.

A pair of wire stories is *together* if both have the same kept document. A document does not count
as dropped if its kept document has the same text. A sentence of a family or a wire story is lost if
no kept text has it word for word.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.transforms.dedup import candidates, in_memory_search, sketches
from copydesk.transforms.dedup.clustering import Clustering
from copydesk.transforms.dedup.decision import evidence, weighted_words
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.forest.boosted_trees import Forest
from training import drop_examples, drop_examples_made, drop_model
from training.drop_examples import LABELLED, Examples
from training.drop_model import FOLDS, MEMBERS

Kept = NDArray[np.int64]
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\"'\u201d\u2019)]*\s+|\n+")


class Collection:
    """Texts with their recorded pairs, and the evidence of both directions of each pair."""

    def __init__(self, texts: Sequence[str], times: Any) -> None:
        self.texts = texts
        column = sketches.as_texts(texts)
        moments = in_memory_search.as_times(times, len(column))
        sketch = sketches.sketch(column, Options())
        self.clustering: Clustering = in_memory_search.clustering_of(
            column, sketch, moments, Options()
        )
        self.pairs = pairs = self.clustering.pairs
        dated = (moments[pairs.a] != candidates.UNDATED) & (moments[pairs.b] != candidates.UNDATED)
        hours = np.where(dated, moments[pairs.b] - moments[pairs.a], 0) / 3.6e9
        words = weighted_words.split_words(texts)
        self.of_a, self.of_b = evidence.measure(words, pairs.a, pairs.b, hours)

    def decide(self, forest: Forest, options: Options) -> Kept:
        """Return the kept row of every row, by the scores of this forest."""
        goes = (forest.probabilities(x).astype(np.float32) for x in (self.of_a, self.of_b))
        a_may_go, b_may_go = (
            np.where(self.pairs.jaccard == 1, np.float32(1), score) for score in goes
        )
        self.clustering.options = options
        self.clustering.pairs = replace(self.pairs, a_may_go=a_may_go, b_may_go=b_may_go)
        nothing = np.zeros(len(self.texts), np.bool_)
        return self.clustering.kept(nothing, nothing)


class LabelledPair(NamedTuple):
    """Rows of two wire stories, which may go (`a`, `b`, `either` or `none`), and their group."""

    a: int
    b: int
    drop: str
    group: str


class Sentences:
    """The sentences of texts as numbers, for counting words that no kept text has."""

    def __init__(self, texts: Iterable[str]) -> None:
        numbers: dict[str, int] = {}
        self.n_words: list[int] = []
        self.of_text: list[list[int]] = []
        self.total = 0
        for text in texts:
            found = []
            for part in _SENTENCE_END.split(text):
                words = re.findall(r"\w+", part.lower().replace("\u2019", "'"))
                if not words:
                    continue
                sentence = " ".join(words)
                if sentence not in numbers:
                    numbers[sentence] = len(numbers)
                    self.n_words.append(len(sentence.split()))
                found.append(numbers[sentence])
                self.total += len(sentence.split())
            self.of_text.append(found)

    def lost(self, kept: Kept) -> float:
        """Return the share of the words of all texts whose sentences are in no kept text."""
        held = {s for row, found in enumerate(self.of_text) if kept[row] == row for s in found}
        lost = sum(
            self.n_words[s]
            for row, found in enumerate(self.of_text)
            if kept[row] != row
            for s in found
            if s not in held
        )
        return lost / max(1, self.total)


@dataclass
class WireStories:
    """All wire stories, and the pairs of them that were read by hand."""

    stories: Collection
    pairs: list[LabelledPair]
    own_pairs: list[LabelledPair]
    """The pairs of `labelled_pairs.tsv`."""
    sentences: Sentences

    @classmethod
    def read(cls, gold: Path) -> WireStories:
        """Read the stories and both sets of pairs."""
        table = pq.read_table(gold / "reuters_20k.parquet", columns=["ts", "body"])
        texts, times = [text or "" for text in table["body"].to_pylist()], table["ts"].to_pylist()
        group = [f"pairs {time:%Y-%m}" for time in times]
        pairs = []
        for line in (gold / "pairs_dev.jsonl").read_text(encoding="utf-8").splitlines():
            pair = json.loads(line)
            a, b = pair["row_a"], pair["row_b"]
            pairs.append(LabelledPair(a, b, pair["drop"], group[a]))
        row_of = {drop_examples.text_hash(text): row for row, text in enumerate(texts)}
        own = []
        with LABELLED.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                a, b = row_of[row["earlier"]], row_of[row["later"]]
                drop = {"earlier": "a", "later": "b", "none": "none"}[row["drop"]]
                own.append(LabelledPair(a, b, drop, group[a]))
        return cls(Collection(texts, table["ts"]), pairs, own, Sentences(texts))

    def outcomes(self, pairs: Sequence[LabelledPair], kept: Kept) -> Counter[str]:
        """Count what became of the pairs."""
        texts = self.stories.texts
        found: Counter[str] = Counter()
        for a, b, drop, _ in pairs:
            gone = "".join(
                side
                for side, row in (("a", a), ("b", b))
                if kept[row] != row and texts[kept[row]] != texts[row]
            )
            together = kept[a] == kept[b]
            if drop == "none":
                found["must stay"] += 1
                found["folded"] += together
                found["both stay"] += not gone
            else:
                found["may go"] += 1
                found["together"] += together
                if together and len(gone) == 1:
                    found["one went"] += 1
                    found["right one"] += drop in (gone, "either")
        return found


@dataclass
class Families:
    """Invented families of news with their copies and chains of updates."""

    rows: list[dict[str, Any]]
    news: Collection
    groups: list[str]
    sentences: Sentences

    @classmethod
    def read(cls, gold: Path) -> Families:
        """Read the families. A chain of updates is a group with its copies."""
        lines = (gold / "templates_dev.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        times = [datetime.fromisoformat(row["published_at"]) for row in rows]
        chains = {row["member"] for row in rows if row["kind"] == "update"}
        groups = [r["member"] if r["member"] in chains else r["family"] for r in rows]
        texts = [row["text"] for row in rows]
        return cls(rows, Collection(texts, pa.array(times)), groups, Sentences(texts))

    def figures(self, kept: Kept) -> dict[str, float]:
        """Return the shares of kept items, dropped copies, and chains with one kept text.

        In such a chain only the fullest text is kept.
        """
        members: dict[str, list[int]] = defaultdict(list)
        mates: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            members[row["member"]].append(number)
            mates[row["member"], int(kept[number])].append(number)
        stays = [bool(kept[number] == number) for number in range(len(self.rows))]
        copies, chains = [], []
        for number, row in enumerate(self.rows):
            if row["kind"] == "copy":
                group = mates[row["member"], int(kept[number])]
                copies.append(len(group) > 1 and sum(stays[mate] for mate in group) <= 1)
        for numbers in members.values():
            if any(self.rows[number]["kind"] == "update" for number in numbers):
                left = [number for number in numbers if stays[number]]
                chains.append(len(left) == 1 and bool(self.rows[left[0]].get("fullest")))
        return {
            "items alive": np.mean([any(stays[n] for n in ns) for ns in members.values()]),
            "copies folded": np.mean(copies),
            "chains": np.mean(chains),
            "words of families lost": self.sentences.lost(kept),
        }


@dataclass
class WireCopies:
    """Wire stories with edited copies."""

    copies: Collection
    clusters: list[int]
    counted: list[bool]

    @classmethod
    def read(cls, gold: Path) -> WireCopies:
        """Read the copies. Round-ups are compared but not counted."""
        table = pq.read_table(gold / "wirecopy_dev.parquet")
        edits = table["ops"].to_pylist()
        return cls(
            Collection(table["text"].to_pylist(), table["published_at"]),
            table["cluster"].to_pylist(),
            ["roundup" not in (edit or "") for edit in edits],
        )

    def pair_f1(self, kept: Kept) -> float:
        """Return the F1 of pairs in one cluster."""
        rows = [
            (cluster, int(k))
            for cluster, k, is_counted in zip(self.clusters, kept, self.counted, strict=True)
            if is_counted
        ]
        both, found, wanted = (
            sum(n * (n - 1) // 2 for n in Counter(map(key, rows)).values())
            for key in (lambda row: row, lambda row: row[1], lambda row: row[0])
        )
        return 2 * both / max(1, found + wanted)


@dataclass
class Gold:
    """All labelled sets and the training examples made of them."""

    wire: WireStories
    families: Families
    copies: WireCopies
    examples: Examples

    @classmethod
    def read(cls, gold: Path) -> Gold:
        """Read the sets of a folder."""
        examples = Examples()
        drop_examples.read_pairs(gold, examples)
        drop_examples.read_families(gold, examples)
        drop_examples.read_wire(gold, examples)
        drop_examples_made.read_spliced(examples)
        drop_examples_made.read_scanned(examples)
        return cls(WireStories.read(gold), Families.read(gold), WireCopies.read(gold), examples)


Fit = Callable[[NDArray[np.bool_]], Forest]


def fit(gold: Gold, x: NDArray[np.float32], chosen: NDArray[np.bool_]) -> Forest:
    """Train as the packaged model is trained, on the chosen examples."""
    y = np.array([row.may_go for row in gold.examples.rows])
    weight = np.array([row.weight * drop_model.WEIGHTS[row.source] for row in gold.examples.rows])
    return Forest.mean(
        [
            Forest.from_lightgbm(
                drop_model.fit(x[chosen], y[chosen], weight[chosen], 7 + n).dump_model()[
                    "tree_info"
                ]
            )
            for n in range(MEMBERS)
        ]
    )


def division(gold: Gold, number: int) -> dict[str, int]:
    """Return the part of each group in a division."""
    groups = {row.group for row in gold.examples.rows}
    groups |= {pair.group for pair in gold.wire.pairs + gold.wire.own_pairs}
    groups |= {*gold.families.groups, *(f"wire {n}" for n in range(40))}
    shuffled = sorted(groups)
    random.Random(number).shuffle(shuffled)
    return {group: place % FOLDS for place, group in enumerate(shuffled)}


def forests_of(gold: Gold, parts: Mapping[str, int], fit: Fit) -> list[Forest]:
    """Return for each part the forest that was trained without it."""
    part = np.array([parts[row.group] for row in gold.examples.rows])
    return [fit(part != left_out) for left_out in range(FOLDS)]


def figures(
    gold: Gold, parts: Mapping[str, int], forests: Sequence[Forest], options: Options
) -> dict[str, float]:
    """Return the figures of one division."""
    stories = [gold.wire.stories.decide(forest, options) for forest in forests]
    counts = [Counter[str](), Counter[str]()]
    for left_out, kept in enumerate(stories):
        for count, pairs in zip(counts, (gold.wire.pairs, gold.wire.own_pairs), strict=True):
            chosen = [pair for pair in pairs if parts[pair.group] == left_out]
            count.update(gold.wire.outcomes(chosen, kept))
    families = [gold.families.news.decide(forest, options) for forest in forests]
    copies = [gold.copies.copies.decide(forest, options) for forest in forests]
    family_parts = np.array([parts[group] for group in gold.families.groups])
    copy_parts = np.array([parts[f"wire {cluster % 40}"] for cluster in gold.copies.clusters])
    return {
        **_shares(counts[0]),
        **gold.families.figures(np.choose(family_parts, families)),
        "wire copies, pair F1": gold.copies.pair_f1(np.choose(copy_parts, copies)),
        "words of wire stories lost": np.mean([gold.wire.sentences.lost(k) for k in stories]),
        "wire stories dropped": np.mean([(k != np.arange(len(k))).mean() for k in stories]),
        **{f"own pairs: {name}": share for name, share in _shares(counts[1]).items()},
    }


def _shares(count: Counter[str]) -> dict[str, float]:
    return {
        "must stay: folded": count["folded"] / max(1, count["must stay"]),
        "must stay: both in the corpus": count["both stay"] / max(1, count["must stay"]),
        "may go: together": count["together"] / max(1, count["may go"]),
        "the right one goes": count["right one"] / max(1, count["one went"]),
    }


def main() -> None:
    """Print a row of figures for each threshold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument(
        "--divisions", type=int, default=3, help="how many times the data is divided into parts"
    )
    parser.add_argument(
        "--first",
        type=int,
        default=0,
        help="number of the first division: another one is another draw",
    )
    parser.add_argument(
        "--may-go",
        type=float,
        nargs="+",
        default=[Options().may_go],
        help="thresholds of the score",
    )
    given = parser.parse_args()
    gold = Gold.read(given.gold)
    x = gold.examples.matrix()
    found: dict[float, list[dict[str, float]]] = defaultdict(list)
    for number in range(given.first, given.first + given.divisions):
        parts = division(gold, number)
        forests = forests_of(gold, parts, partial(fit, gold, x))
        for may_go in given.may_go:
            found[may_go].append(figures(gold, parts, forests, Options(may_go=may_go)))
    for may_go, divisions in found.items():
        print(f"may_go {may_go:g}")
        for name in divisions[0]:
            values = [division[name] for division in divisions]
            print(f"  {name:40} {np.mean(values):.4f}  ({min(values):.4f} to {max(values):.4f})")


if __name__ == "__main__":
    main()
