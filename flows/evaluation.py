"""Score `clean_page` on labelled pages, with the definitions of public extraction benchmarks.

A labelled file is JSON lines, plain or gzip. Each line has `html`, `url` and the known right
answers: `gold_text`, `gold_text_alt` (other acceptable texts), `gold_title`, `gold_author`,
`gold_date`, `gold_sitename`.
"""

from __future__ import annotations

import datetime
import gzip
import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
#: The answer of an extractor for a page: `text`, `title`, `author`, `date`, `sitename`.
Answer = Mapping[str, Any]
Extractor = Callable[[str, str | None], Answer]

_TOKEN = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_CJK_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
_SHINGLE = 4


@dataclass(frozen=True, slots=True)
class TextScore:
    """The shares of true positive, false positive and false negative shingles on one page."""

    true: float
    false: float
    missed: float

    @property
    def precision(self) -> float:
        """The share of the answer that is in the gold text; 1 if the two are the same."""
        return (
            1.0
            if not (self.false or self.missed)
            else self.true / ((self.true + self.false) or 1.0)
        )

    @property
    def recall(self) -> float:
        """The share of the gold text that is in the answer."""
        return (
            1.0
            if not (self.false or self.missed)
            else self.true / ((self.true + self.missed) or 1.0)
        )

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _harmonic(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class PageScore:
    """The scores of one page: its text, if it has a gold text, and each field.

    A field is right, wrong or missing.
    """

    id: str
    url: str | None
    text: TextScore | None
    fields: Mapping[str, str]
    error: str | None = None


@dataclass(slots=True)
class SetScore:
    """The scores of one labelled file."""

    name: str
    pages: list[PageScore] = field(default_factory=list)

    @property
    def texts(self) -> list[TextScore]:
        """The text scores of the pages that have a gold text."""
        return [page.text for page in self.pages if page.text is not None]

    def text(self) -> dict[str, float] | None:
        """Mean precision and recall over the pages, and their harmonic mean.

        This is the score of Zyte's article extraction benchmark.
        """
        texts = self.texts
        if not texts:
            return None
        precision = _mean([t.precision for t in texts if t.true + t.false > 0])
        recall = _mean([t.recall for t in texts if t.true + t.missed > 0])
        return {
            "pages": len(texts),
            "f1": _harmonic(precision, recall),
            "precision": precision,
            "recall": recall,
        }

    def field(self, name: str) -> dict[str, float] | None:
        """Precision, recall and F1 of a field, whose answers are right or wrong as a whole.

        An answer on a page whose gold value is empty is counted as `spurious`.
        """
        outcome = Counter(page.fields[name] for page in self.pages if name in page.fields)
        known = outcome["right"] + outcome["wrong"] + outcome["missing"]
        if not known:
            return None
        precision = outcome["right"] / ((outcome["right"] + outcome["wrong"]) or 1)
        recall = outcome["right"] / known
        return {
            "pages": known,
            "f1": _harmonic(precision, recall),
            "precision": precision,
            "recall": recall,
            "spurious": outcome["spurious"],
            "without": outcome["spurious"] + outcome["none"],
        }

    def worst(self, count: int) -> list[PageScore]:
        """The pages with the lowest text F1, lowest first."""
        scored = [(page.text.f1, page.id, page) for page in self.pages if page.text is not None]
        return [page for _, _, page in sorted(scored, key=lambda s: s[:2])[:count]]


def tokens(text: str, *, cjk: bool = False) -> list[str]:
    r"""Words (`\w+`) after NFC; with `cjk` each Chinese or Japanese character is a word.

    >>> tokens("It rained."), tokens("雨が降る", cjk=True)
    (['It', 'rained'], ['雨', 'が', '降', 'る'])
    """
    return (_CJK_TOKEN if cjk else _TOKEN).findall(unicodedata.normalize("NFC", text))


def is_cjk(text: str) -> bool:
    """Whether more than a fifth of the letters are Chinese or Japanese.

    >>> is_cjk("雨が降る"), is_cjk("It rained.")
    (True, False)
    """
    return len(_CJK.findall(text)) > 0.2 * (len(re.findall(r"\w", text)) or 1)


def shingles(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Runs of four words with their counts; a text of fewer words is a single run.

    >>> shingles(["a", "b", "c", "d", "e"]) == Counter({("a", "b", "c", "d"): 1, ("b", "c", "d", "e"): 1})
    True
    """
    runs = (tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1)))
    return Counter(run for run in runs if run)


def score_text(gold: str, answer: str) -> TextScore:
    """Compare the shingles of the answer with those of the gold text, as multisets.

    >>> score_text("It rained in Oslo", "It rained in Oslo").f1
    1.0
    """
    cjk = is_cjk(gold)
    right, said = shingles(tokens(gold, cjk=cjk)), shingles(tokens(answer, cjk=cjk))
    true = sum((right & said).values())
    false, missed = sum(said.values()) - true, sum(right.values()) - true
    total = true + false + missed
    return (
        TextScore(true / total, false / total, missed / total)
        if total
        else TextScore(0.0, 0.0, 0.0)
    )


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a labelled file. Raises ValueError with file and line for an invalid row."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}:{number} is not JSON: {error}") from error
            if not isinstance(row, dict) or not isinstance(row.get("html"), str):
                raise ValueError(
                    f"{path}:{number} has no `html`; a labelled page is an object with `html` and `gold_text`"
                )
            yield row


def evaluate(name: str, rows: Iterable[Row], extractor: Extractor) -> SetScore:
    """Score an extractor on labelled pages.

    If the extractor raises an error on a page, its answer counts as empty, and the error is recorded.
    """
    scores = SetScore(name)
    for number, row in enumerate(rows, 1):
        error = None
        answer: Answer = {}
        try:
            answer = extractor(row["html"], row.get("url"))
        except Exception as failure:  # A failure of the extractor is a result too.
            error = f"{type(failure).__name__}: {failure}"
        golds = [gold for gold in (row.get("gold_text"), *(row.get("gold_text_alt") or ())) if gold]
        text = max(
            (score_text(gold, answer.get("text") or "") for gold in golds),
            key=lambda t: t.f1,
            default=None,
        )
        fields = {
            f: _outcome(f, row[f"gold_{f}"], answer.get(f)) for f in FIELDS if f"gold_{f}" in row
        }
        page_id = str(row.get("id") or row.get("url") or number)
        scores.pages.append(PageScore(page_id, row.get("url"), text, fields, error))
    return scores


def copydesk_answer(page: str, url: str | None) -> Answer:
    """The answer of `clean_page` for a page, under the field names of the labelled files."""
    from copydesk.transforms import edit

    article = edit.clean_page(page, url=url)
    return {
        "text": article.text,
        "title": article.title,
        "author": list(article.authors),
        "date": str(article.published_date or ""),
        "sitename": article.outlet,
    }


def _folded(value: object) -> str:
    return unicodedata.normalize("NFKC", html.unescape(str(value))).casefold()


def _letters(value: object) -> str:
    return "".join(c for c in _folded(value) if c.isalnum())


def names(value: object) -> set[str]:
    """The names of an author field in a comparable form: letters only, without "by" and the like.

    >>> sorted(names("By Ana Ruiz and Bo Li"))
    ['anaruiz', 'boli']
    """
    parts = (
        [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else []
    )
    found = set()
    for part in parts:
        for name in re.split(
            r"\s*(?:[;,/|&\n·•]|\band\b|\bund\b|\bet\b|\by\b)\s*",
            re.sub(r"<[^>]+>", " ", _folded(part)),
        ):
            bare = re.sub(
                r"^\s*(?:written by|posted by|by|von|par|por|av|door|di|author|autor|text|texte)\b[:\s]+",
                "",
                name.strip(),
            )
            letters = "".join(c for c in bare if c.isalnum())
            if letters and letters not in {"jr", "sr", "phd", "md", "dr", "by"}:
                found.add(letters)
    return found


def _day(value: object) -> datetime.date | None:
    found = re.search(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})", str(value or ""))
    try:
        return datetime.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _site(value: object) -> str:
    letters = _letters(value)
    return re.sub(r"^(www)?(the)?|(com|org|net|couk)$", "", letters) or letters


_SAME: dict[str, Callable[[object, object], bool]] = {
    "title": lambda gold, said: _letters(gold) == _letters(said),
    "author": lambda gold, said: names(gold) == names(said),
    "date": lambda gold, said: _day(gold) == _day(said),
    "sitename": lambda gold, said: _site(gold) == _site(said),
}
FIELDS: tuple[str, ...] = tuple(_SAME)


def _outcome(name: str, gold: object, said: object) -> str:
    """ "right", "wrong" or "missing"; if the page has no such field, "spurious" or "none"."""
    if isinstance(said, str):
        said = said.strip()
    if not gold or (name == "date" and _day(gold) is None):
        return "spurious" if said else "none"
    if not said:
        return "missing"
    return "right" if _SAME[name](gold, said) else "wrong"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0
