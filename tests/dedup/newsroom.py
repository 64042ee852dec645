"""Made-up stories, and the edits that desks make to them.

Tests and benchmarks use them. All texts are invented.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

_SYLLABLES = [
    "ba",
    "co",
    "di",
    "fu",
    "ga",
    "he",
    "ji",
    "ko",
    "la",
    "me",
    "ni",
    "or",
    "pa",
    "que",
    "ra",
    "so",
    "ti",
    "un",
    "va",
    "we",
    "ya",
    "zo",
    "tra",
    "ple",
    "gri",
    "sto",
]
_COMMON = [
    "the",
    "of",
    "a",
    "in",
    "to",
    "and",
    "on",
    "for",
    "with",
    "by",
    "from",
    "at",
    "as",
    "it",
    "its",
    "was",
    "were",
    "said",
    "would",
    "after",
    "over",
    "that",
    "this",
    "which",
    "new",
]
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def vocabulary(seed: int, size: int = 4000) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(1, 4))) for _ in range(size)]


_WORDS = vocabulary(7)


def story(rng: random.Random, sentences: int = 18) -> list[str]:
    """Return sentences of common and rare words. Two stories hardly share three words in a row."""
    subject = rng.sample(_WORDS, 40)
    return [
        " ".join(
            rng.choice(_COMMON)
            if rng.random() < 0.4
            else rng.choice(subject if rng.random() < 0.4 else _WORDS)
            for _ in range(rng.randint(9, 24))
        ).capitalize()
        + "."
        for _ in range(sentences)
    ]


def cut(sentences: Sequence[str], rng: random.Random) -> list[str]:
    return list(sentences[: max(4, int(len(sentences) * rng.choice([0.4, 0.5, 0.8])))])


def reorder(sentences: Sequence[str], rng: random.Random) -> list[str]:
    out = list(sentences)
    i, j = sorted(rng.sample(range(len(out)), 2))
    out[i], out[j] = out[j], out[i]
    return out


def add_local(sentences: Sequence[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(sentences))
    return [*sentences[:at], *story(rng, 3), *sentences[at:]]


def scan(sentences: Sequence[str], rng: random.Random) -> list[str]:
    """Exchange one letter in a hundred, as errors of text recognition do."""
    return [
        "".join(rng.choice("cle1ioh") if c.isalpha() and rng.random() < 0.01 else c for c in s)
        for s in sentences
    ]


def reattribute(sentences: Sequence[str], rng: random.Random) -> list[str]:
    return [f"NORTH PRESS - {sentences[0].replace(' said ', ' told reporters ')}", *sentences[1:]]


EDITS = (cut, reorder, add_local, scan, reattribute)


@dataclass
class Newsroom:
    """Articles with known clusters, in random order."""

    seed: int
    stories: int = 60
    singles: int = 60
    copies: int = 3
    days: int = 20
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    clusters: list[int] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        for cluster in range(self.stories + self.singles):
            sentences = story(rng)
            at = START + timedelta(minutes=rng.randrange(self.days * 1440))
            self._add(cluster, sentences, at)
            for copy in range(self.copies if cluster < self.stories else 0):
                edited = (
                    sentences
                    if copy == 0 and cluster % 5 == 0
                    else rng.choice(EDITS)(sentences, rng)
                )
                self._add(cluster, edited, at + timedelta(minutes=rng.randrange(1, 2000)))

    def _add(self, cluster: int, sentences: Sequence[str], at: datetime) -> None:
        self.texts.append("\n".join(sentences))
        self.clusters.append(cluster)
        self.times.append(at)
        self.ids.append(hashlib.sha256(f"{self.seed}/{len(self.ids)}".encode()).hexdigest()[:32])

    def table(self) -> pa.Table:
        return articles(self.ids, self.texts, self.times)


def articles(
    ids: Sequence[str],
    texts: Sequence[str],
    times: Sequence[datetime | None],
    **columns: Sequence[object],
) -> pa.Table:
    """Return the columns of `articles` that the copies step reads."""
    outlets = [f"outlet{int(i[:4], 16) % 7}.example" for i in ids]
    base: Mapping[str, object] = {
        "doc_id": list(ids),
        "text": pa.array(texts, pa.large_string()),
        "published_at": pa.array(times, pa.timestamp("us", tz="UTC")),
        "outlet_id": outlets,
        "outlet": outlets,
        "n_words": pa.array([len(t.split()) for t in texts], pa.int32()),
        "content_sha256": [hashlib.sha256(t.encode()).hexdigest() for t in texts],
    }
    return pa.table({**base, **columns})


def pair_f1(clusters: Mapping[str, object], expected: Mapping[str, object]) -> float:
    """Return the agreement of two clusterings, as F1 over pairs of documents."""
    from collections import Counter

    def pairs(counts: Counter[object]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    mine, theirs = Counter(clusters.values()), Counter(expected.values())
    both = pairs(Counter((clusters[d], expected[d]) for d in clusters))
    return 2 * both / max(1, pairs(mine) + pairs(theirs))
