"""Lines of plain text told from the article by how they stand, not by what they say.

A plain text has no tree: what is left is the length and shape of a line, its words, and the lines
around it. `features` turns the lines of one document into numbers; boosted trees trained on labelled
pages (`training/clean_lines.py`) turn those into the probability that a line is no part of the article.
The lines that rules have taken count as neighbours: teasers stand under "Related articles".
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from copydesk.transforms.extract.trees import Forest

PROSE_WORDS = 18  # a line this long that ends like a sentence is prose; captions and teasers are mostly shorter
LONGEST = 60  # words: longer lines are never dropped by the model, so their words are not scored
NEUTRAL = 0.0
FAR = 30  # lines: nothing farther says more

_WORD = re.compile(r"\w+")
_BULLETS = frozenset("•*·-–—●▪■◦○+►▶>")
_QUOTES = frozenset("\"'“‘«„")
_END = re.compile(r"[.!?…。][\"'”’»)\] ]{0,3}$")
# What the model must not judge: code, numbered items, references, tables of numbers, scripts without
# spaces between words. In the development pages these were most of the good lines it would have lost.
_NOT_JUDGED = re.compile(
    r"[{};=<>\\^`~$│|]|\(\)|\w\[|::|->|\w_\w|^\s*(?:#|//)|^\s*(?:[•*-]\s*)?\(?\d{1,3}[.)]|\bet al\b|\bdoi\b|\(n\.d\.\)|\(\d{4}[,)]|\bISBN|\d{4};\d"
    r"|[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|^\s*[A-Z][\w-]{1,20}: |^\s*[\d\W]+$"
)


class Line(NamedTuple):
    """A line that is not blank: its text and folded text, and the category of the rule that takes it, if one does."""

    text: str
    low: str
    category: str


def features(lines: Sequence[Line], weights: Mapping[str, float]) -> list[list[float]]:
    """One row of numbers per line; `NAMES` says which."""
    n = len(lines)
    words = [_WORD.findall(line.low) for line in lines]
    size = [len(w) for w in words]
    sentence = [_END.search(line.text[-8:]) is not None for line in lines]
    taken = [1.0 if line.category else 0.0 for line in lines]
    prose = [k >= PROSE_WORDS and s and not t for k, s, t in zip(size, sentence, taken, strict=True)]
    scores = [_scores(w, weights) if len(w) <= LONGEST else (NEUTRAL, NEUTRAL) for w in words]
    topic: Counter[str] = Counter()
    long_words = [{w for w in ws if len(w) > 4} for ws in words]
    for own, is_prose in zip(long_words, prose, strict=True):
        if is_prose:
            topic.update(own)
    often = Counter(line.low.strip() for line in lines)
    all_prose = sum(k for k, p in zip(size, prose, strict=True) if p) or 1
    all_words = sum(size) or 1
    document = [math.log1p(n), all_prose / all_words, math.log1p(all_words), sum(taken) / n]
    before, since_prose, since_taken, words_since = _looking_back(size, prose, taken)
    after, until_prose, until_taken, _ = (column[::-1] for column in _looking_back(size[::-1], prose[::-1], taken[::-1]))
    sums = [_running(column) for column in (taken, [float(p) for p in prose], [s for s, _ in scores], [math.log1p(k) for k in size])]
    near = [(scores[i][0], math.log1p(size[i]), float(sentence[i]), taken[i]) for i in range(n)]
    edge = (NEUTRAL, -1.0, -1.0, -1.0)
    rows = []
    for i, line in enumerate(lines):
        own = long_words[i]
        rows.append([
            *_shape(line.text, size[i], sentence[i]), *scores[i],
            sum(topic[w] > prose[i] for w in own) / (len(own) or 1), min(4.0, often[line.low.strip()]),
            *document, before[i] / all_prose, after[i] / all_prose, since_prose[i], until_prose[i], since_taken[i], until_taken[i],
            math.log1p(words_since[i]), i / n,
            *(_mean(column, i - 4, i) for column in sums), *(_mean(column, i + 1, i + 5) for column in sums),
            *(_mean(column, i - 12, i) for column in sums), *(_mean(column, i + 1, i + 13) for column in sums),
            *(near[i - 1] if i else edge), *(near[i + 1] if i + 1 < n else edge),
            *(near[i - 2][:2] if i > 1 else edge[:2]), *(near[i + 2][:2] if i + 2 < n else edge[:2]),
        ])  # fmt: skip
    return rows


def judged(line: Line) -> bool:
    """Whether the model may drop the line: not code, not a reference, not long prose.

    >>> judged(Line("for i in range(10): {", "", "")), judged(Line("Ten bridges to see this summer", "", ""))
    (False, True)
    """
    return not line.category and line.text.count(" ") < LONGEST and _NOT_JUDGED.search(line.text) is None


def unlikely(lines: Sequence[Line]) -> list[int]:
    """Which of the lines the model drops."""
    if not any(judged(line) for line in lines):
        return []
    *_, threshold, short_threshold = model()
    return [
        i for i, (line, p) in enumerate(zip(lines, probabilities(lines), strict=True))
        if p > threshold and judged(line) and (p > short_threshold or len(_WORD.findall(line.low)) >= 4)
    ]


def probabilities(lines: Sequence[Line]) -> npt.NDArray[np.float64]:
    """For each line, how likely it is no part of the article."""
    weights, forest, *_ = model()
    return forest.probabilities(np.array(features(lines, weights), dtype=np.float32))


@cache
def model() -> tuple[dict[str, float], Forest, float, float]:
    """Word weights, trees, and the thresholds for lines and for lines under four words, read once from the package."""
    from copydesk.transforms.extract.trees import Forest  # numba takes half a second to import

    content = resources.files("copydesk.transforms.clean").joinpath("data").joinpath("lines.npz").read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        words = str(arrays["words"]).split("\n")
        weights = dict(zip(words, (float(w) for w in arrays["weights"]), strict=True))
        return weights, Forest.of(arrays, "lines"), float(arrays["threshold"]), float(arrays["short_threshold"])


def _shape(text: str, n_words: int, sentence: bool) -> tuple[float, ...]:
    """Length, ending, capitals, digits and marks of one line by itself."""
    stripped = text.strip()
    first, m = stripped[0], n_words or 1
    parts = stripped[:400].split()
    capitals = sum(p[0].isupper() for p in parts) / (len(parts) or 1)
    return (
        math.log1p(len(stripped)), math.log1p(n_words), float(sentence), float(stripped[-1] == ":"), float("?" in stripped),
        float(first in _BULLETS), float(first.isdigit()), float(first.islower()), float(first in _QUOTES), capitals,
        len(stripped) / m, float("@" in stripped or "http" in stripped), float("(" in stripped), min(4, stripped.count(",")) / m,
        min(4, stripped.count(".")), min(6, len(text) - len(text.lstrip())) / 6.0, float(stripped.isupper()),
    )  # fmt: skip


def _scores(words: Sequence[str], weights: Mapping[str, float]) -> tuple[float, float]:
    """The sum of the weights of the words over the root of their number, and the weight of the line's two first words."""
    if not words:
        return NEUTRAL, NEUTRAL
    found = [weights[w] for w in set(words) if w in weights]
    return sum(found) / math.sqrt(len(words)), weights.get("^" + words[0], NEUTRAL) + weights.get("^" + " ".join(words[:2]), NEUTRAL)


def _looking_back(size: Sequence[int], prose: Sequence[bool], taken: Sequence[float]) -> tuple[list[float], list[float], list[float], list[float]]:
    """Per line: prose words before it, lines since prose, lines and words since a line that a rule took."""
    before, since_prose, since_taken, words_since = [], [], [], []
    words, p, t, w = 0.0, float(FAR), float(FAR), 0.0
    for k, is_prose, is_taken in zip(size, prose, taken, strict=True):
        p, t = min(FAR, p + 1), min(FAR, t + 1)
        before.append(words)
        since_prose.append(p)
        since_taken.append(t)
        words_since.append(w)
        words += k if is_prose else 0
        w += k
        if is_prose:
            p = 0
        if is_taken:
            t, w = 0, 0.0
    return before, since_prose, since_taken, words_since


def _running(column: Sequence[float]) -> list[float]:
    sums = [0.0]
    for value in column:
        sums.append(sums[-1] + value)
    return sums


def _mean(sums: Sequence[float], low: int, high: int) -> float:
    """The mean of the column between two lines, or -1 outside of the document."""
    low, high = max(0, low), min(len(sums) - 1, high)
    return (sums[high] - sums[low]) / (high - low) if high > low else -1.0
