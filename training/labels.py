"""Label the blocks of a page by the text that a person marked as its article."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from publicsuffixlist import PublicSuffixList

from copydesk.flows import evaluation

Column = npt.NDArray[np.float64]

_SHINGLE = 4
#: A repeated or very short text counts as the article only near it: within this many blocks on
#: either side.
_NEAR = 8


@dataclass(frozen=True, slots=True)
class Labels:
    """For each block: its share in the article, its tokens, and the trust in its label."""

    share: Column
    tokens: Column
    trust: Column
    article_tokens: int


def label(texts: Sequence[str], golds: Sequence[str]) -> Labels:
    """Label the blocks of a page by every accepted version of its article text.

    A block of four or more tokens gets the share of its 4-grams that occur in the article. A
    shorter block counts fully if it is a line of the article, and half if it only occurs inside a
    line. A block that is in one version of the article and not in another is trusted a quarter. If
    a text is on the page more often than in the article, it counts where most of the article is
    around it.

    >>> label(["Menu", "Rain fell on Oslo."], ["Rain fell on Oslo."]).share.tolist()
    [0.0, 1.0]
    """
    versions = [_against(texts, gold) for gold in golds if gold.strip()]
    shares = np.array([v.share for v in versions])
    best, worst = shares.max(axis=0), shares.min(axis=0)
    trust = np.where(best - worst > 0.5, 0.25, versions[0].trust)
    return Labels(best, versions[0].tokens, trust, max(v.article_tokens for v in versions))


def _against(texts: Sequence[str], gold: str) -> Labels:
    cjk = evaluation.is_cjk(gold)
    gold_tokens = evaluation.tokens(gold, cjk=cjk)
    shingles = set(evaluation.shingles(gold_tokens))
    joined = f" {' '.join(gold_tokens)} "
    lines = {" ".join(evaluation.tokens(line, cjk=cjk)) for line in gold.split("\n")}
    n = len(texts)
    share, count, trust = np.zeros(n), np.zeros(n), np.ones(n)
    keys = []
    for i, text in enumerate(texts):
        own = evaluation.tokens(text, cjk=cjk)
        key = " ".join(own)
        keys.append(key)
        count[i] = len(own)
        if not own:
            trust[i] = 0
        elif len(own) >= _SHINGLE:
            grams = [tuple(own[j : j + _SHINGLE]) for j in range(len(own) - _SHINGLE + 1)]
            share[i] = sum(gram in shingles for gram in grams) / len(grams)
        elif key in lines:
            share[i] = 1
        elif f" {key} " in joined:
            share[i], trust[i] = 0.5, 0.3
    sums = np.concatenate(([0.0], np.cumsum(share * count)))
    at = np.arange(n)
    around = sums[np.minimum(n, at + _NEAR + 1)] - sums[np.maximum(0, at - _NEAR)] - share * count
    same = defaultdict(list)
    for i, key in enumerate(keys):
        if key and share[i] >= 0.5:
            same[key].append(i)
    for key, places in same.items():
        allowed = max(1, joined.count(f"{key} "))
        for i in sorted(places, key=lambda i: (-around[i], i))[allowed:]:
            share[i] = 0
    share[(count < _SHINGLE) & (around < 10)] = 0
    return Labels(share, count, trust, max(1, len(gold_tokens) - _SHINGLE + 1))


_CANONICAL = re.compile(
    r"(?:rel=[\"']?canonical[\"']?[^>]*href=|og:url[\"']?\s+content=)[\"']?(https?://[^\"'> ]+)"
)
_HOST = re.compile(r"^\w+://(?:[^/@]*@)?([^/:?#]+)")


def site(url: str | None, html: str, fallback: str) -> str:
    """Return the registered domain of a page, so that a split never divides the pages of a site.

    >>> site("https://www.news.example.co.uk/a", "", "x")
    'example.co.uk'
    """
    if not url:
        found = _CANONICAL.search(html)
        url = found[1] if found else ""
    host = _HOST.match(url)
    if not host:
        return fallback
    name = unicodedata.normalize("NFC", host[1].lower())
    return str(_suffixes().privatesuffix(name) or name)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
