"""Lines of plain text told from the article by how they stand, not by what they say.

A plain text has no tree: what is left is the length and shape of a line, its words, and the lines
around it. `features` turns the lines of one document into numbers; boosted trees trained on labelled
pages (`training/clean_lines.py`) turn those into log odds that a line is no part of the article, and
a second forest judges the lines anew by what the first made of those around (`around`).
A rule that matches a line is a feature among others, and a rule of which labelled pages keep some
lines cuts one only where the model agrees (`decided`).
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
    from copydesk.transforms.trees import Forest

PROSE_WORDS = 18  # a line this long that ends like a sentence is prose; captions and teasers are mostly shorter
LONGEST = 60  # words: longer lines are prose whatever their words, which are not scored
JUDGED = 40  # spaces; longer lines are left alone, whatever the model says
NEUTRAL = 0.0
MIN_WORDS = 4  # shorter lines are mostly sub-headings and list items, and have a threshold of their own
BREAK_WORDS = 5  # any sentence this long ends a list of links: the steps of a recipe do
END_WORDS = 12
MENU = 4  # lines that rules took above or below the article: menus and footers have more, articles fewer; arbitrary
FAR = 30  # lines: nothing farther says more
FARTHEST = 99
DOUBTFUL = -1.5  # log odds of the first look: lines below are the article's without a second one
SUREST = 6.0  # log odds; what is surer is not told apart
LINK_ODDS = 1.0  # log odds below which a line that a rule about links to other stories matches stays: a guide's own "Read more: ..."
OUTSIDE = -9.0  # log odds of what stands outside of the text
MIN_RESIDUE = 3  # lines that rules took: texts with fewer hold little that the model is sure of, and it costs more than all rules
FEW_WORDS = 60  # a text with fewer gives the model nothing to judge by: rules stand alone; arbitrary

_WORD = re.compile(r"\w+")
_BULLETS = frozenset("•*·-–—●▪■◦○+►▶>")
_QUOTES = frozenset("\"'“‘«„")
_END = re.compile(r"[.!?…。][\"'”’»)\] ]{0,3}$")
# What the model must not judge: code, numbered items, references, tables of numbers, scripts without
# spaces between words. In the development pages these were most of the good lines it would have lost.
_CODE_MARKS = frozenset("{};=<>\\^`~│|")
_CODE = re.compile(r"\(\)|\w\[|::|->|\w_\w")
# Dates of a tour and fields of a file: in the development pages two such lists were a third of what the model lost.
_LISTED = re.compile(
    r"\s*(?:[•*·-]\s*)?(?:(?:jan|feb|mar|apr|abr|may|mai|jun|jui|jul|aug|aou|sep|oct|okt|nov|dec|dez|dic)[a-zéû]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?\b(?!,? \d{4})|"
    r"\d{1,2}\.? (?:jan|feb|mar|apr|abr|may|mai|jun|jui|jul|aug|aou|sep|oct|okt|nov|dec|dez|dic)[a-zéû]{0,6}\b(?! \d{4}))",
)
_FIELD = re.compile(r"\s*(?:- )?[a-z_][\w.-]{1,30}: |\s{4,}[A-Z ]{12,}$")
_REFERENCE = re.compile(r"\(\d{4}[,)]|\d{4};\d")
_REFERENCE_WORDS = (" et al", "doi:", "doi.org", "(n.d.)", "isbn")
_BYLINE = re.compile(r"\s*(?:by|von|par|por|di|da|de|door|av|af|text|texte|words|story)\b:? ")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Line(NamedTuple):
    """A line that is not blank: its text and folded text, and category and name of the rule that matches it, if one does."""

    text: str
    low: str
    category: str
    rule: str = ""


class Model(NamedTuple):
    """What training found: tables of words and rules, two forests, and the log odds from which lines go."""

    words: Mapping[str, float]  # weight of a word that residue or prose prefers
    rules: Mapping[str, float]  # log odds that a line which the rule matches is residue
    unsure: frozenset[str]  # rules that cut a line of `MIN_WORDS` or more only where the model agrees
    first: Forest
    second: Forest
    threshold: float
    short_threshold: float  # of lines under `MIN_WORDS`
    rule_threshold: float  # of lines that an unsure rule matches, links apart, and of lists beside the article


def features(lines: Sequence[Line], weights: Mapping[str, float], rates: Mapping[str, float]) -> list[list[float]]:
    """One row of numbers per line: its own shape, words and rule, its place, its neighbours."""
    n = len(lines)
    words = [_WORD.findall(line.low) for line in lines]
    size = [len(w) for w in words]
    sentence = [_END.search(line.text[-8:]) is not None for line in lines]
    taken = [1.0 if line.category else 0.0 for line in lines]
    prose = [k >= PROSE_WORDS and s and not t for k, s, t in zip(size, sentence, taken, strict=True)]
    scores = [_scores(w, weights) if len(w) <= LONGEST else (NEUTRAL, NEUTRAL) for w in words]
    topic: Counter[str] = Counter()
    for ws, is_prose in zip(words, prose, strict=True):
        if is_prose:
            topic.update({w for w in ws if len(w) > 4})
    often = Counter(line.low.strip() for line in lines)
    all_prose = sum(k for k, p in zip(size, prose, strict=True) if p) or 1
    all_words = sum(size) or 1
    document = [math.log1p(n), all_prose / all_words, math.log1p(all_words), sum(taken) / n]
    before, since_prose, since_taken, words_since = _looking_back(size, prose, taken)
    after, until_prose, until_taken, _ = (column[::-1] for column in _looking_back(size[::-1], prose[::-1], taken[::-1]))
    run_length, run_taken, run_score, run_words, to_start, to_end = _runs(size, prose, taken, [s for s, _ in scores])
    listed = _lists(lines, size, sentence, [s for s, _ in scores], [rates.get(line.rule, NEUTRAL) for line in lines])
    contents = [{w for w in ws if len(w) > 4} for ws in words]
    everywhere = Counter(w for own in contents for w in own)
    lead = {w for i in [i for i in range(n) if prose[i]][:2] for w in words[i] if len(w) > 4}
    columns = np.array((taken, prose, [s for s, _ in scores], [math.log1p(k) for k in size]), dtype=np.float64)
    at = np.arange(n)
    windows = np.concatenate([_means(columns, at, low, high) for low, high in ((-4, 0), (1, 5), (-12, 0), (1, 13))]).T.tolist()
    near = [(scores[i][0], math.log1p(size[i]), float(sentence[i]), taken[i]) for i in range(n)]
    edge = (NEUTRAL, -1.0, -1.0, -1.0)
    rows = []
    for i, beside in enumerate(windows):
        line = lines[i]
        own = contents[i]
        rows.append([
            *_shape(line.text, size[i], sentence[i]), *scores[i],
            sum(topic[w] > prose[i] for w in own) / (len(own) or 1), min(4.0, often[line.low.strip()]),
            *document, before[i] / all_prose, after[i] / all_prose, since_prose[i], until_prose[i], since_taken[i], until_taken[i],
            math.log1p(words_since[i]), i / n,
            run_length[i], run_taken[i], run_score[i], run_words[i], to_start[i], to_end[i],
            sum(everywhere[w] > 1 for w in own) / (len(own) or 1), len(own & lead) / (len(own) or 1), float(len(own)),
            *beside,
            *(near[i - 1] if i else edge), *(near[i + 1] if i + 1 < n else edge),
            *(near[i - 2][:2] if i > 1 else edge[:2]), *(near[i + 2][:2] if i + 2 < n else edge[:2]),
            *listed[i],
        ])  # fmt: skip
    return rows


def judged(line: Line) -> bool:
    """Whether the model may drop the line: not code, not a reference, not long prose.

    >>> judged(Line("for i in range(10): {", "", "")), judged(Line("Ten bridges to see this summer", "", ""))
    (False, True)
    """
    text, low = line.text, line.low
    return not (
        line.category
        or text.count(" ") >= JUDGED
        or not _CODE_MARKS.isdisjoint(text)
        or _FIELD.match(text)
        or _LISTED.match(low)
        or any(word in low for word in _REFERENCE_WORDS)
        or _CODE.search(text)
        or _REFERENCE.search(text)
        or (not text.isascii() and _UNSPACED.search(text))
    )


def below_the_end(lines: Sequence[Line]) -> list[int]:
    """Lines below the article's last sentence that stand among lines the rules took: lists of other stories, menus.

    A line of fewer than four words goes only out of a menu. Bylines stay for the tagger, and so
    does everything where no prose stands above. On the development pages 98 bad lines go for a good one.
    """
    end = next((i for i in range(len(lines) - 1, -1, -1) if not lines[i].category and _ends_prose(lines[i], BREAK_WORDS)), -1)
    if not any(not line.category and _ends_prose(line, END_WORDS) for line in lines[: end + 1]):
        return []
    taken = [i for i in range(end + 1, len(lines)) if lines[i].category]
    if not taken:
        return []
    return [
        i for i in range(taken[0] + 1, len(lines))
        if judged(lines[i]) and not _BYLINE.match(lines[i].low) and (len(_WORD.findall(lines[i].low)) >= MIN_WORDS or (i < taken[-1] and len(taken) >= MENU))
    ]  # fmt: skip


def above_the_start(lines: Sequence[Line]) -> list[int]:
    """Lines of one to three words above the first prose, among several that rules took: the site's menu.

    Headlines are longer, and one that is not stands below the menu's last line.
    """
    start = next((i for i, line in enumerate(lines) if not line.category and _ends_prose(line, END_WORDS)), 0)
    taken = [i for i in range(start) if lines[i].category]
    if len(taken) < MENU:
        return []
    return [
        i for i in range(taken[0] + 1, taken[-1])
        if judged(lines[i]) and not _BYLINE.match(lines[i].low) and len(_WORD.findall(lines[i].low)) < MIN_WORDS
    ]  # fmt: skip


def _ends_prose(line: Line, words: int) -> bool:
    return _END.search(line.text[-8:]) is not None and line.text.count(" ") + 1 >= words


def around(odds: npt.NDArray[np.float32], words: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """One row of numbers per line: what the first look made of the line, of its neighbours, of its run, and of the text.

    `odds` are log odds that a line is residue, `words` its number of words. *Solid* lines are surely the article's.
    """
    n = len(odds)
    at, own = np.arange(n), np.clip(odds, -SUREST, SUREST).astype(np.float64)
    good = 1 / (1 + np.exp(own))
    padded = np.concatenate([np.full(3, OUTSIDE), own, np.full(3, OUTSIDE)])
    columns = [padded[3 + k : 3 + k + n] for k in (-3, -2, -1, 1, 2, 3)]
    sums = np.concatenate([[0.0], np.cumsum(own)])
    for reach in (3, 8, 20):
        low, high = np.maximum(0, at - reach), np.minimum(n, at + reach + 1)
        columns += [
            (sums[high] - sums[low] - own) / np.maximum(1, high - low - 1),
            (sums[at] - sums[low]) / np.maximum(1, at - low),
            (sums[high] - sums[at + 1]) / np.maximum(1, high - at - 1),
        ]
    mass = np.concatenate([[0.0], np.cumsum(good * np.minimum(words, 80))])  # words of the article, expected
    total = mass[-1] + 1e-6
    columns += [mass[at] / total, (total - mass[at + 1]) / total]
    solid = (own < -3) & (words >= END_WORDS)
    before = np.maximum.accumulate(np.where(solid, at, -1))
    after = np.minimum.accumulate(np.where(solid, at, n + FARTHEST)[::-1])[::-1]
    columns += [np.where(before >= 0, np.minimum(at - before, FARTHEST), FARTHEST), np.where(after < n, np.minimum(after - at, FARTHEST), FARTHEST)]
    run = np.cumsum(solid)
    loose = ~solid
    size = np.bincount(run[loose], minlength=run[-1] + 1)
    most, least = np.full(run[-1] + 1, OUTSIDE), np.full(run[-1] + 1, -OUTSIDE)
    np.maximum.at(most, run[loose], own[loose])
    np.minimum.at(least, run[loose], own[loose])
    mean = np.bincount(run[loose], weights=own[loose], minlength=run[-1] + 1) / np.maximum(1, size)
    columns += [mean[run], size[run], most[run], least[run]]
    columns += [np.full(n, value) for value in (*np.quantile(own, (0.1, 0.5, 0.9)), good.mean(), math.log1p(total), solid.mean())]
    turns = np.flatnonzero(np.diff(own > 0)) + 1
    lengths = np.diff(np.concatenate([[0], turns, [n]]))
    columns += [np.repeat(np.minimum(lengths, 50), lengths) * np.where(own > 0, 1, -1), own]
    return np.column_stack(columns).astype(np.float32)


def log_odds(lines: Sequence[Line], known: Model) -> npt.NDArray[np.float32]:
    """How likely each line is residue, by the second look where the first doubts; natural logarithm of the odds."""
    rows = np.array(features(lines, known.words, known.rules), dtype=np.float32)
    first = known.first.sums(rows).astype(np.float32)
    doubtful = np.flatnonzero(first > DOUBTFUL)
    if len(doubtful):
        words = np.array([len(_WORD.findall(line.low)) for line in lines])
        second = known.second.sums(np.concatenate([rows, around(first, words)], axis=1)[doubtful])
        first[doubtful] = second
    return first


def is_unsure(line: Line, known: Model) -> bool:
    """Whether the rule that matches the line cuts it only where the model agrees."""
    return line.rule in known.unsure and len(_WORD.findall(line.low)) >= MIN_WORDS


class Decision(NamedTuple):
    """Lines of one text by index: those that rules match and that stay; those that go beside what rules cut."""

    stay: frozenset[int]
    below: tuple[int, ...]
    above: tuple[int, ...]
    unlikely: tuple[int, ...]


def decided(lines: Sequence[Line], odds: Sequence[float] | None, known: Model) -> Decision:
    """What rules and model make of a text together; without `odds` the rules stand alone.

    The model drops lines of its own only where rules took `MIN_RESIDUE` others: it was trained on scrapes.
    """
    stay = frozenset(
        i for i, line in enumerate(lines)
        if odds is not None and is_unsure(line, known) and odds[i] <= (LINK_ODDS if line.category == "related" else known.rule_threshold)
    )  # fmt: skip
    standing = [line._replace(category="") if i in stay else line for i, line in enumerate(lines)] if stay else lines
    residue = sum(1 for line in standing if line.category not in {"", "layout"})
    if not residue:
        return Decision(stay, (), (), ())
    below, above = ([i for i in found if i not in stay and (odds is None or odds[i] > known.rule_threshold)] for found in (below_the_end(standing), above_the_start(standing)))
    own: list[int] = []
    if odds is not None and residue >= MIN_RESIDUE:
        listed = {*below, *above}
        own = [
            i for i, line in enumerate(lines)
            if odds[i] > known.threshold and i not in listed and judged(line) and (odds[i] > known.short_threshold or len(_WORD.findall(line.low)) >= MIN_WORDS)
        ]  # fmt: skip
    return Decision(stay, tuple(below), tuple(above), tuple(own))


@cache
def model() -> Model:
    """The packaged model, read once."""
    from copydesk.transforms.trees import Forest  # numba takes half a second to import

    content = resources.files("copydesk.transforms.clean").joinpath("data").joinpath("lines.npz").read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        words, rules = (dict(zip(str(arrays[name]).split("\n"), arrays[f"{name}_odds"].tolist(), strict=True)) for name in ("words", "rules"))
        limits = arrays["limits"].tolist()
        return Model(words, rules, frozenset(str(arrays["unsure"]).split("\n")), Forest.of(arrays, "first"), Forest.of(arrays, "second"), *limits)


def _shape(text: str, n_words: int, sentence: bool) -> tuple[float, ...]:
    """Length, ending, capitals, digits and marks of one line by itself."""
    stripped = text.strip()
    first, m = stripped[0], n_words or 1
    parts = stripped[:400].split()
    capitals = sum([p[0].isupper() for p in parts]) / (len(parts) or 1)
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


def _runs(size: Sequence[int], prose: Sequence[bool], taken: Sequence[float], scores: Sequence[float]) -> tuple[list[float], ...]:
    """Per line, of the lines around it up to the next prose: how many, the share rules took, mean score, words a line, and its place among them."""
    n = len(size)
    columns: tuple[list[float], ...] = tuple([0.0] * n for _ in range(6))
    start = 0
    while start < n:
        end = start + 1
        if not prose[start]:
            while end < n and not prose[end]:
                end += 1
            length = end - start
            whole = (math.log1p(length), sum(taken[start:end]) / length, sum(scores[start:end]) / length, sum(size[start:end]) / length)
            for i in range(start, end):
                for column, value in zip(columns, (*whole, min(FAR, i - start) if start else -1.0, min(FAR, end - 1 - i) if end < n else -1.0), strict=True):
                    column[i] = value
        start = end
    return columns


def _lists(lines: Sequence[Line], size: Sequence[int], sentence: Sequence[bool], scores: Sequence[float], odds: Sequence[float]) -> list[tuple[float, ...]]:
    """Per line, of the lines in a row that are indented and marked like it: how many, words a line, share of sentences, mean score,
    its place, how much longer it is than they, whether a colon announces them; then the odds of its rule, and their mean over the row."""
    marks = []
    for line in lines:
        bare = line.text.lstrip()
        marks.append((len(line.text) - len(bare), bare[0] if bare[0] in _BULLETS else ""))
    rows: list[tuple[float, ...]] = []
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and marks[end] == marks[start]:
            end += 1
        n = end - start
        words = sum(size[start:end]) / n
        announced = float(start > 0 and lines[start - 1].text.rstrip().endswith(":"))
        whole = (math.log1p(n), words, sum(sentence[start:end]) / n, sum(scores[start:end]) / n)
        mean = sum(odds[start:end]) / n
        rows += [(*whole, i / n, size[start + i] - words, announced, odds[start + i], mean) for i in range(n)]
        start = end
    return rows


def _means(columns: npt.NDArray[np.float64], at: npt.NDArray[np.int64], low: int, high: int) -> npt.NDArray[np.float64]:
    """The mean of each column over the lines from `at + low` to `at + high`, or -1 outside of the document."""
    n = columns.shape[1]
    sums = np.zeros((columns.shape[0], n + 1))
    np.cumsum(columns, axis=1, out=sums[:, 1:])
    first, last = np.maximum(0, at + low), np.minimum(n, at + high)
    held = last - first
    return np.where(held > 0, (sums[:, np.maximum(first, last)] - sums[:, np.minimum(first, n)]) / np.maximum(1, held), -1.0)
