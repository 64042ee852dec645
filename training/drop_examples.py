"""Examples for the drop model: pairs of gold texts, each with its evidence and its label."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.transforms.dedup import find_duplicates
from copydesk.transforms.dedup.decision import evidence, weighted_words

LABELLED = Path(__file__).with_name("labelled_pairs.tsv")
# Weight of a pair read by hand in which the text that must stay is the later one. Made examples say
# little about the order of news: an editor's copy is later and says the same, but a later report of
# the same length mostly has news. training/README.md has the figures.
LATER_NEWS = 3.0


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
